"""What the network would say at every point of the plane."""

import torch
from torch import Tensor

from runtime.protocol.payloads import Boundary, class_colour
from runtime.views.computed import View, class_numbers, on_cpu, probabilities

SIZE = 80
"""Side of the square in pixels."""
MARGIN = 1.15
SOFT = 0.8
"""Share of the class's colour; the rest is grey, so that points stand out on it."""


def render(view: View) -> Boundary:
    """Colours of the classes, mixed by their probabilities, with the examples on top."""
    place = view.inputs.get("point")
    if place is None:
        raise ValueError("Expected points straight from a data node. Wire its points here.")
    tensors = view.tensors()
    point = view.examples[place]
    extent = extent_of(point)
    batch = list(view.batch)
    batch[place] = grid(extent, SIZE).to(point)
    share = probabilities(on_cpu(view.compute(tuple(batch)))["logits"])
    colours = torch.tensor([class_colour(i) for i in range(share.shape[1])], dtype=torch.float32)
    rgb = (share.nan_to_num(0) @ colours * SOFT + 128 * (1 - SOFT)).round().clamp(0, 255).byte()
    label = class_numbers(tensors["label"]).tolist() if "label" in tensors else ()
    points = tuple((x, y) for x, y in tensors["point"].tolist())
    names = view.class_names(share.shape[1])
    return Boundary(SIZE, rgb.numpy().tobytes(), extent, points, tuple(label), names)


def extent_of(point: Tensor) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a square around points [N, 2]."""
    low, high = point.amin(0), point.amax(0)
    middle = ((low + high) / 2).tolist()
    half = max(((high - low).max() / 2 * MARGIN).item(), 1e-3)
    return middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half


def grid(extent: tuple[float, float, float, float], size: int) -> Tensor:
    """The middles of a square's pixels, row by row from the top: [size * size, 2]."""
    left, right, bottom, top = extent
    middles = (torch.arange(size) + 0.5) / size
    y, x = torch.meshgrid(
        top + (bottom - top) * middles, left + (right - left) * middles, indexing="ij"
    )
    return torch.stack((x.reshape(-1), y.reshape(-1)), dim=1)
