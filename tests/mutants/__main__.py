"""`make mutants`: changes of one line at random, in a copy of the tree, and who notices.

    python -m tests.mutants --count 200 --seed 0 [--only graph/infer] [--seconds 60]

Each change is run against the tests of its room, the nearest first, until one fails or they have
taken a time. Prints the changes that nobody noticed, and a summary by room. What is left out is
said in `tests/mutants/changes.py`.
"""

from __future__ import annotations

import argparse
import compileall
import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.mutants.changes import Change, changes
from tests.mutants.choosing import ROOMS, Choosing

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"


def drawn(count: int, seed: int, only: tuple[str, ...]) -> list[Change]:
    """Changes at random lines: each line that can be changed is as likely as another."""
    lines: dict[tuple[str, int], list[Change]] = {}
    for top in ROOMS:
        for file in sorted((ROOT / top).rglob("*.py")):
            path = str(file.relative_to(ROOT))
            if path.startswith(only):
                for change in changes(path, file.read_bytes()):
                    lines.setdefault((path, change.line), []).append(change)
    rng = Random(seed)
    places = rng.sample(sorted(lines), min(count, len(lines)))
    return [rng.choice(lines[place]) for place in places]


class Copy:
    """A copy of the tree, and a process in it that runs tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        skipped = shutil.ignore_patterns(".*", "__pycache__", "build", "dist")
        shutil.copytree(ROOT, folder, ignore=skipped)
        compileall.compile_dir(folder, quiet=2)
        environment = dict(os.environ)
        if SHARED.is_dir():
            environment.setdefault("NEUROWIRE_DATA", str(SHARED))
        self.sound: dict[str, bool] = {}
        self.server = subprocess.Popen(
            [sys.executable, "tests/mutants/server.py"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def try_out(self, change: Change, tests: list[str], seconds: float) -> dict[str, str]:
        """What the tests say to a change."""
        file = self.folder / change.path
        source = file.read_bytes()
        cached = file.parent / "__pycache__" / f"{file.stem}.{sys.implementation.cache_tag}.pyc"
        kept = cached.read_bytes()
        cached.unlink()
        try:
            file.write_bytes(change.made(source))
            return self.ask(tests, seconds)
        finally:
            stat = (ROOT / change.path).stat()
            file.write_bytes(source)
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
            cached.write_bytes(kept)

    def fails_anyway(self, test: str) -> bool:
        """Does a test fail without any change?"""
        if test not in self.sound:
            self.sound[test] = self.ask([test], 60)["outcome"] == "survived"
        return not self.sound[test]

    def ask(self, tests: list[str], seconds: float) -> dict[str, str]:
        """What the tests say."""
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        print(json.dumps({"tests": tests, "seconds": seconds}), file=self.server.stdin, flush=True)
        found: dict[str, str] = json.loads(self.server.stdout.readline())
        return found


@contextmanager
def copied() -> Iterator[Copy]:
    """A copy of the tree, for a while."""
    with tempfile.TemporaryDirectory(prefix="neurowire-mutants-") as home:
        copy = Copy(Path(home) / "neurowire")
        try:
            yield copy
        finally:
            assert copy.server.stdin is not None
            copy.server.stdin.close()
            copy.server.wait(30)


def difference(change: Change) -> str:
    """The change as a diff of its lines."""
    before = (ROOT / change.path).read_bytes()
    lines = difflib.unified_diff(
        before.decode().splitlines(), change.made(before).decode().splitlines(), n=0, lineterm=""
    )
    return "\n".join(f"    {line}" for line in lines if line[:2] not in {"--", "++", "@@"})


def main() -> None:
    """Try changes out and print which were not noticed."""
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60.0, help="of a processor, a change")
    parser.add_argument("--only", action="append", default=[], help="folders or files")
    options = parser.parse_args()
    only = tuple(options.only) or ROOMS
    choosing = Choosing(ROOT)
    told, survived = Counter[str](), Counter[str]()
    with copied() as copy:
        for index, change in enumerate(drawn(options.count, options.seed, only), 1):
            tests = choosing.of(change.path)
            outcome = copy.try_out(change, tests, options.seconds)
            if outcome["outcome"] == "broken":
                raise SystemExit(f"the tests of {change.path} can't be run")
            if outcome["outcome"] != "survived" and copy.fails_anyway(outcome["by"]):
                raise SystemExit(f"{outcome['by']} fails without any change")
            room = "/".join(change.path.split("/")[:2])
            told[room] += 1
            place = f"{change.path}:{change.line}"
            print(f"{index} {outcome['outcome']} {place} ({change.kind}) {outcome['by']}")
            if outcome["outcome"] == "survived":
                survived[room] += 1
                print(difference(change), flush=True)
            sys.stdout.flush()
    print("\nsurvivors by room")
    for room in sorted(told):
        print(f"  {room:24} {survived[room]:3} of {told[room]}")
    share = 100 * survived.total() / max(1, told.total())
    print(f"{survived.total()} of {told.total()} survived ({share:.1f}%), seed {options.seed}")


if __name__ == "__main__":
    main()
