"""Every declared schedule, resumed: the same to the last bit, or planned for another end."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from graph.compile import compile_document
from graph.declare import REGISTRY, Declaration
from graph.edit.document import Document
from graph.model.sheet import End
from tests.runtime_tests.compile_tests.written import imported, train, write

SCHEDULES = [one for one in REGISTRY if one.role == "schedule"]
RATE = 0.25
STEPS = 3
"""An epoch's."""
SHORT: dict[str, Any] = {"total_iters": 4, "step_size": 1, "patience": 0, "warmup": 2}
"""Parameters by which a schedule does something within some steps."""

each_schedule = pytest.mark.parametrize("declaration", SCHEDULES, ids=lambda one: one.type)


def board(declaration: Declaration) -> Document:
    """Points told apart by one layer, whose learning rate follows a schedule."""
    document = Document("scheduled")
    data = document.add_node("data.spiral", params={"count": 150})
    logits = document.add_node("layer.linear", params={"units": 2}, name="logits")
    loss = document.add_node("loss.cross_entropy")
    sgd = document.add_node("optimizer.sgd", params={"lr": RATE, "momentum": 0.9})
    schedule = add_schedule(document, declaration)
    for source, target in (
        ((data.id, "point"), (logits.id, "x")),
        ((logits.id, "y"), (loss.id, "logits")),
        ((data.id, "label"), (loss.id, "label")),
        ((loss.id, "loss"), (sgd.id, "loss")),
        ((schedule, "schedule"), (sgd.id, "schedule")),
    ):
        document.link(End(*source), End(*target))
    return document


def add_schedule(document: Document, declaration: Declaration) -> str:
    """A schedule node; one that is made of others gets a warm-up and a cosine."""
    params = {name: value for name, value in SHORT.items() if declaration.param(name)}
    node = document.add_node(declaration.type, params=params)
    for port in declaration.ports.inputs:
        for part in ("schedule.warm_up", "schedule.cosine")[: 2 if port.variadic else 1]:
            found = REGISTRY.find(part)
            assert found is not None
            document.link(End(add_schedule(document, found), "schedule"), End(node.id, port.name))
    return node.id


@pytest.fixture
def modules(declaration: Declaration, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The modules of a board with this schedule."""
    with imported(write(compile_document(board(declaration)), tmp_path / "project")) as found:
        yield found


def made(modules: dict[str, Any], epochs: int) -> Any:
    return modules["train"].Training(epochs=epochs, batch_size=40, device="cpu")


def steps(training: Any, count: int | None = None) -> list[tuple[float, ...]]:
    """What the next steps are taken with: the groups' rates and momentum; and their losses."""
    used: list[tuple[float, ...]] = []

    def note(sgd: Any, *_: Any) -> None:
        used.append(tuple(group[n] for group in sgd.param_groups for n in ("lr", "momentum")))

    watch = training.sgd.register_step_pre_hook(note)
    taken = islice((one for one in training if "step" in one), count)
    losses = [float(one["loss/cross_entropy"]) for one in taken]
    watch.remove()
    return [(*groups, loss) for groups, loss in zip(used, losses, strict=True)]


@each_schedule
def test_a_resumed_run_is_the_unbroken_one_to_the_last_bit(
    modules: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "run.safetensors"
    whole = steps(made(modules, 4))
    assert len(whole) == 4 * STEPS
    for stop in (1, STEPS, STEPS + 1, 4 * STEPS - 1):
        first, again = made(modules, 4), made(modules, 4)
        assert steps(first, stop) == whole[:stop]
        modules["checkpoint"].save(first, path)
        modules["checkpoint"].load(again, path)
        assert steps(again) == whole[stop:]


@each_schedule
@pytest.mark.parametrize("until", [2, 3], ids=["at its end", "before it"])
def test_a_run_whose_end_is_put_off_has_the_rates_of_one_planned_so(
    declaration: Declaration, until: int, modules: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "run.safetensors"
    first, again, longer = made(modules, until), made(modules, 5), made(modules, 5)
    done = 2 * STEPS
    steps(first, None if until == 2 else done)
    for _ in first if until == 2 else islice(first, 1):
        pass  # what comes at the end of the epoch
    modules["checkpoint"].save(first, path)
    modules["checkpoint"].load(again, path)
    assert (again.epoch, again.step) == (2, done)
    rates = [rate for rate, *_ in steps(again)]
    assert len(rates) == 3 * STEPS
    assert 0 < max(rates) <= RATE
    assert rates[0] > 0
    if declaration.bind({}).per() != "validation":  # which heeds what came, not the end
        assert rates == [rate for rate, *_ in steps(longer)][done:]


def test_a_rate_set_by_hand_stays_in_proportion_where_the_end_is_put_off(tmp_path: Path) -> None:
    cosine = REGISTRY.find("schedule.cosine")
    assert cosine is not None
    folder, path = write(compile_document(board(cosine)), tmp_path / "p"), tmp_path / "run"
    with imported(folder) as modules:
        first, again, longer = made(modules, 2), made(modules, 4), made(modules, 4)
        steps(first, 2)
        schedules = list(first.schedules.values())
        modules["checkpoint"].scale_rates(first.sgd, schedules, 0.5)
        modules["checkpoint"].save(first, path)
        modules["checkpoint"].load(again, path)
        halves = [rate for rate, *_ in steps(again)]
        assert halves == pytest.approx([rate / 2 for rate, *_ in steps(longer)][2:])


def test_checkpoints_of_old_that_do_not_say_their_end_are_put_off_too(tmp_path: Path) -> None:
    cycle = REGISTRY.find("schedule.one_cycle")
    assert cycle is not None
    with imported(write(compile_document(board(cycle)), tmp_path / "project")) as modules:
        first, again, longer = made(modules, 2), made(modules, 4), made(modules, 4)
        steps(first)
        state = modules["checkpoint"].snapshot(first)
        del state["settings"]
        modules["checkpoint"].restore(again, state)
        assert steps(again)[0][0] == steps(longer)[2 * STEPS][0]


@pytest.mark.slow
def test_the_exported_script_goes_on_with_the_rates_of_a_longer_run(tmp_path: Path) -> None:
    cosine = REGISTRY.find("schedule.cosine")
    assert cosine is not None
    folder = write(compile_document(board(cosine)), tmp_path / "project")
    train(folder, "--epochs", "1", "--batch-size", "40")
    told = train(folder, "--resume", "--epochs", "2")  # with the batches it was begun with
    losses = [line["loss/cross_entropy"] for line in told if "step" in line]
    assert len(losses) == STEPS
    assert len(set(losses)) == STEPS, "a rate of 0 learns nothing"
