"""What an optimizer trains stays what it trains, whatever is done with the board."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.compile import compile_document
from graph.core.errors import Refused
from graph.diagnose.board_checks import parts, trained
from graph.diagnose.diagnosis import Diagnosis
from graph.edit import trained_names
from graph.edit.document import Document
from graph.format import clipboard
from graph.format.file import load_text, save_text
from graph.model.order import upstream
from graph.model.sheet import End, Node
from tests.graph_tests.networks_tests.drawing import Drawing, state

Leaves = dict[str, set[str]]
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]


def leaves(document: Document) -> Leaves:
    """The nodes, wherever they stand, that each optimizer trains, by leaders of linked ones."""
    inference = Diagnosis(document, watch=False)
    optimizers = [n for n in document.board.nodes.values() if n.type.startswith("optimizer.")]
    return {
        one.name: {
            path[-1] for node in trained(inference, one) for path in parts(inference, one, node)
        }
        for one in optimizers
    }


def errors(document: Document) -> list[str]:
    found = Diagnosis(document, watch=False).problems
    return [str(one) for one in found if one.severity == "error"]


class Board(Drawing):
    """Digits through layers, one behind the other or side by side, to losses and optimizers."""

    def __init__(self, draw: st.DrawFn) -> None:
        super().__init__()
        self.data, self.flat = self.add("data.digits"), self.add("shape.flatten")
        self.wire(self.data, self.flat)
        self.layers: list[Node] = []
        ends = [self.flat]
        for _ in range(draw(st.integers(2, 6))):
            source = ends[draw(st.integers(0, len(ends) - 1))]
            twins = [n for n in self.layers if n.type == "layer.linear" and n.params["units"] == 64]
            if twins and draw(st.integers(0, 3)) == 0:
                (made,) = self.document.duplicate([twins[0].id], twins=True)
            else:
                kind = draw(st.sampled_from(["layer.linear", "norm.layer", "activation.relu"]))
                made = self.add(kind)
                if kind == "layer.linear":
                    self.document.set_params(made.id, units=64)
            self.wire(source, made)
            made = self.document.node(made.id)
            self.layers.append(made)
            ends.append(made)
        for _ in range(draw(st.integers(1, 3))):
            self.judge(draw, ends[draw(st.integers(1, len(ends) - 1))])

    def judge(self, draw: st.DrawFn, source: Node) -> None:
        head = self.add("layer.linear", units=10)
        loss, sgd = self.add("loss.cross_entropy"), self.add("optimizer.sgd")
        self.chain(source, head, loss, sgd)
        self.wire(self.data, loss, "label", "label")
        self.layers.append(head)
        if draw(st.booleans()):
            above = sorted(leaves(self.document)[sgd.name])
            some = draw(st.lists(st.sampled_from(above), min_size=1, unique=True))
            self.document.set_params(sgd.id, trains=tuple(some))


@st.composite
def boards(draw: st.DrawFn) -> Board:
    return Board(draw)


@settings(max_examples=30, deadline=None, suppress_health_check=QUIET)
@given(board=boards(), data=st.data())
def test_grouping_and_ungrouping_change_nothing_of_it(board: Board, data: st.DataObject) -> None:
    document = board.document
    before, told, kept = leaves(document), errors(document), state(document)
    start = len(document.history)
    for number in range(data.draw(st.integers(1, 3))):
        nodes = [n for n in document.board.nodes.values() if n.type.split(".")[0] in KINDS]
        ids = sorted(n.id for n in nodes)
        chosen = data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
        try:
            document.group_into_network(chosen, f"part_{number}")
        except Refused:
            continue
        assert leaves(document) == before
        assert errors(document) == told
    again = load_text(save_text(document)).document
    assert leaves(again) == before
    if not told:
        compile_document(document)
    placed = [n.id for n in document.board.nodes.values() if n.type == "network.instance"]
    for one in data.draw(st.permutations(placed)):
        document.ungroup(one)
        assert leaves(document) == before
    while len(document.history) > start:
        document.undo()
    assert state(document) == kept


KINDS = {"layer", "norm", "activation", "shape", "network"}


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET)
@given(board=boards(), data=st.data(), grouped=st.booleans(), elsewhere=st.booleans())
def test_a_copy_is_trained_as_the_original(
    board: Board, data: st.DataObject, grouped: bool, elsewhere: bool
) -> None:
    document = board.document
    if grouped:
        ids = sorted(one.id for one in board.layers)
        chosen = data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
        try:
            document.group_into_network(chosen, "part")
        except Refused:
            grouped = False
    before = leaves(document)
    names = {one: document.node(one).name for found in before.values() for one in found}
    originals = set(document.board.nodes)
    target = Document() if elsewhere else document
    clipboard.paste(target, clipboard.copy(document, document.board.nodes))
    after = leaves(target)
    assert elsewhere or {name: after[name] for name in before} == before
    made = after if elsewhere else {n: f for n, f in after.items() if n not in before}
    wanted = sorted(sorted(names[one] for one in found) for found in before.values())
    inner = {one for home in document.networks.values() for one in home.nodes}
    for found in made.values():
        assert not found & (originals - inner) or elsewhere
    lengths = sorted(map(len, wanted))
    assert sorted(len(found) for found in made.values()) == lengths


def each(document: Document) -> Leaves:
    """The nodes that each optimizer trains, every one of linked ones that is before its loss."""
    found = {}
    ids = {one.name: one.id for one in document.board.nodes.values()}
    for name, leaders in leaves(document).items():
        above = upstream(document.board, [ids[name]])
        found[name] = {n for n in above if (document.node(n).twin or n) in leaders}
    return found


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET)
@given(board=boards(), data=st.data())
def test_a_replaced_node_is_trained_as_before(board: Board, data: st.DataObject) -> None:
    document = board.document
    before = leaves(document)
    trained = each(document)
    linear = [n.id for n in board.layers if n.type == "layer.linear"]
    chosen = data.draw(st.lists(st.sampled_from(linear), min_size=1, unique=True))
    document.replace_nodes(chosen, "norm.layer")
    assert each(document) == trained
    for one in document.board.nodes.values():
        types = {twin.type for twin in document.twins(one.id)}
        assert types == {"norm.layer" if one.id in chosen else one.type}
    document.undo()
    assert leaves(document) == before


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET)
@given(board=boards(), data=st.data())
def test_weights_of_its_own_are_trained_as_the_shared_ones(
    board: Board, data: st.DataObject
) -> None:
    document = board.document
    twins = [n for n in document.board.nodes.values() if n.twin]
    if not twins:
        return
    one = data.draw(st.sampled_from(twins))
    before = leaves(document)
    reach = {name: found for name, found in before.items() if one.twin in found}
    document.set_twin(one.id, None)
    after = leaves(document)
    above = {n: f for n, f in after.items() if one.id in f}
    assert set(above) <= set(reach)
    for name, found in reach.items():
        assert found - {one.twin} <= after[name]
        assert {one.twin, one.id} & after[name]


def split() -> tuple[Drawing, dict[str, Node]]:
    """Two layers of which an optimizer trains the second, in one network."""
    draw = Drawing()
    data, flat = draw.add("data.digits"), draw.add("shape.flatten")
    first, relu = draw.add("layer.linear", "first", units=16), draw.add("activation.relu", "relu")
    last = draw.add("layer.linear", "last", units=10)
    loss, sgd = draw.add("loss.cross_entropy"), draw.add("optimizer.sgd", "sgd")
    draw.chain(data, flat, first, relu, last, loss, sgd)
    draw.wire(data, loss, "label", "label")
    draw.document.set_params(sgd.id, trains=(last.id,))
    draw.document.group_into_network([first.id, relu.id, last.id], "part")
    return draw, {n.name: n for s in draw.document.sheets() for n in s.nodes.values()}


def test_a_part_of_a_network_is_named_by_its_path() -> None:
    draw, nodes = split()
    document = draw.document
    assert document.node(nodes["sgd"].id).params["trains"] == (
        f"{nodes['part'].id}/{nodes['last'].id}",
    )
    text = compile_document(document).files["train.py"].text
    assert "part.first.requires_grad_(False)" in text
    assert not errors(document)


def test_paths_follow_what_is_done_inside_a_network() -> None:
    draw, nodes = split()
    document = draw.document
    inner = document.group_into_network([nodes["relu"].id, nodes["last"].id], "end")
    before = {"sgd": {nodes["last"].id}}
    assert leaves(document) == before
    assert document.node(nodes["sgd"].id).params["trains"] == (f"{nodes['part'].id}/{inner.id}",), (
        "all that learns in it is trained"
    )
    document.ungroup(inner.id)
    assert leaves(document) == before
    new = document.replace_node(nodes["last"].id, "layer.linear")
    assert leaves(document) == {"sgd": {new.id}}
    (copy,) = document.duplicate([nodes["part"].id])
    assert leaves(document) == {"sgd": {new.id}}
    assert copy.id not in {one for f in leaves(document).values() for one in f}


def test_old_files_and_lost_paths_open() -> None:
    draw, nodes = split()
    document = draw.document
    document.remove([nodes["last"].id])
    text = [str(one) for one in Diagnosis(document, watch=False).problems]
    assert text
    document.undo()
    assert leaves(document) == {"sgd": {nodes["last"].id}}
    lost = f"{nodes['part'].id}/n999"
    document.set_params(nodes["sgd"].id, trains=(lost,))
    assert any("none of the nodes it should train" in one for one in errors(document))
    assert trained_names.called(document, lost) == lost
    again = load_text(save_text(document)).document
    assert again.node(nodes["sgd"].id).params["trains"] == (lost,)


def test_neurons_of_a_network_are_trained_together() -> None:
    draw = Drawing()
    data, columns = draw.add("data.moons"), draw.add("neuron.split", columns=2)
    draw.wire(data, columns)
    neurons = [draw.add("neuron.neuron", f"h{place}") for place in range(2)]
    out = draw.add("neuron.neuron", "out")
    for one in neurons:
        draw.wire(columns, one)
        draw.wire(one, out)
    loss, sgd = draw.add("loss.binary_cross_entropy"), draw.add("optimizer.sgd", "sgd")
    draw.chain(out, loss, sgd)
    draw.wire(data, loss, "target", "label")
    draw.document.set_params(sgd.id, trains=(neurons[0].id, out.id))
    before = state(draw.document)
    with pytest.raises(Refused, match="not h1: the neurons of a network are trained together"):
        draw.document.group_into_network([one.id for one in neurons], "hidden")
    assert state(draw.document) == before
    draw.document.group_into_network([neurons[0].id], "one")
    assert leaves(draw.document) == {"sgd": {neurons[0].id, out.id}}


def test_two_optimizers_share_a_network() -> None:
    draw, nodes = split()
    document = draw.document
    loss = next(n for n in document.board.nodes.values() if n.type.startswith("loss."))
    path = f"{nodes['part'].id}/{nodes['first'].id}"
    other = draw.add("optimizer.adam", "adam", trains=(path,))
    document.link(End(loss.id, "loss"), End(other.id, "loss"))
    assert leaves(document) == {"sgd": {nodes["last"].id}, "adam": {nodes["first"].id}}
    assert not errors(document)
    assert not [p for p in Diagnosis(document).problems if "trains too" in p.text]
    text = compile_document(document).files["train.py"].text
    assert "torch.optim.SGD(processes.plain(self.part).last.parameters()" in text
    assert "processes.plain(self.part).first.parameters()" in text
