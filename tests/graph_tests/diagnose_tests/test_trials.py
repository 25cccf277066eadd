"""Fixes that would uncover an error further on are led to the end, or are not offered."""

import random
from contextlib import suppress

import pytest

from graph.core.errors import NeurowireError
from graph.declare import REGISTRY
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format import templates
from graph.model.sheet import End
from graph.problems.problem import Problem
from tests.graph_tests.infer_tests.test_inference import Board
from tests.graph_tests.pressing import ROLES, put_in, until_clean
from tests.graph_tests.pressing import errors as wrong_in

SHARE = {"digits_mlp": 0.12, "mnist_cnn": 0.06}
"""Of which part of all the layers in all the wires every fix is pressed."""
PRESSED = {"digits_mlp": 0.10, "mnist_cnn": 0.05}
"""Of which part one fix after the other is pressed."""
PUT_IN = (
    "layer.conv1d",
    "layer.conv3d",
    "layer.linear",
    "pool.max1d",
    "pool.global_average",
    "merge.not",
    "merge.argmax",
    "merge.mean",
    "neuron.split",
    "merge.stack",
    "norm.batch1d",
    "loss.mse",
)


def errors(inference: Diagnosis) -> set[tuple[str | None, str]]:
    return {(one.node, one.text) for one in inference.problems if one.severity == "error"}


def press(inference: Diagnosis, problem: Problem, before: set[tuple[str | None, str]]) -> None:
    """Each fix by itself: no error is new."""
    document = inference.document
    for fix in problem.fixes:
        with document.group(fix.label):
            fix.apply(document)
        new = errors(inference) - before
        assert not new, f"{problem} [{fix.label}]: {new}"
        if problem.severity == "error":
            assert (problem.node, problem.text) not in errors(inference), fix.label
        document.undo()
        assert errors(inference) == before


@pytest.mark.parametrize("type", PUT_IN)
def test_a_fix_uncovers_no_error_further_on(type: str) -> None:
    document = templates.open_template("digits_mlp")
    inference = Diagnosis(document)
    for link in list(document.board.links.values()):
        if not REGISTRY.find(type):
            raise AssertionError(f"no {type}")
        with suppress(NeurowireError):
            document.insert(type, link)
            before = errors(inference)
            for problem in inference.problems:
                press(inference, problem, before)
            document.undo()


@pytest.mark.parametrize("template", SHARE)
def test_nearly_all_that_is_put_into_wires_is_mended_by_a_button(template: str) -> None:
    document = templates.open_template(template)
    inference, chance = Diagnosis(document), random.Random(template)
    wrong = bare = 0
    for link in list(document.board.links.values()):
        for declaration in list(REGISTRY):
            if declaration.role not in ROLES or chance.random() > SHARE[template]:
                continue
            with suppress(NeurowireError):
                document.insert(declaration.type, link)
                before, found = errors(inference), inference.problems
                wrong += len(before)
                bare += sum(one.severity == "error" and not one.fixes for one in found)
                for problem in found:
                    press(inference, problem, before)
                document.undo()
    assert wrong > 100
    assert bare < 0.05 * wrong, f"{bare} of {wrong} errors without a button"


@pytest.mark.parametrize("template", PRESSED)
def test_fixes_pressed_one_after_the_other_end_without_an_error(template: str) -> None:
    chance, boards, stuck = random.Random(template), 0, []
    for place, inference in put_in(template, PRESSED[template], "pressed"):
        boards += 1
        pressed = until_clean(inference, chance)
        if left := wrong_in(inference):
            stuck.append(f"{place}: after {pressed}: {left}")
    assert boards > 100
    assert not stuck


STUCK = [
    ("digits_mlp", "shape.unflatten", "flatten", "hidden"),
    ("mnist_cnn", "layer.parameter", "conv_2", "norm_2"),
    ("mnist_cnn", "layer.linear", "logits", "accuracy"),
    ("mnist_cnn", "layer.conv_transpose1d", "logits", "predictions"),
    ("digits_mlp", "norm.batch1d", "flatten", "hidden"),
    ("diffusion", "shape.select", "centred", "noising"),
]
"""Layers in the way of what is judged: behind other layers, or learned and not trained."""


@pytest.mark.parametrize(("template", "type", "source", "target"), STUCK)
def test_a_layer_in_the_way_is_taken_out_last(
    template: str, type: str, source: str, target: str
) -> None:
    document = templates.open_template(template)
    inference, node = Diagnosis(document), document.node
    (wire,) = (
        link
        for link in document.board.links.values()
        if (node(link.source.node).name, node(link.target.node).name) == (source, target)
    )
    document.insert(type, wire)
    for choice in range(4):
        steps = len(document.history)
        until_clean(inference, random.Random(choice))
        assert not errors(inference), [str(one) for one in inference.problems]
        while len(document.history) > steps:
            document.undo()


def test_what_a_fix_needs_further_on_is_done_in_the_same_click() -> None:
    board = Board()
    data = board.add("data.digits")
    layer = board.add("layer.conv1d", data, filters=4)
    loss = board.add("loss.cross_entropy", layer)
    board.document.link(End(data.id, "label"), End(loss.id, "label"))
    board.add("optimizer.adam", loss)
    (problem,) = [one for one in board.inference.problems_of(layer.id) if one.fixes]
    labels = [fix.label for fix in problem.fixes]
    assert any(one.startswith("Use Conv2d and ") and loss.name in one for one in labels), labels
    problem.fixes[0].apply(board.document)
    assert not errors(board.inference)


def test_trying_leaves_the_document_alone() -> None:
    document = templates.open_template("digits_mlp")
    inference = Diagnosis(document)
    document.insert("layer.conv1d", next(iter(document.board.links.values())))
    steps, number = document.history, document.clone().new_id()
    assert any(one.fixes for one in inference.problems)
    assert document.history == steps
    assert document.clone().new_id() == number


def test_fixes_asked_for_after_a_change_are_still_there() -> None:
    document = templates.open_template("digits_mlp")
    inference = Diagnosis(document)
    document.insert("layer.conv1d", next(iter(document.board.links.values())))
    (problem,) = [one for one in inference.problems if one.severity == "error"]
    document.undo()
    assert len(problem.fixes) > 0


def test_a_clone_is_the_same_apart() -> None:
    document = templates.open_template("gan")
    other = document.clone()
    assert other == document
    node = next(iter(document.board.nodes))
    other.rename(node, "another")
    assert other != document
    assert isinstance(other, Document)
    assert not document.can_undo
