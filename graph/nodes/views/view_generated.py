"""Views of what a network makes up."""

from typing import Literal

from graph.core.errors import Mismatch
from graph.core.tensor import TensorType
from graph.core.wording import many
from graph.declare import node, param
from graph.nodes.shared.targets import check_labels
from graph.nodes.views.view import GROUP, check_picture

Range = Literal["auto", "0 to 1", "-1 to 1"]
RANGE = "What black and white are; auto looks whether there is anything below 0."


@node(
    "view.grid",
    group=GROUP,
    title="Image grid",
    role="view",
    inputs="image label?",
    outputs="",
    synonyms="generated, samples, gan, vae, diffusion, pictures, latent plane, interpolation",
)
class Grid:
    """Pictures a network makes; from noise they come from the same noise at each look.

    With class numbers on `label`, each class has a row of its own.
    """

    count: int = param(36, low=1, high=400, doc="How many pictures.")
    columns: int = param(0, low=0, high=100, doc="How many in a row; 0 lets them fit.")
    range: Range = param("auto", doc=RANGE)

    def shape(self, image: TensorType, label: TensorType | None) -> tuple[TensorType, ...]:
        check_picture(image, "image")
        if label is not None:
            check_labels(label)
            if label.rank != 1:
                raise Mismatch("one class number a picture, [N]", label, "wire labels here")
        return ()

    def kind(self) -> str:
        return "grid"

    def generates(self) -> bool:
        """Is this made for what comes from noise?"""
        return True

    def summary(self) -> str:
        return f"{many(self.count, 'picture')}"


@node(
    "view.way",
    group=GROUP,
    title="Way to pictures",
    role="view",
    inputs="way",
    outputs="",
    synonyms="diffusion, steps, denoising, sampler, generated",
)
class Way:
    """Pictures come out of noise, one in a row from left to right: the steps of Diffusion."""

    count: int = param(5, low=1, high=100, doc="How many pictures.")
    range: Range = param("auto", doc=RANGE)

    def shape(self, way: TensorType) -> tuple[TensorType, ...]:
        if way.rank != 5 or way.dims[2] not in {1, 3}:
            raise Mismatch(
                "looks at pictures [N, frames, 1 or 3, H, W]", way, "wire the `way` of Diffusion"
            )
        return ()

    def kind(self) -> str:
        return "way"

    def summary(self) -> str:
        return f"{many(self.count, 'picture')}"
