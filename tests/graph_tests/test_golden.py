"""What the compiler writes for every template, word for word.

`NEUROWIRE_GOLDEN=1 pytest tests/graph_tests/test_golden.py` writes the files anew; read the
difference before it goes into the repository.
"""

import ast
import os
import random
import re
from pathlib import Path

import pytest

from graph.compile import compile_document
from graph.edit.document import Document
from graph.format.file import load_text, save_text
from graph.format.templates import open_template
from graph.model.sheet import Node
from tests.graph_tests.projects import GOLDEN, TEMPLATES, compiled, facts_of

FILES = ("model.py", "data.py", "train.py", "views.py")
REPOSITORY = Path(__file__).resolve().parents[2]
REWRITE = bool(os.environ.get("NEUROWIRE_GOLDEN"))


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("file", FILES)
def test_a_template_gives_its_golden_file(name: str, file: str) -> None:
    text = compiled(name).files[file].text
    path = GOLDEN / name / file
    if REWRITE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "NEUROWIRE_GOLDEN=1 writes it anew"


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_that_generates_gives_its_golden_sampler(name: str) -> None:
    files, path = compiled(name).files, GOLDEN / name / "sample.py"
    if REWRITE and "sample.py" in files:
        path.write_text(files["sample.py"].text, encoding="utf-8")
    assert path.exists() == ("sample.py" in files)
    assert "sample.py" not in files or files["sample.py"].text == path.read_text(encoding="utf-8")


def test_there_is_no_golden_folder_without_a_template() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_emitting_twice_is_identical(name: str) -> None:
    first, second = compiled(name), compiled(name)
    assert first.files == second.files
    assert first.views == second.views
    assert first.wires == second.wires


@pytest.mark.parametrize("name", TEMPLATES)
def test_moving_nodes_changes_nothing(name: str) -> None:
    document = open_template(name)
    before = compile_document(document, facts_of(document))
    chance = random.Random(1)
    document.move({node: (chance.random(), chance.random()) for node in document.board.nodes})
    document.add_frame("All of it", 0, 0, 9, 9)
    after = compile_document(document, facts_of(document))
    document_file = f"{before.name}.neurowire"
    for file, source in before.files.items():
        assert file == document_file or after.files[file] == source


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_order_of_the_files_entries_changes_nothing(name: str) -> None:
    document = open_template(name)
    other = load_text(save_text(document)).document
    other.name = name
    chance = random.Random(2)
    for table in (other.board.nodes, other.board.links):
        entries = list(table.items())
        chance.shuffle(entries)
        table.clear()
        table.update(entries)  # type: ignore[arg-type]
    facts = facts_of(document)
    assert compile_document(other, facts).files == compile_document(document, facts).files


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_line_knows_its_nodes(name: str) -> None:
    document, project = open_template(name), compiled(name)
    nodes = _nodes(document)
    told: set[str] = set()
    for file, source in project.files.items():
        assert source.text.endswith("\n"), file
        assert len(source.nodes) == source.text.count("\n"), file
        for line, ids in zip(source.text.splitlines(), source.nodes, strict=True):
            assert set(ids) <= nodes.keys()
            assert not ids or line.strip(), "an empty line comes from no node"
            if file in FILES or file == "sample.py":
                told.update(ids)
    assert told == nodes.keys() - _silent(name)


def _silent(name: str) -> set[str]:
    """Nodes that stand on no line of their own: they only hand a value on."""
    handing_on = {"neuron.split", "neuron.join", "network.output"}
    nodes = _nodes(open_template(name)).values()
    return {node.id for node in nodes if node.type in handing_on}


def _nodes(document: Document) -> dict[str, Node]:
    """The nodes of the board and of all networks."""
    sheets = [document.board, *document.networks.values()]
    return {node.id: node for sheet in sheets for node in sheet.nodes.values()}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_layer_stands_where_it_is_made_and_where_it_is_used(name: str) -> None:
    document, project = open_template(name), compiled(name)
    model = project.files["model.py"]
    lines = model.text.splitlines()
    for node in document.board.nodes.values():
        if node.type.startswith("layer."):
            found = [lines[number].strip() for number in model.lines_of(node.id)]
            assert any(line.startswith(f"self.{node.name} = nn.") for line in found)
            assert any(f"self.{node.name}(" in line for line in found)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_files_are_python_and_stand_alone(name: str) -> None:
    project = compiled(name)
    allowed = {"torch", "sklearn", "PIL", "numpy", "safetensors", "torchmetrics"}
    own = {file.removesuffix(".py") for file in project.files}
    for file, source in project.files.items():
        if not file.endswith(".py"):
            continue
        for statement in ast.walk(ast.parse(source.text)):
            if isinstance(statement, ast.ImportFrom):
                root = str(statement.module).split(".")[0]
                assert root in own | allowed or root in _standard(), (file, root)
        assert "runtime" not in source.text, file
        assert str(REPOSITORY) not in source.text, file
        assert max(map(len, source.text.splitlines())) <= 100, file
        assert "train.py" in project.exported
    assert "views.py" not in project.exported


def _standard() -> frozenset[str]:
    import sys  # noqa: PLC0415

    return sys.stdlib_module_names


@pytest.mark.parametrize("name", TEMPLATES)
def test_requirements_name_what_is_imported(name: str) -> None:
    project = compiled(name)
    texts = [source.text for file, source in project.files.items() if file.endswith(".py")]
    roots = set(re.findall(r"^(?:import|from) (\w+)", "\n".join(texts), flags=re.MULTILINE))
    known = {"torch": "torch", "sklearn": "scikit-learn", "PIL": "Pillow", "numpy": "numpy",
             "pandas": "pandas"}  # fmt: skip
    wanted = {known[root] for root in roots & known.keys()}
    wanted |= {"safetensors"} | ({"torchmetrics"} & roots)
    lines = project.files["requirements.txt"].text.splitlines()
    assert {re.split(r"[=<>]", line)[0] for line in lines} == wanted


def test_names_of_weights_of_drawn_wires_are_right() -> None:
    document, project = open_template("xor_neurons"), compiled("xor_neurons")
    neurons = {n.id for n in document.board.nodes.values() if n.type == "neuron.neuron"}
    drawn = {key for key in document.board.links if key.target.node in neurons}
    assert {wire.link for wire in project.wires} == {*map(str, drawn)}
    for wire in project.wires:
        assert wire.network == "model"


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_goes_side_by_side_says_what_of_unlike_lengths(name: str) -> None:
    project = compiled(name)
    for file in (one for one in project.files if one.endswith(".py")):
        for call in ast.walk(ast.parse(project.files[file].text)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "zip":
                assert "strict" in {word.arg for word in call.keywords}, f"{file}:{call.lineno}"


def test_no_line_of_a_golden_file_ends_in_a_space() -> None:
    for path in sorted(Path(GOLDEN).rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert line == line.rstrip(), f"{path.name}:{number}"
