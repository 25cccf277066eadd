"""Which node most likely made a loss NaN or infinite."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from runtime.config import Project
from runtime.faults import node_of_text
from runtime.messages import Problem
from runtime.prepare import Training, rates, sets
from runtime.record import NotFinite


def blame(error: NotFinite, training: Training, project: Project) -> Problem:
    """Name the loss, the node it likely comes from, and what to do."""
    kind = "NaN" if math.isnan(error.value) else "infinite"
    text = f"The loss {error.name.rpartition('/')[2]} became {kind} at step {error.step}."
    for place, tensor in enumerate(tensor for part in sets(training, "train") for tensor in part):
        if not finite(tensor):
            node = node_of_text(project.files, "train.py", "train")
            return Problem(
                node,
                f"{text} The training data itself (value {place + 1} of an example) has entries"
                " that are NaN or infinite.",
                "Clean the data, or leave out the column or file they come from.",
            )
    node = node_of_text(project.files, "train.py", f'"{error.name}"')
    now = ", ".join(f"{name} {rate:g}" for name, rate in rates(training).items())
    advice = (
        f"Lower the learning rate (now: {now}) or clip the gradients, and look for a logarithm,"
        " a division or a root of zero before the loss."
        " The last checkpoint is from before it happened."
    )
    weight = first_broken(training)
    if weight and error.step > 1:
        advice = f"{advice} The weights {weight} are no longer numbers."
    return Problem(node, text, advice)


def first_broken(training: Training) -> str | None:
    """The first weight that is not a number, by its place in the networks."""
    for network, module in training.networks.items():
        for name, weight in module.named_parameters():
            if not finite(weight):
                return f"{network}.{name}"
    return None


def finite(tensor: Tensor) -> bool:
    """Are all entries numbers?"""
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())
