"""Pictures that vae makes, once trained: `python sample.py --count 100`."""

import torch
import torch.nn.functional as F
from torch import Tensor

import sampling
from model import Decoder


def samples(decoder: Decoder, count: int, device: torch.device) -> Tensor:
    noise = torch.randn(count, 20, device=device)  # [N, 20]
    return F.sigmoid(decoder(noise))  # [N, 1, 28, 28]


@torch.no_grad()
def main() -> None:
    options = sampling.options(__doc__, count=64)
    decoder = options.load("decoder", Decoder())
    made = samples(decoder, options.count, options.device)
    options.write(made)


if __name__ == "__main__":
    main()
