"""What a file of weights holds is told before training, from its header alone."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from runtime.store import weight_files
from runtime.worker import board_facts
from tests.runtime_tests.publications.harness import Board
from tests.runtime_tests.publications.test_convolutional import FLAT, linear
from tests.runtime_tests.publications.test_generative import chain


def board(path: Path) -> Board:
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
    _, problems = board_facts.learn(board(path).document, None)
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
        ("shapes", "linear.weight is [7, 64] where [10, 64] is expected"),
        ("same_count", "linear.weight is [64, 10] where [10, 64] is expected"),
        ("names", "linear.weight is nothing where [10, 64] is expected; linear.bias is nothing"),
        ("missing", "linear.bias is nothing where [10] is expected"),
        ("nan", "linear.bias of net has NaN or infinite numbers"),
        ("whole", "linear.bias is torch.int64 where torch.float32 is expected"),
        ("pickle", "received a pickle of torch.save, which could run code"),
        ("text", "received something else or a cut one"),
        ("cut", "it was cut"),
        ("none", "there is no file"),
    ],
)
def test_what_does_not_fit_is_told_before_training(kind: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "it.safetensors"
    weights = nn.Linear(64, 7 if kind == "shapes" else 10).state_dict()
    if kind == "same_count":
        weights["weight"] = weights["weight"].T.contiguous()
    if kind == "nan":
        weights["bias"][3] = torch.nan
    if kind == "whole":
        weights["bias"] = weights["bias"].long()
    if kind == "missing":
        del weights["bias"]
    if kind == "pickle":
        torch.save(weights, path)
    elif kind == "text":
        path.write_text("some words that are no weights")
    elif kind != "none":
        prefix = "other." if kind == "names" else "" if kind == "missing" else "linear."
        save_file({f"{prefix}{name}": one for name, one in weights.items()}, path)
    if kind == "cut":
        path.write_bytes(path.read_bytes()[:-8])
    (text,) = told(path)
    assert said in text


@pytest.mark.parametrize("kind", ["shapes", "missing"])
def test_of_a_board_with_errors_the_header_tells(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "it.safetensors"
    weights = nn.Linear(64, 7 if kind == "shapes" else 10).state_dict()
    weights = {"weight": weights["weight"]} if kind == "missing" else weights
    save_file(weights, path)
    drawn = board(path)
    drawn.put("layer.linear", drawn.add("shape.flatten"))
    drawn.put("optimizer.sgd", drawn.add("loss.mse"))
    _, problems = board_facts.learn(drawn.document, None)
    received = 455 if kind == "shapes" else 640
    assert f"expected 650 weights for net, received {received}" in problems[0].text


def test_the_fix_begins_without_a_file(tmp_path: Path) -> None:
    drawn = board(tmp_path / "none.safetensors")
    _, (problem,) = board_facts.learn(drawn.document, None)
    (fix,) = problem.fixes
    assert fix.label == "Begin net without a file"
    fix.apply(drawn.document)
    assert board_facts.learn(drawn.document, None)[1] == []


def test_trying_a_file_draws_no_random_number(tmp_path: Path) -> None:
    path = tmp_path / "it.safetensors"
    save_file({f"linear.{n}": one for n, one in nn.Linear(64, 10).state_dict().items()}, path)
    before = torch.get_rng_state()
    assert told(path) == []
    assert torch.equal(torch.get_rng_state(), before)


def test_a_header_names_all_tensors(tmp_path: Path) -> None:
    save_file(nn.Linear(3, 2).state_dict(), tmp_path / "it.safetensors")
    assert weight_files.shapes(tmp_path / "it.safetensors") == {"weight": (2, 3), "bias": (2,)}
