"""What a compiled board says beside its source: records for the worker and the window.

They are written by the compiler and handed on as they are, so that nobody reads them back off
source text or off names. A run keeps them in its `plan.json`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["loss", "metric"]
Better = Literal["lower", "higher", ""]


@dataclass(frozen=True, slots=True)
class Sliders:
    """A point of the latent space that views are drawn at and that is moved by hand.

    Attributes:
        node: Id of the node that stands for it.
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
        kind: What draws it: the name of a renderer, such as "confusion", or the type of a node
            that says itself what is drawn.
        params: The node's parameters.
        inputs: For each wired port the place of its value among the examples, where it comes
            straight from the data; None where it is computed.
        classes: Names of the classes, where the data say.
        sliders: What it is drawn at.
        from_noise: Nothing of the data flows into it: its function takes how many to draw, and
            no examples.
        networks: Attributes of the training whose weights it is drawn with; not known of runs of
            earlier versions.
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
    """A drawn wire into a neuron; its weight is `networks[network].tensor[row, column]`.

    Attributes:
        link: The wire's id, as text.
        network: A key of the training's `networks`.
        tensor: Name of the tensor in its state.
        row: Place in the tensor.
        column: Place in the tensor.
    """

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
        network: A key of the training's `networks`.
        modules: The modules within it, by the names torch gives them; "" is the network itself. An
            instance that repeats its network has one of each for every repetition.
        every: Steps between two updates.
    """

    path: str
    network: str
    modules: tuple[str, ...]
    every: int = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """One loss or metric.

    Attributes:
        name: The loss's or the metric's: what keys call it behind the split.
        part: Which of those that the loss is the sum of; "" is the loss itself.
        kind: "loss" or "metric".
        better: Is a "lower" or a "higher" one better? "" where that is not known.
        share: Does it lie between 0 and 1, to be read as a percentage?
        node: Id of the node that gives it; not known of runs of earlier versions.
    """

    name: str
    part: str = ""
    kind: Kind = "metric"
    better: Better = ""
    share: bool = False
    node: str = ""

    @property
    def path(self) -> str:
        """What its keys have behind the split."""
        return f"{self.name}/{self.part}" if self.part else self.name

    @property
    def title(self) -> str:
        """What people call it."""
        return (self.part or self.name).replace("_", " ")


@dataclass(frozen=True, slots=True)
class Average:
    """A running mean of a network's weights, which is one of the training's networks, too.

    Attributes:
        network: A key of the training's `networks`.
        of: That of the network it is the mean of.
    """

    network: str
    of: str


@dataclass(frozen=True, slots=True)
class Sets:
    """The two sets of rows that a data node gives.

    Attributes:
        node: The data node's id.
        train: The training's attribute that holds the rows to train on.
        validation: The one that holds the others.
    """

    node: str
    train: str
    validation: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source file's text.

    Attributes:
        text: The text, with a line break at its end.
        nodes: For every line, the ids of the nodes it comes from.
        packages: What it imports, by the first word of the names.
    """

    text: str
    nodes: tuple[tuple[str, ...], ...] = ()
    packages: frozenset[str] = frozenset()

    def lines_of(self, node: str) -> list[int]:
        """Numbers (from 0) of the lines a node accounts for."""
        return [number for number, ids in enumerate(self.nodes) if node in ids]


@dataclass(frozen=True)
class Project:
    """All that one run needs: source, and what to show meanwhile.

    Attributes:
        name: The board's name as an identifier; the run's folder starts with it.
        files: Source by file name, the `.neurowire` file included.
        views: What to draw while training.
        wires: Whose weights to show while training.
        learned: Of which nodes to show how they learn.
        figures: What each figure it tells is.
        sets: Where its rows are.
        averages: Which of its networks are running means of others.
        shown: A digest of all that its views show: networks, data and the views' own source, not
            how they are trained.

    Runs of earlier versions lack the last three.
    """

    name: str
    files: Mapping[str, Source]
    views: tuple[View, ...] = ()
    wires: tuple[Wire, ...] = ()
    learned: tuple[Learned, ...] = ()
    figures: tuple[Figure, ...] = ()
    sets: tuple[Sets, ...] = ()
    averages: tuple[Average, ...] = ()
    shown: str = ""
