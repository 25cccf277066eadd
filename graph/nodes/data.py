"""Data: where examples come from."""

from collections.abc import Mapping
from typing import Any

from graph.declare import call, node, param
from graph.tensor import TensorType, features, labels

GROUP = "Data"


@node(
    "data.digits",
    group=GROUP,
    role="data",
    inputs="",
    outputs="image label",
    synonyms="handwritten, scikit-learn, optical digits",
)
class Digits:
    """1,797 scans of handwritten digits, 8 by 8 grey pixels; comes with scikit-learn."""

    validation: float = param(0.2, low=0.0, high=0.9, doc="Share held out to test on.")

    def shape(self, facts: Mapping[str, Any] | None) -> tuple[TensorType, ...]:
        return features("N", 1, 8, 8), labels("N", classes=10)

    def read(self, facts: Mapping[str, Any] | None) -> str:
        """Source of the call that reads the examples."""
        return call("digits")

    def summary(self) -> str:
        return "1,797 scans, 10 classes"
