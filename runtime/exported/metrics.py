"""Figures that torchmetrics has not."""

from torch import Tensor


def mask_dice(mask: Tensor, wanted: Tensor) -> Tensor:
    """Dice of each picture's masks [N, ...], yes or no: [N]; 1 where both are empty."""
    mask, wanted = mask.flatten(1).float(), wanted.flatten(1).float()
    both, size = (mask * wanted).sum(1), mask.sum(1) + wanted.sum(1)
    return (2 * both / size.clamp(min=1)).where(size > 0, 1.0)
