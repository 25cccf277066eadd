"""One-line changes to Python source that should make a test fail.

Left out is what no test should notice: docstrings, annotations, `__repr__`, and

- arguments by the names in `UNSEEN`: words of documentation, kinds of dataclasses, checks of `zip`;
- calls in `UNTOLD`: words of a log, and caches, which only save time;
- in `gui/`, numbers in calls of `STYLES` and in class attributes or constants of `gui/look`: sizes,
  colours and times that are a matter of taste.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

UNSEEN = frozenset(
    (
        *("frozen", "slots", "kw_only", "eq", "strict", "doc", "words", "synonyms", "advanced"),
        *("group", "title", "daemon", "encoding", "name", "stacklevel", "maxsize", "flush"),
    )
)
UNTOLD = frozenset(("debug", "info", "warning", "lru_cache", "cache", "simplefilter"))
STYLES = frozenset(
    (
        *("setSpacing", "setContentsMargins", "setFixedHeight", "setFixedWidth", "resize"),
        *("setMinimumWidth", "setMinimumHeight", "setMaximumWidth", "setMaximumHeight"),
        *("setInterval", "singleShot", "start", "setDuration", "setOpacity", "setZValue"),
        *("setPointSizeF", "setPixelSize", "setWeight", "setWidthF", "setAlpha", "setAlphaF"),
        *("QColor", "QFont", "QPen", "QSize", "QSizeF", "QMargins", "lighter", "darker"),
        *("adjusted", "drawRoundedRect", "addRoundedRect", "setStretchFactor", "fromHsl"),
    )
)
NEGATED: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
OPPOSITE: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}


@dataclass(frozen=True)
class Change:
    """One change: what stands between two places of a file, and what is to stand there."""

    path: str
    line: int
    kind: str
    start: int
    end: int
    text: str

    def made(self, source: bytes) -> bytes:
        """The file's source with the change made."""
        return source[: self.start] + self.text.encode() + source[self.end :]


def changes(path: str, source: bytes) -> list[Change]:
    """All changes to a file."""
    lines = [0]
    for line in source.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    found = []
    for node, kind, new in _walk(ast.parse(source), path):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = lines[node.lineno - 1] + node.col_offset
        end = lines[node.end_lineno - 1] + node.end_col_offset
        text = new if isinstance(new, str) else ast.unparse(new)
        if isinstance(new, ast.expr) and not isinstance(new, ast.Constant | ast.Call | ast.Name):
            text = f"({text})"
        change = Change(path, node.lineno, kind, start, end, text)
        if change.made(source) != source:
            found.append(change)
    return found


Found = tuple[ast.expr | ast.stmt, str, ast.expr | str]


def _walk(node: ast.AST, path: str) -> Iterator[Found]:
    """All changes below a place, what no test should notice left out."""
    if isinstance(node, ast.FunctionDef) and node.name == "__repr__":
        return
    if isinstance(node, ast.Assert | ast.Import | ast.ImportFrom | ast.JoinedStr):
        return
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Call) and _called(node) in UNTOLD:
        return
    if isinstance(node, ast.expr):
        yield from _of_expression(node)
    elif isinstance(node, ast.stmt):
        yield from _of_statement(node)
    for child in _below(node, path):
        yield from _walk(child, path)


def _below(node: ast.AST, path: str) -> Iterator[ast.AST]:
    match node:
        case ast.AnnAssign():
            yield from [node.value] if node.value else []
        case ast.arguments():
            yield from (one for one in (*node.defaults, *node.kw_defaults) if one)
        case ast.FunctionDef():
            yield node.args
            yield from node.body
        case ast.Call():
            style = path.startswith("gui/") and _called(node) in STYLES
            yield node.func
            yield from () if style else node.args
            yield from (one.value for one in node.keywords if not style and one.arg not in UNSEEN)
        case ast.Subscript() if path.startswith("gui/look"):
            return
        case ast.Assign() if path.startswith("gui/look"):
            return
        case _:
            yield from ast.iter_child_nodes(node)


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _of_expression(node: ast.expr) -> Iterator[Found]:
    match node:
        case ast.Compare(ops=[op]):
            for other in NEGATED.get(type(op), []):
                yield node, "comparison", ast.Compare(node.left, [other()], node.comparators)
        case ast.BoolOp():
            joined = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield node, "and, or", ast.BoolOp(joined, node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node, "not", node.operand
        case ast.BinOp() if type(node.op) in OPPOSITE and not _text(node):
            yield node, "sum", ast.BinOp(node.left, OPPOSITE[type(node.op)](), node.right)
        case ast.Constant(value=bool()):
            yield node, "constant", ast.Constant(not node.value)
        case ast.Constant(value=int() | float() as number):
            yield node, "constant", ast.Constant(number + 1)
        case ast.IfExp():
            yield node, "condition", node.body
            yield node, "condition", node.orelse
        case ast.Call():
            yield from _of_call(node)


def _text(node: ast.BinOp) -> bool:
    """Does it join texts, or lists, or fill one in? That the opposite fails is no news."""
    plain = (ast.JoinedStr, ast.List, ast.Tuple)
    return any(
        isinstance(one, plain) or (isinstance(one, ast.Constant) and isinstance(one.value, str))
        for one in (node.left, node.right)
    )


def _of_call(node: ast.Call) -> Iterator[Found]:
    args = node.args
    starred = any(isinstance(one, ast.Starred) for one in args[:2])
    if len(args) > 1 and not starred:
        swapped = [args[1], args[0], *args[2:]]
        yield node, "arguments swapped", ast.Call(node.func, swapped, node.keywords)
    for keyword in node.keywords:
        if keyword.arg and keyword.arg not in UNSEEN:
            rest = [one for one in node.keywords if one is not keyword]
            yield node, "keyword dropped", ast.Call(node.func, args, rest)


def _of_statement(node: ast.stmt) -> Iterator[Found]:
    match node:
        case ast.Return(value=ast.Constant(value=bool() | None)) | ast.Return(value=None):
            return  # a constant is changed as such
        case ast.Return(value=ast.expr() as value):
            yield value, "return", ast.unparse(_empty(value))
        case ast.Expr(value=ast.Call() as call) if _called(call) not in UNTOLD | STYLES:
            yield node, "statement deleted", "pass"
        case ast.AugAssign() | ast.Continue() | ast.Break():
            yield node, "statement deleted", "pass"


def _empty(value: ast.expr) -> ast.expr:
    match value:
        case ast.List() | ast.ListComp():
            return ast.List([])
        case ast.Tuple():
            return ast.Tuple([])
        case ast.Dict() | ast.DictComp():
            return ast.Dict([], [])
        case ast.JoinedStr():
            return ast.Constant("")
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp():
            return ast.Constant(False)
    return ast.Constant(None)
