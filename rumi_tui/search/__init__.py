"""The real verse, found by words and by questions."""
