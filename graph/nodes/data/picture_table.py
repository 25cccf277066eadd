"""Pictures that a table names, beside what is to be learned of each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from graph.core.tensor import TensorType, features
from graph.declare import Columns, FolderPath, Raw, call, node, param
from graph.nodes.data.data import GROUP, Facts, held_out, types
from graph.nodes.data.table_file import (
    AUTO,
    FURTHER,
    TARGET,
    Split,
    TableFile,
    says_which,
    split_rows,
)
from graph.nodes.shared.picture_names import table_of_pictures


@node(
    "data.picture_table",
    group=GROUP,
    role="data",
    inputs="",
    outputs="image target",
    synonyms="images, labels.csv, annotations, file names, regression, photographs",
)
class PictureTable(TableFile):
    """Pictures that a table names: a column of file names beside a class, or beside numbers.

    The files may lie next to the table or in folders below; an ending that the names lack, or
    folders that they have too many, are found. Words are learned as classes, numbers as numbers.
    """

    pixels: ClassVar[tuple[str, ...]] = ("image",)

    targets: Columns = param(
        (),
        empty="found",
        doc="The column to predict, or several of numbers; found if empty: one called label, class "
        "or alike, else the last.",
    )
    files: str = param("", doc="The column of file names; found if empty.")
    pictures: FolderPath = param("", doc="The folder of the pictures; the table's own if empty.")
    task: Literal["auto", "classification", "regression"] = param(
        "auto", doc="Predict a class or numbers; auto looks at the column."
    )
    size: int = param(64, low=1, high=1024, doc="Side in pixels; pictures are scaled and cropped.")
    channels: Literal["1", "3"] = param("3", doc="1 for grey, 3 for colour.")
    unreadable: Literal["refuse", "leave out"] = param(
        "refuse", doc="What becomes of rows whose picture is missing or broken.", advanced=True
    )
    standardise: bool = param(
        True, doc="Learn numbers in deviations from their mean over the training rows."
    )
    validation: float = held_out("Share of rows held out to test on.")
    split: Split = split_rows()
    split_column: str = says_which()

    @classmethod
    def finds(cls, path: Path) -> Path | None:
        """The table of pictures that a path leads to, if it does."""
        return table_of_pictures(path, cls.opens)

    @classmethod
    def roles(cls) -> tuple[str, ...]:
        return (TARGET, FURTHER, NAMES)

    def taken_for(self, name: str) -> str:
        if name == self.files:
            return NAMES
        return AUTO if name not in self.targets else TARGET if len(self.targets) < 2 else FURTHER

    def take(self, name: str, role: str, targets: Sequence[str]) -> dict[str, Any]:
        files = name if role == NAMES else "" if self.files == name else self.files
        kept = tuple(one for one in self.targets if one != name)
        if role == TARGET:
            kept = (name,)
        elif role == FURTHER:
            kept = (*(one for one in self.targets or targets if one != name), name)
        return {"files": files, "targets": kept}

    def shape(self, facts: Facts) -> tuple[TensorType, ...]:
        _, target = types(facts, ("image", "target"))
        return features("N", int(self.channels), self.size, self.size), target

    def read(self, facts: Facts) -> str:
        told = facts.get("reader", {})
        rest: dict[str, object] = {name: told[name] for name in TOLD if name in told}
        if self.pictures:
            rest["top"] = str(self.pictures)
        if classes := facts.get("class_values"):
            rest["classes"] = list(classes)
        rest["size"] = self.size
        if self.channels != "3":
            rest["channels"] = int(self.channels)
        if facts.get("spans"):
            rest["spans"] = {mode: tuple(span) for mode, span in facts["spans"].items()}
        return call(
            "picture_table",
            self.table(facts),
            **rest,
            **self.cut(facts),
            validation=self.validation,
            seed=Raw("seed"),
            **({"data_dir": Raw("data_dir")} if self.pictures else {}),
        )

    def standardised(self, facts: Facts | None) -> tuple[str, ...]:
        return ("target",) if self.standardise and not self.class_names(facts) else ()

    def summary(self) -> str:
        return f"{self.file_name() or 'choose a table'}, {self.size} by {self.size}"[:60]


NAMES = "file names"
TOLD = ("files", "targets", "folders", "endings", "prefix", "without")
"""Arguments of the reader that a probe finds."""
