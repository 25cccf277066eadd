import pytest
import torch
from torch import nn

from runtime.exported.layers import MaskedLinear, WiredNeurons

MASK = ("101", "001", "000")


def test_missing_wires_carry_nothing() -> None:
    torch.manual_seed(0)
    layer = MaskedLinear(*MASK)
    x = torch.randn(5, 3, requires_grad=True)
    y = layer(x)
    assert layer.bias is not None
    for row, wires in enumerate(MASK):
        expected = layer.bias[row] + sum(
            layer.weight[row, j] * x[:, j] for j, wire in enumerate(wires) if wire == "1"
        )
        assert torch.allclose(y[:, row], expected, atol=1e-6)


@pytest.mark.parametrize("optimizer", [torch.optim.AdamW, torch.optim.SGD])
def test_missing_wires_stay_zero_while_training(optimizer: type[torch.optim.SGD]) -> None:
    torch.manual_seed(0)
    layer = MaskedLinear(*MASK)
    adam = optimizer(layer.parameters(), lr=0.1, weight_decay=0.1)
    for _ in range(5):
        adam.zero_grad()
        layer(torch.randn(8, 3)).square().sum().backward()
        adam.step()
    wired = torch.tensor([[mark == "1" for mark in row] for row in MASK])
    assert layer.weight[~wired].eq(0).all()
    assert layer.weight[wired].ne(0).all()


def test_each_row_starts_like_a_linear_of_its_own_wires() -> None:
    torch.manual_seed(0)
    mask = ["1" * 100 if i % 2 else "1" * 4 + "0" * 96 for i in range(400)]
    layer = MaskedLinear(*mask)
    assert layer.bias is not None
    for rows, wires in ((slice(0, None, 2), 4), (slice(1, None, 2), 100)):
        weights = layer.weight[rows, :wires]
        assert weights.abs().max().item() <= wires**-0.5
        assert weights.std().item() == pytest.approx((wires * 3) ** -0.5, rel=0.05)
        assert layer.bias[rows].abs().max().item() == pytest.approx(wires**-0.5, rel=0.05)


def test_its_state_is_that_of_a_linear() -> None:
    layer = MaskedLinear(*MASK, bias=False)
    assert list(layer.state_dict()) == ["weight"]
    nn.Linear(3, 3, bias=False).load_state_dict(layer.state_dict())


# -- neurons of any wiring


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
