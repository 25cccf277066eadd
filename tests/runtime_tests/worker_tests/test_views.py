"""Views of a run that goes on: all of one board are drawn together."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from runtime.protocol.messages import Message, ViewDrawn
from runtime.store import run_source
from runtime.views import draw
from runtime.worker import build
from runtime.worker import views as watched
from runtime.worker.views import Views
from tests.runtime_tests.support import QUICK
from tests.runtime_tests.test_compiled import compiled


def test_views_of_one_board_carry_one_step(tmp_path: Path) -> None:
    project = compiled("digits_mlp")
    run_source.write(project, tmp_path)
    imported = run_source.Imported(tmp_path)
    sent: list[Message] = []
    try:
        training = build.build(imported, QUICK)
        views = Views(project, imported, training, 0.0, sent.append)
        for _, item in zip(range(40), training, strict=False):
            assert item
            if views.due:
                views.draw()
            sleep(0.01)
    finally:
        imported.close()
    seen: dict[int, set[str]] = defaultdict(set)
    for message in sent:
        assert isinstance(message, ViewDrawn)
        seen[message.step].add(message.name)
    assert len(project.views) > 1
    assert len(seen) > 1
    assert set(map(frozenset, seen.values())) == {frozenset(one.name for one in project.views)}


class Clock:
    """Time that goes on as it is told, so that a busy machine measures no other shares."""

    def __init__(self) -> None:
        self.now, self.watching = 0.0, 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("steered", [False, True], ids=["alone", "steered"])
def test_watching_takes_at_most_its_share_of_the_time(
    steered: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = compiled("vae")
    run_source.write(project, tmp_path)
    imported = run_source.Imported(tmp_path)
    clock = Clock()
    monkeypatch.setattr(watched, "perf_counter", clock)

    def drawn(*given: Any, **rest: Any) -> Any:
        clock.now += 0.01
        clock.watching += 0.01
        return draw(*given, **rest)

    monkeypatch.setattr(watched, "draw", drawn)
    sent: list[Message] = []
    try:
        training = build.build(imported, QUICK)
        views = Views(project, imported, training, 0.0, sent.append)
        views.draw()
        views.draw(every=True)  # the first picture of a view is not counted: much is loaded then
        began, clock.watching = clock.now, 0.0
        node = next(one.node for view in project.views for one in view.sliders)
        size = len(views._at[node])
        for step, _ in zip(range(60), training, strict=False):
            clock.now += 0.25
            if steered:
                views.steer(node, [step / 60] * size)
            if views.due:
                views.draw()
    finally:
        imported.close()
    taken = clock.now - began
    assert 0.01 * taken <= clock.watching <= 0.02 * taken + 0.01 * len(project.views)
