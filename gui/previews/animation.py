"""What a view shows as files: one look as a picture, all of its looks as an animated one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from gui import look
from gui.previews.painters import draw, natural_size
from gui.widgets.number_format import when
from runtime.protocol.messages import ViewDrawn

WIDTH = 480
"""Width of what is drawn, in pixels; the margin comes on top."""
MARGIN = 14
FOOT = 26
"""Height of the line below that names the view and its step."""
FRAME_MS = 120
LAST_MS = 2000
"""How long the last look stays before the animation begins again."""
STILL, MOVING = (".png", ".jpg", ".jpeg"), (".gif",)
"""How the names of pictures and of animated ones may end."""


class WrongEnding(ValueError):
    """A name whose ending stands for another kind of file."""

    def __init__(self, path: Path, endings: Sequence[str]) -> None:
        got = f"{path.suffix}" if path.suffix else "none"
        super().__init__(f"expected a name that ends in {endings[0]}, received {got}.")
        self.advice = f"Choose {path.stem}{endings[0]}, for instance."


def frame(message: ViewDrawn, size: QSize | None = None, ratio: float = 1.0) -> QImage:
    """One look on the panel's ground, with the view's name and the step below.

    Args:
        message: What the view sent.
        size: Room for what it shows, in pixels; as much as it wants, if not said.
        ratio: Device pixels for each of them.
    """
    colours = look.colours()
    size = size or natural_size(message.payload, WIDTH)
    whole = QSize(size.width() + 2 * MARGIN, size.height() + 2 * MARGIN + FOOT)
    image = QImage(whole * ratio, QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(ratio)
    image.fill(colours.panel)
    painter = QPainter(image)
    painter.drawImage(MARGIN, MARGIN, draw(message.payload, size, ratio))
    painter.setFont(look.ui_font(12))
    painter.setPen(colours.dim)
    foot = QRect(MARGIN, size.height() + 2 * MARGIN, size.width(), FOOT - MARGIN // 2)
    painter.drawText(foot, int(Qt.AlignmentFlag.AlignLeft), message.name.replace("_", " "))
    painter.drawText(foot, int(Qt.AlignmentFlag.AlignRight), when(message))
    painter.end()
    return image


def write_picture(path: Path, message: ViewDrawn) -> None:
    """Write one look, sharp on screens of twice the density.

    Raises:
        WrongEnding: The path's name is not one of a picture.
        OSError: It could not be written; a file that was there is as it was.
    """
    check(path, STILL)
    image = frame(message, ratio=2.0)
    image.setDevicePixelRatio(1.0)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, path.suffix[1:].upper())  # type: ignore[call-overload] # the stub wants bytes
    write(path, bytes(buffer.data().data()))


def write_animation(path: Path, looks: Sequence[ViewDrawn]) -> None:
    """Write looks as a GIF that shows one after the other and begins again.

    Raises:
        WrongEnding: The path's name is not one of an animated picture.
        OSError: It could not be written; a file that was there is as it was.
    """
    check(path, MOVING)
    from PIL import Image  # noqa: PLC0415 - no need of it before somebody saves

    size = natural_size(looks[-1].payload, WIDTH)
    frames = []
    for message in looks:
        shown = frame(message, size)
        bits, line = bytes(shown.constBits()), shown.bytesPerLine()
        across = (shown.width(), shown.height())
        frames.append(Image.frombytes("RGB", across, bits, "raw", "RGB", line).quantize())
    data = BytesIO()
    frames[0].save(
        data,
        format="GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[FRAME_MS] * (len(frames) - 1) + [LAST_MS],
        loop=0,
        optimize=False,
    )
    write(path, data.getvalue())


def check(path: Path, endings: Sequence[str]) -> None:
    """Does a name end as the kind of file that is written there does?

    Raises:
        WrongEnding: If not.
    """
    if path.suffix.lower() not in endings:
        raise WrongEnding(path, endings)


def write(path: Path, data: bytes) -> None:
    """Write a file whole: a reader finds the old one or the new one, never half of one.

    Raises:
        OSError: It could not be written; a file that was there is as it was.
    """
    aside = path.with_name(path.name + ".new")
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
