"""Laying nodes out left to right, in layers, with few crossings and straight wires.

Layers and the order within them come from fast-sugiyama (Gansner et al. 1993, "A technique for
drawing directed graphs"); where exactly a node stands is settled here, since nodes differ in
size: each is drawn towards the ports it is wired to, and pushed off its neighbours.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

GAP_X, GAP_Y, GAP_PARTS = 72.0, 34.0, 72.0
MARGIN, STEP = 12.0, 20.0
SWEEPS = 10
COLUMNS = 8


@dataclass(frozen=True)
class Box:
    """What the layout knows of a node: its size."""

    width: float
    height: float


@dataclass(frozen=True)
class Wire:
    """A wire, with how far its ends lie below the centres of its nodes."""

    source: str
    target: str
    leaves: float = 0.0
    enters: float = 0.0


Places = dict[str, tuple[float, float]]


def arrange(boxes: Mapping[str, Box], wires: Iterable[Wire]) -> Places:
    """Centres for all nodes, the whole around 0, 0; the same board gives the same places."""
    ids = list(boxes)
    number = {node: index for index, node in enumerate(ids)}
    inside = [w for w in wires if w.source in boxes and w.target in boxes and w.source != w.target]
    edges = list(dict.fromkeys((number[w.source], number[w.target]) for w in inside))
    parts: list[Places] = []
    if edges:
        from fast_sugiyama import from_edges  # noqa: PLC0415 - loads numpy: not before it is needed

        # Its dummy vertices are numbered within a part and can bear a real node's number.
        layouts = from_edges(
            edges,
            ranking_type="minimize",
            crossing_minimization="barycenter",
            dummy_vertices=False,
        )
        for positions, *_ in layouts:
            layers: dict[float, list[tuple[float, str]]] = defaultdict(list)
            for index, (x, y) in positions:
                if isinstance(index, int) and index < len(ids):
                    layers[y].append((x, ids[index]))
            ordered = [
                [node for _, node in sorted(layers[y])] for y in sorted(layers, reverse=True)
            ]
            parts.append(_place(ordered, boxes, inside))
    wired = {node for part in parts for node in part}
    parts.sort(key=lambda part: (-len(part), min(number[node] for node in part)))
    lone = [node for node in ids if node not in wired]
    if lone:
        parts.append(_rows(lone, boxes))
    return _centred(_stack(parts, boxes), boxes)


def clear_of(
    places: Places,
    boxes: Mapping[str, Box],
    taken: Sequence[tuple[float, float, Box]],
    middle: tuple[float, float],
) -> float:
    """How far down (or, below 0, up) a layout has to move to lie on no other node.

    Args:
        places: The layout, around 0, 0.
        boxes: The sizes of its nodes.
        taken: Centres and sizes of the nodes that stay.
        middle: Where the layout's 0, 0 is to be.
    """

    def blocked(down: float) -> bool:
        return any(
            abs(x + middle[0] - u) < (boxes[node].width + box.width) / 2 + MARGIN
            and abs(y + middle[1] + down - v) < (boxes[node].height + box.height) / 2 + MARGIN
            for node, (x, y) in places.items()
            for u, v, box in taken
        )

    down = 0.0
    while blocked(down):
        down = -down if down > 0 else STEP - down
    return down


def _place(layers: Sequence[list[str]], boxes: Mapping[str, Box], wires: Iterable[Wire]) -> Places:
    column: dict[str, int] = {n: i for i, layer in enumerate(layers) for n in layer}
    pulls: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for wire in wires:
        if wire.source in column and wire.target in column:
            pulls[wire.target].append((wire.source, wire.leaves - wire.enters))
            pulls[wire.source].append((wire.target, wire.enters - wire.leaves))
    y = dict.fromkeys(column, 0.0)
    for layer in layers:
        _apart(layer, y, boxes, dict.fromkeys(layer, 0.0))
    order = list(range(len(layers)))
    for sweep in range(SWEEPS):
        ahead = sweep % 2 == 0
        for index in order if ahead else reversed(order):
            wanted = {}
            for node in layers[index]:
                side = [
                    y[other] + shift
                    for other, shift in pulls[node]
                    if (column[other] < index) == ahead
                ] or [y[other] + shift for other, shift in pulls[node]]
                wanted[node] = sum(side) / len(side) if side else y[node]
            _apart(layers[index], y, boxes, wanted)
    places, x = {}, 0.0
    for layer in layers:
        wide = max(boxes[node].width for node in layer)
        for node in layer:
            places[node] = (x + wide / 2, y[node])
        x += wide + GAP_X
    return places


def _apart(
    layer: Sequence[str], y: dict[str, float], boxes: Mapping[str, Box], wanted: Mapping[str, float]
) -> None:
    """Bring nodes of a layer as near to where they want to be as their sizes allow.

    Neighbours that would overlap join into a block that stands at the mean of what its members
    want (pool adjacent violators: the least squares answer under a fixed order).
    """
    offsets, total = [], 0.0
    for before, node in zip([None, *layer], layer, strict=False):
        if before is not None:
            total += (boxes[before].height + boxes[node].height) / 2 + GAP_Y
        offsets.append(total)
    blocks: list[tuple[float, int]] = []
    for node, offset in zip(layer, offsets, strict=True):
        mean, count = wanted[node] - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, many = blocks.pop()
            mean = (mean * count + other * many) / (count + many)
            count += many
        blocks.append((mean, count))
    index = 0
    for mean, count in blocks:
        for _ in range(count):
            y[layer[index]] = mean + offsets[index]
            index += 1


def _rows(nodes: Sequence[str], boxes: Mapping[str, Box]) -> Places:
    places: Places = {}
    wide = max(boxes[node].width for node in nodes) + GAP_X / 2
    top = 0.0
    for start in range(0, len(nodes), COLUMNS):
        row = nodes[start : start + COLUMNS]
        high = max(boxes[node].height for node in row)
        for index, node in enumerate(row):
            places[node] = (index * wide + boxes[node].width / 2, top + high / 2)
        top += high + GAP_Y
    return places


def _edges(part: Places, boxes: Mapping[str, Box]) -> tuple[float, float, float, float]:
    left = min(x - boxes[node].width / 2 for node, (x, _) in part.items())
    right = max(x + boxes[node].width / 2 for node, (x, _) in part.items())
    top = min(y - boxes[node].height / 2 for node, (_, y) in part.items())
    bottom = max(y + boxes[node].height / 2 for node, (_, y) in part.items())
    return left, top, right, bottom


def _stack(parts: Iterable[Places], boxes: Mapping[str, Box]) -> Places:
    """Separate nets under one another, the largest on top."""
    places, base = {}, 0.0
    for part in parts:
        left, top, _, bottom = _edges(part, boxes)
        for node, (x, y) in part.items():
            places[node] = (x - left, y - top + base)
        base += bottom - top + GAP_PARTS
    return places


def _centred(places: Places, boxes: Mapping[str, Box]) -> Places:
    if not places:
        return {}
    left, top, right, bottom = _edges(places, boxes)
    across, down = (left + right) / 2, (top + bottom) / 2
    return {node: (round(x - across), round(y - down)) for node, (x, y) in places.items()}
