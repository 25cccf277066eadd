"""`validate` in train.py: losses and metrics over all rows held back, whatever the batches."""

from collections.abc import Iterable

from graph.compile.auxiliary import extra_items
from graph.compile.avoided import reserved
from graph.compile.body import SELF, Body, Item, Values
from graph.compile.flow import Flow, mode
from graph.compile.plan import Plan
from graph.compile.program import needed
from graph.compile.source import Writer
from graph.compile.train import data, modes
from graph.compile.train.averages import standings
from graph.core import names
from graph.declare import Value
from graph.model.sheet import End, Node
from graph.nodes.shared.axes_of_shapes import operand

BATCH = 256


class Validation:
    """Writes the method.

    What is computed for every batch is added up in one tensor, so that the device is waited for
    once, at the end. The last sum is the number of rows. What no sums give is computed once, of
    all rows (see `averages`).
    """

    def __init__(self, plan: Plan) -> None:
        self._plan, self._flow = plan, Flow(plan)
        self._sums: list[tuple[str, str, tuple[str, ...]]] = []
        """Name, what a batch adds to it, the nodes it comes from."""
        self._figures: list[tuple[str, str]] = []
        """Key and source of what the method returns."""
        self._means: dict[End, tuple[str, str]] = {}
        """The sums that a loss is the quotient of."""
        self._losses = {step.loss for step in plan.steps}
        self._measured = {node.id: plan.scope.reads(node.id) for node in plan.metrics}
        measured = [end for ends in self._measured.values() for end in ends]
        self._told = dict.fromkeys(end for step in plan.steps for end in (step.loss, *step.parts))
        items = [op.item for op in plan.closure([*self._losses, *measured])]
        self._items = [*items, *extra_items(plan, plan.units, self._measured)]
        self._standing = standings(plan, self._items)
        self._late = self._of_all_rows()
        self._summed = self._means_for_late()
        late = {id(item) for item in self._late}
        self._finals = {
            item.writes[0][0]: item
            for item in self._items
            if id(item) not in late and self._is_final(item, measured)
        }
        """Losses that nothing else reads: computed in the line that adds them up."""

    def write(self, writer: Writer) -> None:
        """Write it."""
        plan = self._plan
        writer.add()
        writer.add("@torch.no_grad()", level=1)
        writer.add("def validate(self) -> dict[str, float]:", level=1)
        for unit in plan.units:
            if not modes.rests(plan, self._flow, unit):
                writer.add(f"self.{unit.attribute}.eval()", level=2)
        for node in plan.metrics:
            if made := self._torchmetric(node):
                writer.add(f"{self._local(node)} = {made}.to(self.device)", (node.id,), level=2)
        reads = self._reads()
        early = [item for item in self._items if item.writes[0][0] not in self._finals]
        items = needed(early, reads)
        used = {end for item in items for end in item.reads} | set(reads)
        counted = next((end for end in plan.batch if end in used), plan.batch[0])
        batch = Writer()
        taken = {"sums", "count", "self", *map(self._local, plan.metrics)}
        body = Body(items, reads, data.batch_values(plan), taken, short=False)
        self._compute(batch, body, self._finals.values(), level=3)
        rows = f"len({body.values[counted]})"
        self._add_losses(body.values, rows)
        self._add_metrics(batch, body.values)
        self._sums.append(("count", rows, ()))
        for index, (_, text, ids) in enumerate(self._sums):
            batch.add(f"sums[{index}] += {text}", ids, level=3)
        gathered = self._collect(writer, batch, body)
        writer.add(f"sums = torch.zeros({len(self._sums)}, device=self.device)", level=2)
        size = str(BATCH)
        data.write_batches(writer, plan, data.VALIDATION, used | {counted}, size, level=2)
        writer.extend(batch)
        found = ", ".join(name for name, _, _ in self._sums)
        numbers = "" if self._as_tensors else ".tolist()"
        writer.add(f"{found} = processes.total(sums){numbers}", level=2)
        self._finish(writer, gathered)
        pairs = ", ".join(f'"{key}": {source}' for key, source in self._figures)
        writer.add(f"return {{{pairs}}}", level=2)

    # -- what is of all rows at once

    @property
    def _as_tensors(self) -> bool:
        """Are the sums to stay tensors, to be divided or computed with as torch does?"""
        divided = any(self._standing.get(end) == "ratio" for end in self._told)
        return bool(self._late) or divided or any(map(self._is_late, self._plan.metrics))

    def _is_late(self, metric: Node) -> bool:
        return any(self._standing.get(end) == "whole" for end in self._measured[metric.id])

    def _of_all_rows(self) -> list[Item]:
        apart = {"whole", "fixed"}
        goals = [end for end in self._told if self._standing.get(end) in apart]
        goals += [
            end
            for one in self._plan.metrics
            if self._is_late(one)
            for end in self._measured[one.id]
        ]
        late = [
            item
            for item in self._items
            if any(self._standing.get(end) in apart for end, _ in item.writes)
        ]
        return needed(late, goals)

    def _means_for_late(self) -> list[End]:
        """Means that are told nowhere, but that what is computed last is made of."""
        reads = dict.fromkeys(end for item in self._late for end in item.reads)
        apart = {"mean", "ratio"}
        return [e for e in reads if self._standing.get(e) in apart and e not in self._told]

    def _collected(self) -> list[End]:
        """The rows that what is computed last is made of."""
        made = {end for item in self._late for end, _ in item.writes}
        reads = [end for item in self._late for end in item.reads]
        for node in self._plan.metrics:
            reads += self._measured[node.id] if self._is_late(node) else ()
        wanted = dict.fromkeys(end for end in reads if end not in made)
        return [end for end in wanted if self._standing.get(end) == "rows"]

    def _collect(self, writer: Writer, batch: Writer, body: Body) -> dict[End, tuple[str, Value]]:
        """Keep rows of every batch; gives the list of each value, and what it is called after."""
        found: dict[End, tuple[str, Value]] = {}
        taken = {*body.taken, *(name for name, _, _ in self._sums)}
        for end in self._collected():
            text = str(body.values[end])
            base = text if text.isidentifier() else self._plan.board.nodes[end.node].name
            rows = names.unique(f"{base}_rows", taken)
            taken.add(rows)
            name = names.unique(base, taken - {base} if text == base else taken)
            taken.add(name)
            writer.add(f"{rows}: list[Tensor] = []", (end.node,), level=2)
            batch.add(f"{rows}.append({text})", (end.node,), level=3)
            found[end] = rows, Value(name, body.values[end].type)
        return found

    def _finish(self, writer: Writer, gathered: dict[End, tuple[str, Value]]) -> None:
        """Compute what is of all rows."""
        values = {end: value for end, (_, value) in gathered.items()}
        for end, (rows, value) in gathered.items():
            writer.add(f"{value} = processes.gather({rows})", (end.node,), level=2)
        for end, (name, count) in self._means.items():
            if self._goes_on(end):
                writer.add(f"{name} = {name} / {count}", (end.node,), level=2)
                values[end] = Value(name, self._plan.scope.type_of(end))
        wanted = [end for end in self._told if end not in self._means]
        wanted += [
            end
            for one in self._plan.metrics
            if self._is_late(one)
            for end in self._measured[one.id]
        ]
        taken = {"sums", "count", "self", *(name for name, _, _ in self._sums)}
        body = Body(self._late, wanted, values, taken, short=False)
        self._compute(writer, body, (), level=2)
        for node in self._plan.metrics:
            if self._is_late(node):
                self._add_metric(writer, node, body.values, level=2)
        for step in self._plan.steps:
            for end, key in {step.loss: step.loss_name, **step.parts}.items():
                if end not in self._means:
                    self._figures.append((f"val/{key}", f"float({body.values[end]})"))

    # -- what is added up

    def _is_final(self, item: Item, measured: list[End]) -> bool:
        end = item.writes[0][0]
        read = end in measured or any(end in other.reads for other in self._items)
        alone = end in self._losses and not read
        return alone and self._standing.get(end) == "mean"

    def _reads(self) -> list[End]:
        """The values that sums and metrics are made of, and those that are collected."""
        reads = [
            e for n in self._plan.metrics if not self._is_late(n) for e in self._measured[n.id]
        ]
        reads += [end for item in self._finals.values() for end in item.reads]
        for end in (*self._told, *self._summed):
            if self._standing.get(end) == "ratio":
                reads += self._plan.scope.reads(end.node)
            elif self._standing.get(end) == "mean" and end not in self._finals:
                reads.append(end)
        return [*reads, *self._collected()]

    def _compute(self, writer: Writer, body: Body, after: Iterable[Item], *, level: int) -> None:
        inner = Writer()
        body.write(inner, level=level + 1, give=False)
        if inner.lines:
            turned = mode(self._plan, [*body.items, *after])
            writer.add(f"with {turned}self.autocast:", level=level)
            writer.extend(inner)

    def _add_losses(self, values: Values, rows: str) -> None:
        """A loss is a mean over its batch, or says what it is the quotient of."""
        for end in (*self._told, *self._summed):
            if self._standing.get(end) == "mean":
                self._add_mean(end, values, rows)
            elif self._standing.get(end) == "ratio":
                self._add_ratio(end, values, rows)
        for step in self._plan.steps:
            for end, key in {step.loss: step.loss_name, **step.parts}.items():
                if end in self._means:
                    self._figures.append((f"val/{key}", self._quotient(end)))

    def _add_mean(self, end: End, values: Values, rows: str) -> None:
        """A mean over its batch counts as often as the batch has rows."""
        name, item = self._local(self._plan.board.nodes[end.node]), self._finals.get(end)
        text = item.source(values, SELF) if item else str(values[end])
        self._sums.append((name, f"{operand(text)} * {rows}", (end.node,)))
        self._means[end] = name, "count"

    def _add_ratio(self, end: End, values: Values, rows: str) -> None:
        node = self._plan.board.nodes[end.node]
        name = self._local(node)
        total, count = self._plan.scope.bound(node.id).total(
            *self._plan.scope.given(node.id, values)
        )
        self._sums += [(name, total, (node.id,)), (f"{name}_count", count, (node.id,))]
        self._means[end] = name, f"{name}_count"

    def _add_metrics(self, writer: Writer, values: Values) -> None:
        for node in self._plan.metrics:
            if not self._is_late(node):
                self._add_metric(writer, node, values, level=3)

    def _add_metric(self, writer: Writer, node: Node, values: Values, *, level: int) -> None:
        """A metric of torchmetrics adds up by itself; others say what they add and what counts."""
        name, ids = self._local(node), (node.id,)
        bound = self._plan.scope.bound(node.id)
        given = self._plan.scope.given(node.id, values)
        if self._torchmetric(node):
            writer.add(f"{name}.update({bound.update(*given)})", ids, level=level)
            self._figures.append((f"val/{node.name}", f"{name}.compute().item()"))
            return
        total, count = bound.total(*given)
        if self._is_late(node):
            mean, divided = f"({total}) / {count}", True
        else:
            self._sums.append((name, total, ids))
            divisor = "count"
            if not _is_rows(count, values):
                divisor = f"{name}_count"
                self._sums.append((divisor, count, ids))
            mean, divided = f"{name} / {divisor}", self._as_tensors
        # such as the root of a mean of squares
        if self._plan.scope.declaration(node.id).has("figure"):
            mean, divided = str(bound.figure(mean)), False
        self._figures.append((f"val/{node.name}", f"float({mean})" if divided else mean))

    def _quotient(self, end: End) -> str:
        name, count = self._means[end]
        if self._goes_on(end):
            return f"float({name})"
        return f"float({name} / {count})" if self._as_tensors else f"{name} / {count}"

    def _goes_on(self, end: End) -> bool:
        """Is something else computed from a loss of all rows?"""
        return any(end in item.reads for item in self._late)

    def _local(self, node: Node) -> str:
        """What a variable for a node's figure is called."""
        others = {*self._plan.board.names()} - {node.name}
        return names.unique(node.name, {*reserved(), *others, "self", "sums", "count"})

    def _torchmetric(self, node: Node) -> str:
        """Source of the metric of torchmetrics that measures, if one does."""
        bound = self._plan.scope.bound(node.id)
        if not self._plan.scope.declaration(node.id).has("metric"):
            return ""
        found = self._plan.inference.result(node.id)
        return str(bound.metric(*(found.inputs or ()))) if found else ""


def _is_rows(count: str, values: Values) -> bool:
    """Is a metric's count simply the number of examples?"""
    return any(count == f"{v}.numel()" and v.type.dims == ("N",) for v in values.values())
