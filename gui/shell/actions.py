"""Every action of the window: its name, key, menu and icon, in one table.

What the actions of a menu do stands in a file of the menu's name, such as `run_actions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from gui import look
from gui.widgets.menu import Menu

Keys = QKeySequence.StandardKey


@dataclass(frozen=True)
class Act:
    """One action: which method of its menu's class it calls, and how it shows.

    `key` may name several, apart by "; "; the first is shown.
    """

    name: str
    text: str
    key: str | QKeySequence.StandardKey = ""
    icon: str = ""
    checkable: bool = False


LINE = Act("", "")

MENUS: dict[str, tuple[Act, ...]] = {
    "&File": (
        Act("new", "&New", Keys.New, "file-plus"),
        Act("open", "&Open…", Keys.Open, "folder-open"),
        Act("templates", "&Templates", "Ctrl+Shift+N", "squares-four"),
        LINE,
        Act("save", "&Save", Keys.Save, "floppy-disk"),
        Act("save_as", "Save &as…", "Ctrl+Shift+S"),
        Act("export", "&Export", "Ctrl+E", "export"),
        LINE,
        Act("close_board", "&Close the board", "Ctrl+W; Ctrl+F4"),
        Act("quit", "&Quit", "Ctrl+Q"),
    ),
    "&Edit": (
        Act("undo", "&Undo", Keys.Undo, "arrow-u-up-left"),
        Act("redo", "&Redo", "Ctrl+Shift+Z; Ctrl+Y", "arrow-u-up-right"),
        LINE,
        Act("find_node", "&Find node", Keys.Find, "magnifying-glass"),
        Act("commands", "&Commands…", "Ctrl+Shift+P", "command"),
    ),
    "&Run": (
        Act("train", "&Train", "Ctrl+Return; Ctrl+Enter", "play-fill"),
        Act("pause", "&Pause", "Ctrl+Shift+Return", "pause"),
        Act("step", "St&ep", "F10", "skip-forward"),
        Act("stop", "&Stop", "Ctrl+.", "stop"),
        LINE,
        Act("generate", "&Generate from the last run", "Ctrl+Shift+R", "sparkle"),
        Act("shuffle", "&New samples", "Ctrl+R", "shuffle"),
        Act("load_checkpoint", "&Load a checkpoint…"),
        LINE,
        Act("resume_last", "Res&ume the last run"),
        Act("set_rate", "C&hange the learning rate…"),
        Act("data_folder", "&Data folder…"),
    ),
    "&View": (
        Act("scheme_system", "Colours of the &system", checkable=True),
        Act("scheme_dark", "&Dark", checkable=True),
        Act("scheme_light", "&Light", checkable=True),
        LINE,
        Act("next_part", "&Next part of the window", "F6"),
        Act("previous_part", "Previo&us part of the window", "Shift+F6"),
        Act("next_tab", "Ne&xt tab", "Ctrl+Tab"),
        Act("previous_tab", "Prev&ious tab", "Ctrl+Shift+Tab"),
        Act("reset_layout", "Rese&t the arrangement"),
    ),
    "&Help": (
        Act("keys", "&Keys", "F1"),
        Act("about", "&About Neurowire"),
    ),
}


def build(window: QMainWindow) -> dict[str, QAction]:
    """Make every action and the menus."""
    actions: dict[str, QAction] = {}
    for title, acts in MENUS.items():
        menu = Menu(title, window)
        window.menuBar().addMenu(menu)
        menu.setObjectName(_name(title))
        for act in acts:
            if not act.name:
                menu.addSeparator()
                continue
            action = QAction(act.text, window)
            action.setObjectName(act.name)
            action.setProperty("title", act.text)
            if act.key:
                action.setShortcuts(_keys(act.key))
            if act.icon:
                colour = "on_good" if act.name == "train" else None
                action.setIcon(look.icon(act.icon, colour))
            action.setCheckable(act.checkable)
            menu.addAction(action)
            actions[act.name] = action
    return actions


def connect(actions: Mapping[str, QAction], handlers: Mapping[str, object]) -> None:
    """Let each action do what it stands for.

    Args:
        actions: What `build` made.
        handlers: For each menu, by its name in small letters, what has a method for each action.
    """
    for title, acts in MENUS.items():
        for name in filter(None, (act.name for act in acts)):
            slot = getattr(handlers[_name(title)], name)
            actions[name].triggered.connect(lambda _=False, slot=slot: slot())


def _name(title: str) -> str:
    return title.replace("&", "").lower()


def _keys(key: str | QKeySequence.StandardKey) -> list[QKeySequence]:
    if isinstance(key, str):
        return QKeySequence.listFromString(key)
    return [QKeySequence(key)]
