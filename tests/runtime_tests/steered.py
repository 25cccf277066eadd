"""A board whose latents are moved by hand."""

from graph.edit.document import Document
from graph.model.sheet import End
from tests.runtime_tests.test_generating import board


def steered(size: int = 4) -> tuple[Document, str]:
    """A decoder shown from fixed noise and from latents moved by hand; and the node for those."""
    document = board()
    nodes = {node.name: node for node in document.board.nodes.values()}
    if size != 4:
        document.set_params(nodes["code"].id, units=size)
        plane = next(one for one in nodes.values() if one.type == "random.plane")
        document.set_params(plane.id, size=size)
    sliders = document.add_node("random.sliders", params={"size": size})
    (twin,) = document.duplicate([nodes["decoder"].id], twins=True)
    shaped = document.add_node("shape.unflatten", params={"dim": 1, "sizes": (1, 8, 8)})
    made = document.add_node("view.grid", name="moved")
    for one, other, port in ((sliders, twin, "x"), (twin, shaped, "x"), (shaped, made, "image")):
        document.link(End(one.id, "y"), End(other.id, port))
    return document, sliders.id
