"""Command lines that have no meaning: a status, one sentence that says what was expected."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from graph.format import templates
from graph.format.file import save_text
from runtime.cli import commands

REFUSED = """
frobnicate | --epochs 3 | help | --set adam.lr=1 train x.neurowire | '' | --data-dir nowhere
train | train '' | train x.neurowire y.neurowire | train x.neurowire --frob
train x.neurowire --out | train x.neurowire --out '' | train x.neurowire --out=
train x.neurowire --data-dir
train x.neurowire --data-dir nowhere | train x.neurowire --data-dir x.neurowire
train x.neurowire --data-dir '' | check x.neurowire --data-dir nowhere | train x.neurowire --set
train x.neurowire --set lr=1 | train x.neurowire --set adam.lr | train x.neurowire --set adam.lr=
train x.neurowire --set adam.lr=abc | train x.neurowire --set adam.lr=-1
train x.neurowire --set adam.lr=nan | train x.neurowire --set adam.nosuch=3
train x.neurowire --set adam.lr=[] | train x.neurowire --set adam.lr={} | train x.neurowire --set =
train x.neurowire --set nosuch.lr=3 | train x.neurowire --set .lr=3
train x.neurowire --set adam.=3 | train x.neurowire --set =3 | train x.neurowire --set a.b.c.d=3
train x.neurowire --set a..units=3
train x.neurowire --set adam.lr=true | train x.neurowire --set "adam.lr=__import__('os')"
train x.neurowire --device gpu | train x.neurowire --device cuda:9 | train x.neurowire --device ''
train x.neurowire --json=yes | train x.neurowire --resume=yes | train x.neurowire --precision fp8
check | check '' | check x.neurowire y | check x.neurowire --epochs 3
export | export x.neurowire | export x.neurowire '' | export '' out | export x.neurowire out more
export x.neurowire out --frob | export x.neurowire out --weights=yes
render x.neurowire | render x.neurowire '' | render x.neurowire p.png --size 10
render x.neurowire p.png --size 0x0 | render x.neurowire p.png --size -5x10
render x.neurowire p.png --size 1e3x10 | render x.neurowire p.png --size 99999999x9
new | new '' f.neurowire | new digits_mlp '' | new digits_mlp a b
data frob | data get | data get '' | data get mnist more | data get mnist --data-dir ''
runs more | runs --frob | templates more | templates --json | --version more
"""
"""Usage that has no meaning: status 2."""

FAILING = """
train nothere | train nothere.neurowire | train bad.neurowire | train empty.neurowire
train noise.neurowire | train list.neurowire | train here | train . | train loop.neurowire
train /dev/null | check /dev/zero | check pipe.neurowire | check here/none/x.neurowire
check --json bad.neurowire | check newer.neurowire | check x.neurowire/y
train x.neurowire --out x.neurowire | train x.neurowire --out x.neurowire/y
train x.neurowire --resume --out here | train x.neurowire --resume --out nowhere
export nothere out | export x.neurowire x.neurowire | export x.neurowire x.neurowire/deep
export x.neurowire pipe.neurowire | export x.neurowire out --weights
new nothere f.neurowire | new ../digits_mlp f.neurowire
new digits_mlp x.neurowire | new digits_mlp x.neurowire/y
data get nosuch | data get ../../etc
"""
"""Words that mean something that can't be done: status 1."""

COUNTED = ("epochs", "steps", "batch-size", "seed", "threads", "validate-every")
NO_COUNTS = ("", "ten", "1.5", "1e3", "nan", "-1", "9" * 30, "0x10", " ")


def split(text: str) -> list[str]:
    return [line.strip() for row in text.strip().splitlines() for line in row.split(" | ")]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a board, and with what is none."""
    tmp_path = tmp_path / "place"
    tmp_path.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("runtime.cli.terminal.train", lambda *_, **__: pytest.fail("it trains"))
    text = save_text(templates.open_template("xor_neurons"))
    Path("x.neurowire").write_text(text, encoding="utf-8")
    Path("newer.neurowire").write_text(text.replace('"format": ', '"format": 9'))
    Path("bad.neurowire").write_text("{\n")
    Path("empty.neurowire").write_text("")
    Path("list.neurowire").write_text("[]")
    Path("noise.neurowire").write_bytes(bytes(range(256)))
    Path("here").mkdir()
    Path("loop.neurowire").symlink_to("loop.neurowire")
    os.mkfifo("pipe.neurowire")
    return tmp_path


def told(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The status of a command line, and what it says is wrong, without the line of usage."""

    def shown(*_: object) -> int:
        pytest.fail("it opens a window")

    try:
        status = commands.main(words, window=shown, render=shown)
    except SystemExit as end:
        status = int(end.code or 0)
    said = capsys.readouterr().err
    return status, said.partition("\nusage: ")[0].strip()


def holds(status: int, said: str, wanted: int, there: set[str]) -> None:
    assert status == wanted, said
    assert said
    assert "\n" not in said, "one sentence"
    for slip in ("Traceback", "Errno", "PosixPath", "should not have happened"):
        assert slip not in said
    assert {path.name for path in Path().iterdir()} == there, "nothing was written"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name")
@pytest.mark.parametrize("line", split(REFUSED))
def test_words_without_a_meaning(line: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = {path.name for path in here.iterdir()}
    holds(*told(shlex.split(line), capsys), 2, there)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name")
@pytest.mark.parametrize("line", split(FAILING))
def test_words_that_can_not_be_carried_out(
    line: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = {path.name for path in here.iterdir()}
    holds(*told(shlex.split(line), capsys), 1, there)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name")
@pytest.mark.parametrize("option", COUNTED)
def test_what_is_no_count(option: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = {path.name for path in here.iterdir()}
    for text in NO_COUNTS:
        status, said = told(["train", "x.neurowire", f"--{option}={text}"], capsys)
        holds(status, said, 2, there)
        assert "expected a whole number" in said
