"""A run written by hand, of the form that the compiler gives `train.py`."""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from runtime.exported.data import batches, split
from runtime.exported.images import digits

OptimizerMaker = Callable[[nn.Module], Optimizer]
ScheduleMaker = Callable[[Optimizer], LRScheduler]


class DigitsTraining:
    """A small network with dropout, batch statistics and noise: all that can break a resume."""

    def __init__(
        self,
        *,
        epochs: int = 3,
        batch_size: int = 256,
        seed: int = 0,
        optimizer: OptimizerMaker | None = None,
        schedule: ScheduleMaker | None = None,
    ) -> None:
        torch.manual_seed(seed)
        self.device = torch.device("cpu")
        self.epochs, self.batch_size, self.seed = epochs, batch_size, seed
        self.epoch = self.batch = self.step = 0
        self.train_set, self.validation_set = split(digits(), validation=0.2, seed=seed)
        self.model: nn.Module = nn.Sequential(
            nn.Flatten(), nn.Linear(64, 32), nn.BatchNorm1d(32), nn.Dropout(0.3), nn.Linear(32, 10)
        )
        self.networks: dict[str, nn.Module] = {"model": self.model}
        make = optimizer or (lambda model: torch.optim.Adam(model.parameters(), lr=1e-2))
        self.optimizers: dict[str, Optimizer] = {"adam": make(self.model)}
        self.schedules: dict[str, LRScheduler] = {}
        if schedule:
            self.schedules["decay"] = schedule(self.optimizers["adam"])

    def __iter__(self) -> Iterator[dict[str, float | Tensor]]:
        while self.epoch < self.epochs:
            self.model.train()
            seed = self.seed + self.epoch
            for image, label in batches(
                self.train_set, self.batch_size, seed=seed, start=self.batch
            ):
                loss = self.take_step(image + 0.1 * torch.randn(image.shape), label)
                self.step += 1
                self.batch += 1
                yield {"step": self.step, "loss/entropy": loss}
            self.epoch += 1
            self.batch = 0
            yield {"epoch": self.epoch, "val/loss": self.validate()}

    def take_step(self, image: Tensor, label: Tensor) -> Tensor:
        loss = F.cross_entropy(self.model(image), label)
        optimizer = self.optimizers["adam"]
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        for schedule in self.schedules.values():
            schedule.step()
        return loss.detach()

    @torch.no_grad()
    def validate(self) -> float:
        self.model.eval()
        image, label = self.validation_set
        return F.cross_entropy(self.model(image), label).item()


def losses(training: DigitsTraining, count: int | None = None) -> list[float]:
    """The figures of the next `count` items, or of all that are left."""
    found = []
    for figures in training:
        found.append(float(figures.get("loss/entropy", figures.get("val/loss", 0.0))))
        if len(found) == count:
            break
    return found
