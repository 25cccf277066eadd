"""Networks: reusable sheets, their ends, and the places they are put."""

from graph.core.limits import REPEAT
from graph.core.tensor import TensorType
from graph.declare import FilePath, Values, node, param

GROUP = "Network"


@node(
    "network.input", group=GROUP, title="Input", role="input", inputs="", synonyms="port, argument"
)
class Input:
    """Where a value enters a network; its name is the port's name outside."""

    def shape(self) -> tuple[TensorType, ...]:
        return ()


@node(
    "network.output",
    group=GROUP,
    title="Output",
    role="output",
    outputs="",
    synonyms="port, return",
)
class Output:
    """Where a value leaves a network; its name is the port's name outside."""

    def shape(self, x: TensorType) -> tuple[TensorType, ...]:
        return ()


@node(
    "network.instance",
    group=GROUP,
    title="Network",
    role="instance",
    inputs="",
    outputs="",
    synonyms="group, subgraph, module, block",
    learns=True,
)
class Instance:
    """A network of this document, placed here; a linked duplicate shares its weights."""

    network: str = param("", doc="Which network.")
    repeat: int = param(
        1,
        low=1,
        high=REPEAT,
        doc="Stack it so many times, one behind the other, each with its own weights.",
    )
    pretrained: FilePath = param(
        "",
        doc="File to begin with: best.safetensors of a run, or any safetensors file with the same "
        "layers. A network of the same name is taken from it.",
        advanced=True,
    )
    evaluate: bool = param(
        False,
        doc="Evaluate only: while all else trains, batch norms keep their averages and dropouts "
        "let everything through.",
        advanced=True,
    )
    momentum: float = param(
        0.0,
        low=0.0,
        high=1.0,
        doc="Above 0: the moving average of the trained placement of this network, which keeps "
        "this share of itself at each step; it only evaluates, as a BYOL target or mean teacher.",
        advanced=True,
    )
    overrides: Values = param((), doc="This place's values of parameters the network shows.")

    def summary(self) -> str:
        return f"{self.network} ×{self.repeat}" if self.repeat > 1 else self.network
