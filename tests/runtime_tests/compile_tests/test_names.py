"""Any name a user may give leaves the program what it was."""

import ast
import builtins
import functools
import itertools
import keyword
import math
import random
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from torch import nn

from graph.compile import compile_document
from graph.core import names
from graph.edit.document import Document
from graph.format.templates import open_template
from graph.model.sheet import End, Node
from tests.graph_tests.projects import TEMPLATES, compiled
from tests.runtime_tests.compile_tests.test_scripts import gan
from tests.runtime_tests.compile_tests.written import imported, write

GENERATED = (
    "model.py",
    "train.py",
    "views.py",
    "sample.py",
    "data.py",
    "processes.py",
    "script.py",
)
ASKED = """
none true false iterator averaged_model any bias itself myself co_train x_validation model train_set
validation_set self x y figures sums count loss training batch options made sampling main examples
""".split()  # noqa: SIM905 - reads better than quoted words


@functools.cache
def words() -> tuple[str, ...]:
    """Every word of what is written, of Python and of torch.nn that can be a node's name."""
    found = {*ASKED, *dir(builtins), *dir(nn), *dir(nn.functional), *keyword.kwlist}
    found.update(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", one).lower() for one in list(found))
    found.update(one.title() for one in (*keyword.kwlist, *keyword.softkwlist))
    for project in (*map(compiled, TEMPLATES), compile_document(gan())):
        for file in GENERATED:
            if file not in project.files:
                continue
            for node in ast.walk(ast.parse(project.files[file].text)):
                found.update(
                    getattr(node, word)
                    for word in ("id", "attr", "arg", "name", "module")
                    if isinstance(getattr(node, word, None), str)
                )
    return tuple(sorted(word for word in found if names.is_name(word)))


def wide() -> Document:
    """Much that has names: networks, loose layers, neurons, losses, metrics, views, schedules."""
    document = Document("wide")
    add, link = document.add_node, document.link

    def wire(start: Node, end: Node, port: str = "", out: str = "") -> Node:
        ports = document.ports(end).inputs
        output = out or document.ports(start).outputs[0].name
        link(End(start.id, output), End(end.id, port or ports[0].name))
        return end

    for name in ("first", "second", "third", "maker"):
        document.add_network(name)
        enter = add("network.input", sheet=name, name="enters")
        layer = wire(enter, add("layer.linear", sheet=name, params={"units": 4}))
        wire(wire(layer, add("activation.tanh", sheet=name)), add("network.output", sheet=name))
    data = add("data.moons", params={"count": 60})
    value = data
    for name in ("first", "second", "third"):
        value = wire(value, add("network.instance", name=name, params={"network": name}))
    frozen = wire(value, add("layer.linear", name="frozen", params={"units": 4}))
    neurons = [wire(frozen, add("neuron.split", params={"columns": 4}))]
    summed = [add("neuron.neuron") for _ in range(2)]
    for place in (1, 2, 3):
        wire(neurons[0], summed[place % 2], out=f"x{place}")
    joined = add("neuron.join")
    for one in summed:
        wire(one, joined)
    logits = wire(joined, add("layer.linear", name="logits", params={"units": 2}))
    loss = wire(logits, add("loss.cross_entropy"))
    wire(data, loss, "label", "label")
    noise = add("random.noise", params={"sizes": (3,)})
    made = wire(noise, add("network.instance", name="maker", params={"network": "maker"}))
    picture = wire(made, add("shape.unflatten", params={"dim": 1, "sizes": (1, 2, 2)}))
    mean = wire(made, add("merge.expression", params={"formula": "mean((a - 0.5) ** 2)"}))
    second = wire(mean, add("merge.scale", params={"factor": 0.5}))
    for goal, trains in ((loss, [logits]), (second, [made])):
        step = wire(goal, add("optimizer.adam", params={"ema": 0.9}))
        document.set_params(step.id, trains=tuple(one.id for one in trains))
        wire(add("schedule.cosine"), step, "schedule")
    for kind in ("metric.accuracy", "view.confusion"):
        sink = wire(logits, add(kind))
        wire(data, sink, "label", "label")
    for kind in ("view.number", "view.histogram"):
        wire(logits, add(kind))
    wire(picture, add("view.grid"))
    return document


def named(document: Document, chosen: Iterator[str]) -> None:
    """Give all networks and nodes other names."""
    for name in list(document.networks):
        document.rename_network(name, next(one for one in chosen if one not in document.networks))
    for sheet in document.sheets():
        for node in list(sheet.nodes):
            taken = sheet.names()
            document.rename(node, next(one for one in chosen if one not in taken))


def figures(document: Document) -> Any:
    """Some steps, a validation and all views."""
    project = compile_document(document)
    with tempfile.TemporaryDirectory() as home:
        folder = write(project, Path(home) / "project", views=True)
        with imported(folder) as modules:
            training = modules["train"].Training(epochs=1, batch_size=500, device="cpu")
            found = [[float(value) for value in one.values()] for one in training]
            batch = modules["views"].examples(training, 4)
            for view in project.views:
                torch.manual_seed(0)
                shown = getattr(modules["views"], view.name)(
                    training, 4 if view.from_noise else batch
                )
                found += [[tensor.double().sum().item()] for tensor in shown.values()]
            return found


def test_modules_attributes_are_those_of_torch() -> None:
    own = {one for one in {*dir(nn.Module()), *nn.Module.__annotations__} if one[0] != "_"}
    assert own == names.MODULE


def test_every_word_of_the_source_of_python_and_of_torch_is_a_name() -> None:
    """All of them in turn, where names are had; figures and views stay what they were."""
    expected = figures(wide())
    chosen = itertools.chain(words(), itertools.cycle(words()))
    rounds = math.ceil(len(words()) / sum(len(s.nodes) for s in wide().sheets()))
    for _ in range(rounds):
        document = wide()
        named(document, chosen)
        assert figures(document) == expected, [
            n.name for s in document.sheets() for n in s.nodes.values()
        ]


@pytest.mark.parametrize("place", range(8))
def test_a_name_in_every_place(place: int) -> None:
    """The words asked for, each at each of some nodes and networks, and next to itself."""
    expected = figures(wide())
    document = wide()
    turned = ASKED[place * 4 :] + ASKED[: place * 4]
    named(document, (one for one in itertools.cycle(turned) if names.is_name(one)))
    assert figures(document) == expected


def test_views_may_be_called_as_types_are() -> None:
    expected = figures(wide())
    document = wide()
    views = [one for one in document.board.nodes.values() if one.type.startswith("view.")]
    for view, name in zip(views, ("dict", "tuple", "int", "str"), strict=True):
        document.rename(view.id, name)
    assert figures(document) == expected


MAKE = {name: partial(open_template, name) for name in ("digits_mlp", "wgan_gp")}


@pytest.mark.parametrize("make", [*MAKE.values(), gan], ids=[*MAKE, "gan"])
@given(data=st.data())
@settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_names_change_nothing(make: Callable[[], Document], data: st.DataObject) -> None:
    document = make()
    expected = figures(document)
    for sheet in document.sheets():
        chosen = random.Random(data.draw(st.integers())).sample(words(), len(sheet.nodes))
        taken = sheet.names()
        for node, name in zip(list(sheet.nodes), chosen, strict=True):
            if name not in taken:
                document.rename(node, name)
    assert figures(document) == expected
