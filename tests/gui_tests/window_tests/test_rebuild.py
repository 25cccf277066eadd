"""Runs, where their records are damaged: told by the file's name, and found again by a button."""

from pathlib import Path

from PySide6.QtWidgets import QPushButton

from gui.shell.window import Window
from runtime.store.runs import database, home


def test_damaged_records_are_told_and_the_runs_found_again(window: Window) -> None:
    folder = home() / "mine-1"
    folder.mkdir(parents=True)
    (folder / "plan.json").write_text('{"name": "mine"}')
    (folder / "settings.json").write_text('{"name": "mine", "epochs": 7, "seed": 3}')
    database().write_bytes(b"no database at all" * 999)
    window.show_tab("runs")
    window.history.refresh()
    assert window.history.table.topLevelItemCount() == 0
    assert str(database()) in window.history._damaged.text()
    assert not window.history._none.isVisible()
    [button] = [one for one in window.history.findChildren(QPushButton) if one.text() == "Rebuild"]
    button.click()
    assert not button.isVisible()
    item = window.history.table.topLevelItem(0)
    assert item is not None
    assert [item.text(column) for column in (0, 2, 4)] == ["mine", "interrupted", "0 of 7"]
    assert any(path.name.startswith("runs.sqlite.damaged-") for path in Path(home()).iterdir())
