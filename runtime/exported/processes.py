"""One process or many: plain `python train.py`, or `torchrun --nproc-per-node=2 train.py`."""

import os
from contextlib import AbstractContextManager, nullcontext

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

# MKL adds up in the same order on each run only where told so, before it multiplies first:
# intel.com, oneMKL developer guide, "Obtaining Numerically Reproducible Results".
os.environ.setdefault("MKL_CBWR", "AUTO")


def start(device: str = "auto") -> torch.device:
    """Join the processes torchrun started, if any, and return this one's device.

    Raises:
        ValueError: If there is no such device here.
    """
    if dist.is_torchelastic_launched() and not dist.is_initialized():
        dist.init_process_group()
    found = torch.accelerator.current_accelerator(check_available=True)
    here = found.type if found else "cpu"
    known = dict.fromkeys(("auto", "cpu", here))
    text = f"Device {device} is not available: expected one of {', '.join(known)}."
    try:
        wanted = torch.device(here if device == "auto" else device)
    except RuntimeError:  # torch knows no device of this name
        raise ValueError(text) from None
    if wanted.type not in known or (wanted.index or 0) >= max(1, torch.accelerator.device_count()):
        raise ValueError(text)
    if wanted.type == "cuda" and wanted.index is None:
        wanted = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(wanted)
    return wanted


def precision(device: torch.device, name: str = "auto") -> AbstractContextManager[object]:
    """What a forward pass runs in: auto, float32, bfloat16 or float16; reusable."""
    if name == "auto":
        fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        name = "bfloat16" if fast else "float32"
    if name == "float32" or device.type == "cpu":
        return nullcontext()
    half = {"bfloat16": torch.bfloat16, "float16": torch.float16}[name]
    return torch.autocast(device.type, dtype=half)


def parallel(module: nn.Module) -> nn.Module:
    """Average the module's gradients over the processes, where there are many."""
    learns = any(weight.requires_grad for weight in module.parameters())
    return DistributedDataParallel(module) if dist.is_initialized() and learns else module


def plain(module: nn.Module) -> nn.Module:
    """Undo `parallel`."""
    return module.module if isinstance(module, DistributedDataParallel) else module


class Batch:
    """The batch that was read last: this process's part of its rows."""

    part = 1.0


def share(rows: Tensor) -> Tensor:
    """This process's part of a batch's rows."""
    if not dist.is_initialized():
        return rows
    mine = rows[dist.get_rank() :: world_size()]
    Batch.part = len(mine) / len(rows)
    return mine


def world_size() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def total(figures: Tensor) -> Tensor:
    """Add figures up over the processes, in place."""
    if dist.is_initialized():
        dist.all_reduce(figures)
    return figures


def mean(losses: dict[str, float | Tensor]) -> dict[str, float | Tensor]:
    """Losses of each process's part of a batch, each a mean, as those of the whole batch."""
    if not dist.is_initialized():
        return losses
    tensors = {name: loss for name, loss in losses.items() if isinstance(loss, Tensor)}
    if not tensors:
        return losses
    means = total(torch.stack(list(tensors.values())) * Batch.part)
    return {**losses, **dict(zip(tensors, means, strict=True))}


def gather(parts: list[Tensor]) -> Tensor:
    """Join rows of several batches, and those of all processes."""
    rows = torch.cat(parts)
    if not dist.is_initialized():
        return rows
    count = torch.tensor([len(rows)], device=rows.device)
    counts = [torch.zeros_like(count) for _ in range(world_size())]
    dist.all_gather(counts, count)
    most = int(max(counts))
    padded = torch.cat([rows, rows.new_zeros(most - len(rows), *rows.shape[1:])])
    found = [torch.empty_like(padded) for _ in counts]
    dist.all_gather(found, padded)
    return torch.cat([part[: int(n)] for part, n in zip(found, counts, strict=True)])


def first() -> bool:
    """Is this the process that prints and saves?"""
    return not dist.is_initialized() or dist.get_rank() == 0


def leave() -> None:
    """Wait for the other processes; one that ends while they still talk to it brings them down."""
    if dist.is_initialized():
        dist.barrier()
        dist.destroy_process_group()
