"""Noise, and what it is put into."""
