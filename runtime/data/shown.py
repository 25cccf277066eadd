"""A few examples of a data node, to look at before any training."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from runtime.data import made
from runtime.data.facts import probe
from runtime.data.folders import folder_of
from runtime.data.search import find
from runtime.data.sources import SOURCES
from runtime.exported.data import DataError, locate
from runtime.exported.images import class_names, pictures, read_idx, read_picture
from runtime.protocol.payloads import Payload, Pictures, Table
from runtime.views.pixels import to_pictures

Params = Mapping[str, Any]
DataDir = str | Path | None
Show = Callable[[Params, DataDir, int], Payload]

CLOTHES = "T-shirt,trouser,pullover,dress,coat,sandal,shirt,sneaker,bag,ankle boot"


def examples(node_type: str, params: Params, data_dir: DataDir = None, count: int = 8) -> Payload:
    """The first pictures of each class in turn, points, or rows of a data node.

    Raises:
        DataError: If the data can't be read; names the file, the place and what to do.
    """
    show = SHOWS.get(node_type)
    if show is None and (plain := made.declaration_of(node_type)):
        return made.examples(plain, params, count)
    if show is None:
        raise DataError(f"{node_type}: expected a data node, one of {', '.join(SHOWS)}.")
    return show(params, data_dir, count)


def show_idx(name: str, classes: tuple[str, ...]) -> Show:
    """Pictures of a set in idx files."""

    def show(params: Params, data_dir: DataDir, count: int) -> Pictures:
        place = find(SOURCES[name], data_dir) or locate(name, data_dir)
        image = read_idx(place / "t10k-images-idx3-ubyte", axes=3)[:count].unsqueeze(1)
        label = read_idx(place / "t10k-labels-idx1-ubyte", axes=1)[:count]
        return to_pictures(image.float() / 255, [classes[i] for i in label.tolist()])

    return show


def show_folder(params: Params, data_dir: DataDir, count: int) -> Pictures:
    """Pictures of each class in turn, as the network will see them."""
    root = folder_of(params, data_dir)
    facts = probe("data.image_folder", params, data_dir)
    top, without = root / facts.get("train", "."), {root / one for one in facts.get("without", ())}
    part = facts.get("within", ["."])[0]
    groups = [
        (label, [file for file in pictures(top / name / part) if file not in without])
        for name, label in zip(class_names(top), facts["classes"], strict=True)
    ]
    spans = {mode: (low, high) for mode, (low, high) in facts.get("spans", {}).items()}
    most = max(len(files) for _, files in groups)
    turns = [(name, files[i]) for i in range(most) for name, files in groups if i < len(files)]
    side, channels = int(params.get("size", 64)), int(params.get("channels", 3))
    shown = [(read_picture(file, side, channels, spans), name) for name, file in turns[:count]]
    if not shown:
        raise DataError(f"{top}: expected pictures in the class folders, received none.")
    return to_pictures(torch.stack([image for image, _ in shown]), [name for _, name in shown])


def show_picture_table(params: Params, data_dir: DataDir, count: int) -> Pictures:
    """The first pictures that a table names, as the network will see them."""
    from runtime.data.picture_tables import read_named, table_of, top_of  # noqa: PLC0415
    from runtime.data.showing import shown  # noqa: PLC0415 - loads pandas
    from runtime.exported.picture_tables import (  # noqa: PLC0415
        find_pictures,
        names_in,
        picture_rows,
    )

    facts = probe("data.picture_table", params, data_dir)
    told, path = facts["reader"], table_of(params, data_dir)
    top = top_of(path, params, data_dir)
    reading, places = read_named(path, top, params)
    table, targets = reading.table, told["targets"]
    without = told.get("without", ())
    _, rows = picture_rows(table, told["files"], targets, facts["class_values"], without)
    names = [names_in(table, told["files"])[row] for row in rows[:count]]
    spans = {mode: (low, high) for mode, (low, high) in facts.get("spans", {}).items()}
    side, channels = int(params.get("size", 64)), int(params.get("channels", 3))
    images = [
        read_picture(file, side, channels, spans)
        for file in find_pictures(top, names, *places[1:4])
    ]
    captions = [", ".join(map(shown, table[targets].iloc[row])) for row in rows[:count]]
    return to_pictures(torch.stack(images), captions)


def show_table(params: Params, data_dir: DataDir, count: int) -> Table:
    """The first rows, as they stand in the file."""
    facts = probe("data.csv", params, data_dir)
    names = tuple(str(one["name"]) for one in facts["columns"])
    return Table(names, tuple(map(tuple, facts["rows"][:count])))


SHOWS: dict[str, Show] = {
    "data.mnist": show_idx("mnist", tuple("0123456789")),
    "data.fashion_mnist": show_idx("fashion-mnist", tuple(CLOTHES.split(","))),
    "data.csv": show_table,
    "data.image_folder": show_folder,
    "data.picture_table": show_picture_table,
}
