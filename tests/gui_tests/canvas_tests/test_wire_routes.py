"""The ways wires take."""

from PySide6.QtCore import QPointF, QRectF

from gui.canvas.wire_routes import crosses, way

START, END = QPointF(0, 0), QPointF(900, 10)
SOURCE, TARGET = QRectF(-120, -40, 120, 80), QRectF(900, -30, 120, 80)


def test_a_forward_wire_is_one_curve() -> None:
    path = way(START, END, SOURCE, TARGET)
    assert path.pointAtPercent(0) == START
    assert path.pointAtPercent(1) == END
    assert path.elementCount() == 4


def test_a_long_wire_clears_the_nodes_on_its_way() -> None:
    nodes = [QRectF(120 + 160 * i, -40, 110, 80) for i in range(4)]
    assert any(crosses(way(START, END, SOURCE, TARGET), node) for node in nodes)
    path = way(START, END, SOURCE, TARGET, lambda _rect: nodes)
    assert not any(crosses(path, node) for node in nodes)
    assert path.pointAtPercent(1) == END


def test_a_wire_back_goes_around_both_nodes() -> None:
    source, target = QRectF(300, -40, 120, 80), QRectF(0, -20, 120, 80)
    path = way(QPointF(420, 0), QPointF(0, 20), source, target)
    assert not crosses(path, source.adjusted(2, 2, -2, -2))
    assert not crosses(path, target.adjusted(2, 2, -2, -2))


def test_a_wire_back_runs_between_nodes_one_above_the_other() -> None:
    source, target = QRectF(300, -40, 120, 80), QRectF(0, 200, 120, 80)
    path = way(QPointF(420, 0), QPointF(0, 240), source, target)
    assert path.boundingRect().bottom() <= 240
    assert not crosses(path, source.adjusted(2, 2, -2, -2))


def test_crossing_is_about_the_line_not_its_area() -> None:
    path = way(QPointF(0, 0), QPointF(100, 0))
    assert crosses(path, QRectF(40, -5, 20, 10))
    assert not crosses(path, QRectF(40, 5, 20, 10))
