"""What a renderer draws from: a view's parameters and the tensors its board computes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

Examples = tuple[Tensor, ...]
Compute = Callable[[Examples], Mapping[str, Tensor]]

COUNT = 64


@dataclass(frozen=True, slots=True)
class View:
    """A view, and the board that computes its tensors.

    Attributes:
        params: Its node's parameters.
        inputs: For each port, the place of its value among the examples, or None where computed.
        compute: From a batch to tensors by port.
        examples: Fixed examples.
        classes: Names of the classes, where known.
        pages: Are all examples wanted, to page through?
        from_noise: Nothing of the examples goes into it.
    """

    params: Mapping[str, Any]
    inputs: Mapping[str, int | None]
    compute: Compute
    examples: Examples
    classes: Sequence[str] = ()
    pages: bool = False
    from_noise: bool = False

    @property
    def batch(self) -> Examples:
        """As many examples as the view shows."""
        count = how_many(self.params)
        return tuple(tensor[:count] for tensor in self.examples)

    def tensors(self) -> dict[str, Tensor]:
        """The view's tensors by port, on the CPU; half precision made whole."""
        return on_cpu(self.compute(self.batch))

    def class_name(self, number: int) -> str:
        """A class's name, or its number where it has none."""
        return self.classes[number] if 0 <= number < len(self.classes) else str(number)

    def class_names(self, count: int) -> tuple[str, ...]:
        """The names of so many classes."""
        return tuple(self.class_name(number) for number in range(count))


def how_many(params: Mapping[str, Any]) -> int:
    """How many rows a view with such parameters shows, where there are as many."""
    return int(params.get("count", COUNT))


def on_cpu(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors ready to be drawn."""
    found = {}
    for name, tensor in tensors.items():
        half = tensor.dtype in (torch.bfloat16, torch.float16)
        found[name] = (tensor.float() if half else tensor).detach().cpu()
    return found


def probabilities(logits: Tensor) -> Tensor:
    """Scores [N, C], or [N] and [N, 1] for yes or no, as probabilities [N, C or 2]."""
    if logits.ndim == 1:
        logits = logits.unsqueeze(1)
    if logits.ndim != 2:
        raise ValueError(
            f"Expected scores [N, classes], received {list(logits.shape)}. Flatten them first."
        )
    if logits.shape[1] == 1:
        yes = logits.float().sigmoid()
        return torch.cat((1 - yes, yes), dim=1)
    return logits.float().softmax(1)


def class_numbers(label: Tensor) -> Tensor:
    """Labels [N], also where they come as [N, 1], as numbers 0. and 1., or one a class."""
    if label.ndim == 2 and label.shape[1] > 1:
        return label.argmax(1)
    return label.reshape(-1).round().long()
