"""A compiled project: all its files, its views, and where learned numbers are kept."""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from graph.compile import vendored
from graph.compile.avoided import avoiding
from graph.compile.begins import BeginSpec, begin_specs
from graph.compile.clashes import clashes
from graph.compile.figures import figures
from graph.compile.learned import learned
from graph.compile.model import Classes
from graph.compile.plan import Plan
from graph.compile.sample import sample_source
from graph.compile.train import Script
from graph.compile.train.data import row_sets
from graph.compile.views import views, views_source
from graph.core import names
from graph.core.run_plan import Average, Project, Source, Wire
from graph.diagnose.board_checks import role
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format import file
from graph.model.sheet import LinkKey
from graph.problems.fixes import problem
from graph.problems.problem import CompileError, Problem

VIEWS = "views.py"
GENERATED = {"model.py", "train.py", "sample.py", VIEWS}
ROUNDS = 12
"""How often a project is written at most until no name in it has two meanings; twice is common."""
NAME_LENGTH = 100
"""Most letters of a project's name: file systems take 255 for it with what is put behind it."""
REQUIREMENTS = {
    "torch": "torch==2.13.0",
    "safetensors": "safetensors>=0.5",
    "sklearn": "scikit-learn>=1.6",
    "PIL": "Pillow>=11",
    "torchmetrics": "torchmetrics>=1.8",
    "numpy": "numpy>=2",
    "pandas": "pandas>=2.2",
    "pyarrow": "pyarrow>=18",
    "openpyxl": "openpyxl>=3.1",
}
"""Versions of the packages that a project may need."""


@dataclass(frozen=True)
class Compiled(Project):
    """Everything the compiler makes of a board.

    Attributes:
        begins: Networks that begin with the weights in a file.
        unexported: Files that are for the application alone: `views.py`, and what only that needs.
    """

    begins: tuple[BeginSpec, ...] = ()
    unexported: frozenset[str] = frozenset({VIEWS})

    @property
    def project(self) -> Project:
        """What travels to the worker, which never loads the compiler for it."""
        return Project(**{one.name: getattr(self, one.name) for one in fields(Project)})

    @property
    def exported(self) -> dict[str, Source]:
        """The files of an export."""
        return {name: one for name, one in self.files.items() if name not in self.unexported}


def compile_document(
    document: Document,
    facts: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    inference: Diagnosis | None = None,
) -> Compiled:
    """Compile a document's board.

    Args:
        document: What to compile.
        facts: What a probe learned about data nodes, by node id.
        inference: The document's inference, where there is one already.

    Raises:
        CompileError: If the board has errors; it carries them.
    """
    found = inference or Diagnosis(document, facts, watch=False)
    errors = [p for p in found.problems if p.severity == "error"]
    errors += _unread(found)
    if errors:
        raise CompileError(errors)
    avoid: frozenset[str] = frozenset()
    for _ in range(ROUNDS):
        with avoiding(avoid):
            project = _written(document, found)
        generated = {name: one for name, one in project.files.items() if name in GENERATED}
        more = clashes(generated) - avoid
        if not more:
            break
        avoid |= more
    return project


def _written(document: Document, found: Diagnosis) -> Compiled:
    """Everything made of a board without errors."""
    title = document.name.replace("_", " ")
    classes = Classes(title[:1].upper() + title[1:])
    plan = Plan(found, classes)
    script = Script(plan, title)
    files = {"model.py": classes.source(), "train.py": script.source}
    shown, sample = views_source(plan), sample_source(plan, title)
    if sample is not None:
        files["sample.py"] = sample
    whole = ["processes", "checkpoint", "script", *(["sampling"] if sample else [])]
    carried = {target: set(wanted) for target, wanted in script.carried.items()}
    for text in (files["model.py"].text, sample.text if sample else ""):
        for one in vendored.names_in(text):
            carried.setdefault(vendored.home(one) or "", set()).add(one)
    needed = set(carried)
    for one in vendored.names_in(shown.text):
        carried.setdefault(vendored.home(one) or "", set()).add(one)
    unexported = frozenset({VIEWS, *(f"{home}.py" for home in carried.keys() - needed)})
    for target, wanted in sorted(carried.items()):
        doc = "The data of this project, as tensors in memory." if target == "data" else ""
        doc = doc or vendored.modules()[target].doc
        files[f"{target}.py"] = vendored.chosen(target, wanted, doc)
    for name in vendored.closure_of_files(whole):
        files[f"{name}.py"] = vendored.whole(name)
    files[VIEWS] = shown
    name = names.to_name(re.sub(r"\W+", "_", document.name))[:NAME_LENGTH]
    text = file.save_text(document)
    files[f"{name}.neurowire"] = Source(text, ((),) * text.count("\n"))
    files["requirements.txt"] = _requirements(plan, files)
    files["README.md"] = _readme(name, title, files.keys() - unexported)
    return Compiled(
        name,
        files,
        views(plan),
        tuple(_wires(plan)),
        learned(plan),
        figures(plan),
        row_sets(plan),
        tuple(Average(one.attribute, one.unit.attribute) for one in plan.averages),
        _digest(files["model.py"].text, script.networks_and_data(), shown.text),
        begin_specs(plan),
        unexported,
    )


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _unread(inference: Diagnosis) -> Iterator[Problem]:
    board = inference.document.board
    for node in board.with_role("data"):
        found = inference.result(node.id)
        if found is not None and found.inputs is None and not node.muted:
            yield problem(
                board,
                node,
                "its data has not been read yet",
                advice="check the path, then let it be read",
            )


def _wires(plan: Plan) -> Iterator[Wire]:
    for link, weight in plan.scope.wires.items():
        home = plan.owner(link.target.node)
        if home is not None:
            unit, _ = home
            tensor = f"{weight.layer}.weight"
            yield Wire(str(link), unit.attribute, tensor, weight.row, weight.column)
    seen: set[LinkKey] = set()
    told: set[str] = set()
    for node in sorted(plan.board.nodes.values(), key=lambda one: one.number):
        home, result = plan.owner(node.id), plan.inference.result(node.id)
        placed = role(node) == "instance" and not node.muted
        if not placed or home is None or result is None or result.inputs is None:
            continue
        unit, module = home
        for link, layer, weight in plan.networks.wires(node, result, module, told):
            if link not in seen:  # of several places the oldest is shown
                seen.add(link)
                tensor = f"{layer}.weight"
                yield Wire(str(link), unit.attribute, tensor, weight.row, weight.column)


def _requirements(plan: Plan, files: Mapping[str, Source]) -> Source:
    """What the files import, and what the data nodes say that their readers load themselves."""
    needed = {one for source in files.values() for one in source.packages}
    for node in plan.data:
        needed.update(plan.scope.bound(node.id).packages(plan.inference.facts.get(node.id)))
    lines = [line for name, line in REQUIREMENTS.items() if name in needed]
    return Source("".join(f"{line}\n" for line in lines), ((),) * len(lines))


def _readme(name: str, title: str, files: Collection[str]) -> Source:
    about = {
        "model.py": "the networks",
        "data.py": "the readers",
        "train.py": "the steps and the loop",
        "sample.py": "writes pictures that the trained networks make",
        "sampling.py": "its options and the file it writes",
        "processes.py": "one process or many",
        "checkpoint.py": "saving and going on exactly where a run was",
        "script.py": "options and what is printed",
        "arguments.py": "numbers on the command line",
        "threads.py": "how many threads are fastest here",
        "pretrained.py": "weights to begin with, from the files in `pretrained`",
        "losses.py": "losses that torch has not",
        "layers.py": "layers that torch has not",
        "metrics.py": "metrics that torchmetrics has not",
        "neurons.py": "neurons of any wiring",
        "diffusion.py": "puts noise into pictures and takes it out again",
        "latents.py": "points to look at in the latent space",
    }
    rows = [f"| `{one}` | {about[one]} |" for one in about if one in files]
    drawn = "`python sample.py --count 100` draws from the trained weights.\n"
    drawn = drawn if "sample.py" in files else ""
    text = f"""# {_plain_markdown(title[:1].upper() + title[1:])}

Drawn in Neurowire as `{name}.neurowire`; runs without it.

    pip install -r requirements.txt
    python train.py

`python train.py --help` lists the options: epochs, batch size, seed, device, threads.
`torchrun --nproc-per-node=2 train.py` trains in two processes.
`python train.py --resume` goes on from the last checkpoint.
`python train.py --from weights.safetensors` begins with weights that were trained before.
`python train.py --verify` replays the first steps recorded in the application and compares.
{drawn}
| file | what is in it |
|---|---|
{chr(10).join(rows)}
"""
    return Source(text, ((),) * text.count("\n"))


def _plain_markdown(text: str) -> str:
    """A text in Markdown that is shown letter by letter: no markup, no HTML, on one line."""
    shown = re.sub(r"([\\`*_<>\[\]&#|~])", r"\\\1", text)
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in shown)
