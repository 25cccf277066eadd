"""Walks from noise to pictures: what they hang on, and the buttons that mend it."""

from graph.compile import compile_document
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format.templates import open_template
from graph.model.sheet import End, Node


def opened() -> tuple[Document, Diagnosis, dict[str, Node]]:
    document = open_template("diffusion")
    return document, Diagnosis(document), {n.name: n for n in document.board.nodes.values()}


def test_a_walk_behind_what_is_trained_is_mended_by_a_linked_copy() -> None:
    document, inference, nodes = opened()
    whole = compile_document(document).files
    network, diffusion = nodes["u_net"], nodes["diffusion"]
    document.remove([nodes["u_net_2"].id, nodes["diffusion_start"].id])
    document.link(End(network.id, "noise"), End(diffusion.id, "noise"))
    (problem,) = inference.problems
    assert (problem.node, problem.severity) == (diffusion.id, "error")
    assert "made of the data" in problem.received
    (fix,) = problem.fixes
    fix.apply(document)
    assert not inference.problems
    (start,) = [n for n in document.board.nodes.values() if n.type == "random.diffusion_start"]
    assert document.params(start)["sizes"] == (1, 8, 8)
    files = compile_document(document).files
    for name in ("model.py", "train.py", "views.py", "sample.py"):
        assert files[name].text == whole[name].text
    document.undo()
    assert [one.text for one in inference.problems] == [problem.text]


def test_a_walk_has_one_beginning() -> None:
    document, inference, nodes = opened()
    other = document.add_node("random.diffusion_start", name="other")
    document.link(End(other.id, "time"), End(nodes["u_net_2"].id, "time"), replace=True)
    (problem,) = inference.problems
    assert "one Diffusion start" in problem.text
    assert problem.received == "diffusion_start and other"
    assert [fix.label for fix in problem.fixes] == ["Take diffusion out"]


def test_noise_of_another_size_than_the_start() -> None:
    document, inference, nodes = opened()
    diffusion = nodes["diffusion"]
    assert not inference.problems_of(diffusion.id)
    document.set_params(nodes["diffusion_start"].id, sizes=(1, 6, 6))
    assert not inference.problems, "a network of convolutions takes any size"
    (wire,) = document.board.into(diffusion.id)
    document.insert("shape.crop", wire, size=(4, 4))
    (problem,) = inference.problems
    assert (problem.expected, problem.received) == ("[N, 1, 6, 6]", "[N, 1, 4, 4]")
    (fix,) = problem.fixes
    fix.apply(document)
    assert document.params(document.node(nodes["diffusion_start"].id))["sizes"] == (1, 4, 4)


def test_what_is_used_twice_in_a_step_is_to_be_grouped() -> None:
    document, inference, nodes = opened()
    copy, diffusion = nodes["u_net_2"], nodes["diffusion"]
    both = document.add_node("merge.add", name="both")
    half = document.add_node("merge.scale", name="half", params={"factor": 0.5})
    document.link(End(copy.id, "noise"), End(both.id, "xs"))
    document.link(End(copy.id, "noise"), End(half.id, "x"))
    document.link(End(half.id, "y"), End(both.id, "xs"))
    document.link(End(both.id, "y"), End(diffusion.id, "noise"), replace=True)
    (problem,) = inference.problems
    assert "u_net_2" in problem.text
    assert "Ctrl+G" in problem.advice


def test_another_schedule_than_that_of_the_training() -> None:
    document, inference, nodes = opened()
    document.set_params(nodes["noising"].id, noise_schedule="linear")
    (problem,) = inference.problems
    assert (problem.node, problem.severity) == (nodes["diffusion"].id, "warning")
    assert (problem.expected, problem.received) == ("linear", "cosine")
    (fix,) = problem.fixes
    fix.apply(document)
    assert not inference.problems
    files = compile_document(document).files
    assert 'add_noise(centred, noise_schedule="linear")' in files["train.py"].text
    assert 'noise_schedule="linear"' in files["sample.py"].text


def test_no_loss_may_hang_on_a_walk() -> None:
    document, inference, nodes = opened()
    document.link(
        End(nodes["diffusion"].id, "image"),
        End(nodes["loss_of_noise"].id, "prediction"),
        replace=True,
    )
    (problem,) = [one for one in inference.problems if one.node == nodes["diffusion"].id]
    assert problem.severity == "error"
    assert "a loss hangs on it" in problem.text


def test_a_walk_that_nothing_shows_is_left_out() -> None:
    document, inference, nodes = opened()
    document.remove([nodes[name].id for name in ("samples", "out_of_noise")])
    assert not inference.problems
    files = compile_document(document).files
    assert "sample.py" not in files
    assert "diffusion_samples" not in files["diffusion.py"].text
