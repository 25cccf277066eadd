"""Files that users have, good and bad ones."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from PIL import Image

from graph.edit.document import Document
from graph.format.file import save
from graph.model.sheet import Node
from tests.gui_tests.window_tests.boards import small_board, wire


def digits_board(path: Path, *, rate: float = 0.01, **settings: Any) -> Path:
    """A board that trains: digits, one layer, Adam."""
    document = small_board()
    nodes = {node.name: node.id for node in document.board.nodes.values()}
    document.set_params(nodes["logits"], units=10)
    document.set_params(nodes["adam"], lr=rate)
    document.set_settings(**{"threads": 1, **settings})
    save(document, path)
    return path


def board_on(board: Path, type: str, *, flat: bool = False, **params: Any) -> Path:
    """Any data node into a layer and cross entropy."""
    document = Document()
    data = document.add_node(type, params=params, position=(0, 0))
    before: Node = data
    if not flat:
        before = document.add_node("shape.flatten", position=(200, 0))
        wire(document, data, before)
    layer = document.add_node("layer.linear", params={"units": 2}, position=(400, 0))
    loss = document.add_node("loss.cross_entropy", position=(600, 0))
    adam = document.add_node("optimizer.adam", position=(800, 0))
    wire(document, before, layer)
    wire(document, layer, loss)
    wire(document, data, loss, output=1, into=1)
    wire(document, loss, adam)
    document.set_settings(threads=1, epochs=3, batch_size=4)
    save(document, board)
    return board


def pictures(folder: Path) -> Path:
    """Two classes of pictures, no two of the same size."""
    chance = random.Random(0)
    for kind in ("cat", "dog"):
        (folder / kind).mkdir(parents=True)
        for number in range(8):
            size = (chance.randrange(20, 90), chance.randrange(20, 90))
            colour = tuple(chance.randrange(256) for _ in range(3))
            Image.new("RGB", size, colour).save(folder / kind / f"{number}.png")
    return folder


def table(path: Path, *rows: str) -> Path:
    """A CSV file with two columns of numbers and a class, and these rows at its end."""
    lines = ["width,height,kind"]
    lines += [f"{n / 10},{n / 7:.2f},{'ab'[n % 2]}" for n in range(40)]
    path.write_text("\n".join([*lines, *rows]) + "\n")
    return path
