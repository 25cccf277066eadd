"""Data: where examples come from.

`read(facts)` gives the source of the call that reads the examples; it may use the names `data_dir`
and `seed`. What it gives is all rows, of which `validation` are held out, or, where
`fixed_split()`, a pair (train, validation). Nodes that have `needs_facts` are asked for shapes and
source only with the facts of a probe; the others know theirs. `opens` lists the endings of the
files that a node reads, so that one dropped onto a board finds it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Literal

from graph.declare import Columns, FilePath, FolderPath, Kinds, Raw, call, node, param, shared
from graph.limits import brief
from graph.tensor import TensorType, features, labels

GROUP = "Data"
Facts = Mapping[str, Any]

DIGITS = tuple("0123456789")
CLOTHES = (
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


@shared
class Data:
    """What all data nodes share."""

    pixels: ClassVar[tuple[str, ...]] = ()
    """Outputs that are pictures, whose numbers go from 0 to 1."""

    drawn: Literal["auto", "independently", "by row"] = param(
        "auto",
        doc="Beside an older data node: in an order of its own, where the shorter begins again, or "
        "row by row with it; auto draws independently, and says so.",
        advanced=True,
    )

    def fixed_split(self) -> bool:
        """Does the reader give (train, validation) by itself?"""
        return False

    def classes(self, facts: Facts | None) -> tuple[str, ...]:
        """Names of the classes, in the order of their numbers."""
        return ()

    def standardised(self, facts: Facts | None) -> tuple[str, ...]:
        """The last output, where it is given to mean 0 and deviation 1 of the training rows."""
        return ()


@node(
    "data.digits",
    group=GROUP,
    role="data",
    inputs="",
    outputs="image label",
    synonyms="handwritten, scikit-learn, optical digits",
)
class Digits(Data):
    """1,797 scans of handwritten digits, 8 by 8 grey pixels; comes with scikit-learn."""

    pixels: ClassVar[tuple[str, ...]] = ("image",)

    validation: float = param(0.2, low=0.0, high=0.9, doc="Share held out to test on.")

    def shape(self, facts: Facts | None) -> tuple[TensorType, ...]:
        return features("N", 1, 8, 8), labels("N", classes=10)

    def read(self, facts: Facts | None) -> str:
        return call("digits")

    def classes(self, facts: Facts | None) -> tuple[str, ...]:
        return DIGITS

    def summary(self) -> str:
        return "1,797 scans, 10 classes"


@node(
    "data.mnist",
    group=GROUP,
    title="MNIST",
    role="data",
    inputs="",
    outputs="image label",
    synonyms="handwritten, digits, images",
)
class MNIST(Data):
    """60,000 handwritten digits to train on and 10,000 to test on, 28 by 28 grey pixels."""

    pixels: ClassVar[tuple[str, ...]] = ("image",)

    def shape(self, facts: Facts | None) -> tuple[TensorType, ...]:
        return features("N", 1, 28, 28), labels("N", classes=10)

    def read(self, facts: Facts | None) -> str:
        return call("mnist", Raw("data_dir"))

    def fixed_split(self) -> bool:
        return True

    def classes(self, facts: Facts | None) -> tuple[str, ...]:
        return DIGITS

    def summary(self) -> str:
        return "70,000 scans, 10 classes"


@node(
    "data.fashion_mnist",
    group=GROUP,
    title="Fashion-MNIST",
    role="data",
    inputs="",
    outputs="image label",
    synonyms="clothes, images",
)
class FashionMNIST(Data):
    """60,000 pictures of clothes to train on and 10,000 to test on, 28 by 28 grey pixels."""

    pixels: ClassVar[tuple[str, ...]] = ("image",)

    def shape(self, facts: Facts | None) -> tuple[TensorType, ...]:
        return features("N", 1, 28, 28), labels("N", classes=10)

    def read(self, facts: Facts | None) -> str:
        return call("fashion_mnist", Raw("data_dir"))

    def fixed_split(self) -> bool:
        return True

    def classes(self, facts: Facts | None) -> tuple[str, ...]:
        return CLOTHES

    def summary(self) -> str:
        return "70,000 pictures, 10 classes"


@node(
    "data.csv",
    group=GROUP,
    title="CSV table",
    role="data",
    inputs="",
    outputs="features target",
    synonyms="tsv, excel, xlsx, parquet, json lines, tabular, spreadsheet, columns, rows, file",
)
class CSV(Data):
    """Rows of a CSV, Excel, Parquet or JSON lines file: columns to learn from, and one to predict.

    How the file is written is found when the node looks at it. Numbers are scaled, words become
    one column a value. Classes of a target column are numbered in the order of their names.
    """

    needs_facts: ClassVar[bool] = True
    opens: ClassVar[tuple[str, ...]] = tuple(
        ".csv .tsv .tab .txt .data .gz .parquet .pq .xlsx .jsonl .ndjson".split()  # noqa: SIM905
    )

    path: FilePath = param("", doc="The file; looked for in the data folders if not a full path.")
    target: str = param("", doc="The column to predict, by name or number; the last if empty.")
    features: Columns = param((), doc="Columns to learn from; all others if empty.")
    task: Literal["auto", "classification", "regression"] = param(
        "auto", doc="Predict a class or a number; auto looks at the column."
    )
    kinds: Kinds = param(
        (),
        choices=("number", "category", "embedding", "text", "date parts", "ignore"),
        doc="What a column is taken for, where auto is not right; one for an Embedding is given as "
        "the number of its value.",
        advanced=True,
    )
    also: Columns = param(
        (), doc="Further columns to predict, numbers all: the target is [N, K].", advanced=True
    )
    standardise: bool = param(
        True,
        doc="Learn a number in deviations from its mean over the training rows; metrics and tables "
        "have its own unit again.",
    )
    validation: float = param(0.2, low=0.0, high=0.9, doc="Share of rows held out to test on.")
    split: Literal["random", "stratified", "by group", "by time", "by column"] = param(
        "random",
        doc="Which rows are held out: any; of each class the same share; whole groups; the last; "
        "those that a column calls test.",
    )
    split_column: str = param(
        "", doc="The column that says so; the target for stratified.", advanced=True
    )
    delimiter: str = param(
        "",
        doc="What stands between two cells, as ; does, \\t for a tab or blanks for runs of them; "
        "found if empty.",
        advanced=True,
    )
    header: Literal["auto", "yes", "no"] = param(
        "auto", doc="Does the first line name the columns?", advanced=True
    )
    names: Columns = param((), doc="Names of the columns of a file without them.", advanced=True)
    decimal: Literal["auto", ".", ","] = param(
        "auto", doc="The mark between whole number and fraction.", advanced=True
    )
    thousands: Literal["auto", "none", ",", ".", "'", "blank"] = param(
        "auto", doc="What groups the digits of large numbers.", advanced=True
    )
    missing: Columns = param(
        (), doc="Further words that stand for a missing value, such as -999.", advanced=True
    )
    quote: Literal["auto", '"', "'", "none"] = param(
        "auto", doc="What stands around texts that hold a delimiter.", advanced=True
    )
    comment: str = param("", doc="What lines to skip begin with; found if empty.", advanced=True)
    skip: int | None = param(
        None, low=0, doc="Lines above the table; found if not given.", advanced=True
    )
    encoding: str = param("", doc="Such as utf-8 or cp1252; found if empty.", advanced=True)
    sheet: str = param("", doc="The sheet of an Excel file; the first if empty.", advanced=True)

    def ports(self) -> tuple[str, str]:
        embedded = any(kind == "embedding" for _, kind in self.kinds)
        return "", "features indices target" if embedded else "features target"

    def shape(self, facts: Facts) -> tuple[TensorType, ...]:
        return types(facts, self.ports()[1].split())

    def read(self, facts: Facts) -> str:
        rest: dict[str, object] = {}
        if more := facts.get("more"):
            rest["more"] = Raw(f"[{', '.join(_known(one, ENCODERS) for one in more)}]")
        if indices := facts.get("indices"):
            rest["indices"] = {name: list(values) for name, values in indices.items()}
        if classes := facts.get("class_values") or facts.get("classes"):
            rest["classes"] = list(classes)
        if cut := facts.get("cut"):
            rest["cut"] = Raw(_known(cut, CUTS))
        return call(
            "table_sets",
            Raw(self._table(facts.get("read") or {})),
            target=facts.get("target") or self.target,
            numbers=list(facts["numbers"]),
            categories={name: list(values) for name, values in facts["categories"].items()},
            **rest,
            validation=self.validation,
            seed=Raw("seed"),
        )

    def _table(self, read: Mapping[str, Any]) -> str:
        """The call of pandas that reads the file as it is written."""
        function = read.get("function", "read_csv")
        options = read.get("options") or {}
        known = {name: options[name] for name in OPTIONS.get(function, ()) if name in options}
        reader = Raw(f"pd.{function if function in OPTIONS else 'read_csv'}")
        table = call("read_table", reader, str(self.path), Raw("data_dir"), **known)
        cleaned = {
            name: read["cleaned"][name] for name in CLEANED if name in read.get("cleaned", ())
        }
        return call("cleaned", Raw(table), **cleaned) if cleaned else table

    def fixed_split(self) -> bool:
        return True

    def classes(self, facts: Facts | None) -> tuple[str, ...]:
        return tuple((facts or {}).get("classes") or ())

    def standardised(self, facts: Facts | None) -> tuple[str, ...]:
        return () if not self.standardise or self.classes(facts) else ("target",)

    def summary(self) -> str:
        name = str(self.path).replace("\\", "/").rpartition("/")[2] or "choose a file"
        return f"{name}: {self.target}" if self.target else name


@node(
    "data.image_folder",
    group=GROUP,
    role="data",
    inputs="",
    outputs="image label",
    synonyms="pictures, photographs, directory, files, classes",
)
class ImageFolder(Data):
    """Pictures in a folder a class, or in such folders below `train` and `val`.

    What people call these is understood: `training_set`, `Train`, `seg_train`, `validation`,
    `test`. Pictures that lie loose are one class; so they train what needs no labels.
    """

    pixels: ClassVar[tuple[str, ...]] = ("image",)

    needs_facts: ClassVar[bool] = True

    path: FolderPath = param("", doc="The folder; looked for in the data folders if no full path.")
    size: int = param(64, low=1, high=1024, doc="Side in pixels; pictures are scaled and cropped.")
    channels: Literal["1", "3"] = param("3", doc="1 for grey, 3 for colour.")
    unreadable: Literal["refuse", "leave out"] = param(
        "refuse", doc="What becomes of pictures that can't be read.", advanced=True
    )
    validation: float = param(
        0.2, low=0.0, high=0.9, doc="Share held out to test on, where there is no `val` folder."
    )

    def shape(self, facts: Facts) -> tuple[TensorType, ...]:
        _, label = types(facts, ("image", "label"))
        return features("N", int(self.channels), self.size, self.size), label

    def read(self, facts: Facts) -> str:
        places = {name: facts[name] for name in ("train", "held_out", "without") if name in facts}
        rest: dict[str, object] = {} if self.channels == "3" else {"channels": int(self.channels)}
        if facts.get("spans"):
            rest["spans"] = {mode: tuple(span) for mode, span in facts["spans"].items()}
        drawn = {} if "held_out" in facts else {"validation": self.validation, "seed": Raw("seed")}
        return call(
            "image_folder",
            str(self.path),
            **places,
            size=self.size,
            **rest,
            **drawn,
            data_dir=Raw("data_dir"),
        )

    def fixed_split(self) -> bool:
        return True

    def classes(self, facts: Facts | None) -> tuple[str, ...]:
        return tuple((facts or {}).get("classes") or ())

    def summary(self) -> str:
        name = str(self.path).replace("\\", "/").rstrip("/").rpartition("/")[2]
        return f"{name or 'choose a folder'}, {self.size} by {self.size}"


OPTIONS = {
    "read_csv": [
        "sep",
        "header",
        "names",
        "index_col",
        "skiprows",
        "comment",
        "quotechar",
        "quoting",
        "escapechar",
        "skipinitialspace",
        "encoding",
        "compression",
        "decimal",
        "thousands",
        "keep_default_na",
        "na_values",
        "dtype",
    ],
    "read_excel": ["sheet_name", "header", "names", "skiprows"],
    "read_json": ["lines", "compression"],
    "read_parquet": [],
}
"""Readers of pandas, and the arguments of theirs that are written."""
CLEANED = ("amounts", "decimal", "thousands", "missing")
ENCODERS = frozenset(("date_parts", "words_in"))
CUTS = frozenset(("stratified", "by_group", "by_time", "by_column"))


def _known(found: Sequence[Any], functions: Collection[str]) -> str:
    """Source of a call that facts tell of, of one of these functions."""
    function, *given = found
    if function not in functions:
        raise ValueError(f"expected one of {', '.join(sorted(functions))}, got {brief(function)}")
    return call(function, *(list(one) if isinstance(one, tuple) else one for one in given))


def types(facts: Facts, ports: Sequence[str]) -> tuple[TensorType, ...]:
    """The types a probe found for these outputs."""
    found = [facts["outputs"][port] for port in ports]
    return tuple(
        TensorType(tuple(one["dims"]), one["dtype"], one["kind"], one.get("classes"))
        for one in found
    )
