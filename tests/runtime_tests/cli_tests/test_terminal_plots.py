import io
import re
import subprocess
import sys

import pytest

from runtime.cli.terminal_plots import has_colour, text_picture
from runtime.protocol.payloads import (
    Boundary,
    Histogram,
    Matrix,
    Number,
    Pairs,
    Pictures,
    Table,
    class_colour,
)

BLACK_AND_WHITE = Pictures(
    16, 4, 1, bytes(32) + b"\xff" * 32 + b"\xff" * 64, ("one 9%", "x"), (True, None)
)


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def test_pictures_without_colours() -> None:
    lines = text_picture(BLACK_AND_WHITE).splitlines()
    assert lines == [" " * 17 + "@" * 16, "@" * 16 + " " + "@" * 16, "+one 9%".ljust(17) + "x"]


def test_pictures_with_colours_have_half_blocks() -> None:
    lines = text_picture(BLACK_AND_WHITE, colour=True).splitlines()
    assert lines[0].startswith("\x1b[38;2;0;0;0;48;2;0;0;0m▀\x1b[0m")
    assert plain(lines[0]) == "▀" * 16 + " " + "▀" * 16


def test_only_what_fits_is_shown() -> None:
    many = Pictures(28, 28, 3, bytes(28 * 28 * 3 * 12), ("",) * 12)
    for width in (30, 60, 80, 200):
        assert max(map(len, text_picture(many, width=width).splitlines())) <= max(28, width)


def test_small_pictures_grow_and_large_ones_shrink() -> None:
    small = text_picture(Pictures(8, 8, 1, b"\xff" * 64)).splitlines()
    assert (len(small[0]), len(small)) == (16, 8)
    large = text_picture(Pictures(100, 50, 1, b"\xff" * 5000)).splitlines()
    assert (len(large[0]), len(large)) == (25, 7)


def test_pairs_stand_above_each_other() -> None:
    dark = Pictures(16, 2, 1, bytes(32))
    light = Pictures(16, 2, 1, b"\xff" * 32)
    assert text_picture(Pairs(dark, light)).splitlines() == ["", "@" * 16]


def test_boundary_shows_regions_and_points() -> None:
    left, right = bytes(class_colour(0)), bytes(class_colour(1))
    payload = Boundary(
        2, (left + right) * 2, (0, 4, 0, 4), ((0.05, 3.95), (3.95, 0.05)), (0, 1), ("a", "b")
    )
    lines = text_picture(payload, width=40).splitlines()
    assert (len(lines), len(lines[0])) == (21, 40)
    assert lines[0] == "o" + " " * 19 + "." * 20
    assert lines[19] == " " * 20 + "." * 19 + "x"
    assert lines[20] == "o a  x b"
    assert plain(text_picture(payload, width=40, colour=True)).splitlines()[0][0] == "o"


def test_points_without_a_surface() -> None:
    payload = Boundary(0, b"", (0, 1, 0, 1), ((0.5, 0.5),), (), ())
    assert "o" in text_picture(payload, width=20)


def test_matrix() -> None:
    text = text_picture(Matrix(("cat", "dog"), ((7, 3), (0, 10))))
    assert text.splitlines() == ["    cat dog", "cat   7   3", "dog   0  10", "85.0% of 20 right"]
    assert plain(text_picture(Matrix(("cat", "dog"), ((7, 3), (0, 10))), colour=True)) == text


def test_table_leaves_out_columns_that_do_not_fit() -> None:
    payload = Table(("a", "b" * 30), (("1", "2"), ("10", "3")), (True, False))
    assert text_picture(payload, width=20).splitlines() == ["   a", "+  1", "- 10"]
    assert "3" in text_picture(payload, width=60)


def test_number_and_histogram() -> None:
    assert text_picture(Number(1.23456789)) == "1.23457"
    lines = text_picture(Histogram(-1, 1, (0, 1, 4, 2), 0.25, 0.5)).splitlines()
    assert lines[0] == " -@+"
    assert "mean 0.25" in lines[2]
    assert len(text_picture(Histogram(0, 1, (1,) * 200, 0, 1), width=80).splitlines()[0]) <= 80


def test_colour_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert has_colour(Terminal())
    assert not has_colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not has_colour(Terminal())


def test_payloads_and_their_text_need_no_torch() -> None:
    code = "import sys, runtime.cli.terminal_plots; assert not {'torch', 'numpy'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True)
