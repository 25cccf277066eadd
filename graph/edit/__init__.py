"""The document and every change of it, checked before it is done."""
