"""Files and folders that come onto a board: the data node that reads one."""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse
from urllib.request import url2pathname

from graph.core.errors import Refused
from graph.core.limits import brief
from graph.declare import REGISTRY, Declaration

LINES = 20
"""More lines than these are no list of paths."""


def data_node(path: Path) -> tuple[str, dict[str, Any]]:
    """The type and parameters of the node that reads a file or folder.

    Raises:
        Refused: If none does; says which kinds there are.
    """
    try:
        path.stat()
    except PermissionError as error:
        raise Refused(f"{path}: it lies in a folder that can't be entered") from error
    except (OSError, ValueError) as error:
        raise Refused(f"{path}: there is no such file or folder") from error
    special = [one for one in _readers() if one.has("finds")]
    for declaration in special:
        finds: Callable[[Path], Path | None] = getattr(declaration.cls, "finds")  # noqa: B009
        if found := finds(path):
            return declaration.type, {"path": str(found)}
    for declaration in (one for one in _readers() if one not in special):
        for param in declaration.params:
            fits = os.path.isdir(path) if param.kind == "folder" else _opens(declaration, path)
            if param.kind in {"folder", "path"} and fits:
                return declaration.type, {param.name: str(path)}
    raise Refused(f"{path.name}: no data node reads this; known are {known()}")


def is_data(path: Path) -> bool:
    """Is this a file or folder that can come onto a board?"""
    try:
        data_node(path)
    except Refused:
        return False
    return True


def known() -> str:
    """What can come onto a board, in words."""
    endings = dict.fromkeys(ending for one in _readers() for ending in _endings(one))
    folders = any(param.kind == "folder" for one in _readers() for param in one.params)
    return f"files ending in {', '.join(endings)}" + (", and folders of pictures" * folders)


def paths_in(text: str) -> list[Path]:
    """The files and folders that a text names, one a line; none if it says anything else.

    Quotes around a path, `file:` addresses, blanks behind a backslash and `~` are understood.
    """
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    found = [_path(line) for line in lines[:LINES]]
    if not lines or len(lines) > LINES or not all(map(_is_path, found)):
        return []
    return found


def _path(line: str) -> Path:
    plain = re.sub(r"^([\"'`])(.*)\1$", r"\2", line)
    if plain.lower().startswith("file:"):
        parts = urlparse(plain)
        return Path(url2pathname(unquote(parts.path)))
    path = Path(plain)
    if "\\ " in plain and not os.path.exists(path):
        path = Path(plain.replace("\\ ", " "))
    if plain.startswith("~"):
        try:
            return path.expanduser()
        except RuntimeError:  # there is no such user
            return path
    return path


def _is_path(path: Path) -> bool:
    """Is this meant as a path? One that is full may lead nowhere; that is told then."""
    looks = path.is_absolute() and len(path.parts) > 1 and len(str(path)) < 1000
    return looks or (len(path.parts) > 0 and str(path) != "." and os.path.exists(path))


def _readers() -> list[Declaration]:
    return [one for one in REGISTRY if one.role == "data"]


def _endings(declaration: Declaration) -> Iterable[str]:
    endings: tuple[str, ...] = getattr(declaration.cls, "opens", ())
    return endings


def _opens(declaration: Declaration, path: Path) -> bool:
    name = path.name.lower()
    return os.path.isfile(path) and any(name.endswith(one) for one in _endings(declaration))


def unknown_kind(node_type: str) -> str:
    """What to say of a type that is not declared: which are near it."""
    family = node_type.partition(".")[0]
    kin = [one.type for one in REGISTRY if one.type.startswith(f"{family}.")]
    near = nearest(node_type, [one.type for one in REGISTRY])
    if near:
        return f"{brief(node_type)} is no kind of node; known and like it: {', '.join(near)}"
    families = sorted({one.type.partition(".")[0] for one in REGISTRY})
    listed = kin[:8] or [f"{one}.*" for one in families]
    return f"{brief(node_type)} is no kind of node; known are {', '.join(listed)}"


def nearest(word: str, among: list[str]) -> list[str]:
    """Those of many that a word is likely to mean, by its letters or its last part."""
    import difflib  # noqa: PLC0415 - only where something is not known

    plain = word.lower().replace("_", "").rpartition(".")[2]
    last = {one: one.rpartition(".")[2].replace("_", "") for one in among}
    same = [one for one in among if last[one] == plain]
    close = difflib.get_close_matches(word[:100].lower(), among, n=3, cutoff=0.75)
    likes = difflib.get_close_matches(plain[:100], [*last.values()], n=3, cutoff=0.75)
    return [*dict.fromkeys([*same, *close, *(one for one in among if last[one] in likes)])][:3]
