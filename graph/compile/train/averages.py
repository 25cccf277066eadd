"""How a figure of all rows is made from batches: what is a mean over rows, and what is not.

A value has one of these standings:

- `rows`: it has a row for each example, made of that example alone.
- `mean`: it is a mean over rows; means of batches, each times its rows, add up to that of all.
- `ratio`: a loss that says itself what is summed and what the sum is divided by (its hook `total`).
- `whole`: nothing of the kind; it is computed once, from all rows.
- `fixed`: it depends on no example.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from graph.compile.body import Item
from graph.compile.plan import Plan
from graph.compile.scope import Scope, flat
from graph.core.tensor import BATCH, TensorType
from graph.declare import Declaration, Value
from graph.model import instances
from graph.model.order import topological
from graph.model.sheet import End, Node

Standing = Literal["rows", "mean", "ratio", "whole", "fixed"]
Standings = dict[End, Standing]
AXES = ("dim", "dim0", "dim1", "dims", "axis")


def standings(plan: Plan, items: Iterable[Item]) -> Standings:
    """The standing of all that some items compute and of what they read."""
    found: Standings = dict.fromkeys(plan.batch, "rows")
    _of_sheet(plan.scope, found)
    for item in items:  # what is computed in one call is computed once
        if any(found.get(end) in {"ratio", "whole"} for end in item.reads):
            found.update(dict.fromkeys((end for end, _ in item.writes), "whole"))
        for end, _ in item.writes:
            found.setdefault(end, "rows")  # a layer of neurons
    return found


def _of_sheet(scope: Scope, found: Standings) -> None:
    for one in topological(scope.sheet):
        node = scope.sheet.nodes[one]
        result = scope.results.get(one)
        if result is None or result.inputs is None or scope.role(one) in {"input", "data"}:
            continue
        if node.muted or scope.passes(one):
            continue
        if scope.role(one) == "instance":
            found.update(_inside(scope, node, found))
        for end, kind in ((End(one, p), k) for p, k in result.outputs.items() if k):
            found.setdefault(end, _standing(scope, node, kind, found))


def _inside(scope: Scope, node: Node, found: Mapping[End, Standing]) -> Standings:
    """What comes out of a placed network."""
    result = scope.results[node.id]
    sheet = scope.document.placed(node)
    inner = Scope(scope.document, sheet, result.inner, lambda *_: "")
    entries = instances.ends(sheet, "input")
    given = [_one(operand, found) for operand in scope.operands(node.id)]
    known: Standings = {End(e.id, "y"): s for e, s in zip(entries, given, strict=False)}
    _of_sheet(inner, known)
    return {
        End(node.id, end.name): known.get(inner.reads(end.id)[0], "whole")
        for end in instances.ends(sheet, "output")
        if inner.reads(end.id)
    }


def _one(operand: Any, found: Mapping[End, Standing]) -> Standing:
    return found.get(operand, "rows") if isinstance(operand, End) else "fixed"


def _standing(
    scope: Scope, node: Node, kind: TensorType, found: Mapping[End, Standing]
) -> Standing:
    operands, declaration = scope.operands(node.id), scope.declaration(node.id)
    ends = flat(operands)
    several = {found.get(end, "rows") for end in ends} - {"fixed"}
    if declaration.role in {"noise", "neuron"}:
        return "rows"
    if not several:
        return "fixed"
    if several & {"ratio", "whole"}:
        return "whole"
    bound = scope.bound(node.id)
    if _has_rows(kind):
        kinds = [scope.type_of(end) for end in ends if found.get(end) == "rows"]
        return "rows" if several == {"rows"} and not _mixes(declaration, bound, kinds) else "whole"
    if kind.dims:
        return "whole"
    if any(port.kind == "loss" for port in declaration.ports.outputs[:1]):
        if declaration.has("total") and bound.total(*_values(scope, node)) is not None:
            return "ratio"
        return "mean" if len(several) == 1 else "whole"
    given = [_given(operand, found) for operand in operands]
    return "mean" if declaration.has("averages") and bound.averages(*given) else "whole"


def _given(operand: Any, found: Mapping[End, Standing]) -> Any:
    if isinstance(operand, tuple) and not isinstance(operand, End):
        return tuple(_one(end, found) for end in operand)
    return _one(operand, found)


def _values(scope: Scope, node: Node) -> list[Any]:
    """Names for what is wired into a node, to ask a hook what it would write."""
    values = {end: Value("x", scope.type_of(end)) for end in flat(scope.operands(node.id))}
    return scope.given(node.id, values)


def _has_rows(kind: TensorType) -> bool:
    """Is there an axis of examples, and is it the first alone?"""
    names = [str(dim).split("*")[0] == BATCH for dim in kind.dims]
    return bool(names) and names[0] and not any(names[1:])


def _mixes(declaration: Declaration, bound: Any, kinds: Sequence[TensorType]) -> bool:
    """Does what comes out for an example depend on others?"""
    if not all(_has_rows(kind) for kind in kinds):
        return True
    if declaration.has("couples") and not getattr(bound, "track_running_stats", True):
        return True
    for name in () if declaration.has("rearranges") else AXES:
        value = getattr(bound, name, None)
        axes = value if isinstance(value, tuple) else (value,)
        ranks = {kind.rank for kind in kinds}
        if any(isinstance(one, int) and (one == 0 or -one in ranks) for one in axes):
            return True
    elementwise = not declaration.has("module") and len(kinds) > 1
    return elementwise and len({kind.rank for kind in kinds}) > 1
