"""Dropout: forget at random while training, so that no part is relied on alone."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from graph.core.errors import Mismatch
from graph.core.tensor import TensorType
from graph.declare import call, node, param, shared
from graph.declare.ranges import Given, Range
from graph.declare.unlikely import Unlikely
from graph.nodes.shared.axes_of_shapes import numbers, spatial

GROUP = "Dropout"


@shared
class Dropping:
    """Sets a share of its input to zero while training; passes all on otherwise."""

    keeps: ClassVar[bool] = True
    layer: ClassVar[str]

    p: float = param(0.5, low=0.0, high=1.0, doc="Share that is dropped.")

    def shape(self, x: TensorType) -> TensorType:
        return numbers(x)

    def thins(self) -> bool:
        """Does it set numbers to zero at random?"""
        return self.p > 0

    def bounds(self, x: Given) -> Given:
        """What is left is scaled up; where it only passes on, logarithms stay such."""
        if x is None or self.p >= 1:
            return x
        scale = 1 / (1 - self.p)
        made = Range(min(x.low * scale, 0.0), max(x.high * scale, 0.0), x.reached)
        return replace(made, meaning=x.meaning) if x.meaning == "log probabilities" else made

    def unlikely(self) -> Iterator[Unlikely]:
        """All of it is dropped."""
        if self.p == 1:
            text = "drops all that comes while training: nothing behind it can learn from it"
            yield Unlikely("p", text, "less than 1", 0.5, "take 0.5, and change it from there")

    def module(self, x: TensorType) -> str:
        return call(f"nn.{self.layer}", self.p)

    def modes(self) -> bool:
        return True

    def summary(self) -> str:
        return f"drops {self.p:.0%}"


@shared
class DroppingChannels(Dropping):
    """Drops whole channels, since neighbours in one are too alike to drop alone."""

    axes: ClassVar[int]

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        spatial(x, self.axes, "a batch")
        return x


@node(
    "dropout.dropout",
    group=GROUP,
    source="torch.nn.Dropout",
    synonyms="regularisation, regularization, noise, overfitting",
)
class Dropout(Dropping):
    """Sets numbers to zero at random while training, which keeps a network from learning by heart.

    What is left is scaled up so that sums stay the same. Off when the network is tested.
    """

    layer = "Dropout"


@node("dropout.dropout1d", group=GROUP, source="torch.nn.Dropout1d", synonyms="spatial dropout")
class Dropout1d(DroppingChannels):
    """Drops whole channels of signals [N, C, T] at random while training."""

    layer, axes = "Dropout1d", 1


@node("dropout.dropout2d", group=GROUP, source="torch.nn.Dropout2d", synonyms="spatial dropout")
class Dropout2d(DroppingChannels):
    """Drops whole channels of pictures [N, C, H, W] at random while training."""

    layer, axes = "Dropout2d", 2


@node("dropout.dropout3d", group=GROUP, source="torch.nn.Dropout3d", synonyms="spatial dropout")
class Dropout3d(DroppingChannels):
    """Drops whole channels of volumes [N, C, D, H, W] at random while training."""

    layer, axes = "Dropout3d", 3


@node(
    "dropout.alpha",
    group=GROUP,
    title="Alpha dropout",
    source="torch.nn.AlphaDropout",
    synonyms="selu, self-normalising",
)
class AlphaDropout(Dropping):
    """Dropout for networks of SELU: keeps mean 0 and variance 1."""

    layer = "AlphaDropout"


@node(
    "dropout.feature_alpha",
    group=GROUP,
    title="Feature alpha dropout",
    source="torch.nn.FeatureAlphaDropout",
    synonyms="selu, self-normalising, channels",
)
class FeatureAlphaDropout(Dropping):
    """Alpha dropout of whole channels [N, C, ...], for networks of SELU."""

    layer = "FeatureAlphaDropout"

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        if x.rank < 2:
            raise Mismatch("channels [N, C, ...]", x, "use Alpha dropout for single numbers")
        return x
