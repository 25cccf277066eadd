"""Every loss against torch: source runs, one number, a gradient for each input, the same value."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.core.errors import Mismatch
from graph.core.tensor import SCALAR_LOSS, TensorType
from graph.declare import Declaration
from tests.runtime_tests.contract import Choices, parameters, size
from tests.runtime_tests.contract_sides import hold
from tests.runtime_tests.evaluate import evaluate, f, find, labels, of_role, sample, values
from tests.runtime_tests.omissions import LOSS_ARGUMENTS

Wires = tuple[TensorType | tuple[TensorType, ...], ...]
LOSS = TensorType((), "float", "loss")

TO_CLASSES: list[Wires] = [
    (f("N", 4), labels("N", classes=4)),
    (f("N", 4), labels("N")),
    (f("N", 4, 6, 3), labels("N", 6, 3, classes=4)),
    (f("N", "T", 4), labels("N", "T", classes=4)),
    (f("N", 4, 4), labels("N", 4, classes=4)),
]
ALIKE: list[Wires] = [
    (f("N", 3), f("N", 3)),
    (f("N"), f("N")),
    (f("N", 1, 6, 6), f("N", 1, 6, 6)),
    (f("N", 1), f("N")),
    (f("N"), f("N", 1)),
]
YES_OR_NO: list[Wires] = [
    *ALIKE,
    (f("N", 1), labels("N", classes=2)),
    (f("N"), labels("N", classes=2)),
]
EMBEDDINGS: list[Wires] = [(f("N", 6), f("N", 6), f("N", 6))]
WIRES: dict[str, list[Wires]] = {
    "loss.cross_entropy": TO_CLASSES,
    "loss.nll": TO_CLASSES,
    "loss.multi_margin": TO_CLASSES,
    "loss.binary_cross_entropy": YES_OR_NO,
    "loss.bce": YES_OR_NO,
    "loss.soft_margin": ALIKE,
    "loss.focal": [*TO_CLASSES, *YES_OR_NO],
    "loss.dice": [*TO_CLASSES[2:], ALIKE[0], ALIKE[2]],
    "loss.multilabel_margin": [(f("N", 4), labels("N", 4))],
    "loss.multilabel_soft_margin": [(f("N", 4), f("N", 4)), (f("N", 4), labels("N", 4))],
    "loss.ctc": [
        (f("N", "T", 5), labels("N", 3, classes=5)),
        (f("N", "T", 5), labels("N", 3, classes=5), labels("N"), labels("N")),
    ],
    "loss.gaussian_nll": [(f("N", 3), f("N", 3), f("N", 3)), (f("N", 1), f("N"), f("N", 1))],
    "loss.kl_div": [ALIKE[0], ALIKE[2]],
    "loss.kl_normal": [(f("N", 3), f("N", 3)), (f("N", 2, 4, 4), f("N", 2, 4, 4))],
    "loss.cosine_embedding": [(f("N", 6), f("N", 6), f("N"))],
    "loss.margin_ranking": [(f("N", 6), f("N", 6), f("N", 6)), (f("N", 1), f("N", 1), f("N"))],
    "loss.triplet_margin": EMBEDDINGS,
    "loss.triplet_distance": EMBEDDINGS,
    "loss.generator": [(f("N", 1),), (f("N"),), (f("N", 1, 4, 4),)],
    "loss.discriminator": [(f("N", 1), f("N", 1)), (f("N", 1, 4, 4), f("N", 1, 4, 4))],
    "loss.weighted_sum": [((LOSS,),), ((LOSS, LOSS, LOSS),)],
    "loss.mean": [(f("N"),), (f("N", 3, 4),), (SCALAR_LOSS,)],
}
PARAMS: Choices = {
    "weight": [(), (1.0, 0.5, 2.0, 0.0)],
    "balanced": [False],  # its weights are the compiler's: see compile_tests
    "ignore_index": [-100],
    "blank": [0],
    "margin": [0.25, 0.5, 1.0],
    "p": [1.0, 2.0],
    "eps": [1e-8, 1e-6],
    "beta": [0.5, 1.0],
    "factors": [(1.0,), (0.5,), (2.0,)],
}
POSITIVE = {"variance"}
OURS = {"balanced"}
"""Parameters that torch's losses have not."""

each_loss = pytest.mark.parametrize(
    "declaration",
    [one for one in of_role("loss") if not one.has("differentiates")],  # see exported_tests
    ids=lambda one: one.type,
)


def drawn(
    declaration: Declaration, rng: Random, choices: Sequence[Wires], fixed: Mapping[str, Any]
) -> tuple[dict[str, Any], Wires]:
    """Parameters of a loss, and wires that fit."""
    special = dict(PARAMS)
    if declaration.type == "loss.multi_margin":
        special["p"] = ["1", "2"]
    return parameters(declaration, rng, special, fixed), rng.choice(choices)


def tensors(declaration: Declaration, wires: Wires) -> dict[str, Any]:
    """What stands for the inputs, in the range the loss asks for."""
    found: dict[str, Any] = {}
    for port, wire in zip(declaration.ports.inputs, wires, strict=False):
        if isinstance(wire, tuple):
            found |= {f"{port.name}_{i}": sample(one) for i, one in enumerate(wire)}
            continue
        one = sample(wire)
        if port.name == "probability":
            one = one.detach().sigmoid().requires_grad_()
        elif port.name == "log_probability":
            one = one.detach().flatten(1).log_softmax(1).view(one.shape).requires_grad_()
        elif port.name in POSITIVE or declaration.type == "loss.poisson_nll":
            one = one.detach().exp().requires_grad_()
        elif port.name == "sign":
            one = one.detach().sign()
        elif port.name in {"target", "label"} and wire.dtype == "float":
            one = one.detach().sigmoid()
        elif port.name.endswith("_length"):
            one = torch.full_like(one, 20 if port.name == "logits_length" else 2)
        elif declaration.type == "loss.ctc" and port.name == "label":
            one = torch.randint(1, 5, one.shape)
        elif declaration.type == "loss.multilabel_margin" and port.name == "label":
            one = torch.tensor([2, 0, -1, -1]).expand(one.shape).contiguous()
        found[port.name] = one
    return found


def source_of(declaration: Declaration, bound: Any, wires: Wires) -> str:
    arguments: list[Any] = []
    for port, wire in zip(declaration.ports.inputs, wires, strict=False):
        if isinstance(wire, tuple):
            names = {f"{port.name}_{i}": one for i, one in enumerate(wire)}
            arguments.append(tuple(values(**names)))
        else:
            arguments += values(**{port.name: wire})
    arguments += [None] * (len(declaration.ports.inputs) - len(arguments))
    return str(bound.expression(*arguments))


def shape_of(declaration: Declaration, bound: Any, wires: Wires) -> TensorType:
    missing = [None] * (len(declaration.ports.inputs) - len(wires))
    found: TensorType = bound.shape(*wires, *missing)
    return found


@each_loss
def test_one_number_with_gradients(declaration: Declaration) -> None:
    rng = Random(declaration.type)

    def check(params: Mapping[str, Any], wires: Wires) -> bool:
        bound = declaration.bind(params)
        assert shape_of(declaration, bound, wires) == SCALAR_LOSS
        given = tensors(declaration, wires)
        loss = evaluate(source_of(declaration, bound, wires), **given)
        assert loss.shape == ()
        assert loss.isfinite()
        loss.backward()
        learning = [one for one in given.values() if isinstance(one, Tensor) and one.requires_grad]
        assert learning
        assert all(one.grad is not None for one in learning)
        return True

    choices = WIRES.get(declaration.type, ALIKE)
    hold(declaration, lambda fixed: drawn(declaration, rng, choices, fixed), check, but=OURS)


def torch_arguments(declaration: Declaration, params: Mapping[str, Any]) -> dict[str, Any]:
    """A node's parameters as its torch class takes them; it sums where we divide by the batch."""
    found = {name: value for name, value in params.items() if name not in OURS}
    if "weight" in found:
        found["weight"] = torch.tensor(found["weight"]) if found["weight"] else None
    if "pos_weight" in found:
        found["pos_weight"] = torch.tensor(found["pos_weight"])
    if declaration.type == "loss.multi_margin":
        found["p"] = int(found["p"])
    if declaration.type == "loss.kl_div":
        found["reduction"] = "batchmean"
    elif found.get("reduction") == "batchmean":
        found["reduction"] = "sum"
    if "distance_function" in found:
        names = {
            "euclidean": F.pairwise_distance,
            "cosine": lambda a, b: 1 - (F.cosine_similarity(a, b)),
        }
        found["distance_function"] = names[found["distance_function"]]
    return found


@pytest.mark.parametrize(
    "declaration",
    [one for one in of_role("loss") if one.source and one.type != "loss.ctc"],
    ids=lambda one: one.type,
)
def test_same_value_as_the_torch_class(declaration: Declaration) -> None:
    rng = Random(declaration.type)
    made = getattr(nn, declaration.source.rpartition(".")[2])

    def check(params: Mapping[str, Any], wires: Wires) -> bool:
        given = tensors(declaration, wires)
        ours = evaluate(source_of(declaration, declaration.bind(params), wires), **given)
        theirs = made(**torch_arguments(declaration, params))(*given.values())
        if params.get("reduction") == "batchmean":
            theirs = theirs / size("N")
        assert torch.allclose(ours, theirs, equal_nan=True)
        return True

    def draw(fixed: Mapping[str, Any]) -> tuple[dict[str, Any], Wires]:
        return drawn(declaration, rng, WIRES.get(declaration.type, ALIKE)[:1], fixed)

    hold(declaration, draw, check, but=OURS)


@each_loss
def test_names_and_defaults_are_those_of_torch(declaration: Declaration) -> None:
    if not declaration.source:
        return
    made = getattr(nn, declaration.source.rpartition(".")[2])
    arguments = dict(inspect.signature(made).parameters)
    for param in (one for one in declaration.params if one.name not in OURS):
        argument = arguments.pop(param.name)
        assert param.torch == argument.default, param.name
    assert not set(arguments) - set(LOSS_ARGUMENTS)


def test_every_loss_of_torch_has_a_node() -> None:
    public = {name for name in dir(nn) if name.endswith("Loss") and name[0] != "_"}
    public |= {"AdaptiveLogSoftmaxWithLoss"}
    nodes = {one.source.rpartition(".")[2] for one in (*of_role("loss"), *of_role("layer"))}
    assert not public - nodes


@pytest.mark.parametrize(
    ("kind", "wires"),
    [
        ("loss.soft_margin", {"logits": f("N"), "sign": labels("N", classes=2)}),
        ("loss.hinge_embedding", {"distance": f("N"), "sign": labels("N", classes=2)}),
        (
            "loss.margin_ranking",
            {"first": f("N"), "second": f("N"), "sign": labels("N", classes=2)},
        ),
        (
            "loss.cosine_embedding",
            {"first": f("N", 6), "second": f("N", 6), "sign": labels("N", classes=2)},
        ),
    ],
)
def test_labels_of_two_classes_are_signs(kind: str, wires: dict[str, TensorType]) -> None:
    label = torch.arange(size("N")) % 2
    given_ = {name: sample(one) for name, one in wires.items()} | {"sign": label}
    bound = find(kind).bind({})
    assert bound.shape(*wires.values()) == SCALAR_LOSS
    ours = evaluate(bound.expression(*values(**wires)), **given_)
    signs = wires | {"sign": f("N")}
    given_["sign"] = label * 2.0 - 1
    assert torch.equal(ours, evaluate(bound.expression(*values(**signs)), **given_))


def test_batchmean_sums_over_an_example() -> None:
    given_ = {"logits": torch.randn(5, 7), "target": torch.rand(5, 7)}
    bound = find("loss.binary_cross_entropy").bind({"reduction": "batchmean"})
    ours = evaluate(bound.expression(*values(logits=f("N", 7), target=f("N", 7))), **given_)
    both = given_["logits"], given_["target"]
    whole = F.binary_cross_entropy_with_logits(*both, reduction="sum") / 5
    assert torch.allclose(ours, whole)


def test_sequences_with_classes_last_are_those_with_classes_first() -> None:
    logits, label = torch.randn(5, 64, 4), torch.randint(0, 4, (5, 64))
    wires = {"logits": f("N", "T", 4), "label": labels("N", "T", classes=4)}
    for kind in ("loss.cross_entropy", "loss.focal", "loss.dice", "loss.multi_margin"):
        bound = find(kind).bind({})
        names = [port.name for port in find(kind).ports.inputs]
        last = bound.expression(*values(**dict(zip(names, wires.values(), strict=True))))
        turned = {names[0]: f("N", 4, "T"), names[1]: wires["label"]}
        first = bound.expression(*values(**turned))
        one = evaluate(last, **{names[0]: logits, names[1]: label})
        two = evaluate(first, **{names[0]: logits.transpose(1, 2), names[1]: label})
        assert torch.allclose(one, two), kind


def test_ctc_is_that_of_torch() -> None:
    logits, label = torch.randn(3, 12, 5), torch.tensor([[1, 2, 3], [4, 4, 0], [2, 0, 0]])
    wires = {"logits": f("N", 12, 5), "label": labels("N", 3, classes=5)}
    source = find("loss.ctc").bind({}).expression(*values(**wires), None, None)
    theirs = nn.CTCLoss()(
        logits.log_softmax(2).transpose(0, 1),
        label,
        torch.full((3,), 12),
        torch.tensor([3, 2, 1]),
    )
    assert torch.allclose(evaluate(source, logits=logits, label=label), theirs)


def test_adversaries_want_the_opposite() -> None:
    for objective in ("logistic", "least squares", "hinge", "Wasserstein"):
        judge = find("loss.discriminator").bind({"objective": objective})
        maker = find("loss.generator").bind({"objective": objective})
        real, fake = torch.zeros(4, requires_grad=True), torch.zeros(4, requires_grad=True)
        wires = values(real=f("N"), fake=f("N"))
        evaluate(judge.expression(*wires), real=real, fake=fake).backward()
        assert real.grad is not None
        assert (real.grad < 0).all()
        # Least squares wants fake scores at 0, where they are here: it has no say yet.
        assert fake.grad is not None
        assert (fake.grad > 0).all() or objective == "least squares"
        fake.grad = None
        evaluate(maker.expression(wires[1]), fake=fake).backward()
        assert fake.grad is not None
        assert (fake.grad < 0).all(), objective


def test_focal_gradient_is_finite_where_nothing_is_wrong() -> None:
    logits = torch.tensor([[100.0, -100.0]], requires_grad=True)
    source = (
        find("loss.focal")
        .bind({"gamma": 0.5})
        .expression(*values(logits=f("N", 2), label=labels("N")))
    )
    evaluate(source, logits=logits, label=torch.tensor([0])).backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


CLASSES: tuple[str, object] = ("use", "loss.cross_entropy")
BAD: list[tuple[str, dict[str, Any], Wires, list[tuple[str, object]]]] = [
    ("loss.cross_entropy", {}, (f("N", 4), labels("N", classes=10)), [("units", 10)]),
    (
        "loss.cross_entropy",
        {},
        (f("N", 4, 8, 8), labels("N", 8, 8, classes=2)),
        [("filters", 2)],
    ),
    ("loss.cross_entropy", {}, (f("N", 8, 4, 4), labels("N", classes=10)), [("insert", "")]),
    ("loss.cross_entropy", {}, (f("N", 10), f("N", 4)), [("use", "loss.mse")]),
    ("loss.cross_entropy", {"weight": (1.0,)}, (f("N", 3), labels("N")), [("weight", ())]),
    (
        "loss.cross_entropy",
        {"weight": (1.0, 2.0), "balanced": True},
        (f("N", 2), labels("N")),
        [("weight", ()), ("balanced", False)],
    ),
    ("loss.cross_entropy", {"balanced": True}, (f("N", 3), f("N", 3)), [("balanced", False)]),
    (
        "loss.binary_cross_entropy",
        {"pos_weight": 2.0, "balanced": True},
        (f("N"), labels("N", classes=2)),
        [("pos_weight", 1.0), ("balanced", False)],
    ),
    ("loss.binary_cross_entropy", {"balanced": True}, (f("N"), f("N")), [("balanced", False)]),
    ("loss.mse", {}, (f("N", 3), f("N", 1)), [("units", 1)]),
    ("loss.mse", {}, (f("N", 3), f("N")), [("units", 1)]),
    ("loss.mse", {}, (f("N", 784), f("N", 1, 28, 28)), [("insert", "")]),
    ("loss.mse", {}, (f("N", 100), f("N", 1, 28, 28)), [("units", 784)]),
    ("loss.mse", {}, (f("N", 1, 28, 28), f("N", 784)), [("insert", "")]),
    ("loss.mse", {}, (f("N", 3, 28, 28), f("N", 1, 28, 28)), [("filters", 1)]),
    ("loss.binary_cross_entropy", {}, (f("N", 2), labels("N", classes=2)), [CLASSES, ("units", 1)]),
    ("loss.binary_cross_entropy", {}, (f("N"), labels("N", classes=10)), [CLASSES]),
    ("loss.focal", {}, (f("N", 1), labels("N", classes=10)), [("units", 10)]),
    ("loss.focal", {}, (labels("N", classes=2), labels("N", classes=2)), []),
    ("loss.focal", {}, (f("N", 1), labels("N", classes=1)), []),
    ("loss.dice", {}, (f("N"), f("N", 1)), [("insert", "")]),
    ("loss.dice", {}, (f("N", 1), f("N")), [("insert", "")]),
    ("loss.cross_entropy", {}, (f("N", 1), labels("N", classes=1)), []),
    ("loss.cross_entropy", {}, (f("N", 1), labels("N")), [("units", 2)]),
    ("loss.soft_margin", {}, (f("N", 1), labels("N", classes=3)), [CLASSES]),
    ("loss.ctc", {}, (f("N", 4), labels("N", 3)), []),
    ("loss.ctc", {"blank": 9}, (f("N", "T", 4), labels("N", 3)), []),
    ("loss.kl_normal", {}, (f("N", 4), f("N", 5)), []),
    ("loss.gradient_penalty", {}, (labels("N"), f("N", 5)), []),
    ("loss.gradient_penalty", {}, (f("N", 1), labels("N")), []),
    ("loss.triplet_margin", {}, (f("N", 4), f("N", 5), f("N", 4)), []),
    (
        "loss.weighted_sum",
        {"factors": (1.0, 2.0)},
        ((LOSS,),),
        [("factors", (1.0,))],
    ),
]


@pytest.mark.parametrize(("kind", "params", "wires", "repairs"), BAD)
def test_bad_wires_are_told_and_mended(
    kind: str, params: dict[str, Any], wires: Wires, repairs: list[tuple[str, object]]
) -> None:
    declaration = find(kind)
    with pytest.raises(Mismatch) as told:
        shape_of(declaration, declaration.bind(params), wires)
    assert told.value.expected
    assert told.value.advice
    offered = [
        (one.param, one.value) if one.param else ("use", one.use[0]) if one.use else ("insert", "")
        for one in told.value.repairs
    ]
    assert offered == repairs
    for one in told.value.repairs:
        for name, value in one.params:
            param = find(one.insert).param(name)
            assert param is not None
            param.check(value)
