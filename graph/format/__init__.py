"""The `.neurowire` file and text from the clipboard: read, migrated, built, written."""
