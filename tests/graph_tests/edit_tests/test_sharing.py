"""Nodes that share weights."""

import pytest

from graph.core.errors import Refused
from graph.edit.document import Document


def test_twins_share_parameters() -> None:
    document = Document()
    node = document.add_node("layer.linear")
    (twin,) = document.duplicate([node.id], twins=True)
    (third,) = document.duplicate([twin.id], twins=True)
    document.set_params(third.id, units=7)
    assert [one.params["units"] for one in document.twins(twin.id)] == [7, 7, 7]
    assert {one.twin for one in document.twins(node.id)} == {None, node.id}


def test_when_the_leader_goes_the_oldest_twin_leads() -> None:
    document = Document()
    node = document.add_node("layer.linear")
    (second,) = document.duplicate([node.id], twins=True)
    (third,) = document.duplicate([node.id], twins=True)
    document.remove([node.id])
    assert document.node(second.id).twin is None
    assert document.node(third.id).twin == second.id
    document.undo()
    assert [one.id for one in document.twins(third.id)] == [node.id, second.id, third.id]


def test_only_nodes_of_one_type_share_weights() -> None:
    document = Document()
    linear, conv = document.add_node("layer.linear"), document.add_node("layer.conv2d")
    with pytest.raises(Refused):
        document.set_twin(conv.id, linear.id)
    with pytest.raises(Refused):
        document.set_twin(linear.id, linear.id)
    with pytest.raises(Refused):
        document.add_node("layer.conv2d", twin=linear.id)
    made = document.add_node("layer.linear", twin=linear.id)
    assert document.history == ["Add Linear", "Add Conv2d", "Add Linear"]
    document.set_twin(made.id, None)
    assert document.twins(linear.id) == [linear]


def test_a_leader_that_follows_another_leaves_its_twins_to_each_other() -> None:
    document = Document()
    a, b = document.add_node("layer.linear"), document.add_node("layer.linear")
    c = document.add_node("layer.linear", twin=a.id)
    d = document.add_node("layer.linear", twin=a.id)
    document.set_twin(a.id, b.id)
    assert document.node(a.id).twin == b.id
    assert (document.node(c.id).twin, document.node(d.id).twin) == (None, c.id)
