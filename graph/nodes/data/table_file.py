"""How a table's file is written: parameters that all nodes that read one share, and its reader."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Literal

from graph.core.limits import brief
from graph.declare import Columns, FilePath, Raw, call, param, shared
from graph.nodes.data.data import Facts, Probed

AUTO, TARGET, FURTHER = "auto", "target", "another target"
"""What a column is taken for: what is found, the one to predict, one beside others."""
Split = Literal["random", "stratified", "by group", "by time", "by column"]


def split_rows() -> Any:
    """The parameter that says how a table is divided; each node declares where it is shown."""
    return param(
        "random",
        doc="Which rows are held out: any; of each class the same share; whole groups; the last; "
        "those that a column calls test.",
    )


def says_which() -> Any:
    """The parameter that goes with it."""
    return param("", doc="The column that says so; the target for stratified.", advanced=True)


@shared
class TableFile(Probed):
    """What nodes share that read a table; how it is written is found where it isn't said."""

    opens: ClassVar[tuple[str, ...]] = tuple(
        ".csv .tsv .tab .psv .txt .dat .data .arff .gz .parquet .pq .xlsx .jsonl .ndjson".split()  # noqa: SIM905
    )

    written: ClassVar[tuple[str, ...]] = (
        *("sheet", "delimiter", "header", "names", "encoding", "decimal", "thousands", "missing"),
        *("skip", "index", "comment", "quote"),
    )
    """Parameters that are found where they are not said; shown beside what was found."""

    path: FilePath = param("", doc="The file; looked for in the data folders if not a full path.")
    delimiter: str = param(
        "",
        choices=(",", ";", "\\t", "|", "blanks"),
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
    comment: str = param(
        "",
        choices=("#", "%", "//"),
        doc="What lines to skip begin with; found if empty.",
        advanced=True,
    )
    skip: int | None = param(
        None, low=0, doc="Lines above the table; found if not given.", advanced=True
    )
    encoding: str = param(
        "",
        choices=("utf-8", "cp1252", "latin-1", "utf-16", "cp1251", "gb18030", "shift_jis"),
        doc="Such as utf-8 or cp1252; found if empty.",
        advanced=True,
    )
    sheet: str = param("", doc="The sheet of an Excel file; the first if empty.", advanced=True)

    def taken_for(self, name: str) -> str:
        """What was chosen for a column: one of its roles, or `auto`."""
        raise NotImplementedError

    def take(self, name: str, role: str, targets: Sequence[str]) -> dict[str, Any]:
        """The parameters that change where a column is taken for something else.

        Args:
            name: The column.
            role: One of `roles`, or `auto` for what is found.
            targets: What is predicted now.
        """
        raise NotImplementedError

    def table(self, facts: Facts) -> Raw:
        """Source of the call of pandas that reads the file as it is written."""
        read: Mapping[str, Any] = facts.get("read") or {}
        function, options = reader_of(facts), read.get("options") or {}
        known = {name: options[name] for name in OPTIONS[function] if name in options}
        table = call("read_table", Raw(f"pd.{function}"), str(self.path), Raw("data_dir"), **known)
        cleaned = {
            name: read["cleaned"][name] for name in CLEANED if name in read.get("cleaned", ())
        }
        return Raw(call("cleaned", Raw(table), **cleaned) if cleaned else table)

    def packages(self, facts: Facts | None) -> tuple[str, ...]:
        return LOADED.get(reader_of(facts or {}), ())

    @classmethod
    def roles(cls) -> tuple[str, ...]:
        """What a column can be taken for."""
        return (TARGET, FURTHER)

    def cut(self, facts: Facts) -> dict[str, Raw]:
        """The argument that says which rows are held out, where it isn't any."""
        cut = facts.get("cut")
        return {"cut": Raw(known_call(cut, CUTS))} if cut else {}

    def file_name(self) -> str:
        """The file's name without its folder; nothing where none is chosen."""
        return str(self.path).replace("\\", "/").rpartition("/")[2]


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
    "read_excel": ["sheet_name", "header", "names", "skiprows", "skipfooter"],
    "read_json": ["lines", "compression"],
    "read_parquet": [],
}
"""Readers of pandas, and the arguments of theirs that are written."""
LOADED = {"read_parquet": ("pyarrow",), "read_excel": ("openpyxl",)}
"""What pandas loads for some of them."""
CLEANED = ("amounts", "decimal", "thousands", "missing", "dates")
CUTS = frozenset(("stratified", "by_group", "by_time", "by_column"))


def reader_of(facts: Facts) -> str:
    """The reader of pandas that a table's facts name."""
    function = str((facts.get("read") or {}).get("function", "read_csv"))
    return function if function in OPTIONS else "read_csv"


def known_call(found: Sequence[Any], functions: Collection[str]) -> str:
    """Source of a call that facts tell of, of one of these functions."""
    function, *given = found
    if function not in functions:
        raise ValueError(f"expected one of {', '.join(sorted(functions))}, got {brief(function)}")
    return call(function, *(list(one) if isinstance(one, tuple) else one for one in given))
