"""Train gan, drawn in Neurowire: `python train.py --epochs 5`."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import checkpoint
import processes
import script
from data import batch_count, batches, mnist, validation_pause
from model import Discriminator, Generator


class Training:
    """One run. Iterate it to train: every step and every epoch yields its figures."""

    def __init__(
        self,
        *,
        epochs: int = 20,
        batch_size: int = 64,
        seed: int = 0,
        device: str = "auto",
        precision: str = "auto",
        data_dir: str | None = None,
        validate_every: int = 0,
    ) -> None:
        torch.manual_seed(seed)
        self.device = processes.start(device)
        self.autocast = processes.precision(self.device, precision)
        self.epochs, self.batch_size, self.seed = epochs, batch_size, seed
        self.epoch = self.batch = self.step = 0
        train_set, validation_set = mnist(data_dir)
        self.train_set = tuple(t.to(self.device) for t in train_set)
        self.validation_set = tuple(t.to(self.device) for t in validation_set)
        self.validate_every = validate_every or validation_pause(
            len(self.validation_set[0]), batch_size
        )
        self.generator = processes.parallel(Generator().to(self.device))
        self.discriminator = processes.parallel(Discriminator().to(self.device))
        self.generator_ema = AveragedModel(
            processes.plain(self.generator), multi_avg_fn=get_ema_multi_avg_fn(0.999)
        ).requires_grad_(False)
        self.networks = {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "generator_ema": self.generator_ema,
        }
        self.adam_d = torch.optim.Adam(
            self.discriminator.parameters(), lr=0.0004, betas=(0.5, 0.999), fused=True
        )
        self.adam_g = torch.optim.Adam(
            self.generator.parameters(), lr=0.001, betas=(0.5, 0.999), fused=True
        )
        self.optimizers = {"adam_d": self.adam_d, "adam_g": self.adam_g}
        self.schedules: dict[str, torch.optim.lr_scheduler.LRScheduler] = {}

    @property
    def steps_per_epoch(self) -> int:
        return batch_count(len(self.train_set[0]), self.batch_size)

    def __iter__(self) -> Iterator[dict[str, float | Tensor]]:
        while self.epoch < self.epochs:
            self.generator.train()
            self.discriminator.train()
            for (image,) in batches(
                self.train_set[:1], self.batch_size, seed=self.seed + self.epoch, start=self.batch
            ):
                with self.autocast:
                    noise = torch.randn(len(image), 64, device=self.device)  # [N, 64]
                    generator = self.generator(noise)  # [N, 1, 28, 28]
                figures = {
                    "loss/discriminator_loss": self.step_adam_d(image, generator.detach()),
                    "loss/generator_loss": self.step_adam_g(generator),
                }
                self.step += 1
                self.batch += 1
                yield {"step": self.step, **figures, **self.validate_within_epoch()}
            self.epoch, self.batch = self.epoch + 1, 0
            yield {"epoch": self.epoch, **self.validate()}

    def validate_within_epoch(self) -> dict[str, float]:
        if self.batch % self.validate_every or self.batch == self.steps_per_epoch:
            return {}
        with checkpoint.aside(self.device):
            figures = self.validate()
        self.generator.train()
        self.discriminator.train()
        return figures

    def step_adam_d(self, image: Tensor, generator: Tensor) -> Tensor:
        with self.autocast:
            discriminator_2 = self.discriminator(generator)  # [N, 1]
            loss = (
                F.softplus(-self.discriminator(image)).mean() + F.softplus(discriminator_2).mean()
            )
        self.adam_d.zero_grad()
        loss.backward()
        self.adam_d.step()
        return loss.detach()

    def step_adam_g(self, generator: Tensor) -> Tensor:
        self.discriminator.requires_grad_(False)
        with self.autocast:
            loss = F.softplus(-self.discriminator(generator)).mean()
        self.adam_g.zero_grad()
        loss.backward()
        self.adam_g.step()
        self.generator_ema.update_parameters(self.generator)
        self.discriminator.requires_grad_(True)
        return loss.detach()

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        self.generator.eval()
        self.discriminator.eval()
        sums = torch.zeros(3, device=self.device)
        for (image,) in batches(self.validation_set[:1], 256):
            with self.autocast:
                noise = torch.randn(len(image), 64, device=self.device)  # [N, 64]
                generator = self.generator(noise)  # [N, 1, 28, 28]
                discriminator_2 = self.discriminator(generator)  # [N, 1]
                discriminator = self.discriminator(image)  # [N, 1]
            sums[0] += (
                F.softplus(-discriminator).mean() + F.softplus(discriminator_2).mean()
            ) * len(image)
            sums[1] += F.softplus(-discriminator_2).mean() * len(image)
            sums[2] += len(image)
        discriminator_loss, generator_loss, count = processes.total(sums).tolist()
        return {
            "val/discriminator_loss": discriminator_loss / count,
            "val/generator_loss": generator_loss / count,
        }


def main() -> None:
    options = script.options(
        __doc__,
        epochs=20,
        batch_size=64,
        seed=0,
        device="auto",
        precision="auto",
        threads=0,
        validate_every=0,
    )
    training = Training(**options.training)
    script.prepare(training, options)
    for figures in training:
        script.tell(training, figures)
    script.finish(training)


if __name__ == "__main__":
    main()
