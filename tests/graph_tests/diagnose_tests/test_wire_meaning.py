"""What flows along a wire is said in words, by what computes it and what takes it."""

import itertools

from graph.diagnose import wire_meaning
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import End, Node


def _meaning(document: Document, node: Node, port: str = "y") -> str:
    return wire_meaning.meaning(Diagnosis(document), (), End(node.id, port))


def _board(last: str = "") -> tuple[Document, dict[str, Node]]:
    """Digits through two layers, and maybe one more, into cross entropy."""
    document = Document()
    kinds = ("data.digits", "shape.flatten", "layer.linear", "activation.relu", "layer.linear")
    nodes = [document.add_node(kind) for kind in (*kinds, *([last] if last else []))]
    document.set_params(nodes[4].id, units=10)
    loss = document.add_node("loss.cross_entropy")
    for source, target in itertools.pairwise(nodes):
        port = "image" if source is nodes[0] else "y"
        document.link(End(source.id, port), End(target.id, "x"))
    document.link(End(nodes[-1].id, "y"), End(loss.id, "logits"))
    document.link(End(nodes[0].id, "label"), End(loss.id, "label"))
    names = ("digits", "flatten", "hidden", "relu", "logits", "last")
    return document, {**dict(zip(names, nodes, strict=False)), "loss": loss}


def test_each_wire_of_a_classifier_says_what_it_carries() -> None:
    document, nodes = _board()
    assert _meaning(document, nodes["digits"], "label") == "class numbers, 0 to 9"
    assert _meaning(document, nodes["hidden"]) == "numbers of either sign and any size"
    assert _meaning(document, nodes["relu"]) == "numbers, none below 0"
    assert _meaning(document, nodes["logits"]) == "logits, scores of either sign"
    assert _meaning(document, nodes["loss"], "loss").startswith("loss")


def test_what_an_input_would_rather_have_is_said_beside_it() -> None:
    document, nodes = _board("activation.softmax")
    ends = End(nodes["last"].id, "y"), End(nodes["loss"].id, "logits")
    assert _meaning(document, nodes["last"]) == "probabilities from 0 to 1"
    said = wire_meaning.unwanted(Diagnosis(document), (), *ends)
    assert said == "logits, scores of either sign"
    assert not wire_meaning.unwanted(
        Diagnosis(document), (), End(nodes["digits"].id, "label"), End(nodes["loss"].id, "label")
    )


def test_what_is_not_wired_yet_is_not_guessed() -> None:
    document = Document()
    alone = document.add_node("layer.linear")
    assert _meaning(document, alone) == wire_meaning.UNKNOWN
