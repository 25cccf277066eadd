"""The whole of train.py."""

from dataclasses import dataclass
from functools import cached_property

from graph.compile import vendored
from graph.compile.plan import Plan
from graph.compile.program import AVERAGING
from graph.compile.source import Writer, import_short, names_used
from graph.compile.train import data, loop, making
from graph.compile.train.members import Members
from graph.compile.train.step import StepMethod
from graph.compile.train.validation import Validation
from graph.core.run_plan import Source
from graph.declare import Raw, call, docstring

MODULES = ("argparse", "copy", "json", "checkpoint", "processes", "script", "math")


@dataclass
class Script:
    """Writes train.py for a plan."""

    plan: Plan
    title: str

    @cached_property
    def source(self) -> Source:
        """The whole file."""
        body = self._training()
        body.add()
        body.add()
        self._main(body)
        top = Writer()
        about = f"Train {self.title}, drawn in Neurowire: `python train.py --epochs 5`."
        top.add(docstring(about))
        top.add()
        top.imports(self._imports(names_used(body.text)))
        top.add()
        top.add()
        top.extend(body)
        return top.source

    def networks_and_data(self) -> str:
        """The statements that make networks and data, which is what views depend on."""
        writer = Writer()
        making.write_networks_and_data(writer, Members(self.plan))
        return writer.text

    @property
    def carried(self) -> dict[str, set[str]]:
        """Carried names by the project file they go to."""
        found: dict[str, set[str]] = {}
        for name in names_used(self.source.text):
            if (home := vendored.home(name)) is not None:
                found.setdefault(home, set()).add(name)
        return found

    def _imports(self, used: frozenset[str]) -> list[str]:
        own = sorted(used & self.plan.classes.writers.keys())
        lines = [f"import {name}" for name in MODULES if name in used]
        lines += [f"from {home} import {n}" for n in used if (home := vendored.home(n)) is not None]
        lines += [f"from model import {name}" for name in own]
        lines += [f"from torch.optim.swa_utils import {n}" for n in sorted(used & AVERAGING)]
        return import_short(used, lines)

    def _training(self) -> Writer:
        writer, members = Writer(), Members(self.plan)
        writer.add("class Training:")
        writer.add(
            '"""One run. Iterate it to train: every step and every epoch yields its figures."""',
            level=1,
        )
        making.write(writer, members)
        data.write_steps_per_epoch(writer, self.plan)
        loop.write(writer, members)
        for step in self.plan.steps:
            StepMethod(members, step).write(writer)
        Validation(self.plan).write(writer)
        return writer

    def _main(self, writer: Writer) -> None:
        writer.add("def main() -> None:")
        settings = self.plan.document.settings
        writer.add(
            "options = "
            + call(
                "script.options",
                Raw("__doc__"),
                epochs=settings.epochs,
                batch_size=settings.batch_size,
                seed=settings.seed,
                device=settings.device,
                precision=settings.precision,
                threads=settings.threads,
                validate_every=settings.validate_every,
            ),
            level=1,
        )
        writer.add("training = Training(**options.training)", level=1)
        writer.add("script.prepare(training, options)", level=1)
        writer.add("for figures in training:", level=1)
        writer.add("script.tell(training, figures)", level=2)
        writer.add("script.finish(training)", level=1)
        writer.add()
        writer.add()
        writer.add('if __name__ == "__main__":')
        writer.add("main()", level=1)
