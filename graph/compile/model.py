"""model.py: every network as a class a person would have written."""

import keyword
from collections.abc import Sequence
from dataclasses import dataclass, field

from graph.compile import vendored
from graph.compile.avoided import reserved
from graph.compile.body import Body, Item
from graph.compile.source import Writer, import_short, names_used
from graph.compile.variants import Form
from graph.core import names
from graph.core.run_plan import Source
from graph.core.tensor import TensorType
from graph.declare import Value, docstring
from graph.model.sheet import End


@dataclass
class Classes:
    """The classes of a project, each written once."""

    title: str
    writers: dict[str, Writer] = field(default_factory=dict)

    def add(
        self,
        name: str,
        doc: str,
        items: Sequence[Item],
        inputs: Sequence[tuple[End, Value]],
        outputs: Sequence[tuple[End, str, TensorType]],
        form: Form | None = None,
    ) -> str:
        """Write a class; the same text twice is one class.

        Args:
            name: The wanted name.
            doc: First words of its docstring.
            items: What forward computes, in order.
            inputs: Arguments of forward: the value and its name.
            outputs: What it returns: the value, a name for the docstring, the type.
            form: What it takes so that it serves several places, for a drawn network.

        Returns:
            The name it got.
        """
        wanted = name
        number = 1
        while True:
            writer = _class(wanted, doc, items, inputs, outputs, form)
            present = self.writers.setdefault(wanted, writer)
            if present.text == writer.text:
                return wanted
            number += 1
            wanted = f"{name}{number}"

    def source(self) -> Source:
        """The whole file."""
        body = Writer()
        for writer in self.writers.values():
            body.add()
            body.add()
            body.extend(writer)
        used = names_used(body.text)
        carried = [f"from {home} import {n}" for n in used if (home := vendored.home(n))]
        top = Writer()
        top.add(docstring(f"{self.title}, drawn in Neurowire."))
        top.add()
        top.imports(import_short(used, carried))
        top.extend(body)
        return top.source


def _class(
    name: str,
    doc: str,
    items: Sequence[Item],
    inputs: Sequence[tuple[End, Value]],
    outputs: Sequence[tuple[End, str, TensorType]],
    form: Form | None,
) -> Writer:
    types = dict(form.types) if form else {}
    items = form.items if form else items
    takes = [Value(value, types.get(end, value.type)) for end, value in inputs]
    gives = [(called, types.get(end, kind)) for end, called, kind in outputs]
    writer = Writer()
    writer.add(f"class {name}(nn.Module):")
    _docstring(writer, doc, takes, gives)
    modules: dict[str, tuple[str, str, tuple[str, ...]]] = {}
    for item in items:
        for attribute, constructor, comment in item.modules:
            _, _, ids = modules.get(attribute, ("", "", ()))
            modules[attribute] = (constructor, comment, (*ids, *item.nodes))
    kept = form.kept if form else {}
    if modules or kept:
        writer.add()
        parameters = form.parameters.items() if form else ()
        arguments = "".join(f", {called}: {kind}" for called, kind in parameters)
        writer.add(f"def __init__(self{arguments}) -> None:", level=1)
        writer.add("super().__init__()", level=2)
        for called, ids in kept.items():
            writer.add(f"self.{called} = {called}", ids, level=2)
        for attribute, (constructor, comment, ids) in modules.items():
            made = form.constructors[attribute] if form else constructor
            writer.add(f"self.{attribute} = {made}", ids, level=2, comment=comment)
    writer.add()
    arguments = "".join(f", {value}: Tensor" for _, value in inputs)
    many = len(outputs) > 1
    returns = f"tuple[{', '.join(['Tensor'] * len(outputs))}]" if many else "Tensor"
    entering = tuple(dict.fromkeys(end.node for end, _ in inputs))
    writer.add(f"def forward(self{arguments}) -> {returns}:", entering, level=1)
    body = Body(items, [end for end, _, _ in outputs], dict(inputs), types=types)
    body.write(writer, level=2, give=True)
    return writer


def _docstring(
    writer: Writer,
    doc: str,
    inputs: Sequence[Value],
    outputs: Sequence[tuple[str, TensorType]],
) -> None:
    takes = ", ".join(f"{value} {value.type}" for value in inputs)
    gives = ", ".join(f"{name} {kind}" for name, kind in outputs)
    line = f'"""{doc}{takes} -> {gives}."""'
    if len(line) <= 96:
        writer.add(line, level=1)
        return
    writer.add(f'"""{doc.removesuffix(": ") or "Takes and gives tensors"}.', level=1)
    writer.add()
    writer.add("Takes:", level=1)
    for value in inputs:
        writer.add(f"    {value} {value.type}", level=1)
    writer.add("Gives:", level=1)
    for name, kind in outputs:
        writer.add(f"    {name} {kind}", level=1)
    writer.add('"""', level=1)


def safe_class_name(name: str) -> str:
    """A class name that hides nothing the file imports."""
    wanted = names.class_name(name)
    taken = keyword.iskeyword(wanted) or wanted in reserved()
    return f"{wanted}Network" if taken else wanted
