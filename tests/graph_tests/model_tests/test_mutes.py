"""A muted loss is none: a sum leaves it out, and no fix has logits trained in its place."""

import itertools
from typing import Any

import pytest

from graph.compile import compile_document
from graph.diagnose.board_checks import above
from graph.format import templates
from graph.model.mutes import missed
from graph.model.sheet import End, Link, Node, Sheet
from tests.graph_tests.infer_tests.test_inference import Board


@pytest.fixture
def board() -> Board:
    return Board()


def scores(board: Board) -> tuple[Node, Node]:
    data = board.add("data.digits")
    return data, board.add("layer.linear", board.add("shape.flatten", data), units=10)


def judged(board: Board, data: Node, logits: Node, kind: str = "loss.cross_entropy") -> Node:
    loss = board.add(kind, logits)
    board.document.link(End(data.id, "label"), End(loss.id, "label"))
    return loss


def source(board: Board) -> str:
    return compile_document(board.document, inference=board.inference).files["train.py"].text


SUMS = [
    ("loss.weighted_sum", {"factors": (1.0, 0.5, 3.0)}),
    ("merge.add", {}),
    ("merge.expression", {"formula": "a + 0.5 * b + log(c)"}),
]


@pytest.mark.parametrize(("kind", "params"), SUMS, ids=[kind for kind, _ in SUMS])
@pytest.mark.parametrize("muted", [(0,), (1,), (2,), (0, 1), (0, 2)], ids=str)
def test_a_muted_term_is_left_out(
    board: Board, kind: str, params: dict[str, Any], muted: tuple[int, ...]
) -> None:
    data, logits = scores(board)
    terms = [
        judged(board, data, logits),
        board.add("loss.mean", logits),
        judged(board, data, logits, "loss.multi_margin"),
    ]
    total = board.add(kind, *terms, **params)
    adam = board.add("optimizer.adam", total)
    whole = source(board)
    board.document.set_muted([terms[one].id for one in muted], True)
    assert not board.inference.problems
    assert board.inference.type_of(total.id, board.document.ports(total).outputs[0].name)
    assert above(board.inference, [adam.id]) >= {logits.id, data.id}
    text = source(board)
    for place, word in enumerate(("cross_entropy", ".mean()", "multi_margin")):
        assert (word in text) == (place not in muted)
    weights = ("1.0", "0.5 *", "3.0 *")
    for place, word in enumerate(weights if kind == "loss.weighted_sum" else ()):
        assert (word in text) == (word in whole and place not in muted)
    board.document.set_muted([one.id for one in terms], False)
    assert source(board) == whole


@pytest.mark.parametrize(("kind", "params"), SUMS, ids=[kind for kind, _ in SUMS])
def test_a_sum_of_muted_terms_gives_nothing(
    board: Board, kind: str, params: dict[str, Any]
) -> None:
    data, logits = scores(board)
    terms = [judged(board, data, logits) for _ in range(3)]
    adam = board.add("optimizer.adam", board.add(kind, *terms, **params))
    board.document.set_muted([one.id for one in terms], True)
    assert board.inference.result(adam.id).inputs is None  # type: ignore[union-attr]
    only_unmutes(board)


def only_unmutes(board: Board) -> None:
    """There are errors, and every fix unmutes what was muted."""
    errors = [one for one in board.inference.problems if one.severity == "error"]
    fixes = [fix for one in errors for fix in one.fixes]
    assert errors
    assert fixes
    assert all(fix.label.startswith("Unmute") for fix in fixes)
    for one in errors:
        assert one.fixes
    fixes[0].apply(board.document)
    assert not [one for one in board.inference.problems if one.severity == "error"]
    source(board)


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("loss.cross_entropy", {}),
        ("loss.mean", {}),
        ("merge.expression", {"formula": "mean(a ** 2)"}),
        ("merge.mean", {"dim": (0, 1)}),
    ],
    ids=["loss", "mean", "formula", "reduction"],
)
@pytest.mark.parametrize("between", [(), ("merge.scale",), ("merge.scale", "merge.clamp")])
def test_no_fix_trains_logits(
    board: Board, kind: str, params: dict[str, Any], between: tuple[str, ...]
) -> None:
    data, logits = scores(board)
    loss = board.add(kind, logits, **params)
    if kind == "loss.cross_entropy":
        board.document.link(End(data.id, "label"), End(loss.id, "label"))
    last = loss
    for one in between:
        last = board.add(one, last)
    board.add("optimizer.adam", last)
    assert not [one for one in board.inference.problems if one.severity == "error"]
    board.document.set_muted([loss.id], True)
    only_unmutes(board)


def test_a_scaled_term_is_left_out_with_its_scale(board: Board) -> None:
    data, logits = scores(board)
    first, second = judged(board, data, logits), judged(board, data, logits, "loss.multi_margin")
    total = board.add("merge.add", first, board.add("merge.scale", second, factor=0.25))
    board.add("optimizer.adam", total)
    board.document.set_muted([second.id], True)
    assert not board.inference.problems
    assert "0.25" not in source(board)
    assert "multi_margin" not in source(board)


def test_what_only_a_muted_term_needs_is_not_trained(board: Board) -> None:
    data, logits = scores(board)
    other = board.add("layer.linear", board.add("shape.flatten", data), units=10)
    first, second = judged(board, data, logits), judged(board, data, other)
    adam = board.add("optimizer.adam", board.add("merge.add", first, second))
    board.document.set_muted([second.id], True)
    assert other.id not in above(board.inference, [adam.id])
    assert source(board).count("cross_entropy") > 0
    assert "linear_2" not in compile_document(board.document).files["model.py"].text


@pytest.mark.parametrize("kind", ["metric.accuracy", "view.confusion"])
def test_a_muted_metric_or_view_is_left_out(board: Board, kind: str) -> None:
    data, logits = scores(board)
    board.add("optimizer.adam", judged(board, data, logits))
    before = compile_document(board.document)
    sink = board.add(kind, logits)
    board.document.link(End(data.id, "label"), End(sink.id, "label"))
    board.document.set_muted([sink.id], True)
    assert not board.inference.problems
    after = compile_document(board.document)
    assert after.files["train.py"].text == before.files["train.py"].text
    assert after.views == before.views


def test_a_metric_of_a_muted_loss_says_so(board: Board) -> None:
    data, logits = scores(board)
    loss = judged(board, data, logits)
    board.add("optimizer.adam", loss)
    per_row = board.add("merge.expression", logits, formula="a ** 2")
    board.add("metric.mean", per_row)
    board.document.set_muted([per_row.id], True)  # number by number: it passes its input on
    assert not board.inference.problems
    assert "logits.float().sum()" in source(board) or ".float().sum()" in source(board)


def test_a_muted_optimizer_leaves_the_others(board: Board) -> None:
    data, logits = scores(board)
    loss = judged(board, data, logits)
    board.add("optimizer.adam", loss)
    sgd = board.add("optimizer.sgd", judged(board, data, logits, "loss.multi_margin"))
    board.document.set_muted([sgd.id], True)
    assert "sgd" not in source(board)
    assert "multi_margin" not in source(board)


@pytest.mark.parametrize("kind", ["merge.concatenate", "merge.add", "merge.stack"])
def test_a_muted_branch_passes_on_or_is_left_out(board: Board, kind: str) -> None:
    data, logits = scores(board)
    flat = board.document.board.into(logits.id)[0].source.node
    one = board.add("layer.linear", board.document.node(flat), units=64)
    noise = board.add("random.noise", sizes=(64,))
    joined = board.add(kind, one, noise)
    last = board.add("layer.linear", board.add("shape.flatten", joined), units=10)
    board.add("optimizer.adam", judged(board, data, last))
    assert "randn" in source(board)
    board.document.set_muted([noise.id], True)
    assert not [p for p in board.inference.problems if p.severity == "error"]
    assert "randn" not in source(board)  # left out, and not drawn in vain
    board.document.set_muted([noise.id], False)
    board.document.set_muted([one.id], True)
    assert not board.inference.problems
    assert "randn" in source(board)


def test_what_is_muted_is_not_taken_away(board: Board) -> None:
    data, logits = scores(board)
    loss = judged(board, data, logits)
    other = board.add("loss.mean", logits)
    board.add("optimizer.adam", board.add("merge.subtract", loss, other))
    board.document.set_muted([other.id], True)
    assert not board.inference.problems
    assert ".mean()" not in source(board)


def test_with_nothing_to_take_away_from_nothing_is_left(board: Board) -> None:
    data, logits = scores(board)
    loss = judged(board, data, logits)
    rest = board.add("merge.subtract", loss, board.add("loss.mean", logits))
    board.add("optimizer.adam", rest)
    board.document.set_muted([loss.id], True)
    problem = board.problem(rest)
    assert "nothing is left of it" in problem.text


@pytest.mark.parametrize("name", templates.names())
def test_what_was_found_on_the_way_holds(name: str) -> None:
    document = templates.open_template(name)
    for sheet in (document.board, *document.networks.values()):
        ends = [End(n.id, p.name) for n in sheet.nodes.values() for p in document.ports(n).outputs]
        known: dict[End, bool] = {}
        for end in ends:
            assert missed(document, sheet, end, known) == missed(document, sheet, end)
        assert known == {end: missed(document, sheet, end) for end in known}


def test_muting_many_nodes_of_a_chain_looks_at_each_once(board: Board) -> None:
    document = board.document
    chain = [document.add_node("activation.relu").id for _ in range(200)]
    for first, then in itertools.pairwise(chain):
        document.link(End(first, "y"), End(then, "x"))
    looks = []

    class Watched(Sheet):
        def out_of(self, node: str, port: str | None = None) -> list[Link]:
            looks.append(node)
            return super().out_of(node, port)

    watched = Watched(document.board.name)
    vars(watched).update(vars(document.board))
    known: dict[End, bool] = {}
    assert all(missed(document, watched, End(one, "y"), known) for one in chain[:-1])
    assert len(looks) < 3 * len(chain)
