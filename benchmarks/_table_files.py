"""Ten public tables, each a file as its source gives it; stand-ins where the numbers are not here.

Numbers of iris, wine, breast cancer and diabetes are those that scikit-learn brings, those of
auto-mpg are looked for in NEUROWIRE_DATA. All else is made up, in the form of the real file.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Made:
    """A file that was written.

    Attributes:
        target: What a person types beside the path.
        real: Are its numbers those of the real table?
    """

    path: Path
    target: str
    real: bool = True


def iris(folder: Path) -> Made:
    """No header, the class last, an empty line at the end."""
    x, label = load_iris(return_X_y=True)
    names = ("Iris-setosa", "Iris-versicolor", "Iris-virginica")
    rows = (
        ",".join([*(f"{one:.1f}" for one in row), names[c]])
        for row, c in zip(x, label, strict=True)
    )
    return Made(lines(folder / "iris.data", [*rows, ""]), "")


def wine(folder: Path) -> Made:
    """No header, the class first."""
    x, label = load_wine(return_X_y=True)
    rows = (
        ",".join([str(c + 1), *(f"{one:g}" for one in row)])
        for row, c in zip(x, label, strict=True)
    )
    return Made(lines(folder / "wine.data", rows), "1")


WORK = ("Private", "Self-emp-not-inc", "Local-gov", "State-gov", "Federal-gov", "?")
SCHOOL = ("HS-grad", "Some-college", "Bachelors", "Masters", "11th", "Doctorate")
MARRIED = ("Married-civ-spouse", "Never-married", "Divorced", "Widowed")
JOBS = ("Prof-specialty", "Craft-repair", "Exec-managerial", "Adm-clerical", "Sales", "?")
HOMES = ("United-States", "Mexico", "Philippines", "Germany", "?")


def adult(folder: Path, count: int = 6000) -> Made:
    """No header, a blank behind each comma, `?` where words are missing, two classes of income."""
    rng = np.random.default_rng(1)
    work, married, job, home = (rng.choice(one, count) for one in (WORK, MARRIED, JOBS, HOMES))
    school = rng.integers(0, len(SCHOOL), count)
    age, hours = rng.integers(17, 90, count), rng.integers(10, 70, count)
    gain = np.where(rng.random(count) < 0.08, rng.integers(1000, 15000, count), 0)
    score = 0.4 * school + 0.05 * hours - 0.0025 * (age - 48) ** 2 + (gain > 5000) * 3
    score += (married == MARRIED[0]) * 1.8 + (job == "Exec-managerial") * 0.9 - 4.6
    rich = rng.random(count) < 1 / (1 + np.exp(-score))
    sex = rng.choice(["Male", "Female"], count)
    weight = rng.integers(20_000, 400_000, count)
    rows = (
        f"{age[i]}, {work[i]}, {weight[i]}, {SCHOOL[school[i]]}, {school[i] + 8}, {married[i]}, "
        f"{job[i]}, {sex[i]}, {gain[i]}, {hours[i]}, {home[i]}, {'>50K' if rich[i] else '<=50K'}"
        for i in range(count)
    )
    return Made(lines(folder / "adult.data", [*rows, ""]), "", real=False)


def auto_mpg(folder: Path) -> Made:
    """No header, runs of blanks, `?` for six missing powers, a tab before the quoted name."""
    found = find("tabular/mpg.csv")
    table = pd.read_csv(found) if found else cars()
    origins = {name: place for place, name in enumerate(("usa", "europe", "japan"), 1)}
    rows = []
    for one in table.to_dict("records"):
        power = "?" if pd.isna(one["horsepower"]) else f"{one['horsepower']:.1f}"
        numbers = f"{one['mpg']:<7.1f}{one['cylinders']:<4}{one['displacement']:<11.1f}{power:<11}"
        numbers += f"{one['weight']:<11.0f}{one['acceleration']:<7.1f}{one['model_year']:<4}"
        rows.append(f'{numbers}{origins[one["origin"]]}\t"{one["name"]}"')
    return Made(lines(folder / "auto-mpg.data", rows), "1", real=found is not None)


def cars(count: int = 398) -> pd.DataFrame:
    """Made-up cars."""
    rng = np.random.default_rng(2)
    cylinders = rng.choice([4, 6, 8], count)
    size = cylinders * rng.uniform(22, 45, count)
    power = 30 + size * rng.uniform(0.35, 0.55, count)
    weight, year = 1400 + size * rng.uniform(6, 9, count), rng.integers(70, 83, count)
    mpg = 90_000 / weight + 0.6 * (year - 76) + rng.normal(0, 2, count)
    return pd.DataFrame(
        {
            "mpg": mpg,
            "cylinders": cylinders,
            "displacement": size,
            "horsepower": np.where(rng.random(count) < 0.015, np.nan, power),
            "weight": weight,
            "acceleration": rng.uniform(9, 22, count),
            "model_year": year,
            "origin": rng.choice(["usa", "europe", "japan"], count),
            "name": [f"maker {i % 40} model {i}" for i in range(count)],
        }
    )


def housing(folder: Path, count: int = 506) -> Made:
    """No header, numbers in columns of fixed width, runs of blanks in front."""
    rng = np.random.default_rng(3)
    crime, rooms = rng.lognormal(-1, 2, count), rng.normal(6.3, 0.7, count)
    age, away, poor = (
        rng.uniform(3, 100, count),
        rng.lognormal(1.2, 0.5, count),
        rng.uniform(2, 37, count),
    )
    river, tax = rng.random(count) < 0.07, rng.integers(187, 711, count)
    price = 8 + 5.5 * (rooms - 4) - 9 * np.log(poor / 10) - 0.01 * tax - 1.1 * np.log1p(crime)
    price = np.clip(price + 3 * river - 0.5 * away + rng.normal(0, 2.5, count), 5, 50)
    rows = (
        f"{crime[i]:8.5f} {river[i]:2d} {rooms[i]:7.4f} {age[i]:6.2f} {away[i]:8.4f} {tax[i]:4d}.0 "
        f"{poor[i]:6.2f} {price[i]:6.2f}"
        for i in range(count)
    )
    return Made(lines(folder / "housing.data", (f" {row}" for row in rows)), "", real=False)


def abalone(folder: Path, count: int = 4177) -> Made:
    """No header, a letter first, seven measures, the number of rings last."""
    rng = np.random.default_rng(4)
    rings = 3 + rng.gamma(4, 1.8, count).round()
    sex = np.where(rings < 8, "I", rng.choice(["M", "F"], count))
    length = 0.82 * (1 - np.exp(-rings / 6)) * rng.normal(1, 0.11, count)
    width, height = length * rng.normal(0.8, 0.03, count), length * rng.normal(0.27, 0.03, count)
    whole = 3.6 * length**2.9 * rng.normal(1, 0.08, count)
    meat, guts = whole * rng.normal(0.43, 0.05, count), whole * rng.normal(0.22, 0.04, count)
    shell = (whole - meat - guts) * rng.normal(0.8, 0.08, count) * (1 + 0.02 * (rings - 10))
    measures = np.stack([length, width, height, whole, meat, guts, shell], axis=1)
    rows = (
        ",".join([sex[i], *(f"{one:.4g}" for one in measures[i]), f"{rings[i]:.0f}"])
        for i in range(count)
    )
    return Made(lines(folder / "abalone.data", rows), "", real=False)


WINE = (
    "fixed acidity",
    "volatile acidity",
    "citric acid",
    "residual sugar",
    "chlorides",
    "free sulfur dioxide",
    "total sulfur dioxide",
    "density",
    "pH",
    "sulphates",
    "alcohol",
)


def winequality(folder: Path, count: int = 1599) -> Made:
    """Semicolons, names in quotes, grades from 3 to 8."""
    rng = np.random.default_rng(5)
    x = np.abs(rng.normal(1, 0.25, (count, len(WINE))))
    x *= (8.3, 0.53, 0.27, 2.5, 0.09, 16, 46, 1, 3.3, 0.66, 10.4)
    x[:, 7] = rng.normal(0.9967, 0.0019, count)
    grade = 5.6 + 0.2 * (x[:, 10] - 10.4) - 1.6 * (x[:, 1] - 0.53) + 1.5 * (x[:, 9] - 0.66)
    grade = np.clip((grade + rng.normal(0, 0.35, count)).round(), 3, 8)
    head = ";".join(f'"{name}"' for name in (*WINE, "quality"))
    rows = (";".join([*(f"{one:.4g}" for one in x[i]), f"{grade[i]:.0f}"]) for i in range(count))
    return Made(lines(folder / "winequality-red.csv", [head, *rows]), "quality", real=False)


def prices(folder: Path, count: int = 3000) -> Made:
    """A European price list: semicolons, 1.234,50, dates 31.12.2024, cp1252, 300 makers."""
    rng = np.random.default_rng(6)
    kinds = ("Stühle", "Tische", "Schränke", "Betten", "Regale")
    kind, maker = rng.integers(0, len(kinds), count), rng.integers(0, 300, count)
    kilos, stock = rng.gamma(3, 8, count) + 1, rng.integers(0, 5000, count)
    level = np.random.default_rng(7).normal(1, 0.25, 300)
    price = (40 + 11 * kilos + 60 * kind) * level[maker] * rng.normal(1, 0.05, count)
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 700, count), unit="D")
    rows = (
        f"{kinds[kind[i]]};Hersteller {maker[i]:03d};{german(kilos[i], 1)};{german(stock[i], 0)};"
        f"{days[i]:%d.%m.%Y};{german(price[i], 2)}"
        for i in range(count)
    )
    head = "Warengruppe;Hersteller;Gewicht;Lager;Eingang;Preis"
    path = lines(folder / "preisliste.csv", [head, *rows], encoding="cp1252")
    return Made(path, "Preis", real=False)


def german(number: float, digits: int) -> str:
    """A number as 1.234,50."""
    return f"{number:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def wdbc(folder: Path) -> Made:
    """A gzipped file with a header and a column that only numbers the rows."""
    found = load_breast_cancer(as_frame=True)
    table = found.data.assign(diagnosis=np.where(found.target == 0, "M", "B"))
    table.insert(0, "id", range(1, len(table) + 1))
    path = folder / "wdbc.csv.gz"
    table.to_csv(path, index=False)
    return Made(path, "diagnosis")


def diabetes(folder: Path) -> Made:
    """A Parquet file."""
    path = folder / "diabetes.parquet"
    load_diabetes(as_frame=True, scaled=False).frame.to_parquet(path)
    return Made(path, "target")


TABLES: dict[str, Callable[[Path], Made]] = {
    "iris": iris,
    "wine": wine,
    "adult": adult,
    "auto-mpg": auto_mpg,
    "housing": housing,
    "abalone": abalone,
    "winequality": winequality,
    "price list": prices,
    "breast cancer": wdbc,
    "diabetes": diabetes,
}


def lines(path: Path, rows: Iterable[str], *, encoding: str = "utf-8") -> Path:
    """Write a text file."""
    path.write_text("".join(f"{row}\n" for row in rows), encoding=encoding)
    return path


def find(name: str) -> Path | None:
    """A file in the data folders."""
    folders: Sequence[str] = os.environ.get("NEUROWIRE_DATA", "").split(os.pathsep)
    places = (Path(folder) / name for folder in folders if folder)
    return next((one for one in places if one.is_file()), None)
