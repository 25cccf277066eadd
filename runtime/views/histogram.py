"""How often each value occurs."""

import torch

from runtime.protocol.payloads import Histogram
from runtime.views.computed import View


def render(view: View) -> Histogram:
    """Counts of equal steps between the least and the largest value; NaN counts nowhere."""
    x = view.tensors()["x"].float().reshape(-1)
    x = x[x.isfinite()]
    if not len(x):
        return Histogram(0.0, 1.0, (0,) * int(view.params.get("bins", 40)), 0.0, 0.0)
    low, high = x.min().item(), x.max().item()
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts = torch.histc(x, int(view.params.get("bins", 40)), low, high).long().tolist()
    return Histogram(low, high, tuple(counts), x.mean().item(), x.std(correction=0).item())
