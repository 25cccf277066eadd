"""Random numbers as part of a network."""

from typing import Literal

from graph.declare import Value, node, param
from graph.errors import Mismatch
from graph.nodes._shapes import numbers
from graph.tensor import BATCH, TensorType, features

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
