"""What the graph's tests share."""

from collections.abc import Iterator

import pytest

from tests.graph_tests.network_nodes import NetworkTypes, network_nodes


@pytest.fixture(scope="module")
def networks() -> Iterator[NetworkTypes]:
    """Types of nodes that make and place networks."""
    with network_nodes() as types:
        yield types
