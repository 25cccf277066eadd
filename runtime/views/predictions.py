"""Held-out pictures with the class the network takes them for."""

import math
from dataclasses import replace

import torch
from torch import Tensor

from runtime.protocol.payloads import Predictions
from runtime.views.computed import View, class_numbers, how_many, on_cpu, probabilities
from runtime.views.pixels import LARGEST, is_signed, to_pictures

CHUNK = 256
SAMPLE = 512
"""Rows that are looked at while training goes on; they come first at its end, too."""
MOST = 24_000_000
"""Bytes of pictures in one look; many are scaled down for it, and more are left out."""
SMALLEST = 16


def render(view: View) -> Predictions:
    """Pictures captioned "seven 98%", or "seven 60%, is one" where that is wrong.

    Where there is no room for that it is "seven", or "seven, is one".

    They are balanced over the classes: each class in turn, the rows of a class as they come.
    Pictures are given of the first page alone, or of all examples where pages are asked for;
    which share is right is always told of all.
    """
    rows = _rows(view)
    sure, taken, label = _judged(view, rows)
    order = (
        rows
        if label is None
        else torch.cat([balanced(label[:SAMPLE]), SAMPLE + balanced(label[SAMPLE:])])
    )
    page = how_many(view.params)
    shown = order if view.pages else order[:page]
    short = [view.class_name(int(taken[i])) for i in shown]
    captions = [f"{name} {float(sure[i]):.0%}" for name, i in zip(short, shown, strict=True)]
    right: list[bool | None] = []
    if label is not None:
        right = (taken == label)[shown].tolist()
        truth = [
            "" if good else f", is {view.class_name(int(label[i]))}"
            for good, i in zip(right, shown, strict=True)
        ]
        short = [caption + true for caption, true in zip(short, truth, strict=True)]
        captions = [caption + true for caption, true in zip(captions, truth, strict=True)]
    good = None if label is None else int((taken == label).sum())
    made = Predictions(
        0,
        0,
        0,
        b"",
        tuple(captions),
        tuple(right),
        short=tuple(short),
        page=page,
        judged=len(rows),
        good=good,
    )
    return _with_pictures(view, shown, made)


def balanced(label: Tensor) -> Tensor:
    """Rows so that classes take turns: the first of each, then the second of each."""
    turn = torch.empty_like(label)
    for number in label.unique():
        of_class = label == number
        turn[of_class] = torch.arange(int(of_class.sum()))
    return (turn * (int(label.max()) + 1 if len(label) else 1) + label).argsort(stable=True)


def _rows(view: View) -> Tensor:
    if view.from_noise or not view.examples:
        return torch.arange(how_many(view.params))
    return torch.arange(len(view.examples[0]))


def _computed(view: View, rows: Tensor) -> dict[str, Tensor]:
    if view.from_noise or not view.examples:
        return {name: one[rows] for name, one in view.tensors().items()}
    return on_cpu(view.compute(tuple(t.index_select(0, rows.to(t.device)) for t in view.examples)))


def _judged(view: View, rows: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
    """For each row how sure the network is, what it takes it for, and what it is."""
    sure, taken, label = [], [], []
    for part in rows.split(CHUNK):
        tensors = _computed(view, part)
        best = probabilities(tensors["logits"]).max(1)
        sure.append(best.values)
        taken.append(best.indices)
        if "label" in tensors:
            label.append(class_numbers(tensors["label"]))
    return torch.cat(sure), torch.cat(taken), torch.cat(label) if label else None


def _with_pictures(view: View, shown: Tensor, told: Predictions) -> Predictions:
    """What is told of examples, with their pictures; of as many as have room in one look."""
    place = view.inputs.get("image")
    data, made, largest = [], None, LARGEST
    signed: bool | None = None
    for part in shown.split(CHUNK):
        if place is not None and not view.from_noise:
            held = view.examples[place]
            image = held.index_select(0, part.to(held.device))
        else:
            image = _computed(view, part)["image"]
        if made is None:
            signed = is_signed(image)
            room = math.isqrt(MOST // (len(shown) * max(1, image.shape[1])))
            largest = min(LARGEST, max(SMALLEST, room))
        made = to_pictures(image, signed=signed, largest=largest)
        data.append(made.pixels)
        if sum(map(len, data)) > MOST:
            break
    assert made is not None
    size = made.width * made.height * made.channels
    pixels = b"".join(data)
    count = len(pixels) // size
    return replace(
        told,
        width=made.width,
        height=made.height,
        channels=made.channels,
        pixels=pixels,
        captions=told.captions[:count],
        right=told.right[:count],
        short=told.short[:count],
    )
