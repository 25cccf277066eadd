"""What must hold for the board as a whole before it can train."""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import partial

from graph.declare import REGISTRY, Declaration
from graph.diagnose import (
    batch_mixing,
    batch_norms,
    class_numbers,
    class_weights,
    comparisons,
    data_rows,
    diffusion,
    doubts,
    falling_losses,
    generated,
    gradient_penalty,
    gradients,
    linear_on_pictures,
    loss_terms,
    made_beside_real,
    moving_averages,
    muted_losses,
    schedule_parts,
    shared_weights,
    softmax_shares,
    target_scales,
    undefined_numbers,
    untrained,
    unusual,
    wanted_numbers,
    zero_divisors,
)
from graph.edit import trained_names
from graph.edit.document import Document
from graph.infer import training_plan
from graph.infer.inference import Inference
from graph.infer.node_inference import Result
from graph.model import address, instances
from graph.model.order import upstream
from graph.model.sheet import BOARD, End, Node, Sheet
from graph.problems.fixes import set_on
from graph.problems.problem import Fix, Problem, Severity


def check(inference: Inference) -> list[Problem]:
    """Problems of the whole board: nothing to train, twins that differ, and the like."""
    board = inference.document.board
    return [
        *_nothing_to_train(board),
        *_without_data(inference),
        *_optimizers(inference),
        *shared_weights.check(inference),
        *_unreached(inference),
        *_weights_inside(inference.document),
        *moving_averages.check(inference),
        *_losses_for_nobody(inference),
        *data_rows.check(inference),
        *doubts.check(inference),
        *unusual.check(inference),
        *class_weights.check(inference),
        *generated.check(inference),
        *wanted_numbers.check(inference),
        *class_numbers.check(inference),
        *batch_mixing.check(inference),
        *target_scales.check(inference),
        *zero_divisors.check(inference),
        *muted_losses.check(inference),
        *falling_losses.check(inference),
        *undefined_numbers.check(inference),
        *loss_terms.check(inference),
        *made_beside_real.check(inference),
        *linear_on_pictures.check(inference),
        *schedule_parts.check(inference),
        *gradient_penalty.check(inference),
        *diffusion.check(inference),
        *batch_norms.check(inference),
        *softmax_shares.check(inference),
    ]


def awaited(inference: Inference) -> frozenset[str]:
    """Nodes upstream of optimizers whose loss is not known.

    A network may give its output without an input that is not known; that is waited for too.
    """
    board = inference.document.board
    optimizers = _live(board, "optimizer")
    waiting = _unknown(inference, optimizers)
    placed = ((one, inference.result(one.id)) for one in _live(board, "instance"))
    halves = [one.id for one, found in placed if _lacks(inference, one, found)]
    if halves:
        waiting += upstream(board, [node.id for node in optimizers]).intersection(halves)
    return upstream(board, waiting)


def _unknown(inference: Inference, nodes: Iterable[Node]) -> list[str]:
    """Those of some nodes of the board whose inputs are not all known."""
    found = ((node.id, inference.result(node.id)) for node in nodes)
    return [node for node, result in found if result is not None and result.inputs is None]


def _lacks(inference: Inference, node: Node, found: Result | None) -> bool:
    """Is an input of a placed network not known, or of one inside it that its outputs need?"""
    if found is None or found.inputs is None or not found.inner:
        return found is not None and found.inputs is None
    sheet = inference.document.placed(node)
    live = upstream(sheet, [one.id for one in instances.ends(sheet, "output")])
    inner = ((sheet.nodes[key], one) for key, one in found.inner.items() if one.inner)
    return any(_lacks(inference, one, known) for one, known in inner if one.id in live)


def role(node: Node) -> str:
    """The role of a node's declaration, or nothing for an unknown type."""
    declaration = REGISTRY.find(node.type)
    return declaration.role if declaration else ""


def learners(inference: Inference, node: str) -> set[str]:
    """Nodes upstream of a node (on the board) that hold learned numbers, up to any Detach."""
    board = inference.document.board
    found = above(inference, [node], without=_stops(board)) & board.ids_of(_may_learn)
    return {one for one in found if learns(inference, board.nodes[one])}


def _upstream(inference: Inference, node: str) -> set[str]:
    """The same of what a node gives: nothing of a Detach."""
    return set() if node in _stops(inference.document.board) else learners(inference, node)


def _stops(board: Sheet) -> set[str]:
    """Nodes that pass no gradient on, as Detach does."""
    return {one.id for one in board.with_hook("stops_gradient") if not one.muted}


def _may_learn(declaration: Declaration) -> bool:
    return declaration.learns or declaration.role == "instance"


def above(
    inference: Inference, goals: Iterable[str], *, without: AbstractSet[str] = frozenset()
) -> frozenset[str]:
    """Nodes of the board that some depend on, but for what a mute leaves out.

    Args:
        inference: What is known of the board.
        goals: Ids of nodes.
        without: Nodes whose outputs are not followed.
    """
    barred = inference.silent | without
    if not barred:
        return upstream(inference.document.board, goals)
    return upstream(inference.document.board, goals, through=lambda end: end.node not in barred)


def learns(inference: Inference, node: Node) -> bool:
    """Does this node hold learned numbers?"""
    if node.muted or moving_averages.share(node):
        return False
    declaration = REGISTRY.find(node.type)
    if declaration is None:
        return False
    if declaration.role == "instance":
        found = inference.result(node.id)
        return bool(found and any(inner.weights for inner in found.inner.values()))
    return declaration.learns


def trained(inference: Inference, optimizer: Node) -> set[str]:
    """The nodes an optimizer updates, or parts of: those it names, or all upstream of its loss."""
    found = learners(inference, optimizer.id)
    if not optimizer.params.get("trains"):
        return found
    return {one for one in found if parts(inference, optimizer, one)}


def parts(inference: Inference, optimizer: Node, node: str) -> frozenset[address.Path]:
    """What of a learning node an optimizer updates: paths to leaders of linked nodes."""
    document = inference.document
    first, found = trained_names.leader(document, node), inference.result(node)
    named = trained_names.named(document, optimizer)
    everything = not optimizer.params.get("trains")
    if role(document.node(node)) != "instance" or found is None:
        return frozenset([(first,)] if everything or trained_names.covers(named, (first,)) else ())
    inside = training_plan.learning(document, document.node(node), found.inner, (first,))
    return frozenset(one for one in inside if everything or trained_names.covers(named, one))


def loss_names(document: Document) -> dict[str, str]:
    """What figures call the loss of each optimizer, by its id: the name of the loss's node.

    Where several optimizers minimise one loss, each has a figure of its own.
    """
    board = document.board
    wired: dict[str, str] = {}
    for node in _live(board, "optimizer"):
        into = board.into(node.id, "loss")
        if into:
            source = board.nodes[into[0].source.node]
            while source.muted and (above := board.into(source.id)):
                source = board.nodes[above[0].source.node]
            wired[node.id] = source.name
    given = list(wired.values())
    return {
        optimizer: name if given.count(name) == 1 else f"{name}_{board.nodes[optimizer].name}"
        for optimizer, name in wired.items()
    }


def _live(board: Sheet, *roles: str) -> list[Node]:
    """The nodes of these roles that are not muted, by age."""
    return [node for node in board.with_role(*roles) if not node.muted]


def _nothing_to_train(board: Sheet) -> Iterator[Problem]:
    if not _live(board, "optimizer"):
        losses = _live(board, "loss")
        advice = "add an optimizer such as Adam and wire a loss into it"
        fixes = tuple(Fix(f"Add Adam to {loss.name}", _add_adam(loss)) for loss in losses[:1])
        yield Problem(
            None, BOARD, "nothing is trained: there is no optimizer", advice=advice, fixes=fixes
        )
    if not _live(board, "data", "noise"):
        yield Problem(
            None, BOARD, "there is no data", advice="drag a data node such as Digits to the board"
        )


def _without_data(inference: Inference) -> Iterator[Problem]:
    """Losses, metrics and views that work but that no data flow into: there are no batches."""
    board = inference.document.board
    ready: dict[str, list[str]] = {}
    for node in _live(board, "data", "optimizer", "metric", "view"):
        found = inference.result(node.id)
        if found is not None and found.inputs is not None:
            ready.setdefault(role(node), []).append(node.id)
    data = _live(board, "data")
    unread = len(data) > len(ready.get("data", ()))
    nothing = not data and not _live(board, "noise")  # said elsewhere
    if "optimizer" not in ready or unread or nothing:
        return
    sinks = [one for kind in ("optimizer", "metric", "view") for one in ready.get(kind, ())]
    if not above(inference, sinks) & {*ready.get("data", ())}:
        text = "no loss depends on data: there is nothing to train on"
        names = ", ".join(node.name for node in data) or "a data node such as Digits"
        yield Problem(None, BOARD, text, advice=f"wire {names} to what is compared or told apart")


def _add_adam(loss: Node) -> Callable[[Document], None]:
    def apply(document: Document) -> None:
        x, y = loss.position
        with document.group("Add Adam"):
            adam = document.add_node("optimizer.adam", position=(x + 220, y))
            output = document.ports(loss).outputs[0].name
            document.link(End(loss.id, output), End(adam.id, "loss"))

    return apply


def _optimizers(inference: Inference) -> Iterator[Problem]:
    board = inference.document.board
    seen: dict[str, str] = {}
    found_of, reached = dict[str, set[str]](), set[str]()
    for node in _live(board, "optimizer"):
        found = inference.result(node.id)
        if found is None or found.inputs is None:
            continue
        updates = found_of[node.id] = trained(inference, node)
        reached |= learners(inference, node.id)
        yield from _trains_nothing(inference, node, updates)
        yield from gradients.check(inference, node, updates)
        yield from _not_upstream(inference, node, updates)
        yield from _parted_neurons(inference, node, updates)
        yield from _not_trained_slower(inference, node, updates)
        both = {
            one
            for one in updates
            if one in seen
            and parts(inference, node, one) & parts(inference, board.nodes[seen[one]], one)
        }
        if both:
            yield _trained_twice(inference, node, updates, both, seen)
        seen.update(dict.fromkeys(updates, node.id))
    yield from untrained.check(inference, found_of, reached)
    yield from comparisons.check(inference, found_of, partial(_upstream, inference))


def _trained_twice(
    inference: Inference, node: Node, updates: set[str], both: set[str], seen: dict[str, str]
) -> Problem:
    """Two optimizers have some nodes in common: either may leave them to the other."""
    nodes = inference.document.board.nodes
    words = ", ".join(sorted(nodes[one].name for one in both))
    owners = sorted({seen[one] for one in both}, key=lambda one: nodes[one].number)
    names = ", ".join(nodes[one].name for one in owners)
    text = f"trains {words}, which {names} trains too"
    advice = "say in `trains` which nodes each of them updates, if this is not meant"
    fixes = []
    if rest := _without(inference, node, both):
        fixes.append(Fix(f"Leave {words} to {names}", _train(node, rest)))
    for owner in owners:
        if rest := _without(inference, nodes[owner], both):
            label = f"Take {words} from {nodes[owner].name}"
            fixes.append(Fix(label, _train(nodes[owner], rest)))
    return _of(node, text, advice, *fixes, severity="warning")


def _without(inference: Inference, optimizer: Node, nodes: set[str]) -> list[str]:
    """What an optimizer would name to train the same but for some nodes."""
    document = inference.document
    leaders = {trained_names.leader(document, one) for one in nodes}
    named = [
        n
        for n in optimizer.params.get("trains", ())
        if trained_names.leads(document, address.split(n))
    ]
    if not named:
        all_of_it = trained(inference, optimizer)
        return [n for n in all_of_it if trained_names.leader(document, n) not in leaders]
    return [n for n in named if trained_names.leader(document, address.split(n)[0]) not in leaders]


def _trains_nothing(inference: Inference, node: Node, updates: set[str]) -> Iterator[Problem]:
    if updates:
        return
    board = inference.document.board
    before = [board.nodes[one] for one in upstream(board, [node.id])]
    cuts = [board.nodes[one].name for one in _stops(board) & {node.id for node in before}]
    if cuts and any(learns(inference, one) for one in before):
        text = f"{' and '.join(sorted(cuts))} keeps its gradient from all that could learn"
        yield _of(node, text, "wire a layer behind it, or mute it")
        return
    if not node.params.get("trains"):
        text = "nothing upstream of its loss can learn"
        yield _of(node, text, "wire a layer between the data and the loss")
        return
    text = "none of the nodes it should train lies upstream of its loss"
    advice = "empty `trains`, or choose nodes that the loss depends on"
    fix = Fix("Train all upstream of its loss", _train(node, ()))
    yield _of(node, text, advice, *([fix] if learners(inference, node.id) else []))


def _named_and_lost(
    inference: Inference, node: Node, param: str, updates: set[str]
) -> tuple[list[str], list[str]]:
    """What a parameter of an optimizer names, and what of it the optimizer does not reach."""
    document = inference.document
    reached = {path for one in updates for path in parts(inference, node, one)}
    given = node.params.get(param, ())
    named = [one for one in given if trained_names.leads(document, address.split(one))]
    return named, [one for one in named if not _reaches(document, one, reached)]


def _not_upstream(inference: Inference, node: Node, updates: set[str]) -> Iterator[Problem]:
    """Nodes it should train that its loss does not depend on."""
    document = inference.document
    named, lost = _named_and_lost(inference, node, "trains", updates)
    if lost and updates:
        words = ", ".join(trained_names.called(document, one) for one in lost)
        rest = [one for one in named if one not in lost]
        text = f"its loss does not depend on {words}, which it should train"
        if {address.split(one)[0] for one in lost} & upstream(document.board, [node.id]):
            text = f"a Detach keeps the gradient of its loss from {words}, which it should train"
        advice = "wire them to the loss, or take them out of `trains`"
        fix = Fix(f"Take {words} out of trains", _train(node, rest))
        yield _of(node, text, advice, fix, severity="warning")


def _not_trained_slower(inference: Inference, node: Node, updates: set[str]) -> Iterator[Problem]:
    """Nodes that are to learn slower, and that it does not train at all."""
    document = inference.document
    named, lost = _named_and_lost(inference, node, "slower", updates)
    if lost and updates:
        words = ", ".join(trained_names.called(document, one) for one in lost)
        rest = tuple(one for one in named if one not in lost)
        text = f"does not train {words}, which it should train slower"

        def apply(document: Document) -> None:
            with document.group(f"Set slower of {node.name}"):
                document.set_params(node.id, slower=rest)

        fix = Fix(f"Take {words} out of slower", apply)
        yield _of(node, text, "train them too, or take them out", fix, severity="warning")


def _reaches(document: Document, name: str, reached: set[address.Path]) -> bool:
    """Is something of what a name stands for among what is trained?"""
    path = tuple(trained_names.leader(document, one) for one in address.split(name))
    return any(one[: len(path)] == path for one in reached)


def _parted_neurons(inference: Inference, node: Node, updates: set[str]) -> Iterator[Problem]:
    """Neurons of a placed network of which some are trained: they are one matrix."""
    document = inference.document
    for one in sorted(updates, key=lambda one: document.node(one).number):
        found, record = inference.result(one), document.node(one)
        if role(record) != "instance" or found is None:
            continue
        mine = parts(inference, node, one)
        first = trained_names.leader(document, one)
        inside = training_plan.learning(document, record, found.inner, (first,))
        neurons = [path for path in inside if role(document.node(path[-1])) == "neuron"]
        for place in dict.fromkeys(path[:-1] for path in neurons):
            beside = [path for path in neurons if path[:-1] == place]
            computed = _computed(document, beside[0][-1])
            there = {path for path in beside if path[-1] in computed}
            if there & mine and not there <= mine:
                words = trained_names.called(document, address.join(place))
                text = f"trains some neurons of {words} and not others: they are one matrix"
                names = [*node.params.get("trains", ()), *map(address.join, sorted(there))]
                fix = Fix(f"Train all neurons of {words}", _train(node, dict.fromkeys(names)))
                yield _of(node, text, "name all of them in `trains`, or none", fix)


def _computed(document: Document, node: str) -> AbstractSet[str]:
    """The nodes of a network that its Outputs depend on, by one of its nodes."""
    sheet = document.sheet_of(node)
    return upstream(sheet, [one.id for one in instances.ends(sheet, "output")])


def _of(node: Node, text: str, advice: str, *fixes: Fix, severity: Severity = "error") -> Problem:
    return Problem(
        node.id, BOARD, text, name=node.name, severity=severity, advice=advice, fixes=fixes
    )


def _train(optimizer: Node, nodes: Iterable[str]) -> Callable[[Document], None]:
    chosen = tuple(sorted(nodes, key=lambda one: [int(n[1:]) for n in address.split(one)]))

    def apply(document: Document) -> None:
        with document.group(f"Set trains of {optimizer.name}"):
            document.set_params(optimizer.id, trains=chosen)

    return apply


def _unreached(inference: Inference) -> Iterator[Problem]:
    """Layers that only metrics and views depend on: nothing ever gives them their weights."""
    document = inference.document
    board = document.board
    ready: dict[str, list[str]] = {"optimizer": [], "metric": [], "view": []}
    for node in _live(board, *ready):
        found = inference.result(node.id)
        if found and found.inputs is not None:
            ready[role(node)].append(node.id)
    if not ready["optimizer"]:
        return
    reached = above(inference, ready["optimizer"])
    shown = above(inference, [*ready["metric"], *ready["view"]]) - reached
    leaders = {board.nodes[one].twin or one for one in reached} if shown else set()
    for node in sorted((board.nodes[one] for one in shown), key=lambda one: one.number):
        declaration = REGISTRY.find(node.type)
        holds = declaration is not None and (declaration.learns or declaration.has("module"))
        if holds and not node.muted and (node.twin or node.id) not in leaders:
            yield Problem(
                node.id,
                BOARD,
                "is shown or measured, but no optimizer's loss depends on it.",
                name=node.name,
                advice="link it to the node that is trained (Alt+D), or wire it to a loss",
            )


def _weights_inside(document: Document) -> Iterator[Problem]:
    """Weights to begin with, of a network inside another: that one's file would have them too."""
    for sheet in document.networks.values():
        for node in sheet.nodes.values():
            if role(node) == "instance" and node.params.get("pretrained") and not node.muted:
                fix = set_on(node, "pretrained", "")
                yield Problem(
                    node.id,
                    sheet.name,
                    "begins with weights of its own, which only a network on the board can",
                    name=node.name,
                    advice=f"say it where {sheet.name} is placed, with a file that has all of it",
                    fixes=(fix,),
                )


def _losses_for_nobody(inference: Inference) -> Iterator[Problem]:
    """Losses that go into no optimizer, beside others that do: most likely one was taken away."""
    board = inference.document.board
    optimizers = [node.id for node in _live(board, "optimizer")]
    reached = upstream(board, optimizers)
    for node in _live(board, "loss"):
        if node.id in reached or not optimizers or any(board.out_of(node.id)):
            continue
        text = "goes into no optimizer: nothing learns from it"
        advice = "wire it into one, or mute it if it is only there to be read"
        fix = Fix(f"Add Adam to {node.name}", _add_adam(node))
        yield _of(node, text, advice, fix, severity="warning")
