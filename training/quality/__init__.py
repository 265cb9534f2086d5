"""Verse of a model, measured beside real verse."""
