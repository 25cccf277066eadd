"""Losses and metrics: what judges."""
