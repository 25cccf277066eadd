"""How a node is declared: once, as a class; everything else is derived from it.

A declaration is a class under `@node`. Its parameters are annotated class attributes made
with `param`. Hooks are plain methods, found by name:

    shape(self, *inputs)        tensor types in, tensor type (or a tuple of them) out
    module(self, *inputs)       source of the constructor, for nodes that keep state
    call(self, module, *values) source of the call of that module; default `module(x)`
    expression(self, *values)   source of a stateless node, from the source of its inputs
    weights(self, *inputs)      number of learned numbers
    summary(self)               the one line shown on the node
    curve(self, x)              an activation's value at x, drawn on the node

Roles have hooks of their own, told where they are declared: `optimizer` in `nodes/_steps.py`,
`schedule` and `per` in `nodes/schedule.py`, `total`, `figure`, `metric` and `update` in
`nodes/metric.py`, `kind` in `nodes/view.py`, `read`, `fixed_split`, `classes` and `needs_facts`
in `nodes/data.py`.

Inputs come in the order of the ports; an unwired optional port is None, a variadic port is a
tuple. Values are `Value`s: source text that carries its tensor type.
"""

import dataclasses
import math
import re
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, Union, dataclass_transform, get_args, get_origin, get_type_hints

from graph.errors import BadParameter, DeclarationError
from graph.tensor import TensorType

Role = Literal[
    "layer",
    "neuron",
    "data",
    "noise",
    "loss",
    "metric",
    "optimizer",
    "schedule",
    "view",
    "input",
    "output",
    "instance",
]
ParamKind = Literal[
    "int", "float", "bool", "choice", "text", "ints", "floats", "path", "nodes", "names", "values"
]

GROUPS = (
    "Data",
    "Neurons",
    "Layers",
    "Activation",
    "Pooling",
    "Normalisation",
    "Dropout",
    "Shape",
    "Merge",
    "Recurrent",
    "Attention",
    "Random",
    "Network",
    "Loss",
    "Optimizer",
    "Schedule",
    "Metric",
    "View",
)
"""The palette's order: what flows first comes first. Other groups follow."""

NodeRefs = tuple[str, ...]
"""Annotation of a parameter that holds ids of other nodes."""


class FilePath(str):
    """Annotation of a parameter that names a file or a folder."""

    __slots__ = ()


class Columns(tuple[str, ...]):
    """Annotation of a parameter that lists names, such as a table's columns."""

    __slots__ = ()


class Values(tuple[tuple[str, Any], ...]):
    """Annotation of a parameter that holds values by name; no form shows it as it is."""

    __slots__ = ()


class Value(str):
    """Source text of an expression, with the type of what it gives."""

    type: TensorType

    def __new__(cls, text: str, tensor: TensorType) -> "Value":
        """Pair source text with its tensor type."""
        value = super().__new__(cls, text)
        value.type = tensor
        return value


@dataclasses.dataclass(frozen=True)
class Port:
    """A named place on a node where wires end.

    Attributes:
        name: Unique among the node's inputs or outputs; never a number.
        kind: "tensor" takes everything but a schedule; "loss" and "schedule" only their own;
            on an output, "any" stands for the kind of what came in.
        variadic: Takes any number of wires, in the order they were drawn.
        optional: May stay unwired.
    """

    name: str
    kind: str = "tensor"
    variadic: bool = False
    optional: bool = False

    @property
    def label(self) -> str:
        """The name as shown to people."""
        return self.name.replace("_", " ")

    def accepts(self, output: "Port") -> bool:
        """May a wire from `output` end here, as far as kinds tell?"""
        if self.kind == "tensor":
            return output.kind != "schedule"
        return output.kind in {self.kind, "any"}


@dataclasses.dataclass(frozen=True)
class Ports:
    """A node's inputs and outputs."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]

    def input(self, name: str) -> Port | None:
        """The input of that name, if there is one."""
        return next((port for port in self.inputs if port.name == name), None)

    def output(self, name: str) -> Port | None:
        """The output of that name, if there is one."""
        return next((port for port in self.outputs if port.name == name), None)


def parse_ports(text: str) -> tuple[Port, ...]:
    """Read ports from text such as `x mask? losses*:loss`."""
    ports = []
    for word in text.split():
        name, _, kind = word.partition(":")
        bare = name.rstrip("*?")
        if not bare.isidentifier():
            raise DeclarationError(f"port {word!r}: expected a name such as `x`, `xs*` or `x?`")
        ports.append(Port(bare, kind or "tensor", variadic="*" in name, optional="?" in name))
    return tuple(ports)


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
    was: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name as shown to people."""
        return self.name.replace("_", " ")

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
        raise BadParameter(f"{param.label}: expected a whole number, got {value!r}")
    return value


def _check_float(param: Param, value: object) -> float:
    if not isinstance(value, bool) and isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            number = math.nan
        if not math.isnan(number):
            return number
    raise BadParameter(f"{param.label}: expected a number, got {value!r}")


def _check_bool(param: Param, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadParameter(f"{param.label}: expected true or false, got {value!r}")
    return value


def _check_text(param: Param, value: object) -> str:
    if not isinstance(value, str):
        raise BadParameter(f"{param.label}: expected text, got {value!r}")
    return value


def _check_choice(param: Param, value: object) -> str:
    if value not in param.choices:
        raise BadParameter(
            f"{param.label}: expected one of {', '.join(param.choices)}; got {value!r}"
        )
    return str(value)


def _check_ints(param: Param, value: object) -> tuple[int, ...]:
    many = value if isinstance(value, list | tuple) else (value,)
    sizes = tuple(_check_int(param, one) for one in many)
    if param.sizes and len(sizes) not in {1, param.sizes}:
        raise BadParameter(f"{param.label}: expected 1 or {param.sizes} numbers, got {len(sizes)}")
    if not sizes:
        raise BadParameter(f"{param.label}: expected at least one number, got none")
    return sizes


def _check_floats(param: Param, value: object) -> tuple[float, ...]:
    many = value if isinstance(value, list | tuple) else (value,)
    numbers = tuple(_check_float(param, one) for one in many)
    if param.sizes and len(numbers) != param.sizes:
        raise BadParameter(f"{param.label}: expected {param.sizes} numbers, got {len(numbers)}")
    return numbers


def _check_names(param: Param, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise BadParameter(f"{param.label}: expected a list of names, got {value!r}")
    return tuple(value)


def _check_values(param: Param, value: object) -> tuple[tuple[str, Any], ...]:
    pairs = list(value.items() if isinstance(value, Mapping) else _listed(value))
    if not all(isinstance(one, list | tuple) and len(one) == 2 for one in pairs):
        raise BadParameter(f"{param.label}: expected values by name, got {value!r}")
    found = {str(name): _frozen(one) for name, one in pairs}
    return tuple((name, found[name]) for name in sorted(found))


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
    "choice": _check_choice,
    "ints": _check_ints,
    "floats": _check_floats,
    "nodes": _check_names,
    "names": _check_names,
    "values": _check_values,
}


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
    was: tuple[str, ...] = (),
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
        was: Former names, so that old files load.
    """
    settings = {
        "doc": doc,
        "low": low,
        "high": high,
        "torch": default if torch is dataclasses.MISSING else torch,
        "advanced": advanced,
        "sizes": sizes,
        "was": was,
    }
    return dataclasses.field(default=default, metadata=settings)


@dataclasses.dataclass(frozen=True)
class Declaration:
    """What `@node` learned about one class."""

    type: str
    cls: Callable[..., Any]
    title: str
    group: str
    role: Role
    doc: str
    ports: Ports
    params: tuple[Param, ...]
    source: str
    synonyms: tuple[str, ...]
    icon: str
    learns: bool
    was: tuple[str, ...]

    @property
    def default_name(self) -> str:
        """The name a new node gets: snake case of the title."""
        title = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", self.title)
        return "_".join("".join(c if c.isalnum() else " " for c in title).lower().split())

    def param(self, name: str) -> Param | None:
        """The parameter of that name or former name."""
        for one in self.params:
            if name == one.name or name in one.was:
                return one
        return None

    def has(self, hook: str) -> bool:
        """Does the class define this hook?"""
        return hasattr(self.cls, hook)

    def bind(self, params: Mapping[str, Any]) -> Any:
        """An instance with these parameters; values that do not check fall to defaults."""
        known = {one.name for one in self.params}
        return self.cls(**{name: value for name, value in params.items() if name in known})

    def ports_of(self, params: Mapping[str, Any]) -> Ports:
        """The ports of a node with these parameters."""
        if not self.has("ports"):
            return self.ports
        inputs, outputs = self.bind(params).ports()
        return Ports(parse_ports(inputs), parse_ports(outputs))

    def summary(self, params: Mapping[str, Any]) -> str:
        """The one line of what matters, shown on the node."""
        return str(self.bind(params).summary()) if self.has("summary") else ""

    def curve(self, params: Mapping[str, Any]) -> Callable[[float], float] | None:
        """The function an activation draws, if this is one."""
        curve: Callable[[float], float] | None = getattr(self.bind(params), "curve", None)
        return curve


class Registry:
    """All declarations by type."""

    def __init__(self) -> None:
        self._declarations: dict[str, Declaration] = {}
        self._former: dict[str, str] = {}

    def add(self, declaration: Declaration) -> None:
        """Take a declaration in.

        Raises:
            DeclarationError: If its type, or a former name of it, is taken.
        """
        for name in (declaration.type, *declaration.was):
            if name in self._declarations or name in self._former:
                raise DeclarationError(f"{name}: declared twice")
        self._declarations[declaration.type] = declaration
        self._former.update(dict.fromkeys(declaration.was, declaration.type))

    def find(self, type: str) -> Declaration | None:
        """The declaration of a type, or None for one we do not know."""
        return self._declarations.get(self._former.get(type, type))

    def __iter__(self) -> Iterator[Declaration]:
        return iter(self._declarations.values())

    def __len__(self) -> int:
        return len(self._declarations)

    def groups(self) -> dict[str, list[Declaration]]:
        """Declarations by group: groups as a palette shows them, nodes as they were declared."""
        found: dict[str, list[Declaration]] = {name: [] for name in GROUPS}
        for declaration in self:
            found.setdefault(declaration.group, []).append(declaration)
        return {name: nodes for name, nodes in found.items() if nodes}


REGISTRY = Registry()


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(param,))
def shared(cls: type[Any]) -> type[Any]:
    """Make a class of parameters and hooks that several nodes inherit."""
    made: type[Any] = dataclasses.dataclass(frozen=True, kw_only=True)(cls)
    return made


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(param,))
def node(
    type: str,
    *,
    group: str,
    title: str = "",
    inputs: str = "x",
    outputs: str = "y",
    role: Role = "layer",
    source: str = "",
    synonyms: str = "",
    icon: str = "",
    learns: bool = False,
    was: tuple[str, ...] = (),
) -> Callable[[type[Any]], type[Any]]:
    """Declare a node.

    Args:
        type: Its name in files: `family.name`.
        group: Where the palette shows it.
        title: Its name for people; the class name where left out.
        inputs: Ports such as `x mask? losses*:loss`.
        outputs: Ports.
        role: What the compiler does with it.
        source: The torch class or function it stands for; its contract test compares.
        synonyms: Other words a search should find it by, comma separated.
        icon: Name of an icon; the group's where left out.
        learns: Does it hold weights an optimizer can train?
        was: Former types, so that old files load.

    Raises:
        DeclarationError: If something is missing or declared twice.
    """

    def declare(cls: Any) -> Any:
        if not (cls.__doc__ or "").strip():
            raise DeclarationError(f"{type}: a node needs a docstring, it is its help text")
        for name, value in vars(cls).items():
            if isinstance(value, list | dict | set) and not name.startswith("__"):
                raise DeclarationError(f"{type}.{name}: a mutable default is shared by all nodes")
        made = dataclasses.dataclass(frozen=True, kw_only=True)(cls)
        REGISTRY.add(
            Declaration(
                type=type,
                cls=made,
                title=title or _title(cls.__name__),
                group=group,
                role=role,
                doc=" ".join(cls.__doc__.split()),
                ports=Ports(parse_ports(inputs), parse_ports(outputs)),
                params=tuple(_params(type, made)),
                source=source,
                synonyms=tuple(word.strip() for word in synonyms.split(",") if word.strip()),
                icon=icon,
                learns=learns,
                was=was,
            )
        )
        return made

    return declare


def _title(name: str) -> str:
    """`CrossEntropy` as words; names people know by their spelling, as `Conv2d`, stay."""
    if re.search(r"[A-Z]{2}|\d", name):
        return name
    first, *rest = re.findall(r"[A-Z][a-z]*", name)
    return " ".join([first, *(word.lower() for word in rest)])


HOOKS = frozenset(
    """
    call curve expression figure fixed_split metric module needs_facts optimizer per ports read
    remembers schedule shape summary total update weights
    """.split()  # noqa: SIM905 - a list of quoted words is harder to read
)


def _params(node_type: str, cls: Any) -> Iterator[Param]:
    hints = get_type_hints(cls)
    for field in dataclasses.fields(cls):
        settings = dict(field.metadata)
        if field.name in HOOKS:
            raise DeclarationError(f"{node_type}.{field.name}: a hook has this name")
        if not settings.get("doc"):
            raise DeclarationError(f"{node_type}.{field.name}: a parameter needs a doc")
        if settings["sizes"] == AXES:
            settings["sizes"] = cls.axes
        kind, choices, optional = _kind(node_type, field.name, hints[field.name])
        made = Param(
            name=field.name,
            kind=kind,
            default=field.default,
            choices=choices,
            optional=optional,
            **settings,
        )
        if made.check(made.default) != made.default:
            raise DeclarationError(f"{node_type}.{field.name}: default is not in checked form")
        yield made


_KINDS: dict[Any, ParamKind] = {
    int: "int",
    float: "float",
    bool: "bool",
    str: "text",
    FilePath: "path",
    Columns: "names",
    Values: "values",
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


def literal(value: object) -> str:
    """Python source of a value, with the quotes a formatter would leave."""
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
    return repr(value)


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
