"""From a board to Python source."""

from graph.compile.project import Compiled, compile_document

__all__ = ["Compiled", "compile_document"]
