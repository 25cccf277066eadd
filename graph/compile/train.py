"""train.py: the steps and the one loop, as a person would have written them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from graph import names
from graph.compile import carry
from graph.compile.body import Body, Item
from graph.compile.flow import Flow
from graph.compile.plan import AVERAGING, Op, Plan, Step, Unit
from graph.compile.scope import local_names
from graph.compile.source import Source, Writer, import_lines, import_short, names_used
from graph.declare import Value
from graph.nodes._shapes import operand
from graph.settings import Settings
from graph.sheet import End, Node

VALIDATION_BATCH = 256


@dataclass
class Script:
    """Writes train.py for a plan."""

    plan: Plan
    title: str

    def __post_init__(self) -> None:
        self.flow = Flow(self.plan)
        taken = {unit.attribute for unit in self.plan.units}
        taken |= {mean.attribute for mean in self.plan.averages}
        taken |= {step.optimizer.name for step in self.plan.steps}
        self._methods: dict[str, str] = {}
        self._paces: dict[str, str] = {}
        for step in self.plan.steps:
            name = step.optimizer.name
            for found, wanted in (
                (self._methods, f"step_{name}"),
                (self._paces, f"{name}_schedule"),
            ):
                found[name] = names.unique(wanted, taken)
                taken.add(found[name])

    def source(self) -> Source:
        """The whole file."""
        body = Writer()
        body.add("class Training:")
        body.add(
            '"""One run. Iterate it to train: every step and every epoch yields its figures."""',
            level=1,
        )
        self._init(body)
        self._steps_per_epoch(body)
        self._iter(body)
        for step in self.plan.steps:
            self._step(body, step)
        self._validate(body)
        body.add()
        body.add()
        self._main(body)
        used = names_used(body.text)
        own = sorted(used & self.plan.classes.writers.keys())
        carried = [f"from {carry.home(n)} import {n}" for n in used if self._carried(n)]
        carried += [f"from model import {name}" for name in own]
        carried += [f"from torch.optim.swa_utils import {n}" for n in sorted(used & AVERAGING)]
        modules = ["import argparse", "import json", "import checkpoint", "import processes"]
        modules += ["import script", "import math"]
        top = Writer()
        top.add(f'"""Train {self.title}, drawn in Neurowire: `python train.py --epochs 5`."""')
        top.add()
        modules = [m for m in modules if m.removeprefix("import ") in used]
        top.block("\n".join(import_lines(import_short(used, [*modules, *carried]))))
        top.add()
        top.add()
        top.extend(body)
        return top.source

    @property
    def carried(self) -> dict[str, set[str]]:
        """Carried names by the project file they go to."""
        found: dict[str, set[str]] = {}
        for name in names_used(self.source().text):
            if self._carried(name):
                found.setdefault(carry.home(name) or "", set()).add(name)
        return found

    def _carried(self, name: str) -> bool:
        return carry.home(name) is not None

    # -- __init__

    def _init(self, writer: Writer) -> None:
        settings: Settings = self.plan.document.settings
        writer.add()
        writer.add(
            f"def __init__(self, *, epochs: int = {settings.epochs}, "
            f"batch_size: int = {settings.batch_size}, seed: int = {settings.seed}, "
            f'device: str = "{settings.device}", precision: str = "{settings.precision}", '
            "data_dir: str | None = None) -> None:",
            level=1,
        )
        writer.add("torch.manual_seed(seed)", level=2)
        writer.add("self.device = processes.start(device)", level=2)
        writer.add("self.autocast = processes.precision(self.device, precision)", level=2)
        text = "self.epochs, self.batch_size, self.seed = epochs, batch_size, seed"
        writer.add(text, level=2)
        writer.add("self.epoch = self.batch = self.step = 0", level=2)
        for node in self.plan.data:
            self._read(writer, node)
        for unit in self.plan.units:
            self._make(writer, unit)
        for one in self.plan.averages:
            made = f"AveragedModel(processes.plain(self.{one.unit.attribute}), "
            made += f"multi_avg_fn=get_ema_multi_avg_fn({one.decay!r})).requires_grad_(False)"
            writer.add(f"self.{one.attribute} = {made}", (one.optimizer.id,), level=2)
        held = [unit.attribute for unit in self.plan.units]
        held += [mean.attribute for mean in self.plan.averages]
        pairs = ", ".join(f'"{name}": self.{name}' for name in held)
        writer.add(f"self.networks = {{{pairs}}}", level=2)
        for step in self.plan.steps:
            made = self.plan.scope.bound(step.optimizer.id).optimizer(self._parameters(step))
            writer.add(f"self.{step.optimizer.name} = {made}", (step.optimizer.id,), level=2)
        pairs = ", ".join(f'"{s.optimizer.name}": self.{s.optimizer.name}' for s in self.plan.steps)
        writer.add(f"self.optimizers = {{{pairs}}}", level=2)
        self._schedules(writer)

    def _make(self, writer: Writer, unit: Unit) -> None:
        """The unit; what no step trains takes no gradient from the start."""
        cold = self.flow.cold(unit)
        made, name = f"{unit.constructor}.to(self.device)", unit.attribute
        if cold == [name]:
            made = f"{made}.requires_grad_(False)"
        elif cold:
            writer.add(f"{name} = {made}", unit.nodes, level=2)
            for path in cold:
                writer.add(f"{path}.requires_grad_(False)", unit.nodes, level=2)
            made = name
        writer.add(f"self.{name} = processes.parallel({made})", unit.nodes, level=2)

    def _sets(self, node: Node) -> tuple[str, str]:
        if len(self.plan.data) == 1:
            return "train_set", "validation_set"
        return f"{node.name}_train", f"{node.name}_validation"

    def _read(self, writer: Writer, node: Node) -> None:
        bound = self.plan.scope.bound(node.id)
        read = str(bound.read(self.plan.inference.facts.get(node.id)))
        fixed = bool(bound.fixed_split()) if hasattr(bound, "fixed_split") else False
        if not fixed:
            read = f"split({read}, validation={bound.validation!r}, seed=seed)"
        train, validation = self._sets(node)
        writer.add(f"{train}, {validation} = {read}", (node.id,), level=2)
        for name in (train, validation):
            text = f"self.{name} = tuple(t.to(self.device) for t in {name})"
            writer.add(text, (node.id,), level=2)

    def _parameters(self, step: Step) -> str:
        units = [unit for unit in self.plan.units if unit.weights & step.trains]
        parts = [f"self.{unit.attribute}.parameters()" for unit in units]
        for place, unit in enumerate(units):
            if self.flow.cold(unit):
                parts[place] = f"(p for p in {parts[place]} if p.requires_grad)"
        return parts[0] if len(parts) == 1 else f"[{', '.join(f'*{part}' for part in parts)}]"

    def _schedules(self, writer: Writer) -> None:
        pairs = []
        for step in self.plan.steps:
            node = self._schedule(step)
            if node is None:
                continue
            optimizer = f"self.{step.optimizer.name}"
            every = self.plan.scope.bound(step.optimizer.id).every
            per_epoch, total = "self.steps_per_epoch", "epochs * self.steps_per_epoch"
            if every > 1:  # the first of so many steps is taken, and what is left over begins anew
                per_epoch = f"math.ceil({per_epoch} / {every})"
                total = f"math.ceil({total} / {every})"
            made = self.plan.scope.bound(node.id).schedule(
                optimizer,
                total,
                per_epoch,
                self.plan.scope.bound(step.optimizer.id).lr,
            )
            attribute = self._schedule_name(step)
            writer.add(f"self.{attribute} = {made}", (node.id,), level=2)
            pairs.append(f'"{step.optimizer.name}": self.{attribute}')
        kind = "" if pairs else ": dict[str, torch.optim.lr_scheduler.LRScheduler]"
        writer.add(f"self.schedules{kind} = {{{', '.join(pairs)}}}", level=2)

    def _schedule(self, step: Step) -> Node | None:
        operands = self.plan.scope.operands(step.optimizer.id)
        wired = operands[1] if len(operands) > 1 else None
        return self.plan.board.nodes[wired.node] if isinstance(wired, End) else None

    def _schedule_name(self, step: Step) -> str:
        return self._paces[step.optimizer.name]

    def _schedules_per(self, pace: str) -> list[tuple[Step, str]]:
        found = []
        for step in self.plan.steps:
            node = self._schedule(step)
            if node is not None and self.plan.scope.bound(node.id).per() == pace:
                found.append((step, f"self.{self._schedule_name(step)}"))
        return found

    # -- the loop

    def _steps_per_epoch(self, writer: Writer) -> None:
        writer.add()
        writer.add("@property", level=1)
        writer.add("def steps_per_epoch(self) -> int:", level=1)
        sizes = [f"len(self.{self._sets(node)[0]}[0])" for node in self.plan.data]
        rows = sizes[0] if len(sizes) == 1 else f"min({', '.join(sizes)})"
        writer.add(f"return batch_count({rows}, self.batch_size)", level=2)

    def _iter(self, writer: Writer) -> None:
        writer.add()
        kind = "Iterator[dict[str, float | Tensor]]"
        writer.add(f"def __iter__(self) -> {kind}:", level=1)
        writer.add("while self.epoch < self.epochs:", level=2)
        for unit in self.plan.units:
            writer.add(f"self.{unit.attribute}.train()", level=3)
        batch = set(self.plan.batch)
        shared = [one.op for one in self.flow.shared]
        computed = [*shared, *(op for step in self.plan.steps for op in self.flow.own(step))]
        used = {end for op in computed for end in op.item.reads} & batch
        options = "seed=self.seed + self.epoch, start=self.batch"
        self._batches(writer, 0, used, "self.batch_size", options, level=3)
        self._call_steps(writer)
        writer.add("self.step += 1", level=4)
        writer.add("self.batch += 1", level=4)
        writer.add('yield {"step": self.step, **figures}', level=4)
        writer.add("self.epoch, self.batch = self.epoch + 1, 0", level=3)
        for _, schedule in self._schedules_per("epoch"):
            writer.add(f"{schedule}.step()", level=3)
        plateau = self._schedules_per("validation")
        if plateau:
            writer.add("figures = self.validate()", level=3)
            for step, schedule in plateau:
                writer.add(f'{schedule}.step(figures["val/{step.loss_name}"])', level=3)
            writer.add('yield {"epoch": self.epoch, **figures}', level=3)
        else:
            writer.add('yield {"epoch": self.epoch, **self.validate()}', level=3)

    def _call_steps(self, writer: Writer) -> None:
        steps, scope = self.plan.steps, self.plan.scope
        ids = [step.optimizer.id for step in steps]
        periods = [scope.bound(step.optimizer.id).every for step in steps]
        later = {one.before for one in self.flow.shared} - {0}
        apart = [n for n, every in enumerate(periods) if every > 1 or n in later]
        whole = apart[0] if apart else len(steps)
        values = self._compute_shared(writer, 0, self._values(self.plan.batch))
        calls = [self._call(step, values) for step in steps[:whole]]
        found = [
            f"**{call}" if step.parts else f'"loss/{step.loss_name}": {call}'
            for step, call in zip(steps, calls, strict=False)
        ]
        alone = whole == 1 and steps[0].parts
        text = calls[0] if alone else f"{{{', '.join(found)}}}"
        writer.add(f"figures = {text}", ids[:whole], level=4)
        for number, (step, every) in enumerate(zip(steps, periods, strict=True)):
            if number < whole:
                continue
            if number in later:
                values = self._compute_shared(writer, number, values)
            if every > 1:
                writer.add(f"if self.step % {every} == 0:", (step.optimizer.id,), level=4)
            target = "figures |=" if step.parts else f'figures["loss/{step.loss_name}"] ='
            text = f"{target} {self._call(step, values)}"
            writer.add(text, (step.optimizer.id,), level=5 if every > 1 else 4)

    def _compute_shared(
        self, writer: Writer, before: int, values: dict[End, Value]
    ) -> dict[End, Value]:
        """Write what several steps use and is computed after so many of them; the new values."""
        opened = ""
        for one, head in self.flow.blocks(before):
            frozen = self.flow.passed(one)
            for path in frozen:
                writer.add(f"self.{path}.requires_grad_(False)", one.op.item.nodes, level=4)
            if head != opened or frozen:
                writer.add(f"with {head}:", level=4)
                opened = head
            wanted = [end for end, _ in one.op.item.writes if self.flow.is_read(one, end)]
            cut = {
                end: Value(f"{values[end]}.detach()", values[end].type)
                for end in self.flow.cut(one)
            }
            body = Body([one.op.item], wanted, {**values, **cut}, short=False)
            body.write(writer, level=5, give=False)
            values = {**body.values, **{end: values[end] for end in cut}}
            for path in frozen:
                writer.add(f"self.{path}.requires_grad_(True)", one.op.item.nodes, level=4)
                opened = ""
        return values

    def _call(self, step: Step, values: dict[End, Value]) -> str:
        arguments = ", ".join(self._passed(step, end, values) for end in self.flow.takes(step))
        return f"{self._method(step)}({arguments})"

    def _passed(self, step: Step, end: End, values: dict[End, Value]) -> str:
        text = str(values[end])
        if end in self.plan.batch or self.flow.learns(step, end):
            return text
        return f"{text}.detach()" if self.flow.has_gradient(step, end) else text

    def _method(self, step: Step) -> str:
        return f"self.{self._methods[step.optimizer.name]}"

    def _batches(
        self, writer: Writer, which: int, used: set[End], size: str, options: str, *, level: int
    ) -> None:
        values = self._values(self.plan.batch)
        targets, calls = [], []
        for node in self.plan.data:
            found = [str(values[e]) if e in used else "_" for e in self.plan.outputs(node)]
            tensors = f"self.{self._sets(node)[which]}"
            if found[-1] == "_" and len(found) > 1:  # picking rows of what nobody reads costs time
                while found[-1] == "_" and len(found) > 1:
                    found.pop()
                tensors += f"[:{len(found)}]"
            targets.append(", ".join(found) + ("," if len(found) == 1 else ""))
            more = f", {options}" if options else ""
            calls.append(f"batches({tensors}, {size}{more})")
        ids = [node.id for node in self.plan.data]
        if len(targets) == 1:
            target = f"({targets[0]})" if targets[0].endswith(",") else targets[0]
            writer.add(f"for {target} in {calls[0]}:", ids, level=level)
        else:
            target = ", ".join(f"({one})" for one in targets)
            writer.add(f"for {target} in zip({', '.join(calls)}):", ids, level=level)

    def _values(self, ends: Iterable[End]) -> dict[End, Value]:
        return local_names(self.plan.scope, list(ends))

    # -- one step

    def _step(self, writer: Writer, step: Step) -> None:
        flow = self.flow
        takes = flow.takes(step)
        values = self._values([*self.plan.batch])
        taken = {*names.AMBIGUOUS, *map(str, values.values())}
        for item in (one.op.item for one in flow.shared_for(step)):
            for end, kind in item.writes:
                base = item.name if len(item.writes) == 1 else f"{item.name}_{end.port}"
                values[end] = Value(names.unique(base, taken), kind)
                taken.add(values[end])
        arguments = "".join(f", {values[end]}: Tensor" for end in takes)
        ids = (step.optimizer.id,)
        name = step.optimizer.name
        writer.add()
        gives = "dict[str, Tensor]" if step.parts else "Tensor"
        writer.add(f"def {self._methods[name]}(self{arguments}) -> {gives}:", ids, level=1)
        own = flow.own(step)
        frozen = [path for unit in flow.frozen(step) for path in flow.warm(unit)]
        for path in frozen:
            writer.add(f"self.{path}.requires_grad_(False)", ids, level=2)
        plain = [op for op in own if not flow.learns(step, op.item.writes[0][0])]
        needing = [op for op in own if op not in plain]
        outside = [op for op in plain if op.unit is not None]
        wanted = [step.loss, *step.parts]
        if outside:
            writer.add("with torch.no_grad(), self.autocast:", ids, level=2)
            ahead = [*step.parts, *(e for op in needing for e in op.item.reads)]
            body = self._body(plain, ahead, values, takes)
            body.write(writer, level=3, give=False)
            values = body.values
        items = [op for op in own if op in needing or not outside]
        body = self._body(items, wanted, values, takes)
        if items:
            writer.add("with self.autocast:", ids, level=2)
            self._loss_last(body)
            body.write(writer, level=3, give=False)
        loss = str(body.values[step.loss])
        writer.add(f"self.{name}.zero_grad()", ids, level=2)
        writer.add(f"{loss}.backward()", ids, level=2)
        clip = self.plan.scope.bound(step.optimizer.id).clip
        if clip:
            text = f"nn.utils.clip_grad_norm_({self._parameters(step)}, {clip!r})"
            writer.add(text, ids, level=2)
        writer.add(f"self.{name}.step()", ids, level=2)
        for mean in self.plan.averages:
            if mean.optimizer is step.optimizer:
                text = f"self.{mean.attribute}.update_parameters(self.{mean.unit.attribute})"
                writer.add(text, ids, level=2)
        for one, schedule in self._schedules_per("step"):
            if one is step:
                writer.add(f"{schedule}.step()", ids, level=2)
        for path in frozen:
            writer.add(f"self.{path}.requires_grad_(True)", ids, level=2)
        if not step.parts:
            writer.add(f"return {loss}.detach()", ids, level=2)
            return
        known = {*takes, *(end for op in own for end, _ in op.item.writes)}
        told = {step.loss: step.loss_name, **{e: n for e, n in step.parts.items() if e in known}}
        pairs = [f'"loss/{name}": {body.values[end]}.detach()' for end, name in told.items()]
        writer.add(f"return {{{', '.join(pairs)}}}", ids, level=2)

    def _body(
        self, ops: list[Op], wanted: list[End], values: dict[End, Value], takes: list[End]
    ) -> Body:
        taken = {str(values[end]) for end in takes} | {"loss"}
        return Body([op.item for op in ops], wanted, dict(values), taken, short=False)

    def _loss_last(self, body: Body) -> None:
        """The value that is minimised is called `loss`."""
        last = body.items[-1]
        body.taken.discard("loss")
        body.items = [*body.items[:-1], _renamed(last, "loss")]

    # -- validation

    def _validate(self, writer: Writer) -> None:
        plan = self.plan
        writer.add()
        writer.add("@torch.no_grad()", level=1)
        writer.add("def validate(self) -> dict[str, float]:", level=1)
        for unit in plan.units:
            writer.add(f"self.{unit.attribute}.eval()", level=2)
        metric_reads = [end for node in plan.metrics for end in plan.scope.reads(node.id)]
        last = {step.loss for step in plan.steps}
        ops = plan.closure([*last, *metric_reads])
        finals = {op.item.writes[0][0]: op for op in ops if op.item.writes[0][0] in last}
        finals = {e: op for e, op in finals.items() if not self._read_by(ops, e, metric_reads)}
        middle = [op.item for op in ops if op not in finals.values()]
        extra = plan.extra_items(n.id for n in plan.metrics)
        reads = [*metric_reads, *(end for op in finals.values() for end in op.item.reads)]
        reads += [step.loss for step in plan.steps if step.loss not in finals]
        reads += [part for step in plan.steps for part in step.parts]

        for node in plan.metrics:
            made = self._torchmetric(node)
            if made:
                writer.add(f"{self._local(node)} = {made}.to(self.device)", (node.id,), level=2)
        size_line = len(writer.lines)
        used = {e for item in [*middle, *extra] for e in item.reads} | set(reads)
        counted = next((e for e in plan.batch if e in used), plan.batch[0])
        self._batches(writer, 1, used | {counted}, str(VALIDATION_BATCH), "", level=2)
        taken = {"sums", "count", "self", *map(self._local, plan.metrics)}
        body = Body([*middle, *extra], reads, self._values(plan.batch), taken, short=False)
        inner = Writer()
        body.write(inner, level=4, give=False)
        if inner.lines:
            computed = [*body.items, *(op.item for op in finals.values())]
            writer.add(f"with {mode(plan, computed)}self.autocast:", level=3)
            writer.extend(inner)
        values = body.values
        rows = f"len({values[counted]})"
        sums: list[tuple[str, str, tuple[str, ...]]] = []
        gives: list[tuple[str, str, str]] = []
        added: set[str] = set()
        for step in plan.steps:
            for end, key in {step.loss: step.loss_name, **step.parts}.items():
                name = self._local(plan.board.nodes[end.node])
                if name not in added:
                    op = finals.get(end)
                    text = op.item.source(values) if op else str(values[end])
                    sums.append((name, f"{operand(text)} * {rows}", (end.node,)))
                    added.add(name)
                gives.append((f"val/{key}", name, "count"))
        for node in plan.metrics:
            key, name = f"val/{node.name}", self._local(node)
            bound, given = plan.scope.bound(node.id), plan.scope.given(node.id, values)
            if self._torchmetric(node):
                writer.add(f"{name}.update({bound.update(*given)})", (node.id,), level=3)
                gives.append((key, f"{name}.compute().item()", ""))
                continue
            total, count = bound.total(*given)
            sums.append((name, total, (node.id,)))
            divisor = "count"
            if not _is_rows(count, values):
                divisor = f"{name}_count"
                sums.append((divisor, count, (node.id,)))
            gives.append((key, self._after(node, f"{name} / {divisor}", name), ""))
        for index, (_, text, ids) in enumerate(sums):
            writer.add(f"sums[{index}] += {text}", ids, level=3)
        writer.add(f"sums[{len(sums)}] += {rows}", level=3)
        head = Writer()
        head.add(f"sums = torch.zeros({len(sums) + 1}, device=self.device)", level=2)
        writer.lines[size_line:size_line] = head.lines
        found = ", ".join([*(name for name, _, _ in sums), "count"])
        writer.add(f"{found} = processes.total(sums).tolist()", level=2)
        pairs = [f'"{key}": {name} / {by}' if by else f'"{key}": {name}' for key, name, by in gives]
        writer.add(f"return {{{', '.join(pairs)}}}", level=2)

    def _local(self, node: Node) -> str:
        """What a variable for a node's figure is called."""
        others = self.plan.board.names() - {node.name}
        return names.unique(node.name, names.AMBIGUOUS | others)

    def _read_by(self, ops: list[Op], end: End, reads: Iterable[End]) -> bool:
        return end in set(reads) or any(end in op.item.reads for op in ops)

    def _torchmetric(self, node: Node) -> str:
        bound = self.plan.scope.bound(node.id)
        if not hasattr(bound, "metric"):
            return ""
        found = self.plan.inference.result(node.id)
        return str(bound.metric(*(found.inputs or ()))) if found else ""

    def _after(self, node: Node, mean: str, name: str) -> str:
        """A mean turned into the figure, such as a root of mean squares."""
        bound = self.plan.scope.bound(node.id)
        return str(bound.figure(mean)) if hasattr(bound, "figure") else mean

    # -- main

    def _main(self, writer: Writer) -> None:
        writer.add("def main() -> None:")
        settings = self.plan.document.settings
        writer.add(
            f"options = script.options(__doc__, epochs={settings.epochs}, "
            f'batch_size={settings.batch_size}, seed={settings.seed}, device="{settings.device}", '
            f'precision="{settings.precision}", threads={settings.threads})',
            level=1,
        )
        writer.add("training = Training(**options.training)", level=1)
        writer.add("script.prepare(training, options)", level=1)
        writer.add("for figures in training:", level=1)
        writer.add("script.tell(training, figures)", level=2)
        writer.add("script.finish(training)", level=1)
        writer.add()
        writer.add()
        writer.add('if __name__ == "__main__":')
        writer.add("main()", level=1)


def mode(plan: Plan, items: Iterable[Item]) -> str:
    """What turns gradients on again where a loss is made of them."""
    return "torch.enable_grad(), " if plan.has(items, "differentiates") else ""


def _is_rows(count: str, values: dict[End, Value]) -> bool:
    """Is a metric's count simply the number of examples?"""
    return any(count == f"{v}.numel()" and v.type.dims == ("N",) for v in values.values())


def _renamed(item: Item, name: str) -> Item:
    return replace(item, name=name)
