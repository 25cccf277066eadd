"""Any board: what is written reads well, runs, and means what the drawing means."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, note, settings
from torch import nn

from graph.compile import compile_document
from graph.core.run_plan import Learned, View
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from tests.graph_tests.boards import boards
from tests.graph_tests.network_nodes import NetworkTypes, network_nodes
from tests.runtime_tests.compile_tests.reference import Reference, batch_of
from tests.runtime_tests.compile_tests.written import complaints, imported, write

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
STEPS = 3


@pytest.fixture(scope="module", autouse=True)
def networks() -> Iterator[NetworkTypes]:
    """Types of nodes that make and place networks."""
    with network_nodes() as types:
        yield types


@given(document=boards())
@settings(max_examples=40, suppress_health_check=QUIET)
def test_training_means_what_is_drawn(document: Document) -> None:
    project = compile_document(document)
    note(project.files["model.py"].text + project.files["train.py"].text)
    with tempfile.TemporaryDirectory() as home:
        folder = write(project, Path(home) / "project", views=True)
        with imported(folder) as modules:
            training = modules["train"].Training(batch_size=16, device="cpu")
            for network in training.networks.values():
                for module in network.modules():
                    if isinstance(module, nn.Dropout):
                        module.p = 0.0
            reference = Reference(document, training.networks)
            data = [n for n in document.board.nodes.values() if n.type.startswith("data.")]
            rows = modules["data"].batches(training.train_set, 16, seed=0)
            for _, batch, figures in zip(range(STEPS), rows, training, strict=False):
                expected = reference.iterate(batch_of(document, data, batch))
                found = {
                    name.removeprefix("loss/"): float(value)
                    for name, value in figures.items()
                    if name.startswith("loss/")
                }
                assert found == pytest.approx(expected, rel=2e-4, abs=1e-5)
            for name, network in training.networks.items():
                mine = dict(network.named_parameters())
                for word, weight in reference.networks[name].named_parameters():
                    torch.testing.assert_close(mine[word], weight, rtol=2e-3, atol=2e-4)
            learning = {id(w) for node in reference.optimizers for w in reference.parameters(node)}
            for name, network in reference.networks.items():
                mine = dict(training.networks[name].named_parameters())
                still = [word for word, w in network.named_parameters() if id(w) not in learning]
                assert all(mine[word].grad is None for word in still), "a gradient for nobody"
            check_views(modules, training, project.views)
            check_learned(document, training, project.learned)


def check_learned(document: Document, training: Any, learned: tuple[Learned, ...]) -> None:
    """Every node that learns has as many numbers as inference says, where it is said to."""
    inference = Diagnosis(document, watch=False)
    for spec in learned:
        modules = [training.networks[spec.network].get_submodule(one) for one in spec.modules]
        count = sum(p.numel() for module in modules for p in module.parameters())
        if "/" not in spec.path:
            leader = document.node(spec.path).twin or spec.path
            assert count == (inference.weights(leader) or 0)


def check_views(modules: Mapping[str, Any], training: Any, views: tuple[View, ...]) -> None:
    """Every view gives a tensor for each of its ports, and validation gives numbers."""
    figures = training.validate()
    assert all(isinstance(value, float) for value in figures.values())
    batch = modules["views"].examples(training, 8)
    for view in views:
        with torch.no_grad():
            found = getattr(modules["views"], view.name)(training, 8 if view.from_noise else batch)
        assert set(found) == set(view.inputs)
        for port, place in view.inputs.items():
            assert len(found[port]) == 8
            assert place is None or found[port] is batch[place]


@given(document=boards())
@settings(max_examples=12, suppress_health_check=QUIET)
def test_what_is_written_reads_well(document: Document) -> None:
    project = compile_document(document)
    assert project.files == compile_document(document).files
    with tempfile.TemporaryDirectory() as home:
        folder = write(project, Path(home) / "project", views=True)
        assert complaints(folder) == ""
