"""Rows of a table: columns to learn from, and one or several to predict."""

from collections.abc import Sequence
from typing import Any, Literal

from graph.core.tensor import TensorType
from graph.declare import Columns, Kinds, Raw, call, node, param
from graph.declare.ranges import FREE, Given, Range
from graph.nodes.data.data import GROUP, Facts, held_out, types
from graph.nodes.data.table_file import (
    AUTO,
    FURTHER,
    TARGET,
    Split,
    TableFile,
    known_call,
    says_which,
    split_rows,
)

KINDS = ("number", "category", "embedding", "text", "date parts", "ignore")
ENCODERS = frozenset(("date_parts", "words_in"))


@node(
    "data.csv",
    group=GROUP,
    title="CSV table",
    role="data",
    inputs="",
    outputs="features target",
    synonyms="tsv, excel, xlsx, parquet, json lines, tabular, spreadsheet, columns, rows, file",
)
class CSV(TableFile):
    """Rows of a CSV, Excel, Parquet or JSON lines file: columns to learn from, and one to predict.

    How the file is written is found when the node looks at it. Numbers are scaled, words become
    one column a value. Classes of a target column are numbered in the order of their names.
    """

    target: str = param(
        "",
        doc="The column to predict, by name or number; found if empty: one called target, label, "
        "class or alike, else the last.",
    )
    features: Columns = param((), doc="Columns to learn from; all others if empty.")
    task: Literal["auto", "classification", "regression"] = param(
        "auto", doc="Predict a class or a number; auto looks at the column."
    )
    kinds: Kinds = param(
        (),
        choices=KINDS,
        doc="What a column is taken for, where auto is not right; one for an Embedding is given as "
        "the number of its value.",
        advanced=True,
    )
    index: str = param(
        "",
        choices=("none",),
        doc="The column that counts the rows, and is left out; found if empty, `none` keeps all.",
        advanced=True,
    )
    also: Columns = param(
        (),
        empty="none",
        doc="Further columns to predict, numbers all: the target is [N, K], if not apart.",
        advanced=True,
    )
    apart: bool = param(
        False,
        doc="Give each column to predict an output, as a category beside a number needs.",
        advanced=True,
    )
    standardise: bool = param(
        True,
        doc="Learn a number in deviations from its mean over the training rows; metrics and tables "
        "have its own unit again.",
    )
    validation: float = held_out("Share of rows held out to test on.")
    split: Split = split_rows()
    split_column: str = says_which()

    @classmethod
    def roles(cls) -> tuple[str, ...]:
        return (*KINDS, TARGET, FURTHER)

    def taken_for(self, name: str) -> str:
        if self.target == name:
            return TARGET
        return FURTHER if name in self.also else dict(self.kinds).get(name, AUTO)

    def take(self, name: str, role: str, targets: Sequence[str]) -> dict[str, Any]:
        kinds = {one: kind for one, kind in self.kinds if one != name}
        also = tuple(one for one in self.also if one != name)
        target = "" if self.target == name else self.target
        if role == TARGET:
            target = name
        elif role == FURTHER:
            also = (*also, name)
            if not target and targets and targets[0] != name:
                target = targets[0]
        elif role != AUTO:
            kinds[name] = role
        return {"kinds": tuple(kinds.items()), "target": target, "also": also}

    def ports(self) -> tuple[str, str]:
        embedded = any(kind == "embedding" for _, kind in self.kinds)
        given = "features indices" if embedded else "features"
        return "", " ".join((given, *self.target_ports()))

    def target_ports(self) -> tuple[str, ...]:
        """The outputs with what is to be predicted."""
        further = range(2, 2 + len(self.also)) if self.apart else ()
        return ("target", *(f"target_{number}" for number in further))

    def shape(self, facts: Facts) -> tuple[TensorType, ...]:
        return types(facts, self.ports()[1].split())

    def read(self, facts: Facts) -> str:
        rest: dict[str, object] = {}
        if more := facts.get("more"):
            rest["more"] = Raw(f"[{', '.join(known_call(one, ENCODERS) for one in more)}]")
        if indices := facts.get("indices"):
            rest["indices"] = {name: list(values) for name, values in indices.items()}
        if classes := facts.get("class_values") or facts.get("classes"):
            rest["classes"] = list(classes)
        target, apart = facts.get("target") or self.target, facts.get("apart")
        if apart:
            target = apart[0]["name"]
            rest["also"] = {one["name"]: one["values"] for one in apart[1:]}
        return call(
            "table_sets",
            self.table(facts),
            target=target,
            numbers=list(facts["numbers"]),
            categories={name: list(values) for name, values in facts["categories"].items()},
            **rest,
            **self.cut(facts),
            validation=self.validation,
            seed=Raw("seed"),
        )

    def standardised(self, facts: Facts | None) -> tuple[str, ...]:
        if not self.standardise:
            return ()
        return tuple(port for port in self.target_ports() if not self.class_names(facts, port))

    def reach(self, facts: Facts | None, port: str) -> Given:
        if port == "features" and (facts or {}).get("numbers"):
            return FREE  # columns of numbers are given mean 0 and deviation 1
        ends = ((facts or {}).get("reaches") or {}).get(port)
        if ends and port not in self.standardised(facts):
            return Range(*ends)
        return super().reach(facts, port)

    def class_names(self, facts: Facts | None, port: str = "") -> tuple[str, ...]:
        apart = dict(zip(self.target_ports(), (facts or {}).get("apart") or (), strict=False))
        if port not in apart:
            return super().class_names(facts)
        return tuple(map(str, apart[port]["values"] or ()))

    def summary(self) -> str:
        name = self.file_name() or "choose a file"
        return f"{name}: {self.target}" if self.target else name
