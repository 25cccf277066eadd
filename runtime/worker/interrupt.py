"""Ends what a thread does, at its next line of Python that is not part of an import."""

import ctypes
import sys
import threading
import time
from collections.abc import Callable

LOOK_S = 0.005


class Interrupted(BaseException):
    """Raised inside a thread that is told to end; not an Exception, so that no one mends it."""


def interrupt(thread: threading.Thread, wanted: Callable[[], bool] = lambda: True) -> None:
    """Raise `Interrupted` in a thread; a call that is inside C code ends first.

    An import is never cut short: its locks would stay taken, and the next import wait forever.

    Args:
        thread: The thread; nothing happens once it has ended.
        wanted: Asked before it is raised: does the thread still do what is to end?
    """
    threading.Thread(
        target=_interrupt, args=(thread, wanted), name="interrupter", daemon=True
    ).start()


def _interrupt(thread: threading.Thread, wanted: Callable[[], bool]) -> None:
    while thread.is_alive() and wanted():
        if not _imports(thread):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Interrupted)
            )
            return
        time.sleep(LOOK_S)


def _imports(thread: threading.Thread) -> bool:
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
