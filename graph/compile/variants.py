"""One class for every place a network is put: what differs becomes an argument."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph.compile.arguments import DifferingLiteral, called, differing, filled_in
from graph.compile.body import Item, Owner, Values
from graph.compile.literals import NotAlike, annotation
from graph.compile.placed_network import Key, PlacedNetwork
from graph.compile.symbols import Symbols
from graph.core.tensor import TensorType
from graph.declare import Value
from graph.edit.document import Document
from graph.model.sheet import End


@dataclass(frozen=True)
class Form:
    """What a class takes so that it serves several places.

    Attributes:
        items: What forward computes, arguments in it.
        parameters: Arguments of its constructor, with their types.
        kept: Those that forward needs, with the nodes they are of.
        constructors: Sources of constructors by attribute, arguments in them.
        types: Types to show in comments, where they are not those of one place.
        given: The arguments' values by what a place builds.
    """

    items: tuple[Item, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constructors: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[End, TensorType] = field(default_factory=dict)
    given: Mapping[Key, str] = field(default_factory=dict)


def forms(document: Document, sketches: Iterable[PlacedNetwork]) -> list[Form]:
    """As few forms as serve all places of one network."""
    groups: list[tuple[list[PlacedNetwork], Form]] = []
    for sketch in sketches:
        for index, (members, _) in enumerate(groups):
            if members[0].outline != sketch.outline:
                continue
            try:
                form = _form(document, [*members, sketch])
            except NotAlike:
                continue
            groups[index] = ([*members, sketch], form)
            break
        else:
            groups.append(([sketch], _form(document, [sketch])))
    return [form for _, form in groups]


def _form(document: Document, sketches: Sequence[PlacedNetwork]) -> Form:
    first = sketches[0]
    built = _built(sketches)
    computed = _computed(sketches)
    names = called(document, sketches, [*built, *computed], first.modules)
    symbols, entering = Symbols(names), {end for end, _ in first.inputs}
    return Form(
        items=tuple(_item(sketches, place, names) for place in range(len(first.items))),
        parameters={name: annotation(values) for values, name in names.items()},
        kept={names[one.slot.literals]: one.item.nodes for one in computed},
        constructors={
            name: filled_in(source, [p for p in built if p.attribute == name], names)
            for name, source in first.modules.items()
        },
        types={
            end: symbols.type([one.types[end] for one in sketches], enters=end in entering)
            for end in first.types
        },
        given={
            sketch.key: ", ".join(f"{name}={values[place]}" for values, name in names.items())
            for place, sketch in enumerate(sketches)
        },
    )


def _built(sketches: Sequence[PlacedNetwork]) -> list[DifferingLiteral]:
    """What differs in what constructors build."""
    found: list[DifferingLiteral] = []
    for item in sketches[0].items:
        for name, _, _ in item.modules:
            sources = [sketch.modules[name] for sketch in sketches]
            found += differing(sketches[0].scope, item, name, sources)
    return found


def _computed(sketches: Sequence[PlacedNetwork]) -> list[DifferingLiteral]:
    """What differs in what forward computes."""
    found: list[DifferingLiteral] = []
    for place, item in enumerate(sketches[0].items):
        values = {end: Value(f"x{n}", sketches[0].types[end]) for n, end in enumerate(item.reads)}
        sources = [sketch.source(place, values) for sketch in sketches]
        found += differing(sketches[0].scope, item, item.name, sources, kept=True)
    return found


def _item(
    sketches: Sequence[PlacedNetwork], place: int, names: Mapping[tuple[str, ...], str]
) -> Item:
    """One computation with arguments in the places of the numbers that differ."""
    item = sketches[0].items[place]

    def source(values: Values, _owner: Owner) -> str:
        sources = [sketch.source(place, values) for sketch in sketches]
        found = differing(sketches[0].scope, item, item.name, sources, kept=True)
        return filled_in(sources[0], found, names)

    return replace(item, source=source)
