"""Several data sets on one board, and pairs by class: which rows meet, and that nothing is luck."""

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from graph.compile import Compiled, compile_document
from graph.edit.document import Document
from graph.model.sheet import End, Node
from runtime.data import probe
from runtime.exported.checkpoint import restore, snapshot
from runtime.exported.data import DataError, batch_count, batches, check_rows
from runtime.exported.partners import pair_rows, triplet_rows
from tests.runtime_tests.compile_tests.written import complaints, imported, train, write


class Board:
    """A board under a pencil."""

    def __init__(self) -> None:
        self.document = Document("rows")

    def add(self, type: str, *ends: End | Node, twin: str | None = None, **params: Any) -> Node:
        node = self.document.add_node(type, params=params, twin=twin)
        ports = self.document.ports(node).inputs
        for place, end in enumerate(ends):
            source = end if isinstance(end, End) else self.out(end)
            port = ports[min(place, len(ports) - 1)]
            self.document.link(source, End(node.id, port.name))
        return node

    def out(self, node: Node, port: str = "") -> End:
        return End(node.id, port or self.document.ports(node).outputs[0].name)

    def project(self) -> Compiled:
        document = self.document
        data = [
            node
            for node in document.board.nodes.values()
            if node.type in {"data.digits", "data.moons", "data.blobs"}
        ]
        return compile_document(
            document, {node.id: probe(node.type, document.params(node)) for node in data}
        )


def siamese(*, pairs: bool) -> Board:
    """Two towers that share their weights, on two pictures each."""
    board = Board()
    first = board.add("data.digits")
    if pairs:
        second = board.add("data.pairs", first, board.out(first, "label"))
        sign = board.out(second, "sign")
    else:
        second = board.add("data.digits", drawn="independently")
        sign = board.out(board.add("shape.to_float", board.out(second, "label")))
    one = board.add("layer.linear", board.add("shape.flatten", first), units=8)
    flat = board.add("shape.flatten", second)
    other = board.add("layer.linear", flat, units=8, twin=one.id)
    distance = board.add("merge.distance", one, other)
    loss = board.add("loss.hinge_embedding", distance, sign)
    board.add("optimizer.adam", loss)
    board.add("view.number", distance)
    return board


def two_sets(**params: Any) -> Board:
    """Pictures and points, side by side in one network."""
    board = Board()
    pictures, points = board.add("data.digits"), board.add("data.moons", count=500, **params)
    both = board.add("merge.concatenate", board.add("shape.flatten", pictures), points)
    scores = board.add("layer.linear", both, units=10)
    loss = board.add("loss.cross_entropy", scores, board.out(pictures, "label"))
    board.add("optimizer.adam", loss)
    board.add("metric.accuracy", scores, board.out(pictures, "label"))
    board.add("view.confusion", scores, board.out(pictures, "label"))
    return board


def losses(training: Any) -> list[dict[str, float]]:
    return [{name: float(figure) for name, figure in one.items()} for one in training]


@pytest.mark.parametrize("board", ["siamese", "pairs", "two"])
def test_a_run_that_went_on_is_the_unbroken_one(board: str, tmp_path: Path) -> None:
    drawn = two_sets() if board == "two" else siamese(pairs=board == "pairs")
    folder = write(drawn.project(), tmp_path / "project", views=True)
    assert complaints(folder) == ""
    with imported(folder) as modules:
        make = modules["train"].Training
        whole = losses(make(epochs=2, device="cpu"))
        assert len(whole) == 2 * (23 + 1)  # 1,438 rows in batches of 64, the longest set's
        training, found = make(epochs=2, device="cpu"), []
        for one in itertools.islice(training, 31):
            found.append({name: float(figure) for name, figure in one.items()})
        again = make(epochs=2, device="cpu")
        restore(again, snapshot(training))
        assert found + losses(again) == whole
        assert again.validate() == again.validate()
        views = modules["views"]
        batch = views.examples(training, 12)
        assert {len(tensor) for tensor in batch} == {12}
        (view,) = drawn.project().views
        getattr(views, view.name)(training, batch)


def test_the_same_set_twice_gives_other_rows(tmp_path: Path) -> None:
    with imported(write(siamese(pairs=False).project(), tmp_path / "p", views=True)) as modules:
        training = modules["train"].Training(device="cpu")
        first, second, *_ = training.digits_train[0], training.digits_2_train[0]
        assert torch.equal(first, second)  # split alike: what is held out of one is out of both
        image, _, other, _ = modules["views"].examples(training, 300)
        alike = (image == other).flatten(1).all(1).float().mean()
        assert alike < 0.05


def test_pairs_are_as_their_sign_says(tmp_path: Path) -> None:
    with imported(write(siamese(pairs=True).project(), tmp_path / "p", views=True)) as modules:
        training = modules["train"].Training(device="cpu")
        image, label, partner, same, sign = modules["views"].examples(training, 300)
        held, labels = training.validation_set
        numbers = {
            tuple(one.flatten().tolist()): int(n) for one, n in zip(held, labels, strict=True)
        }
        theirs = torch.tensor([numbers[tuple(one.flatten().tolist())] for one in partner])
        assert torch.equal((theirs == label).long(), same)
        assert torch.equal(2.0 * same - 1, sign)
        assert 0.4 < same.float().mean() < 0.6
        assert not (image == partner).flatten(1).all(1).any()


def test_triplets_have_one_of_each_kind(tmp_path: Path) -> None:
    board = Board()
    data = board.add("data.digits")
    triplets = board.add("data.pairs", data, board.out(data, "label"), draw="triplets")
    anchor = board.add("layer.linear", board.add("shape.flatten", data), units=8)
    near, far = (
        board.add(
            "layer.linear",
            board.add("shape.flatten", board.out(triplets, port)),
            units=8,
            twin=anchor.id,
        )
        for port in ("positive", "negative")
    )
    board.add("optimizer.adam", board.add("loss.triplet_margin", anchor, near, far))
    folder = write(board.project(), tmp_path / "p")
    assert complaints(folder) == ""
    with imported(folder) as modules:
        training = modules["train"].Training(epochs=4, device="cpu")
        figures = [one for one in losses(training) if "epoch" in one]
        key = next(name for name in figures[0] if name.startswith("val/"))
        assert figures[-1][key] < 0.7 * figures[0][key]


@pytest.mark.parametrize("count", [100, 500, 5000])
def test_the_shorter_set_begins_again(count: int, tmp_path: Path) -> None:
    board = two_sets()
    points = next(n for n in board.document.board.nodes.values() if n.type == "data.moons")
    board.document.set_params(points.id, count=count)
    with imported(write(board.project(), tmp_path / "p")) as modules:
        training = modules["train"].Training(epochs=1, device="cpu")
        longest = max(1438, round(count * 0.8))
        assert training.steps_per_epoch == batch_count(longest, 64)
        assert len(losses(training)) == training.steps_per_epoch + 1


def test_two_processes_make_what_one_makes(tmp_path: Path) -> None:
    folder = write(siamese(pairs=True).project(), tmp_path / "p")
    alone = train(folder, "--epochs", "1", "--seed", "3")
    both = train(folder, "--epochs", "1", "--seed", "3", count=2)
    for one, two in zip(alone, both, strict=True):
        if "epoch" in one:
            assert two == pytest.approx(one, rel=2e-3)


def test_streams_are_apart_and_rows_begin_again() -> None:
    rows = (torch.arange(10),)

    def order(**more: Any) -> list[list[int]]:
        return [batch[0].tolist() for batch in batches(rows, 4, **more)]

    assert order() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert order(rows=12) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 1]]
    once = order(seed=1)
    assert once != order(seed=1, stream=1) != order(seed=1, stream=2)
    longer = [one for batch in order(seed=1, rows=20) for one in batch]
    assert longer[:10] == [one for batch in once for one in batch]
    assert sorted(longer[10:]) == [*range(10)]
    assert longer[10:] != longer[:10]
    assert order(seed=1, rows=20, start=3) == order(seed=1, rows=20)[3:]


def test_rows_that_do_not_fit_are_refused() -> None:
    check_rows(a=(torch.zeros(3),), b=(torch.zeros(3),))
    with pytest.raises(DataError, match="equally many rows: a has 3, b has 1,200"):
        check_rows(a=(torch.zeros(3),), b=(torch.zeros(1200),))


@pytest.mark.parametrize("seed", range(4))
def test_partners_are_drawn_evenly_and_never_of_the_row_itself(seed: int) -> None:
    label = torch.randint(0, 5, (400,), generator=torch.Generator().manual_seed(seed))
    label[7] = 5  # alone in its class
    rows, same, _ = pair_rows(label, share=0.3, seed=seed)
    assert torch.equal((label[rows] == label).long(), same)
    assert not (rows == torch.arange(400)).any()
    assert same.float().mean().item() == pytest.approx(0.3, abs=0.08)
    assert same[7] == 0
    near, far = triplet_rows(label, seed=seed)
    known = torch.arange(400) != 7
    assert (label[near] == label).all()
    assert (near[known] != torch.arange(400)[known]).all()
    assert (label[far] != label).all()
    assert not torch.equal(far, triplet_rows(label, seed=seed + 1)[1])


def test_each_partner_can_be_drawn() -> None:
    label = torch.tensor([0, 0, 0, 1, 1])
    seen: list[set[int]] = [set() for _ in label]
    for seed in range(200):
        near, far = triplet_rows(label, seed=seed)
        for place, pair in enumerate(zip(near.tolist(), far.tolist(), strict=True)):
            seen[place].update(pair)
    assert seen == [{1, 2, 3, 4}, {0, 2, 3, 4}, {0, 1, 3, 4}, {0, 1, 2, 4}, {0, 1, 2, 3}]


def test_one_class_has_no_pairs() -> None:
    labels: Tensor = torch.zeros(5, dtype=torch.long)
    for draw in (pair_rows, triplet_rows):
        with pytest.raises(DataError, match="one class only"):
            draw(labels)


def test_data_that_go_row_by_row_meet_their_own_rows(tmp_path: Path) -> None:
    board = Board()
    first = board.add("data.blobs", count=60)
    second = board.add("data.blobs", count=60, drawn="by row")
    both = board.add("merge.subtract", first, second)
    loss = board.add("loss.mse", board.add("layer.linear", both, units=2), second)
    board.add("optimizer.adam", loss)
    board.add("metric.mean", both)
    folder = write(board.project(), tmp_path / "p", views=True)
    assert complaints(folder) == ""
    with imported(folder) as modules:
        training = modules["train"].Training(epochs=1, device="cpu")
        assert losses(training)[-1]["val/mean_value"] == 0  # each row met itself
        training.blobs_2_train = tuple(t[:-1] for t in training.blobs_2_train)
        with pytest.raises(DataError, match="equally many rows: blobs has 48, blobs_2 has 47"):
            check_rows(blobs=training.blobs_train, blobs_2=training.blobs_2_train)
        assert "check_rows(blobs=self.blobs_train" in (folder / "train.py").read_text()
