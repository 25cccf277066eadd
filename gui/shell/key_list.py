"""All keys, from actions and gestures as they are declared: for the window and docs/keys.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from gui.canvas import port_keys, viewer
from gui.inspector import number
from gui.shell.command_palette import plain

Row = tuple[str, str]
Format = QKeySequence.SequenceFormat


class Section(NamedTuple):
    """Some keys that belong together: what is pressed, and what that does."""

    title: str
    rows: tuple[Row, ...]


def listed(
    menus: QMenuBar, board: Iterable[QAction], form: Format = Format.NativeText
) -> list[Section]:
    """Every key, by menu; then those of the board, and those that are no action's.

    Args:
        menus: The window's.
        board: The actions of the canvas.
        form: How keys are written.
    """
    found, seen = [], set[int]()
    for top in menus.actions():
        menu = top.menu()
        if isinstance(menu, QMenu):
            seen.update(map(id, menu.actions()))
            found.append(Section(plain(top.text()), tuple(_rows(menu.actions(), form))))
    others = [one for one in board if id(one) not in seen]
    found += [
        Section("On the board", (*_rows(others, form), *viewer.KEYS)),
        Section("At a port or on a wire", port_keys.KEYS),
        Section("In a field for a number", number.KEYS),
        Section("By mouse on the board", viewer.MOUSE),
    ]
    return [one for one in found if one.rows]


def _rows(actions: Iterable[QAction], form: Format) -> Iterator[Row]:
    """The keys of some actions; those of four directions are one row."""
    told = set[str]()
    for action in actions:
        keys = ", ".join(one.toString(form) for one in action.shortcuts())
        keys = str(action.property("all_ways") or keys)
        if keys and keys not in told:
            told.add(keys)
            yield keys, plain(str(action.property("title") or action.text()))


def page(sections: Iterable[Section]) -> str:
    """The keys as a page of Markdown."""
    lines = [
        "# Keys",
        "",
        "In the window: **F1**. Written from the actions as they are declared;"
        " `NEUROWIRE_GOLDEN=1 make unit TESTS=tests/gui_tests/window_tests/test_key_list.py`"
        " writes it anew.",
    ]
    for section in sections:
        lines += ["", f"## {section.title}", "", "| press | what it does |", "|---|---|"]
        lines += [f"| {_cell(keys)} | {_cell(text)} |" for keys, text in section.rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")
