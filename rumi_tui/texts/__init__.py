"""The real verse: fetched, extracted, searched and asked. Knows nothing of screens, never imports torch."""
