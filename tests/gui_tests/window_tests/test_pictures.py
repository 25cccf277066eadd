"""Views with a picture of their own: every record has a painter, and it paints."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

import graph.nodes
from graph.core.picture import Picture
from graph.nodes.views.view_prediction_error import Scatter
from gui.previews import painters
from gui.previews.pictures import painters as all_painters

assert graph.nodes, "fills the registry"

LINE = tuple((float(i), float(i)) for i in range(10))


def inked(image: QImage) -> int:
    """How many pixels of the first class's blue there are."""
    found = 0
    for y in range(image.height()):
        for x in range(image.width()):
            colour = image.pixelColor(x, y)
            found += (
                colour.alpha() > 200 and colour.blue() > 150 and colour.blue() > colour.red() + 60
            )
    return found


@pytest.mark.usefixtures("qapp")
def test_every_record_has_a_painter() -> None:
    declared = {one.__name__ for one in Picture.__subclasses__()}
    assert declared == {one.__name__ for one in all_painters()}


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("size", [(300, 300), (160, 90), (20, 12)], ids=str)
def test_points_lie_where_they_belong(size: tuple[int, int]) -> None:
    few = Scatter((LINE,), 0.0, 9.0)
    image = painters.draw(few, QSize(*size))
    assert inked(image) > 0
    assert not inked(painters.draw(Scatter(((),), 0.0, 1.0), QSize(*size)))
    if size == (300, 300):
        side = 300 - 16
        upper_left = image.copy(8, 0, side // 2 - 40, side // 2 - 40)
        assert not inked(upper_left), "true and predicted are one: nothing lies off the line"


def test_it_is_as_high_as_it_is_wide() -> None:
    assert painters.natural_size(Scatter((LINE,), 0.0, 9.0), 240) == QSize(240, 240)
