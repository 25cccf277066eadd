"""Questions about nodes that are answered from what is known about each."""

from abc import ABC, abstractmethod

from graph.core.tensor import TensorType
from graph.edit.document import Document
from graph.infer.node_inference import Result


class Answers(ABC):
    """Types and weights of nodes."""

    document: Document

    @abstractmethod
    def result(self, node: str) -> Result | None:
        """All that is known about a node."""

    def type_of(self, node: str, port: str) -> TensorType | None:
        """The type of an output."""
        found = self.result(node)
        return found.outputs.get(port) if found else None

    def input_types(self, node: str, port: str) -> list[TensorType | None]:
        """The types of what is wired into an input, in the order of the wires."""
        if not self.document.has(node):
            return []
        sheet = self.document.sheet_of(node)
        return [self.type_of(*link.source) for link in sheet.into(node, port)]

    def weights(self, node: str) -> int | None:
        """How many learned numbers a node holds, twins counted once, at their leader."""
        found = self.result(node)
        return found.weights if found else None
