"""Frames: drawn around nodes, moved, named and taken away."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graph.model.history import Edit
from graph.model.sheet import Frame
from graph.model.store import Store


def add(document: Store, sheet: str, title: str, place: tuple[float, float, float, float]) -> Frame:
    """Draw a frame; its place is x, y, width and height."""
    frame = Frame(document.new_id("f"), title, *map(float, place))
    with document.group("Frame"):
        document.do(Edit("frame", sheet, frame.id, None, frame))
    return frame


def change(document: Store, sheet: str, frame: str, values: Mapping[str, Any]) -> None:
    """Move, size or rename a frame."""
    before = document.sheet(sheet).frame(frame)
    given: dict[str, Any] = {
        name: one if name == "title" else float(one) for name, one in values.items()
    }
    with document.group("Change frame"):
        document.do(Edit("frame", sheet, frame, before, replace(before, **given)))


def remove(document: Store, sheet: str, frame: str) -> None:
    """Take a frame away; what it frames stays."""
    with document.group("Remove frame"):
        before = document.sheet(sheet).frame(frame)
        document.do(Edit("frame", sheet, frame, before, None))
