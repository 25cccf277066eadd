"""The form of the selected node: parameters, shapes, help and problems."""
