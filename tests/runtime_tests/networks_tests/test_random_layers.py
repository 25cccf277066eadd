"""Layers that draw random numbers: what is drawn, and that gradients get through."""

import torch
import torch.nn.functional as F

from graph.compile import compile_document
from graph.core.tensor import features
from graph.declare import REGISTRY, Value
from runtime.exported.layers import gaussian_blur, random_mix
from tests.graph_tests.networks_tests.drawing import Drawing


def test_a_blur_of_one_strength_is_a_gaussian_window() -> None:
    torch.manual_seed(0)
    x = torch.rand(3, 2, 9, 8)
    place = torch.arange(5.0) - 2
    window = torch.exp(-(place**2) / (2 * 1.5**2))
    window = torch.outer(window, window) / window.sum() ** 2
    padded = F.pad(x, [2, 2, 2, 2], mode="reflect").flatten(0, 1).unsqueeze(1)
    expected = F.conv2d(padded, window[None, None]).view(3, 2, 9, 8)
    torch.testing.assert_close(gaussian_blur(x, 5, 1.5, 1.5), expected)


def test_each_picture_is_blurred_by_its_own_strength() -> None:
    torch.manual_seed(0)
    x = torch.rand(1, 1, 8, 8).expand(6, 1, 8, 8).clone().requires_grad_(True)
    y = gaussian_blur(x, 5, 0.1, 3.0)
    assert len(set(y.detach().std((1, 2, 3)).tolist())) == 6
    assert bool((y.std((1, 2, 3)) <= x.std((1, 2, 3)) + 1e-4).all())
    (gradient,) = torch.autograd.grad(y.square().sum(), [x])
    assert torch.isfinite(gradient).all()


def test_a_mix_lies_between_its_examples_each_at_its_own_place() -> None:
    torch.manual_seed(0)
    first, second = torch.zeros(200, 2, 3), torch.ones(200, 2, 3)
    with torch.no_grad():
        mixed = random_mix(first, second)
    assert mixed.requires_grad, "it is there to be differentiated at"
    assert mixed.is_leaf
    share = mixed.detach().flatten(1)
    assert bool((share == share[:, :1]).all()), "an example moves as one"
    assert bool(((share > 0) & (share < 1)).all())
    assert len(share[:, 0].unique()) > 190
    assert abs(share[:, 0].mean().item() - 0.5) < 0.06


def test_hard_draws_are_classes_with_gradients_of_soft_ones() -> None:
    declaration = REGISTRY.find("random.gumbel_softmax")
    assert declaration is not None
    source = declaration.bind({"hard": True}).expression(Value("x", features("N", 4)))
    assert source == "F.gumbel_softmax(x, hard=True)"
    torch.manual_seed(0)
    logits = torch.tensor([[0.0, 1.0, 2.0, -1.0]]).repeat(20000, 1).requires_grad_(True)
    drawn = F.gumbel_softmax(logits, hard=True)
    assert set(drawn.unique().tolist()) == {0.0, 1.0}
    torch.testing.assert_close(drawn.mean(0), logits[0].softmax(0), atol=0.02, rtol=0)
    (gradient,) = torch.autograd.grad(drawn[:, 0].sum(), [logits])
    assert bool(gradient.abs().sum() > 0)


def test_a_blur_is_carried_by_the_export() -> None:
    draw = Drawing()
    blur = draw.add("random.gaussian_blur", size=3)
    flat, logits = draw.add("shape.flatten"), draw.add("layer.linear", "logits", units=10)
    data, loss = draw.add("data.digits"), draw.add("loss.cross_entropy")
    draw.chain(data, blur, flat, logits, loss, draw.add("optimizer.adam"))
    draw.wire(data, loss, "label", "label")
    files = compile_document(draw.document).files
    assert "from layers import gaussian_blur" in files["model.py"].text
    assert "def gaussian_blur(" in files["layers.py"].text
