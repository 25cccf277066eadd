"""Partners of rows: pairs and triplets by class."""

import torch
from torch import Tensor

from runtime.exported.data import DataError

APART = 7_368_787
"""Added to a seed, so that partners are drawn apart from the order of rows."""


def pair_rows(label: Tensor, *, share: float = 0.5, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Draw a partner for each row.

    Args:
        label: Class numbers [N].
        share: How many partners are of the same class.
        seed: The same one gives the same partners.

    Returns:
        The partners' rows [N], 1 where both are of one class [N], and 1 or -1 likewise [N].

    Raises:
        DataError: If there is one class only.
    """
    generator = torch.Generator().manual_seed(seed + APART)
    own, other = rows_of_classes(label, generator)
    alike = torch.rand(len(label), generator=generator) < share
    alike &= own != torch.arange(len(label))  # who is alone in its class has no such partner
    same = alike.long()
    rows = torch.where(alike, own, other)
    return rows.to(label.device), same.to(label.device), (2.0 * same - 1).to(label.device)


def triplet_rows(label: Tensor, *, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Draw for each row one of its own class and one of another, [N] each.

    Raises:
        DataError: If there is one class only.
    """
    own, other = rows_of_classes(label, torch.Generator().manual_seed(seed + APART))
    return own.to(label.device), other.to(label.device)


def rows_of_classes(label: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """For each row another one of its class (itself where it is alone), and one of the others."""
    label, count = label.cpu(), len(label)
    sizes = label.bincount()
    if int(sizes.max()) == count:
        raise DataError(
            "Pairs: expected labels of two classes or more, received one class only: there is no "
            "row of another class to draw."
        )
    by_class = label.argsort(stable=True)
    size, first = sizes[label], (sizes.cumsum(0) - sizes)[label]  # of each row's class, in by_class
    place = torch.empty_like(label)
    place[by_class] = torch.arange(count)
    ahead = torch.rand(count, generator=generator, dtype=torch.float64)
    step = 1 + (ahead * (size - 1)).long()
    own = by_class[first + (place - first + step) % size]
    beyond = torch.rand(count, generator=generator, dtype=torch.float64)
    at = (beyond * (count - size)).long()
    other = by_class[at + size * (at >= first)]
    return own, other
