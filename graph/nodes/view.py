"""Views: what a person looks at while the network learns."""

from graph.declare import node, param
from graph.tensor import TensorType

GROUP = "View"


@node(
    "view.predictions",
    group=GROUP,
    role="view",
    inputs="image logits label?",
    outputs="",
    synonyms="images, pictures, examples",
)
class Predictions:
    """Held-out pictures with the class the network takes them for."""

    count: int = param(12, low=1, high=64, doc="How many pictures.")

    def shape(
        self, image: TensorType, logits: TensorType, label: TensorType | None
    ) -> tuple[TensorType, ...]:
        return ()

    def kind(self) -> str:
        """Name of the renderer in runtime.views."""
        return "predictions"

    def summary(self) -> str:
        return "held-out examples"
