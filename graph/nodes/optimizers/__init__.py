"""Optimizers and schedules: what trains."""
