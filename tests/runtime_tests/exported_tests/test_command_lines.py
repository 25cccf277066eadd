"""What the command lines of exports refuse, in a line and before any work."""

import errno
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError

from runtime.exported import checkpoint, sampling, script
from tests.runtime_tests.exported_tests.training import DigitsTraining

DEFAULTS: dict[str, Any] = {
    "epochs": 1,
    "batch_size": 64,
    "seed": 0,
    "device": "cpu",
    "precision": "auto",
}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--count 0", "--count: expected a whole number from 1, got '0'"),
        ("--count -3", "--count: expected a whole number from 1, got '-3'"),
        ("--count some", "--count: expected a whole number from 1, got 'some'"),
        (f"--count {10**9}", "--count: expected a whole number up to 1000000, got"),
        (f"--seed {10**30}", "--seed: expected a whole number up to 9223372036854775807, got"),
        ("--seed -1", "--seed: expected a whole number from 0, got '-1'"),
        ("--out nope/x.png", "--out: nope is no folder: make it first"),
        ("--out x.xyz", "--out: expected a file that ends in .png, .jpg, .jpeg, .npy, got"),
        ("--out x", "--out: expected a file that ends in .png, .jpg, .jpeg, .npy, got"),
        ("--out .", "--out: expected a file, got the folder ."),
        ("--device nonsense", "Device nonsense is not available: expected one of auto, cpu"),
        pytest.param(
            "--device cuda",
            "Device cuda is not available: expected one of auto, cpu",
            marks=pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here"),
        ),
    ],
)
def test_sample_says_what_is_wrong(
    words: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["sample.py", *words.split()])
    with pytest.raises(SystemExit) as left:
        sampling.options(None, count=64)
    assert left.value.code == 2
    assert told in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--epochs -1", "--epochs: expected a whole number from 1, got '-1'"),
        ("--batch-size 0", "--batch-size: expected a whole number from 1, got '0'"),
        ("--threads -2", "--threads: expected a whole number from 0, got '-2'"),
        ("--threads 1000000", "--threads: expected a whole number up to 1024, got '1000000'"),
        ("--seed -1", "--seed: expected a whole number from 0, got '-1'"),
        ("--precision nonsense", "--precision: invalid choice: 'nonsense'"),
        ("--device nonsense", "Device nonsense is not available: expected one of auto, cpu"),
    ],
)
def test_train_says_what_is_wrong(
    words: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["train.py", *words.split()])
    with pytest.raises(SystemExit) as left:
        script.options(None, **DEFAULTS)
    assert left.value.code == 2
    assert told in capsys.readouterr().err.splitlines()[-1]


def test_what_is_said_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "--epochs 3 --batch-size 7 --seed 2 --threads 1 --precision float32 --device cpu"
    monkeypatch.setattr(sys, "argv", ["train.py", *words.split()])
    found = script.options(None, **DEFAULTS)
    assert (found.threads, found.resume, found.verify) == (1, False, False)
    assert found.training == {
        "epochs": 3,
        "batch_size": 7,
        "seed": 2,
        "device": "cpu",
        "precision": "float32",
        "data_dir": None,
        "validate_every": 0,
    }


def test_numbers_keep_the_name_they_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["sample.py", "--out", str(tmp_path / "x.NPY")])
    sampling.options(None, count=4).write(torch.rand(4, 1, 8, 8))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["x.NPY"]
    assert capsys.readouterr().out.strip() == str(tmp_path / "x.NPY")


@pytest.mark.parametrize("name", ["x.png", "x.npy"])
def test_a_full_disk_is_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no file that is always full")
    (tmp_path / name).symlink_to(full)
    monkeypatch.setattr(sys, "argv", ["sample.py", "--out", str(tmp_path / name)])
    with pytest.raises(SystemExit, match=f"{name} cannot be written: No space left"):
        sampling.options(None, count=4).write(torch.rand(4, 1, 8, 8))


def test_a_file_of_weights_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"nope\.safetensors is missing: train first"):
        sampling.read(tmp_path / "nope.safetensors", "generator")
    with pytest.raises(SystemExit, match=r"generator\.safetensors is missing: train first"):
        sampling.read(tmp_path, "generator")


def test_a_row_is_no_longer_than_there_are_pictures() -> None:
    assert sampling.sheet(torch.rand(3, 1, 64, 70), 12).size == (3 * 72, 66)
    assert sampling.sheet(torch.rand(3, 3, 40, 30), 2).size == (2 * 62, 2 * 82)


def test_a_script_trains_on_where_no_checkpoint_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "full" / "checkpoint.safetensors"
    monkeypatch.setattr(script, "CHECKPOINT", place)
    training = DigitsTraining(epochs=4)
    epochs = (item for item in training if "epoch" in item)
    for item, opens in zip(epochs, (False, False, True, False), strict=True):
        if opens:
            place.parent.mkdir()
        script.tell(training, item)
    told = capsys.readouterr().err
    assert told.count("can't be written") == 1, "told once"
    assert "free some space" not in told, "there is no folder, and room enough"
    assert checkpoint.read(place)["counts"]["epoch"] == 4
    (tmp_path / "model.safetensors").mkdir()
    with pytest.raises(SystemExit, match=r"model\.safetensors can't be written .* --resume") as end:
        script.finish(training)
    assert "free some space" not in str(end.value)


@pytest.mark.parametrize(
    ("error", "space"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (SafetensorError("I/O error: No space left on device (os error 28)"), True),
        (PermissionError(errno.EACCES, "Permission denied"), False),
        (SafetensorError("I/O error: Permission denied (os error 13)"), False),
    ],
)
def test_only_a_full_disk_asks_for_space(error: Exception, space: bool) -> None:
    assert ("space, then" in f"{script.unwritten(Path('a'), error)}, then") == space


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no file that is always full")
@pytest.mark.parametrize("both", [False, True])
def test_a_script_trains_on_where_nothing_can_be_printed(
    both: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with ExitStack() as files:
        out = files.enter_context(open("/dev/full", "w"))
        errors = files.enter_context(open("/dev/full" if both else "errors.txt", "w"))
        monkeypatch.setattr("sys.stdout", out)
        monkeypatch.setattr("sys.stderr", errors)
        training = DigitsTraining(epochs=2)
        for figures in training:
            script.tell(training, figures)
        script.finish(training)
    assert checkpoint.read(tmp_path / "checkpoint.safetensors")["counts"]["epoch"] == 2
    if not both:
        (line,) = Path("errors.txt").read_text().splitlines()
        assert line == "Nothing more can be printed (No space left on device). Training goes on."


def test_a_script_whose_reader_has_gone_saves_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    reading, writing = os.pipe()
    os.close(reading)
    training = DigitsTraining(epochs=2)
    with os.fdopen(writing, "w") as out:
        monkeypatch.setattr("sys.stdout", out)
        with pytest.raises(SystemExit):
            script.tell(training, next(iter(training)))
    assert capfd.readouterr().err == ""
    assert checkpoint.read(tmp_path / "checkpoint.safetensors")["counts"]["step"] == 1
