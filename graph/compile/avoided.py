"""Names that what is being compiled can't have, as `graph.compile.clashes` found them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from graph.core import names

_AVOIDED: ContextVar[frozenset[str]] = ContextVar("avoided", default=frozenset())


@contextmanager
def avoiding(found: frozenset[str]) -> Iterator[None]:
    """Give nothing one of these names for as long as this lasts."""
    token = _AVOIDED.set(found)
    try:
        yield
    finally:
        _AVOIDED.reset(token)


def avoided() -> frozenset[str]:
    """Names that attributes can't have."""
    return _AVOIDED.get()


def reserved() -> frozenset[str]:
    """Names that variables and classes can't have."""
    return names.AMBIGUOUS | _AVOIDED.get()


def free(name: str, others: Iterable[str]) -> str:
    """The name, or one that others have not either where it can't be had."""
    return names.unique(name, _AVOIDED.get().union(others)) if name in _AVOIDED.get() else name
