import pytest
import torch
from torch import nn

from runtime.exported.layers import MaskedLinear

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
