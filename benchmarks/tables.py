"""What a table reaches with nothing said but its path and its target, beside scikit-learn.

`python benchmarks/tables.py` writes ten public tables as their sources give them (stand-ins of the
same form where the numbers are not at hand, marked *), lets each file come onto an empty board, as
one that is dropped there does, builds the first network that is offered, trains it, and prints what
it reaches on the rows held out. Beside it stand a linear model and boosted trees of scikit-learn,
fitted to the same rows. Classes are judged by accuracy, numbers by the mean absolute error in the
column's own unit and by R2.
"""

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.worker import board_facts

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from torch import Tensor

from benchmarks._table_files import TABLES, Made
from graph.compile import compile_document
from graph.edit import dropped_files
from graph.edit.document import Document
from graph.suggest import first_network
from runtime.store.run_source import Imported, write

Numbers = NDArray[Any]


@dataclass(frozen=True)
class Found:
    """What three models reach on the rows held out.

    Attributes:
        figures: By model: accuracy, or mean absolute error and R2.
        seconds: How long the network trained.
    """

    classes: int
    rows: int
    epochs: int
    seconds: float
    figures: dict[str, tuple[float, ...]]


def board_of(made: Made) -> tuple[Document, Any]:
    """The board that a dropped file and the offer behind it make; and what is known of it."""
    document = Document()
    kind, params = dropped_files.data_node(made.path)
    data = document.add_node(kind, params={**params, "target": made.target})
    inference, problems = board_facts.learn(document, None)
    assert not problems, problems
    first_network.build(inference, data.id)
    inference, problems = board_facts.learn(document, None)
    assert not [*problems, *inference.problems], [*problems, *inference.problems]
    return document, inference


def trained(made: Made, *, seed: int = 0, epochs: int | None = None) -> Found:
    """Train the first network, and fit what it is compared with."""
    document, inference = board_of(made)
    settings = document.settings
    with tempfile.TemporaryDirectory() as folder:
        write(compile_document(document, inference=inference).project, Path(folder))
        source = Imported(Path(folder))
        training = source.module("train").Training(
            epochs=epochs or settings.epochs,
            batch_size=settings.batch_size,
            seed=seed,
            device="cpu",
        )
        start = time.perf_counter()
        last = [one for one in training if "epoch" in one][-1]
        seconds = time.perf_counter() - start
        source.close()
    (facts,) = inference.facts.values()
    classes = len(facts["classes"] or ())
    train, held = joined(training.train_set, facts), joined(training.validation_set, facts)
    rows = len(train[0])
    if classes:
        figures = {"network": (last["val/accuracy"],), **classifiers(train, held)}
    else:
        scale = training.target_scale
        wanted = scale.undo(held[1])
        fit = 1 - last["val/mean_squared_error"] * scale.deviation**2 / wanted.var()
        figures = {"network": (last["val/mae"], fit), **regressions(train, held, scale)}
    return Found(classes, rows, training.epochs, seconds, figures)


def joined(tensors: tuple[Tensor, ...], facts: Any) -> tuple[Numbers, Numbers]:
    """Features and target; what a network looks up in an Embedding gets a column a value."""
    features, *indices, target = (one.numpy() for one in tensors)
    if indices:
        count = facts["outputs"]["indices"]["classes"]
        flags = np.eye(count, dtype="float32")[indices[0]]
        flags = flags.reshape(len(features), -1, count).sum(1)
        features = np.concatenate([features, flags], axis=1)
    return features, target if target.dtype == np.int64 else target[:, 0]


def classifiers(
    train: tuple[Numbers, Numbers], held: tuple[Numbers, Numbers]
) -> dict[str, tuple[float, ...]]:
    """Accuracy of a logistic regression and of boosted trees."""
    models = {
        "linear": LogisticRegression(max_iter=5000),
        "boosting": HistGradientBoostingClassifier(random_state=0),
    }
    return {name: (float(model.fit(*train).score(*held)),) for name, model in models.items()}


def regressions(
    train: tuple[Numbers, Numbers], held: tuple[Numbers, Numbers], scale: Any
) -> dict[str, tuple[float, ...]]:
    """Mean absolute error and R2 of a linear regression and of boosted trees."""
    models = {
        "linear": LinearRegression(),
        "boosting": HistGradientBoostingRegressor(random_state=0),
    }
    found: dict[str, tuple[float, ...]] = {}
    for name, model in models.items():
        guess = model.fit(*train).predict(held[0])
        error = float(np.abs(guess - held[1]).mean()) * scale.deviation
        found[name] = error, float(model.score(*held))
    return found


def row(name: str, found: list[Found], *, real: bool) -> str:
    """A line of the table: means over the seeds."""
    cells = [f"{name}{'' if real else ' *'}", str(found[0].rows), str(found[0].epochs)]
    cells += [f"{statistics.fmean(one.seconds for one in found):.1f} s"]
    cells.append("accuracy" if found[0].classes else "error, R2")
    for model in found[0].figures:
        means = [
            statistics.fmean(c) for c in zip(*(one.figures[model] for one in found), strict=True)
        ]
        cells.append(", ".join(f"{one:.3f}" if abs(one) < 10 else f"{one:.1f}" for one in means))
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="*", default=list(TABLES), help=", ".join(TABLES))
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    print("| table | rows | epochs | time | figure | first network | linear | boosting |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.tables:
            made = TABLES[name](Path(folder))
            found = [trained(made, seed=seed) for seed in range(options.seeds)]
            print(row(name, found, real=made.real), flush=True)


if __name__ == "__main__":
    main()
