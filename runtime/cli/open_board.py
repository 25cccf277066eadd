"""Opening boards without a window: a file or a template, its facts, parameters set by hand."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graph.core.errors import BadParameter, FileError, NeurowireError
from graph.edit.document import Document
from graph.format import templates
from graph.format.file import SUFFIX, is_there, load
from graph.model import instances
from graph.model.sheet import BOARD, Node
from graph.problems.problem import Problem
from runtime.store import program


class BadUsage(NeurowireError):
    """Words on the command line that have no meaning."""


def open_board(name: str) -> tuple[Document, tuple[Problem, ...]]:
    """The document of a file or template, and what was wrong with the file.

    Raises:
        DataFile: If it is data, of which a board can be made.
        FileError: If there is neither.
    """
    path = Path(name)
    if is_there(path):
        loaded = load(path)
        return loaded.document, loaded.problems
    if name in templates.names():
        return templates.open_template(name), ()
    if path.suffix == SUFFIX or path.parent != Path():
        raise FileError(f"{name}: there is no such file.")
    known = ", ".join(templates.names())
    raise FileError(f"{name}: there is no such file, and no such template; templates are {known}.")


def how_to_begin(path: Path) -> str:
    """The command that makes a board of data."""
    return f"Make a board of it: {program.COMMAND} new {typed(path)}"


def typed(path: Path) -> str:
    """A path as it is typed in a terminal."""
    return subprocess.list2cmdline([str(path)]) if os.name == "nt" else shlex.quote(str(path))


def set_params(document: Document, assignments: Iterable[str]) -> None:
    """Carry out `NODE.PARAM=VALUE` for each; `find_node` says what NODE may be.

    Raises:
        BadUsage: If one names no node, several nodes or no parameter, or gives a value that it
            can't take.
    """
    for assignment in assignments:
        target, equals, text = assignment.partition("=")
        name, dot, param = target.rpartition(".")
        if not equals or not dot:
            raise BadUsage(f"--set {assignment}: expected NODE.PARAM=VALUE, such as adam.lr=0.01")
        try:
            node = find_node(document, name)
        except BadUsage as error:
            raise BadUsage(f"--set {assignment}: {error}") from error
        found = instances.find_param(document.networks, node, param)
        if found is None or found.kind == "values":  # those of a network are set by their names
            known = ", ".join(one.name for one in document.parameters(node))
            raise BadUsage(
                f"--set {assignment}: {name} has no parameter {param!r}; it has {known or 'none'}"
            )
        try:
            document.set_params(node.id, **{param: value_of(text)})
        except BadParameter as error:
            raise BadUsage(f"--set {assignment}: {error}") from error


def nodes(document: Document) -> list[Node]:
    """Every node on every sheet."""
    return [node for sheet in document.sheets() for node in sheet.nodes.values()]


def find_node(document: Document, name: str) -> Node:
    """The node that a name on the command line means.

    A plain name means the node that alone has it, wherever that is; `network.node` means the one
    in a network, `board.node` the one on the board. Where no node has the name it may be an id.

    Raises:
        BadUsage: If no node or several could be meant; the message says how each is typed.
    """
    sheet, _, plain = name.rpartition(".")
    homes = [home for home in document.sheets() if sheet in ("", home.name)]
    named = [(home, node) for home in homes for node in home.nodes.values() if node.name == plain]
    if len(named) > 1:
        meant = " or ".join(f"{home.name}.{node.name}" for home, node in named)
        raise BadUsage(f"several nodes are called {name!r}; say which: {meant}")
    found = [node for _, node in named] or [one for one in nodes(document) if one.id == name]
    if not found:
        raise BadUsage(f"there is no node {name!r}; nodes are {', '.join(_typed(document))}")
    return found[0]


def _typed(document: Document) -> list[str]:
    """Every node as it can be typed: those of the board first, each without a need plain."""
    often = Counter(node.name for node in nodes(document))
    return [
        node.name if sheet.name == BOARD and often[node.name] == 1 else f"{sheet.name}.{node.name}"
        for sheet in document.sheets()
        for node in sorted(sheet.nodes.values(), key=lambda one: one.name)
    ]


def value_of(text: str) -> Any:
    """A parameter's value: what JSON or Python writes so, else the text itself."""
    spelled = {"True": True, "False": False, "None": None}
    if text in spelled:
        return spelled[text]
    try:
        return json.loads(text)
    except ValueError:
        return text
