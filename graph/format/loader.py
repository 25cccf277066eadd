"""A document from a file's content: what can't be understood becomes a problem, never a loss."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from graph.core import limits, names
from graph.core.errors import BadParameter
from graph.core.limits import brief
from graph.declare import REGISTRY
from graph.edit import exposing, links, overrides, rules
from graph.edit.document import Document
from graph.model.history import Edit
from graph.model.settings import Settings
from graph.model.sheet import BOARD, End, Exposed, Frame, Link, Node, Sheet
from graph.problems.problem import Problem


@dataclass(frozen=True)
class Loaded:
    """A document read from a file, and what was wrong with the file.

    Attributes:
        document: All that could be read.
        problems: What could not, each with its place.
    """

    document: Document
    problems: tuple[Problem, ...]


class Builder:
    """Builds a document from a file's content and collects what is wrong with it."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.document = Document()
        self.problems: list[Problem] = []

    def build(self) -> Loaded:
        """The document, with all that could be understood, and the problems."""
        with self.document.group("Open"):
            self._fill()
        self.document.forget_history()
        return Loaded(self.document, tuple(self.problems))

    def _fill(self) -> None:
        known = {"format", "settings", "board", "networks"}
        self.document.unknown = {k: v for k, v in self.content.items() if k not in known}
        sheets = {BOARD: self._table(BOARD, self.content, "board")}
        for name, content in self._table(BOARD, self.content, "networks").items():
            if not names.is_name(name) or name == BOARD:
                self._problem(
                    BOARD, f"network {brief(name)}: expected an identifier; it is left out"
                )
                continue
            sheets[name] = content
            self.document.do(Edit("network", name, name, None, True))
        self.document.restore(self._settings())
        for name, content in sheets.items():
            if not isinstance(content, dict):
                self._problem(name, "the sheet can't be read; it is left empty")
                sheets[name] = {}
        renamed = {name: self._nodes(name, sheets[name]) for name in sheets}
        for name, content in sheets.items():
            self._exposed(name, content, renamed[name])
        self._mend()
        for name, content in sheets.items():
            self._links(name, content, renamed[name])
            self._frames(name, content)

    def _table(self, sheet: str, content: Mapping[str, Any], key: str) -> dict[str, Any]:
        found = content.get(key, {})
        if isinstance(found, dict):
            return found
        self._problem(sheet, f"{key}: expected a table, found {brief(found)}; it is left empty")
        return {}

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

    def _nodes(self, sheet: str, content: Mapping[str, Any]) -> dict[str, str]:
        """Put a sheet's nodes in place; gives the ids they got by the ids they had."""
        nodes: dict[str, Node] = {}
        taken: set[str] = set()
        ids: dict[str, str] = {}
        for key, entry in sorted(self._table(sheet, content, "nodes").items(), key=_age):
            node = self._node(sheet, key, entry, taken)
            if node is None:
                continue
            if self.document.has(key):
                node = replace(node, id=self._free_id())
                text = f"its id {key} is that of a node on another sheet; it is {node.id} now"
                self._problem(sheet, text, node.id, node.name)
            ids[key] = node.id
            nodes[node.id] = node
            taken.add(node.name)
        for node in nodes.values():
            self.document.do(
                Edit("node", sheet, node.id, None, self._linked(sheet, node, nodes, ids))
            )
        for node in nodes.values():
            reason = rules.why_not_here(self.document, node.type, node.params, sheet)
            if reason is not None:
                self._problem(sheet, f"{reason}; it is left out", node.id, node.name)
                self.document.remove([node.id])
        return ids

    def _free_id(self) -> str:
        """An id that no node of the file has."""
        sheets = [self.content.get("board"), *dict(self.content.get("networks", {})).values()]
        tables = [one.get("nodes") for one in sheets if isinstance(one, dict)]
        used = [key for table in tables if isinstance(table, dict) for key in table]
        numbers = [int(key[1:]) for key in used if _ID.fullmatch(key)]
        while (number := int(self.document.new_id()[1:])) <= max(numbers, default=0):
            pass
        return f"n{number}"

    def _linked(
        self, sheet: str, node: Node, nodes: Mapping[str, Node], ids: Mapping[str, str]
    ) -> Node:
        """The node with the leader whose weights it shares, if there is such a one."""
        if node.twin is None:
            return node
        leader, seen = node, {node.id}
        while leader.twin is not None:
            following = nodes.get(ids.get(leader.twin, ""))
            if following is None or following.type != node.type or following.id in seen:
                text = f"the node it shares weights with ({node.twin}) is missing; it has its own"
                self._problem(sheet, text, node.id, node.name)
                return replace(node, twin=None)
            leader = following
            seen.add(leader.id)
        if node.params != leader.params:
            text = f"it shares weights with {leader.name}, so its parameters are those of it now"
            self._problem(sheet, text, node.id, node.name)
        return replace(node, twin=leader.id, params=leader.params)

    def _exposed(self, sheet: str, content: Mapping[str, Any], ids: Mapping[str, str]) -> None:
        home = self.document.sheet(sheet)
        for name, entry in self._table(sheet, content, "exposed").items():
            try:
                node, param = entry
                exposed = Exposed(ids.get(node, str(node)), str(param))
            except (TypeError, ValueError):
                self._problem(sheet, f"exposed {brief(name)}: expected a node and a parameter")
                continue
            reason = exposing.why_not_shown(home, exposed, name)
            if reason is None:
                self.document.do(Edit("exposed", sheet, name, None, exposed))
            else:
                self._problem(sheet, f"exposed {brief(name)}: {reason}; it is left out")

    def _mend(self) -> None:
        """Take values from instances that their networks do not take."""
        for sheet in self.document.sheets():
            for node in list(sheet.nodes.values()):
                for reason in overrides.mend(self.document, node):
                    self._problem(sheet.name, f"{reason}; it is left out", node.id, node.name)

    def _frames(self, sheet: str, content: Mapping[str, Any]) -> None:
        for key, entry in self._table(sheet, content, "frames").items():
            try:
                sizes = [_nearer(_finite(entry[name])) for name in ("x", "y", "width", "height")]
                frame = Frame(key, limits.cut(str(entry["title"]), limits.TEXT), *sizes)
            except (TypeError, KeyError, ValueError, OverflowError):
                shown = limits.cut(key, limits.SHOWN)
                self._problem(sheet, f"frame {shown}: it can't be read and is left out")
                continue
            self.document.do(Edit("frame", sheet, key, None, frame))

    def _node(self, sheet: str, key: str, entry: Any, taken: set[str]) -> Node | None:
        shown = limits.cut(key, limits.SHOWN)
        if not (isinstance(entry, dict) and isinstance(entry.get("type"), str)):
            self._problem(sheet, f"node {shown}: expected a table with a type; it is left out")
            return None
        if not _ID.fullmatch(key):
            self._problem(sheet, f"node {shown}: expected an id such as n7; it is left out")
            return None
        if len(entry["type"]) > limits.NAME:
            self._problem(sheet, f"node {key}: its type is too long for one; it is left out")
            return None
        position = entry.get("position", [0, 0])
        try:
            x, y = (_finite(one) for one in position)
            if max(abs(x), abs(y)) > limits.COORDINATE:
                x, y = _nearer(x), _nearer(y)
                named = limits.cut(str(entry.get("name", key)), limits.NAME)
                text = f"it lay more than {limits.COORDINATE:,.0f} pixels out; it is put nearer"
                self._problem(sheet, text, key, named)
        except (TypeError, ValueError, OverflowError):
            self._problem(sheet, "its position can't be read; it is put at the middle", key)
            x, y = 0.0, 0.0
        name = entry.get("name", key)
        name = name if isinstance(name, str) else limits.brief(name)
        if not names.is_name(name) or name in taken:
            better = names.unique(name if names.is_name(name) else names.to_name(name), taken)
            self._problem(
                sheet, f"the name {brief(name)} can't be used; it is {better} now", key, better
            )
            name = better
        declaration = REGISTRY.find(entry["type"])
        node_type = declaration.type if declaration else entry["type"]
        params = self._params(sheet, key, name, node_type, entry.get("params", {}))
        twin = str(entry["twin"]) if entry.get("twin") else None
        muted, size = entry.get("muted") is True, limits.read_size(entry.get("size"))
        if size is None and entry.get("size") is not None:
            self._problem(
                sheet, "the size of its picture can't be read; it has the usual", key, name
            )
        return Node(key, node_type, name, params, (x, y), twin, muted, size)

    def _params(
        self, sheet: str, key: str, name: str, node_type: str, given: Any
    ) -> dict[str, Any]:
        declaration = REGISTRY.find(node_type)
        if not isinstance(given, dict):
            self._problem(sheet, "its parameters can't be read; defaults are taken", key, name)
            return {}
        if declaration is None:
            text = f"the type {brief(node_type)} is unknown to this version; it is kept as it is"
            self._problem(sheet, text, key, name)
            return dict(given)
        found = {}
        for word, value in given.items():
            param = declaration.param(word)
            if param is None:
                text = f"it has no parameter {brief(word)}; the value {brief(value)} is left out"
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

    def _links(self, sheet: str, content: Mapping[str, Any], ids: Mapping[str, str]) -> None:
        home = self.document.sheet(sheet)
        entries = content.get("links", [])
        if not isinstance(entries, list):
            self._problem(sheet, f"links: expected a list, found {brief(entries)}")
            return
        for entry in entries:
            try:
                (source, start), (target, finish) = entry["from"], entry["to"]
                ends = (
                    End(ids.get(source, str(source)), str(start)),
                    End(ids.get(target, str(target)), str(finish)),
                )
                link = Link(*ends, int(entry.get("rank", 0)), int(entry.get("again", 0)))
            except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
                self._problem(sheet, f"link {brief(entry)}: it can't be read and is left out")
                continue
            if (present := home.links.get(link.key)) is not None:
                if present.rank == link.rank:
                    continue  # said twice
                link = links.beside(home, link)
            reason = rules.why_not_read(self.document, link, home)
            if reason is None:
                self.document.do(Edit("link", sheet, link.key, None, link))
            else:
                self._problem(sheet, f"{_wire(link)}: {reason}; it is left out", *_at(home, link))
        for link in links.cut_circles(self.document, home):
            text = f"{_wire(link)} closes a circle, so it is cut: {rules.NO_LOOP}"
            self._problem(sheet, text, *_at(home, link))


_ID = re.compile(r"n[1-9][0-9]{0,11}")


def _wire(link: Link) -> str:
    ends = (limits.cut(".".join(end), limits.SHOWN) for end in (link.source, link.target))
    return f"wire {' to '.join(ends)}"


def _at(sheet: Sheet, link: Link) -> tuple[str | None, str]:
    """The node a problem with a wire is shown at."""
    node = sheet.nodes.get(link.target.node)
    return (node.id, node.name) if node else (None, "")


def _nearer(number: float) -> float:
    """A coordinate that is no further out than things may lie."""
    return max(-limits.COORDINATE, min(number, limits.COORDINATE))


def _finite(number: Any) -> float:
    found = float(number)
    if not math.isfinite(found):
        raise ValueError(number)
    return found


def _age(entry: tuple[str, Any]) -> tuple[int, str]:
    key = entry[0]
    return (int(key[1:]) if _ID.fullmatch(key) else 0), key
