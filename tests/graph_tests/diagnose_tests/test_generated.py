"""A view of what a network makes up, and what it hangs on."""

from typing import Any

import pytest

from graph.compile import compile_document
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format.templates import open_template
from graph.model.sheet import End


def vae_whose_samples_show_reconstructions() -> tuple[Document, str]:
    """An autoencoder: the grid hangs on the data."""
    document = open_template("vae")
    by_name = {node.name: node for node in document.board.nodes.values()}
    document.link(
        End(by_name["decoder"].id, "logits"), End(by_name["samples"].id, "image"), replace=True
    )
    document.remove([by_name["code"].id])
    document.link(End(by_name["encoder"].id, "mean"), End(by_name["decoder"].id, "z"))
    document.remove([by_name[name].id for name in ("noise", "decoder_2", "imagined")])
    return document, by_name["samples"].id


def test_a_grid_of_what_comes_from_the_data_is_told_and_mended() -> None:
    document, view = vae_whose_samples_show_reconstructions()
    inference = Diagnosis(document)
    (problem,) = inference.problems
    assert (problem.node, problem.severity) == (view, "warning")
    assert "made from noise" in problem.text
    compile_document(document)
    (fix,) = problem.fixes
    fix.apply(document)
    assert not inference.problems
    (noise,) = [node for node in document.board.nodes.values() if node.type == "random.noise"]
    assert document.params(noise)["sizes"] == (20,)
    assert "noise = torch.randn(count, 20" in compile_document(document).files["sample.py"].text
    document.undo()
    assert [one.text for one in inference.problems] == [problem.text]


def test_ways_and_planes_lie_in_rows_and_a_point_is_one_picture() -> None:
    document = open_template("digits_gan")
    by_name = {node.name: node for node in document.board.nodes.values()}
    for kind, count, columns, shown in (
        ("random.path", 24, 8, 24),
        ("random.path", 5, 5, 5),
        ("random.plane", 25, 5, 25),
        ("random.plane", 40, 6, 36),
        ("random.sliders", 36, 0, 1),
    ):
        with document.group("Look"):
            noise = document.add_node(kind, params={"size": 32})
            (copy,) = document.duplicate([by_name["generator"].id], twins=True)
            view = document.add_node("view.grid", params={"count": count})
            document.link(End(noise.id, "y"), End(copy.id, "z"))
            document.link(End(copy.id, "image"), End(view.id, "image"))
        spec = next(one for one in compile_document(document).views if one.node == view.id)
        assert (spec.params["columns"], spec.params["count"]) == (columns, shown), kind
        assert [one.node for one in spec.sliders] == [noise.id] * (kind == "random.sliders")
        document.set_params(view.id, columns=3)
        spec = next(one for one in compile_document(document).views if one.node == view.id)
        assert spec.params["columns"] == 3
        document.undo()
        document.undo()


@pytest.mark.parametrize(
    ("noise", "columns", "range_", "call"),
    [
        ("random.path", 0, "auto", "options.write(made, columns=12)"),
        ("random.path", 4, "0 to 1", "options.write(made, columns=4, signed=False)"),
        ("random.plane", 0, "-1 to 1", "options.write(made, signed=True)"),
        ("random.noise", 0, "auto", "options.write(made)"),
    ],
)
def test_samples_are_laid_out_and_scaled_as_the_view_is(
    noise: str, columns: int, range_: str, call: str
) -> None:
    document = open_template("digits_gan")
    by_name = {node.name: node for node in document.board.nodes.values()}
    document.remove([by_name["samples"].id])
    params: dict[str, dict[str, Any]] = {
        "random.path": {"size": 32, "steps": 12},
        "random.plane": {"size": 32},
        "random.noise": {"sizes": (32,)},
    }
    made = document.replace_node(by_name["interpolation"].id, noise)
    document.set_params(made.id, **params[noise])
    document.set_params(by_name["ways"].id, columns=columns, range=range_)
    text = compile_document(document).files["sample.py"].text
    assert call in text
    full = "    count = math.isqrt(count) ** 2  # a full square\n"
    assert (full in text) == ("import math" in text) == (noise == "random.plane")


def test_a_view_takes_how_many_where_nothing_of_the_data_flows_in() -> None:
    document = open_template("vae")
    project = compile_document(document)
    assert {one.name: one.from_noise for one in project.views} == {
        "reconstructions": False,
        "samples": True,
        "by_hand": True,
    }
    text = project.files["views.py"].text
    assert "def samples(training: Training, count: int) -> dict[str, Tensor]:" in text
    assert "torch.randn(count, 20," in text
    by_name = {node.name: node for node in document.board.nodes.values()}
    image = End(by_name["mnist"].id, "image")
    document.link(image, End(by_name["samples"].id, "image"), replace=True)
    views = {one.name: one for one in compile_document(document).views}
    assert not views["samples"].from_noise


def test_a_view_of_noise_and_data_has_a_row_for_each_example() -> None:
    document = open_template("vae")
    by_name = {node.name: node for node in document.board.nodes.values()}
    both = document.add_node("merge.add", name="both")
    for name, port in (("imagined", "y"), ("mnist", "image")):
        document.link(End(by_name[name].id, port), End(both.id, "xs"))
    document.link(End(both.id, "y"), End(by_name["samples"].id, "image"), replace=True)
    project = compile_document(document)
    (samples,) = [one for one in project.views if one.name == "samples"]
    assert not samples.from_noise
    assert "noise = torch.randn(len(image), 20," in project.files["views.py"].text


def test_reparameterized_codes_count_as_made() -> None:
    document = open_template("vae")
    by_name = {node.name: node for node in document.board.nodes.values()}
    document.link(End(by_name["made"].id, "y"), End(by_name["samples"].id, "image"), replace=True)
    assert not Diagnosis(document).problems


@pytest.mark.parametrize(
    ("noise", "label"),
    [
        ("random.sliders", "Set size of {} to 32"),
        ("random.plane", "Set size of {} to 32"),
        ("random.noise", "Set sizes of {} to (32,)"),
    ],
)
def test_noise_of_another_size_than_its_generator_takes_is_resized(noise: str, label: str) -> None:
    document = open_template("digits_gan")
    by_name = {node.name: node for node in document.board.nodes.values()}
    made = document.replace_node(by_name["interpolation"].id, noise)
    document.set_params(made.id, **{label.split()[1]: (7,) if "(" in label else 7})
    inference = Diagnosis(document)
    (problem,) = [one for one in inference.problems if one.severity == "error"]
    assert problem.node == by_name["generator_2"].id
    assert problem.fixes[0].label == label.format(made.name)
    assert len(problem.fixes) == 1, "weights of its own would not be trained"
    problem.fixes[0].apply(document)
    assert not inference.problems


def test_labels_of_other_classes_than_the_network_takes() -> None:
    document = open_template("conditional_vae")
    (asked,) = [one for one in document.board.nodes.values() if one.name == "asked"]
    document.set_params(asked.id, classes=7)
    inference = Diagnosis(document)
    (problem,) = [one for one in inference.problems if one.severity == "error"]
    problem.fixes[0].apply(document)
    assert document.params(document.node(asked.id))["classes"] == 10
    assert not inference.problems


def test_a_plane_has_two_axes() -> None:
    document = Document("plane")
    plane = document.add_node("random.plane", params={"size": 4, "across": 3, "up": 3})
    inference = Diagnosis(document)
    (problem,) = inference.problems_of(plane.id)
    assert "latent 3 both ways" in problem.received
    problem.fixes[0].apply(document)
    assert not inference.problems_of(plane.id)
