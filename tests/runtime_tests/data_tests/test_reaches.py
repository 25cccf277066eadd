"""How far the numbers to predict go in their file: known once it was looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runtime.data import probe

HEADER = "a,price,kind,share\n"
ROWS = "1,3,x,0.25\n2,103.5,y,0.75\n3,,x,900\n4,10,y,0.5\n"


@pytest.mark.parametrize(
    ("params", "reaches"),
    [
        ({"target": "price"}, {"target": [3.0, 103.5]}),
        ({"target": "price", "also": ("share",)}, {"target": [0.25, 103.5]}),
        (
            {"target": "price", "also": ("kind", "share"), "apart": True},
            {"target": [3.0, 103.5], "target_3": [0.25, 0.75]},
        ),
        ({"target": "kind"}, {}),
    ],
)
def test_the_ends_of_the_rows_that_are_learned(
    params: dict[str, Any], reaches: dict[str, list[float]], tmp_path: Path
) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(HEADER + ROWS * 5)
    assert probe("data.csv", {"path": str(file), **params}, None)["reaches"] == reaches
