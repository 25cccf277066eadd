"""Which node made a loss NaN or infinite: the steps before it are taken again and watched."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import torch
from torch import Tensor

from graph.core.errors import FileError
from graph.core.run_plan import Project
from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.format.file import load_text
from graph.model.roles import role
from runtime.protocol.figures import FigureTable
from runtime.protocol.messages import Problem
from runtime.worker.build import Training, rates, row_sets
from runtime.worker.recorder import NotFinite
from runtime.worker.step_watch import Suspect, Watch

AGAIN_S = 20.0
"""Steps are taken again for so many seconds at most."""

Again = Callable[[], Training]
"""Makes the training anew, as the last checkpoint left it."""


def blame(
    error: NotFinite,
    training: Training,
    project: Project,
    again: Again | None = None,
    source: Path | None = None,
) -> Problem:
    """Name the loss, the node it comes from, and what to do.

    Args:
        error: What was found.
        training: The run, after it happened.
        project: What runs.
        again: Makes the run anew, to see how it happened.
        source: The folder its source was imported from.
    """
    kind = "NaN" if math.isnan(error.value) else "infinite"
    _, figure = FigureTable(project.figures).find(error.name)
    text = f"The loss {figure.part or figure.name} became {kind} at step {error.step}."
    sets = row_sets(training, project)
    rows = ((one.node, tensor) for one in sets for tensor in getattr(training, one.train))
    for place, (data, tensor) in enumerate(rows):
        if not finite(tensor):
            return Problem(
                data or None,
                f"{text} The training data itself (value {place + 1} of an example) has entries"
                " that are NaN or infinite.",
                "Clean the data, or leave out the column or file they come from.",
            )
    now = ", ".join(f"{name} {rate:g}" for name, rate in rates(training).items())
    kept = " The last checkpoint is from before it happened."
    slower = f"ower the learning rate (now: {now}) or clip the gradients"
    found = None
    if again is not None and source is not None:
        with suppress(Exception):  # what can't be seen again is told without
            found = first_cause(error, again, source, project)
    if found is not None:
        return _of(found, text, project, f"l{slower}", kept)
    node = figure.node or None
    advice = f"L{slower}, and look for a logarithm, a division or a root of zero before the loss."
    weight = first_broken(training)
    if weight and error.step > 1:
        kept += f" The weights {weight} are no longer numbers."
    return Problem(node, text, advice + kept)


def first_cause(error: NotFinite, again: Again, source: Path, project: Project) -> Suspect | None:
    """What gave the first number that is none: in a forward pass, or else in a gradient."""
    until = perf_counter() + AGAIN_S
    training = again()
    steps = iter(training)
    guilty = error.step
    while training.step < error.step - 1:
        if perf_counter() > until:
            return None
        next(steps)
        if first_broken(training) is not None:
            guilty = training.step
            break
    if guilty != error.step or training.step >= error.step:
        until = perf_counter() + AGAIN_S
        training = again()
        steps = iter(training)
        while training.step < guilty - 1:
            if perf_counter() > until:
                return None
            next(steps)
    with Watch(source, project.files) as watch:
        item = next(steps)
        while "step" not in item:  # an epoch ended right before
            item = next(steps)
    seen: Suspect | None = watch.suspect([one for one in item.values() if isinstance(one, Tensor)])
    return seen


def _of(found: Suspect, text: str, project: Project, slower: str, kept: str) -> Problem:
    document = _board(project)
    outer = [one for one in found.path[:-1] if _is_instance(document, one)]
    names = [_called(document, one) for one in (*outer, found.path[-1])]
    place = " > ".join(name for name in names if name) or "a line of train.py"
    what = "The gradient of" if found.gradient else "The first number that is none comes from"
    verb = " is not finite, though all it computes is" if found.gradient else ""
    learns = document is not None and any(_learns(document, one) for one in found.path[-1:])
    look = "its inputs: a logarithm or root of zero or less, a division by zero, or an exponential"
    if found.gradient:
        look = "where its slope has no end: a root, a norm or a power at zero, a division by zero"
    advice = f"Look at {look}; keep them away from there, such as by Clamp or by adding 1e-6."
    advice += f" If numbers grew step by step, {slower}."
    if learns:
        advice = f"{slower[:1].upper()}{slower[1:]}: its numbers have grown too large."
    return Problem(found.path[-1], f"{text} {what} {place}{verb}.", advice + kept, found.line)


def _board(project: Project) -> Document | None:
    for name, file in project.files.items():
        if name.endswith(".neurowire"):
            with suppress(FileError):
                return load_text(file.text).document
    return None


def _called(document: Document | None, node: str) -> str:
    return document.node(node).name if document is not None and document.has(node) else ""


def _is_instance(document: Document | None, node: str) -> bool:
    known = document is not None and document.has(node)
    return known and document is not None and role(document.node(node).type) == "instance"


def _learns(document: Document, node: str) -> bool:
    declaration = REGISTRY.find(document.node(node).type) if document.has(node) else None
    return declaration is not None and declaration.learns and declaration.role != "instance"


def first_broken(training: Training) -> str | None:
    """The first weight or kept average that is not a number, by its place in the networks."""
    for network, module in training.networks.items():
        for name, weight in module.state_dict(keep_vars=True).items():
            if not finite(weight):
                return f"{network}.{name}"
    return None


def finite(tensor: Tensor) -> bool:
    """Are all entries numbers?"""
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())
