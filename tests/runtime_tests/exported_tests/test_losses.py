import pytest
import torch
import torch.nn.functional as F
from torch import nn

from runtime.exported.losses import (
    binary_focal_loss,
    dice_loss,
    focal_loss,
    gradient_penalty,
    kl_to_unit_normal,
    multiclass_dice_loss,
)


def test_focal_loss_is_cross_entropy_at_gamma_zero() -> None:
    logits, label = torch.randn(6, 4), torch.tensor([0, 1, 2, 3, 0, 1])
    assert torch.allclose(focal_loss(logits, label, 0.0), F.cross_entropy(logits, label))
    assert focal_loss(logits, label, 2.0) < F.cross_entropy(logits, label)


def test_binary_focal_loss_by_its_formula() -> None:
    logit, wanted = torch.tensor([1.0, -0.5]), torch.tensor([1.0, 0.0])
    p = logit.sigmoid()
    yes = -0.25 * (1 - p[0]) ** 2 * p[0].log()
    no = -0.75 * p[1] ** 2 * (1 - p[1]).log()
    assert torch.allclose(binary_focal_loss(logit, wanted), (yes + no) / 2)


def test_dice_loss_from_none_to_all() -> None:
    target = torch.zeros(2, 1, 4, 4)
    target[:, :, :2] = 1
    sure = (target * 2 - 1) * 50
    assert dice_loss(sure, target).item() == pytest.approx(0, abs=1e-6)
    assert dice_loss(-sure, target).item() == pytest.approx(1 - 1 / 17)
    assert dice_loss(torch.full_like(target, 50), target).item() == pytest.approx(1 - 17 / 25)


def test_multiclass_dice_loss() -> None:
    label = torch.tensor([[[0, 1], [2, 2]]])
    sure = F.one_hot(label, 3).permute(0, 3, 1, 2).float() * 100
    assert multiclass_dice_loss(sure, label).item() == pytest.approx(0, abs=1e-6)
    assert multiclass_dice_loss(-sure, label).item() > 0.4


def test_kl_is_that_of_torch_distributions() -> None:
    mean, log_variance = torch.randn(5, 3), torch.randn(5, 3)
    normal = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    unit = torch.distributions.Normal(torch.zeros(3), torch.ones(3))
    expected = torch.distributions.kl_divergence(normal, unit).sum(1).mean()
    assert torch.allclose(kl_to_unit_normal(mean, log_variance), expected, atol=1e-5)


def test_gradient_penalty_of_a_plane_is_that_of_its_slope() -> None:
    weight = torch.tensor([[3.0], [4.0]], requires_grad=True)  # a slope of 5 everywhere
    at = torch.randn(6, 2, requires_grad=True)
    penalty = gradient_penalty(at @ weight, at)
    assert penalty.item() == pytest.approx(10 * (5 - 1) ** 2)
    penalty.backward()
    assert weight.grad is not None
    torch.testing.assert_close(weight.grad, 2 * 10 * (5 - 1) * weight.detach() / 5)


def test_gradient_penalty_by_its_formula_and_its_own_gradient() -> None:
    torch.manual_seed(0)
    first, last = nn.Linear(12, 8).double(), nn.Linear(8, 1).double()
    critic = nn.Sequential(nn.Flatten(), first, nn.Tanh(), last)
    at = torch.randn(5, 3, 2, 2, dtype=torch.double, requires_grad=True)

    def by_hand() -> torch.Tensor:
        hidden = torch.tanh(at.detach().flatten(1) @ first.weight.T + first.bias)
        slopes = ((1 - hidden**2) * last.weight[0]) @ first.weight  # [5, 12]
        return 3.0 * (slopes.square().sum(1).sqrt() - 1).square().mean()

    given = gradient_penalty(critic(at), at, 3.0)
    torch.testing.assert_close(given, by_hand())
    weights = [first.weight, first.bias, last.weight]
    mine = torch.autograd.grad(given, weights)
    theirs = torch.autograd.grad(by_hand(), weights)
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("gamma", [0.25, 0.5, 1.0, 2.0])
def test_focal_losses_learn_on_from_what_is_wholly_right(gamma: float) -> None:
    """A power below 1 has no finite slope at 0, which is how wrong a sure answer is."""
    sure = torch.tensor([[200.0, -200.0], [-200.0, 200.0]], requires_grad=True)
    focal_loss(sure, torch.tensor([0, 1]), gamma).backward()
    yes = torch.tensor([200.0, -200.0], requires_grad=True)
    binary_focal_loss(yes, torch.tensor([1.0, 0.0]), gamma).backward()
    for one in (sure, yes):
        assert one.grad is not None
        assert one.grad.isfinite().all()
