"""Pictures that conditional vae makes, once trained: `python sample.py --count 100`."""

import torch
import torch.nn.functional as F
from torch import Tensor

import sampling
from model import Decoder


def samples(decoder: Decoder, count: int, device: torch.device) -> Tensor:
    other_noise = torch.randn(count, 20, device=device)  # [N, 20]
    asked = torch.arange(count, device=device) % 10  # [N]
    return F.sigmoid(decoder(other_noise, asked))  # [N, 1, 28, 28]


@torch.no_grad()
def main() -> None:
    options = sampling.options(__doc__, count=64)
    decoder = options.load("decoder", Decoder())
    made = samples(decoder, options.count, options.device)
    options.write(made, columns=10, signed=False)


if __name__ == "__main__":
    main()
