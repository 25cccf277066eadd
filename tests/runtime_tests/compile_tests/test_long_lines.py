"""Whatever a board says at length, its source is laid out and clean as the formatter has it."""

import random
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from graph.compile import compile_document
from graph.diagnose.diagnosis import Diagnosis
from graph.model.sheet import End, Node
from tests.graph_tests.networks_tests.drawing import Drawing
from tests.graph_tests.projects import compiled
from tests.runtime_tests.compile_tests.written import ROOT, RULES, write

BOARDS = 300
WORDS = [
    "encoder",
    "residual",
    "attention",
    "hidden",
    "gate",
    "logits",
    "normalised",
    "picture",
    "scale",
    "of",
    "the",
    "lower",
]
FUNCTIONS = ("exp", "tanh", "sigmoid", "relu", "abs", "sin", "softplus")
TEMPLATES = sorted(path.stem for path in (ROOT / "resources" / "templates").glob("*.neurowire"))


def formula(chance: random.Random, names: list[str], depth: int) -> str:
    """A formula of several names, deep enough to be long."""
    if depth == 0 or chance.random() < 0.15:
        name = chance.choice(names)
        return chance.choice([name, name, f"{name} * 0.5", f"{name} ** 2"])
    kind = chance.random()
    if kind < 0.3:
        return f"{chance.choice(FUNCTIONS)}({formula(chance, names, depth - 1)})"
    if kind < 0.4:
        return f"({formula(chance, names, depth - 1)}) ** 2"
    if kind < 0.45:
        return f"-({formula(chance, names, depth - 1)})"
    parts = [formula(chance, names, depth - 1) for _ in range(chance.randint(2, 4))]
    operators = chance.choice([" + ", " - ", " * ", " / (1 + abs(q)) + "])
    joined = operators.join(f"({part})" if chance.random() < 0.6 else part for part in parts)
    return joined.replace("q", names[0])


class Random:
    """A board of long names, formulas, sums, rows of calls and tuples."""

    def __init__(self, seed: int) -> None:
        self.chance, self.draw = random.Random(seed), Drawing()
        data = self.draw.add("data.digits")
        flat, first = self.draw.add("shape.flatten"), self.add("layer.linear", units=16)
        self.draw.chain(data, flat, first)
        self.ends = [End(first.id, "y")]
        for _ in range(self.chance.randint(2, 4)):
            self.chance.choice([self.expression, self.sum, self.chain, self.row])()
        logits, loss = self.add("layer.linear", units=10), self.draw.add("loss.cross_entropy")
        self.draw.document.link(self.ends[-1], End(logits.id, "x"))
        self.draw.chain(logits, loss, self.draw.add("optimizer.adam"))
        self.draw.wire(data, loss, "label", "label")

    def add(self, type: str, **params: Any) -> Node:
        words = [self.chance.choice(WORDS) for _ in range(self.chance.randint(1, 4))]
        name = "_".join(words)
        return self.draw.add(type, f"{name}_{len(self.draw.document.board.nodes)}", **params)

    def one(self) -> End:
        return self.chance.choice(self.ends)

    def expression(self) -> None:
        names = ["a", "b", "c"][: self.chance.randint(1, 3)]
        text = ""
        while not 0 < len(text) < 450:  # a formula has its limit
            text = formula(self.chance, names, self.chance.randint(3, 6))
        text = f"{text} + {' + '.join(names)}"
        node = self.add("merge.expression", formula=text)
        for name in names:
            self.draw.document.link(self.one(), End(node.id, name))
        self.ends.append(End(node.id, "y"))

    def sum(self) -> None:
        node = self.add("merge.add")
        for _ in range(self.chance.randint(2, 6)):
            self.draw.document.link(self.one(), End(node.id, "xs"))
        self.ends.append(End(node.id, "y"))

    def chain(self) -> None:
        end = self.one()
        pieces: tuple[tuple[str, dict[str, Any]], ...] = (
            ("shape.unflatten", {"dim": 1, "sizes": (4, 2, 2)}),
            ("merge.clamp", {"min": -1.0}),
            ("shape.permute", {"dims": (0, 3, 1, 2)}),
            ("shape.flatten", {}),
        )
        for type, params in pieces:
            node = self.add(type, **params)
            self.draw.document.link(end, End(node.id, "x"))
            end = End(node.id, "y")
        self.ends.append(end)

    def row(self) -> None:
        node, back = self.add("merge.concatenate"), self.add("layer.linear", units=16)
        for _ in range(self.chance.randint(3, 9)):
            self.draw.document.link(self.one(), End(node.id, "xs"))
        self.draw.chain(node, back)
        self.ends.append(End(back.id, "y"))


def ruff(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "ruff", *words, "--quiet", "--no-cache", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout[:4000]


def test_random_boards_are_laid_out_as_ruff_does(tmp_path: Path) -> None:
    long = 0
    for seed in range(BOARDS):
        document = Random(seed).draw.document
        if any(one.severity == "error" for one in Diagnosis(document, watch=False).problems):
            continue
        project = compile_document(document)
        for name in ("model.py", "train.py", "views.py"):
            (tmp_path / f"board_{seed}_{name}").write_text(project.files[name].text)
        long += "        )\n" in project.files["model.py"].text
    assert len(list(tmp_path.iterdir())) > BOARDS * 3 * 0.9
    assert long > BOARDS * 0.2
    assert ruff(tmp_path, "format", "--check", "--diff", *RULES) == ""


def test_templates_are_clean_by_the_rules_of_this_project(tmp_path: Path) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]
    lint = settings["lint"]
    chosen = ",".join(rule for rule in lint["select"] if rule != "D")  # forward explains itself
    for name in TEMPLATES:
        folder = write(compiled(name), tmp_path / name, views=True)
        options = ["--isolated", "--line-length", str(settings["line-length"])]
        options += ["--target-version", settings["target-version"]]
        assert ruff(folder, "format", "--check", "--diff", *options) == ""
        options += ["--select", chosen, "--ignore", ",".join(lint["ignore"])]
        assert ruff(folder, "check", *options, "--output-format", "concise") == ""
