"""Train diffusion, drawn in Neurowire: `python train.py --epochs 5`."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import checkpoint
import processes
import script
from data import batch_count, batches, digits, split, validation_pause
from diffusion import add_noise
from model import UNet


class Training:
    """One run. Iterate it to train: every step and every epoch yields its figures."""

    def __init__(
        self,
        *,
        epochs: int = 100,
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
        self.u_net = processes.parallel(UNet().to(self.device))
        self.u_net_ema = AveragedModel(
            processes.plain(self.u_net), multi_avg_fn=get_ema_multi_avg_fn(0.995)
        ).requires_grad_(False)
        self.networks = {"u_net": self.u_net, "u_net_ema": self.u_net_ema}
        self.adam = torch.optim.Adam(self.u_net.parameters(), lr=0.002, fused=True)
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
            self.u_net.train()
            for (image,) in batches(
                self.train_set[:1], self.batch_size, seed=self.seed + self.epoch, start=self.batch
            ):
                figures = {"loss/loss_of_noise": self.step_adam(image)}
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
        self.u_net.train()
        return figures

    def step_adam(self, image: Tensor) -> Tensor:
        with self.autocast:
            centred = image * 2.0 - 1.0  # [N, 1, 8, 8]
            noising_noisy, noising_noise, noising_time = add_noise(centred)
            loss = F.mse_loss(self.u_net(noising_noisy, noising_time), noising_noise)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        self.u_net_ema.update_parameters(self.u_net)
        self.adam_schedule.step()
        return loss.detach()

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        self.u_net.eval()
        sums = torch.zeros(2, device=self.device)
        for (image,) in batches(self.validation_set[:1], 256):
            with self.autocast:
                centred = image * 2.0 - 1.0  # [N, 1, 8, 8]
                noising_noisy, noising_noise, noising_time = add_noise(centred)
                u_net = self.u_net(noising_noisy, noising_time)  # [N, 1, 8, 8]
            sums[0] += F.mse_loss(u_net, noising_noise) * len(image)
            sums[1] += len(image)
        loss_of_noise, count = processes.total(sums).tolist()
        return {"val/loss_of_noise": loss_of_noise / count}


def main() -> None:
    options = script.options(
        __doc__,
        epochs=100,
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
