"""Merges the worker's fast messages on the reader's side: no point is lost, no run mixed up."""

from __future__ import annotations

from array import array

from runtime.protocol.messages import (
    Died,
    Learning,
    Message,
    Points,
    Progress,
    Started,
    Steps,
    Stopped,
    ViewDrawn,
    Weights,
)


def coalesce(messages: list[Message]) -> list[Message]:
    """Merge fast messages: losses join; of figures, weights and pictures the newest is kept.

    Nothing moves over a `Started` or a `Stopped`, so runs never mix.
    """
    merged: list[Message] = []
    newest: set[tuple[str, ...]] = set()
    points: list[Steps] = []

    def flush() -> None:
        if points:
            merged.append(_join(points[::-1]))
            points.clear()

    for message in reversed(messages):
        match message:
            case Steps():
                points.append(message)
                continue
            case Progress() | Weights() | Learning():
                key: tuple[str, ...] = (type(message).__name__,)
            case ViewDrawn():
                key = ("view", message.node, message.name)
            case Started() | Stopped() | Died():
                flush()
                newest.clear()
                merged.append(message)
                continue
            case _:
                flush()
                merged.append(message)
                continue
        if key not in newest:
            newest.add(key)
            merged.append(message)
    flush()
    return merged[::-1]


def _join(batches: list[Steps]) -> Steps:
    if len(batches) == 1:
        return batches[0]
    curves: dict[str, Points] = {}
    for batch in batches:
        for name, points in batch.curves.items():
            joined = curves.setdefault(name, Points(array("q"), array("d")))
            joined.steps.extend(points.steps)
            joined.values.extend(points.values)
    return Steps(curves)
