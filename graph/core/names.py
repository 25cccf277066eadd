"""Names that become Python: checked identifiers, unique on their sheet."""

import keyword
import re
from collections.abc import Container, Iterable, Iterator

from graph.core import limits
from graph.core.limits import brief

MODULE = frozenset(
    """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children
    named_modules named_parameters parameters register_backward_hook register_buffer
    register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
    set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
    """.split()  # noqa: SIM905 - reads better than quoted words
)
"""Attributes of every `nn.Module`, which torch alone knows: a test asks it. What else a name could
be taken for is seen in the source that is written, see `graph.compile.clashes`."""
AMBIGUOUS = frozenset({"I", "O", "l"})
"""Names that read like digits: fine behind a dot, but not for variables and classes."""


def is_name(text: str) -> bool:
    """Can this be a node's name?"""
    return why_not(text) is None


def why_not(text: str) -> str | None:
    """Why this can't be a name, or None where it can."""
    expected = f"expected a name such as `generator`, got {brief(text)}"
    if not text.isidentifier() or not text.isascii() or text.startswith("_"):
        return f"{expected}: it takes letters, digits and _, a letter first"
    if len(text) > limits.NAME:
        return f"{expected}: it takes at most {limits.NAME} letters"
    if keyword.iskeyword(text) or keyword.issoftkeyword(text):
        return f"{expected}, which is a Python word"
    if text in MODULE:
        return f"{expected}, which is reserved: every nn.Module has an attribute of that name"
    return None


def to_name(text: str) -> str:
    """The nearest name to any text: `Max pool` gives `max_pool`."""
    name = re.sub(r"\W+", "_", text.strip().lower(), flags=re.ASCII).strip("_") or "node"
    if name[0].isdigit():
        name = f"n{name}"
    name = name[: limits.NAME]
    return name if is_name(name) else f"{name[: limits.NAME - 2]}_1"


class Names:
    """Names that are taken; finding a free one costs the same however many there are."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._counts: dict[str, int] = {}
        self._next: dict[str, int] = {}  # by stem, a number below which none is free
        for name in names:
            self.add(name)

    def __contains__(self, name: object) -> bool:
        return name in self._counts

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def add(self, name: str) -> None:
        """Take a name; one may be taken more than once."""
        self._counts[name] = self._counts.get(name, 0) + 1

    def discard(self, name: str) -> None:
        """Give a name back."""
        self._counts[name] -= 1
        if not self._counts[name]:
            del self._counts[name]
            base, _, number = name.rpartition("_")
            if number.isdecimal() and base in self._next:
                self._next[base] = max(2, min(self._next[base], int(number)))

    def first_free(self, base: str) -> str:
        """The base with the first number behind it, from 2, that makes it free."""
        number = self._next.get(base, 2)
        while f"{base}_{number}" in self._counts:
            number += 1
        self._next[base] = number
        return f"{base}_{number}"


def unique(name: str, taken: Container[str]) -> str:
    """The name itself, or with the first free number behind it: `conv_2`."""
    if name not in taken:
        return name
    base = stem(name)
    if isinstance(taken, Names):
        return taken.first_free(base)
    number = 2
    while (found := f"{base[: limits.NAME - len(str(number)) - 1]}_{number}") in taken:
        number += 1
    return found


def stem(name: str) -> str:
    """A name without the number that made it unique."""
    return re.sub(r"_\d+$", "", name)


def class_name(name: str) -> str:
    """A class name from a node's or network's name: `res_block` gives `ResBlock`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_")) or "Network"
