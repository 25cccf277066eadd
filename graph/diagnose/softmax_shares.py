"""Shares of a whole, as softmax gives: of one number they are always 1, of shares they are flat.

Both train without an error. A softmax of one score is no sigmoid: it gives 1 whatever the score. A
softmax of probabilities never gets near 0 or 1.
"""

from collections.abc import Iterator

from graph.core.tensor import BATCH, TensorType
from graph.declare import REGISTRY, Declaration, ranges
from graph.declare.ranges import FREE
from graph.edit.document import Document
from graph.infer import routes, tracing
from graph.infer.inference import Inference
from graph.infer.tracing import Traced
from graph.model.address import Address as Place
from graph.model.sheet import End, Node, Sheet
from graph.problems.fixes import problem, set_on
from graph.problems.problem import Fix, Problem


def check(inference: Inference) -> Iterator[Problem]:
    """Shares of a single number, and shares of shares."""
    for path, sheet, node, found in routes.everywhere(inference, "shares"):
        declaration = REGISTRY.find(node.type)
        x = found.inputs[0] if found.inputs else None
        if declaration is None or not declaration.has("reduces") or not isinstance(x, TensorType):
            continue
        axis = declaration.bind(node.params).shares(x)
        if x.dims[axis] == 1:
            yield _alone(sheet, node, declaration, x, axis)
            continue
        port = inference.document.ports(node).inputs[0].name
        traced = tracing.trace(inference, Place(path, End(node.id, port)))
        if traced.range is not None and traced.range.axis == axis:
            yield from _twice(inference, sheet, node, declaration, traced)


def _alone(sheet: Sheet, node: Node, declaration: Declaration, x: TensorType, axis: int) -> Problem:
    always = "0" if _logs(declaration) else "1"
    wide = [place for place, size in enumerate(x.dims) if size not in {1, BATCH}]
    single = REGISTRY.find(declaration.bind(node.params).single)
    assert single is not None, "what shares out names what does so for yes or no"

    def replace(document: Document) -> None:
        document.replace_node(node.id, single.type)

    other = wide and declaration.param("dim") is not None
    return problem(
        sheet,
        node,
        f"gives {always} everywhere: axis {axis} of {x} has one number, which is all there is",
        severity="warning",
        expected="an axis of two numbers or more",
        received=f"one number along axis {axis}",
        advice="pick the axis of the classes" if other else f"for yes or no use {single.title}",
        fixes=(set_on(node, "dim", wide[0]) if other else Fix(f"Use {single.title}", replace),),
    )


def _twice(
    inference: Inference, sheet: Sheet, node: Node, declaration: Declaration, traced: Traced
) -> Iterator[Problem]:
    """Shares of what adds up to 1 already; a softmax of log probabilities gives those back."""
    assert traced.range is not None, "only what is known is compared"
    maker = inference.document.node(traced.maker.end.node) if traced.maker else None
    made_by = REGISTRY.find(maker.type) if maker else None
    if maker is None or made_by is None or not made_by.has("reduces"):
        return
    again = traced.range.meaning == "log probabilities"
    if again and not _logs(declaration):
        return
    said = "gives log probabilities already" if again else "gives probabilities already"
    what = "changes nothing" if again else "makes them nearly equal"
    yield problem(
        sheet,
        node,
        f"{maker.name} {said}: once more {what}",
        severity="warning",
        expected="scores of either sign",
        received=f"what {maker.name} gives",
        advice="once is enough: take one of them out",
        fixes=(
            _without(node) if again == _logs(made_by) == _logs(declaration) else _without(maker),
        ),
    )


def _without(node: Node) -> Fix:
    return Fix(f"Take {node.name} out", lambda document: document.remove([node.id], reconnect=True))


def _logs(declaration: Declaration) -> bool:
    """Does it give logarithms?"""
    found = ranges.of(declaration, {}, [FREE])
    return found is not None and found.meaning == "log probabilities"
