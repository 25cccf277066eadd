"""No comment about a shape is false: each line's is held against what comes of it."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from graph.compile import Compiled, compile_document
from graph.edit.document import Document
from graph.model.sheet import Node
from tests.graph_tests.boards import boards
from tests.graph_tests.networks_tests.drawing import Drawing
from tests.graph_tests.projects import compiled
from tests.runtime_tests.compile_tests import shapes
from tests.runtime_tests.compile_tests.written import imported, write


def run(project: Compiled, folder: Path, rows: int = 12) -> int:
    """Train, measure and view with every comment checked; how many were."""
    shapes.CHECKED.clear()
    write(project, folder, views=True)
    for name in ("model.py", "train.py", "views.py"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(shapes.checked(text), encoding="utf-8")
    with imported(folder) as modules:
        training = modules["train"].Training(batch_size=rows, device="cpu", epochs=1)
        steps = iter(training)
        next(steps)
        training.validate()
        batch = modules["views"].examples(training, 5)
        for view in project.views:
            getattr(modules["views"], view.name)(training, 5 if view.from_noise else batch)
    return len(shapes.CHECKED)


@pytest.mark.parametrize(
    "name", ["digits_mlp", "autoencoder", "digits_gan", "xor_neurons", "diffusion"]
)
def test_comments_of_templates(name: str, tmp_path: Path) -> None:
    assert run(compiled(name), tmp_path / "project") > 5


@given(document=boards())
@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_comments_of_random_boards(document: Document) -> None:
    with tempfile.TemporaryDirectory() as home:
        run(compile_document(document), Path(home) / "project")


PIECES: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "halved": (("layer.conv2d", {"filters": 4, "stride": (2,)}),),
    "halved twice": (
        ("layer.conv2d", {"filters": 4, "stride": (2,)}),
        ("layer.conv2d", {"filters": 6, "stride": (2,)}),
        ("activation.relu", {}),
    ),
    "pooled": (("layer.conv2d", {"filters": 4}), ("pool.max2d", {})),
    "doubled": (
        ("layer.conv_transpose2d", {"filters": 3, "stride": (2,), "kernel_size": (2,)}),
        ("activation.relu", {}),
    ),
    "cut": (("layer.conv2d", {"filters": 4, "padding": "valid", "kernel_size": (2,)}),),
    "one side": (("layer.conv2d", {"filters": 2, "stride": (2, 1)}),),
    "laid out": (("shape.flatten", {"start_dim": 2}), ("activation.relu", {})),
    "turned": (("shape.permute", {"dims": (0, 2, 3, 1)}), ("layer.linear", {"units": 3})),
}


@pytest.mark.parametrize("name", PIECES)
@pytest.mark.parametrize("linked", [False, True])
def test_comments_of_networks_at_several_sizes(name: str, linked: bool, tmp_path: Path) -> None:
    draw = Drawing()
    draw.network("block", *PIECES[name])
    data, loss = draw.add("data.digits"), draw.add("loss.mse")
    data_16 = draw.add("shape.interpolate")
    draw.chain(data, data_16)
    ends: list[Node] = []
    places: list[Node] = []
    for number, source in enumerate((data_16, data)):
        twin = places[0].id if linked and number else None
        placed = draw.document.add_node(
            "network.instance", name=f"place_{number}", params={"network": "block"}, twin=twin
        )
        flat, linear = draw.add("shape.flatten"), draw.add("layer.linear", units=2)
        draw.chain(source, placed, flat, linear)
        places.append(placed)
        ends.append(linear)
    draw.wire(ends[0], loss, "prediction")
    draw.wire(ends[1], loss, "target")
    draw.chain(loss, draw.add("optimizer.sgd"))
    project = compile_document(draw.document)
    assert project.files["model.py"].text.count("class Block") == 1
    assert run(project, tmp_path / "project") > 5
