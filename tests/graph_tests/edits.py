"""Random edits of a document, for tests of what must hold after any of them.

A script is a list of edits; an edit is a word and four whole numbers that choose nodes, ports
and values among what is there. Every script can be played on every document: an edit that finds
nothing to work on does nothing, one that is refused raises a `NeurowireError`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from graph.core.errors import NeurowireError
from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.format import clipboard
from graph.model.sheet import BOARD, End, Link, Node, Sheet
from tests.graph_tests.network_nodes import declared

Edit = tuple[str, tuple[int, int, int, int]] | tuple[str, tuple[int, int, int, int], "list[Edit]"]

TYPES = (
    "data.digits",
    "data.xor",
    "layer.linear",
    "layer.conv2d",
    "layer.identity",
    "activation.relu",
    "activation.softmax",
    "dropout.dropout",
    "shape.flatten",
    "shape.reshape",
    "merge.add",
    "merge.concatenate",
    "merge.subtract",
    "neuron.split",
    "neuron.neuron",
    "neuron.join",
    "loss.cross_entropy",
    "loss.mse",
    "loss.weighted_sum",
    "optimizer.adam",
    "schedule.cosine",
    "metric.accuracy",
    "view.table",
)
NETWORKS = ("encoder", "decoder", "head")


def scripts(*, most: int = 25, words: Sequence[str] = ()) -> st.SearchStrategy[list[Edit]]:
    """Lists of edits, groups of edits among them."""
    number = st.integers(0, 40)
    numbers = st.tuples(number, number, number, number)
    plain = st.tuples(st.sampled_from(words or WORDS), numbers)
    groups = st.tuples(
        st.sampled_from(["group", "failing group"]), numbers, st.lists(plain, max_size=5)
    )
    return st.lists(st.one_of(plain, plain, plain, groups), max_size=most)


class Failed(Exception):
    """Raised inside a group to make it fail."""


def play(document: Document, script: Sequence[Edit]) -> None:
    """Make all edits that are not refused."""
    for edit in script:
        try:
            make(document, edit)
        except (NeurowireError, Failed):
            continue


def make(document: Document, edit: Edit) -> None:
    """Make one edit.

    Raises:
        NeurowireError: If the document refuses it.
        Failed: If it is a group that was meant to fail.
    """
    if len(edit) == 2:
        _EDITS[edit[0]](document, *edit[1])
        return
    word, _, inner = edit
    with document.group("Several"):
        play(document, inner)
        if word == "failing group":
            raise Failed


def _pick(things: Sequence[Any], number: int) -> Any:
    return things[number % len(things)] if things else None


def _nodes(document: Document) -> list[Node]:
    return [node for sheet in document.sheets() for node in sheet.nodes.values()]


def _links(document: Document) -> list[Link]:
    return [link for sheet in document.sheets() for link in sheet.links.values()]


def _sheet(document: Document, number: int) -> Sheet:
    sheet: Sheet = _pick([document.board, *document.sheets()], number)
    return sheet


def _some(document: Document, a: int, b: int) -> list[str]:
    nodes = list(_sheet(document, a).nodes)
    return [node for index, node in enumerate(nodes) if (index * 7 + b) % 3 == 0]


def add(document: Document, a: int, b: int, c: int, d: int) -> None:
    types = (*TYPES, *(t for r, t in declared().items() if r in {"input", "output", "instance"}))
    name = f"node{d}" if d % 4 == 0 else None
    document.add_node(
        _pick(types, a), sheet=_sheet(document, b).name, name=name, position=(c * 10, d * 10)
    )


def add_twin(document: Document, a: int, b: int, c: int, d: int) -> None:
    if node := _pick(_nodes(document), a):
        home = document.sheet_of(node.id).name
        document.add_node(node.type, sheet=home, twin=node.id, position=(b, c))


def link(document: Document, a: int, b: int, c: int, d: int) -> None:
    sheet = _sheet(document, a)
    starts = [n for n in sheet.nodes.values() if document.ports(n).outputs]
    ends = [n for n in sheet.nodes.values() if document.ports(n).inputs]
    start, end = _pick(starts, b), _pick(ends, c)
    if start and end:
        output = _pick(document.ports(start).outputs, d).name
        port = _pick(document.ports(end).inputs, d).name
        document.link(End(start.id, output), End(end.id, port), replace=d % 3 == 0)


def unlink(document: Document, a: int, b: int, c: int, d: int) -> None:
    if found := _pick(_links(document), a):
        document.unlink(found)


def remove(document: Document, a: int, b: int, c: int, d: int) -> None:
    if node := _pick(_nodes(document), a):
        document.remove([node.id], reconnect=b % 2 == 0)


def remove_several(document: Document, a: int, b: int, c: int, d: int) -> None:
    document.remove([*_some(document, a, b), "n999"], reconnect=c % 2 == 0)


def rename(document: Document, a: int, b: int, c: int, d: int) -> None:
    if node := _pick(_nodes(document), a):
        document.rename(node.id, ("relu", "class", f"name{b}", "no name", f"x{c}")[d % 5])


def set_params(document: Document, a: int, b: int, c: int, d: int) -> None:
    node = _pick(_nodes(document), a)
    declaration = REGISTRY.find(node.type) if node else None
    if declaration is None or not declaration.params:
        return
    param = _pick(declaration.params, b)
    values: dict[str, Sequence[Any]] = {
        "int": (1, 2, 8, -5),
        "ints": ((1,), (2, 2), ()),
        "float": (0.5, 1.0, -1.0, 2),
        "bool": (True, False, 1),
        "choice": (*param.choices, "nonsense"),
        "nodes": (tuple(_some(document, c, d)), ()),
        "text": (*NETWORKS, "", 7),
    }
    document.set_params(node.id, **{param.name: _pick(values.get(param.kind, ("", 3)), c)})


def move(document: Document, a: int, b: int, c: int, d: int) -> None:
    ids = [*_some(document, a, b), *(["n999"] if d % 9 == 0 else [])]
    document.move({node: (c * 10.0, index) for index, node in enumerate(ids)})


def resize(document: Document, a: int, b: int, c: int, d: int) -> None:
    if node := _pick(_nodes(document), a):
        size = None if b % 3 == 0 else (c * 40.0, d * 30.0)
        document.resize(node.id, size, (c, d) if b % 2 else None)


def mute(document: Document, a: int, b: int, c: int, d: int) -> None:
    document.set_muted(_some(document, a, b), c % 2 == 0)


def set_twin(document: Document, a: int, b: int, c: int, d: int) -> None:
    node = _pick(_nodes(document), a)
    if node is None:
        return
    same = [one for one in _nodes(document) if one.type == node.type]
    document.set_twin(node.id, None if d % 4 == 0 else _pick(same, b).id)


def replace_node(document: Document, a: int, b: int, c: int, d: int) -> None:
    if node := _pick(_nodes(document), a):
        document.replace_node(node.id, _pick(TYPES, b))


def insert(document: Document, a: int, b: int, c: int, d: int) -> None:
    if found := _pick(_links(document), a):
        document.insert(_pick(TYPES, b), found)


def splice(document: Document, a: int, b: int, c: int, d: int) -> None:
    found, node = _pick(_links(document), a), _pick(_nodes(document), b)
    if found and node:
        document.splice(node.id, found)


def duplicate(document: Document, a: int, b: int, c: int, d: int) -> None:
    document.duplicate(_some(document, a, b), twins=c % 2 == 0)


def paste(document: Document, a: int, b: int, c: int, d: int) -> None:
    text = clipboard.copy(document, _some(document, a, b)) if d % 5 else "this is no node"
    clipboard.paste(document, text, sheet=_sheet(document, c).name, at=(c, d) if d % 2 else None)


def settings(document: Document, a: int, b: int, c: int, d: int) -> None:
    name = _pick(("epochs", "batch_size", "seed", "device", "precision", "nothing"), a)
    document.set_settings(**{name: _pick((1, 7, 0, "cpu", "float32", -1), b)})


def frame(document: Document, a: int, b: int, c: int, d: int) -> None:
    sheet = _sheet(document, a)
    if d % 3 == 0 or not sheet.frames:
        document.add_frame(f"Frame {b}", a, b, c, d, sheet=sheet.name)
    elif d % 3 == 1:
        document.change_frame(sheet.name, _pick(list(sheet.frames), b), title=f"Frame {c}", x=c)
    else:
        document.remove_frame(sheet.name, _pick([*sheet.frames, "f999"], b))


def network(document: Document, a: int, b: int, c: int, d: int) -> None:
    name = _pick(NETWORKS, a)
    if d % 4 == 0:
        document.remove_network(name)
    elif name not in document.networks:
        document.add_network(name)
    elif instance := declared().get("instance"):
        home = _sheet(document, b).name if d % 4 == 1 else BOARD
        document.add_node(instance, sheet=home, params={"network": name})


def rename_network(document: Document, a: int, b: int, c: int, d: int) -> None:
    document.rename_network(_pick(NETWORKS, a), _pick((*NETWORKS, "tail", "class"), b))


def group_nodes(document: Document, a: int, b: int, c: int, d: int) -> None:
    layers = [n for n in _sheet(document, a).nodes.values() if n.type.startswith(_LAYERS)]
    chosen = [n.id for n in layers[b % 5 :][: 1 + c % 4]] if d % 3 else _some(document, a, b)
    document.group_into_network(chosen, (*NETWORKS, f"group{d}")[d % 4])


_LAYERS = ("layer.", "activation.", "shape.", "dropout.")


def ungroup(document: Document, a: int, b: int, c: int, d: int) -> None:
    instance = declared().get("instance")
    if placed := _pick([n for n in _nodes(document) if n.type == instance], a):
        document.ungroup(placed.id)


def expose(document: Document, a: int, b: int, c: int, d: int) -> None:
    sheets = list(document.networks.values())
    sheet = _pick(sheets, a)
    if sheet is None:
        return
    shown = _pick(list(sheet.exposed), b)
    if shown and d % 4 == 0:
        document.hide(sheet.name, shown)
    elif shown and d % 4 == 1:
        document.rename_exposed(sheet.name, shown, f"shown{c}")
    elif node := _pick(list(sheet.nodes.values()), b):
        declaration = REGISTRY.find(node.type)
        if declaration is not None and declaration.params:
            document.expose(node.id, _pick(declaration.params, c).name)


def set_exposed(document: Document, a: int, b: int, c: int, d: int) -> None:
    instance = declared().get("instance")
    placed = _pick([n for n in _nodes(document) if n.type == instance], a)
    name = document.networks.get(str(placed.params.get("network"))) if placed else None
    if placed and name and name.exposed:
        shown = _pick(list(name.exposed), b)
        document.set_params(placed.id, **{shown: _pick((1, 2, 0.5, True, -3, "x"), c)})


def undo(document: Document, a: int, b: int, c: int, d: int) -> None:
    document.undo()


def redo(document: Document, a: int, b: int, c: int, d: int) -> None:
    document.redo()


_EDITS: dict[str, Callable[[Document, int, int, int, int], None]] = {
    one.__name__: one
    for one in (
        add,
        link,
        add_twin,
        unlink,
        remove,
        remove_several,
        rename,
        set_params,
        move,
        resize,
        mute,
        set_twin,
        replace_node,
        insert,
        splice,
        duplicate,
        paste,
        settings,
        frame,
        network,
        rename_network,
        group_nodes,
        ungroup,
        expose,
        set_exposed,
    )
}
WORDS = [*_EDITS, *["add"] * 6, *["link"] * 8, "set_params", "set_params"]
HISTORY = {"undo": undo, "redo": redo}
ON_NETWORKS = [
    *["group_nodes", "ungroup", "expose", "set_exposed", "rename_network"] * 3,
    *["duplicate", "paste", "rename", "remove", "add", "link", "set_params", "network", "mute"],
]
"""What is done to networks and their instances."""
