"""Files of earlier formats give what they gave."""

import json
from typing import Any

import pytest

from graph.edit.document import Document
from graph.format.file import load_text, save_text


def of_format_1(params: object) -> str:
    node = {"type": "data.csv", "name": "table", "params": params}
    other = {"type": "data.digits", "name": "digits"}
    return json.dumps({"format": 1, "board": {"nodes": {"n1": node, "n2": other}}})


@pytest.mark.parametrize(
    ("params", "index"),
    [({"path": "a.csv"}, "none"), ({"index": "id"}, "id"), ({}, "none"), ([], ""), (None, "")],
)
def test_an_old_table_keeps_the_column_that_counts_its_rows(params: object, index: str) -> None:
    document = load_text(of_format_1(params)).document
    assert document.params(document.node("n1"))["index"] == index
    assert "index" not in document.params(document.node("n2"))
    again = load_text(save_text(document)).document
    assert again.params(again.node("n1"))["index"] == index


def test_a_new_table_leaves_it_out() -> None:
    document = Document()
    node = document.add_node("data.csv")
    again = load_text(save_text(document)).document
    assert again.params(again.node(node.id))["index"] == ""


@pytest.mark.parametrize(
    "content",
    [
        {"board": []},
        {"board": {"nodes": []}},
        {"board": {"nodes": {"n1": 3}}},
        {"networks": []},
        {"networks": {"a": 3, "b": {"nodes": {"n1": {"type": "data.csv", "params": {}}}}}},
        {"board": {"nodes": {"n1": {"type": ["data.csv"]}}}},
    ],
)
def test_a_damaged_old_file_is_read_as_far_as_it_goes(content: dict[str, Any]) -> None:
    load_text(json.dumps({"format": 1, **content}))


@pytest.mark.parametrize(
    ("params", "target"),
    [({"path": "a.csv"}, "-1"), ({"target": ""}, "-1"), ({"target": "price"}, "price"), ([], "")],
)
def test_an_old_table_predicts_its_last_column_on(params: object, target: str) -> None:
    document = load_text(of_format_1(params)).document
    assert document.params(document.node("n1"))["target"] == target
