"""The judge of generated digits, which the figures of docs/results.md come from."""

import itertools
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks import judge
from runtime.exported.images import mnist


def test_the_judge_tells_real_digits_from_overlaid_pairs(real_data: Callable[[str], Path]) -> None:
    place = str(real_data("mnist").parent)
    with judge.project() as (imported, _):
        training = imported.module("train").Training(epochs=1, device="cpu", data_dir=place)
        for _ in itertools.islice(training, 120):
            pass
    (train, _), (test, _) = mnist(place)
    found = judge.Judge(training.model, test[::4])
    real = found.judge(train[-1000:])
    pairs = found.judge(judge.overlaid(train[-1000:], train[-2000:-1000]))
    assert real["confidence"] > pairs["confidence"] + 0.1
    assert 3 * real["distance"] < pairs["distance"]
    assert real["count"] == pairs["count"] == 1000
    assert sum(real["shares"]) == pytest.approx(100, abs=1)
    assert min(real["shares"]) > 5


@pytest.mark.parametrize("shape", [(3, 1, 28, 28), (3, 28, 28), (3, 1, 8, 8)])
def test_numbers_are_read(shape: tuple[int, ...], tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).random(shape, dtype=np.float32)
    np.save(tmp_path / "samples.npy", numbers * 2 - 1)
    pictures = judge.read(tmp_path / "samples.npy")
    assert pictures.shape == (3, 1, *shape[-2:])
    torch.testing.assert_close(pictures.flatten(), torch.from_numpy(numbers).flatten())


def test_a_folder_of_pictures_is_read(tmp_path: Path) -> None:
    for shade in (0, 255):
        Image.new("RGB", (56, 56), (shade,) * 3).save(tmp_path / f"{shade}.png")
    pictures = judge.read(tmp_path)
    assert pictures.shape == (2, 1, 28, 28)
    assert pictures.mean((1, 2, 3)).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nope.npy", "nope.npy is missing"),
        ("sheet.png", "sheet.png: expected a .npy or a folder of pictures"),
        ("text.npy", "text.npy holds no numbers that can be read"),
        ("wide.npy", "wide.npy: expected [N, 1, 28, 28] or [N, 1, 8, 8], got [3, 1, 28, 30]"),
        ("one.npy", "one.npy: expected two pictures or more, got 1"),
        ("empty", "empty: expected two pictures or more, got 0"),
        ("notes", "a.txt is no picture that can be read"),
    ],
)
def test_what_cannot_be_judged_is_told(
    name: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Image.new("L", (90, 90)).save(tmp_path / "sheet.png")
    (tmp_path / "text.npy").write_text("no numbers")
    np.save(tmp_path / "wide.npy", np.zeros((3, 1, 28, 30)))
    np.save(tmp_path / "one.npy", np.zeros((1, 28, 28)))
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("no picture")
    monkeypatch.setattr(sys, "argv", ["judge.py", str(tmp_path / name)])
    with pytest.raises(SystemExit) as left:
        judge.main()
    assert left.value.code == 2
    assert told in capsys.readouterr().err


def test_digits_that_are_not_at_hand_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEUROWIRE_DATA", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["judge.py"])
    with pytest.raises(SystemExit, match="mnist"):
        judge.main()
