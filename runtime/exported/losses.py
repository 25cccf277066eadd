"""Losses that torch has not."""

import torch
import torch.nn.functional as F
from torch import Tensor


def focal_loss(logits: Tensor, label: Tensor, gamma: float = 2.0) -> Tensor:
    """Cross entropy that looks less at what is already right (arxiv.org/abs/1708.02002)."""
    surprise = F.cross_entropy(logits, label, reduction="none")
    return ((1 - torch.exp(-surprise)) ** gamma * surprise).mean()


def binary_focal_loss(
    logits: Tensor, target: Tensor, gamma: float = 2.0, alpha: float = 0.25
) -> Tensor:
    """Focal loss for yes or no; `alpha` is the weight of yes (arxiv.org/abs/1708.02002)."""
    surprise = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    weight = alpha * target + (1 - alpha) * (1 - target)
    return (weight * (1 - torch.exp(-surprise)) ** gamma * surprise).mean()


def dice_loss(logits: Tensor, target: Tensor, smooth: float = 1.0) -> Tensor:
    """1 - Dice of yes-or-no masks [N, ...], a mean over pictures (arxiv.org/abs/1606.04797)."""
    mask, wanted = logits.sigmoid().flatten(1), target.flatten(1)
    both = (mask * wanted).sum(1)
    return (1 - (2 * both + smooth) / (mask.sum(1) + wanted.sum(1) + smooth)).mean()


def multiclass_dice_loss(logits: Tensor, label: Tensor, smooth: float = 1.0) -> Tensor:
    """1 - Dice over classes: logits [N, C, ...], label [N, ...] of class numbers."""
    share = logits.softmax(1).flatten(2)
    wanted = F.one_hot(label.flatten(1), logits.shape[1]).transpose(1, 2).to(share.dtype)
    both = (share * wanted).sum(2)
    return (1 - (2 * both + smooth) / (share.sum(2) + wanted.sum(2) + smooth)).mean()


def kl_to_unit_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL of N(mean, variance) to N(0, 1), summed over units (arxiv.org/abs/1312.6114, app. B)."""
    return 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).flatten(1).sum(1).mean()
