"""The batch is no axis to work along: examples that meet there see each other.

Statistics of a batch, such as a mean that is taken away again, or one that is compared with another
in a loss, are no slip. A softmax over the examples is one, and so is a mean of them that goes on
into a layer.
"""

from collections.abc import Iterator

from graph.core.tensor import BATCH, TensorType
from graph.declare import REGISTRY, Declaration, ranges
from graph.edit.document import Document
from graph.infer import routes
from graph.infer.inference import Inference
from graph.infer.node_inference import Result
from graph.model.address import Address as Place
from graph.model.address import Path
from graph.model.sheet import End, Node, Sheet
from graph.problems.fixes import problem, set_on
from graph.problems.problem import Fix, Problem


def check(inference: Inference) -> Iterator[Problem]:
    """Nodes that work along the batch, where that is hardly meant."""
    for path, sheet, node, found in routes.everywhere(inference, "reduces"):
        declaration = REGISTRY.find(node.type)
        if declaration is None or not found.inputs:
            continue
        x = found.inputs[0]
        axes = declaration.bind(node.params).reduces(x)
        if BATCH not in {x.dims[axis] for axis in axes} or x.dims.count(BATCH) > 1:
            continue  # all pairs of a batch, [N, N], are compared along either axis
        output = next(iter(found.outputs.values()))
        kept = output is not None and BATCH in output.dims
        if declaration.group == "Shape" and kept and _used_as_it_is(inference, path, node):
            continue  # examples that are mixed with others, or compared: mixup, negatives
        if len(axes) == x.rank and _comes_back(inference, path, node, x):
            yield _mixes_all(sheet, node, x)
        elif kept or _goes_on(inference, path, node):
            yield _mixes(sheet, node, declaration, x, axes, kept=kept)
    for _, sheet, node, found in routes.everywhere(inference, "gathers"):
        yield from _gathers(sheet, node, found)


def _comes_back(inference: Inference, path: Path, node: Node, x: TensorType) -> bool:
    """Does one number of all numbers of a batch meet rows of examples again, as x / sum(x) does?"""
    if set(x.dims) <= {BATCH, 1} or x.kind == "loss":
        return False
    document = inference.document
    outputs = document.ports(node).outputs
    for taken in routes.fed(document, Place(path, End(node.id, outputs[0].name))):
        one = document.node(taken.end.node)
        declaration = REGISTRY.find(one.type)
        found = inference.inside(taken.path).get(one.id)
        made = next(iter(found.outputs.values()), None) if found else None
        if declaration is None or declaration.group != "Merge" or made is None:
            continue
        if BATCH in made.dims and not set(made.dims) <= {BATCH, 1}:
            return True
    return False


def _mixes_all(sheet: Sheet, node: Node, x: TensorType) -> Problem:
    axes = tuple(axis for axis in range(x.rank) if x.dims[axis] != BATCH)

    def apply(document: Document) -> None:
        with document.group(label):
            document.set_params(node.id, dim=axes, keepdim=True)

    label = f"Set dim of {node.name} to {axes} and keep the axes"
    return problem(
        sheet,
        node,
        f"joins all numbers of {x}, all examples of the batch, and meets each again: what comes "
        "out for one hangs on the others",
        severity="warning",
        expected="axes behind the batch",
        received="all axes",
        advice="name the axes behind the batch, and keep them with keepdim",
        fixes=(Fix(label, apply),),
    )


def _gathers(sheet: Sheet, node: Node, found: Result) -> Iterator[Problem]:
    """A number for each example made with a sum over all of them, and over all their numbers."""
    declaration = REGISTRY.find(node.type)
    output = next(iter(found.outputs.values()), None)
    if declaration is None or not found.inputs or output is None or BATCH not in output.dims:
        return
    made = declaration.bind(node.params)
    for place in made.gathers(*found.inputs):
        x = found.inputs[place]
        if not isinstance(x, TensorType) or BATCH not in x.dims or set(x.dims) <= {BATCH, 1}:
            continue
        better = REGISTRY.find(made.instead())
        yield problem(
            sheet,
            node,
            f"takes the sum or the mean of all of {x}, all examples of the batch: what it gives "
            "for one hangs on the others",
            severity="warning",
            expected="a sum along an axis",
            received="one over everything",
            advice="add up along an axis with Sum or Mean, which keep it with keepdim; for shares "
            "use Softmax",
            fixes=(_instead(node, better),) if better else (),
        )
        return


def _instead(node: Node, better: Declaration) -> Fix:
    def apply(document: Document) -> None:
        document.replace_node(node.id, better.type)

    return Fix(f"Use {better.title}", apply)


def _mixes(
    sheet: Sheet,
    node: Node,
    declaration: Declaration,
    x: TensorType,
    axes: tuple[int, ...],
    *,
    kept: bool,
) -> Problem:
    rest = tuple(axis for axis in axes if x.dims[axis] != BATCH)
    rest = rest or tuple(axis for axis, size in enumerate(x.dims) if size not in {1, BATCH})[:1]
    name = "dims" if declaration.param("dim") is None else "dim"
    param = declaration.param(name)
    value: object = rest if param is not None and param.kind == "ints" else rest[0] if rest else 0
    out = Fix(f"Take {node.name} out", lambda document: document.remove([node.id], reconnect=True))
    whole = not kept and x.rank == 2  # [N, C] -> [C] is no row an example; neither is [N]
    mends = out if not rest or whole else set_on(node, name, value)
    works = "works along the batch" if kept else "joins all examples of a batch"
    return problem(
        sheet,
        node,
        f"{works}, axis {x.dims.index(BATCH)} of {x}: what it gives for one example hangs on "
        "the others",
        severity="warning",
        expected="an axis behind the batch",
        received=f"the batch, axis {x.dims.index(BATCH)}",
        advice="pick another axis, or take it out",
        fixes=(mends,),
    )


def _used_as_it_is(inference: Inference, path: Path, node: Node) -> bool:
    """Does what a node moves about also go elsewhere as it was?"""
    document = inference.document
    port = document.ports(node).inputs[0].name
    sources = routes.feeding(document, Place(path, End(node.id, port)))
    return any(len(list(routes.fed(document, one))) > 1 for one in sources)


def _goes_on(inference: Inference, path: Path, node: Node) -> bool:
    """Does what has no batch any more go into a layer, or is it compared with what has one?"""
    document = inference.document
    outputs = document.ports(node).outputs
    ahead = [Place(path, End(node.id, outputs[0].name))]
    for place in ahead:
        for taken in routes.fed(document, place):
            one = document.node(taken.end.node)
            declaration = REGISTRY.find(one.type)
            found = inference.inside(taken.path).get(one.id)
            if declaration is None or declaration.role in {"view", "optimizer"}:
                continue
            if declaration.learns or _meets_a_batch(inference, taken, found):
                return True
            if ranges.passes(declaration) or declaration.group == "Activation":
                ahead.append(Place(taken.path, End(one.id, document.ports(one).outputs[0].name)))
    return False


def _meets_a_batch(inference: Inference, place: Place, found: Result | None) -> bool:
    """Is it a loss or a metric that has the batch at another input, and refuses both together?"""
    document = inference.document
    node = document.node(place.end.node)
    declaration = REGISTRY.find(node.type)
    if declaration is None or declaration.role not in {"loss", "metric"}:
        return False
    if found is None or not found.problems:
        return False
    types = (
        kind
        for port in document.ports(node).inputs
        if port.name != place.end.port
        for kind in inference.input_types(node.id, port.name)
    )
    return any(kind is not None and BATCH in kind.dims for kind in types)
