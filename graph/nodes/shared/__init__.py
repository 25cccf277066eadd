"""What declarations of several families share."""
