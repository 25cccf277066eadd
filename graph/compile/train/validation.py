"""`validate` in train.py: the means of losses and metrics over the rows held back."""

from graph import names
from graph.compile.body import Body, Values
from graph.compile.borrowed import extra_items
from graph.compile.flow import mode
from graph.compile.plan import Plan
from graph.compile.program import Op
from graph.compile.source import Writer
from graph.compile.train import data
from graph.nodes._shapes import operand
from graph.sheet import End, Node

BATCH = 256


class Validation:
    """Writes the method.

    What is computed for every batch is added up in one tensor, so that the device is waited for
    once, at the end. The last sum is the number of rows.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._sums: list[tuple[str, str, tuple[str, ...]]] = []
        """Name, what a batch adds to it, the nodes it comes from."""
        self._figures: list[tuple[str, str]] = []
        """Key and source of what the method returns."""
        self._losses = {step.loss for step in plan.steps}
        self._measured = [end for node in plan.metrics for end in plan.scope.reads(node.id)]
        self._ops = plan.closure([*self._losses, *self._measured])
        self._finals = {op.item.writes[0][0]: op for op in self._ops if self._is_final(op)}
        """Losses that nothing else reads: computed in the line that adds them up."""

    def write(self, writer: Writer) -> None:
        """Write it."""
        plan = self._plan
        writer.add()
        writer.add("@torch.no_grad()", level=1)
        writer.add("def validate(self) -> dict[str, float]:", level=1)
        for unit in plan.units:
            writer.add(f"self.{unit.attribute}.eval()", level=2)
        for node in plan.metrics:
            if made := self._torchmetric(node):
                writer.add(f"{self._local(node)} = {made}.to(self.device)", (node.id,), level=2)
        middle = [op.item for op in self._ops if op not in self._finals.values()]
        items = [*middle, *extra_items(plan, (node.id for node in plan.metrics))]
        reads = self._reads()
        used = {end for item in items for end in item.reads} | set(reads)
        counted = next((end for end in plan.batch if end in used), plan.batch[0])
        batch = Writer()
        taken = {"sums", "count", "self", *map(self._local, plan.metrics)}
        body = Body(items, reads, data.batch_values(plan), taken, short=False)
        self._compute(batch, body)
        rows = f"len({body.values[counted]})"
        self._add_losses(body.values, rows)
        self._add_metrics(batch, body.values)
        self._sums.append(("count", rows, ()))
        for index, (_, text, ids) in enumerate(self._sums):
            batch.add(f"sums[{index}] += {text}", ids, level=3)
        writer.add(f"sums = torch.zeros({len(self._sums)}, device=self.device)", level=2)
        size = str(BATCH)
        data.write_batches(writer, plan, data.VALIDATION, used | {counted}, size, level=2)
        writer.extend(batch)
        found = ", ".join(name for name, _, _ in self._sums)
        writer.add(f"{found} = processes.total(sums).tolist()", level=2)
        pairs = ", ".join(f'"{key}": {source}' for key, source in self._figures)
        writer.add(f"return {{{pairs}}}", level=2)

    def _is_final(self, op: Op) -> bool:
        end = op.item.writes[0][0]
        read = end in self._measured or any(end in other.item.reads for other in self._ops)
        return end in self._losses and not read

    def _reads(self) -> list[End]:
        """The values that sums and metrics are made of."""
        steps = self._plan.steps
        reads = [*self._measured, *(end for op in self._finals.values() for end in op.item.reads)]
        reads += [step.loss for step in steps if step.loss not in self._finals]
        reads += [part for step in steps for part in step.parts]
        return reads

    def _compute(self, writer: Writer, body: Body) -> None:
        inner = Writer()
        body.write(inner, level=4, give=False)
        if inner.lines:
            computed = [*body.items, *(op.item for op in self._finals.values())]
            writer.add(f"with {mode(self._plan, computed)}self.autocast:", level=3)
            writer.extend(inner)

    def _add_losses(self, values: Values, rows: str) -> None:
        """A loss is a mean over its batch, so it counts as often as the batch has rows."""
        added: set[str] = set()
        for step in self._plan.steps:
            for end, key in {step.loss: step.loss_name, **step.parts}.items():
                name = self._local(self._plan.board.nodes[end.node])
                if name not in added:
                    op = self._finals.get(end)
                    text = op.item.source(values) if op else str(values[end])
                    self._sums.append((name, f"{operand(text)} * {rows}", (end.node,)))
                    added.add(name)
                self._figures.append((f"val/{key}", f"{name} / count"))

    def _add_metrics(self, writer: Writer, values: Values) -> None:
        """A metric of torchmetrics adds up by itself; others say what they add and what counts."""
        for node in self._plan.metrics:
            name, ids = self._local(node), (node.id,)
            bound = self._plan.scope.bound(node.id)
            given = self._plan.scope.given(node.id, values)
            if self._torchmetric(node):
                writer.add(f"{name}.update({bound.update(*given)})", ids, level=3)
                figure = f"{name}.compute().item()"
            else:
                total, count = bound.total(*given)
                self._sums.append((name, total, ids))
                divisor = "count"
                if not _is_rows(count, values):
                    divisor = f"{name}_count"
                    self._sums.append((divisor, count, ids))
                figure = f"{name} / {divisor}"
                if hasattr(bound, "figure"):  # such as the root of a mean of squares
                    figure = str(bound.figure(figure))
            self._figures.append((f"val/{node.name}", figure))

    def _local(self, node: Node) -> str:
        """What a variable for a node's figure is called."""
        others = self._plan.board.names() - {node.name}
        return names.unique(node.name, names.AMBIGUOUS | others)

    def _torchmetric(self, node: Node) -> str:
        """Source of the metric of torchmetrics that measures, if one does."""
        bound = self._plan.scope.bound(node.id)
        if not hasattr(bound, "metric"):
            return ""
        found = self._plan.inference.result(node.id)
        return str(bound.metric(*(found.inputs or ()))) if found else ""


def _is_rows(count: str, values: Values) -> bool:
    """Is a metric's count simply the number of examples?"""
    return any(count == f"{v}.numel()" and v.type.dims == ("N",) for v in values.values())
