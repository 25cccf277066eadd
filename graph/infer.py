"""What flows along every wire: types, problems and weights, kept up to date with a document.

After each step of the document only what lies downstream of the change is looked at again.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from graph import checks, events
from graph.answers import Answers
from graph.document import Document
from graph.infer_node import Facts, NodeInference, Result
from graph.mending import WAITS, serious
from graph.order import remembers, topological
from graph.problems import Problem
from graph.rules import role
from graph.sheet import BOARD


class Inference(Answers):
    """Types, problems and weights of a document's nodes.

    Args:
        document: What to look at.
        facts: What a probe learned about data nodes, by node id.
        watch: Follow the document's changes from now on.
    """

    def __init__(
        self, document: Document, facts: Mapping[str, Facts] | None = None, *, watch: bool = True
    ) -> None:
        self.document = document
        self.facts: dict[str, Facts] = dict(facts or {})
        self._nodes = NodeInference(document, self.facts)
        self._results: dict[str, Result] = {}
        self._ranks: dict[str, int] | None = None
        self._dirty: set[str] = set(document.board.nodes)
        self._changed: set[str] = set()
        self._general: list[Problem] | None = None
        self._said: dict[str, list[tuple[str, str]]] = {}
        self._remarks: dict[str, Problem] = {}
        self._listeners: list[Callable[[set[str]], None]] = []
        self._stop = document.subscribe(self._on_event) if watch else lambda: None
        self._settle()
        self._changed.clear()

    def close(self) -> None:
        """Stop following the document."""
        self._stop()

    def on_change(self, listener: Callable[[set[str]], None]) -> None:
        """Call `listener` with the ids of the nodes looked at again, after each step."""
        self._listeners.append(listener)

    def set_facts(self, node: str, facts: Facts | None) -> None:
        """Take in what a probe learned about a data node."""
        if facts is None:
            self.facts.pop(node, None)
        else:
            self.facts[node] = facts
        if node in self.document.board.nodes:
            self._dirty.add(node)
            self._settle()
            self._tell()

    def set_remarks(self, remarks: Mapping[str, Problem]) -> None:
        """Take in what else is wrong with nodes, such as data that are not on this computer.

        It is shown on them, and hinders no compiling.
        """
        both = self._remarks.keys() | remarks.keys()
        changed = {node for node in both if self._remarks.get(node) != remarks.get(node)}
        self._remarks = dict(remarks)
        if changed:
            self._changed |= changed
            self._tell()

    # -- answers

    def result(self, node: str) -> Result | None:
        """All that is known about a node; of a network's node, in its oldest instance."""
        if node in self._results:
            return self._results[node]
        for found in self._results.values():
            inner = _find_inner(found, node)
            if inner is not None:
                return inner
        return None

    def inside(self, path: Sequence[str]) -> Mapping[str, Result]:
        """Results of the nodes in an instance, which a path of instances from the board leads to.

        Nothing where the path leads nowhere; the board's for an empty path.
        """
        found: Mapping[str, Result] = self._results
        for instance in path:
            found = found[instance].inner if instance in found else {}
        return found

    def places(self, node: str) -> "Iterator[tuple[tuple[str, ...], Result]]":
        """Where a node stands, as paths of instances from the board, and what is known there."""
        ahead: list[tuple[tuple[str, ...], Mapping[str, Result]]] = [((), self._results)]
        for path, results in ahead:
            if node in results:
                yield path, results[node]
            ahead += [((*path, one), found.inner) for one, found in results.items() if found.inner]

    @property
    def total_weights(self) -> int:
        """How many learned numbers the board holds."""
        return sum(found.weights or 0 for found in self._results.values())

    @property
    def problems(self) -> list[Problem]:
        """Everything wrong, errors first, then in the order nodes are computed."""
        if self._general is None:
            self._general = checks.check(self)
        found = [p for node in self._order() for p in self._own_problems(node)]
        once: dict[tuple[str | None, str], Problem] = {}
        for one in sorted([*found, *self._general], key=lambda p: p.severity != "error"):
            # a network placed twice has the problems inside it twice, as errors where it matters
            once.setdefault((one.node, one.text), one)
        return [replace(one, place=self._where(one)) for one in once.values()]

    def problems_of(self, node: str) -> list[Problem]:
        """What is wrong with one node; of a network's node, wherever the network is placed."""
        if self.document.has(node) and self.document.sheet_of(node).name != BOARD:
            return [p for p in self.problems if p.node == node]
        if self._general is None:
            self._general = checks.check(self)
        own = self._own_problems(node) if node in self._results else []
        remarks = [self._remarks[node]] if node in self._remarks else []
        return [*own, *(p for p in self._general if p.node == node), *remarks]

    def _where(self, found: Problem) -> str:
        """In which places of its network a node has a problem, in words; the network if in all."""
        if found.node is None or found.sheet == BOARD:
            return ""
        places = list(self.places(found.node))
        wrong = [path for path, known in places if found.text in {p.text for p in known.problems}]
        if not wrong or len(wrong) == len(places):
            return found.sheet
        node = self.document.node
        named = [" > ".join(node(one).name for one in path) for path in wrong]
        return named[0] if len(named) == 1 else f"{named[0]} and {len(named) - 1} more"

    def _own_problems(self, node: str) -> list[Problem]:
        """Problems of a node; what is missing is an error where an optimizer waits for it."""
        found = self._results[node].problems
        if not any(one.received in WAITS for one in found):
            return list(found)
        awaited = node in checks.awaited(self)
        return [serious(one) if awaited else one for one in found]

    # -- following the document

    def _on_event(self, event: events.Event) -> None:
        match event:
            case events.Settled():
                self._settle()
                self._tell()
            case events.NodeChanged(sheet, before, after):
                if event.meaning:
                    self._touch(sheet, after.id)
                    for twin in (before.twin, after.twin):
                        if twin is not None:
                            self._touch(sheet, twin)
                    if before.muted != after.muted:  # another one counts their weights now
                        for one in self.document.twins(after.id):
                            self._touch(sheet, one.id)
            case events.NodeAdded(sheet, node):
                self._ranks = None
                self._touch(sheet, node.id)
            case events.NodeRemoved(sheet, node):
                self._ranks = None
                self._results.pop(node.id, None)
                self._dirty.discard(node.id)
                self._changed.add(node.id)
                self._touch(sheet, None)
            case events.LinkAdded(sheet, link) | events.LinkRemoved(sheet, link):
                self._ranks = None
                self._touch(sheet, link.target.node)
                self._touch(sheet, link.source.node)
            case events.LinkChanged(sheet, _, link):
                self._touch(sheet, link.target.node)
            case events.ExposedChanged(sheet):
                self._touch(sheet, None)
            case events.NetworkRenamed(_, name):
                self._touch(name, None)
            case events.NetworkAdded(name) | events.NetworkRemoved(name):
                self._touch(name, None)
            case events.SettingsChanged():
                self._general = None

    def _touch(self, sheet: str, node: str | None) -> None:
        self._general = None
        if sheet == BOARD:
            if node is not None:
                self._dirty.add(node)
            return
        if node is not None:
            self._changed.add(node)
        pending, seen = [sheet], {sheet}
        while pending:
            name = pending.pop()
            for home in self.document.sheets():
                for one in home.nodes.values():
                    if one.params.get("network") != name:
                        continue
                    if home.name == BOARD:
                        self._dirty.add(one.id)
                    elif home.name not in seen:
                        seen.add(home.name)
                        pending.append(home.name)

    def _tell(self) -> None:
        if not self._listeners:
            self._changed.clear()
            return
        changed, self._changed = self._changed | self._said_anew(), set()
        for listener in list(self._listeners):
            listener(changed)

    def _said_anew(self) -> set[str]:
        """Nodes of which something else is said now, looking at the board as a whole."""
        if self._general is None:
            self._general = checks.check(self)
        said: dict[str, list[tuple[str, str]]] = {}
        for one in self._general:
            if one.node is not None:
                said.setdefault(one.node, []).append((one.severity, one.text))
        before, self._said = self._said, said
        return {node for node in before.keys() | said.keys() if before.get(node) != said.get(node)}

    def _order(self) -> list[str]:
        ranks = self._rank()
        return sorted((node for node in ranks if node in self._results), key=ranks.__getitem__)

    def _rank(self) -> dict[str, int]:
        if self._ranks is None:
            order = topological(self.document.board)
            self._ranks = {node: index for index, node in enumerate(order)}
        return self._ranks

    def _settle(self) -> None:
        board = self.document.board
        ranks = self._rank()
        self._dirty &= board.nodes.keys()
        if self._dirty:
            self._general = None
        queue = [(ranks.get(node, 0), node) for node in self._dirty]
        heapq.heapify(queue)
        queued, self._dirty = self._dirty, set()
        self._nodes.forget()
        while queue:
            _, node = heapq.heappop(queue)
            queued.discard(node)
            before = self._results.get(node)
            after = self._nodes.infer(board, board.nodes[node], self._results)
            self._results[node] = after
            self._changed.add(node)
            if before is None or _given(before) != _given(after):
                for following in board.neighbours(node):
                    if following not in queued and not remembers(board.nodes[following]):
                        queued.add(following)
                        heapq.heappush(queue, (ranks.get(following, 0), following))


def _given(result: Result) -> tuple[object, bool]:
    """What those that follow look at."""
    return result.outputs, result.silent


def _find_inner(result: Result, node: str) -> Result | None:
    if not result.inner:
        return None
    if node in result.inner:
        return result.inner[node]
    for inner in result.inner.values():
        found = _find_inner(inner, node)
        if found is not None:
            return found
    return None


def live_nodes(inference: Inference, roles: Iterable[str]) -> list[str]:
    """Nodes of these roles whose inputs are all known, by age."""
    wanted = set(roles)
    board = inference.document.board
    found = [n for n in board.nodes.values() if role(n.type) in wanted and not n.muted]
    ready = [n for n in found if (r := inference.result(n.id)) and r.inputs is not None]
    return [n.id for n in sorted(ready, key=lambda n: n.number)]
