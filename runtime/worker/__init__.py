"""The process that trains."""
