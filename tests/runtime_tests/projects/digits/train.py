"""Train the digits: `python train.py --epochs 20`."""

from collections.abc import Iterator

import processes
import torch
import torch.nn.functional as F
from data import batches, digits, split
from model import Model
from torch import Tensor


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
    ) -> None:
        torch.manual_seed(seed)
        self.device = processes.start(device)
        self.precision = processes.precision(self.device, precision)
        self.epochs, self.batch_size, self.seed = epochs, batch_size, seed
        self.epoch = self.batch = self.step = 0
        train_set, validation_set = split(digits(), validation=0.2, seed=seed)
        self.train_set = tuple(t.to(self.device) for t in train_set)
        self.validation_set = tuple(t.to(self.device) for t in validation_set)
        self.model = processes.parallel(Model().to(self.device))
        self.adam = torch.optim.Adam(self.model.parameters(), lr=1e-3, fused=True)
        self.cosine = torch.optim.lr_scheduler.CosineAnnealingLR(self.adam, 10_000)
        self.networks = {"model": self.model}
        self.optimizers = {"adam": self.adam}
        self.schedules = {"cosine": self.cosine}

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.train_set[0]) // self.batch_size)

    def __iter__(self) -> Iterator[dict[str, float | Tensor]]:
        while self.epoch < self.epochs:
            self.model.train()
            seed = self.seed + self.epoch
            for image, label in batches(
                self.train_set, self.batch_size, seed=seed, start=self.batch
            ):
                loss = self.step_adam(image, label)
                self.batch += 1
                self.step += 1
                yield {"step": self.step, "loss/loss": loss}
            figures = self.validate()
            self.batch = 0
            self.epoch += 1
            yield {"epoch": self.epoch, **figures}

    def step_adam(self, image: Tensor, label: Tensor) -> Tensor:
        with self.precision:
            loss = F.cross_entropy(self.model(image), label)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        self.cosine.step()
        return loss.detach()

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        self.model.eval()
        sums = torch.zeros(3, device=self.device)
        for image, label in batches(self.validation_set, 512):
            logits = self.model(image)
            sums[0] += F.cross_entropy(logits, label, reduction="sum")
            sums[1] += (logits.argmax(1) == label).sum()
            sums[2] += len(label)
        loss, right, count = processes.total(sums).tolist()
        return {"val/loss": loss / count, "val/accuracy": right / count}
