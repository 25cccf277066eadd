"""A refusal says what was expected, what came and what to do; a repair it offers mends it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from graph.core.errors import Mismatch, Repair
from graph.core.tensor import TensorType
from graph.declare import REGISTRY, Declaration
from tests.runtime_tests.contract import Wire

GIVES = {"units": -1, "filters": 1}
"""Which axis of its output a parameter of the layer before sets."""


def told(mismatch: Mismatch) -> None:
    """Hold a refusal to its three parts."""
    for part in (mismatch.expected, mismatch.advice):
        assert isinstance(part, str)
        assert part
    assert len({mismatch.expected, mismatch.received, mismatch.advice}) == 3, mismatch


def mends(
    declaration: Declaration, params: Mapping[str, Any], wires: Sequence[Wire], mismatch: Mismatch
) -> None:
    """Hold the repairs of a refusal to what they promise: the same is not said again."""
    told(mismatch)
    for repair in mismatch.repairs:
        tried = _applied(declaration, params, wires, repair)
        if tried is None:
            continue
        # Another input may want the same, and it is not said which one.
        others = [one for one in wires if one in tried[1]] if repair.port else []
        again = refusal(declaration, *tried)
        assert others or str(again) != str(mismatch), f"{repair} mends nothing"


def refusal(
    declaration: Declaration, params: Mapping[str, Any], wires: Sequence[Wire]
) -> Mismatch | None:
    """What a node has against its wires, if anything."""
    try:
        declaration.bind(params).shape(*wires)
    except Mismatch as mismatch:
        return mismatch
    return None


def _applied(
    declaration: Declaration, params: Mapping[str, Any], wires: Sequence[Wire], repair: Repair
) -> tuple[dict[str, Any], list[Wire]] | None:
    """Parameters and wires with a repair; None where it changes the board beyond them."""
    new, given = dict(params), list(wires)
    for one in (repair, *repair.more):
        assert sum(map(bool, (one.param, one.insert, one.use))) == 1
        if one.param and not one.port:
            param = declaration.param(one.param)
            assert param is not None
            new[one.param] = param.check(one.value)
        elif one.insert or one.param in GIVES:
            place = [port.name for port in declaration.ports_of(new).inputs].index(one.port)
            wire = given[place]
            if not isinstance(wire, TensorType):
                return None
            changed = _changed(wire, one)
            if changed is None:
                return None
            given[place] = changed
        else:
            return None
    return new, given


def _changed(wire: TensorType, repair: Repair) -> TensorType | None:
    if repair.param:
        dims = list(wire.dims)
        dims[GIVES[repair.param]] = repair.value  # type: ignore[call-overload]
        return wire.with_dims(*dims)
    inserted = REGISTRY.find(repair.insert)
    assert inserted is not None
    for name, value in repair.params:
        param = inserted.param(name)
        assert param is not None
        param.check(value)
    if len(inserted.ports.inputs) > 1:
        return None
    with contextlib.suppress(Mismatch):  # what is inserted asks for more in its turn
        made = inserted.bind(dict(repair.params)).shape(wire)
        return made if isinstance(made, TensorType) else None
    return None
