"""What no machine can hold is told at its node, in gigabytes."""

from typing import Any

import pytest

from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import End


@pytest.mark.parametrize(
    ("source", "port", "type", "params", "said"),
    [
        ("data.xor", "x", "layer.linear", {"units": 10**18}, "12,000,000,000 GB"),
        ("data.xor", "x", "shape.repeat", {"times": 10**14}, "800,000 GB"),
        ("data.digits", "image", "layer.conv2d", {"filters": 10**13}, "400,000 GB"),
    ],
)
def test_what_no_machine_holds_is_an_error(
    source: str, port: str, type: str, params: dict[str, Any], said: str
) -> None:
    document = Document("large")
    data, large = document.add_node(source), document.add_node(type, params=params)
    ports = document.ports(data).outputs
    start = port if port in {one.name for one in ports} else ports[0].name
    document.link(End(data.id, start), End(large.id, "x"))
    (problem,) = (one for one in Diagnosis(document).problems if one.node == large.id)
    assert problem.severity == "error"
    assert problem.received == said


def test_large_layers_of_people_are_none() -> None:
    document = Document("large")
    data, large = document.add_node("data.xor"), document.add_node("layer.linear")
    document.set_params(large.id, units=10**9)
    document.link(End(data.id, document.ports(data).outputs[0].name), End(large.id, "x"))
    assert not [one for one in Diagnosis(document).problems if one.node == large.id]
