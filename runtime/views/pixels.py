"""From tensors to bytes."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from runtime.protocol.payloads import Pictures

LARGEST = 128
"""Longer sides are scaled down: nobody sees more in a small preview."""


def to_pictures(
    image: Tensor,
    captions: Sequence[str] = (),
    right: Sequence[bool | None] = (),
    *,
    signed: bool | None = None,
    columns: int = 0,
    rows: Sequence[str] = (),
    largest: int = LARGEST,
) -> Pictures:
    """Pictures [N, 1 or 3, H, W] in 0..1, or in -1..1 where `signed` (if not said: where below 0).

    Raises:
        ValueError: If these are no pictures.
    """
    if image.ndim != 4 or image.shape[1] not in (1, 3):
        raise ValueError(f"Expected pictures [N, 1 or 3, H, W], received {list(image.shape)}.")
    image = image.detach().float().cpu().nan_to_num(0)
    if is_signed(image) if signed is None else signed:
        image = (image + 1) / 2
    longest = max(image.shape[2:])
    if longest > largest:
        height, width = (max(1, round(side * largest / longest)) for side in image.shape[2:])
        image = F.interpolate(image, size=(height, width), mode="area")
    pixels = image.clamp(0, 1).mul(255).round().byte().permute(0, 2, 3, 1).contiguous()
    _, height, width, channels = pixels.shape
    data = pixels.numpy().tobytes()
    return Pictures(
        width, height, channels, data, tuple(captions), tuple(right), columns, tuple(rows)
    )


def is_signed(image: Tensor) -> bool:
    """Do these pictures use -1..1?"""
    return image.numel() > 0 and bool(image.min() < 0)
