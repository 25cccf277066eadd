"""The order of nodes that is kept while wires come and go, against one made from nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.core.errors import NeurowireError
from graph.core.names import Names, unique
from graph.edit import rules
from graph.edit.document import Document
from graph.format.file import load_text, save_text
from graph.model import roles
from graph.model.order import topological
from graph.model.sheet import End, Sheet
from tests.graph_tests.edits import ON_NETWORKS, Edit, make, scripts
from tests.graph_tests.edits import Failed as GroupFailed
from tests.graph_tests.network_nodes import NetworkTypes


def _naive(sheet: Sheet, start: str, goal: str) -> bool:
    seen, ahead = {start}, [start]
    for node in ahead:
        fresh = [one for one in sheet.neighbours(node) if one not in seen]
        seen.update(fresh)
        ahead += fresh
    return goal in seen


def _check(sheet: Sheet) -> None:
    """Everything a sheet keeps at hand is what a look at all of it gives."""
    ranks = sheet.ranks()
    assert ranks is not None
    assert all(ranks[one.source.node] < ranks[one.target.node] for one in sheet.links.values())
    nodes = sorted(sheet.nodes.values(), key=lambda one: one.number)
    assert len({ranks[node.id] for node in nodes}) == len(nodes)
    assert sorted(sheet.names()) == sorted({node.name for node in nodes})
    for leader in nodes:
        assert sheet.followers(leader.id) == [one for one in nodes if one.twin == leader.id]
    assert sheet.linked() == [one for one in nodes if one.twin is not None]
    for role in ("layer", "data", "instance", "input"):
        assert sheet.with_role(role) == [one for one in nodes if roles.role(one.type) == role]
    for start in nodes[:6]:
        for goal in nodes[:6]:
            found = rules.reaches(sheet, start.id, goal.id)
            assert found == _naive(sheet, start.id, goal.id), (start, goal)


@given(scripts(words=ON_NETWORKS, most=40))
@settings(max_examples=60, deadline=None)
def test_what_a_sheet_keeps_at_hand_is_right_after_any_edits(
    networks: NetworkTypes, script: list[Edit]
) -> None:
    document = Document()
    for edit in script:
        try:
            make(document, edit)
        except (NeurowireError, GroupFailed):
            continue
    for sheet in document.sheets():
        _check(sheet)
    while document.can_undo:
        document.undo()
    while document.can_redo:
        document.redo()
    for sheet in document.sheets():
        _check(sheet)
    for sheet in load_text(save_text(document)).document.sheets():
        _check(sheet)


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40), st.data())
def test_wires_drawn_and_cut_in_any_order(
    wires: list[tuple[int, int]], data: st.DataObject
) -> None:
    document = Document()
    nodes = [document.add_node("merge.add").id for _ in range(12)]
    for first, then in wires:
        circle = _naive(document.board, nodes[then], nodes[first])
        reason = document.can_link(End(nodes[first], "y"), End(nodes[then], "xs"))
        assert circle == bool(reason and ("circle" in reason or "itself" in reason))
        if reason is None:
            document.link(End(nodes[first], "y"), End(nodes[then], "xs"))
        links = list(document.board.links.values())
        cut = data.draw(st.none() | st.sampled_from(links)) if links else None
        if cut is not None:
            document.unlink(cut)
        _check(document.board)
    assert len(topological(document.board)) == 12


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["a", "a_2", "a_3", "a_03", "b_2"]))))
def test_names_give_the_first_that_is_free(script: list[tuple[bool, str]]) -> None:
    names, plain = Names(), list[str]()
    for add, name in script:
        if add:
            fresh = unique(name, names)
            assert fresh == unique(name, set(plain))
            names.add(fresh)
            plain.append(fresh)
        elif name in names:
            names.discard(name)
            plain.remove(name)
    assert sorted(names) == sorted(plain)
