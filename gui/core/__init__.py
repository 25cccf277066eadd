"""What every panel looks at: the session, the trainer, the live source, preferences."""
