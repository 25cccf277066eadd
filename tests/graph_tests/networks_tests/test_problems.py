"""What is wrong with networks and with what trains them, and what mends it."""

import itertools
from collections.abc import Sequence

from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format.templates import open_template
from graph.model.sheet import Node
from graph.problems.problem import Problem
from tests.graph_tests.networks_tests.drawing import Drawing

SAME = [("layer.linear", {"units": 64}), ("activation.relu", {})]


def problems(document: Document) -> list[Problem]:
    return Diagnosis(document, watch=False).problems


def texts(found: Sequence[Problem]) -> str:
    return "\n".join(str(problem) for problem in found)


def test_a_network_that_fits_has_no_problems() -> None:
    draw = Drawing()
    draw.network("block", *SAME)
    draw.classifier(draw.place("block", repeat=3), draw.place("block", "other"))
    assert problems(draw.document) == []
    inference = Diagnosis(draw.document, watch=False)
    (first, _) = [n for n in draw.document.board.nodes.values() if n.type == "network.instance"]
    assert inference.weights(first.id) == 3 * 65 * 64


def test_a_network_without_outputs_gets_one() -> None:
    draw = Drawing()
    *_, relu, last = draw.network("block", *SAME)
    draw.document.remove([last.id])
    placed = draw.place("block")
    draw.chain(draw.add("data.digits"), placed)
    (found,) = [p for p in problems(draw.document) if p.node == placed.id]
    assert "no Output" in found.text
    found.fixes[0].apply(draw.document)
    (output,) = draw.document.ports(placed).outputs
    assert output.name == "output"
    (made,) = [n for n in draw.document.networks["block"].nodes.values() if n.name == "output"]
    assert draw.document.networks["block"].into(made.id)[0].source.node == relu.id


def test_an_output_that_gets_nothing_is_an_error_said_once() -> None:
    draw = Drawing()
    *_, last = draw.network("block", *SAME)
    draw.document.unlink(draw.document.networks["block"].into(last.id)[0])
    draw.classifier(draw.place("block"), draw.place("block", "again"))
    inference = Diagnosis(draw.document, watch=False)
    (found,) = [p for p in inference.problems if p.node == last.id]
    assert (found.severity, found.sheet) == ("error", "block")
    assert inference.problems_of(last.id) == [found]


def test_only_what_gives_what_it_takes_is_stacked() -> None:
    draw = Drawing()
    draw.network("block", ("layer.linear", {"units": 32}))
    placed = draw.place("block", repeat=2)
    draw.classifier(placed)
    (found,) = [p for p in problems(draw.document) if p.severity == "error"]
    assert found.node == placed.id
    assert "[N, 64] -> [N, 32]" in found.received
    assert found.fixes[0].label == "Set repeat of block to 1"
    found.fixes[0].apply(draw.document)
    assert problems(draw.document) == []


def test_a_value_of_an_instance_counts_in_that_place_alone() -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("block", *SAME)
    draw.document.expose(layer.id, "units")
    a, b = draw.place("block", "a"), draw.place("block", "b", units=32)
    draw.classifier(a, b)
    inference = Diagnosis(draw.document)
    assert str(inference.type_of(a.id, "result")) == "[N, 64]"
    assert str(inference.type_of(b.id, "result")) == "[N, 32]"
    draw.document.set_params(b.id, units=16)
    assert str(inference.type_of(b.id, "result")) == "[N, 16]"
    draw.document.hide("block", "units")
    assert str(inference.type_of(b.id, "result")) == "[N, 64]"
    assert inference.weights(b.id) == 65 * 64


def test_a_linked_instance_of_another_size_says_what_differs() -> None:
    draw = Drawing()
    draw.network("block", ("layer.linear", {"units": 32}))
    draw.network("outer", ("network.instance", {"network": "block"}))
    first = draw.place("outer", "first")
    second = draw.document.add_node(
        "network.instance", name="second", params={"network": "outer"}, twin=first.id
    )
    draw.classifier(first, second)
    (found,) = [p for p in problems(draw.document) if p.severity == "error"]
    assert found.node == second.id
    assert found.received == "nn.Linear(32, 32)"
    assert found.expected == "nn.Linear(64, 32)"
    assert "second.network.linear needs nn.Linear(32, 32)" in found.text
    found.fixes[0].apply(draw.document)
    assert problems(draw.document) == []


def test_linked_layers_inside_a_network_agree_too() -> None:
    draw = Drawing()
    _, first, second, _ = draw.network(
        "block", ("layer.linear", {"units": 32}), ("layer.linear", {"units": 32})
    )
    draw.document.set_twin(second.id, first.id)
    draw.classifier(draw.place("block"))
    (found,) = [p for p in problems(draw.document) if p.severity == "error"]
    assert (found.node, found.sheet) == (second.id, "block")
    assert "nn.Linear(32, 32)" in found.received


def test_two_optimizers_of_the_same_weights() -> None:
    draw = Drawing()
    hidden, more = draw.add("layer.linear", "hidden"), draw.add("layer.linear", "more")
    loss, adam = draw.classifier(hidden, more)
    draw.document.set_params(adam.id, trains=(hidden.id,))
    other = draw.add("optimizer.sgd")
    draw.wire(loss, other)
    (found,) = problems(draw.document)
    assert (found.node, found.severity) == (other.id, "warning")
    assert "trains hidden, which adam trains too" in found.text
    assert [fix.label for fix in found.fixes] == ["Leave hidden to adam"]
    found.fixes[0].apply(draw.document)
    assert hidden.id not in draw.document.node(other.id).params["trains"]
    assert problems(draw.document) == []


def test_the_first_of_two_optimizers_may_give_way() -> None:
    draw = Drawing()
    hidden, more = draw.add("layer.linear", "hidden"), draw.add("layer.linear", "more")
    loss, adam = draw.classifier(hidden, more)
    other = draw.add("optimizer.sgd")
    draw.document.set_params(other.id, trains=(hidden.id,))
    draw.wire(loss, other)
    (found,) = problems(draw.document)
    assert [fix.label for fix in found.fixes] == ["Take hidden from adam"]
    found.fixes[0].apply(draw.document)
    assert hidden.id not in draw.document.node(adam.id).params["trains"]
    assert problems(draw.document) == []


def test_a_loss_that_does_not_depend_on_what_it_trains() -> None:
    draw = Drawing()
    hidden = draw.add("layer.linear", "hidden")
    _, adam = draw.classifier(hidden)
    aside = draw.add("layer.linear", "aside")
    draw.chain(hidden, aside)
    draw.document.set_params(adam.id, trains=(aside.id,))
    (found,) = [p for p in problems(draw.document) if p.node == adam.id]
    assert found.severity == "error"
    assert "none of the nodes it should train" in found.text
    draw.document.set_params(adam.id, trains=(aside.id, hidden.id))
    (found,) = [p for p in problems(draw.document) if p.node == adam.id]
    assert (found.severity, found.text) == (
        "warning",
        "its loss does not depend on aside, which it should train",
    )
    found.fixes[0].apply(draw.document)
    assert draw.document.node(adam.id).params["trains"] == (hidden.id,)
    assert not [p for p in problems(draw.document) if p.node == adam.id]


def test_an_optimizer_that_trains_nothing() -> None:
    draw = Drawing()
    data, scaled = draw.add("data.digits"), draw.add("merge.scale")
    loss, adam = draw.add("loss.mean"), draw.add("optimizer.adam")
    draw.chain(data, scaled, loss, adam)
    assert "nothing upstream of its loss can learn" in texts(problems(draw.document))


def test_a_loss_behind_whole_numbers_has_no_gradient() -> None:
    draw = Drawing()
    hidden = draw.add("layer.conv2d", "hidden")
    pool, back = draw.add("pool.max2d", return_indices=True), draw.add("shape.to_float")
    loss, adam = draw.add("loss.mean"), draw.add("optimizer.adam")
    draw.chain(draw.add("data.digits"), hidden, pool)
    draw.wire(pool, back, output="indices")
    draw.chain(back, loss, adam)
    (found,) = [p for p in problems(draw.document) if p.node == adam.id]
    assert found.severity == "error"
    assert "no gradient gets from its loss to hidden" in found.text


def test_a_mute_leaves_the_ports_of_a_network() -> None:
    draw = Drawing()
    first, *_, last = draw.network("block", *SAME)
    draw.classifier(draw.place("block"))
    draw.document.set_muted([first.id, last.id], True)
    assert problems(draw.document) == []


def two_ends(draw: Drawing) -> Node:
    """A network that gives two values, placed."""
    _, layer, *_ = draw.network("block", *SAME, output="one")
    two = draw.add("network.output", "two", sheet="block")
    draw.wire(layer, two)
    return draw.place("block")


def test_a_mute_says_which_outputs_give_nothing() -> None:
    draw = Drawing()
    placed = two_ends(draw)
    draw.chain(draw.add("data.digits"), draw.add("shape.flatten"), placed)
    loss, adam = draw.add("loss.mean"), draw.add("optimizer.adam")
    head = draw.add("layer.linear", "head")
    draw.wire(placed, head, output="two")
    draw.chain(head, loss)
    draw.document.set_muted([placed.id], True)
    [found] = [p for p in problems(draw.document) if p.node == placed.id]
    assert found.severity == "warning", "nothing waits for it yet"
    assert found.text == "is muted: nothing comes out at `two`"
    draw.wire(loss, adam)
    [found] = [p for p in problems(draw.document) if p.node == placed.id]
    assert found.severity == "error"
    [fix] = found.fixes
    assert fix.label == "Unmute block"
    fix.apply(draw.document)
    assert problems(draw.document) == []


def test_a_mute_lets_the_first_wire_through_without_a_word() -> None:
    draw = Drawing()
    placed = two_ends(draw)
    draw.classifier(placed)
    draw.document.set_muted([placed.id], True)
    assert problems(draw.document) == []


def test_a_muted_node_that_gets_nothing_gives_nothing() -> None:
    draw = Drawing()
    data = draw.add("data.digits")
    flat, logits = draw.add("shape.flatten"), draw.add("layer.linear", "logits", units=10)
    loss, adam = draw.add("loss.cross_entropy"), draw.add("optimizer.adam")
    draw.chain(flat, logits, loss, adam)
    draw.wire(data, loss, "label", "label")
    draw.document.set_muted([flat.id], True)
    assert [p.text for p in problems(draw.document)] == ["is muted: nothing comes out at `y`"]


def test_a_problem_of_two_places_is_said_once_where_it_weighs_more() -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("block", *SAME)
    placed, aside = draw.place("block"), draw.place("block", "aside")
    draw.classifier(placed)
    draw.chain(draw.add("data.digits"), draw.add("shape.flatten"), aside)
    draw.document.unlink(draw.document.networks["block"].into(layer.id)[0])
    [found] = [p for p in problems(draw.document) if p.node == layer.id]
    assert (found.severity, found.text) == ("error", "nothing is wired into `x`.")


def test_weights_of_linked_networks_are_counted_once_whichever_is_muted() -> None:
    draw = Drawing()
    draw.network("block", ("layer.linear", {"units": 64}))
    leader = draw.place("block")
    (copy,) = draw.document.duplicate([leader.id], twins=True)
    draw.classifier(leader, copy)
    inference = Diagnosis(draw.document)
    total = inference.total_weights
    for muted in (leader, copy):
        draw.document.set_muted([muted.id], True)
        assert inference.total_weights == total
        assert Diagnosis(draw.document, watch=False).total_weights == total
        draw.document.undo()
    assert inference.total_weights == total


def test_a_fix_takes_all_that_it_says_from_an_optimizer() -> None:
    """Of two optimizers of a GAN each trains what it should, both, or what the other should."""
    document = open_template("digits_gan")
    optimizers = [n for n in document.board.nodes.values() if n.type == "optimizer.adam"]
    networks = [n.id for n in document.board.nodes.values() if n.type == "network.instance"]
    some = [(), *itertools.combinations(networks, 1), *itertools.combinations(networks, 2)]
    pressed = 0
    for choice in itertools.product(some, repeat=2):
        for optimizer, trains in zip(optimizers, choice, strict=True):
            document.set_params(optimizer.id, trains=trains)
        for found in [p for p in problems(document) if "trains too" in p.text]:
            for fix in found.fixes:
                fix.apply(document)
                left = [p.text for p in problems(document) if "trains too" in p.text]
                assert not left, f"{choice}: {fix.label}"
                document.undo()
                pressed += 1
    assert pressed > 50
