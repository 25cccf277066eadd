"""Pictures that digits gan makes, once trained: `python sample.py --count 100`."""

import torch
from torch import Tensor

import sampling
from model import Generator


def samples(generator: Generator, count: int, device: torch.device) -> Tensor:
    noise = torch.randn(count, 32, device=device)  # [N, 32]
    return generator(noise)  # [N, 1, 8, 8]


@torch.no_grad()
def main() -> None:
    options = sampling.options(__doc__, count=64)
    generator = options.load("generator", Generator())
    made = samples(generator, options.count, options.device)
    options.write(made, signed=False)


if __name__ == "__main__":
    main()
