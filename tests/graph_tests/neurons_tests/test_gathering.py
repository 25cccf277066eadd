"""Drawn neurons become layers."""

import pytest

from graph.core.tensor import features
from graph.declare import Value
from graph.model.order import topological
from graph.model.sheet import End, LinkKey
from graph.neurons import Column, Gathered, LayerCall, Rows, Weight, gather
from graph.problems.problem import CompileError
from tests.drawing import Drawing, blocks


def sources(gathered: Gathered, **widths: int) -> list[str]:
    """The calls of layers as they would be written, results named h, h_2, ..."""
    values: dict[End, Value] = {}
    for step in gathered.order:
        for end in () if isinstance(step, str) else step.reads:
            width = widths.get(end.port)
            kind = features("N", width) if width else features("N")
            values.setdefault(end, Value(end.port, kind))
    found: list[str] = []
    for step in gathered.order:
        if isinstance(step, str):
            continue
        name = f"h_{len(found) + 1}" if found else "h"
        found.append(f"{name} = {step.source(values)}")
        values[step.result] = Value(name, step.type)
    return found


def constructors(gathered: Gathered) -> list[str]:
    return [f"{one.name} = {one.constructor}  # {one.comment}" for one in gathered.layers]


def test_full_layers_are_linear() -> None:
    gathered = gather(sheet := blocks(2, 64, 64, 1), topological(sheet))
    assert constructors(gathered) == [
        "a = nn.Linear(2, 64)  # neurons a1 to a64",
        "b = nn.Linear(64, 64)  # neurons b1 to b64",
        "c1 = nn.Linear(64, 1)  # neuron c1",
    ]
    assert sources(gathered, point=2) == [
        "h = F.tanh(self.a(point))",
        "h_2 = F.tanh(self.b(h))",
        "h_3 = self.c1(h_2).squeeze(1)",
    ]
    assert len(gathered.wires) == 2 * 64 + 64 * 64 + 64


def test_a_missing_wire_makes_a_mask() -> None:
    draw = Drawing()
    _, (x1, x2) = draw.rows(2)
    a, b = draw.neuron([x1], "a"), draw.neuron([x2, x1], "b")
    gathered = draw.gather()
    assert constructors(gathered) == ['neurons = MaskedLinear("10", "11")  # neurons a, b']
    assert sources(gathered, point=2) == ["h = F.tanh(self.neurons(point))"]
    assert gathered.wires == {
        LinkKey(x1, End(a.node, "xs")): Weight("neurons", 0, 0),
        LinkKey(x2, End(b.node, "xs")): Weight("neurons", 1, 1),
        LinkKey(x1, End(b.node, "xs")): Weight("neurons", 1, 0),
    }
    assert gathered.layers[0].weights == 3 + 2


def test_a_skip_wire_makes_a_concatenation() -> None:
    draw = Drawing()
    _, x = draw.rows(2)
    hidden = draw.layer(x, 3)
    draw.neuron([*hidden, x[1]], "top", activation="linear", bias=False)
    gathered = draw.gather()
    assert constructors(gathered)[1] == "top = nn.Linear(4, 1, bias=False)  # neuron top"
    assert sources(gathered, point=2)[1] == (
        "h_2 = self.top(torch.cat([h, point[:, 1:]], dim=1)).squeeze(1)"
    )


def test_depth_counts_the_longest_path() -> None:
    draw = Drawing()
    _, x = draw.rows(2)
    a = draw.neuron(x, "a")
    b = draw.neuron([x[0], a], "b")
    draw.neuron([a, x[1]], "c")
    draw.neuron([a, b], "d")
    assert [step.neurons for step in draw.gather().calls] == [("n3",), ("n4", "n5"), ("n6",)]


def test_depth_goes_through_other_nodes() -> None:
    """A neuron behind a Linear that reads neurons can't be in their layer."""
    draw = Drawing()
    _, x = draw.rows(2)
    hidden = draw.layer(x, 2)
    linear = draw.add("layer.linear", units=2)
    draw.wire(draw.join(hidden), linear, "x")
    late = draw.neuron(draw.split(End(linear.id, "y"), 2), "late")
    gathered = draw.gather()
    assert [step.neurons for step in gathered.calls] == [("n3", "n4"), (late.node,)]
    assert [s if isinstance(s, str) else s.result.node for s in gathered.order] == [
        "n1",
        "n3",
        linear.id,
        late.node,
    ]


def test_activation_and_bias_keep_neurons_apart() -> None:
    draw = Drawing()
    _, x = draw.rows(2)
    draw.neuron(x, "a"), draw.neuron(x, "b", activation="sin")
    draw.neuron(x, "c", bias=False), draw.neuron(x, "d")
    assert [layer.names for layer in draw.gather().layers] == [("a", "d"), ("b",), ("c",)]


def test_neurons_of_different_tensors_stay_apart() -> None:
    draw = Drawing()
    (_, x), (_, z) = draw.rows(2), draw.rows(2)
    draw.layer(x, 2, "a"), draw.layer(z, 2, "b")
    assert constructors(draw.gather()) == [
        "a = nn.Linear(2, 2)  # neurons a1, a2",
        "b = nn.Linear(2, 2)  # neurons b1, b2",
    ]


def test_scalars_are_stacked() -> None:
    draw = Drawing()
    first, second = (End(draw.add("data.xor").id, "label") for _ in range(2))
    offset = End(draw.add("neuron.bias").id, "y")
    draw.neuron([first, offset, second], "a")
    scalar = features("N")
    values = {first: Value("s", scalar), second: Value("t", scalar)}
    values[offset] = Value("self.bias()", features())
    assert draw.gather().calls[0].source(values) == (
        "F.tanh(self.a(torch.stack([s, self.bias().expand_as(s), t], dim=1))).squeeze(1)"
    )


@pytest.mark.parametrize(
    ("picked", "expected"),
    [
        ([0, 1, 2, 3], "x"),
        ([3, 2, 1, 0], "x"),
        ([1, 2], "x[:, 1:3]"),
        ([0, 1], "x[:, :2]"),
        ([2, 3], "x[:, 2:]"),
        ([3, 0], "x[:, [0, 3]]"),
    ],
)
def test_columns_are_taken_as_people_write_it(picked: list[int], expected: str) -> None:
    draw = Drawing()
    rows, x = draw.rows(4)
    draw.neuron([x[index] for index in picked], "a")
    step = draw.gather().calls[0]
    assert step.source({rows: Value("x", features("N", 4))}) == (
        f"F.tanh(self.a({expected})).squeeze(1)"
    )


def test_a_column_wired_twice_has_two_weights() -> None:
    draw = Drawing()
    rows, x = draw.rows(2)
    again = draw.split(rows, 2)
    a = draw.neuron([x[0], again[0]], "a")
    gathered = draw.gather()
    assert gathered.layers[0].constructor == "nn.Linear(2, 1)"
    assert sources(gathered, point=2) == [
        "h = F.tanh(self.a(torch.cat([point[:, :1], point[:, :1]], dim=1))).squeeze(1)"
    ]
    assert gathered.wires[LinkKey(again[0], End(a.node, "xs"))] == Weight("a", 0, 1)


def test_a_join_of_a_whole_layer_is_the_layer() -> None:
    draw = Drawing()
    _, x = draw.rows(2)
    hidden = draw.layer(x, 3)
    whole, part = draw.join(hidden), draw.join(hidden[:2])
    gathered = draw.gather()
    assert gathered.column(whole) == Column(gathered.calls[0].result)
    assert [step.node for step in gathered.order if isinstance(step, Rows)] == [part.node]
    assert sources(gathered, point=2) == ["h = F.tanh(self.h(point))", "h_2 = h[:, :2]"]


def test_a_join_of_all_columns_is_what_was_split() -> None:
    draw = Drawing()
    rows, x = draw.rows(3)
    assert draw.join(x).port == "y"
    gathered = draw.gather()
    assert gathered.column(End("n3", "y")) == Column(rows)
    assert gathered.order == ("n1",)


def test_a_split_of_a_join_vanishes() -> None:
    draw = Drawing()
    _, x = draw.rows(2)
    hidden = draw.layer(x, 3)
    again = draw.split(draw.join([*hidden[::-1], x[0]]), 4)
    draw.neuron(again[:3], "top")
    gathered = draw.gather()
    assert sources(gathered, point=2)[1] == "h_2 = F.tanh(self.top(h)).squeeze(1)"
    assert not any(isinstance(step, Rows) for step in gathered.order)


def test_what_others_read_is_a_column() -> None:
    draw = Drawing()
    _, x = draw.rows(2)
    hidden = draw.layer(x, 3)
    gathered = draw.gather()
    result = gathered.calls[0].result
    values = {result: Value("h", features("N", 3))}
    assert gathered.value(hidden[2], values) == "h[:, 2]"
    assert gathered.value(hidden[2], values).type == features("N")
    assert gathered.column(x[1]) == Column(End("n1", "point"), 1)


def test_a_muted_neuron_lets_its_first_wire_through() -> None:
    draw = Drawing()
    _, x = draw.rows(2)
    quiet = draw.neuron(x[::-1], "quiet")
    draw.document.set_muted([quiet.node], True)
    a = draw.neuron([quiet, x[0]], "a")
    gathered = draw.gather()
    assert [layer.names for layer in gathered.layers] == [("a",)]
    assert gathered.column(quiet) == Column(End("n1", "point"), 1)
    assert gathered.wires[LinkKey(quiet, End(a.node, "xs"))] == Weight("a", 0, 1)


# -- linked neurons


def test_a_linked_copy_of_a_layer_is_the_same_module() -> None:
    draw = Drawing()
    (_, x), (_, z) = draw.rows(2), draw.rows(2)
    hidden = [draw.neuron(x, "a"), draw.neuron(x[:1], "b")]
    copies = [draw.neuron(z, twin=hidden[0]), draw.neuron(z[:1], twin=hidden[1])]
    gathered = draw.gather()
    assert constructors(gathered) == ['neurons = MaskedLinear("11", "10")  # neurons a, b']
    assert [step.neurons for step in gathered.calls] == [
        tuple(end.node for end in hidden),
        tuple(end.node for end in copies),
    ]
    first = gathered.wires[LinkKey(x[0], End(hidden[1].node, "xs"))]
    assert gathered.wires[LinkKey(z[0], End(copies[1].node, "xs"))] == first


def test_linked_neurons_that_read_one_tensor_are_two_uses() -> None:
    draw = Drawing()
    _, x = draw.rows(4)
    a = draw.neuron(x[:2], "a")
    draw.neuron(x[2:], twin=a)
    assert sources(draw.gather(), point=4) == [
        "h = F.tanh(self.a(point[:, :2])).squeeze(1)",
        "h_2 = F.tanh(self.a(point[:, 2:])).squeeze(1)",
    ]


def test_linked_layers_that_are_wired_differently_fall_apart() -> None:
    draw = Drawing()
    (_, x), (_, z) = draw.rows(2), draw.rows(2)
    a, b = draw.neuron(x, "a"), draw.neuron(x, "b")
    draw.neuron(z, twin=a), draw.neuron(z[::-1], twin=b)
    gathered = draw.gather()
    assert constructors(gathered) == [
        "a = nn.Linear(2, 1)  # neuron a",
        "b = nn.Linear(2, 1)  # neuron b",
    ]
    assert [step.layer.name for step in gathered.calls] == ["a", "b", "a", "b"]
    assert sources(gathered, point=2)[3] == "h_4 = F.tanh(self.b(point[:, [1, 0]])).squeeze(1)"


def test_a_linked_chain_is_one_module_at_two_depths() -> None:
    draw = Drawing()
    _, (x,) = draw.rows(1)
    a = draw.neuron([x], "a")
    draw.neuron([a], twin=a)
    assert sources(draw.gather(), point=1) == [
        "h = F.tanh(self.a(point))",
        "h_2 = F.tanh(self.a(h)).squeeze(1)",
    ]


def test_linked_neurons_need_as_many_wires() -> None:
    draw = Drawing()
    _, x = draw.rows(2)
    a = draw.neuron(x, "a")
    draw.neuron(x[:1], twin=a)
    with pytest.raises(CompileError, match="has 1 wires, but a, whose weights it shares, 2"):
        draw.gather()


# -- names, optimizers, size


def test_layers_take_their_neurons_common_name() -> None:
    draw = Drawing()
    _, x = draw.rows(2)
    draw.add("layer.identity", "hidden")
    hidden = [draw.neuron(x, name) for name in ("hidden_left", "hidden_right")]
    default = [draw.neuron(hidden) for _ in range(5)]
    draw.neuron(default, "forward_1"), draw.neuron(default, "backward_1")
    assert constructors(draw.gather()) == [
        "hidden_2 = nn.Linear(2, 2)  # neurons hidden_left, hidden_right",
        "neurons = nn.Linear(2, 5)  # neurons neuron to neuron_5",
        "neurons_2 = nn.Linear(5, 2)  # neurons forward_1, backward_1",
    ]


def test_long_lists_of_names_are_cut() -> None:
    draw = Drawing()
    _, x = draw.rows(2)
    for letter in "abcdefghijklmnopqrstuvwxyz":
        draw.neuron(x, letter * 4)
    assert draw.gather().layers[0].comment == (
        "neurons aaaa, bbbb, cccc, dddd, eeee, ffff, gggg and 19 more"
    )


def test_neurons_that_different_optimizers_train_stay_apart() -> None:
    draw = Drawing()
    _, x = draw.rows(2)
    hidden = draw.layer(x, 4)
    adam = draw.add("optimizer.adam", trains=(hidden[1].node, hidden[3].node))
    for end in hidden:
        loss = draw.add("layer.identity")
        draw.wire(end, loss, "x")
    assert [layer.names for layer in draw.gather().layers] == [("h1", "h2", "h3", "h4")]
    total = draw.add("loss.cross_entropy")
    draw.wire(draw.join(hidden), total, "logits")
    draw.wire(End(total.id, "loss"), adam, "loss")
    assert [layer.names for layer in draw.gather().layers] == [("h1", "h3"), ("h2", "h4")]


def test_gathering_twice_gives_the_same() -> None:
    sheet = blocks(3, 7, 5, 2)
    first, second = (gather(sheet, topological(sheet)) for _ in range(2))
    assert first == second
    assert all(isinstance(step, LayerCall | str) for step in first.order)
