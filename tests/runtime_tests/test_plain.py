"""What is printed moves, colours and rings nothing, and is never taken for markup."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from graph.core.plain_text import plain
from graph.model.sheet import BOARD
from graph.problems.problem import Problem as Wrong
from runtime.cli import commands, terminal
from runtime.cli.list_commands import print_table
from runtime.cli.terminal_plots import text_picture
from runtime.protocol.messages import Problem, Stopped
from runtime.protocol.payloads import Matrix
from tests.graph_tests.hostile import TEXTS


@pytest.mark.parametrize("text", TEXTS[:-35], ids=range(len(TEXTS) - 35))
def test_a_terminal_gets_letters_alone(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_table([(text, "b"), ("a", text)])
    print(Wrong("n1", BOARD, f"{text} is wrong", name="a"))
    commands.tell_problems([Wrong(None, BOARD, text, advice=text)])
    teller = terminal.Lines({"n1": text})
    teller.hear(Problem("n1", text, text, text))
    teller.hear(Stopped("failed", text, text, 0, 0, 0.0))
    print(text_picture(Matrix((text, "b"), ((1, 0), (0, 1))), colour=False, width=80))
    found = capsys.readouterr()
    for said in (found.out, found.err):
        assert all(one.isprintable() or one == "\n" for one in said)
        said.encode("utf-8")


def test_markup_in_a_message_is_text() -> None:
    screen = terminal.Screen({})
    try:
        screen._console = Console(
            file=io.StringIO(), highlight=False, markup=False, emoji=False, width=200
        )
        text = "There is no file /[/red]/[bold]x[/bold]/:smile:.csv."
        screen.hear(Problem(None, text, "[link=http://x]Look[/link]"))
        written = screen._console.file
        assert isinstance(written, io.StringIO)
        assert text in written.getvalue()
        assert "[link=http://x]Look[/link]" in written.getvalue()
    finally:
        screen.close()


def test_the_screens_own_console_takes_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    screen = terminal.Screen({})
    screen.hear(Problem(None, "[/nothing] is closed here", "[b]now[/b]"))
    screen.close()
    assert "[/nothing] is closed here" in capsys.readouterr().out


def test_an_error_that_names_a_file_is_plain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "\x1b]0;title\x07\x1b[31m.neurowire"
    for words in (["check", str(tmp_path / name)], ["export", str(tmp_path / name), "x"]):
        status = commands.main(words, window=lambda _: 0, render=lambda *_: 0)
        assert status == 1
    found = capsys.readouterr()
    assert "\\x1b]0;title\\x07" in found.err
    assert "\x1b" not in found.out + found.err


def test_plain_text_stays_as_it_is() -> None:
    text = "Größe 5 × 5: “ok”, 学习\nnext line"
    assert plain(text) == text
    assert plain(Path("a")) == "a"
    assert sys.getdefaultencoding() == "utf-8"
