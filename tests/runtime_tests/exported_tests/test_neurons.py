from typing import Any, get_args

import pytest
import torch
from torch import Tensor
from torch.func import functional_call
from torch.utils._python_dispatch import TorchDispatchMode

from graph.nodes.layers.neuron import Activation
from runtime.exported.neurons import SLOPES, WiredNeurons


def test_wired_neurons_are_read_from_text() -> None:
    torch.manual_seed(0)
    net = WiredNeurons(2, "tanh 0 1, no_bias 0, relu", "2-3")
    assert [tuple(p.shape) for p in net.parameters()] == [(5, 1), (2,)]
    x = torch.randn(7, 2)
    a, b, c, d, e = net.weight[:, 0]
    first = torch.tanh(a * x[:, 0] + b * x[:, 1] + net.bias[0])
    last = torch.relu(d * first + e * torch.tanh(c * x[:, 0]) + net.bias[1])
    torch.testing.assert_close(net(x), last.unsqueeze(1))


def test_what_comes_out_is_said_or_feeds_no_other() -> None:
    torch.manual_seed(0)
    net = WiredNeurons(1, "tanh 0, 0, linear 1 2, sin 3, tanh 1")
    marked = WiredNeurons(1, "tanh 0 out, 0, linear 1 2, sin 3 out, tanh 1")
    marked.load_state_dict(net.state_dict())
    x = torch.randn(5, 1)
    assert net(x).shape == (5, 2)
    assert marked(x).shape == (5, 2)
    assert torch.equal(net(x)[:, 0], marked(x)[:, 1])
    assert torch.equal(marked(x)[:, 0], torch.tanh(x[:, 0] * net.weight[0] + net.bias[0]))


def test_a_wire_drawn_twice_has_two_weights() -> None:
    net = WiredNeurons(1, "linear no_bias 0 0")
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[2.0], [3.0]]))
    assert net(torch.ones(1, 1)).item() == 5.0
    net(torch.ones(1, 1)).sum().backward()
    assert net.weight.grad is not None
    assert net.weight.grad.tolist() == [[1.0], [1.0]]


def test_each_wired_neuron_starts_as_a_linear_layer_of_its_wires_does() -> None:
    torch.manual_seed(0)
    net = WiredNeurons(16, *["tanh 0-15,"] * 2000, "0-3, 0")
    wide, bias = net.weight[:32000], net.bias[:2000]
    for drawn in (wide, bias):
        assert drawn.abs().max() <= 1 / 4
        assert drawn.abs().max() > 0.24
        assert drawn.std().item() == pytest.approx(1 / 4 / 3**0.5, rel=0.03)
    assert net.weight[-5:-1].abs().max() <= 1 / 2
    assert set(net.state_dict()) == {"weight", "bias"}


def text(per_step: int, steps: int = 4) -> str:
    """Neurons of every activation in every step, each wired to the two before its step."""
    found = []
    for step in range(steps):
        wires = f"{step * 13 * per_step} {step * 13 * per_step + 1}"
        found += [f"{kind} {', '.join([wires] * per_step)}" for kind in get_args(Activation)]
    return ", ".join(found)


def test_every_activation_of_a_neuron_has_a_slope() -> None:
    assert tuple(SLOPES) == get_args(Activation)
    x = torch.linspace(-30, 30, 241, dtype=torch.float64, requires_grad=True)
    for name, slope in SLOPES.items():
        net = WiredNeurons(1, f"{name} no_bias 0").double()
        with torch.no_grad():
            net.weight.fill_(1)
        y = net(x[:, None]).squeeze(1)
        (expected,) = torch.autograd.grad(y.sum(), x, create_graph=True)  # torch's own
        torch.testing.assert_close(slope(x, y), expected, rtol=1e-12, atol=1e-8)


def test_gradients_of_every_activation_can_be_derived_again() -> None:
    torch.manual_seed(0)
    net = WiredNeurons(2, text(1)).double()
    x = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)

    def run(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        found: Tensor = functional_call(net, {"weight": weight, "bias": bias}, x)
        return found

    given = x, net.weight, net.bias
    assert torch.autograd.gradcheck(run, given, fast_mode=True)
    assert torch.autograd.gradgradcheck(run, given, fast_mode=True)


def test_a_frozen_weight_gets_no_gradient_and_the_others_theirs() -> None:
    torch.manual_seed(0)
    net = WiredNeurons(2, text(1))
    x = torch.randn(3, 2, requires_grad=True)
    expected = torch.autograd.grad(net(x).sum(), [x, net.weight, net.bias])
    for frozen in (0, 1, 2):
        given = [x, net.weight, net.bias]
        for number, one in enumerate(given):
            one.requires_grad_(number != frozen)
        for twice in (False, True):
            wanted = [one for one in given if one.requires_grad]
            found = torch.autograd.grad(net(x).sum(), wanted, create_graph=twice)
            kept = [one for number, one in enumerate(expected) if number != frozen]
            for received, right in zip(found, kept, strict=True):
                torch.testing.assert_close(received, right, rtol=1e-6, atol=1e-6)


def test_mixed_precision_keeps_the_sums_exact() -> None:
    torch.manual_seed(0)
    net = WiredNeurons(2, text(1))
    x = torch.randn(3, 2)
    expected = net(x.bfloat16().float())
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(net(x.bfloat16()), expected)
        net(x.bfloat16()).sum().backward()
    assert net.weight.grad is not None
    assert net.weight.grad.dtype == torch.float32


def test_it_computes_where_nothing_learns() -> None:
    torch.manual_seed(0)
    net = WiredNeurons(2, text(1))
    x = torch.randn(3, 2)
    expected = net(x)
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            assert torch.equal(net(x), expected)
    assert net(x[:0]).shape == (0, expected.shape[1])
    assert torch.equal(net(x[:1]), net(x[:1].expand(1, 2)))


class Operations(TorchDispatchMode):
    """Counts what torch is asked to compute."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += not func.is_view
        return func(*args, **kwargs or {})


def test_an_activation_more_costs_two_operations_a_step() -> None:
    """Its value and a copy of it; the slopes of all steps are found at once."""
    x, steps = torch.randn(5, 2), 50
    counts = {}
    for other in ("tanh", "sigmoid"):
        wires = [f"{2 * step} {2 * step + 1}" for step in range(steps)]
        net = WiredNeurons(2, ", ".join(f"tanh {one}, {other} {one}" for one in wires))
        with Operations() as found:
            net(x).sum().backward()
        counts[other] = found.count
    assert counts["tanh"] < 7 * steps
    assert counts["sigmoid"] - counts["tanh"] < 2.5 * steps
