from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor

import graph.nodes  # noqa: F401 - declares them
from graph.core.run_plan import View
from graph.declare import REGISTRY
from runtime.protocol.payloads import Boundary, Histogram, Matrix, Number, Pairs, Predictions, Table
from runtime.views import VIEWS, draw
from runtime.views.predictions import balanced
from runtime.worker.views import by_chance


def shown(
    kind: str, tensors: Mapping[str, Tensor], classes: tuple[str, ...] = (), **params: Any
) -> Any:
    """Draw tensors that are all examples, as if nothing were computed."""
    names = list(tensors)
    inputs = {name: place for place, name in enumerate(names)}
    view = View("n1", "view", kind, params, inputs, classes)
    return draw(view, lambda batch: dict(zip(names, batch, strict=True)), tuple(tensors.values()))


LOGITS = torch.tensor([[9.0, 0, 0], [0, 9, 0], [0, 0, 9], [9, 0, 0]])
LABEL = torch.tensor([0, 1, 1, 0])


def test_every_view_node_has_a_renderer() -> None:
    views = [one for one in REGISTRY if one.role == "view" and one.has("kind")]
    declared = {one.bind({}).kind() for one in views}
    assert declared == {*VIEWS}


def test_an_unknown_kind() -> None:
    with pytest.raises(ValueError, match="sound: expected a view, one of predictions"):
        shown("sound", {"x": LOGITS})


def test_predictions() -> None:
    image = torch.linspace(0, 1, 4 * 6).view(4, 1, 2, 3)
    payload = shown("predictions", {"image": image, "logits": LOGITS, "label": LABEL},
                    classes=("ant", "bee", "cat"), count=3)  # fmt: skip
    assert isinstance(payload, Predictions)
    assert (payload.count, payload.width, payload.height, payload.channels) == (3, 3, 2, 1)
    assert payload.captions == ("ant 100%", "bee 100%", "ant 100%")  # classes take turns
    assert payload.right == (True, True, True)
    assert payload.share == "75.0 % of 4 right"
    assert payload.picture(1) == bytes(round(i / 23 * 255) for i in range(6, 12))


def many(count: int = 700, classes: int = 4) -> dict[str, Tensor]:
    """Held-out rows that come class by class, as from a folder, and a network that says 0."""
    label = (torch.arange(count) * classes) // count
    logits = torch.zeros(count, classes)
    logits[:, 0] = 5
    image = torch.arange(count).view(count, 1, 1, 1).expand(count, 1, 2, 2) / count
    return {"image": image, "logits": logits, "label": label}


def paged(tensors: Mapping[str, Tensor], *, pages: bool = True, **params: Any) -> Predictions:
    names = list(tensors)
    view = View("n1", "view", "predictions", params, {name: i for i, name in enumerate(names)})
    rows = tuple(tensors.values())
    drawn = draw(view, lambda batch: dict(zip(names, batch, strict=True)), rows, pages=pages)
    assert isinstance(drawn, Predictions)
    return drawn


def test_a_network_that_always_says_one_class_gets_no_page_of_green_ticks() -> None:
    tensors = dict(zip(many(), by_chance(tuple(many().values()), 512), strict=True))
    live = paged(tensors, pages=False, count=12)
    assert live.count == 12
    assert live.judged == 512
    assert live.right.count(True) == 3  # one in four
    assert live.share == f"{100 * live.good / 512:.1f} % of 512 right" if live.good else False
    whole = paged(dict(zip(many(), by_chance(tuple(many().values())), strict=True)), count=12)
    assert (whole.count, whole.pages, whole.share) == (700, 59, "25.0 % of 700 right")
    assert whole.at(0) == live.at(0)  # successive pictures compare, with all pages too
    assert whole.at(58).count == 4
    first = whole.at(0, mistakes_first=True)
    assert first.right == (False,) * 12
    pages = [whole.at(page, mistakes_first=True) for page in range(59)]
    flags = [one for page in pages for one in page.right]
    assert flags == [False] * 525 + [True] * 175
    seen = sorted(page.picture(i) for page in pages for i in range(page.count))
    assert seen == sorted(whole.picture(i) for i in range(700))  # all of them, once


def test_classes_take_turns() -> None:
    label = torch.tensor([2, 2, 2, 0, 0, 1])
    assert balanced(label).tolist() == [3, 5, 0, 4, 1, 2]
    assert balanced(label[:0]).tolist() == []


def test_very_many_pictures_are_small_and_bounded() -> None:
    image = torch.rand(40, 3, 1, 1).expand(40, 3, 600, 600)
    whole = paged({"image": image, "logits": torch.zeros(40, 2)})
    assert (whole.width, whole.count, whole.good, whole.share) == (128, 40, None, "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("runtime.views.predictions.MOST", 40 * 3 * 32 * 32)
        assert paged({"image": image, "logits": torch.zeros(40, 2)}).width == 32
        patch.setattr("runtime.views.predictions.MOST", 10_000)
        patch.setattr("runtime.views.predictions.CHUNK", 8)
        few = paged({"image": image, "logits": torch.zeros(40, 2)})
        assert (few.width, few.count, few.judged) == (16, 16, 40)


def test_predictions_without_labels_in_colour_from_minus_one() -> None:
    image = torch.tensor([-1.0, 0.0, 1.0]).view(1, 3, 1, 1).bfloat16()
    payload = shown("predictions", {"image": image, "logits": LOGITS[1:2].bfloat16()})
    assert payload.captions == ("1 100%",)
    assert payload.right == ()
    assert payload.pixels == bytes([0, 128, 255])


def test_one_score_is_yes_or_no() -> None:
    tensors = {"image": torch.zeros(2, 1, 1, 1), "logits": torch.tensor([[3.0], [-3.0]]),
               "label": torch.tensor([1, 1])}  # fmt: skip
    assert shown("predictions", tensors).right == (True, False)
    tensors["logits"] = tensors["logits"].squeeze(1)
    tensors["label"] = tensors["label"].float()
    assert shown("predictions", tensors, classes=("no", "yes")).captions[1] == "no 95%, is yes"


def test_large_pictures_are_scaled_down() -> None:
    tensors = {"image": torch.ones(1, 3, 300, 600), "logits": LOGITS[:1]}
    payload = shown("predictions", tensors)
    assert (payload.width, payload.height) == (128, 64)
    assert payload.pixels == b"\xff" * (128 * 64 * 3)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Expected pictures .* received \[4, 3\]"):
        shown("predictions", {"image": LOGITS, "logits": LOGITS})


def test_boundary_asks_the_network_on_a_grid() -> None:
    point = torch.tensor([[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]])
    label = torch.tensor([0, 1, 0, 1])
    view = View(
        "n1", "view", "boundary", {}, {"point": 0, "logits": None, "label": 1}, ("left", "right")
    )
    payload = draw(
        view,
        lambda batch: {"point": batch[0], "logits": batch[0][:, :1] * 100, "label": batch[1]},
        (point, label),
    )
    assert isinstance(payload, Boundary)
    assert payload.classes == ("left", "right")
    assert payload.extent == pytest.approx((-1.15, 1.15, -1.15, 1.15))
    assert payload.points[1] == (1.0, 1.0)
    assert payload.labels == (0, 1, 0, 1)
    pixels = torch.tensor(list(payload.rgb)).view(payload.size, payload.size, 3)
    assert (pixels == pixels[:1]).all()  # the same from top to bottom
    blue, orange = pixels[0, 0].tolist(), pixels[0, -1].tolist()
    assert blue[2] > blue[0]
    assert orange[0] > orange[2]


def test_the_top_of_the_boundary_is_its_first_row() -> None:
    point = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    view = View("n1", "view", "boundary", {}, {"point": 0, "logits": None})
    payload = draw(
        view, lambda batch: {"point": batch[0], "logits": (batch[0][:, 1] - 0.5) * 100}, (point,)
    )
    assert isinstance(payload, Boundary)
    assert payload.labels == ()
    top, bottom = payload.rgb[:3], payload.rgb[-3:]
    assert top[0] > top[2]  # orange: class 1
    assert bottom[2] > bottom[0]


def test_a_boundary_of_computed_points_is_refused() -> None:
    view = View("n1", "view", "boundary", {}, {"point": None, "logits": None})
    with pytest.raises(ValueError, match="points straight from a data node"):
        draw(view, lambda batch: {}, (torch.zeros(2, 2),))


def test_confusion() -> None:
    payload = shown("confusion", {"logits": LOGITS, "label": LABEL}, classes=("a", "b", "c"))
    assert isinstance(payload, Matrix)
    assert payload.counts == ((2, 0, 0), (0, 1, 1), (0, 0, 0))
    assert (payload.total, payload.accuracy) == (4, 0.75)
    assert payload.classes == ("a", "b", "c")


def test_table_of_classes() -> None:
    features = torch.tensor([[1.5, 2.0], [3.0, 4.25], [0.0, 1e6], [1.0, 1.0]])
    tensors = {"prediction": LOGITS, "target": LABEL, "features": features}
    payload = shown("table", tensors, columns=("age",), count=3)
    assert isinstance(payload, Table)
    assert payload.columns == ("prediction", "target", "probability", "age", "x1")
    assert payload.rows[2] == ("2", "1", "100%", "0", "1,000,000")
    assert payload.right == (True, True, False)


def test_table_of_numbers() -> None:
    one = torch.tensor([[1.25], [2.0]])
    payload = shown("table", {"prediction": one, "target": one + 1})
    assert payload.columns == ("prediction", "target")
    assert payload.rows == (("1.25", "2.25"), ("2", "3"))
    assert payload.right == ()
    two = shown("table", {"prediction": LOGITS[:, :2], "target": LOGITS[:, :2]})
    assert two.columns == ("prediction 1", "target 1", "prediction 2", "target 2")


def test_reconstruction_keeps_one_scale() -> None:
    image = torch.tensor([-1.0, 1.0]).view(1, 1, 1, 2)
    payload = shown("reconstruction", {"image": image, "reconstruction": image.abs().flatten(1)})
    assert isinstance(payload, Pairs)
    assert payload.above.pixels == bytes([0, 255])
    assert payload.below.pixels == bytes([255, 255])


def test_a_grid_is_told_its_range_or_looks() -> None:
    image = torch.tensor([0.0, 0.5, 1.0]).view(3, 1, 1, 1)
    assert shown("grid", {"image": image}).pixels == bytes([0, 128, 255])
    assert shown("grid", {"image": image * 2 - 1}).pixels == bytes([0, 128, 255])
    assert shown("grid", {"image": image}, range="-1 to 1").pixels == bytes([128, 191, 255])
    assert shown("grid", {"image": image - 0.5}, range="0 to 1").pixels == bytes([0, 0, 128])
    assert shown("grid", {"image": image}, columns=2).columns == 2
    assert shown("grid", {"image": image}).columns == 0


def test_a_grid_has_a_row_for_each_class() -> None:
    image = torch.arange(6.0).view(6, 1, 1, 1) / 255
    tensors = {"image": image, "label": torch.tensor([0, 1, 2, 0, 1, 2])}
    payload = shown("grid", tensors, classes=("a", "b", "c"))
    assert payload.pixels == bytes([0, 3, 1, 4, 2, 5])
    assert payload.captions == ()
    assert payload.rows == ("a", "b", "c")
    assert payload.columns == 2
    uneven = shown("grid", {"image": image[:4], "label": tensors["label"][:4]})
    assert (uneven.columns, uneven.rows) == (0, ())
    assert uneven.captions == ("0", "0", "1", "2")


def test_a_way_has_a_row_for_each_picture() -> None:
    way = torch.linspace(-1, 1, 6).view(2, 3, 1, 1, 1)
    payload = shown("way", {"way": way})
    assert payload.pixels == bytes([0, 51, 102, 153, 204, 255])
    assert (payload.count, payload.columns) == (6, 3)
    assert shown("way", {"way": way}, count=1).pixels == bytes([0, 51, 102])


def test_number_and_histogram() -> None:
    x = torch.tensor([[0.0, 1.0], [1.0, 4.0]])
    assert shown("number", {"x": x}) == Number(1.5, 4)
    payload = shown("histogram", {"x": x}, bins=4)
    assert isinstance(payload, Histogram)
    assert (payload.low, payload.high, payload.counts, payload.mean) == (
        0.0,
        4.0,
        (1, 2, 0, 1),
        1.5,
    )
    assert payload.deviation == pytest.approx(1.5)
    assert sum(shown("histogram", {"x": torch.ones(5)}, bins=3).counts) == 5
    assert sum(shown("histogram", {"x": torch.tensor([torch.nan])}, bins=3).counts) == 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_views_of_tensors_on_a_gpu() -> None:
    for kind, ports in {
        "predictions": {"image": torch.rand(4, 1, 2, 2), "logits": LOGITS, "label": LABEL},
        "confusion": {"logits": LOGITS, "label": LABEL},
        "boundary": {"point": torch.rand(4, 2), "logits": LOGITS, "label": LABEL},
    }.items():
        assert shown(kind, {name: tensor.cuda() for name, tensor in ports.items()}) is not None


def test_a_mistake_tells_the_truth_where_there_is_little_room() -> None:
    payload = shown("predictions", {"image": torch.zeros(4, 1, 2, 3), "logits": LOGITS,
                                    "label": (LABEL + 1) % 3},
                    classes=("red ant", "bee", "cat"), count=4)  # fmt: skip
    assert isinstance(payload, Predictions)
    assert False in payload.right
    names = ("red ant", "bee", "cat")
    for short, caption, right in zip(payload.short, payload.captions, payload.right, strict=True):
        said = short.split(", is ")
        assert caption.startswith(said[0] + " ")
        assert set(said) <= set(names)
        assert (len(said) == 1) == right
    assert payload.at(0, mistakes_first=True).short[0].count(", is ") == 1
