"""What an export replaces in a folder: its own files without a word, nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.compile import Compiled, compile_document
from graph.core.errors import FileError
from graph.diagnose.diagnosis import Diagnosis
from graph.format import templates
from runtime.client.export import WRITTEN, Edited, check_edited, write_project


def project(template: str = "xor_neurons", *, epochs: int = 10) -> Compiled:
    document = templates.open_template(template)
    document.set_settings(epochs=epochs)
    return compile_document(document, inference=Diagnosis(document, watch=False))


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "record.json"
    path.write_text('{"steps": []}\n')
    return path


def test_what_an_export_wrote_is_replaced_by_the_next(tmp_path: Path, record: Path) -> None:
    out = tmp_path / "out"
    write_project(project(), out, record)
    first = contents(out)
    write_project(project(epochs=77), out, None)
    second = contents(out)
    assert "77" in second["train.py"]
    assert first["train.py"] != second["train.py"]
    assert first.keys() - second.keys() == {"recorded.json"}
    write_project(project(), out, record)
    assert contents(out) == first


def test_a_file_that_another_board_left_is_replaced_where_a_board_has_it_again(
    tmp_path: Path,
) -> None:
    write_project(project("digits_gan"), tmp_path, None)
    sample = (tmp_path / "sample.py").read_text()
    write_project(project("digits_mlp"), tmp_path, None)
    other = project("vae")
    assert other.exported["sample.py"].text != sample
    write_project(other, tmp_path, None)
    assert (tmp_path / "sample.py").read_text() == other.exported["sample.py"].text


def test_no_file_is_written_where_one_was_edited(tmp_path: Path, record: Path) -> None:
    out = tmp_path / "out"
    write_project(project(), out, record)
    for name in ("train.py", "README.md", "recorded.json"):
        with (out / name).open("a") as file:
            file.write("# mine\n")
    before = contents(out)
    for new in (record, None):
        with pytest.raises(Edited) as refused:
            write_project(project(epochs=77), out, new)
        assert sorted(refused.value.names) == ["README.md", "recorded.json", "train.py"]
        assert str(out) in str(refused.value)
        assert contents(out) == before
    with pytest.raises(Edited, match=r"train\.py, README\.md\.$"):
        check_edited(project(), out)

    write_project(project(epochs=77), out, record, replace_edited=True)
    assert "# mine\n" not in "".join(contents(out).values())
    write_project(project(), out, record)


def test_an_edit_that_was_taken_back_is_none(tmp_path: Path) -> None:
    write_project(project(), tmp_path, None)
    text = (tmp_path / "train.py").read_text()
    (tmp_path / "train.py").write_text("mine")
    with pytest.raises(Edited):
        write_project(project(epochs=77), tmp_path, None)
    (tmp_path / "train.py").write_text(text)
    write_project(project(epochs=77), tmp_path, None)


@pytest.mark.parametrize("note", [None, "", "{", "[]", '{"train.py": 3}', "\udcff"])
def test_where_nothing_is_known_equal_files_are_fine_and_others_are_edited(
    tmp_path: Path, note: str | None, record: Path
) -> None:
    out = tmp_path / "out"
    write_project(project(), out, record)
    if note is None:
        (out / WRITTEN).unlink()
    else:
        (out / WRITTEN).write_bytes(note.encode(errors="surrogateescape"))
    with pytest.raises(Edited) as refused:
        write_project(project(epochs=77), out, record)
    assert sorted(refused.value.names) == ["train.py", "xor_neurons.neurowire"]
    write_project(project(), out, record)
    write_project(project(epochs=77), out, record)


def test_a_folder_in_a_files_place_is_said_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "train.py").mkdir()
    for replace_edited in (False, True):
        with pytest.raises(FileError, match=r"train\.py: it can't be replaced .*another folder"):
            write_project(project(), tmp_path, None, replace_edited=replace_edited)
    assert [path.name for path in tmp_path.iterdir()] == ["train.py"]
