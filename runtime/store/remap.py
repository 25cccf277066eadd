"""Weights of a run under the names that their nodes have now; the nodes are told by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from torch import Tensor

from graph.core.run_plan import Project
from runtime.store import run_source


def project_of(path: Path) -> Project:
    """What trained a checkpoint; an empty project where it lies in no run's folder."""
    try:
        return run_source.read(path.parent.parent)
    except (OSError, ValueError, KeyError, TypeError):
        return Project("", {})


def follow(
    states: Mapping[str, Mapping[str, Tensor]],
    before: Project,
    now: Project,
) -> dict[str, dict[str, Tensor]]:
    """The weights of a run under the names that their nodes have now, told by their ids.

    Nothing where other nodes learned them. Boards drawn in the same order have the same ids, so
    that half of the nodes must be called as they were.
    """
    there, here = ({one.path: one for one in side.learned} for side in (before, now))
    same = sum(old.modules == here[path].modules for path, old in there.items() if path in here)
    if there.keys() != here.keys() or not there or 2 * same < len(there):
        return {}
    names: dict[str, dict[str, str]] = {}
    networks: dict[str, str] = {}
    for path, old in there.items():
        new = here[path]
        networks[old.network] = new.network
        names.setdefault(old.network, {}).update(zip(old.modules, new.modules, strict=False))
    means, called = averages(before), {mean: one for one, mean in averages(now).items()}
    found: dict[str, dict[str, Tensor]] = {}
    for network, state in states.items():
        # a running mean of a network's weights is a network too, with the same modules inside
        origin = means.get(network, network)
        inside = "module." if network in means else ""
        new_name = networks.get(origin, network)
        if network in means:
            new_name = called.get(new_name, network)
        for name, weight in state.items():
            module = owner(name.removeprefix(inside), names.get(origin, {}))
            renamed = names[origin][module] if module else module
            rest = name.removeprefix(inside)[len(module) :]
            kept = name if not module else f"{inside}{renamed}{rest}"
            found.setdefault(new_name, {})[kept] = weight
    return found


def averages(project: Project) -> dict[str, str]:
    """Networks that are running means, and what they are the mean of."""
    if project.averages or project.shown:
        return {one.network: one.of for one in project.averages}
    others = {one.network for one in project.learned}  # a run of old: they were called so
    return {f"{one}_ema": one for one in others if f"{one}_ema" not in others}


def owner(weight: str, modules: Iterable[str]) -> str:
    """The module that a weight is part of: the innermost of those known."""
    found = (one for one in modules if one and f"{weight}.".startswith(f"{one}."))
    return max(found, key=len, default="")
