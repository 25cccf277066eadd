"""Python scripts and workers in processes of their own that start in a tenth of a second.

`import torch` takes seconds of a processor in each new interpreter. So one fork server for each
test process (that of `multiprocessing`) imports it once, and a process is its fork: it has its own
id, arguments, folder, environment, pipes and exit status, and signals end it. Unlike in a new
interpreter, libraries are imported already, and with them was read what they read of the
environment at that time (OMP_NUM_THREADS, the seed of hashes). Tests about these things, and one at
least of each kind of process, take `sys.executable` and subprocess instead.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import reduction
from pathlib import Path
from typing import IO, Any, NoReturn

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = [
    "safetensors.torch",
    "sklearn.datasets",
    "PIL.Image",
    "torch._dynamo",
    "runtime.worker.process",
    "runtime.cli.commands",
]
"""What processes import; to import it computes nothing."""

# Only on Linux do libraries bear to be forked; elsewhere each process is a new interpreter.
if sys.platform == "linux":
    from multiprocessing.context import ForkServerProcess as Process

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES)
else:
    from multiprocessing.context import SpawnProcess as Process

    context = multiprocessing.get_context("spawn")


class Worker(Process):
    """A process that gets today's environment; the fork server has that of its start."""

    def start(self) -> None:
        self.surroundings = dict(os.environ)
        super().start()

    def run(self) -> None:
        surround(self.surroundings)
        super().run()


class Workers:
    """What `runtime.client.launcher` takes of `multiprocessing`, with quick processes."""

    Process = Worker
    Pipe = context.Pipe

    @classmethod
    def get_context(cls, _method: str) -> type[Workers]:
        return cls


def surround(surroundings: Mapping[str, str]) -> None:
    """Give this process an environment, and none of what was kept of another."""
    os.environ.clear()
    os.environ.update(surroundings)
    tempfile.tempdir = None
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


MEET_S = 120
"""Processes that train together and are not done after so many seconds have not met."""


class StillRunning(AssertionError):
    """A process did not end in time."""


class Running:
    """A script that runs: a little of `subprocess.Popen`."""

    def __init__(
        self,
        script: Path,
        *words: str | Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> None:
        """Start it.

        Args:
            script: Its file.
            words: Its arguments.
            cwd: Where it runs.
            env: Its whole environment; that of this process by default.
            strict: Are warnings errors, as with `-W error`?
        """
        ends = [os.pipe() for _ in range(2)]
        self.stdout, self.stderr = (os.fdopen(read, encoding="utf-8") for read, _ in ends)
        task = {
            "script": str(cwd / script),
            "words": [str(word) for word in words],
            "cwd": str(cwd),
            "env": dict(os.environ if env is None else env),
            "strict": strict,
        }
        self._process = Process(target=become, args=(task, *(Pipe(w) for _, w in ends)))
        try:
            self._process.start()
        finally:
            for _, write in ends:
                os.close(write)

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, if it still runs, and what is open to it."""
        self.kill()
        self._process.join()
        self._process.close()
        self.stdout.close()
        self.stderr.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """The exit status, negative for a signal, once it has ended."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float = 240) -> int:
        """Wait for its end and return the exit status."""
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise StillRunning(f"still running after {timeout} s")
        return code

    def rest(self, timeout: float = 240) -> subprocess.CompletedProcess[str]:
        """Read all that it prints until its end."""
        said: dict[str, str] = {}
        files: dict[str, IO[str]] = {"stdout": self.stdout, "stderr": self.stderr}
        readers = [
            threading.Thread(target=lambda n=name, f=file: said.update({n: f.read()}))
            for name, file in files.items()
        ]
        for reader in readers:
            reader.start()
        try:
            code = self.wait(timeout)
        finally:
            self.kill()
            for reader in readers:
                reader.join()
        return subprocess.CompletedProcess([], code, said["stdout"], said["stderr"])


def run(
    script: Path | str, *words: str | Path, cwd: Path, timeout: float = 240, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a script to its end; arguments are those of `Running`."""
    with Running(Path(script), *words, cwd=cwd, **options) as running:
        return running.rest(timeout)


def together(
    count: int, script: Path, *words: str, cwd: Path, env: Mapping[str, str], timeout: float = 240
) -> list[subprocess.CompletedProcess[str]]:
    """Run a script in some processes that know of each other, as torchrun tells them.

    Once in some hundred runs they do not meet at the port they were told, and wait for each other
    for ever: then all begin anew at another.
    """
    try:
        return _together(count, script, *words, cwd=cwd, env=env, port=free_port(), timeout=MEET_S)
    except StillRunning:
        port = free_port(apart=1000)
        return _together(count, script, *words, cwd=cwd, env=env, port=port, timeout=timeout)


def _together(
    count: int,
    script: Path,
    *words: str,
    cwd: Path,
    env: Mapping[str, str],
    port: int,
    timeout: float,
) -> list[subprocess.CompletedProcess[str]]:
    known = {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "WORLD_SIZE": str(count),
        "LOCAL_WORLD_SIZE": str(count),
        "TORCHELASTIC_RUN_ID": "test",
    }
    with contextlib.ExitStack() as stack:
        running = [
            stack.enter_context(
                Running(
                    script,
                    *words,
                    cwd=cwd,
                    env={**env, **known, "RANK": str(rank), "LOCAL_RANK": str(rank)},
                )
            )
            for rank in range(count)
        ]
        with ThreadPoolExecutor(count) as readers:  # what one prints is read while another runs
            return list(readers.map(lambda one: one.rest(timeout), running))


def free_port(apart: int = 0) -> int:
    """A free port below those that connections are given, so that none takes it meanwhile."""
    for port in range(20_000 + (os.getpid() + apart) % 10_000, 32_000):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("expected a free port from 20,000 to 32,000, found none")


# -- what runs in the child


class Pipe:
    """The number of an open file that goes with a process."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __getstate__(self) -> Any:
        return reduction.DupFd(self.number)

    def __setstate__(self, copy: Any) -> None:
        self.number = copy.detach()


def become(task: Mapping[str, Any], out: Pipe, err: Pipe) -> NoReturn:
    """Be what `python script words` is, from its first line to its exit status."""
    os.dup2(out.number, 1)
    os.dup2(err.number, 2)
    os.close(out.number)
    os.close(err.number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(  # noqa: SIM115
        2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False
    )
    surround(task["env"])
    os.chdir(task["cwd"])
    script = Path(task["script"])
    forget(script)
    multiprocessing.process._parent_process = None  # type: ignore[attr-defined]
    if task["strict"]:
        warnings.simplefilter("error")
    sys.argv = [str(script), *task["words"]]
    os._exit(status(script))


def forget(script: Path) -> None:
    """Leave what is imported of this repository to its own scripts."""
    paths = [path for path in sys.path if Path(path or ".").resolve() != ROOT and path]
    more = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:] = [str(script.parent), *more, *paths]
    mine = ("graph", "gui", "runtime", "tests")
    for name in list(sys.modules):
        if name.partition(".")[0] in mine and (script.parent != ROOT or name.startswith("tests")):
            del sys.modules[name]


def status(script: Path) -> int:
    """Run the script as an interpreter does; the exit status."""
    code = 0
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, int | None):
            code = end.code or 0
        else:
            print(end.code, file=sys.stderr)
            code = 1
    except KeyboardInterrupt:
        traceback.print_exc()
        code = -signal.SIGINT
    except BaseException:
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except OSError:  # its reader has gone
        code = 120
    if code == -signal.SIGINT:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    return code
