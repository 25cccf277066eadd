"""Ground words of every room: errors, tensor types, names, limits."""
