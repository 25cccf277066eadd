"""The data in train.py: read into two sets, gone through in batches."""

from collections.abc import Collection

from graph.compile.plan import Plan
from graph.compile.scope import local_names
from graph.compile.source import Writer
from graph.declare import Value, literal
from graph.sheet import End, Node

TRAIN, VALIDATION = 0, 1


def sets(plan: Plan, node: Node) -> tuple[str, str]:
    """What the sets of a data node are called: for training, for validation."""
    if len(plan.data) == 1:
        return "train_set", "validation_set"
    return f"{node.name}_train", f"{node.name}_validation"


def batch_values(plan: Plan) -> dict[End, Value]:
    """What the tensors of a batch are called."""
    return local_names(plan.scope, plan.batch)


def write_read(writer: Writer, plan: Plan, node: Node) -> None:
    """Read what a data node gives and put it on the device."""
    bound = plan.scope.bound(node.id)
    read = str(bound.read(plan.inference.facts.get(node.id)))
    fixed = bool(bound.fixed_split()) if hasattr(bound, "fixed_split") else False
    if not fixed:
        read = f"split({read}, validation={literal(bound.validation)}, seed=seed)"
    train, validation = sets(plan, node)
    writer.add(f"{train}, {validation} = {read}", (node.id,), level=2)
    if scale := plan.scope.scales.get(node.id):
        made = f"{train}, {validation}, self.{scale} = standardised({train}, {validation})"
        writer.add(made, (node.id,), level=2)
    for name in (train, validation):
        text = f"self.{name} = tuple(t.to(self.device) for t in {name})"
        writer.add(text, (node.id,), level=2)


def write_steps_per_epoch(writer: Writer, plan: Plan) -> None:
    """The number of batches that the smallest set gives."""
    writer.add()
    writer.add("@property", level=1)
    writer.add("def steps_per_epoch(self) -> int:", level=1)
    sizes = [f"len(self.{sets(plan, node)[TRAIN]}[0])" for node in plan.data]
    rows = sizes[0] if len(sizes) == 1 else f"min({', '.join(sizes)})"
    writer.add(f"return batch_count({rows}, self.batch_size)", level=2)


def write_batches(
    writer: Writer, plan: Plan, which: int, used: Collection[End], arguments: str, *, level: int
) -> None:
    """The head of a loop over batches.

    Args:
        writer: Where to.
        plan: What is written.
        which: `TRAIN` or `VALIDATION`.
        used: The outputs of data that the loop reads; others get no name.
        arguments: Source of the size of a batch, and of what else says which batches.
        level: Indentation.
    """
    values = batch_values(plan)
    targets, calls = [], []
    for node in plan.data:
        found = [str(values[e]) if e in used else "_" for e in plan.outputs(node)]
        tensors = f"self.{sets(plan, node)[which]}"
        if found[-1] == "_" and len(found) > 1:  # picking rows of what nobody reads costs time
            while found[-1] == "_" and len(found) > 1:
                found.pop()
            tensors += f"[:{len(found)}]"
        targets.append(", ".join(found) + ("," if len(found) == 1 else ""))
        calls.append(f"batches({tensors}, {arguments})")
    ids = [node.id for node in plan.data]
    if len(targets) == 1:
        target = f"({targets[0]})" if targets[0].endswith(",") else targets[0]
        writer.add(f"for {target} in {calls[0]}:", ids, level=level)
    else:
        target = ", ".join(f"({one})" for one in targets)
        writer.add(f"for {target} in zip({', '.join(calls)}, strict=False):", ids, level=level)
