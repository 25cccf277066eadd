"""Every fix that the source can make is pressed: its problem goes, and no error comes."""

from __future__ import annotations

from graph.infer.inference import Inference
from tests.graph_tests.fix_sources import Source, all_sources, watched
from tests.graph_tests.wrong_boards import all_of_them

OFFERED = {"graph/suggest/rehearsal.py"}
"""What is made there says what an offer would be set to, before it is on the board."""


def errors(inference: Inference) -> set[tuple[str | None, str]]:
    found = (one for one in inference.problems if one.severity == "error")
    return {(one.node, str(one)) for one in found}


def test_every_fix_in_the_source_mends() -> None:
    pressed: set[Source] = set()
    wrong: list[str] = []
    count = 0
    with watched() as sources:
        for name, inference in all_of_them():
            before = errors(inference)
            for problem in inference.problems:
                for fix in problem.fixes:
                    what = f"{name}: {problem} [{fix.label}]"
                    steps = len(inference.document.history)
                    fix.apply(inference.document)
                    if len(inference.document.history) != steps + 1:
                        wrong.append(f"{what} is no step of its own")
                    if any(
                        (p.node, p.text) == (problem.node, problem.text) for p in inference.problems
                    ):
                        wrong.append(f"{what} is still there")
                    wrong += [f"{what} brings {new}" for new in errors(inference) - before]
                    inference.document.undo()
                    if errors(inference) != before:
                        wrong.append(f"{what} is not undone")
                    pressed |= sources(fix)
                    count += 1
    assert wrong == []
    missing = {one for one in all_sources() - pressed if one[0] not in OFFERED}
    assert sorted(missing) == []
    assert count > 200
