"""Any name a user may give leaves the program what it was."""

import ast
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from graph import names
from graph.compile import compile_document
from graph.document import Document
from graph.templates import open_template
from tests.graph_tests.projects import compiled
from tests.runtime_tests.compile_tests.test_scripts import gan
from tests.runtime_tests.compile_tests.written import imported, write


def words() -> list[str]:
    """Every word of what is written that can be a node's name."""
    found: set[str] = set()
    templates = ("digits_mlp", "xor_neurons", "wgan_gp", "diffusion")
    for project in (*map(compiled, templates), compile_document(gan())):
        for file in ("model.py", "train.py", "views.py", "data.py", "processes.py", "script.py"):
            for node in ast.walk(ast.parse(project.files[file].text)):
                found.update(
                    getattr(node, word)
                    for word in ("id", "attr", "arg", "name", "module")
                    if isinstance(getattr(node, word, None), str)
                )
    return sorted(word for word in found if names.is_name(word))


WORDS = words()


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


def test_a_loss_called_count_would_be_taken_for_the_rows() -> None:
    assert not {"count", "sums", "figures"} & set(WORDS)


MAKE = {name: partial(open_template, name) for name in ("digits_mlp", "wgan_gp")}


@pytest.mark.parametrize("make", [*MAKE.values(), gan], ids=[*MAKE, "gan"])
@given(data=st.data())
@settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_names_change_nothing(make: Callable[[], Document], data: st.DataObject) -> None:
    document = make()
    expected = figures(document)
    for sheet in document.sheets():
        chosen = data.draw(st.permutations(WORDS))[: len(sheet.nodes)]
        taken = sheet.names()
        for node, name in zip(list(sheet.nodes), chosen, strict=True):
            if name not in taken:
                document.rename(node, name)
    assert figures(document) == expected
