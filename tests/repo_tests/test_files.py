"""What every committed file must be: free of one machine's traces, small, licensed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LARGEST = 1024 * 1024
"""Bytes that one committed file may have."""

# Written so that this file does not match itself.
PACKAGE_HOSTS = re.compile(
    r"(pypi\.(org|python\.org)|files\.python[h]osted|download\.pytor[c]h|conda\.ana[c]onda"
    r"|deb\.debia[n]\.org|archive\.ubunt[u]\.com|registry\.npm[j]s)"
    r"|--(extra-)?index-ur[l]|--find-link[s]|--trusted-hos[t]"
)
MACHINE_PATHS = re.compile(
    r"(?<![\w./$}~-])/(wor[k]|far[m]|roo[t]|hom[e]|User[s]|op[t]|mn[t])/\w|(?<![\w./$}])/tm[p]/[a-z]"
    r"|\b[A-Z]:\\\\?User[s]\b"
)


def committed() -> list[Path]:
    """Files in git's index, or every file where this is no checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = (REPOSITORY / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def lines() -> Iterator[tuple[str, str]]:
    for path in committed():
        content = path.read_bytes()
        if b"\0" not in content:
            for number, line in enumerate(content.decode("utf-8").splitlines(), 1):
                yield f"{path.relative_to(REPOSITORY)}:{number}", line


def test_no_file_names_a_package_host() -> None:
    assert [f"{place}: {line}" for place, line in lines() if PACKAGE_HOSTS.search(line)] == []


def test_no_file_holds_a_path_of_one_machine() -> None:
    assert [f"{place}: {line}" for place, line in lines() if MACHINE_PATHS.search(line)] == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (PACKAGE_HOSTS, "pip install --index" + "-url https://somewhere"),
        (PACKAGE_HOSTS, "https://pypi" + ".org/simple"),
        (MACHINE_PATHS, 'DATA = "/ro' + 'ot/data"'),
        (MACHINE_PATHS, "see /ho" + "me/jane/board.neurowire"),
        (MACHINE_PATHS, "open /tm" + "p/board"),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


def test_no_file_is_large() -> None:
    large = [path.name for path in committed() if path.stat().st_size > LARGEST]
    assert large == []


def test_every_font_has_its_licence() -> None:
    folder = REPOSITORY / "resources" / "fonts"
    fonts = [path for path in folder.iterdir() if path.suffix in (".otf", ".ttf")]
    assert fonts
    for font in fonts:
        licence = folder / f"{font.name.split('-')[0]}-OFL.txt"
        text = licence.read_text(encoding="utf-8")
        assert text.startswith("Copyright")
        assert "SIL OPEN FONT LICENSE" in text


def test_resources_hold_no_python() -> None:
    assert list((REPOSITORY / "resources").rglob("*.py")) == []
