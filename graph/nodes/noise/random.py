"""Random numbers as part of a network."""

from typing import Literal

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import BATCH, TensorType, features, labels
from graph.core.wording import many
from graph.declare import Raw, Value, call, changed, node, param
from graph.nodes.shared.axes_of_shapes import numbers

GROUP = "Random"


@node(
    "random.noise",
    group=GROUP,
    role="noise",
    inputs="",
    synonyms="latent, normal, uniform, gaussian, z, sample",
)
class Noise:
    """Fresh random numbers for every example; views get the same ones at each look."""

    sizes: tuple[int, ...] = param((16,), low=1, doc="Sizes behind the batch, such as 16.")
    distribution: Literal["normal", "uniform"] = param(
        "normal", doc="Normal: around 0 with spread 1. Uniform: from 0 to 1."
    )

    def shape(self) -> TensorType:
        return features(BATCH, *self.sizes)

    def sample(self, rows: str, device: str) -> str:
        """Source of a draw, from the source of the number of rows and the device."""
        function = "torch.randn" if self.distribution == "normal" else "torch.rand"
        return f"{function}({rows}, {', '.join(map(str, self.sizes))}, device={device})"

    def summary(self) -> str:
        return f"{'×'.join(map(str, self.sizes))}, {self.distribution}"


@node(
    "random.labels",
    group=GROUP,
    role="noise",
    inputs="",
    synonyms="classes, conditional, digits, which, condition",
)
class Labels:
    """Class numbers in turn, 0, 1, 2 and so on and over again: what to ask a generator for."""

    classes: int = param(10, low=1, doc="How many classes.")

    def shape(self) -> TensorType:
        return labels(BATCH, classes=self.classes)

    def sample(self, rows: str, device: str) -> str:
        """Source of the numbers, from the source of how many and the device."""
        return f"torch.arange({rows}, device={device}) % {self.classes}"

    def summary(self) -> str:
        return f"{many(self.classes, 'class')} in turn"


@node(
    "random.plane",
    group=GROUP,
    title="Latent plane",
    role="noise",
    inputs="",
    synonyms="latent, sweep, grid, manifold, map, z",
)
class Plane:
    """A square piece of the latent space, point by point; two latents vary, the rest stay 0.

    The points are spread as the unit normal is, so that each stands for equally many samples
    (Kingma and Welling 2013, https://arxiv.org/abs/1312.6114, figure 4).
    """

    size: int = param(2, low=2, doc="How many latents the generator takes.")
    across: int = param(0, low=0, doc="The latent that grows from left to right.")
    up: int = param(1, low=0, doc="The latent that grows from bottom to top.")

    def shape(self) -> TensorType:
        for name, axis in (("across", self.across), ("up", self.up)):
            if axis >= self.size:
                raise Mismatch(
                    f"a latent below {self.size} for `{name}`",
                    axis,
                    "latents are counted from 0",
                    repairs=[set_param(name, self.size - 1)],
                )
        if self.across == self.up:
            raise Mismatch(
                "two latents, one each way",
                f"latent {self.up} both ways",
                "vary another one from bottom to top",
                repairs=[set_param("up", (self.across + 1) % self.size)],
            )
        return features(BATCH, self.size)

    def sample(self, rows: str, device: str) -> str:
        """Source of the points, from the source of how many and the device."""
        rest = changed(self, "across", "up")
        return call("latent_plane", Raw(rows), self.size, **rest, device=Raw(device))

    def in_a_row(self) -> int:
        """How many pictures a grid puts side by side; 0: as many as there are rows."""
        return 0

    def summary(self) -> str:
        return f"{self.across} across, {self.up} up, of {self.size}"


@node(
    "random.path",
    group=GROUP,
    title="Interpolation",
    role="noise",
    inputs="",
    synonyms="latent path, interpolate, morph, walk, between two samples, slerp, z",
)
class Path:
    """The way from one sample of the latent space to another, in equal steps.

    Along the sphere, as normal samples lie near one (White 2016, https://arxiv.org/abs/1609.04468).
    """

    size: int = param(16, low=1, doc="How many latents the generator takes.")
    steps: int = param(8, low=2, doc="Points on the way from one sample to another, both included.")

    def shape(self) -> TensorType:
        return features(BATCH, self.size)

    def sample(self, rows: str, device: str) -> str:
        """Source of the points, from the source of how many and the device."""
        return call("latent_path", Raw(rows), self.size, self.steps, device=Raw(device))

    def in_a_row(self) -> int:
        """A way a row."""
        return self.steps

    def summary(self) -> str:
        return f"{many(self.steps, 'step')}, {many(self.size, 'latent')}"


@node(
    "random.sliders",
    group=GROUP,
    title="Latent sliders",
    role="noise",
    inputs="",
    synonyms="latent, dial, knob, explore, steer, live, z",
)
class Sliders:
    """One point of the latent space that you move by hand: a slider a latent, below the preview.

    They move while the board trains and after; where no one moves them, the points are normal
    noise.
    """

    size: int = param(16, low=1, doc="How many latents the generator takes.")

    def shape(self) -> TensorType:
        return features(BATCH, self.size)

    def sample(self, rows: str, device: str) -> str:
        """Source of points where no one steers, from the source of how many and the device."""
        return f"torch.randn({rows}, {self.size}, device={device})"

    def steer(self, rows: str, at: str, device: str) -> str:
        """Source of the point, from the source of how many rows, of its latents and the device."""
        return call("latent_point", Raw(rows), Raw(at), device=Raw(device))

    def summary(self) -> str:
        return f"{many(self.size, 'latent')}"


@node(
    "random.reparameterize",
    group=GROUP,
    inputs="mean log_variance",
    synonyms="vae, variational, latent, sample, gaussian",
)
class Reparameterize:
    """Draws from a normal distribution so that gradients reach its mean and variance.

    Source: Kingma and Welling 2013, https://arxiv.org/abs/1312.6114, section 2.4.
    """

    def shape(self, mean: TensorType, log_variance: TensorType) -> TensorType:
        numbers(mean, "mean")
        numbers(log_variance, "log_variance")
        if mean.dims != log_variance.dims:
            raise Mismatch(
                f"a log variance like the mean, {mean}", log_variance, "give both the same size"
            )
        return mean

    def expression(self, mean: Value, log_variance: Value) -> str:
        return f"{mean} + torch.exp(0.5 * {log_variance}) * torch.randn_like({mean})"
