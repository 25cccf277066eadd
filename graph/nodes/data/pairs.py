"""Pairs and triplets: rows of a data node beside others of the same class or of another."""

from typing import Literal

from graph.core.errors import Mismatch
from graph.core.tensor import TensorType, features, labels
from graph.declare import Raw, call, node, param
from graph.declare.ranges import Given
from graph.nodes.data.data import GROUP
from graph.nodes.shared.targets import check_labels

PORTS = {"pairs": "partner same sign", "triplets": "positive negative"}


@node(
    "data.pairs",
    group=GROUP,
    role="pairs",
    inputs="x label",
    outputs="partner same sign",
    synonyms="siamese, contrastive, triplet, partner, twin network, metric learning, similarity",
)
class Pairs:
    """For each row of a data node one of the same or another class, drawn anew each epoch.

    `same` is 1 where both are of one class, `sign` 1 or -1. As triplets it gives a row of the same
    class and one of another. Held-out rows keep their partners.
    """

    draw: Literal["pairs", "triplets"] = param(
        "pairs", doc="One partner of either kind, or one of each: for triplet losses."
    )
    share: float = param(0.5, low=0.0, high=1.0, doc="How many pairs are of one class.")

    def ports(self) -> tuple[str, str]:
        return "x label", PORTS[self.draw]

    def shape(self, x: TensorType, label: TensorType) -> tuple[TensorType, ...]:
        check_labels(label)
        if label.rank != 1:
            raise Mismatch("one label a row, [N]", label, "wire the data's labels here")
        if self.draw == "triplets":
            return x, x
        return x, labels("N", classes=2), features("N")

    def bounds(self, x: Given, label: Given) -> tuple[Given, ...]:
        """Partners are rows of `x`."""
        return (x, x) if self.draw == "triplets" else (x, None, None)

    def partners(self) -> tuple[str, ...]:
        """The outputs that are rows of `x`."""
        return ("partner",) if self.draw == "pairs" else ("positive", "negative")

    def rows(self, label: str, seed: str) -> str:
        """Source that draws which rows are partners, and what is said of them.

        Args:
            label: Source of all labels.
            seed: Source of the seed; nothing for the same rows each time.
        """
        rest = {"seed": Raw(seed)} if seed else {}
        if self.draw == "triplets":
            return call("triplet_rows", Raw(label), **rest)
        share = {} if self.share == 0.5 else {"share": self.share}
        return call("pair_rows", Raw(label), **share, **rest)

    def summary(self) -> str:
        return self.draw if self.draw == "triplets" else f"{self.share:.0%} of one class"
