"""Ports: the places on a node where wires end."""

import dataclasses

from graph.core.errors import DeclarationError


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
