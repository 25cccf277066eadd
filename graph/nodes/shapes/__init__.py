"""What gives tensors another shape."""
