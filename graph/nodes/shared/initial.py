"""How learned numbers start: a parameter of every node that learns.

Formulas: https://docs.pytorch.org/docs/stable/nn.init.html
"""

from typing import Literal

from graph.declare import Raw, call, param, shared


@shared
class Drawn:
    """Weights that may start otherwise than torch has them."""

    init: Literal[
        "default",
        "zeros",
        "constant",
        "normal",
        "uniform",
        "kaiming_normal",
        "kaiming_uniform",
        "xavier_normal",
        "xavier_uniform",
        "orthogonal",
    ] = param(
        "default",
        doc="How the weights start. Default: as torch has them. Kaiming: for ReLUs behind. "
        "Xavier: for tanh and sigmoid.",
        advanced=True,
        words="he = kaiming_normal, glorot = xavier_uniform, initialisation, initializer, "
        "weight initialisation",
    )
    init_scale: float | None = param(
        None,
        doc="Constant: the number (1 if empty). Normal: the deviation (0.02). Uniform: the largest "
        "number (0.05). Kaiming: the slope of a leaky ReLU behind it (0). Xavier, orthogonal: a "
        "factor (1).",
        advanced=True,
    )
    init_fan: Literal["fan_in", "fan_out"] = param(
        "fan_in",
        doc="Kaiming: keep the size of what flows forward, or of the gradients on their way back.",
        advanced=True,
    )

    def initialised(self, source: str) -> str:
        """Source of a layer, its weights drawn anew where the node says so."""
        rule = [] if self.init == "default" else [Raw(f"nn.init.{self.init}_")]
        options = self.options_of_init() | self.offsets()
        if not rule and not options:
            return source
        return call("layer_init", Raw(source), *rule, **options)

    def offsets(self) -> dict[str, object]:
        """Arguments that say how offsets start."""
        return {}

    def options_of_init(self) -> dict[str, object]:
        """Arguments of the rule of `torch.nn.init`, without those that are its defaults."""
        scale = self.init_scale
        match self.init:
            case "constant":
                return {"val": 1.0 if scale is None else scale}
            case "normal":
                return {"std": 0.02 if scale is None else abs(scale)}  # it has no sign
            case "uniform":
                limit = 0.05 if scale is None else abs(scale)
                return {"a": -limit, "b": limit}
            case "kaiming_normal" | "kaiming_uniform":
                slope = {"a": scale} if scale else {}
                return {**slope, **({"mode": "fan_out"} if self.init_fan == "fan_out" else {})}
            case "xavier_normal" | "xavier_uniform":
                return {} if scale is None or abs(scale) == 1 else {"gain": abs(scale)}
            case "orthogonal":
                return {} if scale in {None, 1} else {"gain": scale}
        return {}


@shared
class Initialised(Drawn):
    """A layer whose weights and offsets may start otherwise than torch has them."""

    init_bias: float | None = param(
        None, doc="Number every offset starts at; empty: as torch has them.", advanced=True
    )

    def offsets(self) -> dict[str, object]:
        return {} if self.init_bias is None else {"bias": self.init_bias}


@shared
class InitialisedScale:
    """A normalisation whose learned scale may start otherwise than at 1."""

    init: Literal["default", "zeros", "constant", "normal"] = param(
        "default",
        doc="How the scale starts. Default: at 1. Zeros: a residual branch that starts as "
        "nothing. Normal: around 1, as DCGAN has it.",
        advanced=True,
    )
    init_scale: float | None = param(
        None, doc="Constant: the number (1 if empty). Normal: the deviation (0.02).", advanced=True
    )

    def initialised(self, source: str) -> str:
        """Source of a normalisation, its scale drawn anew where the node says so."""
        scale = self.init_scale
        options: dict[str, object] = {}
        if self.init == "default":
            return source
        if self.init == "constant":
            options = {"val": 1.0 if scale is None else scale}
        elif self.init == "normal":
            options = {"mean": 1.0, "std": 0.02 if scale is None else abs(scale)}
        return call("layer_init", Raw(source), Raw(f"nn.init.{self.init}_"), **options)
