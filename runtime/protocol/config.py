"""The settings of one run, as the window and the command line hand them to the worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Begins:
    """A network that begins with the weights in a file, and what makes it.

    Attributes:
        network: What it is called, here and in a checkpoint.
        path: The file.
        weights: How many numbers it learns, where that is known.
        constructor: Source that makes it, with the names of `train.py`; nothing where the board
            can't be compiled.
        files: That source, by file name.
    """

    network: str
    path: str
    weights: int | None = None
    constructor: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunConfig:
    """How to run a project.

    Attributes:
        epochs: How often to go through the training set; when resuming it may be raised.
        batch_size: Examples a step.
        seed: Where weights, order and noise start from.
        device: "auto", "cpu", "cuda", "mps" or "xpu".
        precision: "auto", "float32", "bfloat16" or "float16".
        threads: CPU threads; 0 lets the worker measure its first steps and choose.
        validate_every: Steps between two validations within an epoch; 0 validates within long
            epochs alone.
        data_dir: Where data sets are looked for first.
        folder: The run's folder; None makes a new one among the user's runs.
        resume: A run's folder to go on from; its own source is used, so `files` may be empty.
        max_steps: Stop after this step.
        until: When resuming: end after this epoch, be it sooner than planned.
        paused: Wait for `resume` or `step_once` before the first step.
        view_interval_s: Views are drawn at most this often, in seconds.
        checkpoint_interval_s: The checkpoint `last` is written at least this often, in seconds.
        report_interval_s: Losses are turned into numbers and sent this often, in seconds.
    """

    epochs: int = 10
    batch_size: int = 64
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    threads: int = 0
    validate_every: int = 0
    data_dir: str | None = None
    folder: str | None = None
    resume: str | None = None
    max_steps: int | None = None
    until: int | None = None
    paused: bool = False
    view_interval_s: float = 2.0
    checkpoint_interval_s: float = 10.0
    report_interval_s: float = 0.1
