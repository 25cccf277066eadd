"""Checkpoints: all that a run needs to go on exactly where it was, in one safetensors file.

The file carries the SHA-256 of its bytes, so that one that was changed or cut is not gone on from.
"""

import copy
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from runtime.exported.processes import Batch, plain

BEGUN_WITH = ("epochs", "batch_size", "seed")
ENDS = ("T_max", "total_steps")  # where checkpoints of old, which lack the epochs, have their end
GOVERNED = ("lr", "initial_lr", "min_lr", "max_lr", "momentum", "betas")  # by a schedule
UNSEALED = {"sealed": "sha256", "sha256": 64 * "0"}
SEAL = re.compile(rb'"sha256":"([0-9a-f]{64})"')


class Damaged(ValueError):
    """A checkpoint is not what was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is damaged: it was changed or cut after it was written.")


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
        "settings": {**begun_with(training), "torch": torch.__version__},
    }
    return copy.deepcopy(state)


def restore(training: Training, state: Mapping[str, Any]) -> None:
    """Put a run back to a snapshot, bit for bit; the snapshot can be used again.

    A run that is to end at another epoch than it was saved with goes on with the learning rates of
    one that was planned so from the start.
    """
    state = copy.deepcopy(dict(state))
    for name, network in training.networks.items():
        plain(network).load_state_dict(state["networks"][name])
        network.zero_grad(set_to_none=True)
    for optimizer in training.optimizers.values():
        vars(optimizer)["_opt_called"] = True  # torch warns of schedules that move before it does
    other = [name for name in training.schedules if ends_elsewhere(training, name, state)]
    planned = {name: replan(training.schedules[name], state["schedules"][name]) for name in other}
    for name, optimizer in training.optimizers.items():
        optimizer.load_state_dict(state["optimizers"][name])
    for name, schedule in training.schedules.items():
        if name in planned:
            adopt(schedule, planned[name])
        else:
            schedule.load_state_dict(state["schedules"][name])
    for name, count in state["counts"].items():
        setattr(training, name, count)
    set_random_states(training.device, state["random"])


def begun_with(training: Training) -> dict[str, Any]:
    """The settings of a run that those who go on with it have to know."""
    return {name: getattr(training, name) for name in BEGUN_WITH if hasattr(training, name)}


def ends_elsewhere(training: Training, name: str, state: Mapping[str, Any]) -> bool:
    """Has a schedule another end than when it was saved, with steps still to take?"""
    schedule, saved = training.schedules[name], state["schedules"][name]
    end = begun_with(training).get("epochs", 0)
    if isinstance(schedule, ReduceLROnPlateau) or state["counts"]["epoch"] >= end:
        return False  # it has no end, or it is past it
    before = state.get("settings", {}).get("epochs")
    if before is None:
        return any(saved[end] != vars(schedule)[end] for end in ENDS if end in saved)
    return bool(before != end)


def replan(schedule: LRScheduler, saved: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Move a fresh schedule to where a saved one was; what it made of the optimizer's groups."""
    for _ in range(moves(saved) - moves(schedule.state_dict())):
        schedule.step()
    groups = schedule.optimizer.param_groups
    return [{key: group[key] for key in GOVERNED if key in group} for group in groups]


def moves(state: Mapping[str, Any]) -> int:
    """How often a schedule was moved on; one that is made of several counts with its first."""
    found = state["last_epoch"] if "last_epoch" in state else moves(state["_schedulers"][0])
    return int(found)


def adopt(schedule: LRScheduler, planned: list[dict[str, Any]]) -> None:
    """Give a loaded optimizer the rates of a schedule, in proportion where one was set by hand."""
    groups = schedule.optimizer.param_groups
    before, now = (sum(group.get("initial_lr", 0.0) for group in g) for g in (planned, groups))
    for group, values in zip(groups, planned, strict=True):
        group.update(values)
    if before and now and before != now:
        scale_rates(schedule.optimizer, [schedule], now / before)


def scale_rates(optimizer: Optimizer, schedules: list[Any], factor: float) -> None:
    """Multiply an optimizer's learning rate, now and all along its schedule."""
    for group in optimizer.param_groups:
        for key in ("lr", "initial_lr", "max_lr", "min_lr"):
            if key in group:
                group[key] = group[key] * factor
    ahead = list(schedules)
    while ahead:  # a schedule may be made of others
        schedule = ahead.pop()
        ahead += getattr(schedule, "_schedulers", [])
        for key in ("base_lrs", "max_lrs", "_last_lr"):
            if hasattr(schedule, key):
                setattr(schedule, key, [rate * factor for rate in getattr(schedule, key)])


def save(training: Training, path: Path) -> None:
    """Write a checkpoint of a run that stands between two steps."""
    write(snapshot(training), path)


def write(state: Mapping[str, Any], path: Path) -> None:
    """Write a snapshot; a reader finds the old file or the new one, never half of one."""
    tensors: dict[str, Tensor] = {}
    about = {"format": "pt", "state": json.dumps(pack(state, "", tensors)), **UNSEALED}
    aside = path.with_name(path.name + ".new")
    try:
        save_file(tensors, aside, metadata=about)
        seal(aside)
        aside.replace(path)
    except (OSError, SafetensorError):
        aside.unlink(missing_ok=True)  # half of it would fill a disk that is full
        raise


def load(training: Training, path: Path) -> None:
    """Go on from a checkpoint of the same networks and optimizers.

    Raises:
        Damaged: If it is not what was written.
    """
    restore(training, read(path))


def read(path: Path) -> dict[str, Any]:
    """The snapshot in a checkpoint.

    Raises:
        Damaged: If it is not what was written.
    """
    check(path)
    try:
        with safe_open(path, framework="pt") as file:
            packed = json.loads(file.metadata()["state"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        state: dict[str, Any] = unpack(packed, tensors)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise Damaged(path) from error
    return state


def seal(path: Path) -> None:
    """Write its checksum into a file that was saved with the metadata `UNSEALED`."""
    _, place, right = checksums(path)
    with path.open("rb+") as file:
        file.seek(place)
        file.write(right.encode())
        file.flush()
        os.fsync(file.fileno())


def check(path: Path) -> None:
    """Is a file what was written? Of files of old, which carry no checksum, nothing is known.

    Raises:
        Damaged: If not.
    """
    carried, place, right = checksums(path)
    if carried and (not place or carried != right):
        raise Damaged(path)


def checksums(path: Path) -> tuple[str, int, str]:
    """The checksum a file carries, where in it, and the one it should carry: that with zeros there.

    Where there is none the place is 0, and the first is empty unless the file once had one.
    """
    with path.open("rb") as file:
        size = file.read(8)
        header = file.read(min(int.from_bytes(size, "little"), path.stat().st_size))
        hashed = hashlib.sha256(size + SEAL.sub(b'"sha256":"' + 64 * b"0" + b'"', header))
        while block := file.read(1 << 20):
            hashed.update(block)
    found = SEAL.search(header)
    if found is None:
        return "sealed" if b'"sealed"' in header else "", 0, hashed.hexdigest()
    return found[1].decode(), len(size) + found.start(1), hashed.hexdigest()


@contextmanager
def aside(device: torch.device) -> Iterator[None]:
    """Do something between two steps; training goes on as if it had not been done."""
    part, states = Batch.part, random_states(device)
    yield
    set_random_states(device, states)
    Batch.part = part


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
