"""What a file of weights holds is told before training, from its header alone."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from runtime.cli import open_board
from runtime.store import weight_files
from tests.graph_tests.networks_tests.drawing import Drawing
from tests.runtime_tests.publications.harness import Board
from tests.runtime_tests.publications.test_convolutional import FLAT, linear
from tests.runtime_tests.publications.test_generative import chain


def board(path: Path) -> Drawing:
    """Digits into a placed network of 650 weights that begins with a file."""
    drawn = Board("begins")
    chain(drawn, "small", FLAT, linear(10))
    data = drawn.add("data.digits")
    logits = drawn.instance("small", data, name="net", pretrained=str(path))
    loss = drawn.put("loss.cross_entropy", logits, (data, "label"))
    drawn.put("optimizer.adam", loss)
    return drawn


def told(path: Path) -> list[str]:
    """What is said of the file."""
    _, problems = open_board.learn(board(path).document, None)
    return [one.text for one in problems]


def test_what_fits_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "it.safetensors"
    for prefix in ("", "net.", "networks/net/", "model.bb."):
        weights = nn.Linear(64, 10).state_dict()
        save_file({f"{prefix}linear.{name}": one for name, one in weights.items()}, path)
        assert told(path) == [], prefix


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("shapes", "expected 650 weights for net, received 455"),
        ("missing", "expected 650 weights for net, received 640"),
        ("pickle", "received a pickle of torch.save, which could run code"),
        ("text", "received something else or a cut one"),
        ("cut", "it was cut"),
        ("none", "there is no file"),
    ],
)
def test_what_does_not_fit_is_told_before_training(kind: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "it.safetensors"
    weights = nn.Linear(64, 7 if kind == "shapes" else 10).state_dict()
    if kind == "missing":
        del weights["bias"]
    if kind == "pickle":
        torch.save(weights, path)
    elif kind == "text":
        path.write_text("some words that are no weights")
    elif kind != "none":
        save_file(weights, path)
    if kind == "cut":
        path.write_bytes(path.read_bytes()[:-8])
    (text,) = told(path)
    assert said in text


def test_a_header_names_all_tensors(tmp_path: Path) -> None:
    save_file(nn.Linear(3, 2).state_dict(), tmp_path / "it.safetensors")
    assert weight_files.shapes(tmp_path / "it.safetensors") == {"weight": (2, 3), "bias": (2,)}
