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
    flat(self)                  names of the inputs that no gradient gets to
    bounds(self, *ranges)       how far what it gives goes; see `graph/declare/ranges.py`
    wants(self, *inputs)        what numbers a loss or metric wants, by port
    absolute(self, *inputs)     places of the inputs whose size it asks, not how they differ
    modes(self)                 does its module do something else while it trains?
    lays(self, *layouts)        where the columns go; see `graph/nodes/shared/column_grid.py`
    averages(self, *inputs)     is a loss of such terms a mean over rows? (`nodes/merging/merge.py`)
    drops(self, *inputs)        does a mute before it leave nothing of it?

Roles have hooks of their own, told where they are declared: `optimizer` in
`nodes/shared/update_rules.py`, `schedule` and `per` in `nodes/optimizers/schedule.py`, `total`,
`figure`, `metric`, `update` and `of_batch` in `nodes/losses/metric.py`, `kind` in
`nodes/views/view.py`, `read`, `fixed_split`, `class_names`, `needs_facts` and `opens` in
`nodes/data/data.py`, `generates` in `nodes/views/view_generated.py`, `leaf` in
`nodes/noise/random_layers.py`, `stops_gradient` in `nodes/merging/value.py`, `sample`, `steer` and
`in_a_row` in `nodes/noise/random.py`, `differentiates` in `nodes/losses/loss_gan.py`, `couples` and
`together` in `nodes/layers/normalisation.py`, `along` in `nodes/layers/linear.py`, `rearranges` in
`nodes/shapes/shape.py`, `noises`, `draws_noise` and `walk` in `nodes/noise/random_diffusion.py`.

Inputs come in the order of the ports; an unwired optional port is None, a variadic port is a
tuple. Values are `Value`s: source text that carries its tensor type.
"""

from graph.declare.decorator import HOOKS, node, shared
from graph.declare.params import (
    AXES,
    Columns,
    FilePath,
    FolderPath,
    Kinds,
    NodeRefs,
    Param,
    ParamKind,
    Values,
    param,
    parse_words,
)
from graph.declare.ports import Port, Ports, parse_ports
from graph.declare.registry import ALSO_CALLED, GROUPS, REGISTRY, Declaration, Registry, Role
from graph.declare.source import Raw, Value, call, changed, docstring, literal, short

__all__ = [
    "ALSO_CALLED",
    "AXES",
    "GROUPS",
    "HOOKS",
    "REGISTRY",
    "Columns",
    "Declaration",
    "FilePath",
    "FolderPath",
    "Kinds",
    "NodeRefs",
    "Param",
    "ParamKind",
    "Port",
    "Ports",
    "Raw",
    "Registry",
    "Role",
    "Value",
    "Values",
    "call",
    "changed",
    "docstring",
    "literal",
    "node",
    "param",
    "parse_ports",
    "parse_words",
    "shared",
    "short",
]
