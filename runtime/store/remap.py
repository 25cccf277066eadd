"""Weights of a run under the names that their nodes have now; the nodes are told by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from torch import Tensor

from graph.core.run_plan import Learned
from runtime.store import run_source


def learned_in(path: Path) -> tuple[Learned, ...]:
    """The nodes that learned what a checkpoint holds; none where it lies in no run's folder."""
    try:
        return run_source.read(path.parent.parent).learned
    except (OSError, ValueError, KeyError):
        return ()


def follow(
    states: Mapping[str, Mapping[str, Tensor]],
    before: Sequence[Learned],
    now: Sequence[Learned],
) -> dict[str, dict[str, Tensor]]:
    """The weights of a run under the names that their nodes have now, told by their ids.

    Nothing where other nodes learned them. Boards drawn in the same order have the same ids, so
    that half of the nodes must be called as they were.
    """
    there, here = ({one.path: one for one in side} for side in (before, now))
    same = sum(old.modules == here[path].modules for path, old in there.items() if path in here)
    if there.keys() != here.keys() or not there or 2 * same < len(there):
        return {}
    names: dict[str, dict[str, str]] = {}
    networks: dict[str, str] = {}
    for path, old in there.items():
        new = here[path]
        networks[old.network] = new.network
        names.setdefault(old.network, {}).update(zip(old.modules, new.modules, strict=False))
    found: dict[str, dict[str, Tensor]] = {}
    for network, state in states.items():
        # a running mean of a network's weights is a network too, with the same modules inside
        origin = next((one for one in networks if network == one or averages(network, one)), "")
        inside = "module." if network != origin else ""
        for name, weight in state.items():
            module = owner(name.removeprefix(inside), names.get(origin, {}))
            renamed = names[origin][module] if module else module
            rest = name.removeprefix(inside)[len(module) :]
            kept = name if not module else f"{inside}{renamed}{rest}"
            called = networks.get(origin, "") + network[len(origin) :]
            found.setdefault(called, {})[kept] = weight
    return found


def averages(network: str, other: str) -> bool:
    """Is a network the running mean of another, by its name?"""
    return network == f"{other}_ema"


def owner(weight: str, modules: Iterable[str]) -> str:
    """The module that a weight is part of: the innermost of those known."""
    found = (one for one in modules if one and f"{weight}.".startswith(f"{one}."))
    return max(found, key=len, default="")
