"""The console, a Textual application."""
