"""Text in, checkpoint out."""
