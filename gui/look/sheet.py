"""The one style sheet: what a palette on Fusion can't say."""

from pathlib import Path
from string import Template

from gui.look.colours import Colours, mix

ICONS = Path(__file__).resolve().parents[2] / "resources" / "icons"

# Buttons marked by a dynamic property: `button.setProperty("look", "primary")` is the green
# one, "flat" has no frame until hovered. Labels: "title", "dim", "mono", "figure".
_SHEET = Template("""
QToolTip { background: $node; color: $text; border: 1px solid $node_line; padding: 5px 7px; }

QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }
QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QDockWidget::title { background: $panel; padding: 7px 12px; text-align: left; }

QMenuBar { background: $panel; border: none; padding: 2px 6px; }
QMenuBar::item { padding: 4px 9px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QDialog[look="popup"] { background: $node; border: 1px solid $node_line; }
QDialog[look="popup"] QTreeView { background: transparent; }
QMenu { background: $node; border: 1px solid $node_line; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 10px; border-radius: 5px; }
QMenu::item:selected { background: $select; color: $text; }
QMenu::item:disabled { color: $faint; }
QMenu::icon { padding-left: 6px; }
QMenu::indicator { width: 14px; height: 14px; left: 7px; }
QMenu::indicator:checked { image: url("$tick"); }
QMenu::right-arrow { image: url("$chevron_right"); width: 10px; height: 10px; right: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 5px 6px; }

QToolBar { background: $panel; border: none; border-bottom: 1px solid $line; spacing: 6px;
           padding: 6px 10px; }
QStatusBar { background: $canvas; border-top: 1px solid $line; color: $dim; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $dim; font-size: 12px; }

QTabWidget::pane { border: none; border-top: 1px solid $line; }
QTabBar { background: $panel; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $dim; padding: 8px 8px 7px 8px; border: none;
               border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:selected:focus { background: $select; }
QTabBar::scroller { width: 22px; }
QTabBar QToolButton { background: $panel; border: none; border-radius: 0; padding: 0; }
QTabBar QToolButton:hover { background: $hover; }
QTabBar QToolButton::left-arrow { image: url("$chevron_left"); width: 10px; height: 10px; }
QTabBar QToolButton::right-arrow { image: url("$chevron_right"); width: 10px; height: 10px; }
QTabBar QToolButton::left-arrow:disabled, QTabBar QToolButton::right-arrow:disabled { image: none; }

QPushButton, QToolButton[look="button"] { background: $raised; border: 1px solid $line;
    border-radius: 6px; padding: 5px 13px; }
QPushButton:hover, QToolButton[look="button"]:hover { background: $hover;
    border-color: $node_line; }
QPushButton:pressed { background: $field; }
QToolButton[look="fold"] { padding: 5px 8px 5px 0; }
QPushButton:disabled { color: $faint; background: $panel; }
QPushButton[look="primary"], QToolButton[look="primary"] { background: $good; color: $on_good;
    border: 1px solid $good; border-radius: 6px; padding: 5px 16px; font-weight: 600; }
QPushButton[look="primary"]:hover, QToolButton[look="primary"]:hover { background: $good_hover;
    border-color: $good_hover; }
QPushButton[look="primary"]:disabled, QToolButton[look="primary"]:disabled {
    background: $panel; color: $faint; border-color: $line; }
QPushButton[look="flat"] { background: transparent; border-color: transparent; padding: 5px 9px; }
QPushButton[look="flat"]:hover { background: $hover; }
QPushButton[look="link"] { background: transparent; border: 1px solid transparent; color: $positive;
    padding: 2px; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px;
              padding: 5px 8px; }
QToolButton:hover { background: $hover; }
QToolButton:checked { background: $select; }
QToolButton:disabled { color: $faint; }
QToolButton::menu-indicator { image: none; width: 0; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit, QDateEdit {
    background: $field; border: 1px solid $line; border-radius: 6px; padding: 4px 8px;
    selection-background-color: $select; selection-color: $text; }
QLineEdit#node-name { background: transparent; border: 1px solid transparent; padding: 0;
    font-size: 17px; font-weight: 600; }
QLineEdit#node-name:focus { border-color: $accent; }
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: $node_line; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
    color: $faint; }
QLineEdit[look="wrong"], QSpinBox[look="wrong"], QDoubleSpinBox[look="wrong"] {
    border-color: $error; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button,
QDoubleSpinBox::down-button { width: 0; border: none; }
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit { border: none; background: transparent;
    padding: 0 5px; }
QSpinBox, QDoubleSpinBox { padding: 4px 2px; }
QComboBox { padding-right: 22px; combobox-popup: 0; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url("$chevron"); width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: $node; border: 1px solid $node_line; padding: 4px;
    selection-background-color: $select; selection-color: $text; outline: none; }
QComboBox QAbstractItemView:focus { border: 1px solid $node_line; }
QComboBox QAbstractItemView::item { padding: 4px 6px; border: none; border-radius: 5px; }
QComboBox QAbstractItemView::item:hover, QComboBox QAbstractItemView::item:selected {
    background: $select; color: $text; }

QTreeView, QListView, QTableView { background: $panel; show-decoration-selected: 0;
    border: 1px solid transparent; outline: none;
    alternate-background-color: $field; }
QTreeView::item, QListView::item { padding: 3px 4px; border-radius: 5px; }
QTreeView::item:first { border-top-right-radius: 0; border-bottom-right-radius: 0; }
QTreeView::item:middle { border-radius: 0; }
QTreeView::item:last { border-top-left-radius: 0; border-bottom-left-radius: 0; }
QTreeView::item:hover, QListView::item:hover { background: $hover; }
QTreeView::item:selected, QListView::item:selected { background: $select; color: $text; }
QHeaderView::section { background: $panel; color: $dim; border: none;
    border-bottom: 1px solid $line; padding: 5px 8px; }
QHeaderView::up-arrow { image: url("$chevron_up"); width: 10px; height: 10px; }
QHeaderView::down-arrow { image: url("$chevron"); width: 10px; height: 10px; }
QTableView { gridline-color: $line; }
QTableView::item:selected { background: $select; color: $text; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $scroll; border-radius: 3px; margin: 2px; min-height: 28px;
    min-width: 28px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea { border: 1px solid transparent; background: transparent; }
QAbstractScrollArea::corner { background: transparent; }

QProgressBar { background: $field; border: none; border-radius: 3px; max-height: 6px;
    color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QCheckBox { spacing: 8px; border: 1px solid transparent; border-radius: 4px; padding: 1px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $edge; border-radius: 4px;
    background: $field; }
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$check"); }
QCheckBox::indicator:disabled { border-color: $line; background: $panel; }
QSlider { border: 1px solid transparent; border-radius: 5px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
    background: $text; }
QSlider::groove:vertical { width: 4px; border-radius: 2px; background: $line; }
QSlider::handle:vertical { width: 10px; height: 10px; margin: 0 -3px; border-radius: 5px;
    background: $text; }
QSlider::handle:vertical:hover, QSlider::handle:vertical:focus { background: $accent; }
QGroupBox { border: none; margin-top: 22px; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 0; }

QMessageBox QLabel#qt_msgbox_label { font-weight: 600; }
QMessageBox QLabel#qt_msgbox_informativelabel { min-width: 320px; }
QLabel[look="title"] { font-size: 16px; font-weight: 600; }
QLabel[look="heading"] { color: $dim; font-weight: 600; font-size: 12px; }
QLabel[look="changed"] { font-weight: 600; }
QLabel[look="dim"] { color: $dim; }
QLabel[look="error"] { color: $error; }
QLabel[look="warning"] { color: $warning; }
QLabel[look="figure"] { font-size: 26px; font-weight: 600; }
QLabel[look="mono"] { font-family: "JetBrains Mono", "DejaVu Sans Mono"; font-size: 12px; }
QFrame[look="rule"] { background: $line; max-height: 1px; min-height: 1px; border: none; }
""")

FOCUSABLE = (
    *("QPushButton", "QToolButton", "QCheckBox", "QComboBox", "QSlider"),
    *("QLineEdit", "QSpinBox", "QDoubleSpinBox", "QPlainTextEdit", "QTextEdit"),
    *("QTreeView", "QListView", "QTableView", "QScrollArea"),
)
"""What can have the keys. Each keeps a border of one pixel free for the ring that says so."""


def _rings(ring: str) -> str:
    """The one rule that marks what has the keys; as special as what buttons say of themselves."""
    kinds = ", ".join(f"{one}:focus, {one}[look]:focus" for one in FOCUSABLE)
    return f"{kinds} {{ border: 1px solid {ring}; }}\n"


def style_sheet(colours: Colours) -> str:
    """The style sheet in the given colours."""
    table = {
        key: value.name()
        for key, value in vars(colours).items()
        if hasattr(value, "name") and key != "shadow"
    }
    table["select"] = mix(colours.panel, colours.accent, 0.22 if colours.dark else 0.18).name()
    table["raised"] = mix(colours.panel, colours.hover, 0.5 if colours.dark else 0.0).name()
    table["scroll"] = mix(colours.line, colours.faint, 0.35).name()
    table["good_hover"] = mix(colours.good, colours.text, 0.12).name()
    table["edge"] = mix(colours.line, colours.faint, 0.8).name()
    for name in ("chevron", "chevron-up", "chevron-left", "chevron-right"):
        path = ICONS / f"{name}-{colours.name}.svg"
        table[name.replace("-", "_")] = path.as_posix()
    table["tick"] = (ICONS / f"tick-{colours.name}.svg").as_posix()
    table["check"] = (ICONS / f"check-{colours.name}.svg").as_posix()
    return _SHEET.substitute(table) + _rings(colours.accent.name())
