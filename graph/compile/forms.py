"""One class for every place a network is put: what differs becomes an argument."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph import names, overrides
from graph.compile.body import Body, Item
from graph.compile.literals import UNKNOWN, Apart, Slot, annotation, filled, slots
from graph.compile.scope import Scope
from graph.compile.source import Writer
from graph.declare import Value, literal, short
from graph.document import Document
from graph.sheet import End, Node
from graph.tensor import Dim, TensorType

ARGUMENTS = {
    "nn.Linear": ("in_features", "out_features"),
    "nn.Bilinear": ("in1_features", "in2_features", "out_features"),
    "nn.Conv": ("in_channels", "out_channels", "kernel_size"),
    "nn.BatchNorm": ("num_features",),
    "nn.InstanceNorm": ("num_features",),
    "nn.GroupNorm": ("num_groups", "num_channels"),
    "nn.LayerNorm": ("normalized_shape",),
    "nn.RMSNorm": ("normalized_shape",),
    "nn.Embedding": ("num_embeddings", "embedding_dim"),
    "nn.Dropout": ("p",),
    "range": ("repeat",),
}
"""Names that torch gives the first arguments, by how the class's name begins."""

LETTERS = {2: "ND", 3: "NTD", 4: "NCHW", 5: "NCDHW"}
"""How sizes are called that differ from place to place, by rank."""


@dataclass(frozen=True)
class Sketch:
    """A network as it stands in one place."""

    instance: Node
    scope: Scope
    items: tuple[Item, ...]
    inputs: tuple[tuple[End, Value], ...]
    outputs: tuple[tuple[End, str, TensorType], ...]

    @property
    def modules(self) -> dict[str, str]:
        """Sources of constructors by attribute."""
        return {name: source for item in self.items for name, source, _ in item.modules}

    @property
    def types(self) -> dict[End, TensorType]:
        """What every value of its forward is."""
        found = {end: value.type for end, value in self.inputs}
        found.update(pair for item in self.items for pair in item.writes)
        found.update((end, kind) for end, _, kind in self.outputs)
        return found

    @property
    def code(self) -> str:
        """What forward does, without comments."""
        writer = Writer()
        body = Body(self.items, [end for end, _, _ in self.outputs], dict(self.inputs))
        body.write(writer, level=0, give=True, comments=False)
        ends = [(name, str(end)) for end, name, _ in self.outputs]
        return f"{[str(value) for _, value in self.inputs]}\n{ends}\n{writer.text}"

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """What its constructor builds."""
        return tuple(self.modules.items())


@dataclass(frozen=True)
class Form:
    """What a class takes so that it serves several places.

    Attributes:
        code: What its forward does.
        parameters: Arguments of its constructor, with their types.
        constructors: Sources of constructors by attribute, arguments in them.
        types: Types to show in comments, where they are not those of one place.
        given: The arguments' values by what a place builds.
    """

    code: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    constructors: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[End, TensorType] = field(default_factory=dict)
    given: Mapping[tuple[tuple[str, str], ...], str] = field(default_factory=dict)


def forms(document: Document, sketches: Iterable[Sketch]) -> list[Form]:
    """As few forms as serve all places of one network."""
    groups: list[tuple[str, list[Sketch], Form]] = []
    for sketch in sketches:
        code = sketch.code
        for index, (other, members, _) in enumerate(groups):
            if other != code or list(members[0].modules) != list(sketch.modules):
                continue
            try:
                form = _form(document, code, [*members, sketch])
            except Apart:
                continue
            groups[index] = (code, [*members, sketch], form)
            break
        else:
            groups.append((code, [sketch], _form(document, code, [sketch])))
    return [form for _, _, form in groups]


def _form(document: Document, code: str, sketches: Sequence[Sketch]) -> Form:
    first = sketches[0]
    found = {name: _slots(sketches, name) for name in first.modules}
    called = _names(document, sketches, found)
    constructors = {
        name: filled(source, [(slot, called[slot.literals]) for slot in found[name]])
        for name, source in first.modules.items()
    }
    return Form(
        code=code,
        parameters={name: annotation(values) for values, name in called.items()},
        constructors=constructors,
        types=_types(sketches, called),
        given={
            sketch.key: ", ".join(f"{name}={values[place]}" for values, name in called.items())
            for place, sketch in enumerate(sketches)
        },
    )


def _slots(sketches: Sequence[Sketch], attribute: str) -> list[Slot]:
    first = sketches[0]
    item = next(one for one in first.items if attribute in {name for name, _, _ in one.modules})

    def default(word: str) -> Any:
        param = first.scope.declaration(item.nodes[0]).param(word)
        return UNKNOWN if param is None else param.torch

    return slots([sketch.modules[attribute] for sketch in sketches], default)


# -- names


@dataclass(frozen=True)
class _Name:
    rank: int
    name: str
    attribute: str


def _names(
    document: Document, sketches: Sequence[Sketch], found: Mapping[str, list[Slot]]
) -> dict[tuple[str, ...], str]:
    """Names for arguments by the values they take; equal values are one argument."""
    best: dict[tuple[str, ...], _Name] = {}
    for attribute, several in found.items():
        for slot in several:
            name = _name(document, sketches, attribute, slot)
            present = best.setdefault(slot.literals, name)
            if name.rank < present.rank:
                best[slot.literals] = name
    used = [one.name for one in best.values()]
    called: dict[tuple[str, ...], str] = {}
    for values, one in sorted(best.items(), key=lambda pair: pair[1].rank > 0):
        alone = used.count(one.name) == 1 or one.rank == 0
        wanted = one.name if alone else f"{one.attribute}_{one.name}"
        wanted = wanted if names.is_name(wanted) else names.to_name(wanted)
        called[values] = names.unique(wanted, {*names.AMBIGUOUS, *called.values()})
    return {values: called[values] for values in best}


def _name(document: Document, sketches: Sequence[Sketch], attribute: str, slot: Slot) -> _Name:
    first = sketches[0]
    item = next(one for one in first.items if attribute in {name for name, _, _ in one.modules})
    for shown, exposed in first.scope.sheet.exposed.items():
        if exposed.node in item.nodes and _values(
            overrides.values(document, sketch.instance)[shown] for sketch in sketches
        ) == list(slot.literals):
            return _Name(0, shown, attribute)
    node = item.nodes[0]
    for param in first.scope.declaration(node).params:
        own = (
            overrides.values(document, s.scope.sheet.nodes[node]).get(param.name, param.default)
            for s in sketches
        )
        if _values(own) == list(slot.literals):
            return _Name(1, param.name, attribute)
    if slot.word:
        return _Name(2, slot.word, attribute)
    for beginning, arguments in ARGUMENTS.items():
        if slot.callee.startswith(beginning) and slot.index < len(arguments):
            return _Name(3, arguments[slot.index], attribute)
    return _Name(4, f"{attribute}_size", attribute)


def _values(values: Iterable[Any]) -> list[str]:
    return [literal(short(value)) for value in values]


# -- comments


def _types(
    sketches: Sequence[Sketch], called: Mapping[tuple[str, ...], str]
) -> dict[End, TensorType]:
    several = [sketch.types for sketch in sketches]
    return {end: _type([types[end] for types in several], called) for end in several[0]}


def _type(kinds: Sequence[TensorType], called: Mapping[tuple[str, ...], str]) -> TensorType:
    first = kinds[0]
    if all(kind.dims == first.dims for kind in kinds):
        return first
    if len({kind.rank for kind in kinds}) > 1:
        return first.with_dims("N", "...")
    dims: list[Dim] = []
    for place, dim in enumerate(first.dims):
        values = tuple(str(kind.dims[place]) for kind in kinds)
        letters = LETTERS.get(first.rank, "")
        letter = letters[place] if place < len(letters) else f"D{place}"
        dims.append(dim if len(set(values)) == 1 else called.get(values, letter))
    return first.with_dims(*dims)
