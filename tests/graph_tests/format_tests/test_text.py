"""The text of a file is that of JSON, and what did not change is not written anew."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings

from graph.edit.document import Document
from graph.format import text
from graph.format.templates import open_template
from graph.format.text import Texts
from graph.model.sheet import End
from tests.graph_tests.edits import Edit, play, scripts


def _as_json(found: str) -> str:
    return json.dumps(json.loads(found), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


@settings(max_examples=30, deadline=None)
@given(script=scripts(most=12))
def test_text_after_any_edit_is_that_of_a_document_written_for_the_first_time(
    script: list[Edit],
) -> None:
    document, texts = Document(), Texts()
    for edit in script:
        play(document, [edit])
        found = texts.of(document)
        assert found == Texts().of(document) == _as_json(found)
    document.undo()
    assert texts.of(document) == Texts().of(document)


def test_another_document_has_its_own_text() -> None:
    texts = Texts()
    for name in ("gan", "xor_neurons", "gan"):
        document = open_template(name)
        assert texts.of(document) == Texts().of(document)


def test_only_what_changed_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document()
    made = [document.add_node("layer.linear").id for _ in range(40)]
    for before, after in pairwise(made):
        document.link(End(before, "y"), End(after, "x"))
    texts = Texts()
    texts.of(document)
    written: list[object] = []
    encode = text._text

    def noted(value: object, depth: int) -> str:
        written.append(value)
        return encode(value, depth)

    monkeypatch.setattr(text, "_text", noted)
    document.set_params(made[7], units=3)
    document.move({made[9]: (1.0, 2.0)})
    texts.of(document)
    nodes = [one for one in written if isinstance(one, dict) and "position" in one]
    assert [one["name"] for one in nodes] == [document.node(made[n]).name for n in (7, 9)]
    assert not [one for one in written if isinstance(one, dict) and "from" in one]
