"""What a folder of pictures holds, by looking at file names and headers only."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from graph.core.wording import many
from runtime.data.layout import Layout, is_picture, layout_of
from runtime.data.mendable import Mendable
from runtime.exported.data import DataError, locate, split
from runtime.exported.images import (
    BROKEN,
    DEEP,
    class_names,
    folders_of,
    is_hidden,
    open_picture,
    pictures,
)

Params = Mapping[str, Any]
ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}
"""What the last bytes of a whole file hold, by format."""
TAIL = 64
"""How many bytes from the end that is looked for; some cameras write more behind it."""
FEW = 6
FOLD = re.compile(r"(?i)^(fold|part|split|shard|batch|chunk|set|train|run)[\W_]*\d+$")
"""Names of folders that count parts."""
TABLES = (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl", ".json")
LEAVE_OUT = ("unreadable", "leave out", "Leave out what can't be read")
NO_FIX: dict[str, Any] = {"fixes": [], "asked": []}
LISTED = 40
"""How many files a message names at most."""


def folder_of(params: Params, data_dir: str | Path | None) -> Path:
    """The folder a node names."""
    if not params.get("path"):
        raise DataError("This node has no folder yet: choose one, with a folder for each class.")
    return locate(str(params["path"]), data_dir)


def folder_content(params: Params, data_dir: str | Path | None) -> list[list[str | int]]:
    """Every picture's name, size and time."""
    root = folder_of(params, data_dir)
    class_names(root)
    files = pictures(root)  # a link that leads nowhere is told with the pictures that are broken
    stats = [(str(one), one.stat() if os.path.exists(one) else one.lstat()) for one in files]
    return [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats]


def folder_facts(params: Params, data_dir: str | Path | None) -> dict[str, Any]:
    """Classes, counts and sizes; every picture's header is read, so broken ones are named."""
    root = folder_of(params, data_dir)
    class_names(root)  # refuses what is no folder
    layout = layout_of(root)
    names = class_names(layout.train)
    held = [file for name in names for file in layout.files(name, held_out=True)]
    counts = {name: layout.files(name) for name in names}
    whole, broken = look_at([file for group in counts.values() for file in group] + held)
    if broken and params.get("unreadable") != "leave out":
        raise Mendable(refused(broken), LEAVE_OUT)
    for name, group in counts.items():
        counts[name] = [file for file in group if file in whole]
        if not counts[name]:
            raise DataError(
                f"{layout.train / name}: expected pictures of this class, received none. "
                "Put some there, or remove the folder."
            )
    looks, files = [*whole.values()], sum(map(len, counts.values()))
    if layout.parts_itself:
        count, validation = files, sum(file in whole for file in held)
    else:
        count, validation = parts_of(files, params)
    spans = spans_of(looks)
    classes = names if names != ["."] else [layout.train.name]
    side, channels = int(params.get("size", 64)), int(params.get("channels", 3))
    parts = [
        note(looks, dict(zip(classes, map(len, counts.values()), strict=True)), spans),
        *remarks(layout, names),
        *([f"left out, as they can't be read: {listed(broken, root)}"] if broken else []),
    ]
    return {
        "outputs": {
            "image": {
                "dims": ["N", channels, side, side],
                "dtype": "float",
                "kind": "features",
                "classes": None,
            },
            "label": {"dims": ["N"], "dtype": "int", "kind": "labels", "classes": len(classes)},
        },
        "count": count,
        "validation": validation,
        "classes": classes,
        "note": "; ".join(parts),
        **layout.told(),
        **({"without": [one.relative_to(root).as_posix() for one in broken]} if broken else {}),
        **({"spans": spans} if spans else {}),
        **({"cut": "its own"} if layout.parts_itself else {}),
        "doubts": doubts(layout, names),
    }


def remarks(layout: Layout, names: Sequence[str]) -> Iterator[str]:
    """What a person may not expect of how a folder is read."""
    if layout.train != layout.root:
        of = layout.told()
        held_out = f", validated on {of['held_out']}" if "held_out" in of else ""
        yield f"trained on {of['train']}{held_out}"
    if any(layout.within):
        train, held = layout.within
        yield f"in each class {train} is trained on, {held} validated on"
        rest = {one.name for name in names for one in folders_of(layout.train / name)}
        if unused := sorted(rest - {train, held}):
            yield f"not used: {', '.join(unused)} in the classes"
    elif names != ["."]:
        folders = [one for name in names for one in folders_of(layout.train / name)]
        if folders:
            few = listed(folders[:FEW], layout.train) + (" and more" if folders[FEW:] else "")
            yield f"folders within the classes are read with them: {few}"
    if layout.unused:
        yield f"not used: {', '.join(one.name for one in layout.unused)}"
    if names == ["."]:
        yield "they lie loose, with no folder a class: there are no labels to learn"
        return
    if len(names) == 1:
        yield f"one class only, {names[0]!r}: there is nothing to tell apart"
    loose = [one for one in layout.train.iterdir() if is_picture(one)]
    if loose:
        yield f"{many(len(loose), 'picture')} beside the class folders not used"


def doubts(layout: Layout, names: Sequence[str]) -> list[dict[str, Any]]:
    """What may be another thing than it is taken for."""
    found = []
    if len(names) > 1 and not any(layout.within):
        inside = [{one.name for one in folders_of(layout.train / name)} for name in names]
        same = set.intersection(*inside)
        if all(map(FOLD.search, names)) or len(same) > 1:
            within = f", each of which holds {', '.join(sorted(same))}" if same else ""
            text = f"takes {', '.join(names[:FEW])} for classes{within}"
            advice = (
                "if they are parts of the data, put them into folders train and val, with a folder "
                "for each class in both"
            )
            found.append({"severity": "warning", "text": text, "advice": advice, **NO_FIX})
    tables = sorted(
        one.name for one in {*layout.root.iterdir(), *layout.train.iterdir()}
        if one.suffix.lower() in TABLES and not is_hidden(one.name)
    )  # fmt: skip
    if names == ["."] and tables:
        text = f"has no classes, but a table beside the pictures: {', '.join(tables[:FEW])}"
        advice = "if it says what they are, take a Picture table with it"
        found.append({"severity": "warning", "text": text, "advice": advice, **NO_FIX})
    return found


def parts_of(count: int, params: Params) -> tuple[int, int]:
    """How many of so many rows the reader will train on, and how many hold out."""
    share = float(params.get("validation", 0.2))
    (train,), (held_out,) = split((torch.arange(count),), validation=share, seed=0)
    return len(train), len(held_out)


@dataclass(frozen=True, slots=True)
class Look:
    """What can be said of a picture.

    Attributes:
        width: Pixels.
        height: Pixels.
        deep: What holds numbers and no bytes: "I;16", "I" of more bits, "F" of fractions, or "".
        least: Its least number, where it is deep.
        most: Its largest.
        frames: How many there are; only the first is read.
    """

    width: int
    height: int
    deep: str = ""
    least: float = 0.0
    most: float = 0.0
    frames: int = 1


def look_at(files: Sequence[Path]) -> tuple[dict[Path, Look], dict[Path, str]]:
    """What all of these are, and why some can't be read."""
    looks: dict[Path, Look] = {}
    broken: dict[Path, str] = {}
    for file in files:
        try:
            looks[file] = look(file)
        except DataError as error:
            broken[file] = str(error)
    return looks, broken


def refused(broken: Mapping[Path, str]) -> str:
    """Why pictures can't be read: all are named, as far as a message goes."""
    first, *rest = broken
    if not rest:
        return f"{broken[first]} Or set `unreadable` to leave out."
    more = f"So is {rest[0]}." if len(rest) == 1 else ""
    more = more or f"So are {len(rest)} more: {listed(rest, first.parent)}."
    return f"{broken[first]} {more} Or set `unreadable` to leave out."


def listed(files: Iterable[Path], root: Path) -> str:
    """Names of files, those within a folder from there on; the first of very many."""
    names = [
        file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
        for file in files
    ]
    rest = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {rest} more" if rest > 0 else "")


def look(file: Path) -> Look:
    """What a picture is; it is read whole only where its header and its end can't tell.

    Raises:
        DataError: If it can't be read.
    """
    try:
        with Image.open(file) as opened:
            (width, height), mode = opened.size, opened.mode
            frames = int(getattr(opened, "n_frames", 1))
            whole = is_whole(file, opened.format or "")
    except BROKEN as error:
        raise DataError(
            f"{file} is no readable picture ({error}): replace or delete it."
        ) from error
    if (mode := mode[:4]) not in DEEP:
        if not whole:
            open_picture(file)
        return Look(width, height, frames=frames)
    numbers = np.asarray(open_picture(file))
    if not np.isfinite(numbers).all():
        raise DataError(f"{file} is no readable picture (it holds NaN): replace or delete it.")
    return Look(width, height, mode, float(numbers.min()), float(numbers.max()), frames)


def is_whole(file: Path, form: str) -> bool:
    """Does a file end as one of its format does? Of others it is not known."""
    end = ENDS.get(form)
    if end is None:
        return False
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - TAIL))
        return end in opened.read()


def spans_of(looks: Sequence[Look]) -> dict[str, tuple[float, float]]:
    """The numbers that become 0 and 1 by mode, where they go beyond what the format has."""
    found = {}
    for mode, (low, high) in DEEP.items():
        deep = [one for one in looks if one.deep == mode]
        least = min((one.least for one in deep), default=low)
        most = max((one.most for one in deep), default=high)
        if least < low or most > high:
            found[mode] = (min(low, least), most)
    return found


def note(
    looks: Sequence[Look], counts: Mapping[str, int], spans: Mapping[str, tuple[float, float]]
) -> str:
    """One line on sizes, counts and how numbers are scaled."""
    widths, heights = {one.width for one in looks}, {one.height for one in looks}
    shown = f"{min(widths)} x {min(heights)}"
    if len(widths) > 1 or len(heights) > 1:
        shown = f"{min(widths)} to {max(widths)} wide, {min(heights)} to {max(heights)} high"
    each = ", ".join(f"{name} {count}" for name, count in list(counts.items())[:10])
    parts = [f"{len(looks)} pictures, {shown}", *([f"to train on: {each}"] if each else ())]
    for mode, words in {"I;16": "16-bit", "I": "whole-number", "F": "float"}.items():
        deep = [one for one in looks if one.deep == mode]
        if deep:
            low, high = spans.get(mode, DEEP[mode])
            least, most = min(one.least for one in deep), max(one.most for one in deep)
            own = f"{least:,.6g} to {most:,.6g}"
            parts.append(
                f"{words} pictures ({len(deep)}): {low:,.6g} to {high:,.6g} become 0 to 1, they "
                f"hold {own}"
            )
    if moving := sum(one.frames > 1 for one in looks):
        parts.append(f"of {moving} with several frames the first is taken")
    return "; ".join(parts)
