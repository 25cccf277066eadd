"""Fixes tried out before they are offered: one that uncovers an error further on is led to the end.

They are tried on a copy of the document, when they are looked at.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, overload

from graph.errors import NeurowireError
from graph.problems import Fix, Problem

if TYPE_CHECKING:
    from graph.document import Document
    from graph.infer import Inference

STEPS = 3
"""How many fixes one click may join."""
TRIES = 12
"""How many fixes are pressed to find out where one leads to."""
LARGEST = 400
"""Nodes of a board whose fixes are offered untried, as each try looks at the board again."""

Said = tuple[str | None, str]


class Tried(Sequence[Fix]):
    """Those fixes of a problem that lead to where no error is new; tried when they are looked at.

    Args:
        trial: Where to try them.
        problem: What they mend.
    """

    def __init__(self, trial: "Trial", problem: Problem) -> None:
        self._trial, self._problem = trial, problem

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
        return isinstance(other, Tried) and self._problem == other._problem

    __hash__ = None  # type: ignore[assignment]


class Trial:
    """A copy of a document to try fixes on.

    Args:
        inference: What is known of the document, before anything changes in it.
    """

    def __init__(self, inference: "Inference") -> None:
        self._original = inference
        self._offers: dict[tuple[object, ...], Tried] = {}
        self.over = False
        """Has the document changed since?"""

    @cached_property
    def _copy(self) -> "Inference":
        return self._original.apart()

    @cached_property
    def _before(self) -> dict[Said, Problem]:
        return _errors(self._copy)

    def offer(self, problem: Problem) -> Problem:
        """The problem with those of its fixes that lead on, found out when they are asked for."""
        if not problem.fixes:
            return problem
        key = problem.node, problem.text, tuple(fix.label for fix in problem.fixes)
        fixes = self._offers.setdefault(key, Tried(self, problem))
        return replace(problem, fixes=fixes)

    def good(self, problem: Problem) -> Iterator[Fix]:
        """The fixes of a problem that are worth a click.

        Those that mend all by themselves, or else those that do together with others.
        """
        document = self._original.document
        if self.over or sum(len(sheet.nodes) for sheet in document.sheets()) > LARGEST:
            yield from problem.fixes
            return
        ends = [self._lead(problem, fix) for fix in problem.fixes]
        alone = [end[0] for end in ends if end is not None and len(end) == 1]
        yield from alone or (_joined(end) for end in ends if end is not None)

    def _lead(self, problem: Problem, fix: Fix) -> tuple[Fix, ...] | None:
        """The fix with what else it needs; None where it ends nowhere."""
        self._left, self._at = TRIES, {node for node, _ in self._before}
        return self._follow(problem, fix, "", STEPS)

    def _follow(self, problem: Problem, fix: Fix, name: str, steps: int) -> tuple[Fix, ...] | None:
        document = self._copy.document
        self._left -= 1
        with document.trial(), suppress(NeurowireError):
            with document.group(fix.label):
                fix.apply(document)
            return self._end(problem, fix, name, steps)
        return None

    def _end(self, problem: Problem, fix: Fix, name: str, steps: int) -> tuple[Fix, ...] | None:
        now = _errors(self._copy)
        said = (problem.node, problem.text)
        if problem.severity == "error" and said in now:
            return None
        new = [
            one
            for key, one in now.items()
            if key not in self._before and (one.node not in self._at or one.node == problem.node)
        ]
        named = replace(fix, label=f"{fix.label} at {name}") if name else fix
        if not new:
            return (named,)
        for one in new[:1] if steps > 1 else ():
            for following in one.fixes:
                if self._left > 0:
                    rest = self._follow(problem, following, one.name, steps - 1)
                    if rest is not None:
                        return (named, *rest)
        return None


def _errors(inference: "Inference") -> dict[Said, Problem]:
    return {(one.node, one.text): one for one in inference.problems if one.severity == "error"}


def _joined(fixes: tuple[Fix, ...]) -> Fix:
    """Several as one, which says all of them."""
    first, *rest = (fix.label for fix in fixes)
    label = " and ".join([first, *(one[:1].lower() + one[1:] for one in rest)])

    def apply(document: "Document") -> None:
        with document.group(label):
            for fix in fixes:
                fix.apply(document)

    return Fix(label, apply)
