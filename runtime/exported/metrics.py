"""Figures that torchmetrics has not, or not for a batch of any size."""

from torch import Tensor


def mask_dice(mask: Tensor, wanted: Tensor) -> Tensor:
    """Dice of each picture's masks [N, ...], yes or no: [N]; 1 where both are empty."""
    mask, wanted = mask.flatten(1).float(), wanted.flatten(1).float()
    both, size = (mask * wanted).sum(1), mask.sum(1) + wanted.sum(1)
    return (2 * both / size.clamp(min=1)).where(size > 0, 1.0)


def r_squared(prediction: Tensor, target: Tensor) -> Tensor:
    """Share of the variance of the target's columns that is explained; not finite for one row."""
    prediction, target = prediction.float(), target.float()
    missed = (target - prediction).square().sum(0)
    return (1 - missed / (target - target.mean(0)).square().sum(0)).mean()
