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


@pytest.mark.parametrize("kind", [one.type for one in OPTIMIZERS])
def test_a_rate_of_0_learns_nothing(kind: str) -> None:
    document = Document()
    node = document.add_node(kind, params={"lr": 0.0})
    (problem,) = unusual.check(Diagnosis(document))
    assert (problem.severity, problem.received) == ("warning", "0")
    assert "learning rate is 0" in problem.text
    problem.fixes[0].apply(document)
    assert document.params(document.node(node.id))["lr"] > 0
    assert told(document) == []


@pytest.mark.parametrize("kind", [one.type for one in OPTIMIZERS if one.param("betas") is not None])
def test_betas_in_the_wrong_order_are_told_and_turned(kind: str) -> None:
    document = Document()
    node = document.add_node(kind, params={"betas": (0.999, 0.9)})
    (problem,) = unusual.check(Diagnosis(document))
    assert (problem.severity, problem.received) == ("warning", "0.999, 0.9")
    problem.fixes[0].apply(document)
    assert document.params(document.node(node.id))["betas"] == (0.9, 0.999)
    assert told(document) == []
    document.set_params(node.id, betas=(0.0, 0.9))  # as a critic of Wasserstein's distance takes
    assert told(document) == []
    document.set_params(node.id, betas=(0.9, 0.9))
    assert told(document) == []


@pytest.mark.parametrize("axes", ["", "1d", "2d", "3d"])
def test_dropout_of_all_is_told(axes: str) -> None:
    document = Document()
    node = document.add_node(f"dropout.dropout{axes}", params={"p": 1.0})
    (problem,) = unusual.check(Diagnosis(document))
    problem.fixes[0].apply(document)
    assert document.params(document.node(node.id))["p"] == 0.5
    assert told(document) == []


@pytest.mark.parametrize("name", templates.names())
def test_nothing_is_told_of_a_template(name: str) -> None:
    assert told(templates.open_template(name)) == []
