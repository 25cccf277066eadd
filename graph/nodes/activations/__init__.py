"""Activations: what bends numbers."""
