"""Every error Neurowire's graph raises on purpose.

NeurowireError
+-- DeclarationError    a node class is declared wrongly (a mistake of ours, at import)
+-- DocumentError
|   +-- Refused         an edit that has no meaning, such as a cycle
|   +-- BadParameter    a value outside what its declaration allows
+-- Mismatch            tensors that do not fit a node
+-- CompileError        a board that cannot be compiled yet; see `graph/problems/problem.py`
+-- FileError           a file that cannot be read at all
    +-- DataFile        data where a board was expected
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path


class NeurowireError(Exception):
    """Base of all; its message says what was expected, what came and what to do."""


class DeclarationError(NeurowireError):
    """A node class is declared wrongly."""


class DocumentError(NeurowireError):
    """An edit the document does not take."""


class Refused(DocumentError):
    """An edit that has no meaning, such as a cycle or an output wired into an output."""


class BadParameter(DocumentError):
    """A parameter value outside what its declaration allows."""


@dataclass(frozen=True)
class Repair:
    """One way to mend a mismatch, in the words of the node that found it.

    Attributes:
        label: What the button says.
        param: Parameter to set to `value`: of the node itself or, where `port` is given, of the
            nearest node upstream of that input that has it; or
        insert: type of a node to insert into the wire of `port`, with `params`; or
        use: types of nodes to put in the node's place: the one that has its role.
        wire: Which wire, where the port takes several.
        more: What is done with it in the same click.
        named: Should the button say behind which node?
    """

    label: str
    param: str = ""
    value: object = None
    insert: str = ""
    port: str = ""
    params: tuple[tuple[str, object], ...] = ()
    wire: int = 0
    more: tuple["Repair", ...] = ()
    named: bool = False
    use: tuple[str, ...] = ()


def set_param(name: str, value: object) -> Repair:
    """A repair that sets one of the node's own parameters."""
    return Repair(label=f"Set {name.replace('_', ' ')} to {value}", param=name, value=value)


def set_upstream(port: str, name: str, value: object, label: str = "") -> Repair:
    """A repair that sets a parameter of the nearest node upstream of `port` that has it."""
    label = label or f"Set {name.replace('_', ' ')} of the layer before to {value}"
    return Repair(label=label, param=name, value=value, port=port)


def insert_before(port: str, node_type: str, label: str, **params: object) -> Repair:
    """A repair that puts a node of `node_type` into the wire at `port`."""
    return Repair(label=label, insert=node_type, port=port, params=tuple(params.items()))


def use(*types: str) -> Repair:
    """A repair that puts another node in the node's place: that of these types with its role."""
    return Repair(label="", use=types)


def together(label: str, repairs: Sequence[Repair]) -> list[Repair]:
    """Several repairs as one, or none where there are none."""
    return [replace(repairs[0], label=label, more=tuple(repairs[1:]))] if repairs else []


class Mismatch(NeurowireError):
    """Tensors that do not fit a node: raised by shape rules, shown as a problem."""

    def __init__(
        self,
        expected: str,
        received: object,
        advice: str,
        *,
        repairs: Sequence[Repair] = (),
    ) -> None:
        super().__init__(f"expected {expected}, received {received}: {advice}")
        self.expected, self.received, self.advice = expected, str(received), advice
        self.repairs = tuple(repairs)


class FileError(NeurowireError):
    """A file that cannot be read: not JSON, not ours, or from a newer Neurowire."""


class DataFile(FileError):
    """Data of a person's own where a board was expected: a board can be made of them.

    Attributes:
        path: The file or folder.
        what: Which of these it is, in a word.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.what = path, "a folder" if os.path.isdir(path) else "data"
        super().__init__(f"{path}: this is {self.what}, not a board")
