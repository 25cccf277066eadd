"""The window's end of the worker, and exports. No torch here."""
