"""What a view shows as files: one look as a picture, all of its looks as an animated one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from gui import look
from gui.pictures import draw, natural_size
from runtime.messages import ViewDrawn

WIDTH = 480
"""Width of what is drawn, in pixels; the margin comes on top."""
MARGIN = 14
FOOT = 26
"""Height of the line below that names the view and its step."""
FRAME_MS = 120
LAST_MS = 2000
"""How long the last look stays before the animation begins again."""


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
    painter.drawText(foot, int(Qt.AlignmentFlag.AlignRight), f"step {message.step:,}")
    painter.end()
    return image


def write_picture(path: Path, message: ViewDrawn) -> None:
    """Write one look, sharp on screens of twice the density.

    Raises:
        OSError: It could not be written.
    """
    image = frame(message, ratio=2.0)
    image.setDevicePixelRatio(1.0)
    if not image.save(str(path)):
        raise OSError(f"{path} could not be written: does its folder exist, and is there space?")


def write_animation(path: Path, looks: Sequence[ViewDrawn]) -> None:
    """Write looks as a GIF that shows one after the other and begins again.

    Raises:
        OSError: It could not be written; a file that was there is as it was.
    """
    from PIL import Image  # noqa: PLC0415 - no need of it before somebody saves

    size = natural_size(looks[-1].payload, WIDTH)
    frames = []
    for message in looks:
        shown = frame(message, size)
        bits, line = bytes(shown.constBits()), shown.bytesPerLine()
        across = (shown.width(), shown.height())
        frames.append(Image.frombytes("RGB", across, bits, "raw", "RGB", line).quantize())
    aside = path.with_name(path.name + ".new")
    times = [FRAME_MS] * (len(frames) - 1) + [LAST_MS]
    try:
        frames[0].save(
            aside,
            format="GIF",
            save_all=True,
            append_images=frames[1:],
            duration=times,
            loop=0,
            optimize=False,
        )
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
