"""What layers with a weight matrix share: how it starts, and a norm on it."""

from typing import Literal

from graph.declare import param, shared
from graph.nodes.shared.initial import Initialised


@shared
class Weighted(Initialised):
    """A layer whose weight may start otherwise, and be held in check."""

    norm: Literal["none", "weight", "spectral"] = param(
        "none",
        doc="Weight: length and direction are learned apart. Spectral: no input is stretched "
        "by more than 1, which calms a GAN's discriminator.",
        advanced=True,
    )

    def modes(self) -> bool:
        """Does it do something else while it trains? A spectral norm looks for its scale."""
        return self.norm == "spectral"

    def normed(self, source: str) -> str:
        """Source of the layer as it starts, under its norm.

        Sources: Salimans and Kingma 2016, https://arxiv.org/abs/1602.07868; Miyato et al. 2018,
        https://arxiv.org/abs/1802.05957
        """
        source = self.initialised(source)
        if self.norm == "none":
            return source
        return f"nn.utils.parametrizations.{self.norm}_norm({source})"

    def lengths(self, rows: int) -> int:
        """Learned numbers the norm adds to a weight of so many rows: their lengths."""
        return rows if self.norm == "weight" else 0
