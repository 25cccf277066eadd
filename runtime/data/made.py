"""Data that are made on the spot or come along: what a node's declaration and its reader say.

Such a node needs no place here: its reader is called as an export calls it, its facts are counted,
and its examples are drawn by what its outputs are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

import graph.nodes
from graph.core.tensor import TensorType
from graph.declare import REGISTRY, Declaration
from runtime.data.folders import parts_of
from runtime.exported import images, toys
from runtime.protocol.payloads import Boundary, Payload, Table
from runtime.views.boundary import extent_of
from runtime.views.pixels import to_pictures

assert graph.nodes, "fills the registry"
POINTS = 500
READERS = {**vars(images), **vars(toys)}


def declaration_of(node_type: str) -> Declaration | None:
    """A data node that needs no look at files before it is read; None for any other."""
    found = REGISTRY.find(node_type)
    return found if found is not None and found.has("reader") else None


def rows(declaration: Declaration, params: Mapping[str, Any]) -> tuple[Tensor, ...]:
    """All rows, a tensor for each output."""
    name, given, named = declaration.bind(params).reader()
    found: tuple[Tensor, ...] = READERS[name](*given, **named)
    return found


def facts(declaration: Declaration, params: Mapping[str, Any]) -> dict[str, Any]:
    """How many rows are left to train on, and how many are held out."""
    kept, held = parts_of(len(rows(declaration, params)[0]), params)
    return {"count": kept, "validation": held, "note": ""}


def examples(declaration: Declaration, params: Mapping[str, Any], count: int) -> Payload:
    """The first rows: pictures, points of the plane, or numbers."""
    bound = declaration.bind(params)
    ports = [port.name for port in declaration.ports.outputs]
    given = dict(zip(ports, rows(declaration, params), strict=True))
    kinds: dict[str, TensorType] = dict(zip(ports, bound.shape(None), strict=True))
    label = next((one for one, kind in kinds.items() if kind.kind == "labels"), "")
    names = tuple(bound.class_names(None, label))
    for port, kind in kinds.items():
        if kind.rank == 4:
            known = given[label][:count].tolist() if label else ()
            return to_pictures(given[port][:count], [names[number] for number in known])
        if kind.dims[1:] == (2,):
            point = given[port][:POINTS]
            classes = tuple(given[label][:POINTS].tolist()) if label else ()
            points = tuple((x, y) for x, y in point.tolist())
            return Boundary(0, b"", extent_of(point), points, classes, names)
    columns = [(port, one[:count].reshape(-1).tolist()) for port, one in given.items()]
    cells = zip(*(one[:count] for _, one in columns), strict=False)
    texts = tuple(tuple(f"{number:.4g}" for number in row) for row in cells)
    return Table(tuple(port for port, _ in columns), texts)
