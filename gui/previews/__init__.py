"""What the views of a board show."""
