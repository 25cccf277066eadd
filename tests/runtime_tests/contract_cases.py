"""What sampling at random would hardly ever hit, and where Neurowire is stricter than torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from graph.core.tensor import Dim, TensorType, features, labels
from tests.runtime_tests.contract import Choices, Wire

STRICTER = {
    r"features \(floats\)": "class numbers, tokens and masks are no features, though torch "
    "computes with some of them",
    r"a batch \[N": "torch also takes single examples; on a board there is always a batch",
    r"pictures \[N": "the same for pictures",
    r"patches \[N": "the same for patches",
    r"rows of tokens \[N": "the same for tokens",
    r"channels (with places )?\[N": "one number has no channels to drop",
    r"a tensor with axes": "torch lets one number pass where it has no axis to work along",
    r"tensors that have the batch on the same axis": "[N, 1] with [N] gives [N, N] in torch, "
    "hardly ever meant",
    r"rows \[N, features\]": "one number an example is no row of features",
    r"a fixed size on axis": "a size that varies may be odd when it comes to it",
    r"a side that \d+ windows": "torch gives an empty output, of no use",
    r"an axis of size 1": "torch leaves a larger axis as it is; that is no squeeze",
    r"a stretch within": "torch gives an empty output, of no use",
    r"something left of every side": "torch gives an empty output, of no use",
    r"at least one row left": "the same",
    r"examples like those": "a point between two examples, not between an example and a number",
    r"one time an example": "torch would make waves of any numbers; a network gets one time",
    r"an even size": "half of the waves are sines, half cosines",
    r"a log variance like": "torch would spread one variance over many means",
    r"vectors \[N": "one number for all examples is no vector",
    r"at least one row of output": "an empty output is of no use, though torch gives one",
    r"sizes that multiply": "the batch is left alone, while torch lays all numbers out anew",
    r"rows of \d+ features": "the node has as many outputs as it says",
    r"a number per example": "constants alone make no batch",
    r"features of a fixed number": "a number for all examples is no row",
    r"an odd size": "a window of an even size has no middle and would shift the picture",
    r"a size that \d+ parts divide": "torch makes the last part smaller, which is hardly meant",
    r"a mask of yes and no": "torch joins whole numbers bit by bit; a mask says yes or no",
    r"whole numbers below": "torch refuses those numbers only when one comes",
    r"a table of rows": "torch looks up in flat tables too; a row of numbers is what is meant",
    r"one number per example": "a neuron adds numbers up, not rows",
}
"""Patterns of what a mismatch expects, each with the reason it is not torch's own refusal."""

FORMULAS = [
    "a + b",
    "(a + b) / 2",
    "-a ** 2 + 3 * b",
    "max(a, 0.5) - min(1, b)",
    "min(a, b) * pi",
    "mean((a - b) ** 2)",
    "sum(abs(a)) / 10 + sigmoid(b)",
    "softplus(a) // 2 % 3",
    "relu(a) * exp(-b) + e",
    "exp(1) + a",
    "a.b",
    "a if b else a",
    "a +",
    "1 / 0 + a",
    "2 * 3",
    "lambda a: a",
    "a[0]",
    "open(a)",
]


def _equations() -> list[str]:
    """Sums that fit the letters drawn for them, and any."""
    rng = Random("einsum")

    def letters() -> str:
        return "".join(rng.choices("nijk", k=rng.randint(0, 3)))

    known = ["ni,ni->n", "ni,nj->nij", "nij,njk->nik", "ni->", "nii->n"]
    return [
        *known * 4,
        *(f"{letters()},{letters()}->{letters()}" for _ in range(20)),
        *(f"{letters()},{letters()}" for _ in range(20)),
    ]


AXES = [(1,), (0, 1), (-1, 1), (2,)]
PARAMS: dict[str, Choices] = {
    "layer.fold": {
        "kernel_size": [(2,), (2, 1)],
        "stride": [(2,), (1, 2)],
        "padding": [(0,)],
        "dilation": [(1,)],
        "output_size": [(4,), (4, 6), (8,)],
    },
    "loss.adaptive_log_softmax": {"cutoffs": [(2,), (2, 5), (5, 2)]},
    "merge.einsum": {"equation": _equations()},
    "shape.unflatten": {"sizes": [(1, 8, 8), (2, -1), (-1, 3), (4, 0), (-1, -1)]},
    "shape.crop": {"size": [(2,), (3,), (2, 3), (8,)]},
    "merge.expression": {"formula": FORMULAS},
    "layer.constant": {"values": [(1.0,), (0.0, 2.0), (1.0,) * 6, (0.5, 1.0, 2.0)]},
    "shape.split": {"sizes": [None, (2, 2), (1, 3), (4,), (5, 2, 1)]},
    "shape.roll": {"dims": AXES},
    "shape.flip": {"dims": AXES},
}
"""Values that fit a parameter whose range says too little."""

Params = Mapping[str, Any]
Fitting = Callable[[Params, Random], tuple[Wire, ...]]


def each(*choices: Sequence[Wire]) -> Fitting:
    """One of the choices for every input."""
    return lambda params, rng: tuple(rng.choice(wire) for wire in choices)


def several(choices: Sequence[TensorType]) -> Fitting:
    """One to three of the choices, at one input."""
    return lambda params, rng: (tuple(rng.choices(choices, k=rng.randint(1, 3))),)


def _sizes(*choices: tuple[Dim, ...]) -> list[TensorType]:
    return [features(*dims) for dims in choices]


def _tokens(*choices: tuple[Dim, ...]) -> list[TensorType]:
    return [TensorType(dims, "int", "tokens", known) for dims in choices for known in (None, 6)]


def _mask(*dims: Dim) -> TensorType:
    return TensorType(dims, "bool", "mask")


def _index(*dims: Dim, classes: int | None = None) -> TensorType:
    return TensorType(dims, "int", "labels", classes)


def _bag(params: Params, rng: Random) -> tuple[Wire, ...]:
    bag = rng.choice(_tokens(("N", 4), ("N", "T")))
    return bag, rng.choice([None, features(*bag.dims)])


def _unpool(axes: int) -> Fitting:
    def fitting(params: Params, rng: Random) -> tuple[Wire, ...]:
        x = rng.choice(_sizes(("N", 2, *(3,) * axes), ("N", 1, *(4,) * axes), ("N", 2, 3)))
        return x, TensorType(x.dims, "int", classes=1)

    return fitting


def _einsum(params: Params, rng: Random) -> tuple[Wire, ...]:
    terms = params["equation"].partition("->")[0].split(",")
    size: dict[str, Dim] = {"n": "N", "i": 2, "j": 3, "k": 4}
    size |= rng.choice([{}, {"i": 1, "k": 1}])
    return (tuple(features(*(size[letter] for letter in term)) for term in terms),)


def _pictures(*others: TensorType) -> Fitting:
    pictures = _sizes(("N", 2, 4, 6), ("N", 3, 5, 4), ("N", 1, 4, 3, 2), ("N", 2, 6, 4, 3))
    return each(pictures, [*others, features("N", 4)])


def _affine(params: Params, rng: Random) -> tuple[Wire, ...]:
    grids = _pictures(features("N", 2, 3), features("N", 3, 4), features("N", 6))
    return tuple(reversed(grids(params, rng)))


MASKS = [_mask("N", 4), _mask("N", 1), _mask(4), _mask("N", 3, 4)]
PLACES = [_index("N", 4, classes=4), _index("N", 2), _index("N", 2, 3), _index("N")]
ROWS = each(_sizes(("N", 8), ("N", 6)), [labels("N", classes=7)])
MATRICES = _sizes(("N", 2, 3), ("N", 3, 2), ("N", 3, 3), (3, 2), (3,), ("N", 4, 2, 3), ("N", 3))

WIRES: dict[str, Fitting] = {
    "merge.logical": several(MASKS),
    "merge.not": each(MASKS),
    "merge.where": each(MASKS, _sizes(("N", 4), ("N", 1)), [*_sizes(("N", 4), ()), _index("N", 4)]),
    "merge.masked_fill": each(_sizes(("N", 4), ("N", 3, 4), (4,)), MASKS),
    "merge.gather": each(_sizes(("N", 4), ("N", 4, 3), ("N", 6, 1)), [*PLACES, _index("N", 4, 3)]),
    "merge.lookup": each(
        _sizes((8, 3), (4, 1), (8,)), [*_tokens(("N",), ("N", 4)), _index("N", "T")]
    ),
    "merge.distances": each(
        _sizes(("N", 4), (3, 4), ("N", 6, 4)), _sizes(("N", 4), (8, 4), ("N", 2, 4), ("N", 3))
    ),
    "shape.grid_sample": _pictures(
        features("N", 3, 5, 2), features("N", 2, 3, 5, 3), features("N", 3, 5, 3)
    ),
    "shape.affine_grid": _affine,
    "layer.embedding": each(_tokens(("N",), ("N", 4), ("N", "T"))),
    "layer.embedding_bag": _bag,
    "layer.linear": each(
        _sizes(("N", 4), ("N", "T", 8), ("N", 2, 3, 4), ("N", 1, 2, 3, 4), ("N", 2, 1, 2, 3, 4))
    ),
    "layer.fold": each(_sizes(("N", 4, 4), ("N", 8, 6), ("N", 8, 16), ("N", 2, 12), ("N", 4, 9))),
    "loss.adaptive_log_softmax": ROWS,
    "loss.linear_cross_entropy": ROWS,
    "merge.matmul": each(MATRICES, MATRICES),
    "merge.einsum": _einsum,
    "pool.max_unpool1d": _unpool(1),
    "pool.max_unpool2d": _unpool(2),
    "pool.max_unpool3d": _unpool(3),
    "layer.time_embedding": each(_sizes(("N",))),
    "neuron.split": lambda params, rng: (features("N", params["columns"]),),
    "neuron.join": several(_sizes(("N",))),
    "shape.squeeze": each(_sizes(("N", 1), ("N", 1, 1, 4), ("N", "T", 1))),
    "shape.unflatten": each(_sizes(("N", 64), ("N", 4, 6), ("N", "T", 12))),
    "shape.one_hot": each(_tokens(("N",), ("N", 4))),
}
"""Wires that fit a node, by its type, built from its parameters."""
