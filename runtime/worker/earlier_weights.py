"""Weights of an earlier run put into the networks of a board, where they fit."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from graph.core.run_plan import Project, View
from runtime.exported.checkpoint import unpack
from runtime.exported.processes import plain
from runtime.store import remap
from runtime.worker.build import Training

ANOTHER = "Open the board of that run (Runs, Open its board), or choose a checkpoint of this one."


class Unfit(Exception):
    """A checkpoint that can't be used here.

    Attributes:
        advice: What to do.
    """

    def __init__(self, text: str, advice: str) -> None:
        super().__init__(text)
        self.advice = advice


def needed(training: Training, views: Sequence[View]) -> dict[str, tuple[str, ...]]:
    """The networks that views are drawn with, and the views that need each.

    Args:
        training: Has the networks.
        views: The project's. Where they name no network, all are needed.
    """
    found: dict[str, list[str]] = {}
    for view in views:
        for network in view.networks:
            found.setdefault(network, []).append(view.name)
    return {
        name: tuple(found.get(name, ())) for name in training.networks if name in found or not found
    }


def load(
    training: Training,
    path: Path,
    views: Mapping[str, Sequence[str]],
    project: Project,
) -> None:
    """Put a checkpoint's weights into networks, and its counts of steps and epochs.

    Those of a run follow its nodes, which may be called otherwise now; where the nodes are others,
    names alone count.

    Args:
        training: Fresh, of the present board.
        path: `last` or `best` of a run, or what the exported script saved: all networks or one.
        views: Which networks get weights, and the views that need each (see `needed`).
        project: The present board's.

    Raises:
        Unfit: If it is missing, no checkpoint, or of other networks; nothing was changed then.
    """
    held, counts = read(path)
    networks = {name: plain(training.networks[name]) for name in views}
    states = named(path, held, networks)
    followed = remap.follow(states, remap.project_of(path), project)
    try:
        fit(path, training, followed, views)
        states = followed
    except Unfit:
        fit(path, training, states, views)
    for name, network in networks.items():
        network.load_state_dict(states[name])
    for name, count in counts.items():
        setattr(training, name, count)


def fit(
    path: Path,
    training: Training,
    states: Mapping[str, Mapping[str, Tensor]],
    views: Mapping[str, Sequence[str]],
) -> None:
    """Are there weights of the right names and sizes for each network that views need?

    Raises:
        Unfit: If not.
    """
    if missing := [name for name in views if name not in states]:
        raise lacking(path, training, states, missing, views)
    for name in views:
        compare(path, name, plain(training.networks[name]).state_dict(), states[name])


def read(path: Path) -> tuple[dict[str, dict[str, Tensor]], dict[str, int]]:
    """The weights of each network in a checkpoint, and its counts.

    Weights that lie there under plain names, as an export leaves them, come under "".
    """
    if not os.path.exists(path):
        raise Unfit(
            f"There is no checkpoint {path}.",
            "It was moved or deleted, or the run ended before its first save; choose another run.",
        )
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        state: dict[str, Any] = unpack(json.loads(about.get("state", "null")), tensors) or {}
    except (SafetensorError, ValueError, KeyError) as error:
        raise Unfit(
            f"{path.name} is no checkpoint: expected a safetensors file that a run saved,"
            f" received something else ({error}).",
            "Choose last.safetensors or best.safetensors in a run's folder `checkpoints`.",
        ) from error
    if state:
        return state["networks"], state["counts"]
    counts = {name: int(about[name]) for name in ("epoch", "step") if name in about}
    if not counts:
        return {"": tensors}, counts
    best: dict[str, dict[str, Tensor]] = {}
    for name, one in tensors.items():
        network, _, inside = name.partition(".")
        best.setdefault(network, {})[inside] = one
    return best, counts


def named(
    path: Path, held: Mapping[str, dict[str, Tensor]], networks: Mapping[str, nn.Module]
) -> Mapping[str, dict[str, Tensor]]:
    """The weights in a file by network, where it holds those of one under plain names too.

    One file for each network is what an export's `train.py` writes; the file has the network's
    name. Under another name it is known by the names and sizes of its weights.
    """
    plain_ones = held.get("")
    if plain_ones is None:
        return held
    fitting = [
        name
        for name, network in networks.items()
        if sizes(network.state_dict()) == sizes(plain_ones)
    ]
    if path.stem in fitting or not fitting:
        return {path.stem: plain_ones}
    return {fitting[0]: plain_ones}


def sizes(state: Mapping[str, Tensor]) -> dict[str, list[int]]:
    """The size of each weight."""
    return {name: list(one.shape) for name, one in state.items()}


def lacking(
    path: Path,
    training: Training,
    states: Mapping[str, object],
    missing: Sequence[str],
    views: Mapping[str, Sequence[str]],
) -> Unfit:
    """What to say of a file without the weights of networks that views need."""
    own = any(name in training.networks for name in states)
    what = "has not all that this board's views need" if own else "is of another board"
    several = "s" * (len(views) != 1)
    text = (
        f"{path.name} {what}: expected the network{several} {listed(views)},"
        f" received {listed(states) or 'none'}."
    )
    hindered = listed(dict.fromkeys(view for name in missing for view in views[name]))
    if not own or not hindered:
        return Unfit(text, ANOTHER)
    last = "Choose last.safetensors of a run, which has all networks"
    return Unfit(text, f"{last}, or mute {hindered}, drawn with {listed(missing)}.")


def listed(names: Iterable[str], most: int = 4) -> str:
    """Names as a sentence has them: a, b and c."""
    names = sorted(names)
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return " and ".join(", ".join(names).rsplit(", ", maxsplit=1))


def compare(
    path: Path, network: str, here: Mapping[str, Tensor], there: Mapping[str, Tensor]
) -> None:
    """Do a network's weights on the board and in a checkpoint have the same names and sizes?

    Raises:
        Unfit: If not, with the first that differs, or all layers where none is the same.
    """
    if here and not here.keys() & there.keys():
        ours, theirs = (listed({name.rpartition(".")[0] for name in one}) for one in (here, there))
        raise Unfit(
            f"{path.name} is of another board: for the network {network} expected the layers"
            f" {ours}, received {theirs}.",
            ANOTHER,
        )
    for name in (*here, *there):
        ours, theirs = (
            str(list(states[name].shape)) if name in states else "nothing"
            for states in (here, there)
        )
        if ours != theirs:
            raise Unfit(
                f"{path.name} does not fit this board: for {network}.{name} expected {ours},"
                f" received {theirs}.",
                "Open the board of that run (Runs, Open its board), or set the layer as it was.",
            )
