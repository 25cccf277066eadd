"""Products of matrices and tensors."""

import re

from graph.core.errors import Mismatch, insert_before
from graph.core.tensor import Dim, TensorType
from graph.declare import Value, call, node, param
from graph.nodes.merging.merge import GROUP, some
from graph.nodes.shared.axes_of_shapes import joint, numbers, operand
from graph.nodes.shared.meeting import broadcast


@node(
    "merge.matmul",
    group=GROUP,
    title="MatMul",
    inputs="a b",
    outputs="y:any",
    source="torch.matmul",
    synonyms="matrix product, dot, at",
)
class MatMul:
    """Matrix product over the last two axes: [N, n, m] and [N, m, p] become [N, n, p]."""

    def shape(self, a: TensorType, b: TensorType) -> TensorType:
        numbers(a, "a")
        numbers(b, "b")
        if not a.rank or not b.rank:
            raise Mismatch("tensors with axes", f"{a} and {b}", "use Multiply for one number")
        rows, columns = a.dims[-2:-1], b.dims[-1:] if b.rank > 1 else ()
        inner = b.dims[-2] if b.rank > 1 else b.dims[-1]
        if a.dims[-1] != inner:
            swapped = b.rank > 1 and a.dims[-1] == b.dims[-1]
            repair = insert_before(
                "b", "shape.transpose", "Insert Transpose on b", dim0=-2, dim1=-1
            )
            raise Mismatch(
                f"`b` with {a.dims[-1]} rows, as many as `a` has columns",
                f"{a} and {b}",
                "swap the axes of one, or change a layer before",
                repairs=[repair] if swapped else [],
            )
        many = broadcast((a.with_dims(*a.dims[:-2]), b.with_dims(*b.dims[:-2])))
        return joint((a, b), (*many, *rows, *columns))

    def expression(self, a: Value, b: Value) -> str:
        return f"{operand(a)} @ {operand(b)}"


_EQUATION = re.compile(r"(?P<inputs>[A-Za-z]*(,[A-Za-z]*)*)(->(?P<output>[A-Za-z]*))?")


@node(
    "merge.einsum",
    group=GROUP,
    inputs="xs*",
    outputs="y:any",
    source="torch.einsum",
    synonyms="einstein sum, contraction, tensor product",
)
class Einsum:
    """A sum of products by a formula: a letter an axis, and letters that vanish are summed over.

    `ni,ni->n` multiplies two rows number by number and adds them up.
    """

    equation: str = param("ni,ni->n", doc="Letters of each input's axes, then of the output's.")

    def shape(self, xs: tuple[TensorType, ...]) -> TensorType:
        for x in some(xs):
            numbers(x, "xs")
        terms, output = self.terms()
        if len(terms) != len(xs):
            raise Mismatch(f"{len(terms)} wires for {self.equation}", len(xs), "change either")
        sizes: dict[str, Dim] = {}
        for term, x in zip(terms, xs, strict=True):
            if len(term) != x.rank:
                advice = "write a letter for each axis, the batch included"
                raise Mismatch(f"{len(term)} axes for {term!r}", x, advice)
            for letter, size in zip(term, x.dims, strict=True):
                if sizes.setdefault(letter, size) == 1:
                    sizes[letter] = size
                if size not in {1, sizes[letter]} or (term.count(letter) > 1 and size == 1):
                    self.check_repeat(term, x, letter)
                    if size not in {1, sizes[letter]}:
                        expected = f"the same size wherever {letter!r} stands"
                        received = f"{sizes[letter]} and {size}"
                        raise Mismatch(expected, received, "use another letter")
        return joint(xs, tuple(sizes[letter] for letter in output))

    def check_repeat(self, term: str, x: TensorType, letter: str) -> None:
        """A letter twice in one input is a diagonal, which needs equal sizes.

        Raises:
            Mismatch: If they differ.
        """
        sizes = {size for one, size in zip(term, x.dims, strict=True) if one == letter}
        if len(sizes) > 1:
            raise Mismatch(f"equal sizes for {letter!r} in {term!r}", x, "use another letter")

    def terms(self) -> tuple[list[str], str]:
        """The letters of each input and of the output.

        Raises:
            Mismatch: If the formula can't be read.
        """
        text = self.equation.replace(" ", "")
        found = _EQUATION.fullmatch(text)
        if found is None:
            raise Mismatch("a formula such as ni,ni->n", self.equation, "use letters only")
        terms = found["inputs"].split(",")
        letters = "".join(terms)
        output = found["output"]
        if output is None:
            output = "".join(sorted(one for one in set(letters) if letters.count(one) == 1))
        if len(set(output)) < len(output) or set(output) - set(letters):
            advice = "each letter once, and only those of the inputs"
            raise Mismatch("an output of letters from the inputs", output, advice)
        return terms, output

    def expression(self, xs: tuple[Value, ...]) -> str:
        return call("torch.einsum", self.equation.replace(" ", ""), *xs)

    def summary(self) -> str:
        return self.equation
