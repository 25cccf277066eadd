"""A server that has the real data sets, as a mirror on the internet would."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

BEFORE = 1 << 20
"""How many bytes of a file come before the server waits, if it is told to."""


class Server(ThreadingHTTPServer):
    """Serves a folder; waits in the middle of a large file while `going` is not set."""

    daemon_threads = True
    going: threading.Event


class Handler(SimpleHTTPRequestHandler):
    server: Server

    def copyfile(self, source: Any, outputfile: Any) -> None:
        with suppress(ConnectionError):  # a cancelled download
            outputfile.write(source.read(BEFORE))
            if more := source.read(1):
                self.server.going.wait()
                outputfile.write(more)
                shutil.copyfileobj(source, outputfile)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def mirror(folder: Path) -> Iterator[tuple[str, threading.Event]]:
    """The address of a running mirror of a folder, and an event that is to be set to go on."""
    with Server(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        server.going = threading.Event()
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", server.going
        finally:
            server.going.set()
            server.shutdown()
            thread.join()
