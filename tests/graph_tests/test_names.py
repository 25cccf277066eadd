"""Names of nodes never hide what generated code calls."""

import pytest

import graph.nodes  # noqa: F401 - fills the registry
from graph import names
from graph.compile import carry
from graph.declare import REGISTRY

CALLED = ("layers", "losses", "metrics", "optimizers", "schedules")


def test_carried_names_are_no_names_for_nodes() -> None:
    carried = {name for module in CALLED for name in carry.modules()[module].pieces}
    assert carried
    assert not [name for name in carried if names.is_name(name)]


@pytest.mark.parametrize("text", ["focal_loss", "Focal loss", "mask dice", "class", "3d", "", "ü"])
def test_any_text_gives_a_name(text: str) -> None:
    assert names.is_name(names.to_name(text))


def test_default_names_become_names() -> None:
    for declaration in REGISTRY:
        assert names.is_name(names.to_name(declaration.default_name)), declaration.type
