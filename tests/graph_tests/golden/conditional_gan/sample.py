"""Pictures that conditional gan makes, once trained: `python sample.py --count 100`."""

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

import sampling
from model import Generator


def samples(generator: AveragedModel, count: int, device: torch.device) -> Tensor:
    other_noise = torch.randn(count, 64, device=device)  # [N, 64]
    asked = torch.arange(count, device=device) % 10  # [N]
    return generator(other_noise, asked)  # [N, 1, 28, 28]


@torch.no_grad()
def main() -> None:
    options = sampling.options(__doc__, count=64)
    generator = options.load("generator_ema", AveragedModel(Generator()))
    made = samples(generator, options.count, options.device)
    options.write(made, columns=10, signed=False)


if __name__ == "__main__":
    main()
