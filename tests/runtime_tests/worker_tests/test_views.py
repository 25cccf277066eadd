"""Views of a run that goes on: all of one board are drawn together."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from time import sleep

from runtime.protocol.messages import Message, ViewDrawn
from runtime.store import run_source
from runtime.worker import build
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
