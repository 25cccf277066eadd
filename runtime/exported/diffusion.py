"""Diffusion: noise put into pictures step by step, and taken out again by a network."""

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor


def signal_share(time: Tensor, noise_schedule: str = "cosine") -> Tensor:
    """The share of a picture's variance that is left at times from 0 (all) to 1 (next to nothing).

    Papers call it alpha bar. Cosine: Nichol and Dhariwal 2021, arxiv.org/abs/2102.09672, equation
    17. Linear: Ho et al. 2020, arxiv.org/abs/2006.11239, section 4, in the limit of many steps
    (Song et al. 2020, arxiv.org/abs/2011.13456, equation 33).
    """
    if noise_schedule == "linear":
        return torch.exp(-0.1 * time - 0.5 * (20 - 0.1) * time**2)
    offset = 0.008  # else the first steps would be too small
    angle = (time + offset) / (1 + offset) * math.pi / 2
    first = math.cos(offset / (1 + offset) * math.pi / 2) ** 2
    return (torch.cos(angle).square() / first).clamp(min=1e-5)  # it is divided by


def add_noise(
    x: Tensor, noise_schedule: str = "cosine", steps: int = 1000
) -> tuple[Tensor, Tensor, Tensor]:
    """Mix each example [N, ...] with noise, at a step drawn for it.

    Ho et al. 2020, arxiv.org/abs/2006.11239, equation 4.

    Returns:
        What comes of it [N, ...], the noise in it [N, ...], and the times [N], step / steps.
    """
    time = torch.randint(1, steps + 1, (len(x),), device=x.device) / steps
    share = signal_share(time, noise_schedule).view(-1, *[1] * (x.ndim - 1))
    noise = torch.randn_like(x)
    return share.sqrt() * x + (1 - share).sqrt() * noise, noise, time


def sinusoids(time: Tensor, size: int) -> Tensor:
    """Times [N] from 0 to 1 as waves [N, size], slow ones to fast ones: sines, then cosines.

    Vaswani et al. 2017, arxiv.org/abs/1706.03762, section 3.5; a time of 1 is place 1000 there.
    """
    half = size // 2
    pace = torch.exp(-math.log(10000) / half * torch.arange(half, device=time.device))
    angle = 1000 * time.unsqueeze(1) * pace
    return torch.cat((angle.sin(), angle.cos()), dim=1)


def diffusion_samples(
    predict: Callable[[Tensor, Tensor], Tensor],
    noise: Tensor,
    *,
    noise_schedule: str = "cosine",
    steps: int = 20,
    fresh: float = 0.0,
    bounded: bool = True,
    frames: int = 8,
) -> tuple[Tensor, Tensor]:
    """From noise to pictures (Song et al. 2020, arxiv.org/abs/2010.02502, equation 12).

    Args:
        predict: A network's guess of the noise [N, ...] in what is given [N, ...] at times [N].
        noise: Where it begins, normal [N, ...].
        noise_schedule: That of the training.
        steps: How often the network is asked.
        fresh: Share of the noise that is drawn anew at each step: 0 is DDIM, 1 is DDPM.
        bounded: Pictures are known to lie in -1..1.
        frames: How many looks on the way are kept, the first at the noise and the last at the end.

    Returns:
        Pictures [N, ...], and looks on the way to them [N, frames, ...].
    """
    times = torch.linspace(1, 0, steps + 1, device=noise.device)[:-1]
    shares = [*signal_share(times, noise_schedule), torch.ones_like(times[0])]  # no noise is left
    way = [noise]
    for time, (share, following) in zip(times, pairwise(shares), strict=True):
        x = way[-1]
        guess = predict(x, time.expand(len(x)))
        picture = (x - (1 - share).sqrt() * guess) / share.sqrt()
        if bounded:
            picture = picture.clamp(-1, 1)
            guess = (x - share.sqrt() * picture) / (1 - share).sqrt()
        spread = fresh * ((1 - following) / (1 - share) * (1 - share / following)).sqrt()
        x = following.sqrt() * picture + (1 - following - spread**2).clamp(min=0).sqrt() * guess
        way.append(x + spread * torch.randn_like(x) if fresh else x)
    looks = torch.linspace(0, steps, frames).round().int().tolist()
    return way[-1], torch.stack([way[look] for look in looks], dim=1)
