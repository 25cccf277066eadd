"""Weights of an earlier run put into the networks of a board, where they fit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from torch import Tensor

from runtime.exported.checkpoint import unpack
from runtime.exported.processes import plain
from runtime.prepare import Training


class Unfit(Exception):
    """A checkpoint that can't be used here.

    Attributes:
        advice: What to do.
    """

    def __init__(self, text: str, advice: str) -> None:
        super().__init__(text)
        self.advice = advice


def load(training: Training, path: Path) -> None:
    """Put a checkpoint's weights into a training's networks, and its counts of steps and epochs.

    Args:
        training: Fresh, of the present board.
        path: `last` or `best` of a run, or what the exported script saved.

    Raises:
        Unfit: If it is missing, no checkpoint, or of other networks; nothing was changed then.
    """
    states, counts = read(path)
    networks = {name: plain(network) for name, network in training.networks.items()}
    states = {name: states.get(name) or part(states, name) for name in networks}
    for name, network in networks.items():
        compare(path, name, network.state_dict(), states[name])
    for name, network in networks.items():
        network.load_state_dict(states[name])
    for name, count in counts.items():
        setattr(training, name, count)


def read(path: Path) -> tuple[dict[str, dict[str, Tensor]], dict[str, int]]:
    """The weights of each network in a checkpoint, and its counts.

    Weights that lie there under plain names, "decoder.linear.weight", come under "".
    """
    if not path.exists():
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
    return {"": tensors}, counts


def part(states: Mapping[str, Mapping[str, Tensor]], network: str) -> dict[str, Tensor]:
    """The weights of one network among those under plain names."""
    start = f"{network}."
    named = states.get("", {}).items()
    return {name.removeprefix(start): one for name, one in named if name.startswith(start)}


def compare(
    path: Path, network: str, here: Mapping[str, Tensor], there: Mapping[str, Tensor]
) -> None:
    """Do a network's weights on the board and in a checkpoint have the same names and sizes?

    Raises:
        Unfit: If not, with the first that differs.
    """
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
