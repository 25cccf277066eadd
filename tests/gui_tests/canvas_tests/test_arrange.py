"""Arranging: left to right, nothing overlaps, the same board gives the same places."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from gui.canvas.arrange import Box, Wire, arrange, clear_of


@st.composite
def boards(draw: st.DrawFn) -> tuple[dict[str, Box], list[Wire]]:
    count = draw(st.integers(1, 24))
    sizes = st.tuples(st.floats(40, 280), st.floats(40, 260))
    boxes = {f"n{index + 1}": Box(*draw(sizes)) for index in range(count)}
    pairs = draw(st.lists(st.tuples(st.integers(1, count), st.integers(1, count)), max_size=40))
    wires = [Wire(f"n{min(p)}", f"n{max(p)}", 11.0, -11.0) for p in pairs if p[0] != p[1]]
    return boxes, wires


@given(boards())
def test_no_two_nodes_overlap(board: tuple[dict[str, Box], list[Wire]]) -> None:
    boxes, wires = board
    places = arrange(boxes, wires)
    assert places.keys() == boxes.keys()
    nodes = list(boxes)
    for index, one in enumerate(nodes):
        for other in nodes[index + 1 :]:
            across = abs(places[one][0] - places[other][0])
            down = abs(places[one][1] - places[other][1])
            apart = (boxes[one].width + boxes[other].width) / 2 - 1
            clear = (boxes[one].height + boxes[other].height) / 2 - 1
            assert across >= apart or down >= clear, (one, other)


@given(boards())
def test_wires_run_to_the_right(board: tuple[dict[str, Box], list[Wire]]) -> None:
    boxes, wires = board
    places = arrange(boxes, wires)
    for wire in wires:
        assert places[wire.source][0] < places[wire.target][0]


@given(boards())
def test_the_same_board_gives_the_same_places(board: tuple[dict[str, Box], list[Wire]]) -> None:
    boxes, wires = board
    assert arrange(boxes, wires) == arrange(dict(boxes), list(wires))


def test_a_chain_is_wired_straight() -> None:
    boxes = {f"n{i}": Box(120, 60 + 20 * i) for i in range(1, 6)}
    wires = [Wire(f"n{i}", f"n{i + 1}") for i in range(1, 5)]
    places = arrange(boxes, wires)
    assert len({y for _, y in places.values()}) == 1


@given(boards())
def test_no_two_nodes_overlap_in_rows_for_a_view(
    board: tuple[dict[str, Box], list[Wire]],
) -> None:
    boxes, wires = board
    view = Box(900, 600)
    places = arrange(boxes, wires, view)
    assert places.keys() == boxes.keys()
    for one, other in combinations(boxes, 2):
        across = abs(places[one][0] - places[other][0])
        down = abs(places[one][1] - places[other][1])
        apart = (boxes[one].width + boxes[other].width) / 2 - 1
        clear = (boxes[one].height + boxes[other].height) / 2 - 1
        assert across >= apart or down >= clear, (one, other)


def test_a_long_chain_goes_into_rows_for_a_view() -> None:
    boxes = {f"n{i}": Box(130, 70) for i in range(1, 25)}
    wires = [Wire(f"n{i}", f"n{i + 1}") for i in range(1, 24)]
    places = arrange(boxes, wires, Box(900, 600))
    assert 3 <= len({y for _, y in places.values()}) <= 6
    assert max(x for x, _ in places.values()) - min(x for x, _ in places.values()) < 1500


def test_nothing_to_arrange() -> None:
    assert arrange({}, []) == {}


@given(boards(), st.lists(st.tuples(st.floats(-400, 400), st.floats(-400, 400)), max_size=6))
def test_a_part_of_a_board_lies_on_no_other_node(
    board: tuple[dict[str, Box], list[Wire]], others: list[tuple[float, float]]
) -> None:
    boxes, wires = board
    places = arrange(boxes, wires)
    taken = [(x, y, Box(140, 60)) for x, y in others]
    down = clear_of(places, boxes, taken, (10.0, 20.0))
    for node, (x, y) in places.items():
        for u, v, box in taken:
            beside = abs(x + 10 - u) >= (boxes[node].width + box.width) / 2
            above = abs(y + 20 + down - v) >= (boxes[node].height + box.height) / 2
            assert beside or above
    assert clear_of(places, boxes, [], (10.0, 20.0)) == 0
