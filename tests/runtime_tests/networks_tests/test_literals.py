"""Any parameter that differs from place to place is an argument, where only a literal differs."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from graph.compile import compile_document
from graph.core.errors import NeurowireError
from graph.declare import REGISTRY, Declaration, Param
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import End, Node
from tests.graph_tests.networks_tests.drawing import Drawing

SOURCES: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "picture": (),
    "volume": (("shape.unsqueeze", {"dim": 2}),),
    "signal": (("shape.squeeze", {"dim": 1}),),
    "row": (("shape.flatten", {}),),
}
"""How digits become what a node may take."""


def values(param: Param) -> list[Any]:
    """Some values of a parameter, its default first."""
    choices: dict[str, list[Any]] = {
        "bool": [True, False],
        "choice": list(param.choices or ()),
        "int": [1, 2, 3, 0, -1],
        "float": [0.5, 2.0, 0.25, 1.0, -1.0],
        "ints": [(2,), (1,), (3,), (2, 1), (1, 1, 2, 2)],
    }
    found = [one for one in choices.get(param.kind, []) if _takes(param, one)]
    return [param.default, *(one for one in found if one != param.default)]


def _takes(param: Param, value: Any) -> bool:
    try:
        param.check(value)
    except NeurowireError:
        return False
    return True


def board(
    declaration: Declaration, param: Param | None, source: str, pair: list[Any]
) -> tuple[Document, Diagnosis] | None:
    """A network of one node, put twice with two values of a parameter; None where it can't be."""
    draw = Drawing()
    document = draw.document
    document.add_network("block")
    inner = document.add_node(declaration.type, sheet="block", name="inner")
    ports = document.ports(inner)
    given = document.add_node("network.input", sheet="block", name="given")
    result = document.add_node("network.output", sheet="block", name="result")
    for port in ports.inputs:
        document.link(End(given.id, "y"), End(inner.id, port.name))
    document.link(End(inner.id, ports.outputs[0].name), End(result.id, "x"))
    try:
        _ = param and document.expose(inner.id, param.name, "shown")
    except NeurowireError:
        return None
    data, loss = draw.add("data.digits"), draw.add("loss.mse")
    row: list[Node] = [data, *(draw.add(type, **params) for type, params in SOURCES[source])]
    draw.chain(*row)
    for value, end in zip(pair, ("prediction", "target"), strict=True):
        placed = draw.place("block", **({"shown": value} if param else {}))
        draw.chain(row[-1], placed)
        flat, linear = draw.add("shape.flatten"), draw.add("layer.linear", units=1)
        draw.chain(placed, flat, linear)
        draw.wire(linear, loss, end)
    draw.chain(loss, draw.add("optimizer.sgd"))
    inference = Diagnosis(document, watch=False)
    wrong = any(one.severity == "error" for one in inference.problems)
    return None if wrong else (document, inference)


def blank(text: str) -> str:
    """Code without its literals, and without arguments by name, which may be left out."""
    tree = ast.parse(text)

    class Blank(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.AST:
            return ast.Constant(0)

        def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
            negative = isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)
            return ast.Constant(0) if negative else self.generic_visit(node)

        def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
            plain = all(isinstance(one, ast.Constant | ast.UnaryOp) for one in node.elts)
            return ast.Constant(0) if plain else self.generic_visit(node)

    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords = []
        if isinstance(node, ast.ClassDef):
            node.name, node.body = "Block", node.body[1:]
        if isinstance(node, ast.FunctionDef):
            node.args.args = node.args.args[:1]
    return ast.dump(Blank().visit(tree))


NODES = [one for one in REGISTRY if one.role == "layer" and one.ports.outputs and one.params]


def test_what_differs_by_a_literal_is_one_class() -> None:
    compiled = []
    for declaration in NODES:
        sources = [s for s in SOURCES if board(declaration, None, s, [None, None]) is not None]
        for param in declaration.params:
            for document, known in filter(None, _boards(declaration, param, sources)):
                text = compile_document(document, inference=known).files["model.py"].text
                classes = re.findall(r"(?ms)^class Block.*?(?=^class |\Z)", text)
                if len(classes) > 1:
                    alike = blank(classes[0]) == blank(classes[1])
                    assert not alike, f"{declaration.type}.{param.name}\n{text}"
                compiled.append(len(classes))
                break
    assert compiled.count(1) > 150, "most parameters are tried, and are arguments"


def _boards(declaration: Declaration, param: Param, sources: list[str]) -> Iterator[Any]:
    first, *others = values(param)
    for source in sources:
        for other in others:
            yield board(declaration, param, source, [first, other])
