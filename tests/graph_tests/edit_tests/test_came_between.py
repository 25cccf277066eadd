"""What comes between trained layers is trained with them, or it is told that it is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graph.declare import REGISTRY
from graph.diagnose.diagnosis import Diagnosis
from graph.format import templates
from graph.model.sheet import End, Node
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net


class Named(Net):
    """Two layers with a ReLU between, which the optimizer names; the first may be left out."""

    def __init__(self, *, first: bool = True) -> None:
        super().__init__()
        self.relu = self.add("activation.relu", self.last)
        self.end = self.add("layer.linear", self.relu, units=10)
        self.judge("loss.cross_entropy", self.end)
        (self.adam,) = self.document.board.with_role("optimizer")
        named = (self.last.id, self.end.id) if first else (self.end.id,)
        self.document.set_params(self.adam.id, trains=named)

    def trains(self) -> list[str]:
        named = self.document.node(self.adam.id).params["trains"]
        return [" > ".join(self.document.node(n).name for n in one.split("/")) for one in named]


LEARNING = [one.type for one in REGISTRY if one.learns and one.group == "Activation"]


@pytest.mark.parametrize("kind", LEARNING)
def test_a_node_that_learns_after_it_was_replaced_is_named(kind: str) -> None:
    net = Named()
    before = net.trains()
    (node,) = net.document.replace_nodes([net.relu.id], kind)
    assert net.trains() == [*before, node.name]
    assert not net.inference.problems
    net.document.undo()
    assert net.trains() == before


@pytest.mark.parametrize("kind", ["norm.layer", "layer.linear", "activation.prelu"])
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_node_put_into_a_wire_is_named(kind: str, place: str) -> None:
    net = Named()
    target = {"first": net.last, "middle": net.relu, "last": None}[place]
    (wire,) = (
        net.document.board.into(target.id) if target else net.document.board.out_of(net.end.id)
    )
    before, node = net.trains(), net.document.insert(kind, wire)
    assert net.trains() == [*before, node.name]


def test_beside_a_layer_that_stays_it_is_told_with_a_way_out() -> None:
    net = Named(first=False)
    assert not net.inference.problems
    (wire,) = net.document.board.into(net.relu.id)
    net.document.insert("norm.layer", wire)
    assert net.trains() == ["linear_2"]


def test_inside_a_network_whose_parts_are_named() -> None:
    net = Named()
    inner = net.document.group_into_network([net.last.id, net.relu.id, net.end.id], "inner")
    (sheet,) = net.document.networks.values()
    named = [f"{inner.id}/{one.id}" for one in sheet.nodes.values() if one.type == "layer.linear"]
    net.document.set_params(net.adam.id, trains=named)
    (relu,) = [one for one in sheet.nodes.values() if one.type == "activation.relu"]
    net.document.replace_nodes([relu.id], "activation.prelu")
    assert net.trains() == ["inner > linear", "inner > linear_2", "inner > prelu"]
    net.document.undo()
    net.document.set_params(net.adam.id, trains=(inner.id,))
    net.document.replace_nodes([relu.id], "activation.prelu")
    assert net.trains() == ["inner"]


def by_hand(net: Named) -> Node:
    """A layer wired in between by hand."""
    node = net.add("layer.linear", net.relu, units=10)
    net.document.link(End(node.id, "y"), End(net.end.id, "x"), replace=True)
    return node


def test_a_layer_wired_in_by_hand_is_told_and_named_by_a_click() -> None:
    net = Named()
    node = by_hand(net)
    (problem,) = net.inference.problems
    assert problem.severity == "warning"
    assert problem.text == "is trained by no optimizer, though adam trains what lies around it"
    (fix,) = problem.fixes
    assert fix.label == f"Train {node.name} by adam"
    fix.apply(net.document)
    assert net.trains()[-1] == node.name
    assert not net.inference.problems


KEPT: dict[str, Callable[[Named, Node], object]] = {
    "pretrained": lambda net, node: net.document.set_params(node.id, pretrained="a.safetensors"),
    "evaluate": lambda net, node: net.document.set_params(node.id, evaluate=True),
    "muted": lambda net, node: net.document.set_muted([node.id], True),
}


@pytest.mark.parametrize("why", KEPT)
def test_what_is_meant_to_stay_is_not_told(why: str) -> None:
    net = Named()
    node = by_hand(net)
    placed = net.document.group_into_network([node.id], "kept")
    assert len(net.inference.problems) == 1
    KEPT[why](net, placed)
    assert not net.inference.problems


def test_between_two_networks_of_two_optimizers_none_takes_it() -> None:
    document = templates.open_template("gan")
    inference = Diagnosis(document)
    users = {one.id: one.params["trains"] for one in document.board.with_role("optimizer")}
    for wire in list(document.board.links.values()):
        ends = {document.node(end.node).type for end in (wire.source, wire.target)}
        if ends == {"network.instance"}:
            document.insert("layer.linear", wire)
            assert {one: document.node(one).params["trains"] for one in users} == users
            document.undo()
    assert not inference.problems
