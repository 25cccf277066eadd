"""Views: what a person looks at while the network learns.

The hook `kind()` names the renderer in `runtime.views`; it gets the inputs under their port names.
A view with a picture of its own has `picture(seen)` in its place, which gives the record that a
painter in `gui/previews/pictures` draws: `view_prediction_error.py` is one.
"""

from typing import ClassVar

from graph.core.errors import Mismatch, insert_before
from graph.core.tensor import TensorType, product
from graph.core.wording import many
from graph.declare import node, param
from graph.nodes.shared.targets import check_pair, check_scores

GROUP = "View"


def check_picture(image: TensorType, name: str) -> None:
    """Pictures are [N, 1, H, W] or [N, 3, H, W].

    Raises:
        Mismatch: If they are not.
    """
    if image.rank != 4 or image.dims[1] not in {1, 3}:
        raise Mismatch(
            f"pictures [N, 1 or 3, H, W] on `{name}`", image, "wire grey or colour pictures here"
        )


def check_row_scores(logits: TensorType, label: TensorType | None, name: str = "logits") -> None:
    """Scores are one or some for each example, and fit the labels where there are any.

    Raises:
        Mismatch: If they do not.
    """
    if logits.rank not in {1, 2}:
        repairs = [insert_before(name, "shape.flatten", "Insert Flatten")]
        raise Mismatch(
            "scores [N, classes]",
            logits,
            "end in a Linear layer",
            repairs=repairs if logits.rank > 2 else [],
        )
    if label is not None:
        check_scores(logits, label, name)


@node(
    "view.predictions",
    group=GROUP,
    role="view",
    inputs="image logits label?",
    outputs="",
    synonyms="images, pictures, examples",
)
class Predictions:
    """Held-out pictures with the class the network takes them for, classes in turn.

    Once training ends all held-out examples can be paged through, mistakes first where wanted.
    """

    count: int = param(12, low=1, high=64, doc="How many pictures a page.")

    def shape(
        self, image: TensorType, logits: TensorType, label: TensorType | None
    ) -> tuple[TensorType, ...]:
        check_picture(image, "image")
        check_row_scores(logits, label)
        return ()

    def kind(self) -> str:
        return "predictions"

    def summary(self) -> str:
        return f"{self.count} held-out examples"


@node(
    "view.boundary",
    group=GROUP,
    title="Decision boundary",
    role="view",
    inputs="point logits label?",
    outputs="",
    synonyms="plane, regions, contour, 2-d",
)
class Boundary:
    """What the network would say at every point of the plane."""

    count: int = param(500, low=1, high=5000, doc="How many held-out points are drawn on top.")

    def shape(
        self, point: TensorType, logits: TensorType, label: TensorType | None
    ) -> tuple[TensorType, ...]:
        if point.dims[1:] != (2,):
            raise Mismatch("points of the plane, [N, 2]", point, "wire data of two features")
        check_row_scores(logits, label)
        return ()

    def kind(self) -> str:
        return "boundary"


@node(
    "view.confusion",
    group=GROUP,
    title="Confusion matrix",
    role="view",
    inputs="logits label",
    outputs="",
    synonyms="errors, mistakes, classes",
)
class Confusion:
    """How often each class is taken for each other."""

    count: int = param(1000, low=1, high=10000, doc="How many held-out examples are counted.")

    def shape(self, logits: TensorType, label: TensorType) -> tuple[TensorType, ...]:
        check_row_scores(logits, label)
        return ()

    def kind(self) -> str:
        return "confusion"


@node(
    "view.table",
    group=GROUP,
    role="view",
    inputs="prediction target features?",
    outputs="",
    synonyms="rows, numbers, regression",
)
class Table:
    """Held-out rows with prediction and target side by side."""

    own_unit: ClassVar[tuple[str, ...]] = ("prediction", "target")

    count: int = param(20, low=1, high=200, doc="How many rows.")

    def shape(
        self, prediction: TensorType, target: TensorType, features: TensorType | None
    ) -> tuple[TensorType, ...]:
        if target.dtype == "int":
            check_row_scores(prediction, target, "prediction")
        else:
            check_pair(prediction, target)
        return ()

    def kind(self) -> str:
        return "table"

    def summary(self) -> str:
        return f"{self.count} held-out rows"


@node(
    "view.reconstruction",
    group=GROUP,
    role="view",
    inputs="image reconstruction",
    outputs="",
    synonyms="autoencoder, pairs, pictures",
)
class Reconstruction:
    """Held-out pictures above what the network made of them."""

    count: int = param(10, low=1, high=64, doc="How many pairs.")

    def shape(self, image: TensorType, reconstruction: TensorType) -> tuple[TensorType, ...]:
        check_picture(image, "image")
        if product(reconstruction.dims) != product(image.dims):
            check_pair(reconstruction, image, ("reconstruction", "image"))
        return ()

    def kind(self) -> str:
        return "reconstruction"

    def summary(self) -> str:
        return f"{many(self.count, 'pair')}"


@node("view.number", group=GROUP, role="view", inputs="x", outputs="", synonyms="mean, value")
class Number:
    """The mean of some numbers."""

    own_unit: ClassVar[tuple[str, ...]] = ("x",)

    count: int = param(256, low=1, high=10000, doc="How many held-out examples it is taken over.")

    def shape(self, x: TensorType) -> tuple[TensorType, ...]:
        return ()

    def kind(self) -> str:
        return "number"


@node(
    "view.histogram",
    group=GROUP,
    role="view",
    inputs="x",
    outputs="",
    synonyms="distribution, activations",
)
class Histogram:
    """How often each value occurs."""

    own_unit: ClassVar[tuple[str, ...]] = ("x",)

    count: int = param(256, low=1, high=10000, doc="How many held-out examples it is taken over.")
    bins: int = param(40, low=2, high=200, doc="How many bars.")

    def shape(self, x: TensorType) -> tuple[TensorType, ...]:
        return ()

    def kind(self) -> str:
        return "histogram"
