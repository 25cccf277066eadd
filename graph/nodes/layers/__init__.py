"""Layers with weights, and those that stand beside them: pooling, dropout, neurons, networks."""
