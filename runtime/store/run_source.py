"""A run's source: written to its folder, imported from there, each line knowing its nodes."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

from graph.core.run_plan import Average, Learned, Project, Sets, Sliders, Source, View, Wire
from runtime.protocol import figures

FOLDER = "source"
PLAN = "plan.json"  # what the source alone does not say, such as the nodes of each line
APP_ONLY = {"views.py"}
AFTER = {"sample.py", "sampling.py", "latents.py"}  # what comes after training, or only shows
RECORDED = "recorded.json"  # the first losses, for an export's `python train.py --verify`
FIRST_STEPS = 20
"""How many steps `--verify` replays."""


def digest(files: Mapping[str, Source]) -> str:
    """A name for what trains: equal for equal source, whatever the views and the board's name."""
    hashed = hashlib.sha256()
    for name in sorted(files):
        if name.endswith(".py") and name not in APP_ONLY | AFTER:
            hashed.update(f"{name}\0{_without_title(files[name].text)}\0".encode())
    return hashed.hexdigest()[:24]


def _without_title(text: str) -> str:
    """A file's text without the line that says what it is, which has the board's name."""
    first, _, rest = text.partition("\n")
    return rest if first.startswith('"""') and first.endswith('"""') else text


def write(project: Project, folder: Path) -> None:
    """Write a project's source and plan into a run's folder; the board goes beside the source."""
    source = folder / FOLDER
    source.mkdir(parents=True, exist_ok=True)
    for name, file in project.files.items():
        place = folder if name.endswith(".neurowire") else source
        (place / Path(name).name).write_text(file.text, encoding="utf-8")
    plan = {
        "name": project.name,
        "nodes": {name: file.nodes for name, file in project.files.items() if file.nodes},
        "views": [asdict(view) for view in project.views],
        "wires": [asdict(wire) for wire in project.wires],
        "learned": [asdict(one) for one in project.learned],
        "figures": figures.plain(project.figures),
        "sets": [asdict(one) for one in project.sets],
        "averages": [asdict(one) for one in project.averages],
        "shown": project.shown,
    }
    write_json(folder / PLAN, plan)


def read(folder: Path) -> Project:
    """Read back what `write` wrote.

    Raises:
        FileNotFoundError: If the folder has no plan, so no run ever began there.
    """
    plan = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    files = {
        path.name: Source(
            path.read_text(encoding="utf-8"),
            tuple(tuple(line) for line in plan["nodes"].get(path.name, ())),
        )
        for path in sorted((folder / FOLDER).iterdir())
        if os.path.isfile(path)
    }
    return Project(
        plan["name"],
        files,
        tuple(_view(**view) for view in plan["views"]),
        tuple(Wire(**wire) for wire in plan["wires"]),
        tuple(_learned(**one) for one in plan.get("learned", ())),  # none in runs of old
        figures.from_plain(plan.get("figures")),
        tuple(Sets(**one) for one in plan.get("sets", ())),
        tuple(Average(**one) for one in plan.get("averages", ())),
        plan.get("shown", ""),
    )


def _view(sliders: Iterable[Mapping[str, Any]] = (), **view: Any) -> View:
    return View(**view, sliders=tuple(Sliders(**one) for one in sliders))


def _learned(modules: Iterable[str], **learned: Any) -> Learned:
    return Learned(**learned, modules=tuple(modules))


class Imported:
    """The modules of a run's source, imported apart from those of every other run.

    Args:
        folder: The run's folder, with its source written.
    """

    def __init__(self, folder: Path) -> None:
        self.source = (folder / FOLDER).resolve()
        self._names = {path.stem for path in self.source.glob("*.py")}
        self._purge()
        sys.path.insert(0, str(self.source))
        importlib.invalidate_caches()

    def module(self, name: str) -> ModuleType:
        """Import one of the source's modules."""
        written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            return importlib.import_module(name)
        finally:
            sys.dont_write_bytecode = written

    def has(self, name: str) -> bool:
        """Is there such a module in the source?"""
        return name in self._names

    def close(self) -> None:
        """Forget the modules."""
        self._purge()
        with contextlib.suppress(ValueError):
            sys.path.remove(str(self.source))

    def _purge(self) -> None:
        for name in self._names:
            sys.modules.pop(name, None)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; an empty one where there is no file."""
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return value


def write_json(path: Path, value: object, *, in_order: bool = False) -> None:
    """Write JSON so that a reader finds the old file or the new one, never half of one.

    Args:
        path: The file.
        value: What is written.
        in_order: Are names written as they come, as their order says something, or sorted?
    """
    aside = path.with_name(path.name + ".new")
    with aside.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, sort_keys=not in_order)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
