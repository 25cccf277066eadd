"""Views of what a network makes up should hang on something that is made up."""

from collections.abc import Callable, Iterator

from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.model.order import upstream
from graph.model.sheet import BOARD, End, Node
from graph.problems.problem import Fix, Problem

RANDOM = "Random"


def check(inference: Inference) -> Iterator[Problem]:
    """Generating views that show what comes from the data alone."""
    board = inference.document.board
    for node in board.with_hook("generates"):
        found = inference.result(node.id)
        if node.muted or found is None or found.inputs is None:
            continue
        above = [board.nodes[one] for one in upstream(board, [node.id])]
        if any(_is_random(one) for one in above):
            continue
        yield Problem(
            node.id,
            BOARD,
            "shows what comes from the data, nothing that is made from noise",
            name=node.name,
            severity="warning",
            expected="pictures that hang on a Noise node",
            received="pictures that hang on data alone",
            advice="wire it behind a linked copy (Alt+D) of the generator that a Noise node feeds",
            fixes=_fixes(inference, node),
        )


def _is_random(node: Node) -> bool:
    declaration = REGISTRY.find(node.type)
    return declaration is not None and declaration.group == RANDOM and not node.muted


def _fixes(inference: Inference, view: Node) -> tuple[Fix, ...]:
    """A linked copy of the network before the view, where that takes one value of known size."""
    document = inference.document
    links = document.board.into(view.id)
    maker = document.node(links[0].source.node) if links else view
    declaration = REGISTRY.find(maker.type)
    inputs = document.ports(maker).inputs
    if declaration is None or declaration.role != "instance" or len(inputs) != 1:
        return ()
    (kind,) = inference.input_types(maker.id, inputs[0].name) or (None,)
    sizes = kind.dims[1:] if kind is not None else ()
    if not sizes or not all(isinstance(size, int) for size in sizes):
        return ()
    port, output = inputs[0].name, links[0].source.port
    label = f"Show what {maker.name} makes of noise"
    return (Fix(label, _from_noise(view, maker, port, output, sizes)),)


def _from_noise(
    view: Node, maker: Node, port: str, output: str, sizes: tuple[object, ...]
) -> Callable[[Document], None]:
    def apply(document: Document) -> None:
        x, y = view.position
        with document.group("Make it from noise"):
            place = (x - 500, y + 200)
            noise = document.add_node("random.noise", params={"sizes": sizes}, position=place)
            (copy,) = document.duplicate([maker.id], twins=True)
            document.move({copy.id: (x - 260, y + 200)})
            document.link(End(noise.id, "y"), End(copy.id, port))
            document.link(End(copy.id, output), End(view.id, "image"), replace=True)

    return apply
