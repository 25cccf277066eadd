"""Wires into neurons drawn inside a network: where each weight is, told for every instance."""

from pathlib import Path

import torch

from graph.compile import compile_document
from graph.edit.document import Document
from graph.format.templates import open_template
from tests.runtime_tests.compile_tests.written import imported, write


def grouped() -> tuple[Document, str]:
    """The spirals' neurons in a network of their own, and the id of its instance."""
    document = open_template("spiral_neurons")
    neurons = [n.id for n in document.board.nodes.values() if n.type == "neuron.neuron"]
    return document, document.group_into_network(neurons, "net").id


def test_each_wire_of_a_network_has_its_weight(tmp_path: Path) -> None:
    document, _ = grouped()
    project = compile_document(document)
    inner = {
        str(link): link.target.node
        for link in document.networks["net"].links
        if document.node(link.target.node).type == "neuron.neuron"
    }
    found = {one.link: one for one in project.wires}
    assert inner
    assert inner.keys() <= found.keys()
    with imported(write(project, tmp_path / "project")) as modules:
        networks = modules["train"].Training(device="cpu").networks
        for one in project.wires:
            tensor = networks[one.network].get_parameter(one.tensor)
            assert torch.isfinite(tensor[one.row, one.column])
    places = {(one.network, one.tensor, one.row, one.column) for one in project.wires}
    assert len(places) == len(project.wires)


def test_a_repeated_or_linked_network_tells_the_oldest_place() -> None:
    document, net = grouped()
    alone = compile_document(document).wires
    document.duplicate([net], twins=True)
    assert compile_document(document).wires == alone
