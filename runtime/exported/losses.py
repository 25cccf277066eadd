"""Losses that torch has not."""

import torch
import torch.nn.functional as F
from torch import Tensor


def focal_loss(logits: Tensor, label: Tensor, gamma: float = 2.0) -> Tensor:
    """Cross entropy that looks less at what is already right (arxiv.org/abs/1708.02002)."""
    surprise = F.cross_entropy(logits, label, reduction="none")
    wrong = (1 - torch.exp(-surprise)).clamp(min=1e-7)  # a root's slope at 0 is infinite
    return (wrong**gamma * surprise).mean()


def binary_focal_loss(
    logits: Tensor, target: Tensor, gamma: float = 2.0, alpha: float = 0.25
) -> Tensor:
    """Focal loss for yes or no; `alpha` is the weight of yes (arxiv.org/abs/1708.02002)."""
    surprise = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    weight = alpha * target + (1 - alpha) * (1 - target)
    wrong = (1 - torch.exp(-surprise)).clamp(min=1e-7)  # a root's slope at 0 is infinite
    return (weight * wrong**gamma * surprise).mean()


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


def gradient_penalty(score: Tensor, at: Tensor, weight: float = 10.0) -> Tensor:
    """How far the slope of a score at points [N, ...] is from 1 (arxiv.org/abs/1704.00028).

    The score must have been computed from the points, and these require a gradient.
    """
    (gradient,) = torch.autograd.grad(score, at, torch.ones_like(score), create_graph=True)
    slope: Tensor = gradient.flatten(1).norm(dim=1)  # [N]
    return weight * (slope - 1).square().mean()


def probability_cross_entropy(
    probability: Tensor, target: Tensor, reduction: str = "mean"
) -> Tensor:
    """Binary cross entropy of probabilities, in full precision, as torch asks for."""
    with torch.autocast(probability.device.type, enabled=False):
        return F.binary_cross_entropy(probability.float(), target.float(), reduction=reduction)


def cosine_distance(first: Tensor, second: Tensor) -> Tensor:
    """1 - cosine of the angle between rows [N, features]: [N]."""
    return 1 - F.cosine_similarity(first, second)


def ctc_loss(
    logits: Tensor,
    label: Tensor,
    logits_length: Tensor | None = None,
    label_length: Tensor | None = None,
    *,
    blank: int = 0,
    zero_infinity: bool = False,
) -> Tensor:
    """CTC of logits [N, T, classes] and labels [N, S]; lengths [N] where they are not full."""
    log_probability = logits.float().log_softmax(2).transpose(0, 1)
    if logits_length is None:
        logits_length = torch.full_like(label[:, 0], logits.shape[1])
    if label_length is None:
        label_length = (label != blank).sum(1)
    return F.ctc_loss(
        log_probability, label, logits_length, label_length, blank, zero_infinity=zero_infinity
    )
