"""Pictures on their way out of noise: one in a row, from left to right."""

from runtime.protocol.payloads import Pictures
from runtime.views.computed import View
from runtime.views.grid import SIGNED
from runtime.views.pixels import to_pictures


def render(view: View) -> Pictures:
    """A row for each picture [frames, C, H, W], a column for each look at it."""
    way = view.tensors()["way"]
    signed = SIGNED.get(str(view.params.get("range", "auto")))
    return to_pictures(way.flatten(0, 1), signed=signed, columns=way.shape[1])
