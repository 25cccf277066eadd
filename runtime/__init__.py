"""What trains: the worker process, its messages, data readers, views and records of runs."""
