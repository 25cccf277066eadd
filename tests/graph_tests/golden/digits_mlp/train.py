"""Train digits mlp, drawn in Neurowire: `python train.py --epochs 5`."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

import checkpoint
import processes
import script
from data import batch_count, batches, digits, split, validation_pause
from model import Model


class Training:
    """One run. Iterate it to train: every step and every epoch yields its figures."""

    def __init__(
        self,
        *,
        epochs: int = 60,
        batch_size: int = 32,
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
        self.model = processes.parallel(Model().to(self.device))
        self.networks = {"model": self.model}
        self.adam = torch.optim.Adam(self.model.parameters(), lr=0.002, fused=True)
        self.optimizers = {"adam": self.adam}
        self.schedules: dict[str, torch.optim.lr_scheduler.LRScheduler] = {}

    @property
    def steps_per_epoch(self) -> int:
        return batch_count(len(self.train_set[0]), self.batch_size)

    def __iter__(self) -> Iterator[dict[str, float | Tensor]]:
        while self.epoch < self.epochs:
            self.model.train()
            for image, label in batches(
                self.train_set, self.batch_size, seed=self.seed + self.epoch, start=self.batch
            ):
                figures = self.step_adam(image, label)
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
        self.model.train()
        return figures

    def step_adam(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        with self.autocast:
            logits = self.model(image)  # [N, 10]
            loss = F.cross_entropy(logits, label)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        with torch.no_grad():
            accuracy = (logits.argmax(1) == label).sum() / label.numel()
        return {"loss/cross_entropy": loss.detach(), "train/accuracy": accuracy}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        self.model.eval()
        sums = torch.zeros(3, device=self.device)
        for image, label in batches(self.validation_set, 256):
            with self.autocast:
                logits = self.model(image)  # [N, 10]
            sums[0] += F.cross_entropy(logits, label) * len(image)
            sums[1] += (logits.argmax(1) == label).sum()
            sums[2] += len(image)
        cross_entropy, accuracy, count = processes.total(sums).tolist()
        return {"val/cross_entropy": cross_entropy / count, "val/accuracy": accuracy / count}


def main() -> None:
    options = script.options(
        __doc__,
        epochs=60,
        batch_size=32,
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
