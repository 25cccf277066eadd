"""A formula that a user types: read, checked against a short list, and written as source.

Nothing is ever evaluated here but constants. What is not on the list (attributes, indices, calls
of anything else) is refused, so a file can't carry code in a formula.
"""

import ast
import keyword
import math
import re
from collections.abc import Callable, Mapping
from functools import reduce

from graph.core import limits
from graph.core.arithmetic import BINARY, UNARY
from graph.core.errors import Mismatch, Repair, set_param, use
from graph.core.tensor import Dim, TensorType
from graph.declare import Value
from graph.nodes.shared.axes_of_shapes import operand
from graph.nodes.shared.meeting import broadcast
from graph.nodes.shared.nearest import offering
from graph.nodes.shared.spelling import names, nearest, respelt

LENGTH = 500
CONSTANTS = {"pi": math.pi, "e": math.e}
_TORCH = """
abs ceil cos cosh erf exp expm1 floor log log1p log2 log10 round sigmoid sign sin sinh sqrt square
tan tanh
""".split()  # noqa: SIM905 - reads better than quoted words
_FUNCTIONAL = ("relu", "softplus", "silu", "gelu", "elu")
POINTWISE = {name: f"torch.{name}" for name in _TORCH} | {name: f"F.{name}" for name in _FUNCTIONAL}
PAIRS = {"min": ("torch.minimum", "max"), "max": ("torch.maximum", "min")}
WHOLE = {"mean": "torch.mean", "sum": "torch.sum"}
FUNCTIONS = (*POINTWISE, *PAIRS, *WHOLE)

_BETWEEN = "max(min(a, 1), 0), which is from 0 to 1"
INSTEAD = {
    **dict.fromkeys(("clamp", "clip"), _BETWEEN),
    **dict.fromkeys(("minimum", "amin"), "min"),
    **dict.fromkeys(("maximum", "amax"), "max"),
    **dict.fromkeys(("pow", "power"), "a ** 2 for a power"),
    **dict.fromkeys(("average", "avg"), "mean"),
    **dict.fromkeys(("where", "if"), "the nodes Compare and Where"),
    "ln": "log",
    "absolute": "abs",
    "fabs": "abs",
    "sgn": "sign",
    "softmax": "the node Softmax",
}
"""What formulas have for functions that others call so."""
MEANT = {name: one for name, one in INSTEAD.items() if one in FUNCTIONS}

Size = float | tuple[Dim, ...]
"""A constant's value, or the sizes of what depends on the inputs."""


def refuse(received: str, advice: str) -> Mismatch:
    """A mismatch about the formula itself."""
    return Mismatch("a formula such as (a + b) / 2", received, advice)


def inputs(formula: str) -> list[str]:
    """The names in a formula that stand for inputs, in order, even of one that is half typed.

    A word before a bracket is a function, known or not; a letter is an input that misses a `*`.
    """
    known = {*FUNCTIONS, *CONSTANTS}
    return [name for name in names(formula) if name not in known and not keyword.iskeyword(name)]


def parse(formula: str) -> ast.expr:
    """The tree of a formula.

    Raises:
        Mismatch: If Python can't read it.
    """
    if len(formula) > LENGTH:
        raise refuse(f"{len(formula)} letters", f"use at most {LENGTH}")
    try:
        tree = _Pairwise().visit(ast.parse(formula.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise refuse(repr(formula), "check brackets and operators") from error
    if _is_deep(tree):
        most = f"at most {limits.FORMULA} operations in each other"
        raise refuse("a formula that is nested too deeply", f"put {most}, or use several nodes")
    assert isinstance(tree, ast.expr)
    return tree


class _Pairwise(ast.NodeTransformer):
    """The smallest and largest of several, as that of two and another; numbers come last."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id=name) as function, args=args, keywords=[]) if (
                name in PAIRS and len(args) > 2
            ):
                ordered = sorted(args, key=lambda one: not _has_names(one))
                return reduce(lambda one, more: ast.Call(function, [one, more], []), ordered)
        return node


def _has_names(tree: ast.expr) -> bool:
    return any(isinstance(one, ast.Name) for one in ast.walk(tree))


def _is_deep(tree: ast.expr) -> bool:
    ahead: list[ast.AST] = [tree]
    for _ in range(limits.FORMULA):
        ahead = [one for node in ahead for one in ast.iter_child_nodes(node)]
        if not ahead:
            return False
    return True


def added(tree: ast.expr) -> set[str]:
    """The inputs that a formula adds up as they are."""
    terms, found = [tree], set()
    for one in terms:
        if isinstance(one, ast.Name):
            found.add(one.id)
        elif isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add):
            terms += [one.left, one.right]
    return found


def averages(tree: ast.expr, standing: Mapping[str, str]) -> bool:
    """Is a formula a sum of means over rows, each times a number?

    Args:
        tree: The formula.
        standing: For each input, whether it is `rows`, a `mean` over them, or `fixed`.
    """
    used = {standing.get(one.id, "fixed") for one in ast.walk(tree) if isinstance(one, ast.Name)}
    match tree:
        case ast.UnaryOp(operand=inner):
            return averages(inner, standing)
        case ast.BinOp(left=one, op=ast.Add() | ast.Sub(), right=other):
            return averages(one, standing) and averages(other, standing)
        case ast.BinOp(left=ast.Constant(), op=ast.Mult(), right=inner):
            return averages(inner, standing)
        case ast.BinOp(left=inner, op=ast.Mult() | ast.Div(), right=ast.Constant()):
            return averages(inner, standing)
        case ast.Call(func=ast.Name(id="mean"), args=[inner]):
            whole = (one for one in ast.walk(inner) if isinstance(one, ast.Call))
            named = {one.func.id for one in whole if isinstance(one.func, ast.Name)}
            return used <= {"rows", "fixed"} and not named & {*WHOLE}
    return isinstance(tree, ast.Constant) or (isinstance(tree, ast.Name) and "rows" not in used)


def called(formula: str) -> set[str]:
    """The functions that a formula names; none of one that can't be read."""
    return {function for function, _ in _calls(formula)}


def divergence(formula: str) -> bool:
    """Is it how far normal distributions are from the unit normal, of means and log variances?

    -0.5 * (1 + b - a ** 2 - exp(b)), in any order (arxiv.org/abs/1312.6114, appendix B); or of
    means and deviations, with log(b) and b ** 2.
    """
    tree = _tree(formula)
    squared = {
        one.left.id
        for one in ast.walk(tree)
        if isinstance(one, ast.BinOp)
        and isinstance(one.left, ast.Name)
        and (
            (isinstance(one.op, ast.Pow) and ast.unparse(one.right) == "2")
            or (isinstance(one.op, ast.Mult) and ast.unparse(one.right) == one.left.id)
        )
    }
    calls = _calls(formula)
    squared |= {inner for function, inner in calls if function == "square"}
    spread = {inner for function, inner in calls if function == "exp"}
    if spread:
        alone = [one.id for one in ast.walk(tree) if isinstance(one, ast.Name)]
        return any(alone.count(one) > 1 and squared - {one} for one in spread)
    logs = {inner for function, inner in calls if function == "log"}
    return any(one in squared and squared - {one} for one in logs)


def gathered(formula: str) -> set[str]:
    """The inputs of which a formula takes the mean or the sum of everything."""
    found = set()
    for one in ast.walk(_tree(formula)):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in WHOLE:
            found |= {name.id for name in ast.walk(one) if isinstance(name, ast.Name)}
    return found


def is_softmax(formula: str) -> bool:
    """Is it exp(x) / sum(exp(x))?"""
    match _tree(formula):
        case ast.BinOp(
            left=ast.Call(func=ast.Name(id="exp")) as one,
            op=ast.Div(),
            right=ast.Call(func=ast.Name(id="sum"), args=[other]),
        ):
            return ast.dump(one) == ast.dump(other)
    return False


def _calls(formula: str) -> set[tuple[str, str]]:
    """The functions of a formula, each with what it is given."""
    return {
        (one.func.id, ast.unparse(one.args[0]))
        for one in ast.walk(_tree(formula))
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.args
    }


def _tree(formula: str) -> ast.expr:
    try:
        return parse(formula)
    except Mismatch:  # told where its shape is asked for
        return ast.Constant(0)


def measure(tree: ast.expr, types: Mapping[str, TensorType]) -> Size:
    """The size of what a formula gives, from those of its inputs.

    Raises:
        Mismatch: If something in it is not on the list, or sizes do not fit.
    """
    match tree:
        case ast.Constant(value=bool()):
            raise refuse(str(tree.value), "use numbers")
        case ast.Constant(value=int() | float() as number):
            return _constant(lambda: float(number))
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.Name(id=name) if name in types:
            return types[name].dims
        case ast.UnaryOp(op=op, operand=inner) if type(op) in UNARY:
            size = measure(inner, types)
            return size if isinstance(size, tuple) else UNARY[type(op)](size)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
            one, other = measure(left, types), measure(right, types)
            if other == 0 and isinstance(op, ast.Div | ast.FloorDiv | ast.Mod):
                raise refuse(f"{ast.unparse(tree)}, a division by 0", "divide by another number")
            if isinstance(one, tuple) or isinstance(other, tuple):
                return _meet(one, other)
            result = BINARY[type(op)]
            return _constant(lambda: result(one, other))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _called(name, [measure(one, types) for one in args])
    match tree:
        case ast.BinOp(op=ast.BitXor()):
            raise refuse(ast.unparse(tree), "write a power as a ** 2")
        case ast.Compare() | ast.IfExp() | ast.BoolOp():
            raise refuse(ast.unparse(tree), "use the nodes Compare and Where")
        case ast.BinOp(op=ast.MatMult()):
            raise refuse(ast.unparse(tree), "use the node MatMul")
    raise refuse(ast.unparse(tree), f"use + - * / ** % // and {', '.join(FUNCTIONS)}")


def sizes(tree: ast.expr, types: Mapping[str, TensorType]) -> tuple[Dim, ...]:
    """The sizes of what a formula of at least one input gives.

    Raises:
        Mismatch: If it is refused, or a mere number.
    """
    found = measure(tree, types)
    if not isinstance(found, tuple):
        raise refuse("no input", "name an input in the formula, such as x")
    return found


FLAT = frozenset({"ceil", "floor", "round", "sign"})
"""Functions whose slope is 0 wherever there is one: no gradient gets through them."""


def sloped(tree: ast.expr) -> set[str]:
    """The names in a formula that a gradient gets to."""
    match tree:
        case ast.Name(id=name):
            return {name}
        case ast.BinOp(op=ast.FloorDiv()):
            return set()
        case ast.Call(func=ast.Name(id=name), args=args):
            return set() if name in FLAT else {one for arg in args for one in sloped(arg)}
        case _:
            inner = (one for one in ast.iter_child_nodes(tree) if isinstance(one, ast.expr))
            return {name for one in inner for name in sloped(one)}


def mends(formula: str) -> list[Repair]:
    """Repairs of a formula that names functions as they are called elsewhere.

    One of a single function that is a node's own gets that node.
    """
    found = respelt(formula, FUNCTIONS, MEANT)
    whole = re.fullmatch(r"\s*(?:\w+\.)?([a-z_]\w*)\(\s*[A-Za-z_]\w*\s*\)\s*", formula)
    other = [use(f"activation.{whole[1]}")] if whole else []
    try:
        measure(parse(found), {name: TensorType(()) for name in inputs(found)})
    except Mismatch:
        return other
    return [*other, set_param("formula", found)]


def readable(formula: str) -> None:
    """Can a formula be read, and are all its functions known?

    Raises:
        Mismatch: If not.
    """
    with offering(lambda: mends(formula)):
        sizes(parse(formula), {name: TensorType(()) for name in inputs(formula)})


def _constant(value: Callable[[], float]) -> float:
    try:
        found = value()
    except (ArithmeticError, ValueError) as error:
        raise refuse("a number that does not exist", "check the numbers") from error
    if not isinstance(found, float) or not math.isfinite(found):
        raise refuse("a number that is too large or not real", "check the numbers")
    return found


def _meet(*given: Size) -> tuple[Dim, ...]:
    return broadcast([TensorType(size) for size in given if isinstance(size, tuple)])


def _called(name: str, given: list[Size]) -> Size:
    if name not in FUNCTIONS:
        near = INSTEAD.get(name.lower()) or nearest(name, FUNCTIONS, MEANT)
        raise refuse(f"{name}()", f"use {near or 'one of ' + ', '.join(FUNCTIONS)}")
    count = 2 if name in PAIRS else 1
    if len(given) != count:
        raise refuse(f"{name} of {len(given)}", f"{name} takes {count}{' or more' * (count - 1)}")
    if not any(isinstance(size, tuple) for size in given):
        raise refuse(f"{name} of a number", "write the number itself; functions take inputs")
    return () if name in WHOLE else _meet(*given)


def write(tree: ast.expr, values: Mapping[str, Value]) -> str:
    """Source of a formula.

    Raises:
        Mismatch: If `sizes` refuses it.
    """
    types = {name: value.type for name, value in values.items()}
    sizes(tree, types)
    return ast.unparse(_Writer(values, types).visit(tree))


class _Writer(ast.NodeTransformer):
    """Puts torch's functions and the inputs' source in place of the formula's names."""

    def __init__(self, values: Mapping[str, Value], types: Mapping[str, TensorType]) -> None:
        self.values, self.types = values, types

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """An input or a constant; the text goes in as it stands."""
        if node.id in CONSTANTS:
            return ast.Name(f"math.{node.id}")
        return ast.Name(operand(self.values[node.id]))

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """An operator; torch knows no slope of `//`, not even that it is 0 everywhere.

        Nor does it know one of a number `%` a tensor.
        """
        if not isinstance(measure(node, self.types), tuple):
            return node
        fixed = isinstance(measure(node.left, self.types), float)
        self.generic_visit(node)
        if isinstance(node.op, ast.FloorDiv):
            return ast.Call(ast.Attribute(node, "detach"), [], [])
        if isinstance(node.op, ast.Mod) and fixed:
            number = ast.Call(ast.Name("torch.tensor"), [node.left], [])
            return ast.Call(ast.Name("torch.remainder"), [number, node.right], [])
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """A function; the smaller of an input and a number is a clamp."""
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        # measured first: writing an argument puts source in place of its names
        fixed = [isinstance(measure(one, self.types), float) for one in node.args]
        args: list[ast.expr] = [self.visit(one) for one in node.args]
        if name not in PAIRS:
            return ast.Call(ast.Name((POINTWISE | WHOLE)[name]), args, [])
        function, bound = PAIRS[name]
        if not any(fixed):
            return ast.Call(ast.Name(function), args, [])
        limit, other = args if fixed[0] else reversed(args)
        return ast.Call(ast.Name("torch.clamp"), [other], [ast.keyword(bound, limit)])
