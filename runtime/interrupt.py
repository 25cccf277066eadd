"""Ends what a thread does, at its next line of Python."""

import ctypes
import threading


class Interrupted(BaseException):
    """Raised inside a thread that is told to end; not an Exception, so that no one mends it."""


def interrupt(thread: threading.Thread) -> None:
    """Raise `Interrupted` in a thread; a call that is inside C code ends first."""
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(Interrupted)
        )
