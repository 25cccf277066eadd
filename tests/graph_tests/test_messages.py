"""What is said to people names nodes that there are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import graph.nodes
from graph.core.errors import Refused
from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.model.sheet import End

assert graph.nodes
ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"\b(?:(?:[Aa]n?|[Ii]nsert an?|[Aa]dd an?) ([A-Z][A-Za-z0-9]*)|([A-Z]\w*) node)")
OTHERS = {
    "CSV",
    "JSON",
    "Python",
    "GPU",
    "CPU",
    "GIF",
    "GAN",
    "Excel",
    "Neurowire",
    "WebP",
    "Wasserstein",
    "N",
    "NA",
    "NaN",
    "BYOL",
    "Conv",
    "Find",
    "Search",
    "Insert",
    "Which",
    "This",
}
"""Words with a capital that are no nodes."""


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the sources that is not a docstring, with its place."""
    for path in sorted(
        one for top in ("graph", "gui", "runtime") for one in ROOT.glob(f"{top}/**/*.py")
    ):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        plain = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        for one in ast.walk(tree):
            if (
                isinstance(one, ast.Constant)
                and isinstance(one.value, str)
                and id(one) not in plain
            ):
                yield f"{path.relative_to(ROOT)}:{one.lineno}", one.value


def test_every_node_that_a_message_names_is_there() -> None:
    words = {title for one in REGISTRY for title in (one.title, one.title.split()[0])}
    named = [
        (place, found)
        for place, text in texts()
        for pair in NAMED.findall(text)
        for found in pair
        if found
    ]
    assert len(named) > 20
    assert [one for one in named if one[1] not in words | OTHERS] == []


@pytest.mark.parametrize("end", ["a", "b"])
def test_a_wire_back_is_refused_with_what_there_is_instead(end: str) -> None:
    document = Document()
    a, b = (document.add_node("layer.linear", name=name) for name in "ab")
    document.link(End(a.id, "y"), End(b.id, "x"))
    target = {"a": a, "b": b}[end]
    with pytest.raises(Refused, match=r"group them into a network \(Ctrl\+G\) and set its repeat"):
        document.link(End(b.id, "y"), End(target.id, "x"))
    instance = next(one for one in REGISTRY if one.role == "instance")
    assert instance.param("repeat") is not None
    assert instance.param("momentum") is not None


def test_a_queue_drawn_as_a_loop_says_what_is_to_come_and_names_no_node() -> None:
    document = Document()
    keys = document.add_node("layer.linear", name="keys")
    queue = document.add_node("merge.concatenate", name="queue")
    kept = document.add_node("shape.crop", name="kept")
    for source, target, port in ((keys, queue, "xs"), (queue, kept, "x")):
        document.link(End(source.id, "y"), End(target.id, port))
    with pytest.raises(Refused) as refused:
        document.link(End(kept.id, "y"), End(queue.id, "xs"))
    said = str(refused.value)
    assert "(a queue as in MoCo, a hidden state) is to come" in said
    assert "set the copy's momentum" in said
    assert "node" not in said.replace("no node keeps it", "")
