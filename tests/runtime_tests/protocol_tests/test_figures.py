"""Keys of figures are taken apart and put together in one place."""

from __future__ import annotations

import pytest

from graph.core.run_plan import Figure
from runtime.protocol.figures import FigureTable, Key, deciding


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("loss/total", Key("loss", "total")),
        ("val/total/mse", Key("val", "total", "mse")),
        ("train/val", Key("train", "val")),
        ("val/loss/train", Key("val", "loss", "train")),
    ],
)
def test_a_key_is_what_its_text_says(text: str, key: Key) -> None:
    assert Key.read(text) == key
    assert str(key) == text
    figure = Figure(key.name, key.part, "loss", "lower", node="n7")
    assert FigureTable([figure]).find(text) == (key.split, figure)


@pytest.mark.parametrize("name", ["train", "val", "loss", "loss_train"])
def test_losses_called_as_splits_decide_as_any(name: str) -> None:
    figures = {f"train/{name}": 1.0, f"train/{name}/part": 2.0, f"val/{name}": 3.0}
    known = [Figure(name, "", "loss", "lower"), Figure(name, "part", "loss", "lower")]
    assert deciding(figures, known) == deciding(figures) == f"val/{name}"
