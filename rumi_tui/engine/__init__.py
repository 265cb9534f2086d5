"""Runs model files: the session, the stream of characters, the exact loss. No torch, no Textual."""
