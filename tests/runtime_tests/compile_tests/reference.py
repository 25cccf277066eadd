"""What a board means, worked out node by node: slow, plain, and nothing of the compiler in it."""

import copy
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.model.sheet import End, Link, Node, Sheet

STATELESS: dict[str, Callable[..., Any]] = {
    "activation.relu": lambda p, x: x.clamp(min=0),
    "activation.tanh": lambda p, x: x.tanh(),
    "activation.softmax": lambda p, x: x.exp() / x.exp().sum(p["dim"], keepdim=True),
    "pool.max2d": lambda p, x: F.max_pool2d(x, 2),
    "shape.flatten": lambda p, x: x.reshape(len(x), -1),
    "merge.scale": lambda p, x: x * p["factor"] + p["offset"],
    "merge.add": lambda p, xs: functools.reduce(torch.add, xs),
    "merge.multiply": lambda p, xs: functools.reduce(torch.mul, xs),
    "merge.concatenate": lambda p, xs: torch.cat(xs, p["dim"]),
    "merge.subtract": lambda p, a, b: a - b,
    "merge.mean": lambda p, x: x.mean(p["dim"], keepdim=p["keepdim"]),
    "layer.identity": lambda p, x: x,
    "dropout.dropout": lambda p, x: x,
    "loss.cross_entropy": lambda p, x, y: -x.log_softmax(1)[torch.arange(len(x)), y].mean(),
    "loss.mse": lambda p, x, y: (x - y).square().mean(),
    "loss.discriminator": lambda p, a, b: F.softplus(-a).mean() + F.softplus(b).mean(),
    "loss.generator": lambda p, x: F.softplus(-x).mean(),
}


def role(node: Node) -> str:
    declaration = REGISTRY.find(node.type)
    assert declaration is not None
    return declaration.role


class Reference:
    """A board's meaning.

    Args:
        document: The board.
        networks: The compiled modules, whose initial weights this starts from.
    """

    def __init__(self, document: Document, networks: Mapping[str, nn.Module]) -> None:
        self.document, self.board = document, document.board
        self.networks = copy.deepcopy(dict(networks))
        self.optimizers = sorted(
            (
                n
                for n in self.board.nodes.values()
                if role(n) == "optimizer" and not n.muted and self.board.into(n.id)
            ),
            key=lambda n: (document.params(n)["order"], n.number),
        )
        self.rules = {node.id: self._rule(node) for node in self.optimizers}

    # -- values

    def module(self, node: Node) -> nn.Module:
        """The module that holds a node's weights on the board."""
        name = self.board.nodes[node.twin or node.id].name
        if name in self.networks:  # a network, or a layer that is linked across parts
            return self.networks[name]
        instances = {n.name for n in self.board.nodes.values() if role(n) == "instance"}
        for key, network in self.networks.items():
            if key not in instances and hasattr(network, name):
                found: nn.Module = getattr(network, name)
                return found
        raise AssertionError(f"no unit holds {name}")

    def value(self, sheet: Sheet, end: End, known: dict[End, Any], holder: nn.Module | None) -> Any:
        """The value of an output, from whatever it needs."""
        if end not in known:
            node = sheet.nodes[end.node]
            outputs = [port.name for port in self.document.ports(node).outputs]
            given = self._given(sheet, node, known, holder)
            found = self._compute(sheet, node, given, holder)
            found = found if isinstance(found, tuple) else (found,)
            known.update({End(node.id, p): v for p, v in zip(outputs, found, strict=False)})
        return known[end]

    def _given(
        self, sheet: Sheet, node: Node, known: dict[End, Any], holder: nn.Module | None
    ) -> list[Any]:
        given: list[Any] = []
        for port in self.document.ports(node).inputs:
            wires = sheet.into(node.id, port.name)
            if node.muted:
                return [self.value(sheet, wires[0].source, known, holder)] if wires else []
            if port.variadic:
                wires = [wire for wire in wires if not self._is_silent(sheet, wire.source)]
            values = [self.value(sheet, wire.source, known, holder) for wire in wires]
            given.append(values if port.variadic else (values[0] if values else None))
        return given

    def _is_silent(self, sheet: Sheet, end: End) -> bool:
        """Is it a loss that is muted? A sum leaves it out; a muted sum passes its first on."""
        node = sheet.nodes[end.node]
        if not node.muted or role(node) != "loss":
            return False
        if node.type != "loss.weighted_sum":
            return True
        wires = sheet.into(node.id)[:1]
        return all(self._is_silent(sheet, wire.source) for wire in wires)

    def _compute(self, sheet: Sheet, node: Node, given: list[Any], holder: nn.Module | None) -> Any:
        if node.muted:
            return given[0]
        name = sheet.nodes[node.twin or node.id].name
        if role(node) == "instance":
            network = self.module(node) if holder is None else getattr(holder, name)
            return self._inside(str(node.params["network"]), given, network)
        params = self.document.params(node)
        if node.type == "loss.weighted_sum":
            return sum(given[0][1:], given[0][0])
        if node.type in STATELESS:
            return STATELESS[node.type](params, *given)
        module = self.module(node) if holder is None else getattr(holder, name)
        return module(*given)

    def _inside(self, name: str, given: list[Any], network: nn.Module) -> tuple[Any, ...]:
        sheet = self.document.networks[name]
        by_age = sorted(sheet.nodes.values(), key=lambda n: n.number)
        entries = [n for n in by_age if role(n) == "input"]
        known = {End(n.id, "y"): v for n, v in zip(entries, given, strict=True)}
        return tuple(
            self.value(sheet, sheet.into(n.id)[0].source, known, network)
            for n in by_age
            if role(n) == "output"
        )

    # -- training

    def learners(self, optimizer: Node) -> list[Node]:
        """The nodes an optimizer trains."""
        seen, ahead = set(), [optimizer.id]
        while ahead:
            node = ahead.pop()
            if node not in seen:
                seen.add(node)
                ahead += [wire.source.node for wire in self._wires(self.board.nodes[node])]
        trains = self.document.params(optimizer)["trains"]
        leaders = {self.board.nodes[n].twin or n for n in trains}
        found = [self.board.nodes[n] for n in sorted(seen, key=lambda n: int(n[1:]))]
        return [
            n
            for n in found
            if not n.muted
            and (n.type in LEARN or role(n) == "instance")
            and (not trains or (n.twin or n.id) in leaders)
        ]

    def _wires(self, node: Node) -> list[Link]:
        """The wires a node's value depends on; a muted node passes its first one on."""
        if not node.muted:
            wires = self.board.into(node.id)
            return [wire for wire in wires if not self._is_silent(self.board, wire.source)]
        ports = self.document.ports(node).inputs
        return self.board.into(node.id, ports[0].name)[:1] if ports else []

    def parameters(self, optimizer: Node) -> list[nn.Parameter]:
        """All weights an optimizer trains, once each."""
        found: dict[int, nn.Parameter] = {}
        for node in self.learners(optimizer):
            for weight in self.module(node).parameters():
                found[id(weight)] = weight
        return list(found.values())

    def _rule(self, node: Node) -> torch.optim.Optimizer:
        rules: dict[str, Any] = {
            "optimizer.sgd": torch.optim.SGD,
            "optimizer.adam": torch.optim.Adam,
        }
        lr = self.document.params(node)["lr"]
        rule: torch.optim.Optimizer = rules[node.type](self.parameters(node), lr=lr)
        return rule

    def iterate(self, batch: Mapping[End, Tensor]) -> dict[str, float]:
        """One batch through all steps; the losses, and those they are made of, by their names."""
        losses = {}
        for node in self.optimizers:
            end = self._past_muted(self.board.into(node.id, "loss")[0].source)
            known: dict[End, Any] = dict(batch)
            loss = self.value(self.board, end, known, None)
            weights = self.parameters(node)
            found = torch.autograd.grad(loss, weights, allow_unused=True)
            for weight, slope in zip(weights, found, strict=True):
                weight.grad = slope
            clip = self.document.params(node)["clip"]
            if clip:
                nn.utils.clip_grad_norm_(weights, clip)
            self.rules[node.id].step()
            name = self.loss_name(node)
            losses[name] = loss.item()
            for part, value in known.items():
                one = self.board.nodes[part.node]
                if role(one) == "loss" and not one.muted and part != end:
                    losses[f"{name}/{one.name}"] = value.item()
        return losses

    def loss_name(self, optimizer: Node) -> str:
        """What figures call a loss: by its node, and by the optimizer where several have it."""
        ends = {
            node.id: self._past_muted(self.board.into(node.id, "loss")[0].source)
            for node in self.optimizers
        }
        name = self.board.nodes[ends[optimizer.id].node].name
        alone = [*ends.values()].count(ends[optimizer.id]) == 1
        return name if alone else f"{name}_{optimizer.name}"

    def _past_muted(self, end: End) -> End:
        while self.board.nodes[end.node].muted:
            end = self.board.into(end.node)[0].source
        return end


LEARN = {
    "layer.linear",
    "layer.conv2d",
    "norm.batch2d",
    "norm.layer",
    "activation.prelu",
}


def batch_of(
    document: Document, data: Iterable[Node], tensors: Iterable[Tensor]
) -> dict[End, Tensor]:
    """A batch by the outputs it comes from."""
    ends = [End(node.id, port.name) for node in data for port in document.ports(node).outputs]
    return dict(zip(ends, tensors, strict=True))
