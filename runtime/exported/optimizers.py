"""Optimizers that torch has not."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn


class MuonWithAdamW(torch.optim.Optimizer):
    """Muon for matrices, AdamW for all other weights (kellerjordan.github.io/posts/muon)."""

    def __init__(
        self,
        params: Iterable[nn.Parameter],
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        adjust_lr_fn: str = "match_rms_adamw",
        **options: Any,
    ) -> None:
        matrices: list[nn.Parameter] = []
        others: list[nn.Parameter] = []
        for weight in params:
            (matrices if weight.ndim == 2 else others).append(weight)
        self.muon = torch.optim.Muon(
            [{"params": matrices}],
            lr=lr,
            weight_decay=weight_decay,
            adjust_lr_fn=adjust_lr_fn,
            **options,
        )
        self.adamw = torch.optim.AdamW([{"params": others}], lr=lr, weight_decay=weight_decay)
        groups = [*self.muon.param_groups, *self.adamw.param_groups]
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay})
        self.link()

    def link(self) -> None:
        """Let both rules work on this optimizer's groups and state."""
        self.muon.param_groups, self.adamw.param_groups = (
            self.param_groups[:1],
            self.param_groups[1:],
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
