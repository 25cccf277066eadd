"""Pictures that a table names, beside what is to be learned of each."""

from typing import ClassVar, Literal

from graph.declare import Columns, FilePath, Raw, call, node, param
from graph.nodes.data import GROUP, Data, Facts, types
from graph.tensor import TensorType, features


@node(
    "data.picture_table",
    group=GROUP,
    role="data",
    inputs="",
    outputs="image target",
    synonyms="images, labels.csv, annotations, file names, regression, photographs",
)
class PictureTable(Data):
    """Pictures that a table names: a column of file names beside a class, or beside numbers.

    The files may lie next to the table or in folders below; an ending that the names lack is
    found. One column of words is learned as classes, numbers as numbers.
    """

    needs_facts: ClassVar[bool] = True
    pixels: ClassVar[tuple[str, ...]] = ("image",)

    path: FilePath = param("", doc="The table, a CSV file; its pictures lie beside it or below.")
    targets: Columns = param((), doc="The column to predict, or several of numbers; the last one.")
    files: str = param("", doc="The column of file names; found if empty.")
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
    validation: float = param(0.2, low=0.0, high=0.9, doc="Share of rows held out to test on.")

    def shape(self, facts: Facts) -> tuple[TensorType, ...]:
        _, target = types(facts, ("image", "target"))
        return features("N", int(self.channels), self.size, self.size), target

    def read(self, facts: Facts) -> str:
        told = facts.get("reader", {})
        rest: dict[str, object] = {} if self.channels == "3" else {"channels": int(self.channels)}
        if facts.get("spans"):
            rest["spans"] = {mode: tuple(span) for mode, span in facts["spans"].items()}
        return call(
            "picture_table",
            str(self.path),
            **told,
            size=self.size,
            **rest,
            validation=self.validation,
            seed=Raw("seed"),
            data_dir=Raw("data_dir"),
        )

    def fixed_split(self) -> bool:
        return True

    def classes(self, facts: Facts | None) -> tuple[str, ...]:
        return tuple((facts or {}).get("classes") or ())

    def standardised(self, facts: Facts | None) -> tuple[str, ...]:
        return ("target",) if self.standardise and not self.classes(facts) else ()

    def summary(self) -> str:
        name = str(self.path).replace("\\", "/").rpartition("/")[2]
        return f"{name or 'choose a table'}, {self.size} by {self.size}"[:60]
