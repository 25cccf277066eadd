"""What no machine can hold: told at the node, before anything tries to."""

from collections.abc import Iterable
from math import prod

from graph.core.errors import Mismatch
from graph.core.tensor import TensorType

LARGEST = 2**40
"""Numbers that one node's weights, or what it gives for one example, may have: some 4,000 GB."""
BYTES = 4


def check_sizes(weights: int, given: Iterable[TensorType]) -> None:
    """Refuse weights and outputs past `LARGEST`.

    Args:
        weights: How many numbers a node learns.
        given: What it gives; axes of unknown length count once.

    Raises:
        Mismatch: If there are more.
    """
    if weights > LARGEST:
        raise Mismatch(
            f"at most {gigabytes(LARGEST)} of weights", gigabytes(weights), "make the layer smaller"
        )
    for kind in given:
        numbers = prod(dim for dim in kind.dims if isinstance(dim, int))
        if numbers > LARGEST:
            raise Mismatch(
                f"at most {gigabytes(LARGEST)} of numbers for an example",
                gigabytes(numbers),
                "make what it gives smaller",
            )


def gigabytes(numbers: int) -> str:
    """How much room numbers take, for people."""
    whole = numbers * BYTES // 10**9
    return f"{whole:,} GB" if whole < 10**15 else f"1e{len(str(whole)) - 1} GB"
