"""Other views of the same numbers: flatten, reshape, slice, pad."""

from graph.declare import Value, call, node, param
from graph.tensor import TensorType, product


@node("shape.flatten", group="Shape", source="torch.nn.Flatten", synonyms="reshape, ravel")
class Flatten:
    """Lays the axes from `start_dim` on out in one row: [N, C, H, W] becomes [N, C*H*W]."""

    start_dim: int = param(1, low=1, doc="First axis that is laid out; 0 is the batch.")

    def shape(self, x: TensorType) -> TensorType:
        if x.rank <= self.start_dim:
            return x
        return x.with_dims(*x.dims[: self.start_dim], product(x.dims[self.start_dim :]))

    def expression(self, x: Value) -> str:
        return call(f"{x}.flatten", self.start_dim)
