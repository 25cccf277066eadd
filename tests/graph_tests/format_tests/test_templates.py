"""Templates with a node muted or gone: what can't be compiled is said before."""

import pytest

from graph.compile import compile_document
from graph.diagnose.diagnosis import Diagnosis
from graph.format.templates import open_template
from graph.problems.problem import CompileError
from tests.graph_tests.projects import TEMPLATES, facts_of


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("change", ["mute", "remove"])
def test_what_can_not_be_compiled_is_a_problem_on_the_board(name: str, change: str) -> None:
    document = open_template(name)
    inference = Diagnosis(document, facts_of(document))
    for node in list(document.board.nodes.values()):
        if change == "mute":
            document.set_muted([node.id], True)
        else:
            document.remove([node.id])
        errors = [one.text for one in inference.problems if one.severity == "error"]
        try:
            compile_document(document, inference=inference)
            refused = False
        except CompileError:
            refused = True
        assert refused == bool(errors), f"{change} {node.name}: {errors}"
        document.undo()


def test_a_muted_schedule_is_none() -> None:
    document = open_template("mnist_cnn")
    [cosine] = [one for one in document.board.nodes.values() if one.type == "schedule.cosine"]
    document.set_muted([cosine.id], True)
    inference = Diagnosis(document, facts_of(document))
    assert not inference.problems
    assert "CosineAnnealingLR" not in compile_document(document).files["train.py"].text
