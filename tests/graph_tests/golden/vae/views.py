"""What the application shows while this project trains."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from latents import latent_point
from train import Training


def examples(training: Training, count: int) -> tuple[Tensor, ...]:
    """Held-out examples, always the same ones."""
    return tuple(t[:count] for t in training.validation_set)


def reconstructions(training: Training, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
    image, _ = batch
    with training.autocast:
        encoder_mean, encoder_log_variance = training.encoder(image)
        code = encoder_mean + torch.exp(0.5 * encoder_log_variance) * torch.randn_like(encoder_mean)
        made = F.sigmoid(training.decoder(code))  # [N, 1, 28, 28]
    return {"image": image, "reconstruction": made}


def samples(training: Training, count: int) -> dict[str, Tensor]:
    with training.autocast:
        noise = torch.randn(count, 20, device=training.device)  # [N, 20]
        imagined = F.sigmoid(training.decoder(noise))  # [N, 1, 28, 28]
    return {"image": imagined}


def by_hand(
    training: Training, count: int, *, latent_sliders: Sequence[float] = (0.0,) * 20
) -> dict[str, Tensor]:
    with training.autocast:
        latents = latent_point(count, latent_sliders, device=training.device)  # [N, 20]
        turned = F.sigmoid(training.decoder(latents))  # [N, 1, 28, 28]
    return {"image": turned}
