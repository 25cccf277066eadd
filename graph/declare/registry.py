"""All declarations, and what is known about each."""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, Literal

from graph.core.errors import BadParameter, DeclarationError
from graph.core.limits import brief
from graph.declare.params import Param
from graph.declare.ports import Ports, parse_ports

Role = Literal[
    "layer",
    "neuron",
    "data",
    "pairs",
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


ALSO_CALLED = {
    "Data": "dataset, data set, loader",
    "Activation": "nonlinearity, non-linearity",
    "Pooling": "downsample, subsample",
    "Normalisation": "norm layer",
    "Dropout": "regularisation",
    "Loss": "criterion, objective, cost",
    "Optimizer": "optimiser, training, solver",
    "Schedule": "scheduler, learning rate schedule, lr schedule",
    "Metric": "score, measure",
    "View": "plot, show, display, visualise",
}
"""What else people call the groups."""


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

    @cached_property
    def called(self) -> tuple[str, ...]:
        """What else it is called: its synonyms and, in torch, its class or function."""
        own = self.source.rpartition(".")[2]
        return (*self.synonyms, *([own, self.source] if own else []))

    @cached_property
    def default_name(self) -> str:
        """The name a new node gets: snake case of the title."""
        title = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", self.title)
        return "_".join("".join(c if c.isalnum() else " " for c in title).lower().split())

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(one.name for one in self.params)

    def param(self, name: str) -> Param | None:
        """The parameter of that name or former name."""
        for one in self.params:
            if name == one.name or name in one.was:
                return one
        return None

    def checked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters in checked form, without those at their default.

        Raises:
            BadParameter: If a value is out of range or there is no such parameter.
        """
        found = {}
        for name, value in values.items():
            param = self.param(name)
            if param is None:
                raise BadParameter(f"{self.title} has no parameter {brief(name)}")
            checked = param.check(value)
            if checked != param.default:
                found[param.name] = checked
        return found

    def kept(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the parameters of another type that this one has too and whose values it takes.

        Of as many equal numbers as the other has axes it takes one.
        """
        found = {}
        for name, value in values.items():
            param = self.param(name)
            if param is None:
                continue
            alike = isinstance(value, tuple) and len(value) > 1 and len(set(value)) == 1
            for one in (value, value[:1]) if alike else (value,):
                with suppress(BadParameter):
                    found[param.name] = param.check(one)
                    break
        return found

    def has(self, hook: str) -> bool:
        """Does the class define this hook? A parameter of that name is none."""
        return hasattr(self.cls, hook) and hook not in self._named

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
