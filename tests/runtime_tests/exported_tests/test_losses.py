import pytest
import torch
import torch.nn.functional as F

from runtime.exported.losses import (
    binary_focal_loss,
    dice_loss,
    focal_loss,
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
