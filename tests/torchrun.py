"""Scripts run by torchrun in a few processes."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

CRASH = "terminate called without an active exception"
"""Last words of a process whose threads torch left running while Python ended; seldom, and by
chance: what the script did is done by then."""


def torchrun(
    command: Sequence[str], folder: Path, surroundings: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a command, again where torch crashed while it ended."""
    for _ in range(3):
        done = subprocess.run(
            command,
            cwd=folder,
            env=dict(surroundings),
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
        if CRASH not in done.stderr:
            break
    return done
