"""What the application shows while this project trains."""

import torch
import torch.nn.functional as F
from torch import Tensor

from train import Training


def examples(training: Training, count: int) -> tuple[Tensor, ...]:
    """Held-out examples, always the same ones."""
    return tuple(t[:count] for t in training.validation_set)


def reconstructions(training: Training, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
    image, label = batch
    with training.autocast:
        encoder_mean, encoder_log_variance = training.encoder(image, label)
        code = encoder_mean + torch.exp(0.5 * encoder_log_variance) * torch.randn_like(encoder_mean)
        made = F.sigmoid(training.decoder(code, label))  # [N, 1, 28, 28]
    return {"image": image, "reconstruction": made}


def samples(training: Training, count: int) -> dict[str, Tensor]:
    with training.autocast:
        other_noise = torch.randn(count, 20, device=training.device)  # [N, 20]
        asked = torch.arange(count, device=training.device) % 10  # [N]
        imagined = F.sigmoid(training.decoder(other_noise, asked))  # [N, 1, 28, 28]
    return {"image": imagined, "label": asked}
