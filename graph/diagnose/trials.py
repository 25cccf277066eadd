"""Fixes tried out before they are offered: one that uncovers an error further on is led to the end.

They are tried on a copy of the document, when they are looked at.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from typing import overload

from graph.core.errors import NeurowireError
from graph.diagnose import batch_first, suspects
from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.problems.problem import Fix, Problem

STEPS = 3
"""How many fixes one click may join."""
FAR = 5
"""How many fixes may follow each other, where no click can join them."""
TRIES = 4
"""How many fixes are pressed for each of these to find out where one leads to."""
FAR_BEFORE = 20
"""How many nodes before it may have moved the batch."""
LARGEST = 400
"""Nodes of a board whose fixes are offered untried, as each try looks at the board again."""

Said = tuple[str | None, str]
Way = tuple[Fix, ...]


class Tried(Sequence[Fix]):
    """Ways out of a problem that lead to where no error is new; tried when they are looked at.

    Args:
        trial: Where to try them.
        problem: What they mend.
    """

    def __init__(self, trial: "Trial", problem: Problem) -> None:
        self._trial, self._problem = trial, problem

    @property
    def proposed(self) -> Sequence[Fix]:
        """What the node proposes, untried."""
        return self._problem.fixes

    @property
    def known(self) -> bool:
        """Were they tried?"""
        return "_good" in self.__dict__

    @property
    def over(self) -> bool:
        """Has the document changed since, so that nothing can be tried any more?"""
        return self._trial.over

    @cached_property
    def _good(self) -> tuple[Fix, ...]:
        return tuple(self._trial.good(self._problem))

    @overload
    def __getitem__(self, place: int) -> Fix: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Fix]: ...
    def __getitem__(self, place: int | slice) -> Fix | Sequence[Fix]:
        return self._good[place]

    def __len__(self) -> int:
        return len(self._good)

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, Tried) and self._trial is other._trial
        return same and self._problem == other._problem  # type: ignore[attr-defined]

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Attempt:
    """A copy of a document to try something on.

    Attributes:
        inference: What is known of it.
        problems: Gives all that is wrong with it at the time.
    """

    inference: Inference
    problems: Callable[[], Sequence[Problem]]


@dataclass(frozen=True)
class Start:
    """What tries begin from.

    Attributes:
        copy: A copy of the document.
        said: What is told of it.
        wrong: Its errors.
        nodes: The nodes of the board.
        judged: Nodes of which all that is wrong was told, as what they take is known.
    """

    copy: Attempt
    said: frozenset[Said]
    wrong: frozenset[Said]
    nodes: frozenset[str]
    judged: frozenset[str]


class Trial:
    """A copy of a document to try fixes on.

    Args:
        inference: What is known of the document, before anything changes in it.
        apart: Makes the copy, when first something is tried.
    """

    def __init__(self, inference: Inference, apart: Callable[[], Attempt]) -> None:
        self._original, self._apart = inference, apart
        self._offers: dict[tuple[object, ...], Tried] = {}
        self.over = False
        """Has the document changed since?"""

    @cached_property
    def _start(self) -> Start:
        copy = self._apart()
        board = copy.inference.document.board
        results = ((node, copy.inference.result(node)) for node in board.nodes)
        judged = {node for node, found in results if found and found.inputs is not None}
        said = frozenset((one.node, one.text) for one in copy.problems())
        nodes = frozenset(board.nodes)
        return Start(copy, said, frozenset(_errors(copy)), nodes, frozenset(judged))

    def offer(self, problem: Problem) -> Problem:
        """The problem with those of its fixes that lead on, found out when they are asked for."""
        if not problem.fixes and (problem.severity != "error" or problem.node is None):
            return problem
        key = problem.node, problem.text, tuple(fix.label for fix in problem.fixes)
        fixes = self._offers.setdefault(key, Tried(self, problem))
        return replace(problem, fixes=fixes)

    def good(self, problem: Problem) -> Iterator[Fix]:
        """The fixes of a problem that are worth a click.

        Those that mend all by themselves, or else those that do together with others. Where none
        does, what is in the way is taken out, or the first is offered that others lead on from.
        """
        document = self._original.document
        if sum(len(sheet.nodes) for sheet in document.sheets()) > LARGEST:
            yield from problem.fixes
            return
        if self.over:
            now = Trial(self._original, self._apart)
            stands = (problem.node, problem.text) in now._start.said
            yield from now.good(problem) if stands else problem.fixes
            return
        fixes = chain(self._backs(problem), problem.fixes)
        ways = [way for fix in fixes if (way := self._shortest(problem, fix))]
        alone = [way[0] for way in ways if len(way) == 1]
        yield from alone or map(_joined, ways)
        if not ways:
            outs = (self._way(problem, fix, 1) for fix in suspects.outs(document, problem))
            far = (self._way(problem, fix, FAR) for fix in problem.fixes)
            yield from islice((way[0] for way in chain(outs, far) if way), 1)

    def _backs(self, problem: Problem) -> Iterator[Fix]:
        """What leaves the batch first, where a node before took it from there."""
        for node in suspects.before(self._original.document, problem, FAR_BEFORE, learning=True):
            if fix := batch_first.fix(self._start.copy.inference, node):
                yield fix

    def _shortest(self, problem: Problem, fix: Fix) -> Way:
        """The fix alone, or with what follows in the shape it had, or with what else it needs."""
        both = [fix, fix.instead] if fix.instead else [fix]
        ways = (self._way(problem, one, steps) for steps in (1, STEPS) for one in both)
        return next((way for way in ways if way), ())

    def _way(self, problem: Problem, fix: Fix, steps: int) -> Way:
        """What leads from a fix to where no error is new, in so many steps; nothing if none."""
        self._left = TRIES * steps
        return self._follow(problem, fix, "", steps)

    def _follow(self, problem: Problem, fix: Fix, name: str, steps: int) -> Way:
        document = self._start.copy.inference.document
        self._left -= 1
        with document.trial(), suppress(NeurowireError):
            with document.group(fix.label):
                fix.apply(document)
            return self._end(problem, fix, name, steps)
        return ()

    def _end(self, problem: Problem, fix: Fix, name: str, steps: int) -> Way:
        now = _errors(self._start.copy)
        if problem.severity == "error" and (problem.node, problem.text) in now:
            return ()
        new = [one for key, one in now.items() if key not in self._start.wrong]
        named = replace(fix, label=f"{fix.label} at {name}") if name else fix
        if not new:
            return (self._polished(problem, named),)
        if steps == 1 or not all(self._follows(one, problem) for one in new):
            return ()
        for following in _ways_out(new[0]):
            if self._left <= 0:
                break
            rest = self._follow(problem, following, new[0].name, steps - 1)
            if rest:
                return (named, *rest)
        return ()

    def _polished(self, problem: Problem, fix: Fix) -> Fix:
        """A fix, with what mends the warnings it brings where it works, if something does."""
        document, told = self._start.copy.inference.document, self._warned(problem)
        for one in told:
            for further in one.fixes:
                self._left -= 1
                with document.trial(), suppress(NeurowireError):
                    with document.group(further.label):
                        further.apply(document)
                    rest, errors = self._warned(problem), _errors(self._start.copy)
                    if len(rest) < len(told) and errors.keys() <= self._start.wrong:
                        return _joined((fix, further))
        return fix

    def _warned(self, problem: Problem) -> list[Problem]:
        """New warnings of the problem's node, or of one that is new."""
        told = (one for one in self._start.copy.problems() if one.severity == "warning")
        fresh = (one for one in told if (one.node, one.text) not in self._start.said)
        return [one for one in fresh if self._near(one, problem)]

    def _near(self, new: Problem, problem: Problem) -> bool:
        """Is it told of the problem's node, or of one that a fix brought?"""
        return new.node is not None and (
            new.node == problem.node or new.node not in self._start.nodes
        )

    def _follows(self, new: Problem, problem: Problem) -> bool:
        """Is it told of the same node, of one that is new, or that nothing could be told of?"""
        hidden = new.node in self._start.nodes - self._start.judged
        return hidden or self._near(new, problem)


def _ways_out(problem: Problem) -> Iterator[Fix]:
    yield from problem.fixes
    yield from (fix.instead for fix in problem.fixes if fix.instead)


def _errors(copy: Attempt) -> dict[Said, Problem]:
    return {(one.node, one.text): one for one in copy.problems() if one.severity == "error"}


def _joined(fixes: Way) -> Fix:
    """Several as one, which says all of them."""
    first, *rest = (fix.label for fix in fixes)
    label = " and ".join([first, *(one[:1].lower() + one[1:] for one in rest)])

    def apply(document: Document) -> None:
        with document.group(label):
            for fix in fixes:
                fix.apply(document)

    return Fix(label, apply)
