"""The vocabulary of window and worker: settings, messages, payloads. No torch here."""
