"""train.py: the steps and the one loop, as a person would have written them.

A file here for each part of the written class: what it makes and holds, the data, the schedules,
the loop, a step, the validation.
"""

from graph.compile.train.script import Script

__all__ = ["Script"]
