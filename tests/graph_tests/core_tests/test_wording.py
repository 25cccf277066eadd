"""Numbers in words: one of something is no plural, on any node."""

import re

import pytest

import graph.nodes
from graph.core.errors import BadParameter
from graph.core.wording import many
from graph.declare import REGISTRY, Declaration

assert graph.nodes

PLURAL = re.compile(r"(?<![\d,.])1 (?!times|across|class )[a-z]+s\b")


def test_so_many() -> None:
    assert many(0, "run") == "0 runs"
    assert (many(1, "run"), many(2, "epoch")) == ("1 run", "2 epochs")
    assert many(19_210, "weight") == "19,210 weights"
    assert (many(1, "class"), many(2, "class")) == ("1 class", "2 classes")


@pytest.mark.parametrize("declaration", list(REGISTRY), ids=lambda one: one.type)
def test_one_of_anything_is_no_plural_on_a_node(declaration: Declaration) -> None:
    for param in declaration.params:
        for value in (1, (1,)):
            try:
                said = declaration.summary(declaration.checked({param.name: value}))
            except BadParameter:
                continue
            assert not PLURAL.search(said), said
