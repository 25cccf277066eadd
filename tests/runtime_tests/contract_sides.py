"""No lottery: of every node enough samples run, and with both sides of every switch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from graph.declare import Declaration

LEAST = 10
"""Samples that run, of every node."""
LEAST_A_SIDE = 2
"""Samples that run, of every side of a switch."""
TRIES = 500
"""Samples that are drawn for one at most."""

Params = Mapping[str, Any]
Inputs = TypeVar("Inputs")


def switches(declaration: Declaration, but: Collection[str] = ()) -> list[tuple[str, Any]]:
    """Each side of every switch of a node: yes and no, each choice, given and not."""
    found: list[tuple[str, Any]] = []
    for param in declaration.params:
        if param.name in but:
            continue
        sides = {"bool": (False, True), "choice": param.choices}.get(param.kind, ())
        found += [(param.name, side) for side in sides]
        if param.optional:
            found.append((param.name, None))
    return found


def lacking(declaration: Declaration, ran: Sequence[Params], but: Collection[str] = ()) -> str:
    """What too few samples of a node that ran have tried; nothing if they are enough."""
    told = [f"only {len(ran)} samples of {LEAST} ran"] if len(ran) < LEAST else []
    for name, side in switches(declaration, but):
        count = sum(one[name] == side for one in ran)
        if count < LEAST_A_SIDE:
            told.append(f"{name}={side!r} ran {count} times of {LEAST_A_SIDE}")
    return f"{declaration.type}: {'; '.join(told)}" if told else ""


def hold(
    declaration: Declaration,
    draw: Callable[[Params], tuple[Params, Inputs]],
    check: Callable[[Params, Inputs], bool],
    *,
    ran: Sequence[Params] = (),
    but: Collection[str] = (),
) -> None:
    """Check samples of a node until enough ran, each side of every switch among them.

    Args:
        declaration: The node.
        draw: Gives parameters, some of them fixed, and what is wired in.
        check: Holds one sample to torch; says whether it ran.
        ran: Parameters of samples that ran before.
        but: Switches that are another's.
    """
    done = list(ran)

    def run(fixed: Params, count: int) -> None:
        tries = count * TRIES
        while count > 0 and tries > 0:
            params, inputs = draw(fixed)
            if check(params, inputs):
                done.append(params)
                count -= 1
            tries -= 1

    for name, side in switches(declaration, but):
        run({name: side}, LEAST_A_SIDE - sum(one[name] == side for one in done))
    run({}, LEAST - len(done))
    told = lacking(declaration, done, but)
    assert not told, told
