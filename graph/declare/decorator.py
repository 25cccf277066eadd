"""`@node`: from a class to a declaration, checked at import."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any, dataclass_transform, get_type_hints

from graph.core.errors import DeclarationError
from graph.declare.params import AXES, Param, _kind, param, parse_words
from graph.declare.ports import Ports, parse_ports
from graph.declare.registry import REGISTRY, Declaration, Role


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
                synonyms=parse_words(synonyms),
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
    absolute along averages balances batch_first bounds call chooses class_names column compares
    couples curve cuts differentiates diverges divisors draws_noise drops expression figure finds
    fixed fixed_split flat gathers generates in_a_row inverts joins keeps kind lays leaf metric
    modes module moves multiplies needs_facts noises of_batch opens optimizer own_unit packages per
    picture ports read readable reader rearranges reduces remembers sample schedule shape shares
    steer stops_gradient summary summed thins together total totals undefined unlikely update
    walk wants weighs weights written
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
        settings["choices"] = choices or settings["choices"]
        made = Param(
            name=field.name,
            kind=kind,
            default=field.default,
            optional=optional,
            **settings,
        )
        if made.check(made.default) != made.default:
            raise DeclarationError(f"{node_type}.{field.name}: default is not in checked form")
        yield made
