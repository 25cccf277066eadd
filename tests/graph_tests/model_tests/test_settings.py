"""Run settings."""

from typing import Any

import pytest

from graph.core.errors import BadParameter
from graph.model.settings import Settings


def test_settings_are_changed_into_new_ones() -> None:
    settings = Settings()
    changed = settings.with_values(epochs=3, device="cuda", threads=2)
    assert (changed.epochs, changed.device, changed.threads, changed.seed) == (3, "cuda", 2, 0)
    assert settings == Settings()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("epochs", 0, "at least 1"),
        ("epochs", 1.5, "whole number"),
        ("epochs", True, "whole number"),
        ("batch_size", "64", "whole number"),
        ("seed", -1, "at least 0"),
        ("threads", None, "whole number"),
        ("device", "abacus", "one of auto, cpu"),
        ("device", ["cpu"], "one of auto, cpu"),
        ("precision", "float8", "one of auto, float32"),
        ("speed", 3, "there is no 'speed'"),
        ("with_values", 3, "there is no"),
    ],
)
def test_wrong_settings_are_told_in_words(name: str, value: Any, words: str) -> None:
    with pytest.raises(BadParameter, match=words):
        Settings().with_values(**{name: value})
