"""Source text: values with their types, literals, calls."""

import dataclasses
from typing import Any

from graph.core.limits import brief
from graph.core.tensor import TensorType


class Value(str):
    """Source text of an expression, with the type of what it gives."""

    type: TensorType

    def __new__(cls, text: str, tensor: TensorType) -> "Value":
        """Pair source text with its tensor type."""
        value = super().__new__(cls, text)
        value.type = tensor
        return value


def literal(value: object) -> str:
    """Python source of a value, with the quotes a formatter would leave.

    With `docstring` this is the one gate by which what a person wrote, or what was read from a
    file, comes into source.

    Raises:
        TypeError: If it is none of the values that parameters and facts have.
    """
    if isinstance(value, Value):
        return str(value)
    if isinstance(value, str):
        text = repr(value)
        return '"' + text[1:-1] + '"' if text[0] == "'" and '"' not in text else text
    if isinstance(value, tuple):
        inner = ", ".join(map(literal, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        pairs = (f"{literal(key)}: {literal(one)}" for key, one in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, float) and abs(value) == float("inf"):
        return "math.inf" if value > 0 else "-math.inf"
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    raise TypeError(f"expected a value that can be written as source, got {brief(value)}")


def docstring(text: str) -> str:
    """Source of a docstring that says just this text, on one line."""
    shown = "".join(one if one.isprintable() and one != "\\" else repr(one)[1:-1] for one in text)
    if '"""' in shown or shown.startswith('"') or shown.endswith('"'):
        shown = shown.replace('"', '\\"')
    return f'"""{shown}"""'


class Raw(str):
    """Source text that goes into a call as it stands."""

    __slots__ = ()


def call(function: str, *args: object, **kwargs: object) -> str:
    """Source of a call; values become literals, `Raw` and `Value` go in as they are."""

    def text(value: object) -> str:
        return str(value) if isinstance(value, Raw | Value) else literal(value)

    parts = [text(value) for value in args]
    parts += [f"{name}={text(value)}" for name, value in kwargs.items()]
    return f"{function}({', '.join(parts)})"


def changed(instance: object, *names: str) -> dict[str, Any]:
    """Those of the named parameters whose value is not torch's default.

    A tuple of equal whole numbers is written as one number, as a person would.
    """
    found: dict[str, Any] = {}
    for field in dataclasses.fields(instance):  # type: ignore[arg-type]
        value = getattr(instance, field.name)
        if field.name in names and short(value) != short(field.metadata["torch"]):
            found[field.name] = short(value)
    return {name: found[name] for name in names if name in found}


def short(value: Any) -> Any:
    """A tuple of equal whole numbers, such as a kernel's sides, as one number."""
    if isinstance(value, tuple) and value and len(set(value)) == 1 and isinstance(value[0], int):
        return value[0]
    return value
