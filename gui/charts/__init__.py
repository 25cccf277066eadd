"""Curves, the figures beside them, and the runs they came from."""
