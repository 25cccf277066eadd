"""How fast drawn neurons are: gathered, compiled, and trained beside `nn.Sequential`.

`python benchmarks/neurons.py` prints milliseconds to gather 1,000 neurons, and for a drawn net of
129 neurons (2-64-64-1) the speed of its training over that of the same `nn.Sequential`, taken in
turns in one process, one thread. Then the same for 200 neurons wired at random, with one activation
and with several, beside two nets of dense layers of the same depth and widths: one whose only
activation is tanh, and one that has as many of each activation in each layer as were drawn.
"""

import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib import util
from pathlib import Path
from typing import Any, get_args

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.compile import compile_document
from graph.model.order import topological
from graph.model.sheet import End, Node
from graph.neurons import clusters, gather
from graph.neurons.blocks import kind
from graph.nodes.layers.neuron import Activation
from tests.drawing import Drawing, blocks

ROUNDS, STEPS = 60, 20
MARGIN = clusters.MARGIN
EXAMPLES = 64


def gathering_ms(*sizes: int) -> tuple[int, int, float]:
    """Neurons, wires, and the median time to gather them."""
    sheet = blocks(*sizes)
    order = topological(sheet)
    times = []
    for _ in range(15):
        start = time.perf_counter()
        gather(sheet, order)
        times.append((time.perf_counter() - start) * 1000)
    return len(sheet.nodes) - 2, len(sheet.links) - 1, statistics.median(times)


def drawn(missing: int) -> Drawing:
    """A drawn 2-64-64-1 net that lacks every `missing`-th wire."""
    draw = Drawing()
    with draw.document.group("Draw"):
        data = draw.add("data.moons")
        x = draw.split(End(data.id, "point"), 2)
        for name, size, activation in (("a", 64, "tanh"), ("b", 64, "tanh"), ("top", 1, "linear")):
            x = [
                draw.neuron(
                    [end for rank, end in enumerate(x) if not missing or (row + rank) % missing],
                    f"{name}{row + 1}",
                    activation=activation,
                )
                for row in range(size)
            ]
        _train(draw, data, x[0])
    return draw


def random_wiring(activations: Sequence[str], *, count: int = 200, seed: int = 1) -> Drawing:
    """Neurons that read two to eight of what was before; one adds up those that feed no other."""
    chance = random.Random(seed)
    draw = Drawing()
    with draw.document.group("Draw"):
        data = draw.add("data.moons")
        x = draw.split(End(data.id, "point"), 2)
        ends: dict[End, None] = {}
        for _ in range(count):
            xs = chance.sample(x, min(len(x), chance.randint(2, 8)))
            ends = {end: None for end in ends if end not in xs}
            x.append(draw.neuron(xs, activation=chance.choice(activations)))
            ends[x[-1]] = None
        _train(draw, data, draw.neuron(ends, "top", activation="linear"))
    return draw


def _train(draw: Drawing, data: Node, logits: End) -> None:
    loss = draw.add("loss.binary_cross_entropy")
    draw.wire(logits, loss, "logits")
    draw.wire(End(data.id, "label"), loss, "target")
    draw.wire(End(loss.id, "loss"), draw.add("optimizer.adam"), "loss")


def compiled(draw: Drawing) -> nn.Module:
    """The compiled module of a drawn net."""
    project = compile_document(draw.document)
    with tempfile.TemporaryDirectory() as folder:
        for name, source in project.files.items():
            if name.endswith(".py"):
                (Path(folder) / name).write_text(source.text, encoding="utf-8")
        sys.path.insert(0, folder)
        try:
            for name in ("layers", "neurons"):
                sys.modules.pop(name, None)
            found = util.spec_from_file_location("drawn_model", Path(folder) / "model.py")
            assert found is not None
            assert found.loader is not None
            module = util.module_from_spec(found)
            found.loader.exec_module(module)
        finally:
            sys.path.remove(folder)
    made: nn.Module = module.Model()
    return made


class Mixed(nn.Module):
    """Activations by column: each bends so many columns, side by side."""

    def __init__(self, kinds: Mapping[str, int]) -> None:
        super().__init__()
        bends: dict[str, Any] = {"linear": torch.clone, "sin": torch.sin}
        self.bends = [bends.get(name) or getattr(F, name) for name in kinds]
        self.counts = list(kinds.values())

    def forward(self, x: Tensor) -> Tensor:
        if len(self.bends) == 1:
            bent: Tensor = self.bends[0](x)
            return bent
        parts = x.split(self.counts, dim=1)
        return torch.cat([bend(part) for bend, part in zip(self.bends, parts, strict=True)], dim=1)


def layered(draw: Drawing, *, mixed: bool = False) -> nn.Module:
    """Dense layers of the depth and widths of a drawn net, as a person writes them.

    Args:
        draw: The net.
        mixed: Have each layer's activations, column by column, instead of tanh.
    """
    depth: dict[str, int] = {}
    for node in topological(draw.board):
        sources = [depth.get(link.source.node, 0) for link in draw.board.into(node)]
        neuron = draw.board.nodes[node].type == "neuron.neuron"
        depth[node] = max(sources, default=0) + neuron
    widths: dict[int, Counter[str]] = {}
    for node, level in depth.items():
        if draw.board.nodes[node].type == "neuron.neuron":
            widths.setdefault(level, Counter())[kind(draw.board.nodes[node])] += 1
    layers: list[nn.Module] = []
    before = 2
    for level in sorted(widths):
        width = widths[level].total()
        layers += [nn.Linear(before, width), Mixed(widths[level]) if mixed else nn.Tanh()]
        before = width
    return nn.Sequential(*layers[:-1], nn.Flatten(0))


def written() -> nn.Module:
    """The same net as a person writes it."""
    layers = nn.Sequential(
        nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1)
    )
    return nn.Sequential(layers, nn.Flatten(0))


def stepper(model: nn.Module) -> Callable[[], Any]:
    """A function that trains `STEPS` steps."""
    adam = torch.optim.Adam(model.parameters(), fused=True)
    x, y = torch.randn(EXAMPLES, 2), torch.randint(0, 2, (EXAMPLES,)).float()

    def loss() -> Tensor:
        return F.binary_cross_entropy_with_logits(model(x), y)

    def run() -> None:
        for _ in range(STEPS):
            adam.zero_grad()
            loss().backward()
            adam.step()

    return run


def speeds(*models: nn.Module, rounds: int = ROUNDS) -> list[float]:
    """Median processor seconds for `STEPS` steps of each model, taken in turns."""
    runs = [stepper(model) for model in models]
    times: list[list[float]] = [[] for _ in runs]
    for number in range(rounds):
        turn = number % len(runs)
        for index in [*range(turn, len(runs)), *range(turn)]:
            start = time.process_time()
            runs[index]()
            times[index].append(time.process_time() - start)
    return [statistics.median(found) for found in times]


def main() -> None:
    torch.set_num_threads(1)
    for sizes in ((2, *[64] * 15, 40), (16, *[10] * 100)):
        neurons, wires, milliseconds = gathering_ms(*sizes)
        print(f"gather {neurons:,} neurons, {wires:,} wires: {milliseconds:.1f} ms")
    plain, full, masked = speeds(written(), compiled(drawn(0)), compiled(drawn(5)))
    print(f"nn.Sequential 2-64-64-1: {plain / STEPS * 1e6:.0f} us a step")
    print(f"drawn, 129 neurons: {plain / full:.3f} of its speed")
    print(f"drawn, every fifth wire missing: {plain / masked:.3f} of its speed")
    for activations in (("tanh",), ("tanh", "relu", "sigmoid"), get_args(Activation)):
        draw = random_wiring(activations)
        one = compiled(draw)
        clusters.MARGIN = 0.0
        layers = compiled(draw)
        clusters.MARGIN = MARGIN
        models = layered(draw), layered(draw, mixed=True), one, layers
        dense, mixed, wired, apart = speeds(*models, rounds=15)
        kinds = f"{len(activations)} activation{'s' * (len(activations) > 1)}"
        print(
            f"200 neurons wired at random, {kinds}: {dense / wired:.2f} of the speed of dense "
            f"layers of their depth and widths with one activation ({dense / STEPS * 1e6:.0f} us "
            f"a step), {mixed / wired:.2f} with theirs; as layers and masks {dense / apart:.2f}"
        )


if __name__ == "__main__":
    main()
