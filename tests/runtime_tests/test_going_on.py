"""`train --resume` on what it can go on from, and on what it can't: told, refused, unharmed."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from graph.core.errors import BadParameter
from graph.edit.document import Document
from graph.format.file import save
from graph.model.settings import LIMITS
from graph.model.sheet import End
from runtime.cli import commands
from runtime.exported import checkpoint
from runtime.store.runs import Run, Runs, database, last_checkpoint
from tests.runtime_tests.exported_tests.training import DigitsTraining, losses

STEPS = 3
"""An epoch's."""


@dataclass
class Said:
    """What a command line said, and its status."""

    status: int
    out: list[dict[str, Any]]
    err: str


class Terminal:
    """Command lines, in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str | Path) -> Said:
        self._capsys.readouterr()
        try:
            status = commands.main([*map(str, words)], window=_no_window, render=_no_window)
        except SystemExit as left:
            status = int(str(left.code))
        told = self._capsys.readouterr()
        assert "Traceback" not in told.err
        return Said(status, [json.loads(line) for line in told.out.splitlines()], told.err)

    def train(self, board: Path, out: Path, *words: str | Path) -> Said:
        return self(*("train", board, "--out", out, "--json", "--threads", "1"), *words)


def _no_window(*_: object) -> int:
    raise AssertionError


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal to type in."""
    return Terminal(capsys)


def write_board(path: Path, **settings: Any) -> Path:
    """A board of three steps an epoch."""
    document = Document(path.stem)
    data = document.add_node("data.spiral", params={"count": 150})
    logits = document.add_node("layer.linear", params={"units": 2}, name="logits")
    loss, adam = document.add_node("loss.cross_entropy"), document.add_node("optimizer.adam")
    cosine = document.add_node("schedule.cosine")
    for source, target in (
        ((data.id, "point"), (logits.id, "x")),
        ((logits.id, "y"), (loss.id, "logits")),
        ((data.id, "label"), (loss.id, "label")),
        ((loss.id, "loss"), (adam.id, "loss")),
        ((cosine.id, "schedule"), (adam.id, "schedule")),
    ):
        document.link(End(*source), End(*target))
    document.set_settings(**{"epochs": 4, "batch_size": 40, "device": "cpu", **settings})
    save(document, path)
    return path


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A board of four epochs."""
    return write_board(tmp_path / "mine.neurowire")


def record(out: Path) -> Run:
    with Runs(database()) as runs:
        found = runs.find(str(out))
    assert found is not None
    return found


def steps(said: Said) -> list[int]:
    return [line["step"] for line in said.out if line["event"] == "step"]


def test_a_run_goes_on_to_the_end_it_was_planned_for(
    terminal: Terminal, board: Path, tmp_path: Path
) -> None:
    out, whole = tmp_path / "run", tmp_path / "whole"
    said = terminal.train(board, whole, "--epochs", "3")
    losses_of = {line["step"]: line for line in said.out if line["event"] == "step"}
    terminal.train(board, out, "--epochs", "3", "--steps", "2")
    said = terminal.train(board, out, "--resume")
    assert said.status == 0
    assert steps(said) == list(range(3, 3 * STEPS + 1)), "three epochs, not the board's four"
    assert all(losses_of[line["step"]] == line for line in said.out if line["event"] == "step")


def test_the_end_is_what_is_asked_for(terminal: Terminal, board: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    terminal.train(board, out, "--epochs", "400", "--steps", "4")
    said = terminal.train(board, out, "--resume", "--epochs", "2")
    assert steps(said)[-1] == 2 * STEPS, "the end comes sooner"
    said = terminal.train(board, out, "--resume", "--epochs", "4")
    assert steps(said)[-1] == 4 * STEPS, "and later"
    figures = [line for line in said.out if line["event"] == "step"]
    assert len({line["loss/cross_entropy"] for line in figures}) == len(figures)
    assert record(out).settings["epochs"] == 4


def test_an_end_that_has_passed_is_refused(terminal: Terminal, board: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    terminal.train(board, out, "--epochs", "40", "--steps", "10")
    said = terminal.train(board, out, "--resume", "--epochs", "2")
    assert said.status == 1
    assert "trained 3 epochs already: it can't end after 2" in said.err
    assert "planned for 40" in said.err
    said = terminal.train(board, out, "--resume", "--steps", "5")
    assert said.status == 1
    assert "trained 10 steps already: it can't end after 5" in said.err
    said = terminal.train(board, out, "--resume", "--steps", "10")
    assert "All 10 steps are trained already" in " ".join(map(str, said.out)) + said.err
    assert (record(out).step, record(out).state) == (10, "finished")


def test_a_finished_run_says_so(terminal: Terminal, board: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    terminal.train(board, out)
    before = record(out)
    said = terminal.train(board, out, "--resume")
    assert said.status == 0
    assert "All 4 epochs are trained already: ask for more" in said.err
    assert steps(said) == []
    after = record(out)
    assert (after.step, after.best, after.state) == (before.step, before.best, "finished")


def test_another_board_is_not_trained_by_its_name(
    terminal: Terminal, board: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    terminal.train(board, out, "--steps", "2")
    weights = last_checkpoint(out).read_bytes()
    said = terminal("train", "xor_neurons", "--resume", "--out", out)
    assert said.status == 1
    assert "expected a run of xor_neurons, found one of another board, mine" in said.err
    assert "model.py" in said.err
    said = terminal.train(board, out, "--resume", "--set", "adam.lr=0.5")
    assert said.status == 1
    assert "train.py" in said.err
    assert last_checkpoint(out).read_bytes() == weights
    assert record(out).step == 2


def test_a_board_with_other_settings_is_the_same_board(
    terminal: Terminal, board: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    terminal.train(board, out, "--steps", "2")
    write_board(board, epochs=9, batch_size=7, seed=5)
    said = terminal.train(board, out, "--resume")
    assert said.status == 0
    assert steps(said) == list(range(3, 4 * STEPS + 1)), "with the settings it was begun with"


@pytest.mark.parametrize("words", [("--batch-size", "7"), ("--seed", "3"), ("--device", "auto")])
def test_what_a_run_keeps_can_not_be_asked_for_otherwise(
    words: tuple[str, str], terminal: Terminal, board: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    terminal.train(board, out, "--steps", "2")
    said = terminal.train(board, out, "--resume", *words)
    assert said.status == 2
    assert f"{' '.join(words)}: the run in {out} was begun with" in said.err


def test_a_missing_checkpoint_is_told(terminal: Terminal, board: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    terminal.train(board, out, "--steps", "5")
    before = record(out)
    (out / "checkpoints" / "last.safetensors").unlink()
    said = terminal.train(board, out, "--resume")
    assert said.status == 1
    assert "last.safetensors is missing" in said.err
    assert "Put back a copy of it" in said.err
    assert record(out) == before, "nothing of it was changed"


@pytest.mark.parametrize("name", ["plan.json", "settings.json"])
def test_a_folder_that_is_no_run_any_more_is_told(
    name: str, terminal: Terminal, board: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    terminal.train(board, out, "--steps", "2")
    before = record(out)
    for text in ('{"name": 3}', "{", ""):
        (out / name).write_text(text)
        said = terminal.train(board, out, "--resume")
        assert said.status == 1
        assert str(out) in said.err
    (out / name).unlink()
    assert terminal.train(board, out, "--resume").status in ({0} if "settings" in name else {1})
    assert record(out).step >= before.step
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "nowhere", board):
        said = terminal.train(board, folder, "--resume")
        assert said.status == 1
        assert f"{folder}: there is no run here" in said.err


def test_another_torch_is_told(terminal: Terminal, board: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    terminal.train(board, out, "--steps", "2")
    path = out / "settings.json"
    path.write_text(path.read_text().replace(torch.__version__, "1.2.3"))
    said = terminal.train(board, out, "--resume")
    assert said.status == 0
    assert f"begun with PyTorch 1.2.3, this is {torch.__version__}" in said.err


# -- numbers


def numeric() -> list[str]:
    """The options of `train` that take a number, as its parser has them."""
    return [f"--{name}" for name in commands.COUNTS]


@pytest.mark.parametrize("value", ["-1", "-100000", str(10**30), "1.5", "1e3", "nan", "", "many"])
@pytest.mark.parametrize("option", numeric())
def test_a_number_out_of_range_is_refused_before_anything_begins(
    option: str, value: str, terminal: Terminal, board: Path, tmp_path: Path
) -> None:
    said = terminal.train(board, tmp_path / "run", f"{option}={value}")
    assert said.status == 2
    assert f"argument {option}: expected a whole number" in said.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("option", ["--epochs", "--steps", "--batch-size"])
def test_none_at_all_is_refused(option: str, terminal: Terminal, board: Path) -> None:
    said = terminal("train", board, option, "0")
    assert (said.status, "expected a whole number from 1, got '0'" in said.err) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        ("--threads", "100000"),
        ("--epochs", "9999999999"),
        ("--batch-size", "9999999999"),
        ("--seed", str(2**63)),
    ],
)
def test_too_many_is_refused_by_the_command_the_file_and_the_settings(
    words: tuple[str, str], terminal: Terminal, board: Path, tmp_path: Path
) -> None:
    said = terminal.train(board, tmp_path / "run", *words)
    assert said.status == 2
    assert "expected a whole number up to" in said.err
    name, value = words[0][2:].replace("-", "_"), int(words[1])
    with pytest.raises(BadParameter, match=f"{name}: expected at most"):
        Document("x").set_settings(**{name: value})
    content = json.loads(board.read_text())
    content["settings"][name] = value
    board.write_text(json.dumps(content))
    said = terminal.train(board, tmp_path / "other", "--steps", "1")
    assert said.status == 0
    assert f"{name}: expected at most" in said.err


def test_the_largest_numbers_train(terminal: Terminal, board: Path, tmp_path: Path) -> None:
    words = ("--epochs", str(10**9), "--batch-size", str(10**9), "--seed", str(2**63 - 1))
    said = terminal.train(board, tmp_path / "run", *words, "--steps", "3")
    assert (said.status, steps(said)) == (0, [1, 2, 3])


def test_a_run_of_old_with_too_many_threads_goes_on(
    terminal: Terminal, board: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    terminal.train(board, out, "--steps", "2")
    path = out / "settings.json"
    path.write_text(path.read_text().replace('"threads_used": 1', '"threads_used": 100000'))
    said = terminal("train", board, "--resume", "--out", out, "--json", "--steps", "3")
    assert (said.status, steps(said)) == (0, [3])
    assert said.out[-1]["threads"] <= LIMITS["threads"][1]


# -- what is listed


def test_each_figure_that_is_listed_says_its_epoch(
    terminal: Terminal, board: Path, tmp_path: Path
) -> None:
    terminal.train(board, tmp_path / "run")
    (run,) = terminal("runs", "--json").out
    assert run["best_by"] == "lowest val/cross_entropy"
    assert 1 <= run["best_epoch"] <= run["epoch"] == 4
    assert run["best"].keys() == run["last"].keys()
    assert terminal("runs", "--rebuild", "--json").out == [run]


# -- damaged checkpoints


def damaged(raw: bytes, count: int) -> dict[str, bytes]:
    """A file with one byte flipped, or cut short, at places all over it."""
    dice, found = random.Random(0), {}
    header = 8 + int.from_bytes(raw[:8], "little")
    places = [*range(8), *dice.sample(range(8, header), count), header, len(raw) - 1]
    for place in (*places, *dice.sample(range(header, len(raw)), count)):
        flipped = raw[place] ^ dice.randrange(1, 256)
        found[f"byte {place}"] = raw[:place] + bytes([flipped]) + raw[place + 1 :]
        found[f"cut {place}"] = raw[:place]
    found["longer"] = raw + b"\0"
    found["emptied"] = bytes(len(raw))
    return found


def test_a_damaged_checkpoint_is_never_gone_on_from(tmp_path: Path) -> None:
    path, training = tmp_path / "last.safetensors", DigitsTraining()
    losses(training, 3)
    checkpoint.save(training, path)
    found, fresh = damaged(path.read_bytes(), 150), DigitsTraining()
    assert len(found) > 600
    for how, raw in found.items():
        path.write_bytes(raw)
        with pytest.raises(checkpoint.Damaged, match="changed or cut after it was written"):
            checkpoint.load(fresh, path)
        assert fresh.step == 0, how


def test_a_damaged_checkpoint_is_told_and_nothing_is_lost(
    terminal: Terminal, board: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    terminal.train(board, out, "--steps", "5")
    path, before = last_checkpoint(out), record(out)
    raw = path.read_bytes()
    for broken in [*damaged(raw, 2).values()][::4]:
        path.write_bytes(broken)
        said = terminal.train(board, out, "--resume")
        assert said.status == 1
        assert f"{path} is damaged" in said.err
        assert record(out) == before
    path.write_bytes(raw)
    assert steps(terminal.train(board, out, "--resume"))[0] == 6


def test_checkpoints_of_old_without_a_checksum_go_on(tmp_path: Path) -> None:
    path, training = tmp_path / "last.safetensors", DigitsTraining()
    done = losses(training, 4)
    state = checkpoint.snapshot(training)
    del state["settings"]
    tensors: dict[str, torch.Tensor] = {}
    packed = checkpoint.pack(state, "", tensors)
    save_file(tensors, path, metadata={"format": "pt", "state": json.dumps(packed)})
    again = DigitsTraining()
    checkpoint.load(again, path)
    assert done + losses(again) == losses(DigitsTraining())


def test_the_best_weights_carry_a_checksum_too(
    terminal: Terminal, board: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    terminal.train(board, out, "--epochs", "1")
    best = out / "checkpoints" / "best.safetensors"
    checkpoint.check(best)
    assert load_file(best)
    raw = bytearray(best.read_bytes())
    raw[-3] ^= 8
    best.write_bytes(raw)
    with pytest.raises(checkpoint.Damaged):
        checkpoint.check(best)
