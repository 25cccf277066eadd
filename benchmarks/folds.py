"""What tabular reaches by cross-validation: `python benchmarks/folds.py`.

Three times the rows are shuffled and cut into five parts; each part is held out once. The network
is trained by the exported project's own `Training`, whose one split is replaced by the fold's.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from runtime.worker import board_facts

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from torch import Tensor

from graph.compile import compile_document
from graph.format.templates import open_template
from runtime.store.run_source import Imported, write

REPEATS, FOLDS = 3, 5


def main() -> None:
    torch.set_num_threads(1)
    document = open_template("tabular")
    inference, problems = board_facts.learn(document, None)
    if problems:
        print("tabular left out:", *problems)
        return
    compiled = compile_document(document, inference=inference)
    project = compiled.project
    found, start = [], time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        write(project, Path(folder))
        source = Imported(Path(folder))
        for repeat in range(REPEATS):
            for fold in range(FOLDS):

                def split(
                    tensors: tuple[Tensor, ...],
                    *,
                    validation: float,
                    seed: int,
                    repeat: int = repeat,
                    fold: int = fold,
                ) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
                    rows = torch.Generator().manual_seed(repeat)
                    parts = torch.randperm(len(tensors[0]), generator=rows).tensor_split(FOLDS)
                    rest = torch.cat([part for place, part in enumerate(parts) if place != fold])
                    return tuple(t[rest] for t in tensors), tuple(t[parts[fold]] for t in tensors)

                source.module("data").split = split  # type: ignore[attr-defined]
                made = source.module("train").Training
                training = made(epochs=document.settings.epochs, seed=repeat, device="cpu")
                found.append([one for one in training if "epoch" in one][-1]["val/accuracy"])
        source.close()
    by_repeat = [statistics.fmean(found[n : n + FOLDS]) for n in range(0, len(found), FOLDS)]
    print(f"tabular: {statistics.fmean(found):.4f}; by shuffle {[round(x, 4) for x in by_repeat]}")
    print(f"{(time.perf_counter() - start) / len(found):.1f} s a run")


if __name__ == "__main__":
    main()
