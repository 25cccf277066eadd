"""Nodes added, replaced, renamed and set."""

import pytest

from graph.core.errors import BadParameter, DocumentError
from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.format import clipboard
from tests.graph_tests.chains import chain, sources


def test_a_node_keeps_only_what_differs_from_its_defaults() -> None:
    document = Document()
    node = document.add_node("layer.linear", params={"units": 128, "bias": False})
    assert node.params == {"bias": False}
    assert document.params(node)["units"] == 128
    document.set_params(node.id, bias=True, units=3)
    assert document.node(node.id).params == {"units": 3}


def test_new_nodes_get_free_names() -> None:
    document = Document()
    found = [document.add_node("layer.conv2d").name for _ in range(3)]
    found.append(document.add_node("layer.linear", name="My Layer!").name)
    found.append(document.add_node("layer.linear", name="Logits").name)
    assert found == ["conv2d", "conv2d_2", "conv2d_3", "my_layer", "Logits"]


def test_an_unknown_type_is_no_node() -> None:
    with pytest.raises(DocumentError, match=r"layer\.nonsense"):
        Document().add_node("layer.nonsense")


@pytest.mark.parametrize("name", ["", "no name", "7up", "class", "forward", "_x", "größe"])
def test_a_name_that_python_would_not_take_is_refused(name: str) -> None:
    document = Document()
    node = document.add_node("layer.linear")
    with pytest.raises(BadParameter, match="name"):
        document.rename(node.id, name)
    assert document.node(node.id).name == "linear"


def test_a_name_that_source_uses_is_a_name() -> None:
    document = Document()
    node = document.add_node("layer.linear")
    document.rename(node.id, "x")
    assert document.node(node.id).name == "x"


def test_a_name_that_is_taken_is_refused() -> None:
    document = Document()
    document.add_node("layer.linear")
    other = document.add_node("layer.linear")
    with pytest.raises(BadParameter, match="taken"):
        document.rename(other.id, "linear")
    document.rename(other.id, other.name)
    assert document.history == ["Add Linear", "Add Linear"]


def test_parameters_are_checked() -> None:
    document = Document()
    node = document.add_node("layer.linear")
    with pytest.raises(BadParameter, match="at least 1"):
        document.set_params(node.id, units=0)
    with pytest.raises(BadParameter, match="no parameter"):
        document.set_params(node.id, colour="red")
    with pytest.raises(BadParameter, match="whole number"):
        document.add_node("layer.linear", params={"units": "many"})
    assert document.history == ["Add Linear"]


def test_replacing_keeps_what_fits() -> None:
    document = Document()
    data, conv, relu = chain(document, "data.digits", "layer.conv2d", "activation.relu")
    document.set_params(conv.id, kernel_size=5, bias=False)
    made = document.replace_node(conv.id, "layer.conv_transpose2d")
    assert made.params["bias"] is False
    assert sources(document, made, "x") == [data.name]
    assert sources(document, relu, "x") == [made.name]
    document.undo()
    assert document.node(conv.id).params["bias"] is False


def test_every_type_can_be_added_copied_and_taken_away() -> None:
    document = Document()
    for declaration in list(REGISTRY):
        if declaration.role in {"input", "output"}:
            continue
        node = document.add_node(declaration.type)
        assert (
            clipboard.paste(document, clipboard.copy(document, [node.id]))[0].params == node.params
        )
        document.remove(list(document.board.nodes))
    assert not document.board.nodes
