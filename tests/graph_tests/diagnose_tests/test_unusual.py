"""Rates, decays and momenta that are hardly meant are told before training, with a fix."""

import pytest

from graph.declare import REGISTRY
from graph.diagnose import unusual
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format import templates

OPTIMIZERS = [one for one in REGISTRY if one.role == "optimizer"]
ASKED = [(one.type, param.name) for one in OPTIMIZERS for param in one.params
         if param.name in {"lr", "weight_decay", "momentum"} and param.high is None]  # fmt: skip


def told(document: Document) -> list[str]:
    return [one.text for one in unusual.check(Diagnosis(document))]


@pytest.mark.parametrize(("kind", "name"), ASKED)
def test_absurd_numbers_of_every_optimizer_are_told_and_mended(kind: str, name: str) -> None:
    document = Document()
    node = document.add_node(kind)
    assert told(document) == [], "its own defaults are usual"
    document.set_params(node.id, **{name: 1000.0})
    (problem,) = unusual.check(Diagnosis(document))
    assert problem.severity == "warning"
    assert "1000" in problem.text
    problem.fixes[0].apply(document)
    assert told(document) == []


def test_a_momentum_of_one_never_ends() -> None:
    document = Document()
    node = document.add_node("optimizer.sgd", params={"momentum": 1.0})
    (problem,) = unusual.check(Diagnosis(document))
    problem.fixes[0].apply(document)
    assert document.params(document.node(node.id))["momentum"] == 0.9


@pytest.mark.parametrize("name", templates.names())
def test_nothing_is_told_of_a_template(name: str) -> None:
    assert told(templates.open_template(name)) == []
