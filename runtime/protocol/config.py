"""The settings of one run, as the window and the command line hand them to the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from runtime.protocol.figures import Better, Figure, Kind


class SourceLike(Protocol):
    """What the compiler makes of one file: its text, and the nodes each line stands for."""

    @property
    def text(self) -> str:
        """The source."""

    @property
    def nodes(self) -> tuple[tuple[str, ...], ...]:
        """For each line, the ids of its nodes."""


class ViewLike(Protocol):
    """What the compiler makes of one view node."""

    @property
    def node(self) -> str:
        """The view node's id."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def kind(self) -> str:
        """What draws it."""

    @property
    def params(self) -> Mapping[str, Any]:
        """Its parameters."""

    @property
    def inputs(self) -> Mapping[str, int | None]:
        """Where among the examples each port's value lies."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, where known."""

    @property
    def sliders(self) -> Sequence[SlidersLike]:
        """The points of the latent space it is drawn at."""

    @property
    def from_noise(self) -> bool:
        """Is it made of noise alone?"""

    @property
    def networks(self) -> tuple[str, ...]:
        """Attributes of the training whose weights it is drawn with."""


class SlidersLike(Protocol):
    """What the compiler makes of a point that is moved by hand."""

    @property
    def node(self) -> str:
        """The node it stands for."""

    @property
    def name(self) -> str:
        """The argument of the view's function."""

    @property
    def size(self) -> int:
        """How many numbers it has."""


class WireLike(Protocol):
    """Where the weight of one wire into a neuron lies."""

    @property
    def link(self) -> object:
        """The wire's id, anything whose text is one."""

    @property
    def network(self) -> str:
        """Which network."""

    @property
    def tensor(self) -> str:
        """Which of its weights."""

    @property
    def row(self) -> int | None:
        """Which row."""

    @property
    def column(self) -> int | None:
        """Which column."""


class LearnedLike(Protocol):
    """Where the numbers that a node learns lie."""

    @property
    def path(self) -> str:
        """The node's id, behind those of the instances it stands in."""

    @property
    def network(self) -> str:
        """Which network."""

    @property
    def modules(self) -> tuple[str, ...]:
        """Which of its modules."""

    @property
    def every(self) -> int:
        """Steps between two updates."""


class FigureLike(Protocol):
    """What the compiler says of one loss or metric."""

    @property
    def name(self) -> str:
        """What keys call it behind the split."""

    @property
    def part(self) -> str:
        """Which of those that the loss is the sum of."""

    @property
    def kind(self) -> Kind:
        """Is it a loss or a metric?"""

    @property
    def better(self) -> Better:
        """Is a lower or a higher one better?"""

    @property
    def share(self) -> bool:
        """Does it lie between 0 and 1?"""


@dataclass(frozen=True, slots=True)
class File:
    """One source file of a run.

    Attributes:
        text: The source.
        nodes: For each line, the ids of the nodes that it stands for.
    """

    text: str
    nodes: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Sliders:
    """A point of the latent space that is moved by hand.

    Attributes:
        node: The node that stands for it.
        name: The argument of the view's function in `views.py`.
        size: How many latents it has.
    """

    node: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class View:
    """A view to draw while training.

    Attributes:
        node: The view node's id.
        name: Its name, and that of its function in `views.py`.
        kind: What draws it, such as "images" or "confusion_matrix".
        params: The node's parameters, and `classes` again, for what draws it.
        inputs: For each port, the place of its value among the examples, or None when computed.
        classes: Names of the classes, where the data say.
        sliders: The points of the latent space it is drawn at.
        from_noise: Its function takes how many to draw, and no examples.
        networks: Those whose weights it is drawn with; not known of runs of earlier versions.
    """

    node: str
    name: str
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, int | None] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    sliders: tuple[Sliders, ...] = ()
    from_noise: bool = False
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wire:
    """A wire into a neuron; its weight is `networks[network].tensor[row, column]`."""

    link: str
    network: str
    tensor: str
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """A node that learns: its numbers are the parameters of `networks[network]`'s `modules`.

    Attributes:
        path: Ids of the instances it stands in, outermost first, and its own, joined by `/`.
        network: Which network.
        modules: Names within it; "" is the network itself.
        every: Steps between two updates.
    """

    path: str
    network: str
    modules: tuple[str, ...]
    every: int = 1


@dataclass(frozen=True, slots=True)
class Project:
    """All that one run needs: source, and what to show meanwhile, as plain records.

    Attributes:
        name: The board's name; the run's folder starts with it.
        files: Source by file name, the `.neurowire` file included.
        views: What to draw while training.
        wires: Whose weights to show while training.
        learned: Of which nodes to show how they learn.
        figures: What each figure it tells is.
    """

    name: str
    files: Mapping[str, File]
    views: tuple[View, ...] = ()
    wires: tuple[Wire, ...] = ()
    learned: tuple[Learned, ...] = ()
    figures: tuple[Figure, ...] = ()


def project(
    name: str,
    files: Mapping[str, SourceLike],
    views: tuple[ViewLike, ...] = (),
    wires: tuple[WireLike, ...] = (),
    learned: tuple[LearnedLike, ...] = (),
    figures: tuple[FigureLike, ...] = (),
) -> Project:
    """Copy what the compiler made into records of our own, which travel to the worker."""
    return Project(
        name,
        {name: File(source.text, source.nodes) for name, source in files.items()},
        tuple(_view(view) for view in views),
        tuple(Wire(str(w.link), w.network, w.tensor, w.row, w.column) for w in wires),
        tuple(Learned(one.path, one.network, one.modules, one.every) for one in learned),
        tuple(Figure(f.name, f.part, f.kind, f.better, f.share) for f in figures),
    )


def _view(view: ViewLike) -> View:
    params = {**view.params, "classes": view.classes}
    sliders = tuple(Sliders(one.node, one.name, one.size) for one in view.sliders)
    inputs = dict(view.inputs)
    return View(
        node=view.node,
        name=view.name,
        kind=view.kind,
        params=params,
        inputs=inputs,
        classes=view.classes,
        sliders=sliders,
        from_noise=view.from_noise,
        networks=view.networks,
    )


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
