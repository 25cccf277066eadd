"""Normalisation: keep numbers centred and of one size, so that deep networks learn faster."""

from typing import ClassVar

from graph.core.errors import Mismatch, insert_before
from graph.core.tensor import Dim, TensorType, product
from graph.core.wording import many
from graph.declare import Value, call, changed, node, param, shared
from graph.nodes.shared.axes_of_shapes import channels, numbers, spatial
from graph.nodes.shared.initial import InitialisedScale

GROUP = "Normalisation"
SYNONYMS = "normalization, batchnorm, bn, standardise, batch normalization"


@shared
class BatchNorm(InitialisedScale):
    """Normalises each channel over the batch.

    Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167
    """

    axes: ClassVar[int]

    eps: float = param(1e-5, low=1e-12, doc="Kept from dividing by zero.", advanced=True)
    momentum: float | None = param(
        0.1,
        low=0.0,
        high=1.0,
        doc="Share of the newest batch in the running averages; empty weighs all batches equally.",
        advanced=True,
    )
    affine: bool = param(True, doc="Learn a scale and an offset for each channel.")
    track_running_stats: bool = param(
        True, doc="Keep running averages for testing; else each batch uses its own.", advanced=True
    )

    def modes(self) -> bool:
        return self.track_running_stats

    def couples(self) -> bool:
        """Does what it gives for an example depend on the others of its batch?"""
        return True

    def together(self, x: TensorType) -> Dim:
        """How many numbers of each example are normalised together: one alone has no spread."""
        return product(x.dims[2:])

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        spatial(x, self.axes, "a batch")
        channels(x)
        return x

    def module(self, x: TensorType) -> str:
        rest = changed(self, "eps", "momentum", "affine", "track_running_stats")
        return self.initialised(call(f"nn.BatchNorm{self.axes}d", channels(x), **rest))

    def weights(self, x: TensorType) -> int:
        return 2 * channels(x) if self.affine else 0


@node("norm.batch1d", group=GROUP, source="torch.nn.BatchNorm1d", synonyms=SYNONYMS, learns=True)
class BatchNorm1d(BatchNorm):
    """Keeps each feature [N, C], or channel [N, C, T], near mean 0 and variance 1 over the batch.

    Then scales and shifts it by learned numbers. When tested it uses averages kept in training.
    """

    axes = 1

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        if x.rank > 3:
            repairs = [insert_before("x", "shape.flatten", "Insert Flatten")]
            advice = "flatten it, or use BatchNorm2d for pictures"
            raise Mismatch("[N, C] or [N, C, T]", x, advice, repairs=repairs)
        if x.rank != 2:
            spatial(x, 1, "a batch")
        channels(x)
        return x


@node("norm.batch2d", group=GROUP, source="torch.nn.BatchNorm2d", synonyms=SYNONYMS, learns=True)
class BatchNorm2d(BatchNorm):
    """Keeps each channel of pictures near mean 0 and variance 1 over the batch.

    Then scales and shifts it by learned numbers. When tested it uses averages kept in training.
    """

    axes = 2


@node("norm.batch3d", group=GROUP, source="torch.nn.BatchNorm3d", synonyms=SYNONYMS, learns=True)
class BatchNorm3d(BatchNorm):
    """Keeps each channel of volumes near mean 0 and variance 1 over the batch.

    Then scales and shifts it by learned numbers. When tested it uses averages kept in training.
    """

    axes = 3


@shared
class InstanceNorm(InitialisedScale):
    """Normalises each channel of each example by itself.

    Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022
    """

    axes: ClassVar[int]

    eps: float = param(1e-5, low=1e-12, doc="Kept from dividing by zero.", advanced=True)
    affine: bool = param(False, doc="Learn a scale and an offset for each channel.")
    track_running_stats: bool = param(
        False, doc="Keep running averages and use them for testing.", advanced=True
    )
    momentum: float = param(
        0.1,
        low=0.0,
        high=1.0,
        doc="Share of the newest batch in the running averages.",
        advanced=True,
    )

    def modes(self) -> bool:
        return self.track_running_stats

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        sides = spatial(x, self.axes, "a batch")
        channels(x)
        if all(side == 1 for side in sides):
            advice = "one number has no spread to divide by; use LayerNorm"
            raise Mismatch("more than one place in each channel", x, advice)
        return x

    def module(self, x: TensorType) -> str:
        rest = changed(self, "eps", "momentum", "affine", "track_running_stats")
        return self.initialised(call(f"nn.InstanceNorm{self.axes}d", channels(x), **rest))

    def weights(self, x: TensorType) -> int:
        return 2 * channels(x) if self.affine else 0


@node(
    "norm.instance1d", group=GROUP, source="torch.nn.InstanceNorm1d", synonyms="style", learns=True
)
class InstanceNorm1d(InstanceNorm):
    """Keeps each channel of each signal [N, C, T] near mean 0 and variance 1."""

    axes = 1


@node(
    "norm.instance2d",
    group=GROUP,
    source="torch.nn.InstanceNorm2d",
    synonyms="style transfer",
    learns=True,
)
class InstanceNorm2d(InstanceNorm):
    """Keeps each channel of each picture near mean 0 and variance 1; takes contrast away."""

    axes = 2


@node(
    "norm.instance3d", group=GROUP, source="torch.nn.InstanceNorm3d", synonyms="style", learns=True
)
class InstanceNorm3d(InstanceNorm):
    """Keeps each channel of each volume near mean 0 and variance 1."""

    axes = 3


@node(
    "norm.local_response",
    group=GROUP,
    title="LocalResponseNorm",
    source="torch.nn.LocalResponseNorm",
    synonyms="lrn, alexnet",
)
class LocalResponseNorm:
    """Divides each number by what its neighbouring channels show at the same place.

    Krizhevsky et al. 2012, section 3.3.
    """

    size: int = param(5, low=1, doc="How many neighbouring channels count.")
    alpha: float = param(1e-4, doc="How strongly they count.")
    beta: float = param(0.75, doc="Power the sum is raised to.", advanced=True)
    k: float = param(1.0, doc="Added to the sum.", advanced=True)

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        if x.rank < 3:
            raise Mismatch("channels with places [N, C, ...]", x, "use LayerNorm for rows")
        channels(x)
        return x

    def expression(self, x: Value) -> str:
        return call("F.local_response_norm", x, self.size, **changed(self, "alpha", "beta", "k"))

    def summary(self) -> str:
        return f"{many(self.size, 'channel')}"
