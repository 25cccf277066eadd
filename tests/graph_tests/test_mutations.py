"""No damage to a board raises, hangs or costs: each run some hundred, `make fuzz` 20,000."""

import copy
import json
import random
import time
from typing import Any

import pytest

from graph.compile import compile_document
from graph.core import limits
from graph.core.errors import BadParameter, FileError
from graph.core.limits import brief
from graph.declare import REGISTRY
from graph.diagnose.diagnosis import Diagnosis
from graph.format.file import load_text, save_text
from graph.format.templates import open_template
from graph.nodes.shared import formulas
from graph.problems.problem import CompileError
from tests.graph_tests.mutations import CHANGES, judge, mutants
from tests.graph_tests.texts import nodes, problems, text_of, wires

SEED = 7


@pytest.mark.parametrize("part", range(4))
def test_no_damage_raises_hangs_or_costs(part: int) -> None:
    verdicts = [(done, judge(text)) for done, text in mutants(SEED + part, 60)]
    assert not [f"{done}: {found.wrong}" for done, found in verdicts if found.wrong]


def test_every_change_changes_something() -> None:
    content = json.loads(save_text(open_template("vae")))
    for change in CHANGES:
        before, draw = copy.deepcopy(content), random.Random(3)
        for _ in range(5):
            change(before, draw)
        assert before != content, change.__name__


def tower(levels: int, times: int, *, last: str = "layer.linear") -> str:
    """Networks in networks, each placing the next so many times."""
    networks: dict[str, Any] = {}
    number = 10
    for level in range(levels):
        keys = [f"n{number + place}" for place in range(times + 2)]
        number += times + 2
        inner: dict[str, Any] = {"type": "network.instance", "params": {"network": f"l{level + 1}"}}
        inner = {"type": last} if level + 1 == levels else inner
        found = {keys[0]: {"type": "network.input", "name": "x_in"}}
        found |= {key: {**inner, "name": f"a{key}"} for key in keys[1:-1]}
        found[keys[-1]] = {"type": "network.output", "name": "y_out"}
        ports = ("x", "y") if level + 1 == levels else ("x_in", "y_out")
        ends = [("y", ports[0]), *[(ports[1], ports[0])] * (times - 1), (ports[1], "x")]
        links = wires(
            *(
                f"{start}.{out} {end}.{port}"
                for start, end, (out, port) in zip(keys[:-1], keys[1:], ends, strict=True)
            )
        )
        networks[f"l{level}"] = {"nodes": found, "links": links}
    board = nodes(
        n1="data.moons",
        n2={"type": "network.instance", "name": "a", "params": {"network": "l0"}},
        n3={"type": "layer.linear", "name": "logits", "params": {"units": 2}},
        n4="loss.cross_entropy",
        n5="optimizer.adam",
    )
    links = wires("n1.point n2.x_in", "n2.y_out n3.x", "n3.y n4.logits", "n1.label n4.label")
    links += wires("n4.loss n5.loss")
    return text_of({**board, "links": links}, networks=networks)


def test_networks_that_double_cost_what_differs() -> None:
    """10 levels are 1,024 layers; each level is looked at once, however often it is placed."""
    small, large = tower(4, 2), tower(10, 2)
    spent = []
    for text in (small, large):
        document = load_text(text).document
        began = time.process_time()
        inference = Diagnosis(document, watch=False)
        assert not [one for one in inference.problems if one.severity == "error"]
        spent.append(time.process_time() - began)
    assert spent[1] < 20 * spent[0] + 0.2  # 64 times as many places
    assert inference.result("n2") is not None
    assert inference.weights("n2") == 1024 * (128 * 128 + 128) - (128 * 126)
    assert compile_document(document).files["model.py"].text.count("class L") == 10


@pytest.mark.parametrize("size", [(18, 2), (14, 3), (51, 1), (400, 1)])
def test_networks_too_large_or_too_deep_are_told_in_words(size: tuple[int, int]) -> None:
    loaded = load_text(tower(*size))
    found = Diagnosis(loaded.document, watch=False).problems
    (told,) = [one for one in found if "too large" in one.text]
    assert told.node == "n2"
    assert f"{limits.PLACED:,} nodes" in told.text
    assert f"{limits.DEPTH} networks" in told.text
    with pytest.raises(CompileError, match="too large"):
        compile_document(loaded.document)


def test_networks_just_within_the_limit_are_taken() -> None:
    loaded = load_text(tower(50, 1))
    assert not [
        p for p in Diagnosis(loaded.document, watch=False).problems if p.severity == "error"
    ]
    compile_document(loaded.document)


def test_an_instance_is_looked_at_anew_when_its_network_changes() -> None:
    document = load_text(tower(3, 2)).document
    inference = Diagnosis(document)
    before = inference.weights("n2")
    (layer, *_) = [n for n in document.networks["l2"].nodes.values() if n.type == "layer.linear"]
    document.set_params(layer.id, units=5)
    after = inference.weights("n2")
    assert after != before
    assert after == Diagnosis(document, watch=False).weights("n2")


def test_a_network_that_is_not_there_is_a_problem_wherever_it_is_placed() -> None:
    for placed in ("l0", "l1"):
        content = json.loads(tower(3, 2))
        del content["networks"][placed]
        document = load_text(json.dumps(content)).document
        found = Diagnosis(document, watch=False).problems
        assert any(f"there is no network named '{placed}'" in one.text for one in found)
        with pytest.raises(CompileError):
            compile_document(document)


@pytest.mark.parametrize(
    "formula",
    ["-" * 400 + "a", "a" + "+a" * 240, "a**-" * 120 + "a"],
)
def test_a_formula_nested_too_deeply_is_told_at_its_node(formula: str) -> None:
    assert len(formula) <= formulas.LENGTH
    document = open_template("spiral")
    node = document.add_node("merge.expression", params={"formula": formula})
    source = next(n for n in document.board.nodes.values() if n.type == "layer.linear")
    document.link((source.id, "y"), (node.id, "a"))  # type: ignore[arg-type]
    (found,) = [p for p in Diagnosis(document, watch=False).problems if p.node == node.id]
    assert f"nested too deeply. Put at most {limits.FORMULA} operations" in str(found)


def test_the_deepest_formula_compiles() -> None:
    formula = "a" + "+a" * (limits.FORMULA - 2)
    document = open_template("spiral")
    loss = next(n for n in document.board.nodes.values() if n.type.startswith("loss."))
    step = next(n for n in document.board.nodes.values() if n.type.startswith("optimizer."))
    node = document.add_node("merge.expression", params={"formula": formula})
    document.link((loss.id, "loss"), (node.id, "a"))  # type: ignore[arg-type]
    document.link((node.id, "y"), (step.id, "loss"), replace=True)  # type: ignore[arg-type]
    compile(compile_document(document).files["train.py"].text, "train.py", "exec")


@pytest.mark.parametrize("number", [1e300, -1e300, 1e6 + 1, 2.0**200])
def test_what_lies_too_far_out_is_put_nearer(number: float) -> None:
    entry = {"type": "layer.linear", "name": "a", "position": [number, 5]}
    frame = {"title": "f", "x": number, "y": 0, "width": number, "height": 1}
    loaded = load_text(text_of({**nodes(n1=entry), "frames": {"f1": frame}}))
    x, y = loaded.document.node("n1").position
    assert (abs(x), y) == (limits.COORDINATE, 5)
    assert abs(loaded.document.board.frames["f1"].x) == limits.COORDINATE
    assert "it lay more than 1,000,000 pixels out" in problems(loaded)


def test_long_names_are_cut_in_names_and_in_messages() -> None:
    long = "x" * 100_000
    content = json.loads(save_text(open_template("vae")))
    network = next(iter(content["networks"].values()))
    entry = next(n for n in network["nodes"].values() if n["type"] == "network.input")
    entry["name"] = long
    for link in content["board"]["links"]:
        link["to"] = [link["to"][0], long]
    loaded = load_text(json.dumps(content))
    assert loaded.problems
    assert max(len(str(one)) for one in loaded.problems) < 2 * limits.SAID
    sheets = loaded.document.sheets()
    assert max(len(n.name) for sheet in sheets for n in sheet.nodes.values()) <= limits.NAME


def test_sizes_depths_and_counts_are_refused_in_words() -> None:
    deep: Any = 1
    for _ in range(limits.NESTING):
        deep = [deep]
    many = {f"n{number}": {"type": "layer.linear"} for number in range(1, limits.NODES + 2)}
    for text, words in (
        (json.dumps({"format": 1, "note": deep}), f"at most {limits.NESTING} deep"),
        (json.dumps({"format": 1, "board": {"nodes": many}}), f"at most {limits.NODES:,} nodes"),
    ):
        with pytest.raises(FileError, match=words):
            load_text(text)


def test_every_whole_number_text_and_list_has_a_bound() -> None:
    for declaration in REGISTRY:
        for param in declaration.params:
            for value in (10**30, 10**400, [1] * 20_000, "x" * 20_000, ["x"] * 20_000):
                try:
                    kept = param.check(value)
                except BadParameter as refused:
                    told = str(refused)
                    assert len(told) < limits.SAID, f"{declaration.type}.{param.name}"
                else:
                    assert kept in {1e30, (1e30,)}, f"{declaration.type}.{param.name}"


@pytest.mark.parametrize(
    "value", ["x" * 10**6, [["x" * 10**6]] * 10, {"x" * 10**5: 1}, 10**5000], ids=range(4)
)
def test_a_value_is_shown_briefly(value: object) -> None:
    assert len(brief(value)) <= limits.SHOWN + 30
    assert brief("short") == "'short'"
    assert brief([1, "a"]) == "[1, 'a']"


def test_a_list_of_a_thousand_sizes_is_refused_at_once() -> None:
    document = open_template("diffusion")
    [fold] = [n for sheet in document.sheets() for n in sheet.nodes.values() if n.name == "spread"]
    content = json.loads(save_text(document))
    for sheet in (content["board"], *content["networks"].values()):
        if fold.id in sheet["nodes"]:
            sheet["nodes"][fold.id]["params"]["sizes"] = [3] * 5000
    verdict = judge(json.dumps(content))
    assert verdict.wrong == ""


@pytest.mark.parametrize("value", [1234.0, "1234", True, 1e30])
def test_a_place_has_values_of_its_own_as_its_network_takes_them(value: object) -> None:
    content = json.loads(save_text(open_template("diffusion")))
    sheet = content["networks"]["u_net"]["nodes"]
    [deeper] = [one for one in sheet.values() if one["name"] == "deeper"]
    deeper["params"]["overrides"] = {"channels": 64, "time_channels": value}
    document = load_text(json.dumps(content)).document
    [node] = [one for one in document.networks["u_net"].nodes.values() if one.name == "deeper"]
    own = dict(node.params["overrides"])
    assert own["channels"] == 64
    assert type(own.get("time_channels", 0)) is int
    assert judge(json.dumps(content)).wrong == ""
