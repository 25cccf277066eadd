"""The canvas: a sheet of the document, drawn and edited on NodeGraphQt.

Gestures ask the document; the document's events draw. Nothing outside this package imports
NodeGraphQt.
"""

from graph.suggest.offers import offers
from gui.canvas.board import Board
from gui.canvas.find import find
from gui.canvas.viewer import MIME_NODE

__all__ = ["MIME_NODE", "Board", "find", "offers"]
