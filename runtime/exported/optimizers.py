"""Optimizers that torch has not, and groups of weights for all."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import nn

NORMS = (nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm, nn.RMSNorm)


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, keeps: float) -> None:
    """Move a network's weights towards those of another, as their moving average; copy its buffers.

    Args:
        average: What moves.
        network: What it follows.
        keeps: The share of itself that it keeps.
    """
    for mine, its in zip(average.parameters(), network.parameters(), strict=True):
        mine.lerp_(its, 1 - keeps)
    for kept, new in zip(average.buffers(), network.buffers(), strict=True):
        kept.copy_(new)


def weight_groups(
    *networks: nn.Module,
    slower: Sequence[nn.Module] = (),
    lr: float = 0.0,
    decay_biases: bool = True,
) -> list[dict[str, Any]]:
    """The weights of some networks in groups, for an optimizer.

    Args:
        networks: What is trained; weights that take no gradient are left out.
        slower: Parts of these that learn at a rate of their own.
        lr: That rate.
        decay_biases: Does weight decay pull biases, norms' weights and single numbers too?
    """
    slow = {weight for part in slower for weight in part.parameters()}
    groups: dict[tuple[bool, bool], dict[nn.Parameter, None]] = {}
    for place in (False, False), (False, True), (True, False), (True, True):
        groups[place] = {}
    for module in [module for network in networks for module in network.modules()]:
        for name, weight in module.named_parameters(recurse=False):
            small = name == "bias" or weight.ndim == 0 or isinstance(module, NORMS)
            if weight.requires_grad:
                groups[weight in slow, small and not decay_biases][weight] = None
    return [
        {
            "params": list(weights),
            **({"lr": lr} if own_rate else {}),
            **({"weight_decay": 0.0} if undecayed else {}),
        }
        for (own_rate, undecayed), weights in groups.items()
        if weights
    ]


class MuonWithAdamW(torch.optim.Optimizer):
    """Muon for matrices, AdamW for all other weights (kellerjordan.github.io/posts/muon).

    Takes weights, or groups of them.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        adjust_lr_fn: str = "match_rms_adamw",
        **options: Any,
    ) -> None:
        given = list(params)
        groups = given if isinstance(given[0], dict) else [{"params": given}]
        matrices, others = (
            [
                {**one, "params": [w for w in one["params"] if (w.ndim == 2) is flat]}
                for one in groups
            ]
            for flat in (True, False)
        )
        self.matrices = len(matrices)
        self.muon = torch.optim.Muon(
            matrices,
            lr=lr,
            weight_decay=weight_decay,
            adjust_lr_fn=adjust_lr_fn,
            **options,
        )
        self.adamw = torch.optim.AdamW(others, lr=lr, weight_decay=weight_decay)
        groups = [*self.muon.param_groups, *self.adamw.param_groups]
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay})
        self.link()

    def link(self) -> None:
        """Let both rules work on this optimizer's groups and state."""
        self.muon.param_groups, self.adamw.param_groups = (
            self.param_groups[: self.matrices],
            self.param_groups[self.matrices :],
        )
        self.muon.state = self.adamw.state = self.state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a saved state."""
        super().load_state_dict(state_dict)
        self.link()

    def step(self, closure: Any = None) -> Any:
        """Take one step by each rule; there is no closure."""
        self.muon.step()
        self.adamw.step()
