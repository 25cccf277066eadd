"""Watches one step: which computation gave the first number that is none, forward or backward."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from graph.core.run_plan import Source
from runtime.worker.errors import nodes_of


@dataclass(frozen=True)
class Suspect:
    """A computation that gave something that is no number.

    Attributes:
        path: Ids of the instances it stands in, the outermost first, and of its node.
        line: Where it is written.
        gradient: Was it its gradient, not what it computes?
    """

    path: tuple[str, ...]
    line: str
    gradient: bool


@dataclass(eq=False)
class Call:
    """One call of torch, as far as it matters.

    Attributes:
        frames: The lines of the source it was called from, the outermost first.
        given: What it was given.
        gave: What it gave.
        turn: Which call on its line it was.
    """

    frames: list[tuple[str, int]]
    given: list[Tensor]
    gave: list[Tensor]
    turn: int
    finite: bool = field(default=True)


class Watch(TorchFunctionMode):
    """Notes every call of torch that the source makes while this is open.

    Args:
        source: The folder the source was imported from.
        files: That source, for the nodes of its lines.
    """

    def __init__(self, source: Path, files: Mapping[str, Source]) -> None:
        super().__init__()
        self._source, self._files = source.resolve(), files
        self._calls: list[Call] = []
        self._sloped: dict[int, bool] = {}  # by tensor: was its gradient finite?
        self._broken: list[Tensor] = []  # whose gradients were not, in the order of their turn
        self._hooks: list[RemovableHandle] = []
        self._held: list[Tensor] = []

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        """Call it, and note what it was given and gave."""
        given = list(tensors([args, kwargs or {}]))
        before = {id(one) for one in given}
        result = func(*args, **(kwargs or {}))
        frames = self._frames()
        if frames:
            gave = [one for one in tensors(result) if id(one) not in before]
            turn = sum(call.frames == frames for call in self._calls)
            call = Call(frames, given, gave, turn)
            call.finite = all(map(_finite, gave))
            self._calls.append(call)
            for one in (*given, *gave):
                self._feel(one)
        return result

    def __exit__(self, *told: Any) -> None:
        """Take the hooks off again."""
        super().__exit__(*told)  # type: ignore[no-untyped-call]
        for hook in self._hooks:
            hook.remove()

    def suspect(self, losses: Sequence[Tensor]) -> Suspect | None:
        """The first that gave what is no number: on the way to a loss, or else in a gradient."""
        call = self._forward([one for one in losses if not _finite(one)])
        if call is not None:
            return self._told(call, gradient=False)
        call = self._backward()
        return self._told(call, gradient=True) if call is not None else None

    def _forward(self, ends: Sequence[Tensor]) -> Call | None:
        ahead, seen = list(ends), {id(one) for one in ends}
        made = {id(one): call for call in self._calls for one in call.gave}
        first: list[Call] = []
        while ahead:
            call = made.get(id(ahead.pop()))
            if call is None:
                continue
            broken = [one for one in call.given if not _finite(one)]
            if not broken:
                first.append(call)
            for one in broken:
                if id(one) not in seen:
                    seen.add(id(one))
                    ahead.append(one)
        return min(first, key=self._calls.index, default=None)

    def _backward(self) -> Call | None:
        for one in self._broken:
            users = [call for call in self._calls if any(one is given for given in call.given)]
            for call in reversed(users):
                if all(self._sloped.get(id(gave), True) for gave in call.gave):
                    return call
        return None

    def _feel(self, tensor: Tensor) -> None:
        if not tensor.requires_grad or id(tensor) in self._sloped:
            return
        self._sloped[id(tensor)] = True
        self._held.append(tensor)  # so that no other takes its id

        def felt(slope: Tensor) -> None:
            if not _finite(slope):
                self._sloped[id(tensor)] = False
                self._broken.append(tensor)

        self._hooks.append(tensor.register_hook(felt))

    def _frames(self) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            path = Path(frame.f_code.co_filename)
            if path.name in self._files and path.parent == self._source:
                found.append((path.name, frame.f_lineno))
            frame = frame.f_back
        return found[::-1]

    def _told(self, call: Call, *, gradient: bool) -> Suspect | None:
        path: list[str] = []
        place = ""
        for name, number in call.frames:
            nodes = nodes_of(self._files[name], number)
            if not nodes:
                continue
            last = (name, number) == call.frames[-1]
            if not last and len(nodes) > 1:
                continue  # a class of many loose layers
            node = nodes[min(call.turn, len(nodes) - 1)] if last else nodes[0]
            if node not in path:
                path.append(node)
            lines = self._files[name].text.splitlines()
            place = f"{name}, line {number}: {lines[number - 1].strip()}"
        return Suspect(tuple(path), place, gradient) if path else None


def tensors(value: Any) -> Iterator[Tensor]:
    """All tensors in what a function takes or gives."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from tensors(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from tensors(one)


def _finite(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor).all())
