"""Views: what a person looks at while a network learns, drawn from tensors.

A view with a picture of its own is drawn by its declaration (`declared`). The kinds here need
tensors: a file each, whose renderer gets those that the run's `views.py` computes, by port, and
gives one of the records of `runtime.protocol.payloads`.
"""

from collections.abc import Callable, Mapping

from graph.core import run_plan
from runtime.protocol.payloads import Payload
from runtime.views import (
    boundary,
    confusion,
    declared,
    grid,
    histogram,
    number,
    predictions,
    reconstruction,
    table,
    way,
)
from runtime.views.computed import Compute, Examples, View, how_many

Renderer = Callable[[View], Payload]

VIEWS: Mapping[str, Renderer] = {
    "predictions": predictions.render,
    "boundary": boundary.render,
    "confusion": confusion.render,
    "table": table.render,
    "reconstruction": reconstruction.render,
    "number": number.render,
    "histogram": histogram.render,
    "grid": grid.render,
    "way": way.render,
}

__all__ = [
    "PAGED",
    "VIEWS",
    "Compute",
    "Examples",
    "Renderer",
    "View",
    "draw",
    "how_many",
    "renderer",
]


PAGED = frozenset({"predictions"})
"""Kinds that show all examples where they are asked to."""


def renderer(kind: str) -> Renderer:
    """What draws views of a kind.

    Raises:
        ValueError: If there is none.
    """
    found = VIEWS.get(kind) or declared.renderer(kind)
    if found is None:
        raise ValueError(f"{kind}: expected a view, one of {', '.join(VIEWS)}.")
    return found


def draw(
    view: run_plan.View, compute: Compute, examples: Examples, *, pages: bool = False
) -> Payload:
    """Draw a view.

    Args:
        view: Its kind, parameters, inputs and names of classes.
        compute: Its function in `views.py`, from a batch to tensors by port.
        examples: Fixed held-out examples, a tensor for each output of the data nodes; the first
            `count` rows are drawn.
        pages: Give all examples, to page through, where the view can.

    Raises:
        ValueError: If there is no renderer of its kind.
    """
    render = renderer(view.kind)
    given = dict(view.params), dict(view.inputs), compute, examples, view.classes
    return render(View(*given, pages=pages, from_noise=view.from_noise))
