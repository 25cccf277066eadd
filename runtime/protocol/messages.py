"""What the window and the worker say to each other: small frozen records, no torch.

`Command` names all that goes to the worker, `Message` all that comes back.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from graph.core.run_plan import Figure, Project
from runtime.protocol.config import Begins, RunConfig

# --- to the worker ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Train:
    """Start a run; one that is still going is stopped and saved first."""

    project: Project
    config: RunConfig


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait after the step that is running."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after a pause."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Save and end the run."""


@dataclass(frozen=True, slots=True)
class StepOnce:
    """Take one step, then pause."""


@dataclass(frozen=True, slots=True)
class SetRate:
    """Change an optimizer's learning rate; a schedule goes on from the new one in proportion.

    Attributes:
        optimizer: Its name.
        value: The rate from the next step on.
        peak: Is it instead the rate that a schedule takes its share of, as the board has it?
    """

    optimizer: str
    value: float
    peak: bool = False


@dataclass(frozen=True, slots=True)
class Steer:
    """Move a point of the latent space that views are drawn at; they are drawn anew soon.

    Attributes:
        node: The node that stands for the point.
        at: Its latents.
    """

    node: str
    at: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Generate:
    """Draw a project's views from a checkpoint's weights, without training, until told otherwise.

    A run that is still going is stopped and saved first.
    """

    project: Project
    config: RunConfig
    checkpoint: str
    samples: int = 0
    """Which noise to draw from first: how often `Shuffle` asked for other noise before."""


@dataclass(frozen=True, slots=True)
class Shuffle:
    """Draw the views anew from the noise of this seed; heard after `Generate` alone."""

    seed: int


@dataclass(frozen=True, slots=True)
class Probe:
    """Learn the facts of a data node: sizes, classes, columns, counts.

    Attributes:
        download: Download its set first, where it is missing; `Downloading` tells how far it is.
    """

    node: str
    type: str
    params: Mapping[str, Any]
    data_dir: str | None = None
    ticket: int = 0
    download: bool = False


@dataclass(frozen=True, slots=True)
class ProbeWeights:
    """Can a network begin with the weights in its file? Answered as a `Probe` is."""

    node: str
    begins: Begins
    data_dir: str | None = None
    ticket: int = 0


@dataclass(frozen=True, slots=True)
class CancelProbe:
    """The facts of this node are no longer wanted."""

    node: str


@dataclass(frozen=True, slots=True)
class Quit:
    """Stop what runs, save it, and leave."""


Command = (
    Train
    | Pause
    | Resume
    | Stop
    | StepOnce
    | SetRate
    | Steer
    | Generate
    | Shuffle
    | Probe
    | ProbeWeights
    | CancelProbe
    | Quit
)


# --- from the worker -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Device:
    """A device that can train.

    Attributes:
        type: What `RunConfig.device` takes: "cpu", "cuda", "mps" or "xpu".
        name: For people, such as "NVIDIA H100 80GB".
        memory: Bytes of its memory, where known.
    """

    type: str
    name: str
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class Warm:
    """Torch is loaded; Train will start at once. `devices` has the one that "auto" picks first."""

    devices: tuple[Device, ...]
    torch: str


@dataclass(frozen=True, slots=True)
class Started:
    """A run began, or goes on.

    Attributes:
        run: The run's id, which is its folder's name.
        folder: Where its source, checkpoints and settings lie.
        device: What it trains on.
        device_name: The same for people.
        threads: CPU threads in use, chosen by measuring unless given.
        steps_per_epoch: Steps in one epoch.
        parameters: How many weights it trains.
        samples: Training examples.
        validation_samples: Held-out examples.
        epochs: Epochs in all.
        step: Steps done before (resumed runs).
        epoch: Epochs done before (resumed runs).
        rates: The learning rate of each optimizer.
        precision: "float32", "bfloat16" or "float16".
        figures: What each figure it tells is; none of a run of old.
    """

    run: str
    folder: str
    device: str
    device_name: str
    threads: int
    steps_per_epoch: int
    parameters: int
    samples: int
    validation_samples: int
    epochs: int
    step: int = 0
    epoch: int = 0
    rates: Mapping[str, float] = field(default_factory=dict)
    precision: str = "float32"
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """Some points of one curve: step numbers (`array("q")`) and values (`array("d")`)."""

    steps: array[int]
    values: array[float]


@dataclass(frozen=True, slots=True)
class Steps:
    """Figures of the last steps, every one of them, by key (see `runtime.protocol.figures`).

    Those of rows held back are at the few steps after which they are validated within an epoch.
    """

    curves: Mapping[str, Points]


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """An epoch ended; `figures` has them by key, `step` is the last step in it."""

    epoch: int
    step: int
    figures: Mapping[str, float]
    best: bool = False


@dataclass(frozen=True, slots=True)
class ViewDrawn:
    """A view's picture.

    Attributes:
        node: The view node's id.
        name: Its name.
        kind: What drew it.
        payload: One of the records of `runtime.protocol.payloads`.
        step: Steps trained before.
        at: The points of the latent space it was drawn at, by the node that stands for each.
        generated: Was it drawn after training, from a checkpoint?
        samples: After training: how often other noise was asked for before.
    """

    node: str
    name: str
    kind: str
    payload: Any
    step: int
    at: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    generated: bool = False
    samples: int = 0


@dataclass(frozen=True, slots=True)
class Generating:
    """Views are drawn from a checkpoint's weights.

    Attributes:
        checkpoint: Its file.
        device_name: What they are drawn on, for people.
        step: Steps it was trained for; 0 where it does not say.
        epoch: Epochs it was trained for.
    """

    checkpoint: str
    device_name: str
    step: int
    epoch: int


@dataclass(frozen=True, slots=True)
class GenerateEnded:
    """No more views are drawn from a checkpoint; a `Problem` came before if that went wrong."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of drawn wires, by link id."""

    values: Mapping[str, float]
    step: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How the learned numbers of one node are.

    Attributes:
        count: How many there are.
        mean: Their mean.
        deviation: Their standard deviation.
        norm: Their Euclidean norm.
        gradient: Norm of the gradient of their last update; None before the first.
        update: How far their last update moved them, as a share of their norm; None before the
            first that was watched.
    """

    count: int
    mean: float
    deviation: float
    norm: float
    gradient: float | None = None
    update: float | None = None


@dataclass(frozen=True, slots=True)
class Learning:
    """How nodes learn, by their paths (see `runtime.protocol.config.Learned`)."""

    nodes: Mapping[str, Figures]
    step: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How the run goes, about twice a second.

    Attributes:
        step: Steps done.
        epoch: Epochs completed.
        samples_per_second: Training examples a second, lately.
        waiting_share: Share of the time spent waiting for data, 0 to 1.
        memory: Bytes in use: of the device, or of the process on a CPU.
        seconds_left: Estimated seconds to the end.
        rates: The learning rate of each optimizer.
        seconds: How long it has trained, without what it was paused.
    """

    step: int
    epoch: int
    samples_per_second: float
    waiting_share: float
    memory: int
    seconds_left: float
    rates: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Paused:
    """The run waits after this step."""

    step: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """The run goes on after this step."""

    step: int


@dataclass(frozen=True, slots=True)
class RateChanged:
    """An optimizer has a new learning rate."""

    optimizer: str
    value: float
    step: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something went wrong.

    Attributes:
        node: The node it comes from, where known.
        text: What happened.
        advice: What to do about it.
        detail: Where in the source, for the curious.
    """

    node: str | None
    text: str
    advice: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something about a run that goes on, for people to know; nothing has to be done."""

    text: str


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint was written."""

    path: str
    step: int


Reason = Literal["finished", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run ended: "finished" all epochs, "stopped" by someone, or "failed" with a Problem."""

    reason: Reason
    run: str
    folder: str
    step: int
    epoch: int
    seconds: float
    best: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Probed:
    """The facts of a data node, and a few examples to look at.

    The examples are a record of `runtime.protocol.payloads`. Of a network that begins with a file
    there are no facts: it can.
    """

    node: str
    facts: Mapping[str, Any]
    ticket: int = 0
    examples: Any = None


@dataclass(frozen=True, slots=True)
class ProbeFailed:
    """A data node could not be read, or a network can't begin with its file.

    Attributes:
        download: Bytes to download, where that would mend it; else 0.
        fixes: Changes that mend it: a parameter, its value, and what the button says.
    """

    node: str
    text: str
    advice: str = ""
    ticket: int = 0
    download: int = 0
    fixes: Sequence[Sequence[Any]] = ()


@dataclass(frozen=True, slots=True)
class Downloading:
    """How far a data node's set is: bytes done, and bytes in all."""

    node: str
    title: str
    done: int
    size: int
    ticket: int = 0


@dataclass(frozen=True, slots=True)
class Died:
    """The worker process ended by itself; made by the client, not by the worker.

    Attributes:
        exit_code: As `multiprocessing` gives it: minus the signal's number when killed by one.
        signal: The signal's name, such as "SIGKILL", or "".
        advice: What to do.
        folder: The folder of the run that was going, to resume it, or None.
    """

    exit_code: int | None
    signal: str
    advice: str
    folder: str | None = None


Message = (
    Warm
    | Started
    | Steps
    | EpochEnded
    | ViewDrawn
    | Generating
    | GenerateEnded
    | Weights
    | Learning
    | Progress
    | Paused
    | Resumed
    | RateChanged
    | Problem
    | Noted
    | Saved
    | Stopped
    | Probed
    | ProbeFailed
    | Downloading
    | Died
)
