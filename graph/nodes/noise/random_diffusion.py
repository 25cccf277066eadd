"""Diffusion: a network learns to find the noise in a picture, and so to make pictures of noise."""

from typing import Literal

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import BATCH, TensorType, features
from graph.core.wording import many
from graph.declare import Raw, Value, call, changed, node, param
from graph.nodes.noise.random import GROUP
from graph.nodes.shared.axes_of_shapes import numbers, times

Schedule = Literal["cosine", "linear"]


@node(
    "random.noising",
    group=GROUP,
    inputs="x",
    outputs="noisy noise time",
    synonyms="diffusion, ddpm, forward process, add noise, score",
)
class Noising:
    """Mixes each example with noise, at a time drawn for it anew: little early, nothing else late.

    A diffusion network gets `noisy` and `time` and learns to give `noise`. Examples should lie
    in -1 to 1. Source: Ho et al. 2020, https://arxiv.org/abs/2006.11239
    """

    noise_schedule: Schedule = param(
        "cosine", doc="How the noise grows; Diffusion must go back by the same."
    )
    steps: int = param(1000, low=1, doc="Times are drawn from so many steps between 0 and 1.")

    def noises(self) -> str:
        """How the noise grows; what a walk back must know."""
        return self.noise_schedule

    def shape(self, x: TensorType) -> tuple[TensorType, ...]:
        numbers(x)
        if not x.rank:
            raise Mismatch("a batch [N, ...]", x, "wire examples here")
        return features(*x.dims), features(*x.dims), features(x.dims[0])

    def expression(self, x: Value) -> str:
        return call("add_noise", x, **changed(self, "noise_schedule", "steps"))

    def summary(self) -> str:
        return f"{self.noise_schedule}, {many(self.steps, 'step')}"


@node(
    "layer.time_embedding",
    group="Layers",
    title="Time embedding",
    inputs="time",
    synonyms="diffusion, sinusoidal, position, fourier, step",
)
class TimeEmbedding:
    """Tells a network the time of a Noising as a row of waves, slow ones to fast ones.

    Source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, section 3.5.
    """

    size: int = param(64, low=2, doc="How many numbers a time becomes; even.")

    def shape(self, time: TensorType) -> TensorType:
        numbers(time, "time")
        if time.rank != 1:
            raise Mismatch("one time an example, [N]", time, "wire the `time` of a Noising here")
        if self.size % 2:
            repair = set_param("size", self.size + 1)
            raise Mismatch(
                "an even size", self.size, "each wave has a sine and a cosine", repairs=[repair]
            )
        return features(time.dims[0], self.size)

    def expression(self, time: Value) -> str:
        return call("sinusoids", time, self.size)

    def summary(self) -> str:
        return f"{many(self.size, 'wave')}"


@node(
    "random.diffusion_start",
    group=GROUP,
    title="Diffusion start",
    role="noise",
    inputs="",
    outputs="noisy time",
    synonyms="sampler, ddim, ddpm, denoise, loop",
)
class DiffusionStart:
    """Where a walk from noise to pictures begins; Diffusion ends it.

    What lies between the two, a linked copy of the trained network, is asked at every step.
    """

    sizes: tuple[int, ...] = param((1, 8, 8), low=1, doc="Sizes behind the batch.")

    def shape(self) -> tuple[TensorType, ...]:
        return features(BATCH, *self.sizes), features(BATCH)

    def draws_noise(self, rows: str, device: str) -> str:
        """Source of the noise alone; a node with this hook begins a walk."""
        return call("torch.randn", Raw(rows), *self.sizes, device=Raw(device))

    def sample(self, rows: str, device: str) -> str:
        """Source of what the first step sees: the noise, and a time of 1."""
        return f"{self.draws_noise(rows, device)}, torch.ones({rows}, device={device})"

    def summary(self) -> str:
        return times(self.sizes)


@node(
    "random.diffusion",
    group=GROUP,
    title="Diffusion",
    role="noise",
    inputs="noise",
    outputs="image way",
    synonyms="sampler, ddim, ddpm, denoise, generate, loop, reverse process",
)
class Diffusion:
    """Makes pictures of noise: asks a network for the noise that is left and takes it out, often.

    All between Diffusion start and here is computed at every step. `way` shows the picture come
    out of the noise. Source: Song et al. 2020, https://arxiv.org/abs/2010.02502
    """

    noise_schedule: Schedule = param("cosine", doc="That of the Noising it was trained with.")
    steps: int = param(20, low=1, high=1000, doc="How often the network is asked for a picture.")
    fresh: float = param(
        0.0, low=0.0, high=1.0, doc="Share of noise drawn anew each step: 0 is DDIM, 1 is DDPM."
    )
    bounded: bool = param(True, doc="Pictures lie in -1 to 1; no for latents.", advanced=True)
    frames: int = param(8, low=2, high=100, doc="Looks on the `way`.", advanced=True)

    def shape(self, noise: TensorType) -> tuple[TensorType, ...]:
        numbers(noise, "noise")
        if noise.rank < 2:
            raise Mismatch("the noise a network finds, [N, ...]", noise, "wire its output here")
        batch, *sizes = noise.dims
        return features(batch, *sizes), features(batch, self.frames, *sizes)

    def walk(self, predict: str, noise: str) -> str:
        """Source of the walk; a node with this hook ends one.

        Args:
            predict: Source of a function of what is noisy and of times.
            noise: Source of what the walk begins with.
        """
        rest = changed(self, "noise_schedule", "steps", "fresh", "bounded", "frames")
        return call("diffusion_samples", Raw(predict), Raw(noise), **rest)

    def summary(self) -> str:
        return f"{many(self.steps, 'step')}, {self.noise_schedule}"
