"""Losses of numbers and of distributions."""

from dataclasses import replace

from graph.core.errors import Mismatch
from graph.core.tensor import SCALAR_LOSS, TensorType
from graph.declare import Raw, Value, call, changed, node, param
from graph.declare.ranges import ANY, CENTRE, COUNTS, LOGARITHM, POSITIVE, Want, shares
from graph.nodes.losses.loss import GROUP, Reduced
from graph.nodes.shared.targets import check_floats, check_pair, pair


@node(
    "loss.smooth_l1",
    group=GROUP,
    title="Smooth L1",
    role="loss",
    inputs="prediction target",
    outputs="loss:loss",
    source="torch.nn.SmoothL1Loss",
    synonyms="huber, regression, robust, boxes",
)
class SmoothL1(Reduced):
    """Squared where prediction and target are close, straight where they are far apart."""

    beta: float = param(1.0, low=0.0, doc="Where it turns straight.")

    def shape(self, prediction: TensorType, target: TensorType) -> TensorType:
        check_pair(prediction, target)
        return SCALAR_LOSS

    def wants(self, prediction: TensorType, target: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"prediction": ANY}

    def expression(self, prediction: Value, target: Value) -> str:
        given, rest = map(Raw, pair(prediction, target)), changed(self, "beta")
        return self.reduced("F.smooth_l1_loss", (prediction, target), *given, **rest)


@node(
    "loss.huber",
    group=GROUP,
    role="loss",
    inputs="prediction target",
    outputs="loss:loss",
    source="torch.nn.HuberLoss",
    synonyms="regression, robust, outliers",
)
class Huber(Reduced):
    """Squared up to `delta`, straight beyond; outliers pull less."""

    delta: float = param(1.0, low=1e-9, doc="Where it turns straight.")

    def shape(self, prediction: TensorType, target: TensorType) -> TensorType:
        check_pair(prediction, target)
        return SCALAR_LOSS

    def wants(self, prediction: TensorType, target: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"prediction": ANY}

    def expression(self, prediction: Value, target: Value) -> str:
        given, rest = map(Raw, pair(prediction, target)), changed(self, "delta")
        return self.reduced("F.huber_loss", (prediction, target), *given, **rest)


@node(
    "loss.poisson_nll",
    group=GROUP,
    title="Poisson",
    role="loss",
    inputs="prediction target",
    outputs="loss:loss",
    source="torch.nn.PoissonNLLLoss",
    synonyms="counts, regression, poisson nll, negative log likelihood",
)
class PoissonNLL(Reduced):
    """How surprised a Poisson distribution of the predicted rate is by the counts."""

    log_input: bool = param(True, doc="Is the prediction the logarithm of the rate?")
    full: bool = param(False, doc="Add the part that no weight changes.", advanced=True)
    eps: float = param(
        1e-8, low=0.0, doc="Keeps the logarithm from zero; without log input.", advanced=True
    )

    def shape(self, prediction: TensorType, target: TensorType) -> TensorType:
        check_pair(prediction, target)
        return SCALAR_LOSS

    def wants(self, prediction: TensorType, target: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"prediction": ANY if self.log_input else POSITIVE, "target": COUNTS}

    def expression(self, prediction: Value, target: Value) -> str:
        given, rest = map(Raw, pair(prediction, target)), changed(self, "log_input", "full", "eps")
        return self.reduced("F.poisson_nll_loss", (prediction, target), *given, **rest)


@node(
    "loss.gaussian_nll",
    group=GROUP,
    title="Gaussian",
    role="loss",
    inputs="mean target variance",
    outputs="loss:loss",
    source="torch.nn.GaussianNLLLoss",
    synonyms="regression, uncertainty, gaussian nll, negative log likelihood",
)
class GaussianNLL(Reduced):
    """How surprised a normal distribution of predicted mean and variance is by the target.

    The variance must not be negative: put Softplus or Exp before it.
    """

    full: bool = param(False, doc="Add the part that no weight changes.", advanced=True)
    eps: float = param(1e-6, low=1e-12, doc="Least variance.", advanced=True)

    def shape(self, mean: TensorType, target: TensorType, variance: TensorType) -> TensorType:
        check_floats(("variance",), variance)
        check_pair(mean, target, ("mean", "target"))
        if variance.dims != mean.dims:
            raise Mismatch(f"a variance for each mean, {mean}", variance, "let both be alike")
        return SCALAR_LOSS

    def wants(self, mean: TensorType, target: TensorType, variance: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"mean": ANY, "variance": replace(POSITIVE, severe=True)}

    def expression(self, mean: Value, target: Value, variance: Value) -> str:
        found, wanted = pair(mean, target)
        spread, _ = pair(Value(str(variance), mean.type), target)
        rest = changed(self, "full", "eps")
        given = (Raw(found), Raw(wanted), Raw(spread))
        return self.reduced("F.gaussian_nll_loss", (mean, target), *given, **rest)


@node(
    "loss.kl_div",
    group=GROUP,
    title="KL divergence",
    role="loss",
    inputs="log_probability target",
    outputs="loss:loss",
    source="torch.nn.KLDivLoss",
    synonyms="kullback-leibler, distillation, distribution, teacher",
)
class KLDiv:
    """How far one distribution is from another, a mean over examples.

    Takes the logarithms of the network's probabilities; targets are probabilities.
    """

    log_target: bool = param(False, doc="Are the targets logarithms too?")

    def shape(self, log_probability: TensorType, target: TensorType) -> TensorType:
        check_pair(log_probability, target, ("log_probability", "target"))
        if min(log_probability.rank, target.rank) < 2:
            raise Mismatch("distributions [N, classes]", log_probability, "wire Log softmax here")
        return SCALAR_LOSS

    def wants(self, log_probability: TensorType, target: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        given = shares(1, log=True)
        return {"log_probability": given, "target": shares(1, log=self.log_target)}

    def expression(self, log_probability: Value, target: Value) -> str:
        given, rest = map(Raw, pair(log_probability, target)), changed(self, "log_target")
        return call("F.kl_div", *given, reduction="batchmean", **rest)


@node(
    "loss.kl_normal",
    group=GROUP,
    title="KL to normal",
    role="loss",
    inputs="mean log_variance",
    outputs="loss:loss",
    synonyms="kullback-leibler, vae, variational autoencoder, elbo, latent, prior",
)
class KLToNormal:
    """How far normal distributions are from the unit normal; a VAE's price for its code.

    Summed over an example's units, a mean over examples (arxiv.org/abs/1312.6114, appendix B).
    """

    def shape(self, mean: TensorType, log_variance: TensorType) -> TensorType:
        check_floats(("mean", "log variance"), mean, log_variance)
        if mean.rank < 2:
            raise Mismatch("means [N, units]", mean, "wire a layer's output here")
        if mean.dims != log_variance.dims:
            raise Mismatch(
                f"a log variance for each mean, {mean}", log_variance, "let both be alike"
            )
        return SCALAR_LOSS

    def summed(self, *inputs: TensorType) -> bool:
        """Are an example's numbers summed up, and not their mean taken?"""
        return True

    def wants(self, mean: TensorType, log_variance: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"mean": CENTRE, "log_variance": LOGARITHM}

    def expression(self, mean: Value, log_variance: Value) -> str:
        return call("kl_to_unit_normal", mean, log_variance)
