"""Every fix of every problem: the problem goes, and no error comes.

Boards are drawn around each node of the catalogue: with wires of all kinds from a table whose
columns can be anything, with and without layers between, and with parameters at random.
"""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import graph.nodes
from graph.core.errors import NeurowireError
from graph.core.tensor import TensorType, features, labels
from graph.declare import REGISTRY, Declaration, Param
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import End, Node
from graph.problems.problem import Problem
from tests.graph_tests.boards import boards

assert graph.nodes, "fills the registry"

ROLES = {"layer", "neuron", "loss", "metric", "view"}
TRIES = 8
TYPES: tuple[TensorType, ...] = (
    features("N"),
    features("N", 1),
    features("N", 4),
    features("N", 10),
    features("N", 64),
    features("N", 5, 7),
    features("N", "T", 6),
    features("N", 7, 7),
    features("N", 1, 8, 8),
    features("N", 3, 7, 7),
    features("N", 4, 6, 6),
    features("N", 2, 4, 4, 4),
    features(),
    labels("N", classes=2),
    labels("N", classes=10),
    labels("N", 8, 8, classes=4),
    TensorType(("N", "T"), "int", "tokens", 20),
    TensorType(("N", 4), "bool", "mask"),
)


class Table:
    """A board with a data node for each kind of value that is asked for."""

    def __init__(self, document: Document | None = None) -> None:
        self.document = document or Document()
        self.inference = Diagnosis(self.document)

    def source(self, kind: TensorType) -> End:
        """An output of a type."""
        node = self.document.add_node("data.csv", params={"path": "some.csv"})
        one: dict[str, Any] = {"dims": [*kind.dims], "dtype": kind.dtype, "kind": kind.kind}
        if kind.classes is not None:
            one["classes"] = kind.classes
        facts = {"outputs": {"features": one, "target": one}, "numbers": [], "categories": {}}
        self.inference.set_facts(node.id, facts)
        return End(node.id, "features")

    def behind(self, layer: str, source: End) -> End:
        """What a layer makes of a value; the value itself where it takes none."""
        node = self.document.add_node(layer)
        inputs, outputs = self.document.ports(node).inputs, self.document.ports(node).outputs
        self.document.link(source, End(node.id, inputs[0].name))
        if self.inference.type_of(node.id, outputs[0].name) is None:
            self.document.remove([node.id])
            return source
        return End(node.id, outputs[0].name)

    def errors(self) -> set[tuple[str | None, str]]:
        """What is wrong at which node."""
        found = (one for one in self.inference.problems if one.severity == "error")
        return {(one.node, str(one)) for one in found}

    def known(self) -> set[str | None]:
        """Nodes of which all inputs are known: of others nothing could be told yet."""
        results = ((one, self.inference.result(one)) for one in self.document.board.nodes)
        return {one for one, result in results if result and result.inputs is not None}

    def said(self, problem: Problem) -> bool:
        return any(
            (one.node, one.text) == (problem.node, problem.text) for one in self.inference.problems
        )


def value(chance: random.Random, param: Param) -> Any:
    """A value for a parameter, its default mostly."""
    low = int(param.low or 0)
    numbers = [low, low + 1, low + 2, low + 3]
    choices: dict[str, list[Any]] = {
        "int": [-1, 0, 1, 2, 3, *numbers],
        "bool": [True, False],
        "choice": list(param.choices or ()),
        "float": [0.0, 0.5, 1.0, 2.0],
        "ints": [(one,) for one in numbers] + [(2, 1), (0,), (1, 2), (-1,)],
        "floats": [(1.0,), (1.0, 2.0), (0.5, 0.5, 0.5)],
    }
    found = choices.get(param.kind, [])
    return chance.choice(found) if found and chance.random() < 0.4 else param.default


def drawn(declaration: Declaration, chance: random.Random) -> tuple[Table, Node] | None:
    """A board around a node of a type."""
    table = Table()
    params: dict[str, Any] = {}
    for param in declaration.params:
        try:
            params[param.name] = param.check(value(chance, param))
        except NeurowireError:
            continue
    try:
        node = table.document.add_node(declaration.type, params=params)
    except NeurowireError:
        return None
    first = chance.choice(TYPES)
    for port in table.document.ports(node).inputs:
        for _ in range(chance.choice([1, 2]) if port.variadic else 1):
            if port.optional and chance.random() < 0.5:
                continue
            end = table.source(first if chance.random() < 0.5 else chance.choice(TYPES))
            if chance.random() < 0.5:
                end = table.behind(chance.choice(["layer.linear", "layer.conv2d"]), end)
            if table.document.can_link(end, End(node.id, port.name)) is None:
                table.document.link(end, End(node.id, port.name))
    return table, node


@pytest.mark.parametrize(
    "declaration", [one for one in REGISTRY if one.role in ROLES], ids=lambda one: one.type
)
def test_every_fix_mends(declaration: Declaration) -> None:
    chance = random.Random(declaration.type)
    for _ in range(TRIES):
        found = drawn(declaration, chance)
        if found is not None:
            press_all(*found)


@settings(max_examples=15, derandomize=True, suppress_health_check=[*HealthCheck])
@given(boards(), st.randoms(use_true_random=False))
def test_every_fix_of_a_damaged_board_mends(document: Document, chance: random.Random) -> None:
    table = Table(document)
    nodes = sorted(document.board.nodes.values(), key=lambda one: one.number)
    node = chance.choice(nodes)
    how = chance.randrange(4)
    if how == 0:
        document.remove([node.id])
    elif how == 1:
        document.set_muted([node.id], True)
    elif how == 2 and "units" in document.params(node):
        document.set_params(node.id, units=3)
    elif links := document.board.into(node.id):
        kind = chance.choice(["activation.softmax", "dropout.dropout", "shape.unsqueeze"])
        with suppress(NeurowireError):
            document.insert(kind, chance.choice(links))
    for one in list(document.board.nodes):
        if document.has(one):
            press_all(table, document.node(one))


def press_all(table: Table, node: Node) -> None:
    """Apply each fix of a node's problems by itself, and take it back."""
    before = table.errors()
    for problem in table.inference.problems_of(node.id):
        for fix in problem.fixes:
            what = f"{problem} [{fix.label}]"
            fix.apply(table.document)
            assert not table.said(problem), what
            new = table.errors() - before
            assert not new, f"{what}: {new}"
            table.document.undo()
            assert table.errors() == before, what
