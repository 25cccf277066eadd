"""Losses of networks that play against each other.

Scores are what the discriminator says, before any sigmoid.
"""

from typing import Literal

from graph.core.errors import Mismatch
from graph.core.tensor import SCALAR_LOSS, TensorType
from graph.declare import Value, call, node, param, shared
from graph.declare.ranges import CRITIC, Want
from graph.nodes.losses.loss import GROUP
from graph.nodes.shared.axes_of_shapes import operand

Objective = Literal["logistic", "least squares", "hinge", "Wasserstein"]


@shared
class Game:
    """What both sides share."""

    objective: Objective = param("logistic", doc="The rules; both sides should play the same.")

    def summary(self) -> str:
        return self.objective


def check_score(score: TensorType, name: str) -> None:
    """Scores are numbers.

    Raises:
        Mismatch: If they are not.
    """
    if score.dtype != "float":
        kind = f"{score.kind} {score}"
        raise Mismatch(f"scores on `{name}`", kind, "wire the discriminator's output here")


@node(
    "loss.discriminator",
    group=GROUP,
    title="Discriminator loss",
    role="loss",
    inputs="real fake",
    outputs="loss:loss",
    synonyms="gan, adversarial, critic, hinge, least squares, wasserstein, lsgan, wgan",
)
class Discriminator(Game):
    """Tell real from generated: scores of real examples up, of generated ones down.

    Logistic arxiv.org/abs/1406.2661, least squares 1611.04076, hinge 1705.02894,
    Wasserstein 1701.07875 (which needs a Gradient penalty besides).
    """

    def shape(self, real: TensorType, fake: TensorType) -> TensorType:
        check_score(real, "real")
        check_score(fake, "fake")
        return SCALAR_LOSS

    def wants(self, real: TensorType, fake: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"real": CRITIC, "fake": CRITIC}

    def expression(self, real: Value, fake: Value) -> str:
        one, other = operand(real), operand(fake)
        return {
            "logistic": f"F.softplus(-{one}).mean() + F.softplus({fake}).mean()",
            "least squares": f"({one} - 1).square().mean() + {other}.square().mean()",
            "hinge": f"F.relu(1 - {one}).mean() + F.relu(1 + {other}).mean()",
            "Wasserstein": f"{other}.mean() - {one}.mean()",
        }[self.objective]


@node(
    "loss.generator",
    group=GROUP,
    title="Generator loss",
    role="loss",
    inputs="fake",
    outputs="loss:loss",
    synonyms="gan, adversarial, hinge, least squares, wasserstein, lsgan, wgan",
)
class Generator(Game):
    """Be taken for real: scores of generated examples up."""

    def shape(self, fake: TensorType) -> TensorType:
        check_score(fake, "fake")
        return SCALAR_LOSS

    def wants(self, fake: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"fake": CRITIC}

    def expression(self, fake: Value) -> str:
        score = operand(fake)
        return {
            "logistic": f"F.softplus(-{score}).mean()",
            "least squares": f"({score} - 1).square().mean()",
            "hinge": f"-{score}.mean()",
            "Wasserstein": f"-{score}.mean()",
        }[self.objective]


@node(
    "loss.gradient_penalty",
    group=GROUP,
    title="Gradient penalty",
    role="loss",
    inputs="score at",
    outputs="loss:loss",
    synonyms="wgan-gp, wasserstein, critic, lipschitz, slope",
)
class GradientPenalty:
    """Hold a critic's slope at 1: the price of a Wasserstein loss, added to the critic's own.

    `at` takes what a Random mix of real and generated examples gives, `score` what a linked copy
    of the critic says of it. Source: Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028
    """

    weight: float = param(10.0, low=0.0, doc="How much the penalty counts beside other losses.")

    def differentiates(self) -> bool:
        """Does it need gradients to be computed at all, even where nothing is trained?"""
        return True

    def shape(self, score: TensorType, at: TensorType) -> TensorType:
        check_score(score, "score")
        if at.dtype != "float" or not at.rank:
            raise Mismatch("points [N, ...] on `at`", at, "wire what Random mix gives here")
        return SCALAR_LOSS

    def wants(self, score: TensorType, at: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"score": CRITIC}

    def expression(self, score: Value, at: Value) -> str:
        return call("gradient_penalty", score, at, self.weight)

    def summary(self) -> str:
        return f"weight {self.weight:g}"
