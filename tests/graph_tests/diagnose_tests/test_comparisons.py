"""Losses of a value and itself, of exchanged wires, and of targets that learn to be easy."""

from __future__ import annotations

import pytest

from graph.model.sheet import End, Node
from graph.problems.problem import Problem
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net, grouped, muted


class Coder(Net):
    """An autoencoder of digits, 64 numbers to 64."""

    def __init__(self) -> None:
        super().__init__(units=16)
        (self.flat,) = (n for n in self.document.board.nodes.values() if n.type == "shape.flatten")
        self.out = self.add("layer.linear", self.last, units=64)

    def compare(self, kind: str, one: Node, other: Node) -> Node:
        node = self.add(kind, one, other)
        self.add("optimizer.adam", node)
        return node

    def told(self, node: Node, words: str) -> list[Problem]:
        return [one for one in self.inference.problems_of(node.id) if words in one.text]

    def press(self, node: Node, words: str, label: str) -> None:
        """The fix ends the problem, brings no other and is undone."""
        before = set(self.said())
        (problem,) = self.told(node, words)
        (fix,) = [one for one in problem.fixes if one.label == label]
        fix.apply(self.document)
        assert not self.told(node, words)
        assert set(self.said()) < before


KINDS = ("loss.mse", "loss.l1", "loss.huber", "loss.smooth_l1")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("through", ["nothing", "mute", "network"])
def test_a_value_beside_itself_is_told(kind: str, through: str) -> None:
    net = Coder()
    other = net.out
    if through == "mute":
        other = muted(net, net.out)
    node = net.compare(kind, net.out, other)
    if through == "network":
        grouped(net, net.last, net.out)
    net.press(node, "with itself", "Wire flatten.y there")


def test_an_embedding_beside_itself_is_told() -> None:
    net = Coder()
    pairs = net.add("data.pairs")
    for port in ("image", "label"):
        into = "x" if port == "image" else port
        net.document.link(End(net.data.id, port), End(pairs.id, into))
    node = net.add("loss.cosine_embedding", net.out, net.out)
    net.document.link(End(pairs.id, "sign"), End(node.id, "sign"))
    net.add("optimizer.adam", node)
    (problem,) = net.told(node, "with itself")
    assert "`first` and `second`" in problem.text


@pytest.mark.parametrize("kind", [*KINDS, "loss.bce"])
def test_what_learns_by_exchanged_wires_is_told_and_exchanged(kind: str) -> None:
    net = Coder()
    end = net.add("activation.sigmoid", net.out) if kind == "loss.bce" else net.out
    node = net.compare(kind, net.flat, end)
    net.press(node, "learns at its `target`", "Exchange the two wires")
    assert not net.inference.problems


def taught(net: Coder, *, kind: str = "loss.kl_div") -> tuple[Node, Node]:
    """A student and a teacher, and the loss between them."""
    teacher = net.add("layer.linear", net.flat, units=64)
    if kind != "loss.kl_div":
        return net.compare(kind, net.out, teacher), teacher
    student = net.add("activation.log_softmax", net.out)
    return net.compare(kind, student, net.add("activation.softmax", teacher)), teacher


@pytest.mark.parametrize("kind", ["loss.kl_div", "loss.mse"])
def test_a_teacher_that_follows_its_student_is_told_and_detached(kind: str) -> None:
    net = Coder()
    node, _ = taught(net, kind=kind)
    net.press(node, "easy to meet", "Insert Detach at target")
    assert not net.inference.problems


def test_a_teacher_with_a_loss_of_its_own_is_not() -> None:
    net = Coder()
    node, teacher = taught(net)
    net.judge("loss.cross_entropy", net.add("layer.linear", teacher, units=10))
    assert not net.told(node, "easy to meet")


def test_a_teacher_that_is_not_trained_is_not() -> None:
    net = Coder()
    node, _ = taught(net)
    (adam,) = net.document.board.with_role("optimizer")
    net.document.set_params(adam.id, trains=(net.last.id, net.out.id))
    assert not net.told(node, "easy to meet")


def test_an_autoencoder_is_not_told() -> None:
    net = Coder()
    net.compare("loss.mse", net.out, net.flat)
    assert not net.inference.problems
