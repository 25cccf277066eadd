"""Pictures that diffusion makes, once trained: `python sample.py --count 100`."""

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

import sampling
from diffusion import diffusion_samples
from model import UNet


def samples(u_net: AveragedModel, count: int, device: torch.device) -> Tensor:
    diffusion_image, _ = diffusion_samples(
        u_net, torch.randn(count, 1, 8, 8, device=device), steps=10
    )
    return diffusion_image


@torch.no_grad()
def main() -> None:
    options = sampling.options(__doc__, count=64)
    u_net = options.load("u_net_ema", AveragedModel(UNet()))
    made = samples(u_net, options.count, options.device)
    options.write(made, signed=True)


if __name__ == "__main__":
    main()
