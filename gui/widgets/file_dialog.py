"""Qt's own dialog for files, where the system has none: our icons, and columns that are not cut."""

from __future__ import annotations

from PySide6.QtCore import QAbstractProxyModel, QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFileSystemModel,
    QHeaderView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
    QWidget,
)

from gui import look
from gui.widgets.common import open_at
from gui.widgets.drop_down import dress_list

BUTTONS = {
    "backButton": "arrow-left",
    "forwardButton": "arrow-right",
    "toParentButton": "arrow-up",
    "newFolderButton": "folder-plus",
    "listModeButton": "squares-four",
    "detailModeButton": "list",
}
"""Qt's names of the buttons, and their icons."""
NAME, SIZE, KIND, CHANGED = range(4)
"""Columns of the list of files."""
ROOMY = 760, 500


class _Row(QStyledItemDelegate):
    """A file or a folder with an icon of ours."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if not option.icon.isNull():
            option.icon = look.icon("folder" if _is_folder(index) else "file", "dim")


def _is_folder(index: QModelIndex | QPersistentModelIndex) -> bool:
    model = index.model()
    while isinstance(model, QAbstractProxyModel):
        index = model.mapToSource(index)
        model = index.model()
    return not isinstance(model, QFileSystemModel) or model.isDir(index)


def dress(dialog: QFileDialog) -> None:
    """Make Qt's own dialog look like the rest; one of the system stays as it is."""
    for name, icon in BUTTONS.items():
        button = dialog.findChild(QToolButton, name)
        if button is not None:
            button.setIcon(look.icon(icon))
    row = _Row(dialog)
    for view in ("treeView", "listView", "sidebar"):
        found = dialog.findChild(QListView if view != "treeView" else QTreeView, view)
        if found is not None:
            found.setItemDelegate(row)
            found.setIconSize(QSize(16, 16))
    tree = dialog.findChild(QTreeView, "treeView")
    if tree is None:
        return
    folders = dialog.fileMode() == QFileDialog.FileMode.Directory
    tree.setColumnHidden(KIND, True)
    tree.setColumnHidden(SIZE, folders)
    header = tree.header()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
    header.setStretchLastSection(False)
    for name in ("fileTypeLabel", "fileTypeCombo"):
        kind = dialog.findChild(QWidget, name)
        if kind is not None:
            kind.setVisible(not folders)
        if isinstance(kind, QComboBox):
            dress_list(kind)
    place = dialog.findChild(QComboBox, "lookInCombo")
    if place is not None:
        place.setIconSize(QSize(1, 1))  # a path needs none; 0 would be the style's
        dress_list(place)
    dialog.setSizeGripEnabled(False)
    open_at(dialog, *ROOMY)
