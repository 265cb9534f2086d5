"""Checkpoint in, model file out."""
