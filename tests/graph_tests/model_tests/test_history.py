"""Undo and redo after any sequence of edits, and events that tell all that happened."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.core.errors import NeurowireError, Refused
from graph.edit.document import Document
from graph.format.file import load_text, save_text
from graph.model import events
from graph.model.settings import Settings
from graph.model.sheet import BOARD, End, Sheet
from tests.graph_tests.boards import boards
from tests.graph_tests.edits import ON_NETWORKS, Edit, Failed, make, play, scripts
from tests.graph_tests.network_nodes import NetworkTypes

EXAMPLES = settings(max_examples=120)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def state(document: Document) -> Any:
    """All that a document says, independent of the document."""
    return copy.deepcopy(
        (
            document.settings,
            {
                sheet.name: (
                    dict(sheet.nodes),
                    dict(sheet.links),
                    dict(sheet.frames),
                    dict(sheet.exposed),
                )
                for sheet in document.sheets()
            },
        )
    )


class Mirror:
    """A second document made of nothing but the events of the first."""

    def __init__(self, document: Document) -> None:
        self.settings = Settings()
        self.sheets: dict[str, Sheet] = {BOARD: Sheet(BOARD)}
        document.subscribe(self.hear)

    def hear(self, event: events.Event) -> None:
        match event:
            case events.NodeAdded(sheet, node):
                assert node.id not in self.sheets[sheet].nodes
                self.sheets[sheet].nodes[node.id] = node
            case events.NodeRemoved(sheet, node):
                home = self.sheets[sheet]
                assert not home.into(node.id)
                assert not home.out_of(node.id), "wires leave before their node"
                assert home.nodes.pop(node.id) == node
            case events.NodeChanged(sheet, before, after):
                assert self.sheets[sheet].nodes[before.id] == before
                self.sheets[sheet].nodes[after.id] = after
            case events.LinkAdded(sheet, link):
                home = self.sheets[sheet]
                assert link.key not in home.links
                assert {link.source.node, link.target.node} <= home.nodes.keys()
                home.put_link(link.key, link)
            case events.LinkRemoved(sheet, link):
                self.sheets[sheet].put_link(link.key, None)
            case events.LinkChanged(sheet, before, after):
                assert self.sheets[sheet].links[before.key] == before
                self.sheets[sheet].put_link(after.key, after)
            case events.FrameAdded(sheet, frame):
                self.sheets[sheet].frames[frame.id] = frame
            case events.FrameRemoved(sheet, frame):
                assert self.sheets[sheet].frames.pop(frame.id) == frame
            case events.FrameChanged(sheet, before, after):
                assert self.sheets[sheet].frames[before.id] == before
                self.sheets[sheet].frames[after.id] = after
            case events.SettingsChanged(before, after):
                assert self.settings == before
                self.settings = after
            case events.NetworkAdded(name):
                self.sheets[name] = Sheet(name)
            case events.NetworkRemoved(name):
                assert self.sheets.pop(name) == Sheet(name)
            case events.NetworkRenamed(before, after):
                self.sheets[after] = self.sheets.pop(before)
                self.sheets[after].name = after
            case events.ExposedChanged(sheet, name, before, after):
                shown = self.sheets[sheet].exposed
                assert shown.pop(name, None) == before
                if after is not None:
                    shown[name] = after
            case events.Settled():
                pass

    def check(self, document: Document) -> None:
        """Is the mirror the document's equal?"""
        assert self.settings == document.settings
        assert self.sheets == {sheet.name: sheet for sheet in document.sheets()}


def sound(document: Document) -> None:
    """What holds of every document, whatever was done to it."""
    seen: set[str] = set()
    for sheet in document.sheets():
        assert not seen & sheet.nodes.keys(), "ids are unique in the document"
        seen |= sheet.nodes.keys()
        found = [node.name for node in sheet.nodes.values()]
        assert len(found) == len(set(found)), "names are unique on a sheet"
        for node in sheet.nodes.values():
            assert document.sheet_of(node.id) is sheet
            if node.twin is not None:
                leader = sheet.nodes[node.twin]
                assert leader.twin is None
                assert leader.type == node.type
                assert leader.params == node.params
        for key, link in sheet.links.items():
            assert key == link.key
            start, end = sheet.nodes[link.source.node], sheet.nodes[link.target.node]
            assert document.ports(start).output(link.source.port), (
                "no wire from a port that is gone"
            )
            port = document.ports(end).input(link.target.port)
            assert port is not None
            wires = sheet.into(end.id, port.name)
            assert port.variadic or len(wires) == 1
            assert len({one.rank for one in wires}) == len(wires)


@given(script=scripts())
@EXAMPLES
def test_undoing_all_and_doing_it_again(networks: NetworkTypes, script: list[Edit]) -> None:
    document = Document()
    mirror = Mirror(document)
    play(document, script)
    sound(document)
    mirror.check(document)
    states, start = [state(document)], state(Document())
    while document.can_undo:
        document.undo()
        sound(document)
        states.append(state(document))
    mirror.check(document)
    assert states.pop() == start
    for wanted in reversed(states):
        document.redo()
        assert state(document) == wanted
    assert not document.can_redo
    mirror.check(document)


@given(document=boards(), script=scripts(most=12, words=ON_NETWORKS))
@settings(max_examples=100, suppress_health_check=SLOW)
def test_networks_undone_and_done_again(
    networks: NetworkTypes, document: Document, script: list[Edit]
) -> None:
    document.forget_history()
    mirror = Mirror(Document())
    mirror.sheets = copy.deepcopy({sheet.name: sheet for sheet in document.sheets()})
    mirror.settings = document.settings
    document.subscribe(mirror.hear)
    start = state(document)
    for edit in script:
        before, history = state(document), document.history
        try:
            make(document, edit)
        except (NeurowireError, Failed):
            assert state(document) == before
            assert document.history == history
    sound(document)
    mirror.check(document)
    end = state(document)
    while document.can_undo:
        document.undo()
    assert state(document) == start
    while document.can_redo:
        document.redo()
    assert state(document) == end
    mirror.check(document)
    loaded = load_text(save_text(document))
    assert not loaded.problems
    assert state(loaded.document) == end


@given(script=scripts())
@EXAMPLES
def test_an_edit_that_fails_leaves_the_document_as_it_was(
    networks: NetworkTypes, script: list[Edit]
) -> None:
    document = Document()
    for edit in script:
        before, history = state(document), document.history
        try:
            make(document, edit)
        except (NeurowireError, Failed):
            assert state(document) == before
            assert document.history == history


@given(script=scripts(most=15), turns=st.lists(st.booleans(), max_size=15))
@EXAMPLES
def test_undo_and_redo_in_any_order(
    networks: NetworkTypes, script: list[Edit], turns: list[bool]
) -> None:
    document = Document()
    mirror = Mirror(document)
    play(document, script)
    states = {len(document.history): state(document)}
    for back in turns:
        count = len(document.history)
        document.undo() if back else document.redo()
        now = len(document.history)
        assert now == (max(count - 1, 0) if back else min(count + 1, max(states)))
        if now in states:
            assert state(document) == states[now]
        states[now] = state(document)
    mirror.check(document)


@given(before=scripts(most=10), after=scripts(most=10))
@EXAMPLES
def test_a_new_edit_ends_what_could_be_done_again(
    networks: NetworkTypes, before: list[Edit], after: list[Edit]
) -> None:
    document = Document()
    play(document, before)
    document.undo()
    document.set_settings(epochs=document.settings.epochs + 1)
    assert not document.can_redo
    play(document, after)
    while document.can_undo:
        document.undo()
    assert state(document) == state(Document())


def test_a_group_is_one_step() -> None:
    document = Document()
    with document.group("Build"):
        one = document.add_node("layer.linear")
        two = document.add_node("activation.relu")
        document.link(End(one.id, "y"), End(two.id, "x"))
    assert document.history == ["Build"]
    document.undo()
    assert not document.board.nodes
    document.redo()
    assert len(document.board.links) == 1


def test_a_failing_group_takes_all_back() -> None:
    document = Document()

    def build() -> None:
        with document.group("Build"):
            one = document.add_node("layer.linear")
            document.link(End(one.id, "y"), End(one.id, "x"))

    with pytest.raises(Refused):
        build()
    assert state(document) == state(Document())
    assert not document.can_undo


def test_half_an_edit_inside_a_group_is_taken_back_alone() -> None:
    document = Document()
    one, two = document.add_node("layer.linear"), document.add_node("layer.linear")
    wire = document.link(End(one.id, "y"), End(two.id, "x"))
    with document.group("Build"):
        with pytest.raises(Refused):
            document.insert("optimizer.adam", wire)
        kept = document.add_node("activation.relu")
    assert set(document.board.nodes) == {one.id, two.id, kept.id}
    assert list(document.board.links) == [wire.key]
    document.undo()
    assert set(document.board.nodes) == {one.id, two.id}


def test_quick_changes_of_one_parameter_are_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr("graph.model.history.time.monotonic", lambda: clock)
    document = Document()
    node = document.add_node("layer.linear")
    for units in (1, 2, 3):
        clock += 0.5
        document.set_params(node.id, units=units)
    clock += 5
    document.set_params(node.id, units=4)
    document.set_params(node.id, bias=False)
    assert document.history == [
        "Add Linear",
        "Set units of linear",
        "Set units of linear",
        "Set bias of linear",
    ]
    document.undo()
    document.undo()
    assert document.node(node.id).params == {"units": 3}
    document.undo()
    assert document.node(node.id).params == {}


def test_what_was_done_again_is_not_joined_to_what_follows() -> None:
    document = Document()
    node = document.add_node("layer.linear")
    document.set_params(node.id, units=1)
    document.undo()
    document.redo()
    document.set_params(node.id, units=2)
    document.undo()
    assert document.node(node.id).params == {"units": 1}


def test_names_of_what_undo_and_redo_would_do() -> None:
    document = Document()
    assert (document.undo_name, document.redo_name) == ("", "")
    document.undo()
    document.redo()
    document.add_node("layer.linear")
    assert document.undo_name == "Add Linear"
    document.undo()
    assert (document.undo_name, document.redo_name) == ("", "Add Linear")


def test_undo_does_not_give_an_id_away_twice() -> None:
    document = Document()
    first = document.add_node("layer.linear").id
    document.undo()
    assert document.add_node("layer.linear").id != first


def test_each_step_settles_once() -> None:
    document = Document()
    heard: list[str] = []
    document.subscribe(lambda e: heard.append(e.name) if isinstance(e, events.Settled) else None)
    with document.group("Build"):
        document.add_node("layer.linear")
        document.add_node("layer.linear")
    document.undo()
    document.redo()
    with document.group("Nothing"):
        pass
    document.move({"n1": (0, 0)})
    assert heard == ["Build", "Undo Build", "Redo Build"]


def test_who_stopped_listening_hears_nothing() -> None:
    document = Document()
    heard: list[events.Event] = []
    stop: Callable[[], None] = document.subscribe(heard.append)
    stop()
    stop()
    document.add_node("layer.linear")
    assert not heard
