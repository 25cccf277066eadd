"""Networks that give an output although one of their inputs is not known, or is not used."""

import pytest

from graph.compile import compile_document
from graph.diagnose.diagnosis import Diagnosis
from graph.format.templates import open_template
from graph.model.sheet import End
from graph.problems.problem import CompileError
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net


def test_what_a_network_waits_for_is_an_error_even_if_its_output_is_known() -> None:
    net = Net()
    document = net.document
    document.add_network("maker")
    net.add("network.input", sheet="maker")
    bent = net.add("activation.relu", sheet="maker")
    net.add("network.output", net.add("layer.linear", bent, sheet="maker"), sheet="maker")
    document.add_network("judge")
    document.add_node("network.input", sheet="judge", name="image")
    used = document.add_node("network.input", sheet="judge", name="features")
    scores = net.add("layer.linear", used, sheet="judge", units=10)
    net.add("network.output", scores, sheet="judge")
    made = net.add("network.instance", net.last, network="maker")
    judged = net.add("network.instance", network="judge")
    output = document.ports(made).outputs[0].name
    document.link(End(made.id, output), End(judged.id, "image"))
    document.link(End(net.last.id, "y"), End(judged.id, "features"))
    net.judge("loss.cross_entropy", judged)
    (problem,) = net.inference.problems
    assert (problem.name, problem.severity) == (bent.name, "error")
    with pytest.raises(CompileError, match="nothing is wired"):
        compile_document(document)


def test_a_network_that_gives_a_number_whatever_comes_in_is_compiled() -> None:
    net = Net()
    document = net.document
    document.add_network("weight")
    document.add_node("network.input", sheet="weight", name="x")
    net.add("network.output", net.add("layer.parameter", sheet="weight"), sheet="weight")
    number = net.add("network.instance", net.last, network="weight")
    loss = net.judge("loss.cross_entropy", net.last, train=False)
    net.add("optimizer.adam", net.add("merge.multiply", loss, number))
    assert not net.inference.problems
    assert "LearnedTensor" in compile_document(document).files["model.py"].text


@pytest.mark.parametrize("used", [True, False])
def test_the_same_of_a_network_within_a_network(used: bool) -> None:
    """The lacking wire lies in the outer network, what takes it in the inner one."""
    document = open_template("diffusion")
    sheet = document.networks["u_net"]
    (clock,) = (one for one in sheet.nodes.values() if one.name == "clock")
    (wire,) = sheet.into(clock.id)
    document.unlink(wire)
    if not used:  # what waits for it is no longer needed by any output
        for node in [one for one in sheet.nodes.values() if one.type == "network.instance"]:
            document.set_muted([node.id], True)
    inference = Diagnosis(document)
    told = [one for one in inference.problems if one.name == "clock"]
    assert [one.severity for one in told] == (["error"] if used else ["warning"])
    if used:
        with pytest.raises(CompileError, match="nothing is wired"):
            compile_document(document)
