"""What makes one tensor of several, and picks from them."""
