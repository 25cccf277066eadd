"""What is written on a node keeps apart: its summary, its ports' labels, its shape."""

from itertools import combinations

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QApplication

import graph.nodes
from graph.declare import REGISTRY
from graph.diagnose.context import Place
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format.templates import names, open_template
from gui import look
from gui.canvas.node_layout import PAD, Face, face_of
from gui.canvas.paint_cache import width

assert graph.nodes
ASCENT, DESCENT = 9.0, 3.0
"""What the letters of a label take above and below their line, in pixels."""


def written(face: Face) -> dict[str, QRectF]:
    """Where each text of a node's body is painted."""

    def line(at: QPointF, text: str, font: str = "label") -> QRectF:
        return QRectF(at.x(), at.y() - ASCENT, width(text, font), ASCENT + DESCENT)

    texts = {}
    if face.summary:
        texts["summary"] = line(face.summary_at, face.summary)
    for one in face.inputs:
        if one.label:
            texts[f"input {one.label}"] = line(one.at + QPointF(PAD, 4), one.label)
    for one in face.outputs:
        if one.label:
            left = one.at - QPointF(PAD + width(one.label, "label"), -4)
            texts[f"output {one.label}"] = line(left, one.label)
    if face.shape:
        corner = face.rect.bottomRight() - QPointF(10 + width(face.shape, "shape"), 9)
        texts["shape"] = line(corner, face.shape, "shape")
    return texts


def collisions(face: Face) -> list[str]:
    texts = written(face)
    return [
        f"{face.name}: {one!r} over {other!r}"
        for one, other in combinations(texts, 2)
        if texts[one].intersects(texts[other])
    ]


def faces(document: Document) -> list[Face]:
    inference = Diagnosis(document)
    made = [
        face_of(Place(inference), node, ())
        for sheet in (document.board, *document.networks.values())
        for node in sheet.nodes.values()
    ]
    inference.close()
    return made


def test_no_text_of_any_node_lies_over_another(qapp: QApplication) -> None:
    look.apply(qapp, "dark")
    document = Document()
    for declaration in REGISTRY:
        if declaration.role not in {"input", "output", "instance"}:
            document.add_node(declaration.type)
    shown = faces(document)
    assert len(shown) > 100
    assert not [one for face in shown for one in collisions(face)]


@pytest.mark.parametrize("template", names())
def test_no_text_of_a_template_lies_over_another(template: str, qapp: QApplication) -> None:
    look.apply(qapp, "dark")
    assert not [one for face in faces(open_template(template)) for one in collisions(face)]


def test_a_network_that_only_evaluates_says_so(qapp: QApplication) -> None:
    look.apply(qapp, "dark")
    document = open_template("digits_mlp")
    hidden = next(node for node in document.board.nodes.values() if node.name == "hidden")
    body = document.group_into_network([hidden.id], "body")
    document.set_params(body.id, evaluate=True)
    [face] = [face for face in faces(document) if face.node.id == body.id]
    assert face.summary == "16,640 weights, evaluates"
    assert not collisions(face)
