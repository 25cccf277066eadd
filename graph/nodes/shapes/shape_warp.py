"""Pictures read at places that a network computes (spatial transformers).

Jaderberg et al. 2015, https://arxiv.org/abs/1506.02025
"""

from typing import Literal

from graph.core.errors import Mismatch, insert_before, set_param
from graph.core.tensor import TensorType
from graph.declare import Value, call, changed, node, param
from graph.nodes.shapes.shape import GROUP
from graph.nodes.shared.axes_of_shapes import numbers


def picture(x: TensorType, port: str) -> int:
    """The number of sides, two or three, of pictures or volumes.

    Raises:
        Mismatch: If it is neither.
    """
    numbers(x, port)
    if x.rank not in {4, 5}:
        raise Mismatch("pictures [N, C, H, W] or volumes", x, f"wire such a tensor to {port}")
    return x.rank - 2


@node(
    "shape.grid_sample",
    group=GROUP,
    title="Grid sample",
    inputs="x grid",
    source="torch.nn.functional.grid_sample",
    synonyms="warp, spatial transformer, stn, bilinear sampler, deform, optical flow, remap",
)
class GridSample:
    """Reads pictures at the places that `grid` [N, H, W, 2] gives, from -1 to 1 across and down.

    Gradients reach the picture and, but for mode nearest, the places.
    """

    mode: Literal["bilinear", "nearest", "bicubic"] = param(
        "bilinear", doc="How numbers between points are found."
    )
    padding_mode: Literal["zeros", "border", "reflection"] = param(
        "zeros", doc="What lies outside: zeros, the edge, or the picture mirrored."
    )
    align_corners: bool = param(
        False,
        torch=None,
        doc="Do -1 and 1 mean the middles of the outermost points, or their far edges?",
        advanced=True,
    )

    def shape(self, x: TensorType, grid: TensorType) -> TensorType:
        sides = picture(x, "x")
        numbers(grid, "grid")
        if grid.rank != x.rank or grid.dims[-1] != sides or grid.dims[0] != x.dims[0]:
            where = "H, W" if sides == 2 else "D, H, W"
            advice = "wire what Affine grid gives, for the same batch"
            raise Mismatch(f"a grid [{x.dims[0]}, {where}, {sides}] of places", grid, advice)
        if self.mode == "bicubic" and sides == 3:
            repairs = [set_param("mode", "bilinear")]
            raise Mismatch("pictures for bicubic", x, "use bilinear", repairs=repairs)
        return TensorType((*x.dims[:2], *grid.dims[1:-1]))

    def flat(self) -> frozenset[str]:
        """Inputs without a slope: the nearest point jumps."""
        return frozenset({"grid"} if self.mode == "nearest" else ())

    def expression(self, x: Value, grid: Value) -> str:
        rest = changed(self, "mode", "padding_mode", "align_corners")
        return call("F.grid_sample", x, grid, **rest)

    def summary(self) -> str:
        return f"{self.mode} · {self.padding_mode}"


@node(
    "shape.affine_grid",
    group=GROUP,
    title="Affine grid",
    inputs="theta like",
    source="torch.nn.functional.affine_grid",
    synonyms="spatial transformer, stn, rotate, scale, translate, shear, warp",
)
class AffineGrid:
    """Places to read pictures at, turned, moved and stretched by a matrix for each example.

    `theta` [N, 2, 3] is the matrix; the grid has the sides of `like`, for Grid sample.
    """

    align_corners: bool = param(
        False,
        torch=None,
        doc="Do -1 and 1 mean the middles of the outermost points, or their far edges?",
        advanced=True,
    )

    def shape(self, theta: TensorType, like: TensorType) -> TensorType:
        sides = picture(like, "like")
        numbers(theta, "theta")
        matrix = (like.dims[0], sides, sides + 1)
        if theta.dims != matrix:
            flat = theta.dims == (like.dims[0], sides * (sides + 1))
            label = f"Insert Unflatten to {sides}×{sides + 1}"
            repair = insert_before(
                "theta", "shape.unflatten", label, dim=1, sizes=(sides, sides + 1)
            )
            raise Mismatch(
                f"a matrix for each example [{', '.join(map(str, matrix))}]",
                theta,
                f"give each example {sides * (sides + 1)} numbers and unflatten them",
                repairs=[repair] if flat else [],
            )
        return TensorType((*like.dims[:1], *like.dims[2:], sides))

    def expression(self, theta: Value, like: Value) -> str:
        return call("F.affine_grid", theta, Value(f"{like}.shape", like.type), **self.corners())

    def corners(self) -> dict[str, object]:
        """The argument that torch warns without."""
        return changed(self, "align_corners")
