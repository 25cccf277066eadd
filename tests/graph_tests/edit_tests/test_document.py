"""What a document is asked, its settings and its frames."""

import pytest

from graph.core.errors import BadParameter, DocumentError
from graph.edit.document import Document
from graph.model.sheet import BOARD


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


def test_frames() -> None:
    document = Document()
    frame = document.add_frame("Encoder", 0, 0, 100, 50)
    document.change_frame(BOARD, frame.id, title="Decoder", width=200)
    assert document.board.frames[frame.id].title == "Decoder"
    document.remove_frame(BOARD, frame.id)
    document.undo()
    assert document.board.frames[frame.id].width == 200
