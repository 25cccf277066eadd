"""What must hold for the board as a whole, each rule in a file of its own."""
