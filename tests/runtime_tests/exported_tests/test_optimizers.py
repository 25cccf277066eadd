"""Groups of weights for an optimizer."""

from __future__ import annotations

import torch
from torch import nn

from runtime.exported.layers import LearnedTensor
from runtime.exported.optimizers import MuonWithAdamW, weight_groups


def network() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(4, 3), nn.LayerNorm([2, 3]), nn.BatchNorm1d(3), LearnedTensor(3, 2), nn.PReLU(2)
    )


def test_biases_and_norms_are_not_pulled() -> None:
    linear, layer_norm, batch_norm, table, slopes = parts = network()
    decayed, spared = weight_groups(parts, decay_biases=False)
    assert decayed["params"] == [linear.weight, table.weight, slopes.weight]
    free = [linear.bias, *layer_norm.parameters(), *batch_norm.parameters()]
    assert [id(one) for one in spared["params"]] == [id(one) for one in free]
    assert spared["weight_decay"] == 0.0


def test_every_weight_is_in_one_group_but_those_without_gradient() -> None:
    first, second = network(), network()
    first[0].requires_grad_(False)
    groups = weight_groups(first, second, slower=[second[0]], lr=0.5)
    found = [id(one) for group in groups for one in group["params"]]
    assert len(found) == len(set(found))
    learned = [*first.parameters(), *second.parameters()]
    assert set(found) == {id(one) for one in learned if one.requires_grad}
    assert [group.get("lr") for group in groups] == [None, 0.5]
    assert {id(one) for one in groups[1]["params"]} == {id(one) for one in second[0].parameters()}


def test_muon_takes_groups() -> None:
    parts = network()
    muon = MuonWithAdamW(
        weight_groups(parts, slower=[parts[0]], lr=0.0, decay_biases=False), lr=0.1
    )
    before = [one.detach().clone() for one in parts.parameters()]
    torch.stack([one.square().sum() for one in parts.parameters()]).sum().backward()
    muon.step()
    moved = [not torch.equal(*pair) for pair in zip(before, parts.parameters(), strict=True)]
    assert moved[:2] == [False, False]
    assert all(moved[index] for index in (2, 4, 6, 7))
    again = MuonWithAdamW(weight_groups(parts, slower=[parts[0]], lr=0.0, decay_biases=False), lr=9)
    again.load_state_dict(muon.state_dict())
    assert [one["lr"] for one in again.param_groups] == [one["lr"] for one in muon.param_groups]
