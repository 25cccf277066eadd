"""Earlier pictures of a view: kept evenly, and reached by a slider."""

from itertools import pairwise

from gui.previews.card import Preview
from gui.previews.history import Looks
from runtime.protocol.messages import ViewDrawn
from runtime.protocol.payloads import Number


def look(step: int) -> ViewDrawn:
    return ViewDrawn("n1", "loss", "number", Number(float(step)), step)


def steps(looks: Looks) -> list[int]:
    return [looks[place].step for place in range(len(looks))]


def test_looks_stay_few_even_and_up_to_date() -> None:
    looks = Looks(most=8)
    for step in range(100):
        looks.add(look(step))
        looks.add(look(step))
        kept = steps(looks)
        assert kept[0] == 0
        assert kept[-1] == step
        assert len(kept) <= 10
        gaps = {b - a for a, b in pairwise(kept[:-1])}
        assert len(gaps) <= 1
    looks.add(look(3))
    assert steps(looks) == [3]


def test_the_slider_goes_back_and_follows_again(qtbot: object) -> None:
    preview = Preview(look(1))
    assert not preview.slider.isVisibleTo(preview)
    for step in (2, 3):
        preview.show_message(look(step))
    assert preview.slider.isVisibleTo(preview)
    assert preview.sheet.payload == Number(3.0)
    preview.slider.setValue(0)
    assert preview.sheet.payload == Number(1.0)
    preview.show_message(look(4))
    assert preview.sheet.payload == Number(1.0), "it stays where it was put"
    preview.slider.setValue(preview.slider.maximum())
    assert preview.sheet.payload == Number(4.0)
    preview.show_message(look(5))
    assert preview.sheet.payload == Number(5.0), "at its end it follows"
    preview.slider.setValue(1)
    preview.show_message(look(0))
    assert preview.sheet.payload == Number(0.0), "another run begins anew"
