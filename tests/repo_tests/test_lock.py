"""The lock pins everything that pyproject.toml asks for, at one version that fits."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[2]


def locked() -> dict[str, str]:
    text = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    pins: dict[str, str] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            match = re.fullmatch(r"([\w.-]+)==([\w.]+)", line)
            assert match, f"expected NAME==VERSION without a local build, found {line!r}"
            pins[canonicalize_name(match[1])] = match[2]
    return pins


def wanted() -> list[Requirement]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    return [
        Requirement(line)
        for line in [*project["project"]["dependencies"], *groups["dev"], *groups["bare"]]
    ]


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_the_lock_pins_what_the_project_asks_for(requirement: Requirement) -> None:
    pins = locked()
    name = canonicalize_name(requirement.name)
    assert name in pins
    assert requirement.specifier.contains(pins[name])


def test_the_lock_pins_everything_installed_here() -> None:
    """Nothing in the environment came in by hand, and nothing is at another version."""
    pins = locked()
    gpu_only = re.compile(r"nvidia-.*|cuda-.*|triton|pip|neurowire")
    for distribution in distributions():
        name = canonicalize_name(distribution.metadata["Name"])
        if not gpu_only.fullmatch(name):
            assert pins.get(name) == distribution.version.partition("+")[0], name


def test_the_lock_is_in_order() -> None:
    names = list(locked())
    assert names == sorted(names)
