"""What flows along every wire: types and weights, kept up to date with a document.

After each step of the document only what lies downstream of the change is looked at again.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from graph.core.tensor import TensorType
from graph.edit.document import Document
from graph.infer.node_inference import Facts, NodeInference, Result
from graph.infer.queries import Answers
from graph.model import events
from graph.model.sheet import BOARD, remembers


class Inference(Answers):
    """Types and weights of a document's nodes.

    Args:
        document: What to look at.
        facts: What a probe learned about data nodes, by node id.
        watch: Follow the document's changes from now on.
        batch_size: Examples a step; the board's own by default.

    Attributes:
        facts: What a probe learned about data nodes, by node id.
        reading: Of those whose file is not read: how far that is, such as "is being read".
    """

    def __init__(
        self,
        document: Document,
        facts: Mapping[str, Facts] | None = None,
        *,
        watch: bool = True,
        batch_size: int | None = None,
    ) -> None:
        self.document = document
        self.batch_size = batch_size
        self.facts: dict[str, Facts] = dict(facts or {})
        self._nodes = NodeInference(document, self.facts)
        self._results: dict[str, Result] = {}
        self._instances: dict[str, None] = {}  # nodes on the board with others inside
        self._faulty: set[str] = set()
        self._whole: set[str] = set()
        self._silent: set[str] = set()
        self._deep: set[str] = set()
        self._weights = 0
        self._dirty: set[str] = set(document.board.nodes)
        self._changed: set[str] = set()
        self.reading: dict[str, str] = {}
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

    def set_reading(self, node: str, state: str) -> None:
        """Take in how far a data node's file is: "is being read" and the like; "" where it is."""
        if state != self.reading.get(node, ""):
            self.reading[node] = state
            if not state:
                del self.reading[node]
            self._changed.add(node)
            self._tell()

    # -- answers

    def result(self, node: str) -> Result | None:
        """All that is known about a node; of a network's node, in its oldest instance."""
        if node in self._results:
            return self._results[node]
        if not self.document.has(node) or node in self.document.board.nodes:
            return None
        for instance in self._instances:
            inner = _find_inner(self._results[instance], node)
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
            inner = results if path else self._instances
            ahead += [((*path, one), results[one].inner) for one in inner if results[one].inner]

    @property
    def whole(self) -> set[str]:
        """Nodes on the board that give something other than floats: no gradient goes through."""
        return self._whole

    @property
    def deep(self) -> set[str]:
        """Nodes on the board whose first input has four axes or more, as pictures have."""
        return self._deep

    @property
    def silent(self) -> set[str]:
        """Nodes on the board that nothing comes out of, as something before them is muted."""
        return self._silent

    @property
    def total_weights(self) -> int:
        """How many learned numbers the board holds."""
        return self._weights

    # -- for what is made of it

    def _forget(self) -> None:
        """What was made of it holds no longer."""

    def _said_anew(self) -> set[str]:
        """Nodes of which something else is said, apart from those that were looked at again."""
        return set()

    # -- following the document

    def _on_event(self, event: events.Event) -> None:
        match event:
            case events.Settled():
                self._settle()
                self._tell()
            case events.NodeChanged(sheet, before, after):
                if before.type != after.type:
                    self.facts.pop(after.id, None)  # those of other data
                if event.meaning:
                    self._touch(sheet, after.id)
                    for twin in (before.twin, after.twin):
                        if twin is not None:
                            self._touch(sheet, twin)
                    if before.muted != after.muted:  # another one counts their weights now
                        for one in self.document.twins(after.id):
                            self._touch(sheet, one.id)
            case events.NodeAdded(sheet, node):
                self._touch(sheet, node.id)
            case events.NodeRemoved(sheet, node):
                self._keep(node.id, None)
                self._dirty.discard(node.id)
                self._changed.add(node.id)
                self._touch(sheet, None)
            case events.LinkAdded(sheet, link) | events.LinkRemoved(sheet, link):
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
                self._forget()

    def _touch(self, sheet: str, node: str | None) -> None:
        self._forget()
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
                for one in home.with_role("instance"):
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

    def _settle(self) -> None:
        board = self.document.board
        self._dirty &= board.nodes.keys()
        if not self._dirty:
            return
        self._forget()
        ranks = board.ranks()
        assert ranks is not None, "no edit leaves a circle"
        queue = [(ranks[node], node) for node in self._dirty]
        heapq.heapify(queue)
        queued, self._dirty = self._dirty, set()
        self._nodes.forget()
        while queue:
            _, node = heapq.heappop(queue)
            queued.discard(node)
            before = self._results.get(node)
            after = self._nodes.infer(board, board.nodes[node], self._results)
            self._keep(node, after)
            self._changed.add(node)
            if before is None or _given(before) != _given(after):
                for following in board.neighbours(node):
                    if following not in queued and not remembers(board.nodes[following]):
                        queued.add(following)
                        heapq.heappush(queue, (ranks[following], following))

    def _keep(self, node: str, found: Result | None) -> None:
        """Put what is known about a node in the place of what was known."""
        before = self._results.pop(node, None) if found is None else self._results.get(node)
        self._weights += ((found and found.weights) or 0) - ((before and before.weights) or 0)
        if found is not None:
            self._results[node] = found
        _set(self._faulty, node, found is not None and bool(found.problems))
        _set(self._whole, node, found is not None and any(map(_not_float, found.outputs.values())))
        _set(self._deep, node, found is not None and _is_deep(found))
        _set(self._silent, node, found is not None and found.silent)
        if found is not None and found.inner:
            self._instances[node] = None
        else:
            self._instances.pop(node, None)


def _set(nodes: set[str], node: str, inside: bool) -> None:
    if inside:
        nodes.add(node)
    else:
        nodes.discard(node)


def _is_deep(found: Result) -> bool:
    first = found.inputs[0] if found.inputs else None
    return isinstance(first, TensorType) and first.rank >= 4


def _not_float(kind: TensorType | None) -> bool:
    return kind is not None and kind.dtype != "float"


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
    found = [n for n in inference.document.board.with_role(*roles) if not n.muted]
    return [n.id for n in found if (r := inference.result(n.id)) and r.inputs is not None]
