"""What a board is: sheets of nodes and links, settings, history, events."""
