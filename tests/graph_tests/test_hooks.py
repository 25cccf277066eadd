"""Hooks are asked for as such: what has a hook's name is one, and no parameter takes its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import graph
from graph.core.errors import DeclarationError
from graph.declare import HOOKS, REGISTRY, node, param

SOURCES = sorted(Path(graph.__file__).parent.rglob("*.py"))
CONSTANTS = {"axes"}
"""What classes say once for all their nodes, and is no method."""

ASKS = {"has", "_has", "with_hook", "everywhere"}
"""Functions that are given a hook's name."""


def asked(tree: ast.Module) -> Iterator[str]:
    """Names by which a module asks whether a node has a hook."""
    for call in ast.walk(tree):
        match call:
            case ast.Call(
                func=ast.Attribute(attr=asks) | ast.Name(id=asks),
                args=[*_, ast.Constant(value=str(name))],
            ) if asks in ASKS:
                yield name


def test_every_hook_that_is_asked_for_is_known_as_one() -> None:
    found = {name for path in SOURCES for name in asked(ast.parse(path.read_text()))}
    assert len(found) > 30
    assert found - HOOKS <= CONSTANTS


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_module_guesses_a_hook_from_an_attribute(path: Path) -> None:
    names = {one.id for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.Name)}
    assert "hasattr" not in names or path.name == "registry.py"


@pytest.mark.parametrize("hook", sorted(HOOKS))
def test_a_parameter_can_not_be_called_as_a_hook(hook: str) -> None:
    tried = type("Tried", (), {"__annotations__": {hook: float}, hook: param(0.0, doc="A number.")})
    tried.__doc__ = "Tried."
    with pytest.raises(DeclarationError, match=f"{hook}: a hook has this name"):
        node("activation.tried", group="Activations")(tried)


def test_a_parameter_is_no_hook() -> None:
    kinds = [one for one in REGISTRY if one.param("axes") is not None]
    assert kinds
    assert not any(one.has("axes") for one in kinds)
