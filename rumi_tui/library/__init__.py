"""Poems that are kept."""
