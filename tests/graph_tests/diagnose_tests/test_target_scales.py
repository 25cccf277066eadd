"""A number is learned in deviations from its mean: what asks for its size is told, and mended."""

from __future__ import annotations

import pytest

from graph.model.sheet import End, Node
from graph.nodes.shared.formulas import inputs, parse
from graph.nodes.shared.spans import absolute
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net

DIFFERENCES = (
    "a - b",
    "(a - b) ** 2",
    "abs(a - b)",
    "mean((a - b) ** 2 / c + log(c))",
    "a * 2 + b",
    "(a + b) / 2",
    "max(a, b)",
)
SIZES = ("abs(a - b) / abs(b)", "log(b) - a", "b ** 2", "exp(b) * a", "sqrt(b)")


class Priced(Net):
    """A board with a number to predict."""

    def __init__(self) -> None:
        super().__init__("data.digits", units=1)
        self.table = self.add("data.csv")
        self.learn()

    def learn(self) -> None:
        column = {"dtype": "float", "kind": "features"}
        features, target = {**column, "dims": ["N", 4]}, {**column, "dims": ["N"]}
        outputs = {"features": features, "target": target}
        facts = {"outputs": outputs, "numbers": [], "categories": {}, "classes": []}
        self.inference.set_facts(self.table.id, facts)

    def ask(self, kind: str, port: str, **params: object) -> Node:
        node = self.document.add_node(kind, params=params)
        self.document.link(End(self.table.id, "target"), End(node.id, port))
        return node

    def told(self, node: Node) -> list[str]:
        self.learn()
        return [one.text for one in self.inference.problems if one.node == node.id]


@pytest.mark.parametrize("formula", DIFFERENCES)
def test_a_difference_is_the_same_in_any_unit(formula: str) -> None:
    names = inputs(formula)
    assert not absolute(parse(formula), names, "b")


@pytest.mark.parametrize("formula", SIZES)
def test_a_share_or_a_logarithm_is_not(formula: str) -> None:
    names = inputs(formula)
    assert absolute(parse(formula), names, "b")


@pytest.mark.parametrize(
    ("kind", "port", "params"),
    [
        ("merge.expression", "b", {"formula": "log(b)"}),
        ("merge.compare", "a", {"value": 5.0}),
        ("merge.clamp", "x", {"min": -100.0, "max": 100.0}),
        ("merge.scale", "x", {"factor": 0.1}),
        ("merge.scale", "x", {"offset": -3.0}),
        ("loss.poisson_nll", "target", {}),
        ("loss.soft_margin", "sign", {}),
        ("loss.hinge_embedding", "sign", {}),
        ("loss.binary_cross_entropy", "target", {}),
    ],
)
def test_what_asks_for_the_size_of_a_number_has_it_as_it_stands_in_the_file(
    kind: str, port: str, params: dict[str, object]
) -> None:
    net = Priced()
    node = net.ask(kind, port, **params)
    ports = net.document.ports(node).inputs
    first = ports[0].name
    if first != port:
        net.document.link(End(net.last.id, "y"), End(node.id, first))
    net.learn()
    found = [one for one in net.inference.problems if one.node == node.id and one.fixes]
    said = [fix.label for one in found for fix in one.fixes]
    other = ["Use Mean squared error"] if kind == "loss.binary_cross_entropy" else []
    label = f"Set standardise of {net.table.name} to False"
    assert said == [*other, label], (said, net.told(node))
    found[0].fixes[-1].apply(net.document)
    assert found[0].text not in net.told(node)


def test_a_difference_on_the_board_is_not_told() -> None:
    net = Priced()
    node = net.ask("merge.expression", "b", formula="mean((a - b) ** 2)")
    net.document.link(End(net.last.id, "y"), End(node.id, "a"))
    assert not [text for text in net.told(node) if "deviations" in text]
