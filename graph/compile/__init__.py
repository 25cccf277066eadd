"""From a board to the Python project that trains it."""

from graph.compile.learned import LearnedSpec
from graph.compile.project import Project, WireSpec, compile_document
from graph.compile.source import Source
from graph.compile.views import ViewSpec

__all__ = ["LearnedSpec", "Project", "Source", "ViewSpec", "WireSpec", "compile_document"]
