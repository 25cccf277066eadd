"""A file of a person's own on the command line: told what it is, a board, trained, exported."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PIL import Image

from graph.format.file import load
from gui.shell import app
from runtime.cli import commands
from tests import processes


class Terminal:
    """Carries out command lines, in this process, and says what was printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str | Path) -> tuple[int, str, str]:
        try:
            status = commands.main([*map(str, words)], window=nothing, render=picture)
        except SystemExit as error:
            status = int(str(error.code))
        told = self._capsys.readouterr()
        assert "should not have happened" not in told.err, told.err
        return status, told.out, told.err


def nothing(_file: str | None) -> int:
    """No window is opened."""
    return 0


def picture(file: str, png: str, _size: tuple[int, int] | None) -> int:
    """Draws as `main.py` does."""
    return app.render(file, png)


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    """A terminal in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    return Terminal(capsys)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two classes that a number tells apart, beside a number that says nothing."""
    dice = random.Random(1)
    rows = [f"{dice.random():.3f};{'no' if kind else 'yes'};{kind + dice.gauss(0, 0.1):.3f}"
            for kind in (0, 1) * 40]  # fmt: skip
    path = tmp_path / "my points.csv"
    path.write_text("\n".join(["noise;answer;height", *rows]) + "\n")
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of small pictures of two colours."""
    for kind, colour in {"red": (250, 20, 20), "blue": (10, 10, 240)}.items():
        folder = tmp_path / "photos" / kind
        folder.mkdir(parents=True)
        for number in range(12):
            Image.new("RGB", (20, 16), colour).save(folder / f"{number}.png")
    return tmp_path / "photos"


def test_a_table_from_the_file_to_the_export(run: Terminal, table: Path) -> None:
    here = table.parent
    for command, *rest in (["train"], ["check"], ["export", "out"], ["render", "a.png"]):
        status, _, wrong = run(command, table, *rest)
        assert status == 1
        assert "this is data, not a board" in wrong
        assert f"new '{table}'" in wrong, "the command that makes a board is said"
        assert "damaged" not in wrong
    status, told, wrong = run("new", table.name, "--target", "answer")
    assert (status, wrong) == (0, "")
    assert "64 examples to train on, 16 held out" in told
    assert "to tell apart: no, yes" in told
    assert "delimiter ;" in told
    assert "my points.neurowire" in told
    board = here / "my points.neurowire"
    assert run("check", board)[0] == 0
    status, told, _ = run("train", board, "--steps", "12", "--threads", "1")
    assert status == 0
    assert "Finished after 12 steps" in told
    assert run("export", board, "out")[0] == 0
    assert "answer" in (here / "out" / "train.py").read_text()
    done = processes.run(here / "out" / "train.py", "--verify", cwd=here / "out")
    assert done.returncode == 0, done.stderr


def test_what_the_network_looks_up_is_not_said_to_be_left_out(run: Terminal, table: Path) -> None:
    """A column of many words goes into an Embedding, as is told."""
    people = "\n".join(f"u{i % 70},{i % 7},{'ab'[i % 2]}" for i in range(700))
    (table.parent / "visits.csv").write_text(f"person,pages,label\n{people}\n")
    status, told, wrong = run("new", "visits.csv", "--target", "label")
    assert (status, wrong) == (0, "")
    assert "embedding: person" in told
    assert "not used" not in told
    document = load(table.parent / "visits.neurowire").document
    assert "layer.embedding" in {node.type for node in document.board.nodes.values()}


def test_a_folder_of_pictures_and_a_template(run: Terminal, photos: Path) -> None:
    here = photos.parent
    status, told, _ = run("new", "photos", "boards/colours")
    assert status == 0
    assert "to tell apart: blue, red" in told
    document = load(here / "boards" / "colours.neurowire").document
    assert {"conv2d", "cross_entropy", "adam", "predictions"} <= {
        node.name for node in document.board.nodes.values()
    }
    assert run("new", "xor_neurons")[0] == 0
    assert (here / "xor_neurons.neurowire").exists()


def test_what_can_not_be_made_a_board_says_why_and_writes_nothing(
    run: Terminal, table: Path, photos: Path
) -> None:
    here = table.parent
    (here / "letter.docx").write_bytes(b"PK\3\4")
    (photos / "red" / "broken.png").write_bytes(b"no picture")
    status, _, wrong = run("new", "letter.docx")
    assert (status, wrong.count(".csv")) == (1, 1)
    assert run("new", table, "--target", "colour")[0] == 1
    assert run("new", "photos", "--target", "colour")[0] == 2
    status, _, wrong = run("new", "photos")
    assert status == 1
    assert "broken.png" in wrong
    assert "gone.csv: there is no such file" in run("new", "gone.csv")[2]
    assert not [*here.glob("*.neurowire")]
    assert run("new", "photos", "--set", "image_folder.unreadable=leave out")[0] == 0
