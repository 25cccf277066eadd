"""Weights that networks begin with, tried before anything trains.

The network is made by the source that would train, without a number drawn at random, and given
the file by the function that training gives it by: what is told here is what training would tell.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import torch
from torch import nn

from runtime.exported.pretrained import WeightsError, load_weights
from runtime.protocol.config import Begins
from runtime.store import initial_weights, weight_files

SCRIPT = "train"
"""The file whose names a network is made with."""
ADVICE = "choose another file, or empty `pretrained`"


def wrong(begins: Begins, data_dir: str | None = None) -> tuple[str, str]:
    """Why a network can't begin with its file, and what to do; nothing if it can.

    Where the board can't be compiled, only what the file's header tells.
    """
    place = initial_weights.find(begins.path, data_dir)
    if place is None:
        return f"there is no file {begins.path}, whose weights it begins with", ADVICE
    unread = weight_files.unread(place)
    network = _made(begins) if not unread and begins.constructor else None
    if network is None:
        why = unread or weight_files.unfit(place, begins.network, begins.weights)
        text = f"can't begin with the weights in {begins.path}: {why}"
        return (text, ADVICE) if why else ("", "")
    try:
        load_weights(network, begins.path, begins.network, data_dir)
    except WeightsError as error:
        return str(error), ""  # it ends in what to do
    return "", ""


def _made(begins: Begins) -> nn.Module | None:
    """The network, all zeros; None where it can't be made so."""
    try:
        with torch.device("meta"):  # a run beside this one keeps its random numbers
            network = eval(begins.constructor, vars(_Source(begins.files).module(SCRIPT)))  # noqa: S307
            network = network.to_empty(device="cpu")
    except Exception:
        return None  # training will say why
    for one in network.state_dict().values():
        one.zero_()
    return network if isinstance(network, nn.Module) else None


class _Source:
    """Modules of a project, imported from their text, apart from those of a run beside it.

    Args:
        files: Text by the file's name.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._modules: dict[str, ModuleType] = {}

    def module(self, name: str) -> ModuleType:
        """One of them, imported once."""
        if name not in self._modules:
            made = self._modules[name] = ModuleType(name)
            made.__dict__["__file__"] = f"{name}.py"
            made.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._import}
            text = self._files[f"{name}.py"]
            exec(compile(text, f"{name}.py", "exec"), made.__dict__)  # noqa: S102
        return self._modules[name]

    def _import(self, name: str, *how: Any, **more: Any) -> ModuleType:
        if f"{name}.py" in self._files:
            return self.module(name)
        return __import__(name, *how, **more)
