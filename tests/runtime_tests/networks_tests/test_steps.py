"""Two optimizers: who changes what, and where gradients are computed."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from graph.compile import compile_document
from graph.edit.document import Document
from graph.model.sheet import End
from tests import processes
from tests.runtime_tests.compile_tests.written import complaints, imported, train, write
from tests.runtime_tests.networks_tests.gan import gan


@contextmanager
def training(document: Document, folder: Path) -> Iterator[Any]:
    """A run of what a board compiles to."""
    write(compile_document(document), folder)
    with imported(folder) as modules:
        yield modules["train"].Training(batch_size=16, device="cpu", epochs=1)


def weights(network: nn.Module) -> list[Tensor]:
    return [one.detach().clone() for one in network.parameters()]


def same(network: nn.Module, before: list[Tensor]) -> bool:
    pairs = zip(network.parameters(), before, strict=True)
    return all(bool(torch.equal(now, then)) for now, then in pairs)


def watched(run: Any, name: str, look: Callable[[], None]) -> None:
    """Have a step of a run looked at when it is over."""
    step = getattr(run, name)

    def watch(*batch: Tensor) -> Tensor:
        found: Tensor = step(*batch)
        look()
        return found

    setattr(run, name, watch)


def test_each_step_changes_only_what_it_trains(tmp_path: Path) -> None:
    document, _ = gan()
    with training(document, tmp_path / "gan") as run:
        seen = []
        before = {"d": weights(run.d), "g": weights(run.g)}

        def after_d() -> None:
            assert same(run.g, before["g"])
            assert not same(run.d, before["d"])
            before["d"] = weights(run.d)
            seen.append("d")

        def after_g() -> None:
            assert same(run.d, before["d"])
            assert not same(run.g, before["g"])
            before["g"] = weights(run.g)
            seen.append("g")

        watched(run, "step_adam_d", after_d)
        watched(run, "step_adam_g", after_g)
        for _ in itertools.islice(run, 3):
            pass
        assert seen == ["d", "g"] * 3


def test_no_gradient_is_computed_where_none_is_needed(tmp_path: Path) -> None:
    document, _ = gan()
    with training(document, tmp_path / "gan") as run:
        calls: list[tuple[bool, bool]] = []
        made = []
        run.g.register_forward_hook(lambda _, __, image: made.append(image))
        run.d.register_forward_pre_hook(
            lambda network, given: calls.append(
                (given[0].requires_grad, next(network.parameters()).requires_grad)
            )
        )
        kept: dict[str, list[Tensor | None]] = {}

        def after_d() -> None:
            assert all(one.grad is None for one in run.g.parameters())
            assert all(one.grad is not None for one in run.d.parameters())
            kept["d"] = [one.grad for one in run.d.parameters()]

        def after_g() -> None:
            now = [one.grad for one in run.d.parameters()]
            assert all(a is b for a, b in zip(now, kept["d"], strict=True))
            assert all(one.grad is not None for one in run.g.parameters())

        watched(run, "step_adam_d", after_d)
        watched(run, "step_adam_g", after_g)
        next(iter(run))
        # the generator runs once; real and detached pictures train the discriminator, then the
        # gradient passes through it, but to none of its weights
        assert len(made) == 1
        assert calls == [(False, True), (False, True), (True, False)]
        assert all(one.requires_grad for one in run.d.parameters())


def test_the_gradients_are_those_of_the_drawn_losses(tmp_path: Path) -> None:
    document, _ = gan()
    with training(document, tmp_path / "gan") as run:
        found: dict[str, list[Tensor]] = {}

        def keep(word: str, network: nn.Module) -> None:
            found[word] = [one.grad.clone() for one in network.parameters() if one.grad is not None]

        watched(run, "step_adam_d", lambda: keep("d", run.d))
        watched(run, "step_adam_g", lambda: keep("g", run.g))
        batch: list[Tensor] = []
        run.d.register_forward_pre_hook(lambda _, given: batch.append(given[0].detach()))
        twin = type(run.d)()
        twin.load_state_dict(run.d.state_dict())
        next(iter(run))
        real, fake, _ = batch
        loss = (
            nn.functional.softplus(-twin(real)).mean() + nn.functional.softplus(twin(fake)).mean()
        )
        expected = torch.autograd.grad(loss, list(twin.parameters()))
        for one, other in zip(found["d"], expected, strict=True):
            torch.testing.assert_close(one, other)
        assert all(bool(one.abs().sum() > 0) for one in found["g"])


@pytest.mark.parametrize("linked", [True, False])
def test_linked_copies_share_weights_and_plain_ones_do_not(tmp_path: Path, linked: bool) -> None:
    document, _ = gan(linked=linked)
    with training(document, tmp_path / "gan") as run:
        assert set(run.networks) == ({"g", "d"} if linked else {"g", "d", "d_2"})
        if linked:
            return
        first, second = list(run.d.parameters()), list(run.d_2.parameters())
        assert not {one.data_ptr() for one in first} & {one.data_ptr() for one in second}
        assert not torch.equal(first[0], second[0])
        before = weights(run.d), weights(run.d_2)
        next(iter(run))
        assert not same(run.d, before[0])
        assert not same(run.d_2, before[1])


def test_every_second_iteration(tmp_path: Path) -> None:
    document, _ = gan(every=2)
    with training(document, tmp_path / "gan") as run:
        figures = [set(found) for found in itertools.islice(run, 4)]
    assert ["loss/generator_loss" in found for found in figures] == [True, False, True, False]


def test_a_running_mean_follows_and_is_saved_and_shown(tmp_path: Path) -> None:
    document, nodes = gan(ema=0.9)
    view = document.add_node("view.grid", name="pictures")
    (shown,) = document.duplicate([nodes["g"].id], twins=True)
    document.link(End(nodes["noise"].id, "y"), End(shown.id, "noise"))
    document.link(End(shown.id, "image"), End(view.id, "image"))
    folder = write(compile_document(document), tmp_path / "gan", views=True)
    assert complaints(folder) == ""
    with imported(folder) as modules:
        run = modules["train"].Training(batch_size=16, device="cpu", epochs=1)
        mean = weights(run.g)
        assert set(run.networks) == {"d", "g", "g_ema"}
        for step, _ in enumerate(itertools.islice(run, 3)):
            now = weights(run.g)
            mean = now if step == 0 else [m.lerp(n, 0.1) for m, n in zip(mean, now, strict=True)]
        for one, expected in zip(run.g_ema.parameters(), mean, strict=True):
            torch.testing.assert_close(one.detach(), expected)
            assert not one.requires_grad
        _check_saved(modules, run, tmp_path)
        used: list[str] = []
        run.g_ema.register_forward_hook(lambda *_: used.append("mean"))
        run.g.register_forward_hook(lambda *_: used.append("own"))
        with torch.no_grad():
            modules["views"].pictures(run, 4)
        assert used == ["mean"]


def _check_saved(modules: dict[str, ModuleType], run: Any, folder: Path) -> None:
    path = folder / "checkpoint.safetensors"
    modules["checkpoint"].save(run, path)
    kept = weights(run.g_ema)
    ahead = [dict(found) for found in itertools.islice(run, 2)]
    other = modules["train"].Training(batch_size=16, device="cpu", epochs=1)
    modules["checkpoint"].load(other, path)
    assert same(other.g_ema, kept)
    assert [dict(found) for found in itertools.islice(other, 2)] == ahead
    assert same(other.g_ema, weights(run.g_ema))


def test_the_export_reads_clean(tmp_path: Path) -> None:
    document, _ = gan(clip=1.0)
    assert complaints(write(compile_document(document), tmp_path / "gan")) == ""


def test_samples_come_from_the_running_mean(tmp_path: Path) -> None:
    document, nodes = gan(ema=0.9)
    view = document.add_node("view.grid", name="pictures")
    (shown,) = document.duplicate([nodes["g"].id], twins=True)
    document.link(End(nodes["noise"].id, "y"), End(shown.id, "noise"))
    document.link(End(shown.id, "image"), End(view.id, "image"))
    folder = write(compile_document(document), tmp_path / "gan")
    train(folder, "--epochs", "1")
    for word in ("g", "g_ema"):
        assert (folder / f"{word}.safetensors").exists()
    done = processes.run("sample.py", "--count", "3", "--out", "made.npy", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert np.load(folder / "made.npy").shape == (3, 1, 8, 8)
    assert 'options.load("g_ema", AveragedModel(Generator()))' in (folder / "sample.py").read_text()
