"""The window around the panels: actions, documents, gallery, bars."""
