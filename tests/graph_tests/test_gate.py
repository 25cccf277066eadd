"""Nothing in a board, in its name or in its data becomes code: what a person wrote stays text."""

import ast
import json
import random
from pathlib import Path
from typing import Any

import pytest

from graph.compile import compile_document
from graph.compile.formatting import split_commas
from graph.compile.source import Writer
from graph.core.errors import BadParameter, FileError
from graph.declare import REGISTRY, docstring, literal
from graph.format.file import load, load_text, save_text
from graph.format.templates import names, open_template
from graph.model.sheet import End
from graph.problems.problem import CompileError
from tests.graph_tests.hostile import TEXTS, assert_only_text, facts, leaves, replaced
from tests.graph_tests.projects import facts_of

TEXT_KINDS = {"text", "path", "folder", "names", "values", "nodes"}
SHORT = [text[:24].encode("ascii", "backslashreplace").decode() for text in TEXTS]


@pytest.mark.parametrize("text", TEXTS, ids=SHORT)
def test_literals_and_docstrings_give_the_text_back(text: str) -> None:
    for source in (literal(text), docstring(text), docstring(f"Train {text}, drawn.")):
        assert "\n" not in source
        assert source.isprintable()
    assert ast.literal_eval(literal(text)) == text
    assert ast.literal_eval(docstring(text)) == text
    nested = {text: [text, (text,)]}
    assert ast.literal_eval(literal(nested)) == nested


def test_what_is_no_plain_value_becomes_no_literal() -> None:
    with pytest.raises(TypeError, match="expected a value that can be written"):
        literal(object())


@pytest.mark.parametrize("text", TEXTS, ids=SHORT)
def test_laying_out_never_cuts_into_a_text(text: str) -> None:
    for count in (1, 3, 12):
        source = f"found = table({literal(text)}, words={literal([text] * count)}, last={{'a': 1}})"
        writer = Writer()
        writer.add("def made():")
        writer.add(source, level=1)
        (function,) = ast.parse(writer.text).body
        assert isinstance(function, ast.FunctionDef)
        assert ast.dump(function.body[0]) == ast.dump(ast.parse(source).body[0])
        inner = ", ".join([literal(text)] * count)
        assert split_commas(inner) == [literal(text)] * count


@pytest.mark.parametrize("text", TEXTS[:-30], ids=SHORT[:-30])
def test_a_boards_name_and_its_data_are_text_in_the_source(text: str, tmp_path: Path) -> None:
    document = open_template("tabular")
    document.name = text
    (data,) = (one.id for one in document.board.nodes.values() if one.type == "data.csv")
    given = {"path": text, "target": text, "features": (text, "b"), "delimiter": text}
    for name, value in given.items():
        try:
            document.set_params(data, **{name: value})
        except BadParameter:
            continue  # refused is as good as written as text
    project = compile_document(document, {data: facts((text, "other"))})
    strings = assert_only_text(project)
    title = text.replace("_", " ")
    assert f"Train {title}, drawn in Neurowire: `python train.py --epochs 5`." in strings
    assert f"{title[:1].upper()}{title[1:]}, drawn in Neurowire." in strings
    assert text in strings
    call = _call(project.files["train.py"].text, "read_table")
    assert ast.literal_eval(call.args[1]) == document.params(document.node(data))["path"]
    call = _call(project.files["train.py"].text, "table_sets")
    found = {word.arg: word.value for word in call.keywords}
    assert ast.literal_eval(found["classes"]) == [text, "other"]
    assert ast.literal_eval(found["numbers"]) == [text, "other"]
    categories = {text: [text, "other"], "other": [text, "other"]}
    assert ast.literal_eval(found["categories"]) == categories
    readme = project.files["README.md"].text
    assert readme.startswith("# ")
    assert readme.split("\n")[1:3] == [
        "",
        f"Drawn in Neurowire as `{project.name}.neurowire`; runs without it.",
    ]
    assert "<" not in readme.split("\n")[0].replace("\\<", "")
    assert len(project.name) <= 100


def _call(text: str, function: str) -> ast.Call:
    return next(
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == function
    )


def test_the_file_that_ran_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / 'x""";import os;os.system("touch PWNED");""".neurowire'
    path.write_text(save_text(open_template("spiral")), encoding="utf-8")
    project = compile_document(load(path).document)
    assert_only_text(project)


def test_every_parameter_refuses_text_or_keeps_it_as_text() -> None:
    kinds = set()
    for declaration in REGISTRY:
        for param in declaration.params:
            for text in (one for one in TEXTS if one not in param.choices):
                value: Any = (text,) if param.kind in {"names", "nodes"} else text
                value = {text: text} if param.kind == "values" else value
                try:
                    kept = param.check(value)
                except BadParameter:
                    continue
                kinds.add(param.kind)
                assert param.kind in TEXT_KINDS, f"{declaration.type}.{param.name}"
                assert kept == (((text, text),) if param.kind == "values" else value)
    assert kinds == TEXT_KINDS


def test_text_in_formulas_and_equations_is_refused_or_is_arithmetic() -> None:
    """The parameters whose text has a grammar of its own, in a board that would compile."""
    grammars = {
        (declaration.type, param.name)
        for declaration in REGISTRY
        for param in declaration.params
        if param.kind == "text" and declaration.role not in {"data", "instance"}
    }
    for node_type, param in sorted(grammars):
        for text in TEXTS:
            document = open_template("spiral")
            flat = next(n for n in document.board.nodes.values() if n.type == "layer.linear")
            try:
                made = document.add_node(node_type, params={param: text})
                for port in document.ports(made).inputs:
                    document.link(End(flat.id, "y"), End(made.id, port.name))
                loss = document.add_node("loss.mse")
                output = document.ports(made).outputs[0].name
                document.link(End(made.id, output), End(loss.id, "prediction"))
                document.link(End(made.id, output), End(loss.id, "target"))
                step = document.add_node("optimizer.adam")
                document.link(End(loss.id, "loss"), End(step.id, "loss"))
                project = compile_document(document)
            except (BadParameter, CompileError):
                continue
            assert_only_text(project, text)


@pytest.mark.parametrize("template", names())
def test_text_anywhere_in_a_file_is_refused_or_stays_text(template: str) -> None:
    """Every key and every text of every template, some each run, replaced by a hostile one."""
    document = open_template(template)
    text = save_text(document)
    known = facts_of(document)
    places = list(leaves(json.loads(text)))
    drawn = random.Random(template)
    for path, key in drawn.sample(places, min(6, len(places))):
        hostile = drawn.choice(TEXTS)
        try:
            loaded = load_text(replaced(text, path, key, hostile))
            loaded.document.name = hostile
            project = compile_document(loaded.document, known)
        except (FileError, CompileError):
            continue
        assert_only_text(project, f"{path} {hostile!r}")


def test_frames_and_unknown_entries_reach_no_source() -> None:
    for text in TEXTS[:-30]:
        document = open_template("spiral")
        plain = compile_document(document)
        document.add_frame(text, 0, 0, 10, 10)
        document.unknown = {text: text}
        project = compile_document(document)
        python = [name for name in project.files if name.endswith(".py")]
        assert all(project.files[name] == plain.files[name] for name in python)
        assert load_text(save_text(document)).document.board.frames == document.board.frames
