"""Train wgan gp, drawn in Neurowire: `python train.py --epochs 5`."""

from collections.abc import Iterator

import torch
from torch import Tensor

import checkpoint
import processes
import script
from data import batch_count, batches, digits, split, validation_pause
from layers import random_mix
from losses import gradient_penalty
from model import Critic, Generator


class Training:
    """One run. Iterate it to train: every step and every epoch yields its figures."""

    def __init__(
        self,
        *,
        epochs: int = 150,
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
        train_set, validation_set = split(digits(), validation=0.2, seed=seed)
        self.train_set = tuple(t.to(self.device) for t in train_set)
        self.validation_set = tuple(t.to(self.device) for t in validation_set)
        self.validate_every = validate_every or validation_pause(
            len(self.validation_set[0]), batch_size
        )
        self.critic = processes.parallel(Critic().to(self.device))
        self.generator = processes.parallel(Generator().to(self.device))
        self.networks = {"critic": self.critic, "generator": self.generator}
        self.adam_critic = torch.optim.Adam(
            self.critic.parameters(), lr=0.0005, betas=(0.0, 0.9), fused=True
        )
        self.adam_generator = torch.optim.Adam(
            self.generator.parameters(), lr=0.0005, betas=(0.0, 0.9), fused=True
        )
        self.optimizers = {"adam_critic": self.adam_critic, "adam_generator": self.adam_generator}
        self.schedules: dict[str, torch.optim.lr_scheduler.LRScheduler] = {}

    @property
    def steps_per_epoch(self) -> int:
        return batch_count(len(self.train_set[0]), self.batch_size)

    def __iter__(self) -> Iterator[dict[str, float | Tensor]]:
        while self.epoch < self.epochs:
            self.critic.train()
            self.generator.train()
            for (image,) in batches(
                self.train_set[:1], self.batch_size, seed=self.seed + self.epoch, start=self.batch
            ):
                with self.autocast:
                    noise = torch.randn(len(image), 32, device=self.device)  # [N, 32]
                    generator = self.generator(noise)  # [N, 1, 8, 8]
                figures = self.step_adam_critic(image, generator.detach())
                if self.step % 3 == 0:
                    figures["loss/generator_loss"] = self.step_adam_generator(generator)
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
        self.critic.train()
        self.generator.train()
        return figures

    def step_adam_critic(self, image: Tensor, generator: Tensor) -> dict[str, Tensor]:
        with self.autocast:
            critic = self.critic(image)  # [N, 1]
            between = random_mix(image, generator)  # [N, 1, 8, 8]
            penalty = gradient_penalty(self.critic(between), between, 10.0)
            distance = self.critic(generator).mean() - critic.mean()
            loss = distance + penalty
        self.adam_critic.zero_grad()
        loss.backward()
        self.adam_critic.step()
        return {
            "loss/critic_loss": loss.detach(),
            "loss/critic_loss/distance": distance.detach(),
            "loss/critic_loss/penalty": penalty.detach(),
        }

    def step_adam_generator(self, generator: Tensor) -> Tensor:
        self.critic.requires_grad_(False)
        with self.autocast:
            loss = -self.critic(generator).mean()
        self.adam_generator.zero_grad()
        loss.backward()
        self.adam_generator.step()
        self.critic.requires_grad_(True)
        return loss.detach()

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        self.critic.eval()
        self.generator.eval()
        sums = torch.zeros(5, device=self.device)
        for (image,) in batches(self.validation_set[:1], 256):
            with torch.enable_grad(), self.autocast:
                critic = self.critic(image)  # [N, 1]
                noise = torch.randn(len(image), 32, device=self.device)  # [N, 32]
                generator = self.generator(noise)  # [N, 1, 8, 8]
                between = random_mix(image, generator)  # [N, 1, 8, 8]
                penalty = gradient_penalty(self.critic(between), between, 10.0)
                critic_of_made = self.critic(generator)  # [N, 1]
                distance = critic_of_made.mean() - critic.mean()
            sums[0] += (distance + penalty) * len(image)
            sums[1] += distance * len(image)
            sums[2] += penalty * len(image)
            sums[3] += (-critic_of_made.mean()) * len(image)
            sums[4] += len(image)
        critic_loss, distance, penalty, generator_loss, count = processes.total(sums).tolist()
        return {
            "val/critic_loss": critic_loss / count,
            "val/critic_loss/distance": distance / count,
            "val/critic_loss/penalty": penalty / count,
            "val/generator_loss": generator_loss / count,
        }


def main() -> None:
    options = script.options(
        __doc__,
        epochs=150,
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
