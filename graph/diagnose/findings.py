"""What is wrong with a document, worked out when it is asked for and kept until a change."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from graph.diagnose import board_checks, missing_wires
from graph.diagnose.trials import Attempt, Trial
from graph.infer.inference import Inference
from graph.infer.node_inference import Result
from graph.model.order import topological
from graph.model.sheet import BOARD
from graph.problems.fixes import WAITS, serious
from graph.problems.problem import Problem

ByNode = dict[str | None, list[Problem]]


class Findings:
    """Problems of single nodes and of the board as a whole.

    Args:
        inference: What is known about the document.
        results: Of the nodes on the board; looked at each time.
        faulty: Those of them that have problems of their own; looked at each time.
        apart: Makes a copy to try fixes on, so that only those are offered that lead on; all
            are where it is left out.
    """

    def __init__(
        self,
        inference: Inference,
        results: Mapping[str, Result],
        faulty: set[str],
        apart: Callable[[], Attempt] | None,
    ) -> None:
        self._inference, self._results, self._faulty = inference, results, faulty
        self._apart = apart
        self._trial = Trial(inference, apart) if apart else None
        self._general: list[Problem] | None = None
        self._general_of: ByNode = {}
        self._all: list[Problem] | None = None
        self._all_of: ByNode = {}
        self._awaited: frozenset[str] | None = None
        self._said: dict[str, list[tuple[str, str]]] = {}
        self._told: frozenset[str] = frozenset()

    def forget(self) -> None:
        """Something changed: look at everything again when asked."""
        self._general = self._all = self._awaited = None
        if self._trial and self._apart:
            self._trial.over = True
            self._trial = Trial(self._inference, self._apart)

    def all(self) -> list[Problem]:
        """Everything wrong, errors first, then in the order nodes are computed."""
        if self._all is None:
            found = [p for node in self._in_order() for p in self._own(node)]
            once: dict[tuple[str | None, str], Problem] = {}
            for one in sorted([*found, *self._checked()], key=lambda p: p.severity != "error"):
                # a network placed twice has the problems inside it twice, as errors where it counts
                once.setdefault((one.node, one.text), one)
            self._all = [self._offered(self._placed(one)) for one in once.values()]
            self._all_of = _by_node(self._all)
        return self._all

    def of(self, node: str) -> list[Problem]:
        """What is wrong with one node; of a network's node, wherever the network is placed."""
        document = self._inference.document
        if document.has(node) and document.sheet_of(node).name != BOARD:
            self.all()
            return list(self._all_of.get(node, ()))
        self._checked()
        own = self._own(node) if node in self._faulty else []
        return [self._offered(one) for one in (*own, *self._general_of.get(node, ()))]

    def _offered(self, found: Problem) -> Problem:
        return self._trial.offer(found) if self._trial else found

    def said_anew(self) -> set[str]:
        """Nodes of which something else is said than when this was asked last.

        Those looked at again meanwhile are known to whoever asks.
        """
        said: dict[str, list[tuple[str, str]]] = {}
        for one in self._checked():
            if one.node is not None:
                said.setdefault(one.node, []).append((one.severity, one.text))
        before, self._said = self._said, said
        awaited, told = self._waiting(), self._told
        self._told = awaited
        found = {node for node in before.keys() | said.keys() if before.get(node) != said.get(node)}
        return found | (self._faulty & (awaited ^ told))

    def _waiting(self) -> frozenset[str]:
        """Nodes that an optimizer waits for."""
        if self._awaited is None:
            self._awaited = frozenset(board_checks.awaited(self._inference))
        return self._awaited

    def _checked(self) -> list[Problem]:
        """What is wrong with the board as a whole."""
        if self._general is None:
            self._general = board_checks.check(self._inference)
            self._general_of = _by_node(self._general)
        return self._general

    def _own(self, node: str) -> list[Problem]:
        """Problems of a node; what is missing is an error where an optimizer waits for it."""
        found = [self._wired(node, one) for one in self._results[node].problems]
        if not any(one.received in WAITS for one in found):
            return found
        awaited = node in self._waiting()
        return [serious(one) if awaited else one for one in found]

    def _wired(self, node: str, found: Problem) -> Problem:
        """With a wire from the data as one more way out, where that is what is missing."""
        if found.node != node or found.sheet != BOARD:
            return found
        wires = [*missing_wires.fixes(self._inference, self._inference.document.node(node))]
        return replace(found, fixes=(*wires, *found.fixes)) if wires else found

    def _in_order(self) -> list[str]:
        """The nodes with problems in the order they are computed."""
        if len(self._faulty) < 2:
            return list(self._faulty)
        return [one for one in topological(self._inference.document.board) if one in self._faulty]

    def _placed(self, found: Problem) -> Problem:
        place = self._where(found)
        return replace(found, place=place) if place != found.place else found

    def _where(self, found: Problem) -> str:
        """In which places of its network a node has a problem, in words; the network if in all."""
        if found.node is None or found.sheet == BOARD:
            return ""
        places = list(self._inference.places(found.node))
        wrong = [path for path, known in places if found.text in {p.text for p in known.problems}]
        if not wrong or len(wrong) == len(places):
            return found.sheet
        node = self._inference.document.node
        named = [" > ".join(node(one).name for one in path) for path in wrong]
        return named[0] if len(named) == 1 else f"{named[0]} and {len(named) - 1} more"


def _by_node(problems: Iterable[Problem]) -> ByNode:
    found: ByNode = {}
    for one in problems:
        found.setdefault(one.node, []).append(one)
    return found
