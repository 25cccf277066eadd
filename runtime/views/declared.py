"""Views whose node says itself what they send: see `graph.core.picture`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import graph.nodes
from graph.core.picture import Picture
from graph.declare import REGISTRY
from runtime.views.computed import View

assert graph.nodes, "fills the registry"


class Seen:
    """The values of a view as a declaration reads them, without torch."""

    def __init__(self, view: View) -> None:
        self._tensors = view.tensors()
        self.classes: Sequence[str] = view.classes

    def has(self, port: str) -> bool:
        """Is this port wired?"""
        return port in self._tensors

    def columns(self, port: str) -> list[list[float]]:
        """The numbers of a port, [N, ...], as columns of N."""
        tensor = self._tensors[port]
        columns: list[list[float]] = tensor.reshape(len(tensor), -1).double().T.tolist()
        return columns


def renderer(kind: str) -> Callable[[View], Picture] | None:
    """What draws views of a type of node that has the hook `picture`; None for any other."""
    declaration = REGISTRY.find(kind)
    if declaration is None or not declaration.has("picture"):
        return None

    def render(view: View) -> Picture:
        picture: Picture = declaration.bind(view.params).picture(Seen(view))
        return picture

    return render
