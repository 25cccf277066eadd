"""What the menu View does, beside the canvas' own actions there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from gui import look
from gui.core.preferences import settings
from gui.shell.focus import Parts


class ViewActions:
    """One method for each action of the menu.

    Args:
        parts: What F6 goes through.
        reset: Puts every panel where it was at first.
        acts: Every action of the window.
    """

    def __init__(
        self, parts: Parts, reset: Callable[[], object], acts: Mapping[str, QAction]
    ) -> None:
        self._parts, self._reset, self._acts = parts, reset, acts

    def scheme_system(self) -> None:
        """Light or dark as the system is."""
        self._set_scheme("system")

    def scheme_dark(self) -> None:
        """Dark colours."""
        self._set_scheme("dark")

    def scheme_light(self) -> None:
        """Light colours."""
        self._set_scheme("light")

    def next_part(self) -> None:
        """Bring the keys to the next part of the window."""
        self._parts.go(1)

    def previous_part(self) -> None:
        """Bring the keys to the part before."""
        self._parts.go(-1)

    def next_tab(self) -> None:
        """Show the next tab."""
        self._parts.turn(1)

    def previous_tab(self) -> None:
        """Show the tab before."""
        self._parts.turn(-1)

    def reset_layout(self) -> None:
        """Put every panel where it was at first."""
        self._reset()

    def enable(self) -> None:
        """Mark the colours that are chosen."""
        for scheme in ("system", "dark", "light"):
            self._acts[f"scheme_{scheme}"].setChecked(look.scheme() == scheme)

    def _set_scheme(self, scheme: look.Scheme) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            look.apply(app, scheme)
            settings().setValue("scheme", scheme)
        self.enable()
