"""What could come next: nodes that fit a wire, a first network behind data."""
