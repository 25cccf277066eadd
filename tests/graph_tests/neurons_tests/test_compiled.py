"""Drawn neurons on a board, as its source shows them."""

import random

import pytest

from graph.compile import Compiled, compile_document, vendored
from graph.compile.source import import_lines
from graph.diagnose.diagnosis import Diagnosis
from graph.model.order import upstream
from graph.model.sheet import End, LinkKey
from tests.drawing import Drawing


def train(draw: Drawing, logits: End, target: End) -> Compiled:
    """Wire a loss and an optimizer behind the last neuron, and compile."""
    loss, adam = draw.add("loss.binary_cross_entropy"), draw.add("optimizer.adam")
    draw.wire(logits, loss, "logits")
    draw.wire(target, loss, "target")
    draw.wire(End(loss.id, "loss"), adam, "loss")
    assert not Diagnosis(draw.document).problems
    return compile_document(draw.document)


def points(draw: Drawing) -> tuple[list[End], End]:
    """The two columns of made-up points, and their labels."""
    data = draw.add("data.moons")
    return draw.split(End(data.id, "point"), 2), End(data.id, "label")


def test_xor_of_three_neurons() -> None:
    draw = Drawing()
    x, label = points(draw)
    a, b = draw.neuron(x, "a"), draw.neuron(x, "b")
    project = train(draw, draw.neuron([a, b], "top", activation="linear"), label)
    model = project.files["model.py"]
    assert (
        model.text
        == '''"""Untitled, drawn in Neurowire."""

import torch.nn.functional as F
from torch import Tensor, nn


class Model(nn.Module):
    """point [N, 2] -> top [N]."""

    def __init__(self) -> None:
        super().__init__()
        self.neurons = nn.Linear(2, 2)  # neurons a, b
        self.top = nn.Linear(2, 1)  # neuron top

    def forward(self, point: Tensor) -> Tensor:
        x = F.tanh(self.neurons(point))  # [N, 2]
        return self.top(x).squeeze(1)  # [N]
'''
    )
    lines = model.text.splitlines()
    assert [lines[number] for number in model.lines_of(b.node)] == [lines[11], lines[15]]
    (wire,) = (w for w in project.wires if w.link == str(LinkKey(x[1], End(b.node, "xs"))))
    assert (wire.network, wire.tensor, wire.row, wire.column) == ("model", "neurons.weight", 1, 1)


def test_a_missing_wire_carries_masked_linear_along() -> None:
    draw = Drawing()
    x, label = points(draw)
    a, b = draw.neuron(x, "a"), draw.neuron(x[1:], "b")
    project = train(draw, draw.neuron([a, b, x[0]], "top", activation="linear"), label)
    text = project.files["model.py"].text
    assert 'self.neurons = MaskedLinear("11", "01")  # neurons a, b\n' in text
    assert "self.top(torch.cat([x, point[:, :1]], dim=1)).squeeze(1)  # [N]\n" in text
    assert "from layers import MaskedLinear\n" in text
    assert "class MaskedLinear(nn.Linear):" in project.files["layers.py"].text


def test_a_large_mask_is_a_picture_with_the_neurons_behind_it() -> None:
    draw = Drawing()
    x, label = points(draw)
    first = draw.layer(x, 30, "a")
    second = [draw.neuron([*first[:row], *first[row + 1 :]], f"b{row + 1}") for row in range(4)]
    project = train(draw, draw.neuron(second, "top", activation="linear"), label)
    lines = project.files["model.py"].text.splitlines()
    start = lines.index("        self.b = MaskedLinear(")
    assert lines[start + 1 : start + 6] == [
        '            "011111111111111111111111111111",',
        '            "101111111111111111111111111111",',
        '            "110111111111111111111111111111",',
        '            "111011111111111111111111111111",',
        "        )  # neurons b1 to b4",
    ]


def test_neurons_and_other_nodes_mix() -> None:
    """Muted and passing nodes, an activation between, a Linear behind a Join, a learned number."""
    draw = Drawing()
    x, label = points(draw)
    a = draw.layer(x, 3, "a")
    same, relu, linear = (
        draw.add("layer.identity"),
        draw.add("activation.relu"),
        draw.add("layer.linear", units=2),
    )
    quiet = draw.neuron([a[1]], "quiet")
    draw.document.set_muted([quiet.node], True)
    offset = End(draw.add("neuron.bias", "offset").id, "y")
    draw.wire(a[0], same, "x")
    draw.wire(End(same.id, "y"), relu, "x")
    late = draw.neuron([End(same.id, "y"), End(relu.id, "y"), quiet, offset], "late")
    draw.wire(draw.join([*a, late]), linear, "x")
    columns = draw.split(End(linear.id, "y"), 2)
    project = train(draw, draw.neuron([*columns, x[0]], "top", activation="linear"), label)
    forward = project.files["model.py"].text.partition("def forward")[2].splitlines()[1:]
    assert [line.strip() for line in forward] == [
        "x = self.offset()",
        "a_out = F.tanh(self.a(point))  # [N, 3]",
        "relu = F.relu(a_out[:, 0])  # [N]",
        "x = F.tanh(",
        "self.late(torch.cat([a_out[:, :2], relu.unsqueeze(1), x.expand(len(a_out), 1)], dim=1))",
        ")  # [N, 1]",
        "x = torch.cat([a_out, x], dim=1)  # [N, 4]",
        "x = self.linear(x)  # [N, 2]",
        "return self.top(torch.cat([x, point[:, :1]], dim=1)).squeeze(1)  # [N]",
    ]


@pytest.mark.parametrize("twins", [False, True])
def test_linked_neurons_are_one_module(twins: bool) -> None:
    draw = Drawing()
    x, label = points(draw)
    a = draw.neuron(x, "a")
    again = draw.neuron([x[1], x[0]], "again", twin=a if twins else None)
    project = train(draw, draw.neuron([a, again], "top", activation="linear"), label)
    text = project.files["model.py"].text
    assert text.count("nn.Linear") == 2
    assert text.count("self.a(") == (2 if twins else 0)


def test_what_each_optimizer_trains_is_a_layer_of_its_own() -> None:
    draw = Drawing()
    x, label = points(draw)
    train(draw, draw.neuron(draw.layer(x, 3, "a"), "left", activation="linear"), label)
    project = train(draw, draw.neuron(draw.layer(x, 3, "b"), "right", activation="linear"), label)
    homes = {wire.tensor: wire.network for wire in project.wires}
    assert homes["a.weight"] == homes["left.weight"]
    assert homes["b.weight"] == homes["right.weight"]
    assert homes["a.weight"] != homes["b.weight"]


def irregular(count: int, seed: int = 1) -> tuple[Drawing, list[End], End]:
    """Neurons of random wiring and activations, and one that adds the last of them up."""
    chance = random.Random(seed)
    draw = Drawing()
    x, label = points(draw)
    for number in range(count):
        xs = chance.sample(x, min(len(x), chance.randint(2, 8)))
        kind = chance.choice(["tanh", "relu", "sigmoid", "gelu"])
        x.append(draw.neuron(xs, f"h{number + 1}", activation=kind))
    return draw, x, label


def test_two_hundred_irregular_neurons_are_one_module() -> None:
    draw, x, label = irregular(200)
    top = draw.neuron(x[-20:], "top", activation="linear")
    project = train(draw, top, label)
    text = project.files["model.py"].text
    assert text.count("self.neurons = WiredNeurons(") == 1
    assert "nn.Linear" not in text
    assert "\nfrom torch import Tensor, nn\n\nfrom neurons import WiredNeurons\n\n" in text
    assert len(text.splitlines()) < 90
    assert max(map(len, text.splitlines())) <= 100
    assert text.endswith("        return self.neurons(point).squeeze(1)  # [N]\n")
    live = upstream(draw.board, [top.node])
    wires = [link.key for link in draw.board.links.values() if link.target.node in live]
    drawn = [key for key in wires if draw.board.nodes[key.target.node].type == "neuron.neuron"]
    assert {wire.link for wire in project.wires} == {*map(str, drawn)}
    places = {(wire.tensor, wire.row, wire.column) for wire in project.wires}
    assert places == {("neurons.weight", row, 0) for row in range(len(drawn))}


def test_imports_of_carried_files_stand_behind_those_of_libraries() -> None:
    for name in vendored.modules().keys() - set(vendored.READERS):
        lines = import_lines([f"from {name} import a", "import torch"])
        assert lines == ["import torch", "", f"from {name} import a"]


def test_other_nodes_between_irregular_neurons_come_in_between() -> None:
    """What a layer or a linked neuron lies between is computed before and after it."""
    draw, x, label = irregular(40)
    relu, linear = draw.add("activation.relu"), draw.add("layer.linear", units=3)
    draw.wire(x[-1], relu, "x")
    draw.wire(draw.join(x[-9:-2]), linear, "x")
    late = [End(relu.id, "y"), *draw.split(End(linear.id, "y"), 3)]
    chance = random.Random(2)
    for number in range(40):
        xs = chance.sample([*late, *x[-30:]], 4)
        kind = chance.choice(["tanh", "relu", "sigmoid", "gelu"])
        late.append(draw.neuron(xs, f"late{number + 1}", activation=kind))
    project = train(draw, draw.neuron(late[-10:], "top", activation="linear"), label)
    text = project.files["model.py"].text
    assert text.count("WiredNeurons(") == 2
    assert [line for line in text.splitlines() if "out" in line and '"' in line]


def test_regular_layers_stay_layers_however_many() -> None:
    draw = Drawing()
    x, label = points(draw)
    for depth in range(30):
        x = draw.layer(x, 4, f"h{depth}_")
    text = train(draw, draw.neuron(x, "top", activation="linear"), label).files["model.py"].text
    assert text.count("nn.Linear(") == 31
    assert "WiredNeurons" not in text


def test_irregular_neurons_in_a_network_are_one_module() -> None:
    """Some of them feed nothing: they are neither computed nor trained, and in nobody's way."""
    draw, x, label = irregular(60)
    top = draw.neuron(x[-10:], "top", activation="linear")
    wires = {wire.link for wire in train(draw, top, label).wires}
    inside = {"neuron.neuron", "neuron.split"}
    chosen = [node.id for node in draw.board.nodes.values() if node.type in inside]
    draw.document.group_into_network(chosen, "net")
    assert not [p for p in Diagnosis(draw.document).problems if p.severity == "error"]
    project = compile_document(draw.document)
    assert project.files["model.py"].text.count("WiredNeurons(") == 1
    assert {wire.link for wire in project.wires} == wires
