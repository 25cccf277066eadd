"""Parameters: what a declaration says about one, and how a value is checked."""

import dataclasses
import functools
import math
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Union, get_args, get_origin

from graph.core import limits
from graph.core.errors import BadParameter, DeclarationError
from graph.core.limits import brief

ParamKind = Literal[
    "int",
    "float",
    "bool",
    "choice",
    "text",
    "ints",
    "floats",
    "path",
    "folder",
    "nodes",
    "names",
    "values",
    "kinds",
]


NodeRefs = tuple[str, ...]
"""Annotation of a parameter that holds ids of other nodes."""


class FilePath(str):
    """Annotation of a parameter that names a file."""

    __slots__ = ()


class FolderPath(str):
    """Annotation of a parameter that names a folder."""

    __slots__ = ()


class Columns(tuple[str, ...]):
    """Annotation of a parameter that lists names, such as a table's columns."""

    __slots__ = ()


class Values(tuple[tuple[str, Any], ...]):
    """Annotation of a parameter that holds values by name; no form shows it as it is."""

    __slots__ = ()


class Kinds(tuple[tuple[str, str], ...]):
    """Annotation of a parameter that says of named things, such as columns, which kind each is."""

    __slots__ = ()


IN_WORDS = {
    "lr": "learning rate",
    "ema": "running mean (EMA)",
    "missing": "missing words",
    "skip": "skipped lines",
}
"""Names that are no words, or say too little."""
ALSO = {
    "weight_decay": "l2, l2 regularisation, l2 penalty, regularisation, ridge",
    "clip": "gradient clipping, clip norm, clip gradients, max norm",
    "ema": "exponential moving average, polyak, averaged weights",
    "p": "dropout rate, probability",
    "label_smoothing": "smooth labels",
    "weight": "class weights",
    "balanced": "class weights, imbalanced",
    "pos_weight": "positive weight, class weights, imbalanced",
    "lr": "step size",
    "trains": "parameter groups, freeze",
    "decay_biases": "no decay on biases",
    "filters": "channels, out channels, feature maps",
    "units": "out features, neurons, hidden size, width",
    "dilation": "atrous, dilated",
    "groups": "grouped, depthwise",
    "padding": "zero padding",
    "standardise": "scaler, standard scaler, normalise, z score",
}
"""What else people call parameters of these names; of one node's own, it says itself in `words`."""


@dataclasses.dataclass(frozen=True)
class Param:
    """One parameter of a node, as its declaration gives it."""

    name: str
    kind: ParamKind
    default: Any
    doc: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    torch: Any = None
    advanced: bool = False
    sizes: int = 0
    empty_is_all: bool = False
    empty: str = "all"
    was: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    usual: tuple[float, float] | None = None

    @property
    def label(self) -> str:
        """The name as shown to people."""
        return IN_WORDS.get(self.name) or self.name.replace("_", " ")

    @functools.cached_property
    def called(self) -> tuple[tuple[str, Any], ...]:
        """The words a search finds it by, each with the value that it stands for, or None."""
        own = (self.label, self.name.replace("_", " "), *parse_words(ALSO.get(self.name, "")))
        return (
            *((word, None) for word in own),
            *((word, value or None) for word, value in self.words),
            *((one.replace("_", " "), one) for one in self.choices if self.kind == "choice"),
        )

    def check(self, value: object) -> Any:
        """The value as the node will see it.

        Raises:
            BadParameter: If it is of the wrong type or out of range.
        """
        if value is None and self.optional:
            return None
        checked = _CHECKS[self.kind](self, value)
        for number in checked if isinstance(checked, tuple) else (checked,):
            if isinstance(number, bool) or not isinstance(number, int | float):
                continue
            if self.low is not None and number < self.low:
                raise BadParameter(f"{self.label}: expected at least {self.low:g}, got {number:g}")
            if self.high is not None and number > self.high:
                raise BadParameter(f"{self.label}: expected at most {self.high:g}, got {number:g}")
        return checked


def _check_int(param: Param, value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadParameter(f"{param.label}: expected a whole number, got {brief(value)}")
    if abs(value) > limits.NUMBER:
        raise BadParameter(f"{param.label}: expected at most {limits.NUMBER}, got {brief(value)}")
    return value


def _check_float(param: Param, value: object) -> float:
    if not isinstance(value, bool) and isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            number = math.nan
        if not math.isnan(number):
            return number
    raise BadParameter(f"{param.label}: expected a number, got {brief(value)}")


def _check_bool(param: Param, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadParameter(f"{param.label}: expected true or false, got {brief(value)}")
    return value


def _check_text(param: Param, value: object) -> str:
    if not isinstance(value, str):
        raise BadParameter(f"{param.label}: expected text, got {brief(value)}")
    if len(value) > limits.TEXT:
        most = f"at most {limits.TEXT:,} letters"
        raise BadParameter(f"{param.label}: expected {most}, got {brief(value)}")
    return value


def _check_choice(param: Param, value: object) -> str:
    if value not in param.choices:
        raise BadParameter(
            f"{param.label}: expected one of {', '.join(param.choices)}; got {brief(value)}"
        )
    return str(value)


def _check_ints(param: Param, value: object) -> tuple[int, ...]:
    many = _entries(param, value if isinstance(value, list | tuple) else (value,))
    sizes = tuple(_check_int(param, one) for one in many)
    if param.sizes and len(sizes) not in {1, param.sizes}:
        raise BadParameter(f"{param.label}: expected 1 or {param.sizes} numbers, got {len(sizes)}")
    if not sizes:
        raise BadParameter(f"{param.label}: expected at least one number, got none")
    return sizes


def _check_floats(param: Param, value: object) -> tuple[float, ...]:
    many = _entries(param, value if isinstance(value, list | tuple) else (value,))
    numbers = tuple(_check_float(param, one) for one in many)
    if param.sizes and len(numbers) != param.sizes:
        raise BadParameter(f"{param.label}: expected {param.sizes} numbers, got {len(numbers)}")
    return numbers


def _entries(param: Param, many: Sequence[Any]) -> Sequence[Any]:
    if len(many) > limits.ENTRIES:
        most = f"at most {limits.ENTRIES:,} entries"
        raise BadParameter(f"{param.label}: expected {most}, got {len(many):,}")
    return many


def _check_names(param: Param, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise BadParameter(f"{param.label}: expected a list of names, got {brief(value)}")
    return tuple(_check_text(param, one) for one in _entries(param, value))


def _check_values(param: Param, value: object) -> tuple[tuple[str, Any], ...]:
    pairs = list(value.items() if isinstance(value, Mapping) else _listed(value))
    _entries(param, pairs)
    if not all(isinstance(one, list | tuple) and len(one) == 2 for one in pairs):
        raise BadParameter(f"{param.label}: expected values by name, got {brief(value)}")
    found = {str(name): _frozen(one) for name, one in pairs}
    return tuple((name, found[name]) for name in sorted(found))


def _check_kinds(param: Param, value: object) -> tuple[tuple[str, str], ...]:
    found = _check_values(param, value)
    for name, kind in found:
        if kind not in param.choices:
            raise BadParameter(
                f"{param.label}: expected one of {', '.join(param.choices)} for {brief(name)}; got "
                f"{brief(kind)}"
            )
    return found


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


_CHECKS: dict[ParamKind, Callable[[Param, object], Any]] = {
    "int": _check_int,
    "float": _check_float,
    "bool": _check_bool,
    "text": _check_text,
    "path": _check_text,
    "folder": _check_text,
    "choice": _check_choice,
    "ints": _check_ints,
    "floats": _check_floats,
    "nodes": _check_names,
    "names": _check_names,
    "values": _check_values,
    "kinds": _check_kinds,
}


def parse_words(text: str) -> tuple[str, ...]:
    """Words as declarations list them, comma separated."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


AXES = -1
"""For `sizes`: as many numbers as the node's class has `axes`, so 1d, 2d and 3d share a form."""


def param(
    default: Any,
    *,
    doc: str,
    low: float | None = None,
    high: float | None = None,
    torch: Any = dataclasses.MISSING,
    advanced: bool = False,
    sizes: int = 0,
    empty_is_all: bool = False,
    empty: str = "all",
    choices: tuple[str, ...] = (),
    was: tuple[str, ...] = (),
    words: str = "",
    usual: tuple[float, float] | None = None,
) -> Any:
    """Declare a parameter.

    Args:
        default: Value of a new node.
        doc: One sentence for the inspector's tooltip.
        low: Smallest allowed number.
        high: Largest allowed number.
        torch: The default of the torch argument of the same name, where it differs from ours;
            `changed` leaves arguments out of the source that have torch's default.
        advanced: Shown folded away.
        sizes: For tuples of ints: how many numbers, where more than one is given; or `AXES`.
        empty_is_all: For lists of nodes: an empty one stands for all there are to choose from.
        empty: For lists of names: what people call an empty one.
        choices: For kinds of named things: which there are; for text: what it often is.
        was: Former names, so that old files load.
        words: Other words a search should find it by, comma separated; `he = kaiming_normal` is a
            word for one of its choices.
        usual: The largest number that is likely meant, and what to take instead of a larger one.
    """
    pairs = (word.partition("=") for word in parse_words(words))
    settings = {
        "doc": doc,
        "low": low,
        "high": high,
        "torch": default if torch is dataclasses.MISSING else torch,
        "advanced": advanced,
        "sizes": sizes,
        "empty_is_all": empty_is_all,
        "empty": empty,
        "choices": choices,
        "was": was,
        "usual": usual,
        "words": tuple((word.strip(), value.strip()) for word, _, value in pairs),
    }
    return dataclasses.field(default=default, metadata=settings)


_KINDS: dict[Any, ParamKind] = {
    int: "int",
    float: "float",
    bool: "bool",
    str: "text",
    FilePath: "path",
    FolderPath: "folder",
    Columns: "names",
    Values: "values",
    Kinds: "kinds",
    NodeRefs: "nodes",
    tuple[int, ...]: "ints",
    tuple[float, ...]: "floats",
}


def _kind(node_type: str, name: str, hint: Any) -> tuple[ParamKind, tuple[str, ...], bool]:
    optional = False
    if get_origin(hint) in {Union, types.UnionType}:
        inner = [one for one in get_args(hint) if one is not types.NoneType]
        optional = len(inner) < len(get_args(hint))
        if len(inner) != 1:
            raise DeclarationError(f"{node_type}.{name}: expected one type, got {hint}")
        hint = inner[0]
    if get_origin(hint) is Literal:
        return "choice", tuple(get_args(hint)), optional
    if hint not in _KINDS:
        raise DeclarationError(f"{node_type}.{name}: no editor for {hint}")
    return _KINDS[hint], (), optional
