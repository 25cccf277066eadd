"""Gradient penalties: what they are asked of, and the buttons that mend it."""

from graph.compile import compile_document
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format.templates import open_template
from graph.model.sheet import End, Node


def opened() -> tuple[Document, Diagnosis, dict[str, Node]]:
    document = open_template("wgan_gp")
    return document, Diagnosis(document), {n.name: n for n in document.board.nodes.values()}


def test_points_that_take_no_gradient() -> None:
    document, inference, nodes = opened()
    document.link(End(nodes["digits"].id, "image"), End(nodes["penalty"].id, "at"), replace=True)
    (problem,) = inference.problems
    assert (problem.node, problem.severity) == (nodes["penalty"].id, "error")
    assert "digits" in problem.received
    assert "Random mix" in problem.advice


def test_a_score_of_something_else_is_mended_by_a_linked_copy() -> None:
    document, inference, nodes = opened()
    critic, penalty = nodes["critic"], nodes["penalty"]
    document.remove([nodes["critic_at_points"].id])
    document.link(End(critic.id, "score"), End(penalty.id, "score"))
    (problem,) = inference.problems
    assert (problem.node, problem.severity) == (penalty.id, "error")
    assert "does not depend on between" in problem.text
    (fix,) = problem.fixes
    fix.apply(document)
    assert not inference.problems
    (link,) = document.board.into(penalty.id, "score")
    assert document.node(link.source.node).twin == critic.id
    text = compile_document(document).files["train.py"].text
    assert "gradient_penalty(self.critic(between), between, 10.0)" in text


def test_a_critic_that_normalises_over_the_batch() -> None:
    document, inference, nodes = opened()
    sheet = document.networks["critic"]
    flat = next(node for node in sheet.nodes.values() if node.type == "shape.flatten")
    document.insert("norm.batch1d", sheet.out_of(flat.id)[0])
    (problem,) = inference.problems
    assert (problem.node, problem.severity) == (nodes["penalty"].id, "warning")
    assert "in critic" in problem.text
    (fix,) = problem.fixes
    fix.apply(document)
    assert not inference.problems
    assert "nn.GroupNorm(1, 64)" in compile_document(document).files["model.py"].text
    document.undo()
    assert [one.text for one in inference.problems] == [problem.text]


def test_a_generator_may_normalise_over_the_batch() -> None:
    document, inference, _ = opened()
    types = [node.type for node in document.networks["generator"].nodes.values()]
    assert "norm.batch1d" in types
    assert not inference.problems
