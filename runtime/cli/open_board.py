"""Opening boards without a window: a file or a template, its facts, parameters set by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graph.compile import compile_document
from graph.core.errors import BadParameter, FileError, NeurowireError
from graph.declare import REGISTRY
from graph.diagnose import data_rows
from graph.diagnose.beginnings import unfit
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format import templates
from graph.format.file import SUFFIX, is_there, load
from graph.model import instances
from graph.model.sheet import BOARD, Node
from graph.problems.problem import CompileError, Problem
from runtime.protocol.config import Begins
from runtime.store import initial_weights


class BadUsage(NeurowireError):
    """Words on the command line that have no meaning."""


def open_board(name: str) -> tuple[Document, tuple[Problem, ...]]:
    """The document of a file or template, and what was wrong with the file.

    Raises:
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
            problems.append(Problem(node.id, BOARD, wrong, name=node.name))
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
