"""The document's edits, one by one."""

from itertools import pairwise

import pytest

from graph.declare import REGISTRY
from graph.document import Document
from graph.errors import BadParameter, DocumentError, Refused
from graph.sheet import BOARD, End, Link, Node
from tests.graph_tests.network_nodes import NetworkTypes


def chain(document: Document, *types: str) -> list[Node]:
    """Nodes wired one behind the other."""
    nodes = [document.add_node(type) for type in types]
    for before, after in pairwise(nodes):
        join(document, before, after)
    return nodes


def join(document: Document, before: Node, after: Node) -> Link:
    """A wire from the first output to the first input."""
    output = document.ports(before).outputs[0].name
    return document.link(
        End(before.id, output), End(after.id, document.ports(after).inputs[0].name)
    )


def sources(document: Document, node: Node, port: str) -> list[str]:
    """Names of what is wired into a port, in order."""
    wires = document.sheet_of(node.id).into(node.id, port)
    return [document.node(wire.source.node).name for wire in wires]


# -- nodes


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


@pytest.mark.parametrize("name", ["", "no name", "7up", "class", "forward", "_x", "größe", "x"])
def test_a_name_that_python_would_not_take_is_refused(name: str) -> None:
    document = Document()
    node = document.add_node("layer.linear")
    with pytest.raises(BadParameter, match="name"):
        document.rename(node.id, name)
    assert document.node(node.id).name == "linear"


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


def test_ports_that_go_take_their_wires_along() -> None:
    document = Document()
    split = document.add_node("neuron.split", params={"columns": 3})
    neuron = document.add_node("neuron.neuron")
    for port in ("x1", "x2", "x3"):
        document.link(End(split.id, port), End(neuron.id, "xs"))
    document.set_params(split.id, columns=2)
    assert [link.source.port for link in document.board.links.values()] == ["x1", "x2"]
    document.undo()
    assert len(document.board.links) == 3


def test_asking_for_what_is_not_there() -> None:
    document = Document()
    for ask in (
        lambda: document.node("n1"),
        lambda: document.sheet("nothing"),
        lambda: document.set_params("n1", units=1),
        lambda: document.change_frame(BOARD, "f1", title="x"),
        lambda: document.remove_frame(BOARD, "f1"),
        lambda: document.move({"n1": (0, 0)}),
        lambda: document.add_frame("x", 0, 0, 1, 1, sheet="nothing"),
        lambda: document.add_node("layer.linear", sheet="nothing"),
        lambda: document.add_node("layer.linear", twin="n7"),
    ):
        with pytest.raises(DocumentError):
            ask()
    assert not document.can_undo
    document.remove(["n1"])


def test_settings_are_checked() -> None:
    document = Document()
    document.set_settings(epochs=3, device="cpu")
    for wrong in ({"epochs": 0}, {"device": "abacus"}, {"with_values": 1}, {"seed": True}):
        with pytest.raises(BadParameter):
            document.set_settings(**wrong)
    assert (document.settings.epochs, document.settings.device) == (3, "cpu")


# -- removing, inserting, replacing


def test_removing_can_join_what_is_left() -> None:
    document = Document()
    data, relu, linear = chain(document, "data.digits", "activation.relu", "layer.linear")
    document.remove([relu.id], reconnect=True)
    assert sources(document, linear, "x") == [data.name]
    document.undo()
    assert sources(document, linear, "x") == [relu.name]


def test_removing_a_row_joins_over_all_of_it() -> None:
    document = Document()
    data, a, b, linear = chain(
        document, "data.digits", "activation.relu", "dropout.dropout", "layer.linear"
    )
    document.remove([a.id, b.id], reconnect=True)
    assert sources(document, linear, "x") == [data.name]


def test_what_takes_a_wires_place_takes_its_rank() -> None:
    document = Document()
    a, b, c = (document.add_node("layer.linear", name=name) for name in "abc")
    cat = document.add_node("merge.concatenate")
    wires = [document.link(End(one.id, "y"), End(cat.id, "xs")) for one in (a, b, c)]
    inserted = document.insert("activation.relu", wires[0])
    assert sources(document, cat, "xs") == ["relu", "b", "c"]
    document.replace_node(b.id, "layer.identity")
    assert sources(document, cat, "xs") == ["relu", "identity", "c"]
    document.remove([inserted.id], reconnect=True)
    assert sources(document, cat, "xs") == ["a", "identity", "c"]


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


def test_inserting_what_has_no_output_is_refused() -> None:
    document = Document()
    chain(document, "data.digits", "activation.relu")
    (wire,) = document.board.links.values()
    with pytest.raises(Refused):
        document.insert("optimizer.adam", wire)
    assert list(document.board.links.values()) == [wire]
    assert len(document.board.nodes) == 2


# -- twins


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


# -- frames and networks


def test_frames() -> None:
    document = Document()
    frame = document.add_frame("Encoder", 0, 0, 100, 50)
    document.change_frame(BOARD, frame.id, title="Decoder", width=200)
    assert document.board.frames[frame.id].title == "Decoder"
    document.remove_frame(BOARD, frame.id)
    document.undo()
    assert document.board.frames[frame.id].width == 200


def test_a_networks_name_is_checked() -> None:
    document = Document()
    document.add_network("encoder")
    for name in ("encoder", "board", "no name", "class"):
        with pytest.raises(BadParameter):
            document.add_network(name)


def test_a_placed_network_has_the_ports_of_its_sheet(networks: NetworkTypes) -> None:
    document = Document()
    document.add_network("encoder")
    with pytest.raises(Refused):
        document.add_node(networks.input)
    start = document.add_node(networks.input, sheet="encoder", name="image")
    document.add_node(networks.output, sheet="encoder", name="code")
    placed = document.add_node(networks.instance, params={"network": "encoder"})
    ports = document.ports(placed)
    assert [port.name for port in ports.inputs] == ["image"]
    assert [port.name for port in ports.outputs] == ["code"]
    data = document.add_node("data.digits")
    document.link(End(data.id, "image"), End(placed.id, "image"))
    document.rename(start.id, "picture")
    assert [wire.target.port for wire in document.board.into(placed.id)] == ["picture"]
    document.remove([start.id])
    assert not document.board.links
    document.undo()
    document.undo()
    assert [wire.target.port for wire in document.board.into(placed.id)] == ["image"]
    with pytest.raises(Refused, match="placed"):
        document.remove_network("encoder")
    document.remove([placed.id])
    document.remove_network("encoder")
    assert not document.networks
    document.undo()
    assert set(document.networks["encoder"].nodes) == {start.id, "n2"}


def test_a_network_never_contains_itself(networks: NetworkTypes) -> None:
    document = Document()
    for name in ("inner", "outer"):
        document.add_network(name)
    document.add_node(networks.instance, sheet="outer", params={"network": "inner"})
    with pytest.raises(Refused, match="contain itself"):
        document.add_node(networks.instance, sheet="inner", params={"network": "outer"})
    empty = document.add_node(networks.instance, sheet="inner")
    for name in ("inner", "outer"):
        with pytest.raises(Refused, match="contain itself"):
            document.set_params(empty.id, network=name)
    placed = document.add_node(networks.instance, params={"network": "outer"})
    assert document.paste(document.copy([placed.id]), sheet="inner") == []


def test_a_wire_stays_on_its_sheet(networks: NetworkTypes) -> None:
    document = Document()
    document.add_network("encoder")
    start = document.add_node(networks.input, sheet="encoder")
    linear = document.add_node("layer.linear")
    assert "sheet" in (document.can_link(End(start.id, "y"), End(linear.id, "x")) or "")


def test_every_type_can_be_added_copied_and_taken_away() -> None:
    document = Document()
    for declaration in list(REGISTRY):
        if declaration.role in {"input", "output"}:
            continue
        node = document.add_node(declaration.type)
        assert document.paste(document.copy([node.id]))[0].params == node.params
        document.remove(list(document.board.nodes))
    assert not document.board.nodes
