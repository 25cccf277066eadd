"""How fast the graph is: source, inference and files of boards of 1,000 and 5,000 nodes.

`python benchmarks/graph.py` prints one line a figure; targets stand beside them.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from graph.compile import compile_document
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format.file import load_text, save_text
from graph.model.sheet import End

KINDS = ("layer.linear", "activation.relu", "dropout.dropout", "merge.scale")


def chain(count: int) -> Document:
    """Digits through `count` nodes, one behind the other, to a loss that is trained."""
    document = Document("chain")
    with document.group("Build"):
        data, flatten = document.add_node("data.digits"), document.add_node("shape.flatten")
        document.link(End(data.id, "image"), End(flatten.id, "x"))
        before = flatten.id
        for index in range(count - 5):
            params = {"units": 64} if index % len(KINDS) == 0 else None
            made = document.add_node(KINDS[index % len(KINDS)], params=params)
            document.link(End(before, "y"), End(made.id, "x"))
            before = made.id
        logits = document.add_node("layer.linear", name="logits", params={"units": 10})
        loss, adam = document.add_node("loss.cross_entropy"), document.add_node("optimizer.adam")
        document.link(End(before, "y"), End(logits.id, "x"))
        document.link(End(logits.id, "y"), End(loss.id, "logits"))
        document.link(End(data.id, "label"), End(loss.id, "label"))
        document.link(End(loss.id, "loss"), End(adam.id, "loss"))
    document.forget_history()
    return document


def drawn(layers: tuple[int, ...]) -> Document:
    """A net of single neurons, all wires drawn."""
    document = Document("drawn")
    with document.group("Build"):
        data = document.add_node("data.moons")
        split = document.add_node("neuron.split", params={"columns": 2})
        document.link(End(data.id, "point"), End(split.id, "x"))
        before = [End(split.id, "x1"), End(split.id, "x2")]
        for width in layers:
            made = [document.add_node("neuron.neuron") for _ in range(width)]
            for neuron in made:
                for end in before:
                    document.link(end, End(neuron.id, "xs"))
            before = [End(neuron.id, "y") for neuron in made]
        loss = document.add_node("loss.binary_cross_entropy")
        adam = document.add_node("optimizer.adam")
        document.link(before[0], End(loss.id, document.ports(loss).inputs[0].name))
        document.link(End(data.id, "label"), End(loss.id, document.ports(loss).inputs[1].name))
        document.link(End(loss.id, "loss"), End(adam.id, "loss"))
    document.forget_history()
    return document


def milliseconds(act: Callable[[], object], rounds: int = 7) -> float:
    """Median time of the processor over some rounds, one to warm up left out."""
    act()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        act()
        times.append((time.process_time() - start) * 1000)
    return statistics.median(times)


def tell(what: str, found: float, target: float | None = None) -> None:
    """One line."""
    aim = f"target {target:>6.0f} ms" if target else ""
    print(f"{what:<52} {found:>9.2f} ms  {aim}")


def edits(document: Document, what: str) -> None:
    """Diagnosis after one edit, near the end and at the start of a chain."""
    inference = Diagnosis(document)
    nodes = [n.id for n in document.board.nodes.values() if n.type == "layer.linear"]
    units = iter(range(1, 10_000))

    def change(node: str) -> Callable[[], None]:
        return lambda: document.set_params(node, units=64 + next(units) % 2)

    tell(f"{what}: one edit, nothing downstream changes", milliseconds(
        lambda: document.set_params(nodes[0], bias=next(units) % 2 == 0)), 10)  # fmt: skip
    tell(f"{what}: one edit in the middle", milliseconds(change(nodes[len(nodes) // 2])), 10)
    middle = nodes[len(nodes) // 2]
    wire = document.board.into(middle)[0]

    def rewire() -> None:
        document.unlink(wire)
        document.link(wire.source, wire.target)

    tell(f"{what}: a wire cut and drawn again, all below", milliseconds(rewire))

    def ask() -> None:
        document.set_params(nodes[-2], bias=next(units) % 2 == 0)
        assert not inference.problems

    tell(f"{what}: an edit, then all problems", milliseconds(ask))
    inference.close()


def main() -> None:
    """Print all figures."""
    for count in (1000, 5000):
        document = chain(count)
        inference = Diagnosis(document)
        tell(f"{count} nodes: document to source", milliseconds(
            lambda d=document, i=inference: compile_document(d, inference=i)),  # type: ignore[misc]
            100 if count == 1000 else None)  # fmt: skip
        tell(f"{count} nodes: inference from scratch", milliseconds(
            lambda d=document: Diagnosis(d, watch=False), 3))  # type: ignore[misc]  # fmt: skip
        inference.close()
        edits(document, f"{count} nodes")
        text = save_text(document)
        tell(f"{count} nodes: to the text of a file", milliseconds(
            lambda d=document: save_text(d), 3))  # type: ignore[misc]  # fmt: skip
        tell(f"{count} nodes: from the text of a file", milliseconds(
            lambda t=text: load_text(t), 3))  # type: ignore[misc]  # fmt: skip
        tell(f"{count} nodes: built by hand, node by node", milliseconds(
            lambda c=count: chain(c), 1))  # type: ignore[misc]  # fmt: skip
    net = drawn((64, 64, 1))
    inference = Diagnosis(net)
    tell("129 drawn neurons, 4,288 wires: document to source", milliseconds(
        lambda: compile_document(net, inference=inference)), 100)  # fmt: skip


if __name__ == "__main__":
    main()
