"""What went wrong, in words a person can act on, with the node that it came from."""

from __future__ import annotations

import errno
import re
import sqlite3
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, TracebackType

import torch

from graph.core.errors import NeurowireError
from graph.core.run_plan import Source
from runtime.protocol.messages import Problem

OUT_OF_MEMORY = re.compile(
    r"out of memory|can't allocate memory|not enough memory|DefaultCPUAllocator", re.IGNORECASE
)
ASKED_FOR = re.compile(r"allocate ([\d.]+) (bytes|[KMGT]iB)")
NO_SPACE = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
FULL_DISK = re.compile(
    r"no space left|disk is full|disk quota|file too large|os error (28|27)\b", re.IGNORECASE
)
UNSURE = re.compile(r"disk i/o error", re.IGNORECASE)
"""What SQLite says of a disk that is full, and of one that is broken."""


def is_full(error: BaseException) -> bool:
    """Was there no space to write it?"""
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        return True
    return FULL_DISK.search(str(error)) is not None


def unwritten(error: BaseException) -> str:
    """What to do where something could not be written."""
    if is_full(error):
        return "free some space"
    if UNSURE.search(str(error)):
        return "see that its disk has room and is whole"
    return "see that its folder may be written to"


def explain(error: BaseException, source: Path, files: Mapping[str, Source]) -> Problem:
    """Turn an error that a run raised into a problem.

    Args:
        error: What was raised.
        source: The folder the run's source was imported from.
        files: That source, for the nodes of its lines.
    """
    if isinstance(error, NeurowireError):
        return Problem(None, str(error), getattr(error, "advice", ""))
    node, detail = locate(error, source, files)
    text = str(error).strip() or type(error).__name__
    if is_full(error):
        where = getattr(error, "filename", None)
        return Problem(
            None,
            f"The disk is full: could not write {where or 'the run'}.",
            "Free some space, then resume the run from its last checkpoint.",
            detail,
        )
    if isinstance(error, sqlite3.Error):
        return Problem(
            None,
            f"The run could not be recorded: {text}.",
            f"{unwritten(error).capitalize()}, then resume the run from its last checkpoint.",
            detail,
        )
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and OUT_OF_MEMORY.search(text)
    ):
        return Problem(
            node,
            f"Out of memory{asked_for(text)}.",
            "Lower the batch size, or make this part of the network smaller.",
            detail,
        )
    if isinstance(error, FileNotFoundError) and error.filename:
        return Problem(
            node,
            f"There is no file {error.filename}.",
            "Check the path in this node, or say where data lies with --data-dir.",
            detail,
        )
    if isinstance(error, OSError) and error.filename and error.strerror:
        return Problem(
            node,
            f"{error.filename} can't be used: {error.strerror}.",
            "Choose another place, or look at who may read and write there.",
            detail,
        )
    advice = "Look at the shapes on the wires into this node, and at its parameters."
    if isinstance(error, ImportError):
        advice = f"Install it: pip install {error.name}" if error.name else "Install what it names."
    elif isinstance(error, ValueError):
        advice = "Check this node's parameters and its data." if node else ""
    elif not isinstance(error, RuntimeError | IndexError | TypeError):
        text = f"{type(error).__name__}: {text}"
    return Problem(node, text, advice, detail)


def locate(
    error: BaseException, source: Path, files: Mapping[str, Source]
) -> tuple[str | None, str]:
    """The node whose line raised an error, and that line: the innermost one that has a node."""
    node, detail = None, ""
    for frame, number in walk(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        if path.parent != source or path.name not in files:
            continue
        file = files[path.name]
        lines = file.text.splitlines()
        here = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        nodes = nodes_of(file, number)
        if nodes or not detail:
            detail = f"{path.name}, line {number}: {here}"
        if nodes:
            node = nodes[0]
    return node, detail


def walk(trace: TracebackType | None) -> list[tuple[FrameType, int]]:
    """The frames of a traceback with their lines, the outermost first."""
    return [(frame, number) for frame, number in traceback.walk_tb(trace)]


def nodes_of(file: Source, number: int) -> tuple[str, ...]:
    """The nodes of a line, counted from 1."""
    return file.nodes[number - 1] if 0 < number <= len(file.nodes) else ()


def asked_for(text: str) -> str:
    """How much memory torch asked for in vain, where its message says so."""
    found = ASKED_FOR.search(text)
    if not found:
        return ""
    number, unit = float(found[1]), found[2].replace("bytes", "B")
    if unit == "B":
        number, unit = number / 1e9, "GB"
    return f": it asked for {number:,.1f} {unit}"
