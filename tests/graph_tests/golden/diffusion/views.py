"""What the application shows while this project trains."""

import torch
from torch import Tensor

from diffusion import diffusion_samples
from train import Training


def examples(training: Training, count: int) -> tuple[Tensor, ...]:
    """Held-out examples, always the same ones."""
    return tuple(t[:count] for t in training.validation_set)


def samples(training: Training, count: int) -> dict[str, Tensor]:
    with training.autocast:
        diffusion_image, _ = diffusion_samples(
            training.u_net_ema, torch.randn(count, 1, 8, 8, device=training.device), steps=10
        )
    return {"image": diffusion_image}


def out_of_noise(training: Training, count: int) -> dict[str, Tensor]:
    with training.autocast:
        _, diffusion_way = diffusion_samples(
            training.u_net_ema, torch.randn(count, 1, 8, 8, device=training.device), steps=10
        )
    return {"way": diffusion_way}
