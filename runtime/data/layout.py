"""How a folder of pictures is laid out: which folder is to train on, which is held out.

People name them `train` and `val`, `training_set` and `test_set`, `seg_train` and `seg_test`. What
is found here is told to the reader outright.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.exported.data import DataError
from runtime.exported.images import PICTURES, folders_of, is_hidden, pictures

PARTS = {
    "train": {"train", "training", "trn", "learn", "learning"},
    "val": {"val", "valid", "validation", "validate", "vali", "dev", "eval", "evaluation"},
    "test": {"test", "testing", "tst", "holdout"},
}
"""What a folder's name holds that is a part of the data and no class."""
FILLERS = {
    *("data", "dataset", "set", "sets", "split", "part", "subset", "folder", "dir", "the", "my"),
    *("image", "images", "img", "imgs", "picture", "pictures", "photo", "photos", "pics"),
}
"""Words that say nothing beside these."""


@dataclass(frozen=True)
class Layout:
    """Where the class folders lie.

    Attributes:
        root: The folder a person chose.
        train: The one whose folders are the classes to train on.
        held_out: The one to validate on, where the folder says so itself.
        unused: Folders beside these that nothing is read from.
        within: The folder within each class to train on, and the one to validate on, where the
            classes hold the parts and not the parts the classes.
    """

    root: Path
    train: Path
    held_out: Path | None = None
    unused: tuple[Path, ...] = ()
    within: tuple[str, str] = ("", "")

    def files(self, name: str, *, held_out: bool = False) -> list[Path]:
        """The pictures of a class to train on, or those to validate on."""
        if any(self.within):
            return pictures(self.train / name / self.within[held_out])
        if not held_out:
            return pictures(self.train / name)
        return pictures(self.held_out / name) if self.held_out else []

    @property
    def parts_itself(self) -> bool:
        """Does the folder say itself what is held out?"""
        return self.held_out is not None or any(self.within)

    def told(self) -> dict[str, Any]:
        """The places as the reader is told them, from the root on."""
        within = {"within": list(self.within)} if any(self.within) else {}
        held_out = {"held_out": self.held_out} if self.held_out else {}
        places = {**({"train": self.train} if self.train != self.root else {}), **held_out}
        named = {name: place.relative_to(self.root).as_posix() for name, place in places.items()}
        return {**named, **within}


def layout_of(root: Path) -> Layout:
    """How a folder is laid out, by the names of its folders.

    Raises:
        DataError: If several folders could be the one to train on.
    """
    top = inner(root)
    here = folders_of(top)
    parts = parts_among(here)
    if "train" not in parts:
        return Layout(root, top, within=parts_within(here))
    train = inner(parts["train"])
    held_out = next(
        (
            found
            for name in ("val", "test")
            if name in parts and has_classes(found := inner(parts[name]))
        ),
        None,
    )
    used = {parts["train"], *(one for one in here if held_out and held_out.is_relative_to(one))}
    return Layout(root, train, held_out, tuple(one for one in here if one not in used))


def inner(folder: Path) -> Path:
    """The folder within that holds something: archives often wrap one folder in another."""
    while not any(is_picture(file) for file in folder.iterdir()):
        within = [one for one in folders_of(folder) if pictures(one)]
        if len(within) != 1 or not folders_of(within[0]):
            break
        folder = within[0]
    return folder


def parts_within(classes: Sequence[Path]) -> tuple[str, str]:
    """The folders `train` and `test` in each of these, where they have the same names in all."""
    found = [
        {part: one.name for part, one in parts_among(folders_of(folder)).items()}
        for folder in classes
    ]
    same = found[0] if found and all(one == found[0] for one in found) else {}
    held_out = same.get("val") or same.get("test")
    return (same["train"], held_out) if "train" in same and held_out else ("", "")


def has_classes(folder: Path) -> bool:
    """Are there folders in it? Pictures to be named by a network often lie loose."""
    return bool(folders_of(folder))


def is_picture(file: Path) -> bool:
    """Is this a picture that counts, by its name?"""
    return file.suffix.lower() in PICTURES and not is_hidden(file.name)


def parts_among(folders: Sequence[Path]) -> dict[str, Path]:
    """The folders that are a part of the data: "train", "val", "test"; empty if they are classes.

    What stands beside the part's word, as `seg` in `seg_train`, must stand in each. A folder
    named `train` that holds pictures itself, beside others that are no parts, is a class.

    Raises:
        DataError: If two are the same part.
    """
    found: dict[str, dict[str, list[Path]]] = {}
    for folder in folders:
        part, rest = part_of(folder.name)
        if part:
            found.setdefault(rest, {}).setdefault(part, []).append(folder)
    for rest, parts in sorted(found.items()):
        if "train" not in parts or (rest and len(parts) < 2):
            continue
        everything = sum(map(len, parts.values())) == len(folders)
        if not everything and not any(map(has_classes, parts["train"])):
            continue
        for same in parts.values():
            if len(same) > 1:
                names = " and ".join(one.name for one in same)
                raise DataError(
                    f"{same[0].parent}: expected one folder for each part, received {names}. "
                    "Rename or move all but one."
                )
        return {part: same[0] for part, same in parts.items()}
    return {}


def part_of(name: str) -> tuple[str, str]:
    """Which part of the data a folder's name says it is, and what else the name says."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = [word for word in re.split(r"[\W_\d]+", spaced.lower()) if word]
    words = [part for word in words for part in unjoined(word)]
    parts = [part for word in words for part, known in PARTS.items() if word in known]
    if len({*parts}) != 1:
        return "", ""
    rest = [word for word in words if word not in PARTS[parts[0]] and word not in FILLERS]
    return parts[0], " ".join(rest)


def unjoined(word: str) -> list[str]:
    """A word such as `trainset` or `testdata` as two."""
    known = "|".join(
        sorted({one for part in PARTS.values() for one in part}, key=len, reverse=True)
    )
    found = re.fullmatch(rf"({known})({'|'.join(sorted(FILLERS))})", word)
    return list(found.groups()) if found else [word]
