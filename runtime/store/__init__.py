"""What is kept on disk: runs, checkpoints, weights, sources."""
