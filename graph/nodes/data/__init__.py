"""Data sets: what the examples come from."""
