"""Train vae, drawn in Neurowire: `python train.py --epochs 5`."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

import checkpoint
import processes
import script
from data import batch_count, batches, mnist, validation_pause
from losses import kl_to_unit_normal
from model import Decoder, Encoder


class Training:
    """One run. Iterate it to train: every step and every epoch yields its figures."""

    def __init__(
        self,
        *,
        epochs: int = 15,
        batch_size: int = 128,
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
        self.encoder = processes.parallel(Encoder().to(self.device))
        self.decoder = processes.parallel(Decoder().to(self.device))
        self.networks = {"encoder": self.encoder, "decoder": self.decoder}
        self.adam = torch.optim.Adam(
            [*self.encoder.parameters(), *self.decoder.parameters()], lr=0.001, fused=True
        )
        self.optimizers = {"adam": self.adam}
        self.adam_schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
            self.adam, T_max=epochs * self.steps_per_epoch
        )
        self.schedules = {"adam": self.adam_schedule}

    @property
    def steps_per_epoch(self) -> int:
        return batch_count(len(self.train_set[0]), self.batch_size)

    def __iter__(self) -> Iterator[dict[str, float | Tensor]]:
        while self.epoch < self.epochs:
            self.encoder.train()
            self.decoder.train()
            for (image,) in batches(
                self.train_set[:1], self.batch_size, seed=self.seed + self.epoch, start=self.batch
            ):
                figures = self.step_adam(image)
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
        self.encoder.train()
        self.decoder.train()
        return figures

    def step_adam(self, image: Tensor) -> dict[str, Tensor]:
        with self.autocast:
            encoder_mean, encoder_log_variance = self.encoder(image)
            code = encoder_mean + torch.exp(0.5 * encoder_log_variance) * torch.randn_like(
                encoder_mean
            )  # [N, 20]
            reconstruction_loss = (
                F.binary_cross_entropy_with_logits(self.decoder(code), image, reduction="none")
                .flatten(1)
                .sum(1)
                .mean()
            )
            kl = kl_to_unit_normal(encoder_mean, encoder_log_variance)
            loss = reconstruction_loss + kl
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        self.adam_schedule.step()
        return {
            "loss/negative_elbo": loss.detach(),
            "loss/negative_elbo/reconstruction_loss": reconstruction_loss.detach(),
            "loss/negative_elbo/kl": kl.detach(),
        }

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        self.encoder.eval()
        self.decoder.eval()
        sums = torch.zeros(4, device=self.device)
        for (image,) in batches(self.validation_set[:1], 256):
            with self.autocast:
                encoder_mean, encoder_log_variance = self.encoder(image)
                code = encoder_mean + torch.exp(0.5 * encoder_log_variance) * torch.randn_like(
                    encoder_mean
                )  # [N, 20]
                reconstruction_loss = (
                    F.binary_cross_entropy_with_logits(self.decoder(code), image, reduction="none")
                    .flatten(1)
                    .sum(1)
                    .mean()
                )
                kl = kl_to_unit_normal(encoder_mean, encoder_log_variance)
            sums[0] += (reconstruction_loss + kl) * len(image)
            sums[1] += reconstruction_loss * len(image)
            sums[2] += kl * len(image)
            sums[3] += len(image)
        negative_elbo, reconstruction_loss, kl, count = processes.total(sums).tolist()
        return {
            "val/negative_elbo": negative_elbo / count,
            "val/negative_elbo/reconstruction_loss": reconstruction_loss / count,
            "val/negative_elbo/kl": kl / count,
        }


def main() -> None:
    options = script.options(
        __doc__,
        epochs=15,
        batch_size=128,
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
