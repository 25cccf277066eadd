"""One value wired into every input of a node: drawn, compiled and trained like any other."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graph.compile import compile_document
from graph.core.tensor import TensorType
from graph.declare import REGISTRY, Declaration
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import End, Node
from tests.runtime_tests.compile_tests.written import imported, write

ROLES = {"layer", "neuron", "loss", "metric", "view"}


def takes_two(declaration: Declaration) -> bool:
    inputs = declaration.ports_of({}).inputs
    return len(inputs) > 1 or any(port.variadic for port in inputs)


def wire_all(document: Document, source: End, node: Node) -> None:
    for port in document.ports(node).inputs:
        for _ in range(2 if port.variadic else 1):
            document.link(source, End(node.id, port.name))


class Board:
    """Digits told apart, with values of several shapes to wire twice."""

    def __init__(self) -> None:
        self.document = Document()
        data = self.add("data.digits")
        image, label = End(data.id, "image"), End(data.id, "label")
        flat = self.add("shape.flatten", image)
        scores = self.add("layer.linear", End(flat.id, "y"), units=10)
        split = self.add("neuron.split", End(flat.id, "y"), columns=64)
        signal = self.add("shape.squeeze", image, dim=1)
        sigmoid = self.add("activation.sigmoid", End(flat.id, "y"))
        self.entropy = self.add("loss.cross_entropy", End(scores.id, "y"), label)
        half = self.add("merge.scale", End(self.entropy.id, "loss"), factor=0.5)
        yes = self.add("merge.expression", End(flat.id, "y"), formula="x * 0 + 0.5")
        numbers = [flat, signal, sigmoid, yes]
        self.values = [image, *(End(n.id, "y") for n in numbers), End(split.id, "x2"), label]
        self.values += [End(half.id, "y"), End(self.entropy.id, "loss"), End(scores.id, "y")]

    def add(self, type: str, *sources: End, **params: Any) -> Node:
        node = self.document.add_node(type, params=params)
        for source, port in zip(sources, self.document.ports(node).inputs, strict=False):
            self.document.link(source, End(node.id, port.name))
        return node

    def put(self, type: str) -> Node | None:
        """The node with a value that fits all its inputs."""
        inference = Diagnosis(self.document)
        try:
            for source in self.values:
                node = self.document.add_node(type, name=f"twice_{type.partition('.')[2]}")
                ports = self.document.ports(node).inputs
                if all(self.document.can_link(source, End(node.id, p.name)) is None for p in ports):
                    wire_all(self.document, source, node)
                    found = inference.result(node.id)
                    if found is not None and found.inputs is not None and not found.problems:
                        return node
                self.document.remove([node.id])
        finally:
            inference.close()
        return None

    def train(self, nodes: Iterable[Node]) -> None:
        """Let all that nodes give be part of one loss."""
        parts = [End(self.entropy.id, "loss")]
        inference = Diagnosis(self.document, watch=False)
        for node in nodes:
            for port in self.document.ports(node).outputs:
                end, kind = End(node.id, port.name), inference.type_of(node.id, port.name)
                assert kind is not None
                parts.append(end if kind.kind == "loss" else self._mean(end, kind))
        total = self.document.add_node("loss.weighted_sum")
        for part in parts:
            self.document.link(part, End(total.id, "losses"))
        self.add("optimizer.sgd", End(total.id, "loss"))

    def _mean(self, end: End, kind: TensorType) -> End:
        if kind.dtype != "float":
            end = End(self.add("shape.to_float", end).id, "y")
        return End(self.add("merge.expression", end, formula="mean(x)").id, "y")


TYPES = [one.type for one in REGISTRY if one.role in ROLES and takes_two(one)]
NOT_HERE = {"loss.gradient_penalty"}
"""It asks for a gradient at what the data gives."""


def test_every_node_takes_one_value_in_all_its_inputs(tmp_path: Path) -> None:
    """Nodes whose inputs must differ in kind, such as scores and class numbers, are left out."""
    board = Board()
    found = [node for type in TYPES if type not in NOT_HERE and (node := board.put(type))]
    assert len(found) > len(TYPES) * 0.6
    board.train(found)
    problems = Diagnosis(board.document, watch=False).problems
    assert not [one for one in problems if one.severity == "error"]
    project = compile_document(board.document)
    with imported(write(project, tmp_path / "project", views=True)) as modules:
        training = modules["train"].Training(batch_size=32, device="cpu")
        next(iter(training))
        training.validate()


def test_what_is_added_to_itself_is_doubled() -> None:
    document = Document()
    data, flat = document.add_node("data.digits"), document.add_node("shape.flatten")
    linear = document.add_node("layer.linear", params={"units": 10})
    add, cat = document.add_node("merge.add"), document.add_node("merge.concatenate")
    product = document.add_node("merge.matmul")
    document.link(End(data.id, "image"), End(flat.id, "x"))
    document.link(End(flat.id, "y"), End(linear.id, "x"))
    wire_all(document, End(linear.id, "y"), add)
    wire_all(document, End(add.id, "y"), cat)
    square = document.add_node("shape.unflatten", params={"dim": 1, "sizes": (4, 5)})
    document.link(End(cat.id, "y"), End(square.id, "x"))
    turned = document.add_node("shape.transpose", params={"dim0": 1, "dim1": 2})
    document.link(End(square.id, "y"), End(turned.id, "x"))
    document.link(End(square.id, "y"), End(product.id, "a"))
    document.link(End(turned.id, "y"), End(product.id, "b"))
    loss = document.add_node("loss.mse")
    wire_all(document, End(product.id, "y"), loss)
    adam = document.add_node("optimizer.adam")
    document.link(End(loss.id, "loss"), End(adam.id, "loss"))
    text = compile_document(document).files["model.py"].text
    lines = [line.strip() for line in text.partition("def forward")[2].splitlines()[1:]]
    assert lines == [
        "x = image.flatten(1)  # [N, 64]",
        "linear = self.linear(x)  # [N, 10]",
        "add = linear + linear  # [N, 10]",
        "x = torch.cat((add, add), dim=1)  # [N, 20]",
        "unflatten = x.unflatten(1, (4, 5))  # [N, 4, 5]",
        "x = unflatten.transpose(1, 2)  # [N, 5, 4]",
        "return unflatten @ x  # [N, 4, 4]",
    ]


def test_a_networks_two_inputs_take_one_value() -> None:
    document = Document()
    data, flat = document.add_node("data.digits"), document.add_node("shape.flatten")
    document.link(End(data.id, "image"), End(flat.id, "x"))
    document.add_network("both")
    ends = [document.add_node("network.input", sheet="both", name=name) for name in "ab"]
    cat = document.add_node("merge.concatenate", sheet="both")
    linear = document.add_node("layer.linear", sheet="both", params={"units": 10})
    out = document.add_node("network.output", sheet="both", name="logits")
    for end in ends:
        document.link(End(end.id, "y"), End(cat.id, "xs"))
    document.link(End(cat.id, "y"), End(linear.id, "x"))
    document.link(End(linear.id, "y"), End(out.id, "x"))
    net = document.add_node("network.instance", params={"network": "both"})
    wire_all(document, End(flat.id, "y"), net)
    loss, adam = document.add_node("loss.cross_entropy"), document.add_node("optimizer.adam")
    document.link(End(net.id, "logits"), End(loss.id, "logits"))
    document.link(End(data.id, "label"), End(loss.id, "label"))
    document.link(End(loss.id, "loss"), End(adam.id, "loss"))
    project = compile_document(document)
    assert "nn.Linear(128, 10)" in project.files["model.py"].text
    assert "self.network(flatten, flatten)" in project.files["train.py"].text
