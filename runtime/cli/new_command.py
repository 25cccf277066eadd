"""`new`: a board made from a template, or of data of a person's own as the window makes it."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from graph.core.errors import FileError
from graph.core.plain_text import plain
from graph.core.wording import many
from graph.declare import REGISTRY
from graph.edit import dropped_files
from graph.edit.document import Document
from graph.format import templates
from graph.format.file import SUFFIX, is_there, save
from graph.model.sheet import Node
from graph.nodes.data.table_file import TARGET
from graph.problems.problem import CompileError, Problem
from graph.suggest import first_network
from runtime.cli import open_board
from runtime.cli.open_board import BadUsage
from runtime.store import program
from runtime.worker import board_facts

PACKED = (".gz", ".bz2", ".xz", ".zip")
FEW = 20
APART = ("target", "file names", "left out")
"""Kinds of columns that are not learned from."""
PLAIN = ("", "none")
"""Decisions of which nothing is said."""


def new_file(options: argparse.Namespace) -> int:
    """Make a file from a template or of data; what was decided of data is told."""
    source = Path(options.source)
    from_template = options.source in templates.names()
    if not from_template and not is_there(source):
        known = ", ".join(templates.names())
        raise FileError(
            f"{source}: there is no such file or folder, and no such template; templates are "
            f"{known}."
        )
    if not from_template and source.suffix == SUFFIX:
        raise FileError(f"{source}: this is a board already; name a template, or data.")
    path = place_of(options.file or named_after(source))
    if os.path.exists(path):
        print(f"{path}: it exists already; choose another name.", file=sys.stderr)
        return 1
    if from_template:
        if options.target:
            raise BadUsage("--target COLUMN is for a table, not for a template")
        document, lines = templates.open_template(options.source), list[str]()
        open_board.set_params(document, options.set)
    else:
        document, lines = board_of(source, options)
    written(document, path)
    print(*map(plain, [*lines, path]), sep="\n")
    if not from_template:
        print(plain(f"Train it: {program.COMMAND} train {open_board.typed(path)}"))
    return 0


def named_after(source: Path) -> str:
    """The board of some data or of a template where nobody said: of its name, in this folder."""
    name = source.absolute().name
    while Path(name).suffix.lower() in PACKED:
        name = Path(name).stem
    return name if os.path.isdir(source) else Path(name).stem


def place_of(name: str) -> Path:
    """The file that a name means, with its ending."""
    path = Path(name)
    return path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)


def written(document: Document, path: Path) -> None:
    """Write a board, and make the folder it is to lie in.

    Raises:
        FileError: If it can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"{path.parent}: no folder can be made here ({error.strerror}). Choose another."
        ) from error
    save(document, path)


def board_of(source: Path, options: argparse.Namespace) -> tuple[Document, list[str]]:
    """The board that reads data and learns from them, and what was decided.

    Raises:
        CompileError: If the data can't be read, or not be learned from.
        Refused: If no node reads such a file.
    """
    document = Document()
    kind, params = dropped_files.data_node(source.absolute())
    data = document.add_node(kind, params=params)
    if options.target:
        set_target(document, data, options.target)
    open_board.set_params(document, options.set)
    inference, problems = board_facts.learn(document, options.data_dir)
    found = [*problems, *(one for one in inference.problems if one.node == data.id)]
    if data.id not in inference.facts or any(one.severity == "error" for one in found):
        raise CompileError(found)
    if not first_network.fits(inference, data.id):
        tell(found)
        lines = [*told(document.node(data.id), inference.facts[data.id])]
        return document, [*lines, "no network: there is nothing to predict yet"]
    first_network.build(inference, data.id)
    whole, problems = board_facts.learn(document, options.data_dir)
    tell([*problems, *whole.problems])
    # as the network takes them: a column of many words is looked up by now
    lines = [*told(document.node(data.id), whole.facts.get(data.id) or inference.facts[data.id])]
    size, time = many(whole.total_weights, "weight"), many(document.settings.epochs, "epoch")
    return document, [*lines, f"network: {size}, {time}"]


def tell(found: Iterable[Problem]) -> None:
    """Print what is hardly meant, as `check` does."""
    for one in found:
        print(f"{one.severity}: {one}", file=sys.stderr)


def set_target(document: Document, data: Node, column: str) -> None:
    """Choose the column to predict.

    Raises:
        BadUsage: If the data are no table.
    """
    declaration = REGISTRY.find(data.type)
    if declaration is None or not declaration.has("written"):
        raise BadUsage("--target COLUMN is for a table; the classes of a folder are its folders")
    bound = declaration.bind(document.params(data))
    document.set_params(data.id, **bound.take(column, TARGET, ()))


def told(node: Node, facts: Mapping[str, Any]) -> Iterator[str]:
    """What was decided about data, a line each."""
    count, held = int(facts.get("count", 0)), int(facts.get("validation", 0))
    yield f"{node.name}: {many(count, 'example')} to train on, {held:,} held out"
    columns = facts.get("columns") or ()
    if classes := facts.get("classes"):
        yield f"  to tell apart: {few(classes)}"
    for kind in dict.fromkeys(one["kind"] for one in columns if one["kind"] not in APART):
        yield f"  {kind}: {few([one['name'] for one in columns if one['kind'] == kind])}"
    decided = (facts.get("decided") or {}).items()
    if said := [f"{name} {text}" for name, text in decided if text not in PLAIN]:
        yield f"  read as: {', '.join(said)}"
    if facts.get("note"):
        yield textwrap.fill(str(facts["note"]), 100, initial_indent="  ", subsequent_indent="    ")


def few(words: Sequence[object]) -> str:
    """The first of some words, and how many more there are."""
    rest = len(words) - FEW
    return ", ".join(map(str, words[:FEW])) + (f" and {rest:,} more" if rest > 0 else "")
