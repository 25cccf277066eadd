"""Every data node's reader call, run: what it gives is what the node says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
import torch
from torch import Tensor

from graph.declare import Declaration
from runtime.data import probe
from runtime.exported import data, images, picture_tables, tables, toys
from tests.runtime_tests.contract import Choices, parameters
from tests.runtime_tests.contract_sides import hold
from tests.runtime_tests.evaluate import find, of_role

READERS = {
    name: one
    for module in (data, images, picture_tables, tables, toys)
    for name, one in vars(module).items()
    if inspect.isfunction(one)
}
DTYPES = {"float": torch.float32, "int": torch.int64}
PEOPLE = """name,age,town,pay
Ann,30,Bonn,10.5
Ben,,Bonn,11
Cleo,25,Köln,9
Dan,41,Köln,12.25
Eva,38,Bonn,
Fay,52,Ulm,14
Gil,33,Ulm,10
"""


def read(
    declaration: Declaration, params: dict[str, Any], folder: Path | None = None
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...], dict[str, Any]]:
    """Rows to train on and rows held out, as generated code gets them, and the facts."""
    params = {param.name: param.default for param in declaration.params} | params
    bound = declaration.bind(params)
    facts = probe(declaration.type, params, folder) if declaration.has("needs_facts") else None
    names = {**READERS, "pd": pd, "data_dir": folder, "seed": 0}
    found = eval(bound.read(facts), names)
    if not bound.fixed_split():
        found = data.split(found, validation=bound.validation, seed=0)
    train, held = found
    kinds = bound.shape(facts)
    assert len(kinds) == len(train) == len(declaration.ports.outputs)
    for part in (train, held):
        for kind, tensor in zip(kinds, part, strict=True):
            assert tensor.dtype == DTYPES[kind.dtype]
            sizes = [len(part[0]), *kind.dims[1:]]
            assert list(tensor.shape) == sizes
            if kind.classes is not None:
                assert 0 <= tensor.min() <= tensor.max() < kind.classes
                names_ = bound.class_names(facts)
                assert len(names_) == kind.classes
    assert len(bound.summary()) <= 60
    return train, held, dict(facts or {})


TOYS = [one.type for one in of_role("data") if one.param("noise") is not None]


@pytest.mark.parametrize("kind", ["data.digits", *TOYS])
def test_built_in_sets(kind: str) -> None:
    train, held, _ = read(find(kind), {})
    share = len(held[0]) / (len(train[0]) + len(held[0]))
    assert share == pytest.approx(0.2 if kind != "data.xor" else 0.5, abs=0.01)


@pytest.mark.parametrize("kind", TOYS)
def test_toys_take_all_their_parameters(kind: str) -> None:
    declaration = find(kind)
    params = {"count": 40, "noise": 0.5, "seed": 3, "validation": 0.5}
    extra = {"arms": 5, "turns": 2.0, "factor": 0.25, "number": 4}
    params |= {name: value for name, value in extra.items() if declaration.param(name)}
    train, held, _ = read(declaration, params)
    assert len(train[0]) == len(held[0]) == 20
    other, _, _ = read(declaration, {**params, "seed": 4})
    assert not torch.equal(train[0], other[0])
    classes = params.get("arms", params.get("number", 2))
    assert int(torch.cat((train[1], held[1])).max()) == classes - 1
    arguments = inspect.signature(READERS[kind.removeprefix("data.")]).parameters
    for param in declaration.params:
        name = "classes" if param.name == "number" else param.name
        if name in arguments:
            assert param.torch == arguments[name].default or param.name == "count"


@pytest.mark.parametrize("kind", TOYS)
def test_toys_whatever_their_parameters(kind: str) -> None:
    declaration, rng = find(kind), Random(kind)

    def draw(fixed: Mapping[str, Any]) -> tuple[dict[str, Any], None]:
        special: Choices = {"count": [40, 60, 100], "validation": [0.1, 0.25, 0.5]}
        return parameters(declaration, rng, special, fixed), None

    def check(params: Mapping[str, Any], wires: None) -> bool:
        train, held, _ = read(declaration, dict(params))
        assert len(train[0]) + len(held[0]) == params["count"]
        assert all(one.isfinite().all() for one in (*train, *held))
        return True

    hold(declaration, draw, check)


TOWNS = ("Bonn", "Köln", "Ulm")
NAMES = ("day", "town", "pay", "team", "part", "y")
SPLIT_BY = {"by group": "team", "by time": "day", "by column": "part"}
THOUSANDS = {"none": "", "auto": "", "blank": " "}


@dataclass
class Written:
    """A table's file as its parameters say it is written, and what stands in it."""

    text: str
    pay: list[float]
    classes: bool


def written(params: Mapping[str, Any], rng: Random) -> Written:
    """Forty rows, their columns `NAMES`; `pay` rises from row to row and so tells them apart."""
    thousands = THOUSANDS.get(params["thousands"], params["thousands"])
    decimal = {"auto": "," if thousands == "." else "."}.get(params["decimal"], params["decimal"])
    quote = {"auto": '"', "none": ""}.get(params["quote"], params["quote"])
    classes = {"classification": True, "regression": False}.get(params["task"], rng.random() < 0.5)

    def number(one: float) -> str:
        return f"{one:,.2f}".translate({ord(","): thousands, ord("."): decimal})

    delimiter = params["delimiter"].replace("\\t", "\t")
    pay = [round(1000 + 400.5 * row + rng.random(), 2) for row in range(40)]
    lines = ["exported from afar"] * (params["skip"] or 0)
    if params["header"] != "no":
        lines.append(delimiter.join(NAMES))
    for row, one in enumerate(pay):
        y = ("no", "yes")[row % 2] if classes else number(one / 3 + row % 5)
        day = f"2024-{1 + row // 28:02d}-{1 + row % 28:02d}"
        town, part = f"{quote}{TOWNS[row % 3]}{quote}", "test" if row % 4 == 0 else "train"
        lines.append(delimiter.join([day, town, number(one), f"team {row // 8}", part, y]))
    return Written("\n".join([*lines, ""]), pay, classes)


def rows_of(features: Tensor, pay: list[float], whole: Tensor) -> list[int]:
    """Which rows of the file these are, by the number that rises."""
    order = whole[:, 0].sort().values
    assert torch.allclose(scaled(order), scaled(torch.tensor(pay)), atol=1e-3)
    return [int((order < one - 1e-6).sum()) for one in features[:, 0]]


def scaled(numbers: Tensor) -> Tensor:
    return (numbers - numbers.mean()) / numbers.std()


def held_out_as_said(split: str, train: list[int], held: list[int]) -> bool:
    match split:
        case "by group":
            return not {row // 8 for row in train} & {row // 8 for row in held}
        case "by time":
            return max(train) < min(held)
        case "by column":
            return all(row % 4 == 0 for row in held) and all(row % 4 for row in train)
        case "stratified":
            return sum(row % 2 for row in held) * 2 == len(held)
    return True


def test_a_table_reads_as_it_is_written(tmp_path: Path) -> None:
    declaration, rng = find("data.csv"), Random("table")

    def draw(fixed: Mapping[str, Any]) -> tuple[dict[str, Any], None]:
        special: Choices = {"delimiter": [";", "|", "\\t"], "validation": [0.25, 0.5]}
        params = parameters(declaration, rng, special, fixed)
        params |= {"path": "t.csv", "features": ("pay", "town"), "target": "y"}
        params["names"] = NAMES if params["header"] == "no" else ()
        return params | {"split_column": SPLIT_BY.get(params["split"], "")}, None

    def check(params: Mapping[str, Any], wires: None) -> bool:
        file = written(params, rng)
        if params["thousands"] == params["decimal"] == ".":
            return False
        if params["thousands"] == params["decimal"] == ",":
            return False
        if params["split"] == "stratified" and not file.classes:
            return False
        (tmp_path / "t.csv").write_text(file.text, encoding="utf-8")
        train, held, facts = read(declaration, dict(params), tmp_path)
        features, target = (torch.cat(pair) for pair in zip(train, held, strict=True))
        rows = [rows_of(part[0], file.pay, features) for part in (train, held)]
        assert sorted(rows[0] + rows[1]) == list(range(40))
        assert held_out_as_said(params["split"], *rows)
        assert [TOWNS[row % 3] for row in rows[0]] == [
            TOWNS[int(one)] for one in train[0][:, 1:].argmax(1)
        ]
        if file.classes:
            assert facts["classes"] == ["no", "yes"]
            assert target.tolist() == [row % 2 for row in rows[0] + rows[1]]
        else:
            wanted = [file.pay[row] / 3 + row % 5 for row in rows[0] + rows[1]]
            assert target[:, 0].tolist() == pytest.approx(wanted, abs=0.01)
        return True

    hold(declaration, draw, check)


@pytest.mark.parametrize(("kind", "name"), [("data.mnist", "mnist")])
def test_downloaded_sets(kind: str, name: str, real_data: Callable[[str], Path]) -> None:
    train, held, _ = read(find(kind), {}, real_data(name).parent)
    assert (len(train[0]), len(held[0])) == (60_000, 10_000)


def test_fashion_is_read_as_mnist_is() -> None:
    bound = find("data.fashion_mnist").bind({})
    assert bound.read(None) == "fashion_mnist(data_dir)"
    assert bound.fixed_split()
    assert len(bound.class_names(None)) == 10


def test_csv_of_classes_and_of_numbers(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    declaration = find("data.csv")
    path = {"path": "people.csv", "features": ("age", "town"), "validation": 0.3}
    train, held, facts = read(declaration, {**path, "target": "pay"}, tmp_path)
    assert len(train[0]) + len(held[0]) == 6  # one has no pay
    assert train[0].shape[1] == 4
    assert train[1].shape[1] == 1
    assert facts["classes"] is None
    path["features"] = ("age", "pay")
    train, _, facts = read(declaration, {**path, "target": "town"}, tmp_path)
    assert facts["classes"] == ["Bonn", "Köln", "Ulm"]
    assert train[1].dtype == torch.int64
    forced = {**path, "target": "age", "features": ("pay",), "task": "classification"}
    _, _, facts = read(declaration, forced, tmp_path)
    assert facts["classes"] == ["25", "30", "33", "38", "41", "52"]


def test_csv_with_other_delimiter_and_hostile_names(tmp_path: Path) -> None:
    text = 'a"b;c\\;{x};y\n' + "".join(f'{i};{i % 3};"it\'s {i % 2}";{i % 2}\n' for i in range(20))
    (tmp_path / "odd.csv").write_text(text, encoding="utf-8")
    params = {"path": "odd.csv", "delimiter": ";", "target": "y", "features": ('a"b', "c\\", "{x}")}
    train, _, _ = read(find("data.csv"), params, tmp_path)
    assert train[0].shape[1] == 4


def test_csv_takes_a_full_path(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    read(find("data.csv"), {"path": str(file), "target": "pay"})


def test_titanic(real_data: Callable[[str], Path]) -> None:
    folder = real_data("tabular")
    params = {"path": "tabular/titanic.csv", "target": "survived"}
    train, held, facts = read(find("data.csv"), params, folder.parent)
    assert len(train[0]) + len(held[0]) == 891
    assert facts["classes"] == ["0", "1"]


@pytest.mark.parametrize("channels", ["1", "3"])
def test_image_folder(channels: str, real_data: Callable[[str], Path]) -> None:
    folder = real_data("hymenoptera-256")
    params = {"path": folder.name, "size": 24, "channels": channels}
    train, held, facts = read(find("data.image_folder"), params, folder.parent)
    assert (len(train[0]), len(held[0])) == (243, 153)
    assert facts["classes"] == ["ants", "bees"]


def test_reading_tells_the_path_as_typed() -> None:
    bound = find("data.image_folder").bind({"path": 'it\'s "mine"', "size": 8})
    found: list[Any] = []

    def image_folder(path: str, **rest: Any) -> None:
        found.extend([path, rest])

    eval(bound.read({}), {"image_folder": image_folder, "data_dir": None, "seed": 1})
    assert found[0] == 'it\'s "mine"'
    assert found[1] == {"size": 8, "validation": 0.2, "seed": 1, "data_dir": None}


def test_all_data_nodes_are_tested_here() -> None:
    known = {"digits", "mnist", "fashion_mnist", "csv", "image_folder", "picture_table"}
    assert {one.type for one in of_role("data")} == {f"data.{name}" for name in known} | {*TOYS}
