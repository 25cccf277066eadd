"""Every fix that the source can make is pressed: its problem goes, and no error comes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from graph.core.errors import Refused
from graph.diagnose.diagnosis import Diagnosis
from graph.problems.problem import Fix
from tests.graph_tests.fix_sources import ROOT, Source, all_sources, watched
from tests.graph_tests.wrong_boards import ALONE, all_of_them, alone

OFFERED = {"graph/suggest/rehearsal.py"}
"""What is made there says what an offer would be set to, before it is on the board."""

ELSEWHERE = {
    "graph/diagnose/beginnings.py": "gui_tests/window_tests/test_beginnings.py",
    "graph/diagnose/comparisons.py": "graph_tests/diagnose_tests/test_comparisons.py",
    "graph/problems/changes.py": "runtime_tests/data_tests/test_mendable.py",
    "graph/diagnose/falling_losses.py": "graph_tests/diagnose_tests/test_falling_losses.py",
    "graph/diagnose/target_scales.py": "graph_tests/diagnose_tests/test_target_scales.py",
    "graph/diagnose/undefined_numbers.py": "graph_tests/diagnose_tests/test_undefined_numbers.py",
    "graph/diagnose/untrained.py": "graph_tests/edit_tests/test_came_between.py",
}
"""Sources whose own tests press each of their fixes."""


def errors(inference: Diagnosis) -> set[tuple[str | None, str]]:
    found = (one for one in inference.problems if one.severity == "error")
    return {(one.node, str(one)) for one in found}


def test_what_is_pressed_elsewhere_is() -> None:
    for source, test in ELSEWHERE.items():
        if (ROOT / source).is_file():
            text = (ROOT / "tests" / test).read_text(encoding="utf-8")
            assert re.search(r"\.apply\(|\.mend\(|\bclick\(|\bpress", text), test


def faults(name: str, inference: Diagnosis, pressed: Callable[[Fix], None]) -> Iterator[str]:
    """What is wrong after any one fix of a board, or after it was undone."""
    document, before = inference.document, errors(inference)
    for problem in inference.problems:
        for fix in problem.fixes:
            what = f"{name}: {problem} [{fix.label}]"
            steps = len(document.history)
            fix.apply(document)
            if len(document.history) != steps + 1:
                yield f"{what} is no step of its own"
            if any((p.node, p.text) == (problem.node, problem.text) for p in inference.problems):
                yield f"{what} is still there"
            yield from (f"{what} brings {new}" for new in errors(inference) - before)
            document.undo()
            if errors(inference) != before:
                yield f"{what} is not undone"
            pressed(fix)


def test_every_fix_in_the_source_mends() -> None:
    found: set[Source] = set()
    labels: list[str] = []
    wrong: list[str] = []
    with watched() as sources:

        def pressed(fix: Fix) -> None:
            found.update(sources(fix))
            labels.append(fix.label)

        for name, inference in all_of_them():
            wrong += faults(name, inference, pressed)
    assert wrong == []
    known = OFFERED | ELSEWHERE.keys()
    missing = {one for one in all_sources() - found if one[0] not in known}
    assert sorted(missing) == []
    assert len(labels) > 200


def test_inside_a_network_the_same_fixes_mend() -> None:
    """A node alone in a network of its own is told and mended as on the board."""
    wrong: list[str] = []
    labels: list[str] = []
    for type, kinds, params in ALONE:
        table = alone(type, kinds, params)
        document, inference = table.document, table.inference
        node = next(one for one in document.board.nodes.values() if one.type == type)
        offered = sorted(fix.label for p in inference.problems_of(node.id) for fix in p.fixes)
        try:
            document.group_into_network([node.id], "inner")
        except Refused:
            continue  # losses and optimizers stay on the board
        told = [p for p in inference.problems if p.node == node.id]
        inside = sorted(fix.label for p in told for fix in p.fixes)
        if inside != offered:
            wrong.append(f"{type} {params}: {offered} on the board, {inside} inside")
        wrong += faults(f"{type} {params}", inference, lambda fix: labels.append(fix.label))
    assert wrong == []
    assert len(labels) > 150
