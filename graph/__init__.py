"""The board: document, declarations, inference, compiler. Standard library only."""
