"""Walks from noise to pictures: a loop drawn as nodes between where it begins and where it ends.

What lies between is computed at every step, from what the step before gave.
"""

from collections.abc import Callable, Iterator
from typing import Any

from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.model import regions
from graph.model.order import upstream
from graph.model.sheet import End, Link, Node, Sheet
from graph.problems.fixes import problem, set_on
from graph.problems.problem import Fix, Problem

START = "random.diffusion_start"


def check(inference: Inference) -> Iterator[Problem]:
    """Walks without a beginning, that can't be told as one question, or that a loss hangs on."""
    board = inference.document.board
    live = upstream(board, [n.id for n in board.with_role("optimizer") if not n.muted])
    for node in board.with_hook("walk"):
        if node.muted:
            continue
        found = inference.result(node.id)
        if found is not None and found.inputs is not None:
            yield from _check(inference, node, node.id in live)


def _check(inference: Inference, node: Node, live: bool) -> Iterator[Problem]:
    document, board = inference.document, inference.document.board
    if live:
        text = "a loss hangs on it: it is for looking, and no gradient goes through all its steps"
        yield problem(board, node, text, advice="let the loss hang on what the network finds")
        return
    (wire,) = board.into(node.id)
    found = regions.starts(board, node.id)
    if len(found) != 1:
        yield problem(
            board,
            node,
            "it must hang on one Diffusion start, where its walk begins",
            expected="what a network finds in a Diffusion start",
            received=" and ".join(board.nodes[one].name for one in found)
            or f"what {board.nodes[wire.source.node].name} gives, made of the data",
            advice="wire it behind a linked copy (Alt+D) of the network, fed by a Diffusion start",
            fixes=() if found else _fixes(inference, wire),
        )
        return
    yield from _of_one_size(inference, node, board.nodes[found[0]], wire)
    yield from _one_question(document, node)
    yield from _other_schedule(board, node)


def _of_one_size(inference: Inference, node: Node, start: Node, wire: Link) -> Iterator[Problem]:
    given, taken = inference.type_of(*wire.source), inference.type_of(start.id, "noisy")
    if given is None or taken is None or given.dims == taken.dims:
        return
    fixed = all(isinstance(size, int) for size in given.dims[1:])
    yield problem(
        inference.document.board,
        node,
        f"it gets noise {given} for examples {taken}",
        expected=str(taken),
        received=str(given),
        advice=f"let the network give what {start.name} gives, and {start.name} what is trained",
        fixes=(set_on(start, "sizes", given.dims[1:]),) if fixed else (),
    )


def _one_question(document: Document, node: Node) -> Iterator[Problem]:
    """Each value between is made alone and used once, so that a step is one expression."""
    board = document.board
    body = regions.region(board, node.id).body
    for one in body:
        inner = board.nodes[one]
        uses = [link for link in board.out_of(one) if link.target.node in {*body, node.id}]
        if len(uses) > 1 or len(document.ports(inner).outputs) > 1:
            yield problem(
                board,
                node,
                f"{inner.name} gives what is used more than once within a step",
                advice="select all between Diffusion start and here and group it (Ctrl+G)",
            )
            return


def _other_schedule(board: Sheet, node: Node) -> Iterator[Problem]:
    trained = {str(_bound(one).noises()): one for one in board.with_hook("noises") if not one.muted}
    mine = str(_bound(node).noise_schedule)
    if trained and mine not in trained:
        theirs, noising = next(iter(trained.items()))
        yield problem(
            board,
            node,
            f"it goes back by the {mine} schedule, but {noising.name} goes by {theirs}",
            severity="warning",
            expected=theirs,
            received=mine,
            advice="choose the same for both",
            fixes=(set_on(node, "noise_schedule", theirs),),
        )


def _fixes(inference: Inference, wire: Link) -> tuple[Fix, ...]:
    """A linked copy of the network behind a start, where a Noising feeds the network itself."""
    document = inference.document
    network = document.node(wire.source.node)
    into = document.board.links_into(network.id)
    fed = [link for link in into if _has(document.board, link.source.node, "noises")]
    kind = inference.type_of(*wire.source)
    if not fed or network.muted or kind is None:
        return ()
    sizes = kind.dims[1:]
    if not all(isinstance(size, int) for size in sizes):
        return ()
    label = f"Let {network.name} make pictures of noise"
    return (Fix(label, _from_noise(wire, list(into), sizes)),)


def _from_noise(
    wire: Link, into: list[Link], sizes: tuple[object, ...]
) -> Callable[[Document], None]:
    def apply(document: Document) -> None:
        x, y = document.node(wire.target.node).position
        network = wire.source.node
        with document.group("Make pictures of noise"):
            start = document.add_node(START, params={"sizes": sizes}, position=(x - 520, y))
            (copy,) = document.duplicate([network], twins=True)
            document.move({copy.id: (x - 260, y)})
            for link in into:
                mine = link.source.port in {port.name for port in document.ports(start).outputs}
                noised = _has(document.board, link.source.node, "noises") and mine
                source = End(start.id, link.source.port) if noised else link.source
                document.link(source, End(copy.id, link.target.port))
            document.link(End(copy.id, wire.source.port), wire.target, replace=True)

    return apply


def _has(board: Sheet, node: str, hook: str) -> bool:
    declaration = REGISTRY.find(board.nodes[node].type)
    return declaration is not None and declaration.has(hook) and not board.nodes[node].muted


def _bound(node: Node) -> Any:
    declaration = REGISTRY.find(node.type)
    assert declaration is not None, "only nodes of known type are looked at"
    return declaration.bind(node.params)
