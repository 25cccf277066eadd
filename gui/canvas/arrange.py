"""Laying nodes out left to right, in layers, with few crossings and straight wires.

Layers and the order within them come from fast-sugiyama (Gansner et al. 1993, "A technique for
drawing directed graphs"); where exactly a node stands is settled here, since nodes differ in
size: each is drawn towards the ports it is wired to, and pushed off its neighbours.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

GAP_X, GAP_Y, GAP_PARTS = 72.0, 34.0, 72.0
MARGIN, STEP = 12.0, 20.0
SWEEPS = 10
GAIN = 1.1
"""How much larger a board must be seen for one more row of layers."""
MOST_ROWS = 6
GAP_ROWS = 76.0
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


def arrange(boxes: Mapping[str, Box], wires: Iterable[Wire], view: Box | None = None) -> Places:
    """Centres for all nodes, the whole around 0, 0; the same board gives the same places.

    Args:
        boxes: The nodes' sizes.
        wires: What joins them.
        view: Where the whole is to be seen; layers go into as many rows as let it be seen largest.
            One row by default.
    """
    ids = list(boxes)
    number = {node: index for index, node in enumerate(ids)}
    inside = [w for w in wires if w.source in boxes and w.target in boxes and w.source != w.target]
    edges = list(dict.fromkeys((number[w.source], number[w.target]) for w in inside))
    parts: list[list[list[str]]] = []
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
            parts.append(
                [[node for _, node in sorted(layers[y])] for y in sorted(layers, reverse=True)]
            )
    nets = [[node for layer in part for node in layer] for part in parts]
    order = sorted(
        range(len(parts)), key=lambda i: (-len(nets[i]), min(number[node] for node in nets[i]))
    )
    wired = {node for net in nets for node in net}
    lone = [node for node in ids if node not in wired]
    rest = [_rows(lone, boxes)] if lone else []

    def laid_out(wide: float) -> Places:
        placed = [_in_rows(parts[index], boxes, inside, wide) for index in order]
        return _stack([*placed, *rest], boxes)

    whole = laid_out(inf)
    if view is not None and whole:
        whole = _largest(whole, laid_out, boxes, view)
    return _centred(whole, boxes)


def _largest(
    whole: Places, laid_out: Callable[[float], Places], boxes: Mapping[str, Box], view: Box
) -> Places:
    """Of layouts in one row, two and so on, the one that is seen largest in a view."""
    best, seen = whole, _scale(whole, boxes, view)
    left, _, right, _ = _edges(whole, boxes)
    for rows in range(2, MOST_ROWS + 1):
        tried = laid_out((right - left) / rows)
        scale = _scale(tried, boxes, view)
        if scale > seen * GAIN:
            best, seen = tried, scale
    return best


def _scale(places: Places, boxes: Mapping[str, Box], view: Box) -> float:
    left, top, right, bottom = _edges(places, boxes)
    return min(1.0, view.width / (right - left), view.height / (bottom - top))


def _in_rows(
    layers: Sequence[list[str]], boxes: Mapping[str, Box], wires: Sequence[Wire], wide: float
) -> Places:
    """Layers from left to right, and in a new row below where they would be wider than `wide`."""
    rows: list[list[list[str]]] = [[]]
    used = 0.0
    for layer in layers:
        width = max(boxes[node].width for node in layer)
        if rows[-1] and used + width / 2 > wide:
            rows.append([])
            used = 0.0
        rows[-1].append(layer)
        used += width + GAP_X
    return _stack([_place(row, boxes, wires) for row in rows], boxes, GAP_ROWS)


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


def _stack(parts: Iterable[Places], boxes: Mapping[str, Box], gap: float = GAP_PARTS) -> Places:
    """Parts under one another, the first on top."""
    places, base = {}, 0.0
    for part in parts:
        left, top, _, bottom = _edges(part, boxes)
        for node, (x, y) in part.items():
            places[node] = (x - left, y - top + base)
        base += bottom - top + gap
    return places


def _centred(places: Places, boxes: Mapping[str, Box]) -> Places:
    if not places:
        return {}
    left, top, right, bottom = _edges(places, boxes)
    across, down = (left + right) / 2, (top + bottom) / 2
    return {node: (round(x - across), round(y - down)) for node, (x, y) in places.items()}
