import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from runtime.data.download import DownloadError, fetch, get
from runtime.data.sources import SOURCES, RemoteFile, Source

CONTENT = bytes(range(256)) * 1000


class Server(ThreadingHTTPServer):
    """Serves CONTENT, from where it is asked to, and can be told to fail."""

    content = CONTENT
    cut = len(CONTENT)
    asked: list[str | None]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        ranged = self.headers.get("Range")
        self.server.asked.append(ranged)
        start = int(ranged.removeprefix("bytes=").rstrip("-")) if ranged else 0
        self.send_response(206 if ranged else 200)
        self.end_headers()
        self.wfile.write(self.server.content[start : self.server.cut])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def source(server: Server) -> Source:
    file = RemoteFile("a.bin", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    mirror = f"http://127.0.0.1:{server.server_address[1]}/"
    return Source("set", "A set", "", "its page", "", (mirror,), (file,))


def test_a_set_is_downloaded_once(server: Server, source: Source, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    place = fetch(source, tmp_path, lambda *progress: seen.append(progress))
    assert (place / "a.bin").read_bytes() == CONTENT
    assert seen[-1] == ("a.bin", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    fetch(source, tmp_path)
    assert len(server.asked) == 1
    assert [file.name for file in place.iterdir()] == ["a.bin"]


def test_a_broken_download_goes_on_where_it_broke(
    server: Server, source: Source, tmp_path: Path
) -> None:
    server.cut = 100_000
    with pytest.raises(DownloadError, match=r"after 100,000 of 256,000 bytes.*try again, which"):
        fetch(source, tmp_path)
    assert not (tmp_path / "set" / "a.bin").exists()
    server.cut = len(CONTENT)
    place = fetch(source, tmp_path)
    assert server.asked == [None, "bytes=100000-"]
    assert (place / "a.bin").read_bytes() == CONTENT


def test_a_wrong_file_is_thrown_away(server: Server, source: Source, tmp_path: Path) -> None:
    server.content = CONTENT[::-1]
    with pytest.raises(
        DownloadError, match=r"expected the sha256 \w+\.\.\., received .*not the fi"
    ):
        fetch(source, tmp_path)
    assert not list((tmp_path / "set").iterdir())


def test_a_spoilt_file_is_fetched_again(server: Server, source: Source, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.bin").write_bytes(b"spoilt")
    assert (fetch(source, tmp_path) / "a.bin").read_bytes() == CONTENT


def test_the_next_mirror_is_tried(server: Server, source: Source, tmp_path: Path) -> None:
    two = replace(source, mirrors=("http://127.0.0.1:9/", *source.mirrors))
    assert (fetch(two, tmp_path) / "a.bin").read_bytes() == CONTENT


def test_offline_says_what_to_do(source: Source, tmp_path: Path) -> None:
    offline = replace(source, mirrors=("http://127.0.0.1:9/",))
    with pytest.raises(DownloadError, match=r"A set: could not download a\.bin .*refused.*Connect"):
        fetch(offline, tmp_path)


def test_unknown_and_built_in_sets() -> None:
    with pytest.raises(DownloadError, match="no data set 'imagenet': expected digits, mnist"):
        get("imagenet")
    with pytest.raises(DownloadError, match="Digits needs no download"):
        get("digits")


def test_all_mirrors_are_encrypted_and_all_files_checked() -> None:
    for known in SOURCES.values():
        assert all(mirror.startswith("https://") for mirror in known.mirrors)
        assert all(len(file.sha256) == 64 for file in known.files)
        assert bool(known.files) == bool(known.mirrors)
