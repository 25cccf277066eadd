"""The order in which nodes are computed, and what a value depends on."""

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph.edit.document import Document
from graph.model.order import topological, upstream
from graph.model.sheet import End


def wired(pairs: list[tuple[int, int]], count: int = 9) -> tuple[Document, list[str]]:
    document = Document()
    nodes = [document.add_node("merge.add").id for _ in range(count)]
    for a, b in pairs:
        source, target = End(nodes[a % count], "y"), End(nodes[b % count], "xs")
        if document.can_link(source, target) is None:
            document.link(source, target)
    return document, nodes


PAIRS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=25)


@given(PAIRS)
def test_each_comes_after_what_it_reads(pairs: list[tuple[int, int]]) -> None:
    document, nodes = wired(pairs)
    order = topological(document.board)
    assert sorted(order) == sorted(nodes)
    place = {node: index for index, node in enumerate(order)}
    for link in document.board.links.values():
        assert place[link.source.node] < place[link.target.node]


@given(PAIRS, st.integers())
def test_the_order_depends_on_wires_and_age_alone(pairs: list[tuple[int, int]], seed: int) -> None:
    document, _ = wired(pairs)
    order = topological(document.board)
    board = document.board
    tables: tuple[dict[Any, Any], ...] = (board.nodes, board.links, board._out_of)
    for table in tables:
        entries = list(table.items())
        random.Random(seed).shuffle(entries)
        table.clear()
        table.update(entries)
    assert topological(document.board) == order


@given(PAIRS, st.integers(0, 8))
def test_upstream_is_all_that_reaches(pairs: list[tuple[int, int]], goal: int) -> None:
    document, nodes = wired(pairs)
    found = upstream(document.board, [nodes[goal]])
    assert nodes[goal] in found
    for link in document.board.links.values():
        assert link.target.node not in found or link.source.node in found
    assert upstream(document.board, found) == found


def test_one_chain_at_a_time() -> None:
    document, nodes = wired([(0, 2), (2, 4), (1, 3), (3, 5), (4, 6), (5, 6)], 7)
    assert [nodes.index(node) for node in topological(document.board)] == [0, 2, 4, 1, 3, 5, 6]


def test_a_muted_node_depends_on_its_first_wire_alone() -> None:
    document, nodes = wired([(0, 2), (1, 2)], 3)
    assert upstream(document.board, [nodes[2]]) == set(nodes)
    document.set_muted([nodes[2]], True)
    assert upstream(document.board, [nodes[2]]) == {nodes[0], nodes[2]}


def test_a_part_of_a_sheet() -> None:
    document, nodes = wired([(0, 1), (1, 2), (2, 3)], 4)
    assert topological(document.board, [nodes[3], nodes[1]]) == [nodes[1], nodes[3]]
