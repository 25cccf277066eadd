"""The `.neurowire` file: JSON text with sorted keys. Loading is read, migrate, build."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from graph import names
from graph.declare import REGISTRY
from graph.document import Document
from graph.errors import BadParameter, FileError
from graph.history import Edit
from graph.problems import Problem
from graph.rules import reaches
from graph.settings import Settings
from graph.sheet import BOARD, End, Frame, Link, Node, Sheet

FORMAT = 1
SUFFIX = ".neurowire"

MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From the format of the key to the next: each takes the file's content and gives it changed."""


@dataclass(frozen=True)
class Loaded:
    """A document read from a file, and what was wrong with the file.

    Attributes:
        document: All that could be read.
        problems: What could not, each with its place.
    """

    document: Document
    problems: tuple[Problem, ...]


def save_text(document: Document) -> str:
    """The document as the text of a file; the same document gives the same text."""
    content = {
        "format": FORMAT,
        "settings": asdict(document.settings),
        "board": _sheet_content(document.board),
        "networks": {name: _sheet_content(sheet) for name, sheet in document.networks.items()},
        **document.unknown,
    }
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def save(document: Document, path: Path) -> None:
    """Write the file; a reader finds the old one or the new one, never half of one.

    Raises:
        FileError: If it can't be written; the old file is as it was.
    """
    write_atomic(path, save_text(document))


def write_atomic(path: Path, text: str) -> None:
    """Write text beside a file, then put it in the file's place.

    Raises:
        FileError: If it can't be written; the old file is as it was.
    """
    aside = None
    try:
        descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(path.stat().st_mode if path.exists() else 0o644)
        Path(aside).replace(path)
    except OSError as error:
        if aside is not None:
            Path(aside).unlink(missing_ok=True)
        raise FileError(
            f"{path}: it can't be written ({error.strerror}). Free some space or choose another "
            "folder; what was saved before is unchanged."
        ) from error


def load(path: Path) -> Loaded:
    """Read a file.

    Raises:
        FileError: If it can't be read, is not ours, or comes from a newer Neurowire.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise FileError(f"{path}: it can't be read ({reason}). Choose a {SUFFIX} file.") from error
    loaded = load_text(text, place=str(path))
    loaded.document.name = path.stem
    return loaded


def load_text(text: str, *, place: str = "this text") -> Loaded:
    """Read a file's text; what can't be understood becomes a problem, never a loss.

    Raises:
        FileError: If it is not ours, or comes from a newer Neurowire.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise FileError(
            f"{place}: expected JSON, found something else at {error}. "
            "The file is damaged: restore it from a copy; it was not changed."
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("format"), int):
        raise FileError(
            f"{place}: expected a Neurowire file with a `format`; this is another file."
        )
    if content["format"] > FORMAT:
        raise FileError(
            f"{place}: it has format {content['format']}, this version reads up to {FORMAT}. "
            "Open it with a newer Neurowire; it was not changed."
        )
    for version in range(content["format"], FORMAT):
        content = MIGRATIONS[version](content)
    return _Builder(content).build()


def _sheet_content(sheet: Sheet) -> dict[str, Any]:
    return {
        "nodes": {node.id: _node_content(node) for node in sheet.nodes.values()},
        "links": [
            {"from": list(link.source), "to": list(link.target), "rank": link.rank}
            for link in sorted(sheet.links.values(), key=_link_order)
        ],
        "frames": {
            frame.id: {k: v for k, v in asdict(frame).items() if k != "id"}
            for frame in sheet.frames.values()
        },
    }


def _link_order(link: Link) -> tuple[int, str, int, int, str]:
    number = int(link.target.node[1:])
    return number, link.target.port, link.rank, int(link.source.node[1:]), link.source.port


def _node_content(node: Node) -> dict[str, Any]:
    content: dict[str, Any] = {
        "type": node.type,
        "name": node.name,
        "position": list(node.position),
    }
    if node.params:
        content["params"] = dict(node.params)
    if node.twin:
        content["twin"] = node.twin
    if node.muted:
        content["muted"] = True
    return content


class _Builder:
    """Builds a document from a file's content and collects what is wrong with it."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.document = Document()
        self.problems: list[Problem] = []

    def build(self) -> Loaded:
        known = {"format", "settings", "board", "networks"}
        self.document.unknown = {k: v for k, v in self.content.items() if k not in known}
        edits = self._settings()
        sheets = {BOARD: self.content.get("board", {})}
        networks = self.content.get("networks", {})
        if isinstance(networks, dict):
            sheets.update(networks)
        for name, content in sheets.items():
            if name != BOARD:
                if not names.is_name(name):
                    self._problem(name, "a network's name must be an identifier; it is left out")
                    continue
                edits.append(Edit("network", name, name, None, True))
            edits += self._sheet(name, content if isinstance(content, dict) else {})
        self.document.restore(edits)
        for sheet in self.document.sheets():
            self._cut_circles(sheet)
        self.document.forget_history()
        return Loaded(self.document, tuple(self.problems))

    def _problem(self, sheet: str, text: str, node: str | None = None, name: str = "") -> None:
        self.problems.append(Problem(node, sheet, text, name=name, severity="warning"))

    def _settings(self) -> list[Edit]:
        given = self.content.get("settings", {})
        settings = Settings()
        if not isinstance(given, dict):
            self._problem(BOARD, "settings: expected a table; the defaults are taken")
            return []
        for field in fields(Settings):
            if field.name in given:
                try:
                    settings = settings.with_values(**{field.name: given[field.name]})
                except BadParameter as error:
                    self._problem(BOARD, f"{error}; the default is taken")
        if settings == self.document.settings:
            return []
        return [Edit("settings", BOARD, None, self.document.settings, settings)]

    def _sheet(self, sheet: str, content: Mapping[str, Any]) -> list[Edit]:
        edits: list[Edit] = []
        nodes: dict[str, Node] = {}
        taken: set[str] = set()
        entries = content.get("nodes", {})
        for key, entry in sorted((entries if isinstance(entries, dict) else {}).items(), key=_age):
            node = self._node(sheet, key, entry, taken)
            if node is not None:
                nodes[key] = node
                taken.add(node.name)
        for node in list(nodes.values()):
            if node.twin and (node.twin not in nodes or nodes[node.twin].type != node.type):
                text = f"the node it shares weights with ({node.twin}) is missing; it has its own"
                self._problem(sheet, text, node.id, node.name)
                nodes[node.id] = replace(node, twin=None)
            edits.append(Edit("node", sheet, node.id, None, nodes[node.id]))
        edits += self._links(sheet, content.get("links", []), nodes)
        frames = content.get("frames", {})
        for key, entry in (frames if isinstance(frames, dict) else {}).items():
            try:
                sizes = [float(entry[name]) for name in ("x", "y", "width", "height")]
                edits.append(
                    Edit("frame", sheet, key, None, Frame(key, str(entry["title"]), *sizes))
                )
            except (TypeError, KeyError, ValueError):
                self._problem(sheet, f"frame {key}: it can't be read and is left out")
        return edits

    def _node(self, sheet: str, key: str, entry: Any, taken: set[str]) -> Node | None:
        if not (isinstance(entry, dict) and isinstance(entry.get("type"), str)):
            self._problem(sheet, f"node {key}: expected a table with a type; it is left out")
            return None
        if not (key[:1] == "n" and key[1:].isdigit()):
            self._problem(sheet, f"node {key}: expected an id such as n7; it is left out")
            return None
        position = entry.get("position", [0, 0])
        try:
            x, y = (float(one) for one in position)
        except (TypeError, ValueError):
            self._problem(sheet, "its position can't be read; it is put at the middle", key)
            x, y = 0.0, 0.0
        name = str(entry.get("name", key))
        if not names.is_name(name) or name in taken:
            better = names.unique(name if names.is_name(name) else names.to_name(name), taken)
            self._problem(
                sheet, f"the name {name!r} can't be used; it is {better} now", key, better
            )
            name = better
        declaration = REGISTRY.find(entry["type"])
        node_type = declaration.type if declaration else entry["type"]
        params = self._params(sheet, key, name, node_type, entry.get("params", {}))
        twin, muted = entry.get("twin"), entry.get("muted") is True
        return Node(key, node_type, name, params, (x, y), twin, muted)

    def _params(
        self, sheet: str, key: str, name: str, node_type: str, given: Any
    ) -> dict[str, Any]:
        declaration = REGISTRY.find(node_type)
        if not isinstance(given, dict):
            self._problem(sheet, "its parameters can't be read; defaults are taken", key, name)
            return {}
        if declaration is None:
            text = f"the type {node_type!r} is unknown to this version; it is kept as it is"
            self._problem(sheet, text, key, name)
            return dict(given)
        found = {}
        for word, value in given.items():
            param = declaration.param(word)
            if param is None:
                text = f"it has no parameter {word!r}; the value {value!r} is left out"
                self._problem(sheet, text, key, name)
                continue
            try:
                checked = param.check(value)
            except BadParameter as error:
                self._problem(sheet, f"{error}; the default {param.default} is taken", key, name)
                continue
            if checked != param.default:
                found[param.name] = checked
        return found

    def _links(self, sheet: str, entries: Any, nodes: Mapping[str, Node]) -> list[Edit]:
        edits = []
        seen = set()
        for entry in entries if isinstance(entries, list) else []:
            try:
                source, target = End(*map(str, entry["from"])), End(*map(str, entry["to"]))
                link = Link(source, target, int(entry.get("rank", 0)))
            except (TypeError, KeyError, ValueError):
                self._problem(sheet, f"link {entry!r}: it can't be read and is left out")
                continue
            reason = self._why_no_link(link, nodes)
            if reason is None and link.key not in seen:
                seen.add(link.key)
                edits.append(Edit("link", sheet, link.key, None, link))
            elif reason is not None:
                where = f"wire {source.node}.{source.port} to {target.node}.{target.port}"
                self._problem(sheet, f"{where}: {reason}; it is left out")
        return edits

    def _why_no_link(self, link: Link, nodes: Mapping[str, Node]) -> str | None:
        for end, side in ((link.source, "outputs"), (link.target, "inputs")):
            if end.node not in nodes:
                return f"there is no node {end.node}"
            node = nodes[end.node]
            declaration = REGISTRY.find(node.type)
            if declaration is None or declaration.role == "instance":
                continue
            ports = getattr(declaration.ports_of(node.params), side)
            if end.port not in {port.name for port in ports}:
                return f"{node.name} has no port {end.port!r}"
        return None

    def _cut_circles(self, sheet: Sheet) -> None:
        """Leave out wires that close a circle without a Memory node."""
        from graph.order import topological  # noqa: PLC0415 - only for damaged files

        while len(topological(sheet)) < len(sheet.nodes):
            left = set(sheet.nodes) - set(topological(sheet))
            for link in sorted(sheet.links.values(), key=_link_order):
                if {link.source.node, link.target.node} <= left and reaches(
                    sheet, link.target.node, link.source.node
                ):
                    self._problem(
                        sheet.name, f"a wire into {link.target.node} closes a circle; cut"
                    )
                    self.document.unlink(link)
                    break


def _age(entry: tuple[str, Any]) -> tuple[int, str]:
    key = entry[0]
    return (int(key[1:]) if key[1:].isdigit() else 0), key
