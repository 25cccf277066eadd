"""Formulas as people write them elsewhere, in the words that a formula knows."""

import ast
import re
from collections.abc import Collection, Mapping

MODULES = frozenset({"np", "numpy", "torch", "math", "F", "tf", "jnp"})
"""What functions are taken from elsewhere, and are not here."""


def nearest(name: str, known: Collection[str], meant: Mapping[str, str]) -> str:
    """The function that a name is likely to mean; nothing where none is near."""
    import difflib  # noqa: PLC0415 - only where something is not known

    plain = name.lower()
    if plain in known or plain in meant:
        return plain if plain in known else meant[plain]
    bare = {one.replace("_", ""): one for one in known}
    found = difflib.get_close_matches(plain.replace("_", "")[:50], bare, n=1, cutoff=0.78)
    return bare[found[0]] if found else ""


def respelt(formula: str, known: Collection[str], meant: Mapping[str, str]) -> str:
    """The formula with functions that are known, and powers as Python writes them.

    Nothing where it can't be read, or where nothing is to be changed.
    """
    try:
        before = ast.unparse(ast.parse(formula.strip(), mode="eval").body)
        # a power, as elsewhere; before it is read, as Python adds before it takes the exclusive or
        tree = ast.parse(formula.strip().replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    after = ast.unparse(_Speller(known, meant).visit(tree))
    return after if after != before else ""


class _Speller(ast.NodeTransformer):
    def __init__(self, known: Collection[str], meant: Mapping[str, str]) -> None:
        self.known, self.meant = known, meant

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in MODULES:
                node.func = ast.Name(name)
            case ast.Attribute(value=inner, attr=name):
                node.func, node.args = ast.Name(name), [inner, *node.args]
        match node:
            case ast.Call(func=ast.Name(id="pow" | "power"), args=[base, power]):
                return ast.BinOp(base, ast.Pow(), power)
            case ast.Call(func=ast.Name(id=name)) if name not in self.known:
                node.func = ast.Name(nearest(name, self.known, self.meant) or name)
        return node


def names(formula: str) -> list[str]:
    """The words of a formula that are no functions of it, in order, even of half a formula."""
    modules = "|".join(sorted(MODULES))
    pattern = rf"(?<![\w.])(?!(?:{modules})\.)(?:[A-Za-z_]\b|[A-Za-z_]\w+\b(?!\s*\())"
    return list(dict.fromkeys(re.findall(pattern, formula, flags=re.ASCII)))
