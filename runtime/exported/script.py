"""The command line of an exported project: options, what is printed, resuming, the self-check."""

import argparse
import errno
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, TextIO

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from runtime.exported.arguments import about, whole
from runtime.exported.checkpoint import BEGUN_WITH, Damaged, Training, read, restore, save
from runtime.exported.processes import first, leave, mean, plain, start
from runtime.exported.threads import settle_threads

CHECKPOINT = Path("checkpoint.safetensors")
RECORDED = Path(__file__).with_name("recorded.json")
REPLAYED = ("epochs", "batch_size", "seed", "device", "precision")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
MOST = 10**9
SAVE_S = 60


class Run(Training, Protocol):
    """A run that is iterated to train."""

    epochs: int

    def __iter__(self) -> Iterator[dict[str, float | Tensor]]: ...


class Options:
    """What the command line says.

    Attributes:
        training: Arguments of `Training`.
        threads: CPU threads; 0 measures and chooses.
        save_every: Seconds between two checkpoints within an epoch.
        resume: Go on from the last checkpoint.
        saved: What that holds, where the run goes on from it.
        verify: Replay the recorded steps instead of training.
        begin: A file with weights to begin with, if any.
    """

    def __init__(self, description: str | None, threads: int, **defaults: Any) -> None:
        parser = argparse.ArgumentParser(description=about(description))
        parser.add_argument("--epochs", type=whole(1, MOST), help="passes over the data")
        parser.add_argument("--batch-size", type=whole(1, MOST), help="examples a step")
        parser.add_argument("--seed", type=whole(0), help="other weights and order")
        parser.add_argument("--device", default=defaults["device"], help="auto, cpu, cuda, ...")
        parser.add_argument("--precision", choices=PRECISIONS, default=defaults["precision"])
        parser.add_argument("--data-dir", help="where data sets lie")
        parser.add_argument(
            "--threads", type=whole(0, 1024), default=threads, help="0 measures and chooses"
        )
        parser.add_argument(
            "--save-every",
            type=whole(1, MOST),
            default=SAVE_S,
            metavar="SECONDS",
            help="a checkpoint also within long epochs",
        )
        parser.add_argument(
            "--validate-every",
            type=whole(0, MOST),
            default=defaults["validate_every"],
            metavar="STEPS",
            help="0 validates within long epochs alone",
        )
        parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
        parser.add_argument("--from", dest="begin", type=Path, metavar="FILE", help="weights first")
        parser.add_argument("--verify", action="store_true", help="replay the recorded steps")
        found = vars(parser.parse_args())
        self.threads: int = found.pop("threads")
        self.save_every: int = found.pop("save_every")
        self.resume: bool = found.pop("resume")
        self.verify: bool = found.pop("verify")
        self.begin: Path | None = found.pop("begin")
        if self.begin and (self.resume or self.verify):
            parser.error("--from begins anew: leave out --resume and --verify")
        if self.verify:
            recorded = json.loads(RECORDED.read_text()) if os.path.exists(RECORDED) else None
            if recorded is None:
                sys.exit(f"{RECORDED.name} is missing: train in Neurowire once and export again.")
            found.update({name: recorded[name] for name in REPLAYED})
            self.threads = recorded["threads"]
        self.saved = saved() if self.resume else {}
        begun = self.saved.get("settings", {})
        for name in BEGUN_WITH:
            asked, kept = found[name], begun.get(name, defaults[name])
            if asked is None:
                found[name] = kept
            elif name in begun and name != "epochs" and asked != kept:
                option = name.replace("_", "-")
                parser.error(f"--{option} {asked}: the run was begun with {kept} and keeps it")
        try:
            start(found["device"])
        except ValueError as error:
            parser.error(str(error))
        self.training: dict[str, Any] = found


def options(
    description: str | None, *, threads: int = 0, validate_every: int = 0, **defaults: Any
) -> Options:
    """Read the command line."""
    return Options(description, threads, validate_every=validate_every, **defaults)


def prepare(training: Run, options: Options) -> None:
    """Set the threads, go on from a checkpoint, or run the self-check and leave."""
    if options.threads:
        torch.set_num_threads(options.threads)
    else:
        settle_threads(training)
    if options.verify:
        sys.exit(verify(training))
    if first():
        CHECKPOINT.with_name(CHECKPOINT.name + ".new").unlink(missing_ok=True)  # of a killed run
    if options.begin:
        begin_with(training, options.begin)
    if options.resume:
        go_on(training, options.saved)
    clock.every, clock.saved = options.save_every, time.monotonic()


def saved() -> dict[str, Any]:
    """What the checkpoint holds; leave where there is none that can be gone on from."""
    if not os.path.exists(CHECKPOINT):
        sys.exit(f"{CHECKPOINT} is missing: there is nothing to resume. Train without --resume.")
    try:
        return read(CHECKPOINT)
    except (Damaged, OSError) as error:
        sys.exit(f"{error} Put back a copy of it, or train without --resume.")


def go_on(training: Run, state: dict[str, Any]) -> None:
    """Go on from a checkpoint; tell what is other than was expected."""
    try:
        restore(training, state)
    except (RuntimeError, ValueError, KeyError) as error:
        sys.exit(f"{CHECKPOINT} is of another board than this train.py: {error}")
    before = state.get("settings", {}).get("torch", torch.__version__)
    if first() and before != torch.__version__:
        print(f"Begun with torch {before}, this is torch {torch.__version__}.", file=sys.stderr)
    if first() and training.epoch >= training.epochs:
        text = f"{training.epoch} epochs are trained already: --epochs with more goes on."
        print(text, file=sys.stderr)


def begin_with(training: Run, path: Path) -> None:
    """Give all networks the weights in a file: of an export, a checkpoint, or of one network."""
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        sys.exit(f"{path} holds no weights that can be read ({error}).")
    for name, network in training.networks.items():
        own = of_network(tensors, name) or (tensors if len(training.networks) == 1 else {})
        try:
            plain(network).load_state_dict(own)
        except RuntimeError as error:
            reason = str(error).partition("\n")[2].partition("\n")[0].strip()
            sys.exit(f"The weights in {path} do not fit {name}: {reason}")
    if first():
        print(f"Begun with the weights in {path}.", file=sys.stderr)


def of_network(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """A network's own among the weights of several, under the names it gives them."""
    for prefix in (f"networks/{name}/", f"{name}."):
        own = {key.removeprefix(prefix): t for key, t in tensors.items() if key.startswith(prefix)}
        if own:
            return own
    return {}


class Clock:
    """When a checkpoint is due within an epoch."""

    def __init__(self) -> None:
        self.every, self.saved = SAVE_S, time.monotonic()
        self.failed = False  # could the last one not be written?


clock = Clock()


def tell(training: Run, figures: dict[str, float | Tensor]) -> None:
    """Print a step's or an epoch's figures as one line; save each epoch, and within long ones."""
    figures = mean(figures)
    if not first():
        return
    plain_figures = {n: f if isinstance(f, int) else float(f) for n, f in figures.items()}
    try:
        failed = put(json.dumps(plain_figures), sys.stdout)
    except BrokenPipeError:  # whoever read the output has seen enough
        keep(training)
        sys.exit(1)
    if failed:
        put(f"Nothing more can be printed ({failed}). Training goes on.", sys.stderr)
    if "epoch" in figures or time.monotonic() - clock.saved >= clock.every:
        keep(training)


def put(text: str, file: TextIO) -> str:
    """Print a line at once; where that can't be, nothing more is tried there.

    Returns:
        Why it can't be, or "".

    Raises:
        BrokenPipeError: Nobody reads it.
    """
    try:
        print(text, file=file, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())
        if isinstance(error, BrokenPipeError) and file is sys.stdout:
            raise
        return error.strerror or str(error)
    return ""


def keep(training: Run) -> None:
    """Write a checkpoint; where that can't be, say so once and train on."""
    try:
        save(training, CHECKPOINT)
        clock.failed = False
    except (OSError, SafetensorError) as error:
        if not clock.failed:
            put(f"{unwritten(CHECKPOINT, error)}. Training goes on.", sys.stderr)
        clock.failed = True
    clock.saved = time.monotonic()


def finish(training: Run) -> None:
    """Keep the trained weights, one file for each network."""
    if first():
        for name, network in training.networks.items():
            path = Path(f"{name}.safetensors")
            try:
                save_file(plain(network).state_dict(), path)
            except (OSError, SafetensorError) as error:
                sys.exit(f"{unwritten(path, error)}, then --resume.")
    leave()


def unwritten(path: Path, error: Exception) -> str:
    """What can't be written, why, and what to do."""
    full = getattr(error, "errno", 0) == errno.ENOSPC or "os error 28" in str(error)
    mend = "free some space" if full else "see that it may be written there"
    return f"{path} can't be written ({error}): {mend}"


def verify(training: Run) -> int:
    """Replay the recorded steps; print the first difference, or that there is none."""
    recorded = json.loads(RECORDED.read_text())
    steps = (figures for figures in training if "step" in figures)
    for step, (expected, figures) in enumerate(zip(recorded["steps"], steps, strict=False), 1):
        for name, loss in expected.items():
            if float(figures[name]) != loss:
                print(
                    f"step {step}: {name} is {float(figures[name])!r}, in the app it was {loss!r}"
                )
                print(f"The app ran torch {recorded['torch']}, this is torch {torch.__version__}.")
                return 1
    print(f"{len(recorded['steps'])} steps give the losses of the app, bit for bit.")
    return 0
