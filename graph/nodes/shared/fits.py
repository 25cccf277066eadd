"""Repairs that make tensors of other sizes meet: sides, channels, strides."""

from collections.abc import Sequence
from dataclasses import replace

from graph.core.errors import Repair, together
from graph.core.tensor import Dim, TensorType
from graph.nodes.shared.axes_of_shapes import times

CONVOLUTIONS = {1: "layer.conv1d", 2: "layer.conv2d", 3: "layer.conv3d"}
Wire = tuple[str, int]
"""A port, and which of its wires."""


def sides_of(one: TensorType) -> tuple[int, ...] | None:
    """The sides of signals, pictures or volumes, where they are numbers."""
    found = tuple(size for size in one.dims[2:] if isinstance(size, int))
    return found if 3 <= one.rank <= 5 and len(found) == one.rank - 2 else None


def same_sides(types: Sequence[TensorType], wires: Sequence[Wire]) -> list[Repair]:
    """Give all the sides of the largest, or of the smallest: resized, padded or cut."""
    sides = [found for one in types if (found := sides_of(one)) is not None]
    if len(sides) < len(types) or len({len(one) for one in sides}) != 1 or len(set(sides)) == 1:
        return []
    largest, smallest = (tuple(map(pick, zip(*sides, strict=True))) for pick in (max, min))
    small = [(w, s) for w, s in zip(wires, sides, strict=True) if s != largest]
    large = [(w, s) for w, s in zip(wires, sides, strict=True) if s != smallest]
    repairs: list[Repair] = []
    (port, wire), given = small[0]
    extra = tuple(big - own for big, own in zip(largest, given, strict=True))
    if len(small) == 1 and max(extra) == 1:
        label = f"Set the output padding before to {times(extra)}"
        repairs.append(Repair(label, "output_padding", extra, port=port, wire=wire))
    repairs += together(
        f"Insert Interpolate to {times(largest)}",
        [_insert(wire, "shape.interpolate", size=largest) for wire, _ in small],
    )
    repairs += together(
        f"Insert Pad to {times(largest)}",
        [_insert(wire, "shape.pad", pad=_pads(given, largest)) for wire, given in small],
    )
    repairs += together(
        f"Insert Crop to {times(smallest)}",
        [_insert(wire, "shape.crop", size=smallest) for wire, _ in large],
    )
    return repairs


def to_sides(port: str, given: TensorType, wanted: TensorType) -> list[Repair]:
    """Give one tensor the sides of another: resized, padded or cut."""
    mine, theirs = sides_of(given), sides_of(wanted)
    if mine is None or theirs is None or len(mine) != len(theirs):
        return []
    wire = (port, 0)
    extra = tuple(big - own for big, own in zip(theirs, mine, strict=True))
    label = f"Insert Interpolate to {times(theirs)}"
    repairs = together(label, [_insert(wire, "shape.interpolate", size=theirs)])
    if min(extra) >= 0:
        pads = _insert(wire, "shape.pad", pad=_pads(mine, theirs))
        repairs += together(f"Insert Pad to {times(theirs)}", [pads])
    if max(extra) <= 0:
        cut = _insert(wire, "shape.crop", size=theirs)
        repairs += together(f"Insert Crop to {times(theirs)}", [cut])
    return repairs


def _pads(given: Sequence[int], wanted: Sequence[int]) -> tuple[int, ...]:
    """Left and right, then top and bottom: half of what is missing at each end."""
    missing = [big - own for own, big in zip(given, wanted, strict=True)]
    return tuple(end for one in reversed(missing) for end in (one // 2, one - one // 2))


def _insert(wire: Wire, node_type: str, **params: object) -> Repair:
    port, number = wire
    return Repair("", insert=node_type, port=port, wire=number, params=tuple(params.items()))


def same_features(types: Sequence[TensorType], wires: Sequence[Wire]) -> list[Repair]:
    """Give two tensors the same channels, and the same sides by a stride, as residuals have."""
    if len(types) != 2 or types[0].rank != types[1].rank or types[0].dims[0] != types[1].dims[0]:
        return []
    for shortcut in sorted((0, 1), key=lambda one: _rank(types[one])):
        given, wanted = types[shortcut], types[1 - shortcut]
        if (found := _projected(given, wanted, wires[shortcut])) is not None:
            return [found]
    return []


def _rank(one: TensorType) -> tuple[int, ...]:
    """What is projected rather: what has larger sides, then what has fewer channels."""
    numbers = [size if isinstance(size, int) else 0 for size in one.dims[1:]]
    return (*(-size for size in numbers[1:]), *numbers[:1])


def _projected(given: TensorType, wanted: TensorType, wire: Wire) -> Repair | None:
    if given.rank == 2 and isinstance(wanted.dims[1], int):
        return _labelled("Linear", wire, "layer.linear", units=wanted.dims[1])
    if given.rank == 3 and given.dims[1] == wanted.dims[1] and isinstance(wanted.dims[2], int):
        return _labelled("Linear", wire, "layer.linear", units=wanted.dims[2])
    strides = [_stride(a, b) for a, b in zip(given.dims[2:], wanted.dims[2:], strict=True)]
    if given.rank < 3 or len(set(strides)) != 1 or not strides[0]:
        return None
    if not isinstance(wanted.dims[1], int) or not isinstance(given.dims[1], int):
        return None
    stride = {} if strides[0] == 1 else {"stride": (strides[0],)}
    return _labelled(
        f"{times((1,) * (given.rank - 2))} convolution",
        wire,
        CONVOLUTIONS[given.rank - 2],
        filters=wanted.dims[1],
        kernel_size=(1,),
        **stride,
    )


def _stride(given: Dim, wanted: Dim) -> int:
    """The stride by which one size becomes another; 0 where there is none."""
    if given == wanted:
        return 1
    if not isinstance(given, int) or not isinstance(wanted, int):
        return 0
    return next((s for s in range(2, given + 1) if (given - 1) // s + 1 == wanted), 0)


def _labelled(what: str, wire: Wire, node_type: str, **params: object) -> Repair:
    repair = _insert(wire, node_type, **params)
    return replace(repair, label=f"Insert a {what}", named=True)


def fitting(types: Sequence[TensorType], wires: Sequence[Wire]) -> list[Repair]:
    """Repairs that let tensors meet number by number."""
    channels = {one.dims[1] for one in types if one.rank > 1}
    apart = len({one.dims[2:] for one in types}) > 1
    return same_sides(types, wires) if apart and len(channels) == 1 else same_features(types, wires)
