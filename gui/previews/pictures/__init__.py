"""Painters of views that have a picture of their own, a file each; all that lie here are found.

A painter is a function (painter, picture, box) marked with `@paints(RECORD)`; the record is what
the node's hook `picture` gives (see `graph.core.picture`).
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from graph.core.picture import Picture

Paint = Callable[[QPainter, Any, QRectF], None]

_PAINTERS: dict[type[Picture], Paint] = {}


def paints(record: type[Picture]) -> Callable[[Paint], Paint]:
    """Make a function the painter of such records."""

    def keep(paint: Paint) -> Paint:
        _PAINTERS[record] = paint
        return paint

    return keep


@cache
def painters() -> dict[type[Picture], Paint]:
    """All painters by what they paint."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        import_module(module.name)
    return _PAINTERS
