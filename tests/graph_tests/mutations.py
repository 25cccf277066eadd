"""Templates with random damage: `python -m tests.graph_tests.mutations 20000` looks for harm."""

from __future__ import annotations

import json
import random
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from graph.compile import compile_document
from graph.core.errors import FileError
from graph.diagnose.diagnosis import Diagnosis
from graph.format.file import load_text, save_text
from graph.format.templates import FOLDER, names
from graph.problems.problem import CompileError
from tests.graph_tests.hostile import TEXTS

SECONDS, MEGABYTES = 2.0, 300
HANGS_S = 60

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 7, 64, 4096, 10**9, 2**63, -(2**63), 10**30, 10**400,
    0.5, -0.0, 1e-300, 1e300, -1e300, float("nan"), float("inf"), -float("inf"),
    "", "x", "y", "n1", "n2", "board", "layer.linear", "network.instance", "merge.expression",
    "a - b", "-" * 400 + "a", "(" * 150 + "a" + ")" * 150, "a+" * 240 + "a", "a**9**9**9",
    "ij,jk->ik", "x" * 100_000, "\ud800", [], {}, [[]], [1, 2], [1] * 5000, {"n1": 1},
    *TEXTS[:27],
)  # fmt: skip


def mutants(seed: int, count: int) -> Iterator[tuple[str, str]]:
    """So many damaged boards: what was done, and the text."""
    texts = [(FOLDER / f"{name}.neurowire").read_text(encoding="utf-8") for name in names()]
    for number in range(count):
        draw = random.Random(seed * 1_000_003 + number)
        content = json.loads(draw.choice(texts))
        done = []
        for _ in range(draw.choice((1, 1, 1, 2, 2, 3, 5, 9))):
            change = draw.choice(CHANGES)
            done.append(change.__name__)
            change(content, draw)
        yield f"{seed}/{number} {' '.join(done)}", json.dumps(content)


def places(content: Any) -> list[tuple[Any, Any]]:
    """Every container of a file with each of its keys."""
    found, ahead = [], [content]
    while ahead:
        one = ahead.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one))
        for key in keys:
            found.append((one, key))
            if isinstance(one[key], dict | list):
                ahead.append(one[key])
    return found


def _drop(content: Any, draw: random.Random) -> None:
    home, key = draw.choice(places(content))
    del home[key]


def _replace(content: Any, draw: random.Random) -> None:
    home, key = draw.choice(places(content))
    home[key] = json.loads(json.dumps(draw.choice(VALUES)))


def _swap(content: Any, draw: random.Random) -> None:
    (one, key), (other, name) = draw.choice(places(content)), draw.choice(places(content))
    one[key], other[name] = (
        json.loads(json.dumps(other[name])),
        json.loads(json.dumps(one[key])),
    )


def _duplicate(content: Any, draw: random.Random) -> None:
    home, key = draw.choice(places(content))
    copy = json.loads(json.dumps(home[key]))
    if isinstance(home, list):
        home.insert(draw.randrange(len(home) + 1), copy)
    else:
        home[draw.choice((f"{key}2", f"n{draw.randrange(1, 99)}", draw.choice(TEXTS)))] = copy


def _rename(content: Any, draw: random.Random) -> None:
    tables = [pair for pair in places(content) if isinstance(pair[0], dict)]
    home, key = draw.choice(tables)
    home[draw.choice(("n1", "n999999999999", "x", "type", "none", *TEXTS))] = home.pop(key)


def _number(content: Any, draw: random.Random) -> None:
    numbers = [
        (home, key)
        for home, key in places(content)
        if isinstance(home[key], int | float) and not isinstance(home[key], bool)
    ]
    if numbers:
        home, key = draw.choice(numbers)
        home[key] = draw.choice([one for one in VALUES if isinstance(one, int | float)])


def _nest(content: Any, draw: random.Random) -> None:
    home, key = draw.choice(places(content))
    for _ in range(draw.choice((3, 30, 300))):
        home[key] = [home[key]] if draw.random() < 0.5 else {"n1": home[key]}


def _type(content: Any, draw: random.Random) -> None:
    from graph.declare import REGISTRY  # noqa: PLC0415 - after the nodes are there

    nodes = [(h, k) for h, k in places(content) if k == "type" and isinstance(h, dict)]
    if nodes:
        home, key = draw.choice(nodes)
        home[key] = draw.choice([one.type for one in REGISTRY])


def _param(content: Any, draw: random.Random) -> None:
    """A parameter that the node really has, of any value."""
    from graph.declare import REGISTRY  # noqa: PLC0415

    nodes = [h for h, k in places(content) if k == "type" and isinstance(h, dict)]
    known = [(one, REGISTRY.find(str(one["type"]))) for one in nodes]
    ready = [(one, found) for one, found in known if found is not None and found.params]
    if not ready:
        return
    node, declaration = draw.choice(ready)
    param = draw.choice(declaration.params)
    low = [] if param.low is None else [param.low]
    high = [] if param.high is None else [param.high]
    value = draw.choice([*VALUES, *low, *high, *param.choices, 5, 8, 16, 1000, [1, 2], [3, 3]])
    given = node.setdefault("params", {})
    if isinstance(given, dict):
        given[param.name] = json.loads(json.dumps(value))


def _wire(content: Any, draw: random.Random) -> None:
    """A wire between any two nodes of a sheet, backwards too."""
    networks = content.get("networks")
    sheets = [content.get("board"), *(networks.values() if isinstance(networks, dict) else ())]
    sheets = [one for one in sheets if isinstance(one, dict) and isinstance(one.get("links"), list)]
    if not sheets or not all(isinstance(one.get("nodes"), dict) for one in sheets):
        return
    sheet = draw.choice(sheets)
    ports = ["x", "y", "xs", "loss", "image", "label", "a", "b", "features", "prediction", "target"]
    if sheet["nodes"]:
        source, target = draw.choice(list(sheet["nodes"])), draw.choice(list(sheet["nodes"]))
        ends = {"from": [source, draw.choice(ports)], "to": [target, draw.choice(ports)]}
        sheet["links"].append({**ends, "rank": draw.randrange(3)})


def _tower(content: Any, draw: random.Random) -> None:
    """Networks in networks, each placed several times in the next, and perhaps in a circle."""
    levels, times = draw.choice(((18, 2), (9, 3), (60, 1), (300, 1), (11, 2), (5, 4)))
    tower, number = {}, 500
    for level in range(levels):
        inner = f"tower{level + 1}" if level + 1 < levels else draw.choice(("missing", "tower0"))
        nodes: dict[str, Any] = {}
        links = []
        nodes[f"n{number}"] = {"type": "network.input", "name": "x_in"}
        before = f"n{number}", "y"
        for _ in range(times):
            number += 1
            key = f"n{number}"
            if level + 1 == levels and draw.random() < 0.7:
                nodes[key] = {"type": "layer.linear", "name": f"a{number}"}
                links.append({"from": before, "to": [key, "x"]})
                before = key, "y"
                continue
            params = {"network": inner, "repeat": draw.choice((1, 1, 3))}
            nodes[key] = {"type": "network.instance", "name": f"a{number}", "params": params}
            links.append({"from": before, "to": [key, "x_in"]})
            before = key, "y_out"
        number += 1
        nodes[f"n{number}"] = {"type": "network.output", "name": "y_out"}
        links.append({"from": before, "to": [f"n{number}", "x"]})
        number += 1
        tower[f"tower{level}"] = {"nodes": nodes, "links": links}
    if isinstance(content.get("networks", {}), dict):
        content.setdefault("networks", {}).update(tower)
    layers = _layers(content)
    if layers:
        node = draw.choice(layers)
        node["type"], node["params"] = "network.instance", {"network": "tower0"}
        for link in _links(content):
            for end in ("from", "to"):
                pair = link.get(end) if isinstance(link, dict) else None
                if isinstance(pair, list) and len(pair) == 2 and node is _node(content, pair[0]):
                    pair[1] = "y_out" if end == "from" else "x_in"


def _board(content: Any) -> dict[str, Any]:
    board = content.get("board")
    return board if isinstance(board, dict) else {}


def _layers(content: Any) -> list[dict[str, Any]]:
    nodes = _board(content).get("nodes")
    found = nodes.values() if isinstance(nodes, dict) else ()
    return [one for one in found if isinstance(one, dict) and one.get("type") == "layer.linear"]


def _links(content: Any) -> list[Any]:
    links = _board(content).get("links")
    return links if isinstance(links, list) else []


def _node(content: Any, key: Any) -> Any:
    nodes = _board(content).get("nodes")
    return nodes.get(key) if isinstance(nodes, dict) and isinstance(key, str) else None


CHANGES: tuple[Callable[[Any, random.Random], None], ...] = (
    _drop, _replace, _swap, _duplicate, _rename, _number, _nest, _type, _param, _param, _wire,
    _tower,
)  # fmt: skip


class TooLong(BaseException):
    """A board took longer than any should."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise `TooLong` where something does not end."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


class Verdict(NamedTuple):
    """How loading, checking, compiling, saving and loading again went.

    Attributes:
        wrong: What is wrong with it, or nothing.
        seconds: Of processor time it took.
        megabytes: By how much the largest memory of this process grew.
    """

    wrong: str
    seconds: float
    megabytes: float


def judge(text: str) -> Verdict:
    """Load, check, compile, save and load again."""
    began, memory = time.process_time(), _peak_mb()
    wrong = _what_is_wrong(text)
    seconds, grown = time.process_time() - began, _peak_mb() - memory
    if not wrong and seconds > SECONDS:
        wrong = f"took {seconds:.1f} s"
    if not wrong and grown > MEGABYTES:
        wrong = f"took {grown:.0f} MB"
    return Verdict(wrong, seconds, grown)


def _what_is_wrong(text: str) -> str:
    try:
        with limited(HANGS_S):
            _use(text)
    except TooLong:
        return f"did not end within {HANGS_S} s"
    except Exception as error:
        import traceback  # noqa: PLC0415 - only where something is wrong

        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        return f"{type(error).__name__} at {where}: {str(error)[:200]}"
    return ""


def _use(text: str) -> None:
    try:
        loaded = load_text(text)
    except FileError:
        return
    for problem in loaded.problems:
        assert len(str(problem)) < 3000, "a message is too long"
    inference = Diagnosis(loaded.document, watch=False)
    problems = inference.problems
    for problem in problems:
        assert len(str(problem)) < 3000, "a message is too long"
    try:
        project = compile_document(loaded.document, inference=inference)
    except CompileError as refused:
        if not refused.problems:
            raise AssertionError("refused without a word") from refused
        return
    for name, source in project.files.items():
        if name.endswith(".py"):
            compile(source.text, name, "exec", dont_inherit=True)
    assert load_text(save_text(loaded.document)).document == loaded.document


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Judge so many; print what is wrong, and what the dearest cost."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    wrong, seconds, megabytes = 0, 0.0, 0.0
    for number, (done, text) in enumerate(mutants(seed, count), 1):
        found = judge(text)
        seconds, megabytes = max(seconds, found.seconds), max(megabytes, found.megabytes)
        if found.wrong:
            wrong += 1
            print(f"{done}: {found.wrong}", flush=True)
        if number % 1000 == 0:
            dearest = f"at most {seconds:.2f} s and {megabytes:.0f} MB each"
            print(f"{number:,} boards, {wrong} wrong, {dearest}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
