"""Points in the plane, made on the spot: data to see a network think."""

from typing import Any

from graph.core.tensor import TensorType, features, labels
from graph.core.wording import many
from graph.declare import changed, node, param, shared
from graph.declare.ranges import Given, Range
from graph.nodes.data.data import Facts, Made, held_out

GROUP = "Data"
NOT_READ = {"count", "validation", "drawn"}
"""Parameters that are no arguments of the function that makes the points."""


@shared
class Toy(Made):
    """What all made-up points share."""

    count: int = param(500, low=2, high=1_000_000, doc="How many points.")
    noise: float = param(0.1, low=0.0, doc="How far points are scattered.")
    seed: int = param(0, low=0, doc="Another number, other points.", advanced=True)
    validation: float = held_out()

    def kinds(self) -> int:
        """How many classes there are."""
        return 2

    def shape(self, facts: Facts | None) -> tuple[TensorType, ...]:
        return features("N", 2), labels("N", classes=self.kinds())

    def reach(self, facts: Facts | None, port: str) -> Given:
        return Range(-1.0 - self.noise, 1.0 + self.noise) if port == "point" else None

    def reader(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        names = [name for name in vars(self) if name not in NOT_READ]
        return type(self).__name__.lower(), (self.count,), changed(self, *names)

    def class_names(self, facts: Facts | None, port: str = "") -> tuple[str, ...]:
        return tuple(str(number) for number in range(self.kinds()))

    def summary(self) -> str:
        return f"{many(self.count, 'point')}, {self.kinds()} classes"


@node(
    "data.xor",
    group=GROUP,
    title="XOR",
    role="data",
    inputs="",
    outputs="point label",
    synonyms="exclusive or, toy, corners",
)
class XOR(Toy):
    """Corners of a square; class 1 where just one side is 1. A single neuron can't learn it."""

    count: int = param(4, low=4, high=1_000_000, doc="How many points.")
    noise: float = param(0.0, low=0.0, doc="How far points are scattered.")
    validation: float = param(
        0.0, low=0.0, high=0.9, doc="Share held out to test on; 0 tests on all points."
    )

    def reach(self, facts: Facts | None, port: str) -> Given:
        return Range(-self.noise, 1.0 + self.noise) if port == "point" else None


@node(
    "data.spiral",
    group=GROUP,
    role="data",
    inputs="",
    outputs="point label",
    synonyms="toy, two spirals, arms",
)
class Spiral(Toy):
    """Arms that wind around each other, one class each."""

    count: int = param(1000, low=2, high=1_000_000, doc="How many points.")
    arms: int = param(2, low=2, high=20, doc="How many arms.")
    turns: float = param(1.5, low=0.0, doc="How often an arm winds around the middle.")
    noise: float = param(0.02, low=0.0, doc="How far points are scattered.")

    def kinds(self) -> int:
        return self.arms


@node(
    "data.moons",
    group=GROUP,
    role="data",
    inputs="",
    outputs="point label",
    synonyms="toy, half circles",
)
class Moons(Toy):
    """Two half circles that reach into each other."""


@node(
    "data.circles",
    group=GROUP,
    role="data",
    inputs="",
    outputs="point label",
    synonyms="toy, rings",
)
class Circles(Toy):
    """A circle inside another."""

    factor: float = param(0.5, low=0.0, high=1.0, doc="Radius of the inner circle.")
    noise: float = param(0.05, low=0.0, doc="How far points are scattered.")


@node(
    "data.blobs",
    group=GROUP,
    role="data",
    inputs="",
    outputs="point label",
    synonyms="toy, clouds, clusters, gaussian",
)
class Blobs(Toy):
    """Round clouds of points, one class each."""

    number: int = param(3, low=2, high=20, doc="How many clouds.")
    noise: float = param(0.3, low=0.0, doc="Deviation of a cloud.")

    def kinds(self) -> int:
        return self.number

    def reader(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        kinds = {} if self.number == 3 else {"classes": self.number}
        return "blobs", (self.count,), {**kinds, **changed(self, "noise", "seed")}


@node(
    "data.checkerboard",
    group=GROUP,
    role="data",
    inputs="",
    outputs="point label",
    synonyms="toy, squares, chess",
)
class Checkerboard(Toy):
    """Squares of two classes in turn, as on a chessboard."""

    count: int = param(1000, low=2, high=1_000_000, doc="How many points.")
    squares: int = param(4, low=2, high=20, doc="How many squares a side has.")
    noise: float = param(0.0, low=0.0, doc="How far points are scattered.")
