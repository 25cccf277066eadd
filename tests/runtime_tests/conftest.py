"""One warm worker for all tests of this folder that do not kill it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime_tests.support import Talk, talking


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shared worker keeps its runs: it lives longer than one test's home."""
    return tmp_path_factory.mktemp("shared-home")


@pytest.fixture(scope="session")
def shared_talk(shared_home: Path) -> Iterator[Talk]:
    """The shared worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEUROWIRE_HOME", str(shared_home))
        with talking(fresh=True) as talk:
            talk.client.warm()
            yield talk


@pytest.fixture
def talk(shared_talk: Talk, shared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Talk:
    """The shared worker with nothing heard yet."""
    monkeypatch.setenv("NEUROWIRE_HOME", str(shared_home))
    shared_talk.settle()
    shared_talk.forget()
    return shared_talk
