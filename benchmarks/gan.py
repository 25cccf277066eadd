"""How fast an exported GAN trains beside a loop that a careful person writes.

`python benchmarks/gan.py` trains the same two networks on the digits in turns, in one process and
with one thread, and prints the exported step's speed over that of the written one. The written loop
runs the generator once for both steps, detaches it for the discriminator's, freezes the
discriminator in the generator's, and uses fused optimizers.
"""

import importlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.compile import compile_document
from runtime.exported.data import split
from runtime.exported.images import digits
from runtime.exported.processes import share
from tests.runtime_tests.networks_tests.gan import gan

WARM, STEPS, SIZE = 100, 4000, 64


class Generator(nn.Module):
    """Noise [N, 16] -> image [N, 1, 8, 8]."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(16, 128)
        self.linear_2 = nn.Linear(128, 128)
        self.pixels = nn.Linear(128, 64)

    def forward(self, noise: Tensor) -> Tensor:
        x = F.relu(self.linear(noise))
        x = F.relu(self.linear_2(x))
        pixels: Tensor = F.tanh(self.pixels(x))
        return pixels.unflatten(1, (1, 8, 8))  # type: ignore[no-any-return]


class Discriminator(nn.Module):
    """Image [N, 1, 8, 8] -> score [N, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(64, 128)
        self.linear_2 = nn.Linear(128, 64)
        self.score = nn.Linear(64, 1)

    def forward(self, image: Tensor) -> Tensor:
        x = F.leaky_relu(self.linear(image.flatten(1)), 0.2)
        x = F.leaky_relu(self.linear_2(x), 0.2)
        score: Tensor = self.score(x)
        return score


class Written:
    """The training loop as a careful person writes it."""

    def __init__(self) -> None:
        (self.image, _), _ = split(digits(), validation=0.2, seed=0)
        self.device = self.image.device
        self.generator, self.discriminator = Generator(), Discriminator()
        self.adam_d = self.adam(self.discriminator)
        self.adam_g = self.adam(self.generator)

    def adam(self, network: nn.Module) -> torch.optim.Optimizer:
        parameters = network.parameters()
        return torch.optim.Adam(parameters, lr=2e-4, betas=(0.5, 0.999), fused=True)

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        while True:
            for rows in torch.randperm(len(self.image)).split(SIZE):
                real = self.image[share(rows)]
                fake = self.generator(torch.randn(len(real), 16, device=self.device))
                yield {"d": self.step_d(real, fake.detach()), "g": self.step_g(fake)}

    def step_d(self, real: Tensor, fake: Tensor) -> Tensor:
        real_loss = F.softplus(-self.discriminator(real)).mean()
        loss = real_loss + F.softplus(self.discriminator(fake)).mean()
        self.adam_d.zero_grad()
        loss.backward()
        self.adam_d.step()
        return loss.detach()

    def step_g(self, fake: Tensor) -> Tensor:
        self.discriminator.requires_grad_(False)
        loss = F.softplus(-self.discriminator(fake)).mean()
        self.adam_g.zero_grad()
        loss.backward()
        self.adam_g.step()
        self.discriminator.requires_grad_(True)
        return loss.detach()


def exported(folder: Path) -> Any:
    """The `Training` of the same board, as it is exported."""
    document, _ = gan()
    project = compile_document(document)
    for name, source in project.exported.items():
        (folder / name).write_text(source.text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return importlib.import_module("train").Training(epochs=10**6, batch_size=SIZE, device="cpu")


def seconds(steps: Iterator[Any]) -> float:
    """Processor seconds of the next step; validation falls outside."""
    while True:
        start = time.process_time()
        figures = next(steps)
        took = time.process_time() - start
        if "epoch" not in figures:
            return took


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        turns = [iter(Written()), iter(exported(Path(folder)))]
        times: list[list[float]] = [[], []]
        for number in range(WARM + STEPS):
            for which in (0, 1) if number % 2 else (1, 0):
                times[which].append(seconds(turns[which]))
    written, drawn = (statistics.median(found[WARM:]) for found in times)
    print(f"written by hand: {written * 1e6:.0f} us a step")
    print(f"exported: {drawn * 1e6:.0f} us a step, {written / drawn:.3f} of the speed by hand")


if __name__ == "__main__":
    main()
