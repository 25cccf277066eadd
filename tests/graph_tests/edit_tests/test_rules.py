"""Which wires have a meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.core.errors import Refused
from graph.edit.document import Document
from graph.edit.rules import reaches
from graph.model.sheet import End


def test_asking_and_doing_say_the_same() -> None:
    document = Document()
    a, b = document.add_node("layer.linear"), document.add_node("layer.linear")
    wire = End(a.id, "y"), End(b.id, "x")
    assert document.can_link(*wire) is None
    document.link(*wire)
    reason = document.can_link(*wire)
    assert reason == "this wire is there already"
    with pytest.raises(Refused, match=reason):
        document.link(*wire)


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        (("n1", "y"), ("n1", "x"), "feed itself"),
        (("n9", "y"), ("n1", "x"), "no node"),
        (("n1", "y"), ("n9", "x"), "no node"),
        (("n1", "z"), ("n2", "x"), "no output 'z'"),
        (("n1", "y"), ("n2", "z"), "no input 'z'"),
        (("n1", "x"), ("n2", "x"), "no output 'x'"),
        (("n3", "y"), ("n1", "x"), "circle"),
        (("n4", "image"), ("n3", "x"), "takes one wire and has one"),
        (("n4", "image"), ("n5", "loss"), "takes a loss"),
        (("n6", "schedule"), ("n5", "loss"), "takes a loss"),
        (("n6", "schedule"), ("n1", "x"), "gives a schedule"),
    ],
)
def test_wires_without_a_meaning_are_refused_in_words(
    source: tuple[str, str], target: tuple[str, str], words: str
) -> None:
    document = Document()
    one, two, three = (document.add_node("layer.linear") for _ in range(3))
    document.add_node("data.digits")
    document.add_node("optimizer.adam")
    document.add_node("schedule.cosine")
    document.link(End(one.id, "y"), End(two.id, "x"))
    document.link(End(two.id, "y"), End(three.id, "x"))
    reason = document.can_link(End(*source), End(*target))
    assert reason is not None
    assert words in reason
    with pytest.raises(Refused):
        document.link(End(*source), End(*target))


def test_replacing_the_wire_that_is_there() -> None:
    document = Document()
    a, b, c = (document.add_node("layer.linear") for _ in range(3))
    document.link(End(a.id, "y"), End(c.id, "x"))
    with pytest.raises(Refused):
        document.link(End(b.id, "y"), End(c.id, "x"))
    document.link(End(b.id, "y"), End(c.id, "x"), replace=True)
    assert [link.source.node for link in document.board.links.values()] == [b.id]
    document.undo()
    assert [link.source.node for link in document.board.links.values()] == [a.id]


def test_replacing_does_not_excuse_a_circle() -> None:
    document = Document()
    a, b = document.add_node("layer.linear"), document.add_node("layer.linear")
    document.link(End(a.id, "y"), End(b.id, "x"))
    with pytest.raises(Refused, match="circle"):
        document.link(End(b.id, "y"), End(a.id, "x"), replace=True)


def test_a_variadic_input_keeps_the_order_of_its_wires() -> None:
    document = Document()
    nodes = [document.add_node("layer.linear") for _ in range(4)]
    add = document.add_node("merge.add")
    order = [2, 0, 3, 1]
    wires = [document.link(End(nodes[i].id, "y"), End(add.id, "xs")) for i in order]
    document.unlink(wires[1])
    document.link(End(nodes[0].id, "y"), End(add.id, "xs"))
    found = [link.source.node for link in document.board.into(add.id)]
    assert found == [nodes[i].id for i in (2, 3, 1, 0)]


def test_a_loss_is_a_number_like_any_other() -> None:
    document = Document()
    loss, scale = document.add_node("loss.cross_entropy"), document.add_node("merge.scale")
    adam = document.add_node("optimizer.adam")
    document.link(End(loss.id, document.ports(loss).outputs[0].name), End(scale.id, "x"))
    document.link(End(scale.id, "y"), End(adam.id, "loss"))


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=40))
def test_no_order_of_wires_closes_a_circle(pairs: list[tuple[int, int]]) -> None:
    document = Document()
    nodes = [document.add_node("merge.add").id for _ in range(8)]
    for a, b in pairs:
        source, target = End(nodes[a], "y"), End(nodes[b], "xs")
        fits = document.can_link(source, target) is None
        assert fits == (a != b and not reaches(document.board, nodes[b], nodes[a]))
        if fits:
            document.link(source, target)
    for node in nodes:
        for link in document.board.into(node):
            assert not reaches(document.board, node, link.source.node)
