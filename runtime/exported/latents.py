"""Points to look at in the latent space of a generator."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor


def latent_plane(
    rows: int, size: int, *, across: int = 0, up: int = 1, device: torch.device
) -> Tensor:
    """A square of latents [rows, size], row by row from the top, spread as the unit normal is.

    It fills the largest square of so many points; what is left over repeats from its start.
    """
    side = max(1, math.isqrt(rows))
    shares = (torch.arange(side, device=device) + 0.5) / side
    places = torch.special.ndtri(shares)
    points = torch.zeros(side, side, size, device=device)
    points[:, :, up] = places.flip(0).unsqueeze(1)
    points[:, :, across] = places
    return points.flatten(0, 1)[torch.arange(rows, device=device) % side**2]


def latent_point(rows: int, at: Sequence[float], *, device: torch.device) -> Tensor:
    """The same latents over and over, [rows, len(at)]."""
    return torch.tensor(at, device=device).expand(rows, -1)


def latent_path(rows: int, size: int, steps: int, *, device: torch.device) -> Tensor:
    """Latents [rows, size]: from a normal sample to another in so many steps, then two new ones.

    The way bends along the sphere, so that lengths stay between those of its ends.
    """
    ways = -(-rows // steps)
    start, end = torch.randn(2, ways, 1, size, device=device)
    cosine = torch.cosine_similarity(start, end, dim=-1).clamp(-0.999, 0.999)
    angle = torch.acos(cosine).unsqueeze(-1)  # [ways, 1, 1]
    share = torch.linspace(0, 1, steps, device=device).view(1, -1, 1)
    bent = torch.sin((1 - share) * angle) * start + torch.sin(share * angle) * end
    points: Tensor = bent / torch.sin(angle)
    return points.flatten(0, 1)[:rows]
