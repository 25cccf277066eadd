"""The panels beside the board: source, problems, palette."""
