"""Weights that a network begins with: of a run's checkpoint, or of any safetensors file."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)
_HERE = Path(__file__).resolve().parent
BESIDE = (_HERE.parent if _HERE.name == "source" else _HERE) / "pretrained"
"""Where an export and a run keep the files they begin with."""
MOST = 4


class WeightsError(ValueError):
    """Weights that can't be taken; says of which file, what was expected and what came."""


def load_weights(
    network: Network, path: str, name: str, data_dir: str | Path | None = None
) -> Network:
    """Give a network the weights in a file.

    Args:
        network: What takes them.
        path: A checkpoint of a run, which has several networks, or a file with the weights of one.
        name: What the network is called, here and in a checkpoint.
        data_dir: Where else the file is looked for.

    Raises:
        WeightsError: If the file is missing or no safetensors file, or its weights are others.
    """
    own = BESIDE / f"{name}.safetensors"
    found = own if os.path.isfile(own) else _find(path, data_dir)
    try:
        with safe_open(found, framework="pt") as file:
            names = file.keys()
            prefix = _prefix(names, network, name, path)
            sizes = {
                one.removeprefix(prefix): tuple(file.get_slice(one).get_shape())
                for one in names
                if one.startswith(prefix)
            }
            _compare(network, sizes, name, path)
            state = {one: file.get_tensor(prefix + one) for one in sizes}
            state = {**network.state_dict(), **state}  # a file may lack what norms keep
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(
            f"{path} can't be read: expected a safetensors file, received something else or a "
            f"damaged one ({error}). Choose best.safetensors or last.safetensors of a run."
        ) from error
    _check_numbers(network, state, name, path)
    network.load_state_dict(state)
    return network


def _find(path: str, data_dir: str | Path | None) -> Path:
    """The file at its path, or by its name where data lie."""
    named = [data_dir, *os.environ.get("NEUROWIRE_DATA", "").split(os.pathsep), "data", "."]
    folders = [Path(folder) for folder in named if folder]
    places = [Path(path), *(f / part for f in folders for part in (path, Path(path).name))]
    for place in places:
        if os.path.isfile(place):
            return place
    raise WeightsError(
        f"{path} is missing: expected a file with weights to begin with. Put it there, or choose "
        "another."
    )


def _prefix(names: list[str], network: nn.Module, name: str, path: str) -> str:
    """How the names of a network's weights begin: as a checkpoint has them, or not at all."""
    wanted = set(network.state_dict())
    learned = {one for one, _ in network.named_parameters()}
    if learned <= set(names) <= wanted:
        return ""
    begins = {
        one.split("/")[1]: "/".join(one.split("/")[:2]) + "/"
        for one in names
        if one.startswith("networks/")
    }
    last = any(one.startswith("networks/") for one in names)
    if not last:  # the best weights of a run are called `network.layer.weight`
        begins = {one.partition(".")[0]: f"{one.partition('.')[0]}." for one in names}
    if name in begins:
        return begins[name]
    fitting = [
        one
        for one in begins.values()
        if {key.removeprefix(one) for key in names if key.startswith(one)} == wanted
    ]
    if len(fitting) == 1:
        return fitting[0]
    if common := _common(names, learned, wanted):
        return common
    if last and len(begins) == 1:
        return next(iter(begins.values()))
    if not last and not fitting:
        return ""
    raise WeightsError(
        f"{path} has the networks {', '.join(sorted(begins))}: expected one named {name}. Name the "
        "node as the network whose weights it shall have."
    )


def _common(names: list[str], learned: set[str], wanted: set[str]) -> str:
    """What stands before all weights of a network, as of a module that held it; or nothing."""
    first = min(learned, default="")
    found = []
    for prefix in (one.removesuffix(first) for one in names if one.endswith(f".{first}")):
        below = {one.removeprefix(prefix) for one in names if one.startswith(prefix)}
        found += [prefix] if learned <= below <= wanted else []
    return found[0] if len(found) == 1 else ""


def _compare(
    network: nn.Module, sizes: Mapping[str, tuple[int, ...]], name: str, path: str
) -> None:
    wanted = {one: tuple(weight.shape) for one, weight in network.state_dict().items()}
    learned = {one for one, _ in network.named_parameters()}
    if sizes.keys() <= learned:  # of all that norms keep a file may lack everything, not a part
        wanted = {one: size for one, size in wanted.items() if one in learned}
    wrong = [
        f"{one} is {_told(sizes.get(one))} where {_told(wanted.get(one))} is expected"
        for one in dict.fromkeys([*wanted, *sizes])
        if sizes.get(one) != wanted.get(one)
    ]
    if wrong:
        more = f" and {len(wrong) - MOST} more" if len(wrong) > MOST else ""
        raise WeightsError(
            f"{path} does not fit {name}: {'; '.join(wrong[:MOST])}{more}. Choose a file of the "
            "same layers, or set the layers as they were."
        )


def _told(size: tuple[int, ...] | None) -> str:
    return "nothing" if size is None else str(list(size))


def _check_numbers(network: nn.Module, state: Mapping[str, Tensor], name: str, path: str) -> None:
    for one, weight in network.state_dict().items():
        given = state[one]
        if given.is_floating_point() != weight.is_floating_point():
            raise WeightsError(
                f"{path} does not fit {name}: {one} is {given.dtype} where {weight.dtype} is "
                "expected. Choose another file."
            )
        if given.is_floating_point() and not bool(torch.isfinite(given).all()):
            raise WeightsError(
                f"{path} can't be begun with: {one} of {name} has NaN or infinite numbers. "
                "Choose an earlier checkpoint."
            )
