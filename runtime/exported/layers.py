"""Layers that torch has not."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def layer_init(
    layer: nn.Module,
    rule: Callable[..., Tensor] | None = None,
    *,
    bias: float | None = None,
    **options: Any,
) -> nn.Module:
    """The layer, its weight drawn anew by a rule of torch.nn.init, its bias set to a number."""
    holder = getattr(layer, "linear", layer)  # a loss with a last layer in it
    weight, offset = getattr(holder, "weight", None), getattr(holder, "bias", None)
    padding = getattr(layer, "padding_idx", None)
    with torch.no_grad():
        if rule is not None and isinstance(weight, Tensor):
            rule(weight, **options)
            if padding is not None:
                weight[padding] = 0
        if bias is not None and isinstance(offset, Tensor):
            offset.fill_(bias)
    return layer


class Constant(nn.Module):
    """Numbers that stay as they are: one for all places of `sizes`, or one for each."""

    value: Tensor

    def __init__(self, *numbers: float, sizes: tuple[int, ...] = ()) -> None:
        super().__init__()
        value = torch.tensor(numbers) if len(numbers) > 1 else torch.full(sizes, numbers[0])
        self.register_buffer("value", value.view(sizes), persistent=False)

    def forward(self, batch: Tensor | None = None) -> Tensor:
        """The numbers; for a batch [N, ...] the same for each of its examples, [N, *sizes]."""
        return self.value if batch is None else self.value.expand(len(batch), *self.value.shape)


class LearnedTensor(nn.Module):
    """Numbers that learn; they start normal, with deviation 1."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(sizes))

    def forward(self, batch: Tensor | None = None) -> Tensor:
        """The numbers; for a batch [N, ...] the same for each of its examples, [N, *sizes]."""
        return self.weight if batch is None else self.weight.expand(len(batch), *self.weight.shape)


class MaskedLinear(nn.Linear):
    """Neurons of one depth as a matrix: one row of marks for each, 1 where an input is wired.

    Each neuron starts as an nn.Linear of its own wires does, uniform in +-1/sqrt(wires).
    """

    mask: Tensor

    def __init__(self, *rows: str, bias: bool = True) -> None:
        super().__init__(len(rows[0]), len(rows), bias)
        mask = torch.tensor([[float(mark) for mark in row] for row in rows])
        self.register_buffer("mask", mask, persistent=False)
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        if "mask" not in self._buffers:
            return  # nn.Linear's own call, before the mask is known
        bound = self.mask.sum(1).clamp(min=1).rsqrt()
        self.weight.uniform_(-1, 1).mul_(bound.unsqueeze(1) * self.mask)
        if self.bias is not None:
            self.bias.uniform_(-1, 1).mul_(bound)

    def forward(self, input: Tensor) -> Tensor:
        """Input [N, columns] -> [N, rows]."""
        return F.linear(input, self.weight * self.mask, self.bias)


class WiredNeurons(nn.Module):
    """Neurons wired to any columns and any neurons before them, computed step by step.

    Each neuron is the numbers of the columns it is wired to, behind the name of its activation,
    which stays until another is named; a comma ends it. The first columns are what comes in, the
    others the neurons in order: with 2 columns, "tanh 0 1, 0, relu 2-3" is three neurons, the last
    wired to the other two. `no_bias` before a neuron's columns leaves its offset out; `out` behind
    them says that its value comes out. Where none says so, those come out that feed no other.

    There is one weight a wire [wires, 1]. As often as a step is done, what it gives is pushed
    to the sums of all neurons behind it. Each neuron starts as an nn.Linear of its own wires does,
    uniform in +-1/sqrt(wires).

    Args:
        columns: Number of columns that come in.
        text: The neurons, in pieces that are read as one.
    """

    places: Tensor
    biased: Tensor
    given: Tensor

    def __init__(self, columns: int, *text: str) -> None:
        super().__init__()
        self.columns = columns
        wires, activations, biased, out = _neurons(" ".join(text))
        self.wires = [len(row) for row in wires]
        steps = _steps(wires, activations, columns)
        widths = [sum(count for _, count in step) for step in steps]
        self.sizes, places = _blocks(wires, widths, columns)
        self.cuts, self.bends, rest = [], [], len(wires)
        for step, width in zip(steps, widths, strict=True):
            rest -= width
            self.cuts.append([*(count for _, count in step), rest])
            self.bends.append([_function(name) for name, _ in step])
        read = {column for row in wires for column in row}
        ends = [n for n in range(len(wires)) if n + columns not in read]
        self.given_at, given = _found(out or ends, widths)
        self.register_buffer("places", torch.tensor(places), persistent=False)
        self.register_buffer("biased", torch.tensor(biased).nonzero().squeeze(1), persistent=False)
        self.register_buffer("given", torch.tensor(given), persistent=False)
        self.weight = nn.Parameter(torch.empty(len(places), 1))
        self.bias = nn.Parameter(torch.empty(sum(biased)))
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        wires = torch.tensor(self.wires, device=self.weight.device)
        bound = wires.to(self.weight.dtype).rsqrt()
        self.weight.uniform_(-1, 1).mul_(bound.repeat_interleave(wires).unsqueeze(1))
        self.bias.uniform_(-1, 1).mul_(bound[self.biased])

    def forward(self, x: Tensor) -> Tensor:
        """Columns [N, columns] -> [N, neurons whose values come out]."""
        flat = self.weight.new_zeros(sum(self.sizes))
        flat = flat.index_add(0, self.places, self.weight.squeeze(1))
        first, *blocks = flat.split(self.sizes)
        bias: Tensor = self.bias
        count = len(self.wires)
        if len(bias) < count:
            bias = bias.new_zeros(count).index_copy(0, self.biased, bias)
        steps = zip(self.cuts, self.bends, blocks, strict=True)
        sums, given = torch.addmm(bias, x, first.view(self.columns, count)), []
        for number, (cuts, bends, block) in enumerate(steps):
            *parts, sums = sums.split(cuts, dim=1)
            values = [bend(part) for bend, part in zip(bends, parts, strict=True)]
            y = values[0] if len(values) == 1 else torch.cat(values, dim=1)
            if cuts[-1]:
                sums = torch.addmm(sums, y, block.view(-1, cuts[-1]))
            if number in self.given_at:
                given.append(y)
        y = given[0] if len(given) == 1 else torch.cat(given, dim=1)
        return y if y.shape[1] == len(self.given) else y[:, self.given]


def _function(name: str) -> Callable[[Tensor], Tensor]:
    """The activation of that name."""
    if name == "linear":
        return torch.clone
    found: Callable[[Tensor], Tensor] = getattr(F, name, None) or getattr(torch, name)
    return found


def _numbers(text: str) -> list[int]:
    """Numbers and runs of them: "0 3-5" gives 0, 3, 4, 5."""
    found: list[int] = []
    for word in text.split():
        first, _, last = word.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def _neurons(text: str) -> tuple[list[list[int]], list[str], list[bool], list[int]]:
    """Each neuron's columns, its activation, whether it has an offset; those that come out."""
    wires, activations, biased, out, activation = [], [], [], [], ""
    for neuron, part in enumerate(text.split(",")):
        words = part.split()
        for name in [word for word in words if word[0].isalpha()]:
            activation = activation if name in {"no_bias", "out"} else name
        wires.append(_numbers(" ".join(word for word in words if word[0].isdigit())))
        activations.append(activation)
        biased.append("no_bias" not in words)
        out += [neuron] if "out" in words else []
    return wires, activations, biased, out


def _steps(
    wires: list[list[int]], activations: list[str], columns: int
) -> list[list[tuple[str, int]]]:
    """Neurons that are computed at once: activations with how many have them, in order."""
    steps: list[list[tuple[str, int]]] = []
    start = 0
    for neuron, (row, activation) in enumerate(zip(wires, activations, strict=True)):
        if not steps or max(row) - columns >= start:
            steps.append([])
            start = neuron
        step = steps[-1]
        count = step.pop()[1] if step and step[-1][0] == activation else 0
        step.append((activation, count + 1))
    return steps


def _blocks(wires: list[list[int]], widths: list[int], columns: int) -> tuple[list[int], list[int]]:
    """Sizes of the matrices one behind the other, and the place of each wire in them.

    The first matrix is from the columns to all neurons, the others from each step to all neurons
    behind it, one row a source.
    """
    total = len(wires)
    place, first, offset = {}, columns, columns * total
    for column in range(columns):
        place[column] = column * total, 0
    sizes = [offset]
    for width in widths:
        rest = total + columns - first - width
        for row in range(width):
            place[first + row] = offset + row * rest, total - rest
        first, offset = first + width, offset + width * rest
        sizes.append(width * rest)
    pairs = ((column, neuron) for neuron, row in enumerate(wires) for column in row)
    places = [place[column][0] + neuron - place[column][1] for column, neuron in pairs]
    return sizes, places


def _found(neurons: list[int], widths: list[int]) -> tuple[set[int], list[int]]:
    """The steps that give some neurons, and where those are when the steps lie side by side."""
    step_of = [number for number, width in enumerate(widths) for _ in range(width)]
    steps = {step_of[neuron] for neuron in neurons}
    order = [neuron for neuron, step in enumerate(step_of) if step in steps]
    return steps, [order.index(neuron) for neuron in neurons]


class Bias(nn.Module):
    """One learned number, the same for every example."""

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.ones(()))

    def forward(self) -> Tensor:
        """A scalar."""
        return self.value


def gaussian_blur(x: Tensor, size: int, least: float, most: float) -> Tensor:
    """Blur each picture of [N, C, H, W] by a deviation drawn from `least` to `most` points."""
    count = len(x)
    deviation = torch.empty(count, 1, device=x.device).uniform_(least, most)
    places = torch.arange(size, device=x.device) - size // 2
    weight = torch.softmax(-(places / deviation).square() / 2, 1).to(x.dtype)  # [N, size]
    x = F.pad(x, [size // 2] * 4, mode="reflect").transpose(0, 1)  # an example is a group
    x = F.conv2d(x, weight.view(count, 1, size, 1), groups=count)
    x = F.conv2d(x, weight.view(count, 1, 1, size), groups=count)
    return x.transpose(0, 1)


def random_mix(first: Tensor, second: Tensor) -> Tensor:
    """A point drawn on the line between each two examples [N, ...], to be differentiated at."""
    share = torch.rand(len(first), *[1] * (first.ndim - 1), device=first.device)
    mixed: Tensor = share * first + (1 - share) * second
    return mixed.requires_grad_()
