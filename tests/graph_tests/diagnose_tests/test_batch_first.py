"""What takes the batch from its place is set to leave it there, wherever that shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graph.model.sheet import Node
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net


def rows(net: Net) -> Node:
    """Pictures as rows of rows, [N, 8, 8]."""
    return net.add("shape.squeeze", net.data)


def judged(net: Net, found: Node) -> None:
    scores = net.add("layer.linear", net.add("shape.flatten", found), units=10)
    net.judge("loss.cross_entropy", scores)


MOVED: dict[str, tuple[Callable[[Net], Node], str]] = {
    "transpose": (
        lambda net: net.add("shape.transpose", rows(net), dim0=0, dim1=1),
        "Set dim0 to 1 and dim1 to 2 of transpose",
    ),
    "transpose from behind": (
        lambda net: net.add("shape.transpose", rows(net), dim0=-1, dim1=0),
        "Set dim0 to 1 and dim1 to 2 of transpose",
    ),
    "permute": (
        lambda net: net.add("shape.permute", rows(net), dims=(1, 0, 2)),
        "Take permute out",
    ),
    "permute of all": (
        lambda net: net.add("shape.permute", rows(net), dims=(2, 1, 0)),
        "Set dims of permute to (0, 2, 1)",
    ),
    "select": (
        lambda net: net.add("shape.select", rows(net), dim=0),
        "Set dim of select to 1",
    ),
    "flatten": (
        lambda net: net.add("shape.flatten", net.data, start_dim=0),
        "Set start dim of flatten_2 to 1",
    ),
    "repeat": (
        lambda net: net.add("shape.repeat", net.last, dim=0),
        "Set dim of repeat to 1",
    ),
    "top k": (lambda net: net.add("merge.topk", net.last, dim=0), "Set dim of top_k to 1"),
    "mean": (
        lambda net: net.add("merge.mean", rows(net), dim=(0, 1)),
        "Set dim of mean to (1,)",
    ),
    "new axis": (
        lambda net: net.add("shape.unsqueeze", net.last, dim=0),
        "Set dim of unsqueeze to 1",
    ),
    "stack": (
        lambda net: net.add("merge.stack", net.last, net.last, dim=0),
        "Set dim of stack to 1",
    ),
    "split": (lambda net: net.add("shape.split", net.last, dim=0), "Set dim of split to 1"),
}


@pytest.mark.parametrize("place", MOVED)
@pytest.mark.parametrize("within", [False, True])
def test_the_batch_stays_where_it_is(place: str, within: bool) -> None:
    net = Net()
    make, label = MOVED[place]
    moved = make(net)
    judged(net, moved)
    if within:
        net.document.group_into_network([moved.id], "inner")
    wrong = [one for one in net.inference.problems if one.severity == "error"]
    (fix,) = (fix for one in wrong for fix in one.fixes if fix.label == label)
    fix.apply(net.document)
    assert not [one for one in net.inference.problems if one.severity == "error"]
    assert label.startswith("Take") or net.document.has(moved.id)


def test_axes_that_come_back_are_left_alone() -> None:
    net = Net()
    there = net.add("shape.transpose", rows(net), dim0=0, dim1=1)
    back = net.add("shape.transpose", net.add("layer.linear", there, units=4), dim0=0, dim1=1)
    judged(net, back)
    assert not net.inference.problems
