"""The first network behind a dropped table learns, with nothing said but its path and target."""

from pathlib import Path

import pytest
from PIL import Image

from benchmarks import tables
from benchmarks._table_files import TABLES
from graph.edit.document import Document
from graph.suggest import first_network
from runtime.worker import board_facts


@pytest.mark.parametrize(
    ("name", "epochs", "least"),
    [("iris", 40, 0.9), ("wine", 20, 0.9), ("breast cancer", 10, 0.93)],
)
def test_public_classes_are_told_apart(
    tmp_path: Path, name: str, epochs: int, least: float
) -> None:
    found = tables.trained(TABLES[name](tmp_path), epochs=epochs)
    assert found.figures["network"][0] >= least
    assert found.figures["linear"][0] >= least, "the rows are the same"


def test_prices_of_many_makers_are_learned_in_their_own_unit(tmp_path: Path) -> None:
    found = tables.trained(TABLES["price list"](tmp_path), epochs=12)
    error, fit = found.figures["network"]
    assert fit > 0.9, "the makers are looked up, their level is what prices hang on"
    assert 10 < error < 80, "in euros, though a column more comes out of the table"


@pytest.mark.parametrize("name", list(TABLES))
def test_a_dropped_table_gets_a_network_without_problems(tmp_path: Path, name: str) -> None:
    document, inference = tables.board_of(TABLES[name](tmp_path))
    looked_up = any(one.type == "layer.embedding" for one in document.board.nodes.values())
    assert looked_up == (name in {"price list"})
    (facts,) = inference.facts.values()
    assert facts["count"] > 100


def test_words_that_seldom_repeat_are_not_looked_up(tmp_path: Path) -> None:
    rows = [f"{i % 7},name {i // 2},{i % 3}" for i in range(200)]
    (tmp_path / "a.csv").write_text("\n".join(["x,who,y", *rows]))
    document = Document()
    data = document.add_node("data.csv", params={"path": str(tmp_path / "a.csv")})
    inference, _ = board_facts.learn(document, None)
    made = first_network.build(inference, data.id)
    assert "layer.embedding" not in {one.type for one in made}


def test_a_small_folder_of_pictures_gets_time(tmp_path: Path) -> None:
    for kind, grey in {"light": 220, "dark": 20}.items():
        (tmp_path / kind).mkdir()
        for number in range(60):
            Image.new("L", (16, 16), grey + number % 5).save(tmp_path / kind / f"{number}.png")
    document = Document()
    data = document.add_node("data.image_folder", params={"path": str(tmp_path), "size": 16})
    inference, _ = board_facts.learn(document, None)
    first_network.build(inference, data.id)
    steps = 96 // document.settings.batch_size
    assert steps * document.settings.epochs >= 200
