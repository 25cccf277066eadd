"""A network that is shown made and real examples: of the same range, or told."""

from __future__ import annotations

import pytest

from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format.templates import open_template
from graph.model.sheet import End, Node
from graph.problems.problem import Problem


def gan(bend: str | None, *, scaled: bool = False, template: str = "digits_gan") -> Diagnosis:
    """A GAN whose generator ends in another activation, or in none."""
    document = open_template(template)
    sheet = document.networks["generator"]
    bends = [one for one in sheet.nodes.values() if one.type in BENDS]
    if bend is None:
        document.set_muted([bends[-1].id], True)
    elif bends[-1].type != bend:
        document.replace_node(bends[-1].id, bend)
    for placed in ("discriminator", "critic"):
        for wire in document.board.into(named(document, placed)) if scaled else ():
            document.insert("merge.scale", wire, factor=2.0, offset=-1.0)
    return Diagnosis(document)


BENDS = {"activation.sigmoid", "activation.tanh"}


def named(document: Document, name: str) -> str:
    return next((n.id for n in document.board.nodes.values() if n.name == name), "")


def told(inference: Diagnosis) -> list[Problem]:
    return [one for one in inference.problems if "tells them apart by that alone" in one.text]


@pytest.mark.parametrize(
    ("bend", "scaled"),
    [
        ("activation.tanh", False),
        ("activation.hardtanh", False),
        ("activation.sigmoid", True),
        ("activation.relu", True),
        ("activation.softplus", True),
        ("activation.log_sigmoid", False),
    ],
)
def test_another_range_than_the_datas_is_told_and_mended(bend: str, scaled: bool) -> None:
    inference = gan(bend, scaled=scaled)
    document = inference.document
    before = {(one.node, one.text) for one in inference.problems}
    [found] = told(inference)
    assert found.node == named(document, "discriminator_2")
    assert found.severity == "warning"
    bounded = bend not in {"activation.relu", "activation.softplus", "activation.log_sigmoid"}
    labels = {
        f"Use {'Tanh' if scaled else 'Sigmoid'}",
        *(
            [f"Scale what discriminator gets to {'0 to 1' if scaled else '-1 to 1'}"]
            if bounded
            else []
        ),
    }
    assert {one.label for one in found.fixes} == labels
    for fix in found.fixes:
        fix.apply(document)
        assert not told(inference)
        assert {(one.node, one.text) for one in inference.problems} < before
        document.undo()


@pytest.mark.parametrize(
    ("bend", "scaled"),
    [
        ("activation.sigmoid", False),
        ("activation.hardsigmoid", False),
        ("activation.tanh", True),
        ("activation.relu", False),  # may go from 0 to 1
        (None, False),
        (None, True),
    ],
)
def test_the_same_range_or_any_is_right(bend: str | None, scaled: bool) -> None:
    assert not told(gan(bend, scaled=scaled))


def test_layers_that_share_weights_are_looked_at_as_networks_are() -> None:
    document = Document()

    def add(kind: str, *wires: tuple[Node, str], **params: object) -> Node:
        node = document.add_node(kind, params=params)
        for (source, port), taken in zip(wires, document.ports(node).inputs, strict=False):
            document.link(End(source.id, port), End(node.id, taken.name))
        return node

    digits, noise = add("data.digits"), add("random.noise", sizes=(16,))
    real = add("shape.flatten", (digits, "image"))
    made = add("activation.tanh", (add("layer.linear", (noise, "y"), units=64), "y"))
    judge = add("layer.linear", (real, "y"), units=1)
    (other,) = document.duplicate([judge.id], twins=True)
    for link in document.board.into(other.id):
        document.unlink(link)
    document.link(End(made.id, "y"), End(other.id, "x"))
    loss = add("loss.discriminator", (judge, "y"), (other, "y"))
    add("optimizer.adam", (loss, "loss"), trains=(judge.id,))
    [found] = told(Diagnosis(document))
    assert found.node == other.id
