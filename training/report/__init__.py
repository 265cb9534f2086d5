"""What a person sees of a run: a live view, a curve, event files."""
