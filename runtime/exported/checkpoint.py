"""Checkpoints: all that a run needs to go on exactly where it was, in one safetensors file."""

import copy
import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from runtime.exported.processes import plain

ENDS = ("T_max", "total_steps", "_schedule_phases")


class Training(Protocol):
    """What a checkpoint holds of a run."""

    device: torch.device
    networks: dict[str, nn.Module]
    optimizers: dict[str, Optimizer]
    schedules: dict[str, LRScheduler]
    epoch: int
    batch: int
    step: int


def snapshot(training: Training) -> dict[str, Any]:
    """Copy the state of a run; it must stand between two steps."""
    state = {
        "networks": {name: plain(m).state_dict() for name, m in training.networks.items()},
        "optimizers": {name: o.state_dict() for name, o in training.optimizers.items()},
        "schedules": {name: s.state_dict() for name, s in training.schedules.items()},
        "counts": {name: getattr(training, name) for name in ("epoch", "batch", "step")},
        "random": random_states(training.device),
    }
    return copy.deepcopy(state)


def restore(training: Training, state: Mapping[str, Any]) -> None:
    """Put a run back to a snapshot, bit for bit; the snapshot can be used again."""
    state = copy.deepcopy(dict(state))
    for name, network in training.networks.items():
        plain(network).load_state_dict(state["networks"][name])
        network.zero_grad(set_to_none=True)
    for name, optimizer in training.optimizers.items():
        optimizer.load_state_dict(state["optimizers"][name])
    for name, schedule in training.schedules.items():
        # A run that goes on for more epochs than before ends its schedule later.
        ends = {key: value for key, value in vars(schedule).items() if key in ENDS}
        schedule.load_state_dict({**state["schedules"][name], **ends})
    for name, count in state["counts"].items():
        setattr(training, name, count)
    set_random_states(training.device, state["random"])


def save(training: Training, path: Path) -> None:
    """Write a checkpoint of a run that stands between two steps."""
    write(snapshot(training), path)


def write(state: Mapping[str, Any], path: Path) -> None:
    """Write a snapshot; a reader finds the old file or the new one, never half of one."""
    tensors: dict[str, Tensor] = {}
    packed = pack(state, "", tensors)
    aside = path.with_name(path.name + ".new")
    save_file(tensors, aside, metadata={"format": "pt", "state": json.dumps(packed)})
    with aside.open("rb+") as file:
        os.fsync(file.fileno())
    aside.replace(path)


def load(training: Training, path: Path) -> None:
    """Go on from a checkpoint of the same networks and optimizers."""
    with safe_open(path, framework="pt") as file:
        state = json.loads(file.metadata()["state"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    restore(training, unpack(state, tensors))


def random_states(device: torch.device) -> dict[str, Tensor]:
    """The states of the generators that training draws from."""
    states = {"cpu": torch.get_rng_state()}
    if device.type != "cpu":
        states[device.type] = torch.get_device_module(device).get_rng_state()
    return states


def set_random_states(device: torch.device, states: Mapping[str, Tensor]) -> None:
    """Undo what was drawn; on another device than the one saved, only the CPU's."""
    torch.set_rng_state(states["cpu"])
    if device.type != "cpu" and device.type in states:
        torch.get_device_module(device).set_rng_state(states[device.type])


def pack(value: Any, name: str, tensors: dict[str, Tensor]) -> Any:
    """A tree of states as JSON; its tensors go into `tensors` under the path to them."""
    if isinstance(value, Tensor):
        tensors[name] = value.detach().cpu().contiguous()
        return {"tensor": name}
    if isinstance(value, Mapping):
        kind = "counter" if isinstance(value, Counter) else "dict"
        return {kind: [[k, pack(v, f"{name}/{k}".lstrip("/"), tensors)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [pack(v, f"{name}/{i}", tensors) for i, v in enumerate(value)]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{name}: expected tensors, numbers, text and groups of them, got {value!r}")


def unpack(packed: Any, tensors: Mapping[str, Tensor]) -> Any:
    """Undo `pack`."""
    if not isinstance(packed, dict):
        return packed
    ((kind, value),) = packed.items()
    if kind == "tensor":
        return tensors[value]
    if kind in ("dict", "counter"):
        pairs = {key: unpack(inner, tensors) for key, inner in value}
        return pairs if kind == "dict" else Counter(pairs)
    items = [unpack(inner, tensors) for inner in value]
    return items if kind == "list" else tuple(items)
