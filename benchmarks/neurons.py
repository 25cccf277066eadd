"""How fast drawn neurons are: gathered, compiled, and trained beside `nn.Sequential`.

`python benchmarks/neurons.py` prints milliseconds to gather 1,000 neurons, and for a drawn net of
129 neurons (2-64-64-1) the speed of its training over that of the same `nn.Sequential`, taken in
turns in one process, one thread.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import util
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.compile import compile_document
from graph.neurons import gather
from graph.order import topological
from graph.sheet import End
from tests.drawing import Drawing, blocks

ROUNDS, STEPS = 60, 40
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


def drawn(missing: int) -> nn.Module:
    """The compiled module of a drawn 2-64-64-1 net that lacks every `missing`-th wire."""
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
        loss = draw.add("loss.binary_cross_entropy")
        draw.wire(x[0], loss, "logits")
        draw.wire(End(data.id, "label"), loss, "target")
        draw.wire(End(loss.id, "loss"), draw.add("optimizer.adam"), "loss")
    project = compile_document(draw.document)
    with tempfile.TemporaryDirectory() as folder:
        for name, source in project.files.items():
            if name.endswith(".py"):
                (Path(folder) / name).write_text(source.text, encoding="utf-8")
        sys.path.insert(0, folder)
        try:
            found = util.spec_from_file_location("drawn_model", Path(folder) / "model.py")
            assert found is not None
            assert found.loader is not None
            module = util.module_from_spec(found)
            found.loader.exec_module(module)
        finally:
            sys.path.remove(folder)
    made: nn.Module = module.Model()
    return made


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


def speeds(*models: nn.Module) -> list[float]:
    """Median seconds for `STEPS` steps of each model, taken in turns."""
    runs = [stepper(model) for model in models]
    times: list[list[float]] = [[] for _ in runs]
    for number in range(ROUNDS):
        turn = number % len(runs)
        for index in [*range(turn, len(runs)), *range(turn)]:
            start = time.perf_counter()
            runs[index]()
            times[index].append(time.perf_counter() - start)
    return [statistics.median(found) for found in times]


def main() -> None:
    torch.set_num_threads(1)
    for sizes in ((2, *[64] * 15, 40), (16, *[10] * 100)):
        neurons, wires, milliseconds = gathering_ms(*sizes)
        print(f"gather {neurons:,} neurons, {wires:,} wires: {milliseconds:.1f} ms")
    plain, full, masked = speeds(written(), drawn(0), drawn(5))
    print(f"nn.Sequential 2-64-64-1: {plain / STEPS * 1e6:.0f} us a step")
    print(f"drawn, 129 neurons: {plain / full:.3f} of its speed")
    print(f"drawn, every fifth wire missing: {plain / masked:.3f} of its speed")


if __name__ == "__main__":
    main()
