import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.data import SOURCES, find, listing, offer_cache, search_path
from runtime.data.download import digest
from runtime.exported.data import locate
from runtime.store import paths


def put(folder: Path) -> Path:
    place = folder / "mnist"
    place.mkdir(parents=True)
    for file in SOURCES["mnist"].files:
        (place / file.name.removesuffix(".gz")).write_bytes(b"12345")
    return place


def test_folders_are_looked_through_in_order(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, named, cached = tmp_path / "given", tmp_path / "named", home / "cache" / "data"
    monkeypatch.setenv("NEUROWIRE_DATA", str(named))
    assert search_path(given) == [given, named, cached, Path("data")]
    for folder in (cached, named, given):
        place = put(folder)
        assert find(SOURCES["mnist"], given) == place


def test_a_set_with_a_missing_file_is_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NEUROWIRE_DATA", raising=False)
    (put(tmp_path) / "t10k-labels-idx1-ubyte").unlink()
    assert find(SOURCES["mnist"], tmp_path) is None


def test_readers_find_what_was_downloaded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEUROWIRE_DATA", "/nowhere")
    place = put(paths.sets_dir())
    offer_cache()
    offer_cache()
    found = os.environ["NEUROWIRE_DATA"].split(os.pathsep)
    assert found == ["/nowhere", str(place.parent), "data"]
    assert locate("mnist") == place


def test_listing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEUROWIRE_DATA", raising=False)
    place = put(tmp_path)
    entries = {entry.name: entry for entry in listing(tmp_path)}
    assert entries["digits"].state == "built in"
    assert (entries["mnist"].state, entries["mnist"].place) == ("here", place)
    assert entries["mnist"].size == 20
    assert entries["fashion-mnist"].state == "can be downloaded"
    assert entries["fashion-mnist"].size == 30_878_645
    assert all(entry.licence and entry.origin for entry in entries.values())


def test_real_mnist_has_the_sums_we_ask_for(real_data: Callable[[str], Path]) -> None:
    folder = real_data("mnist")
    for file in SOURCES["mnist"].files:
        assert (folder / file.name).stat().st_size == file.size
        assert digest(folder / file.name) == file.sha256


def test_listing_needs_no_torch() -> None:
    code = "import sys, runtime.data; runtime.data.listing(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_places_are_one_folder_or_the_systems(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert paths.data_dir() == home
    assert paths.config_dir() == home / "config"
    assert paths.cache_dir() == home / "cache"
    monkeypatch.delenv("NEUROWIRE_HOME")
    names = {paths.data_dir().name, paths.config_dir().name, paths.sets_dir().parent.name}
    assert all("neurowire" in str(place) for place in (paths.data_dir(), paths.cache_dir()))
    assert len(names) <= 3
