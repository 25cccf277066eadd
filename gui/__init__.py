"""The window: everything the user sees; never imports torch."""
