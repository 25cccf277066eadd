"""What looking at data found that may be wrong with them: told at the node that reads them."""

from collections.abc import Iterator

from graph.diagnose.data_rows import live_data
from graph.infer.inference import Inference
from graph.problems.changes import changes
from graph.problems.fixes import problem
from graph.problems.problem import Problem


def check(inference: Inference) -> Iterator[Problem]:
    """The doubts among the facts of each data node."""
    board = inference.document.board
    for node in live_data(board):
        params = inference.document.params(node)
        for one in (inference.facts.get(node.id) or {}).get("doubts") or ():
            if any(_plain(params.get(name)) != _plain(value) for name, value in one["asked"]):
                continue  # something else is asked for by now, and will be looked at
            fixes = changes(node, one["fixes"])
            yield problem(
                board,
                node,
                str(one["text"]),
                advice=str(one["advice"]),
                severity=str(one["severity"]),
                fixes=fixes,
            )


def _plain(value: object) -> object:
    """A value as facts may say it, which know lists alone."""
    return list(value) if isinstance(value, tuple) else value
