"""What a board's data and its files of weights say of it, learned without a window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graph.compile import compile_document
from graph.declare import REGISTRY
from graph.diagnose import data_rows
from graph.diagnose.beginnings import unfit
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import BOARD, Node
from graph.problems.changes import changes
from graph.problems.problem import CompileError, Problem
from runtime.protocol.config import Begins
from runtime.store import initial_weights


def learn(
    document: Document, data_dir: str | None, batch_size: int | None = None
) -> tuple[Diagnosis, list[Problem]]:
    """Infer a board's types, after reading the data whose shape only the data know.

    Data that are not on this computer are a warning: the board is right all the same.
    """
    facts: dict[str, Mapping[str, Any]] = {}
    problems = []
    several = len(data_rows.live_data(document.board)) > 1
    for node in document.board.nodes.values():
        declaration = REGISTRY.find(node.type)
        if declaration is None or node.muted or declaration.role != "data":
            continue
        from runtime import data  # noqa: PLC0415 - readers load when needed

        source = data.SOURCES.get(node.type.removeprefix("data.").replace("_", "-"))
        if source and source.files and data.find(source, data_dir) is None:
            text = f"{source.title} is not on this computer."
            problems.append(
                Problem(
                    node.id,
                    BOARD,
                    text,
                    name=node.name,
                    severity="warning",
                    advice=source.advice,
                )
            )
            continue
        if not (declaration.has("needs_facts") or several or (source and source.files)):
            continue
        params = document.params(node)
        paths = [params[one.name] for one in declaration.params if one.kind in {"path", "folder"}]
        if lost := data.lost(filter(None, paths), data_dir):
            problems.append(_lost(node, lost))
            continue
        try:
            facts[node.id] = data.probe(node.type, params, data_dir)
        except (ValueError, OSError) as error:
            wrong = str(error)
            if isinstance(error, OSError) and error.filename and error.strerror:
                wrong = f"{error.filename} can't be used: {error.strerror}"
            fixes = changes(node, data.fixes_of(error))
            problems.append(Problem(node.id, BOARD, wrong, name=node.name, fixes=fixes))
    inference = Diagnosis(document, facts, watch=False, batch_size=batch_size)
    return inference, [*problems, *_weights(inference, data_dir)]


def _weights(inference: Diagnosis, data_dir: str | None) -> Iterator[Problem]:
    """Files with weights to begin with that are missing, or do not fit."""
    document = inference.document
    named = initial_weights.weights(document)
    if not named:
        return
    from runtime.worker import beginnings  # noqa: PLC0415 - torch loads when needed

    made = _making(inference)
    for node in document.board.nodes.values():
        if (path := named.get(node.name)) is not None:
            result = inference.result(node.id)
            begins = Begins(node.name, path, result.weights if result else None)
            text, advice = beginnings.wrong(made.get(node.id, begins), data_dir)
            if text:
                yield unfit(node, text, advice)


def _making(inference: Diagnosis) -> dict[str, Begins]:
    """What makes each network that begins with a file; nothing of a board with errors."""
    try:
        project = compile_document(inference.document, inference=inference)
    except CompileError:
        return {}
    files = {name: one.text for name, one in project.files.items()}
    return {
        one.node: Begins(one.network, one.path, None, one.constructor, files)
        for one in project.begins
    }


def unread(inference: Diagnosis) -> set[str]:
    """Data nodes that know nothing, not even sizes, until their files are read."""
    return {
        node.id
        for node in data_rows.live_data(inference.document.board)
        if node.id not in inference.facts
        and (declaration := REGISTRY.find(node.type)) is not None
        and declaration.has("needs_facts")
    }


def _lost(node: Node, path: str) -> Problem:
    """A file or folder of data that is not on this computer."""
    return Problem(
        node.id,
        BOARD,
        f"{path} is not on this computer, so what it holds is not known",
        name=node.name,
        severity="warning",
        expected="a file or folder there, or of that name in a data folder",
        received="none",
        advice="put it there, choose another path, or name its folder by --data-dir",
    )
