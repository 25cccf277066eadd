"""Fully connected layers."""

from graph.declare import Value, call, changed, node, param
from graph.errors import Mismatch, insert_before
from graph.tensor import TensorType


def width(x: TensorType) -> int:
    """The size of the last axis, which must be a number.

    Raises:
        Mismatch: If there is no such axis, or its size varies.
    """
    last = x.dims[-1] if x.rank > 1 else None
    if not isinstance(last, int):
        raise Mismatch("features of a fixed number on the last axis", x, "wire [N, features]")
    return last


@node(
    "layer.linear",
    group="Layers",
    source="torch.nn.Linear",
    synonyms="dense, fully connected, fc, perceptron",
    learns=True,
)
class Linear:
    """Fully connected: every output is a weighted sum of all inputs plus an offset."""

    units: int = param(128, low=1, doc="Size of the output's last axis.")
    bias: bool = param(True, doc="Add a learned offset to each output.")

    def shape(self, x: TensorType) -> TensorType:
        if x.dtype != "float":
            raise Mismatch("numbers", f"{x.kind} {x}", "put an Embedding before")
        if x.rank == 4:
            raise Mismatch(
                "rows [N, features]",
                x,
                "flatten the picture first",
                repairs=[insert_before("x", "shape.flatten", "Insert Flatten")],
            )
        width(x)
        return TensorType((*x.dims[:-1], self.units))

    def module(self, x: TensorType) -> str:
        return call("nn.Linear", width(x), self.units, **changed(self, "bias"))

    def weights(self, x: TensorType) -> int:
        return (width(x) + self.bias) * self.units

    def summary(self) -> str:
        return f"{self.units} outputs" + ("" if self.bias else ", no bias")


@node("layer.identity", group="Layers", source="torch.nn.Identity", synonyms="pass, no-op")
class Identity:
    """Passes its input on unchanged; a named place to wire from."""

    def shape(self, x: TensorType) -> TensorType:
        return x

    def expression(self, x: Value) -> str:
        return str(x)
