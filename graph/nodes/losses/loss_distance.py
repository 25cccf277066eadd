"""Losses of distance and order: what belongs together should lie together."""

from typing import Literal

from graph.core.errors import Mismatch
from graph.core.tensor import SCALAR_LOSS, TensorType
from graph.declare import Raw, Value, call, changed, node, param
from graph.declare.ranges import SIGNS, Want
from graph.nodes.losses.loss import GROUP, Reduced
from graph.nodes.shared.targets import as_sign, check_floats, check_yes_or_no, pair


def check_alike(names: tuple[str, ...], *given: TensorType) -> None:
    """All are embeddings [N, features] of one size.

    Raises:
        Mismatch: If they are not.
    """
    check_floats(names, *given)
    for name, one in zip(names, given, strict=True):
        if one.rank < 2 or one.dims != given[0].dims:
            expected = "embeddings [N, features]" if given[0].rank < 2 else str(given[0])
            raise Mismatch(f"{expected} on `{name}`", one, "let all be of one size")


def check_signs(sign: TensorType, of: TensorType) -> None:
    """Signs are one for each number; labels of two classes stand for -1 and 1.

    Raises:
        Mismatch: If they are not.
    """
    if sign.dtype == "int" and sign.classes not in {None, 2}:
        received = f"{sign.kind} of {sign.classes} classes"
        raise Mismatch("a 1 or -1 for each, or labels of two classes", received, "wire signs here")
    if sign.dims != of.dims:
        raise Mismatch(f"a 1 or -1 for each, {of}", sign, "wire one sign for each example")


@node(
    "loss.cosine_embedding",
    group=GROUP,
    role="loss",
    inputs="first second sign",
    outputs="loss:loss",
    source="torch.nn.CosineEmbeddingLoss",
    synonyms="similarity, siamese, metric learning",
)
class CosineEmbedding:
    """Pairs with sign 1 should point the same way; with -1, not closer than `margin`."""

    margin: float = param(0.0, low=-1.0, high=1.0, doc="Cosine that is far enough.")

    def shape(self, first: TensorType, second: TensorType, sign: TensorType) -> TensorType:
        check_alike(("first", "second"), first, second)
        if first.rank != 2:
            raise Mismatch("embeddings [N, features]", first, "flatten them first")
        check_signs(sign, TensorType(first.dims[:1]))
        return SCALAR_LOSS

    def expression(self, first: Value, second: Value, sign: Value) -> str:
        return call(
            "F.cosine_embedding_loss", first, second, as_sign(sign), **changed(self, "margin")
        )


@node(
    "loss.hinge_embedding",
    group=GROUP,
    role="loss",
    inputs="distance sign",
    outputs="loss:loss",
    source="torch.nn.HingeEmbeddingLoss",
    synonyms="similarity, siamese, metric learning",
)
class HingeEmbedding(Reduced):
    """Distances with sign 1 should be small; with -1, at least `margin`."""

    margin: float = param(1.0, doc="Distance that is far enough.")

    def shape(self, distance: TensorType, sign: TensorType) -> TensorType:
        check_yes_or_no(distance, sign, ("distance", "sign"))
        return SCALAR_LOSS

    def wants(self, distance: TensorType, sign: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"sign": SIGNS}

    def expression(self, distance: Value, sign: Value) -> str:
        given, rest = map(Raw, pair(distance, as_sign(sign))), changed(self, "margin")
        return self.reduced("F.hinge_embedding_loss", (distance, sign), *given, **rest)


@node(
    "loss.margin_ranking",
    group=GROUP,
    role="loss",
    inputs="first second sign",
    outputs="loss:loss",
    source="torch.nn.MarginRankingLoss",
    synonyms="order, preference, compare",
)
class MarginRanking(Reduced):
    """With sign 1 the first number should be the larger, with -1 the second, by `margin`."""

    margin: float = param(0.0, doc="By how much.")

    def shape(self, first: TensorType, second: TensorType, sign: TensorType) -> TensorType:
        check_floats(("second",), second)
        if first.dims != second.dims:
            raise Mismatch(f"numbers like `first`, {first}", second, "let both be of one size")
        check_yes_or_no(first, sign, ("first", "sign"))
        return SCALAR_LOSS

    def expression(self, first: Value, second: Value, sign: Value) -> str:
        one, wanted = pair(first, as_sign(sign))
        other, _ = pair(second, sign)
        given, rest = (Raw(one), Raw(other), Raw(wanted)), changed(self, "margin")
        return self.reduced("F.margin_ranking_loss", (first, sign), *given, **rest)


@node(
    "loss.triplet_margin",
    group=GROUP,
    title="Triplet",
    role="loss",
    inputs="anchor positive negative",
    outputs="loss:loss",
    source="torch.nn.TripletMarginLoss",
    synonyms="similarity, metric learning, face, embedding",
)
class TripletMargin:
    """The anchor should be nearer to the positive than to the negative by `margin`."""

    margin: float = param(1.0, low=1e-9, doc="By how much.")
    p: float = param(2.0, low=1e-9, doc="Norm of the distance: 2 straight, 1 along the axes.")
    eps: float = param(1e-6, low=0.0, doc="Keeps the gradient finite at 0.", advanced=True)
    swap: bool = param(
        False, doc="Take the positive's distance to the negative if smaller.", advanced=True
    )

    def shape(self, anchor: TensorType, positive: TensorType, negative: TensorType) -> TensorType:
        check_alike(("anchor", "positive", "negative"), anchor, positive, negative)
        return SCALAR_LOSS

    def expression(self, anchor: Value, positive: Value, negative: Value) -> str:
        rest = changed(self, "margin", "p", "eps", "swap")
        return call("F.triplet_margin_loss", anchor, positive, negative, **rest)


DISTANCES = {
    "euclidean": "F.pairwise_distance",
    "cosine": "cosine_distance",
}


@node(
    "loss.triplet_distance",
    group=GROUP,
    title="Triplet with distance",
    role="loss",
    inputs="anchor positive negative",
    outputs="loss:loss",
    source="torch.nn.TripletMarginWithDistanceLoss",
    synonyms="similarity, metric learning, cosine",
)
class TripletDistance:
    """Triplet with a distance of your choice."""

    distance_function: Literal["euclidean", "cosine"] = param(
        "cosine", torch=None, doc="How far two embeddings are apart."
    )
    margin: float = param(1.0, low=1e-9, doc="By how much.")
    swap: bool = param(
        False, doc="Take the positive's distance to the negative if smaller.", advanced=True
    )

    def shape(self, anchor: TensorType, positive: TensorType, negative: TensorType) -> TensorType:
        check_alike(("anchor", "positive", "negative"), anchor, positive, negative)
        return SCALAR_LOSS

    def expression(self, anchor: Value, positive: Value, negative: Value) -> str:
        return call(
            "F.triplet_margin_with_distance_loss",
            anchor,
            positive,
            negative,
            distance_function=Raw(DISTANCES[self.distance_function]),
            **changed(self, "margin", "swap"),
        )
