"""What a tooltip says about a node or a port."""

from html import escape

from graph.core.tensor import BATCH, TensorType
from graph.core.wording import many
from graph.declare import REGISTRY
from graph.diagnose import wire_meaning
from graph.diagnose.context import Place
from graph.model.sheet import Link
from gui import look
from gui.canvas.port_item import Socket
from gui.widgets.common import words
from gui.widgets.number_format import short


def tooltip(
    place: Place, node_id: str, socket: Socket | None, gradient: float | None = None
) -> str:
    """Rich text: what is wrong and what to do first, then what the node is."""
    if not place.document.has(node_id):
        return ""
    node = place.node(node_id)
    declaration = REGISTRY.find(node.type)
    title = declaration.title if declaration else node.type
    colours = look.colours()
    dim = colours.dim.name()
    lines = [f"<b>{escape(node.name)}</b> <span style='color:{dim}'>{escape(title)}</span>"]
    if socket is not None:
        end, port = socket.end, socket.face.port
        tensors = (
            place.input_types(end.node, end.port)
            if socket.takes_input
            else [place.type_of(end.node, end.port)]
        )
        shapes = ", ".join(str(t) for t in tensors if t is not None)
        optional = " (may stay unwired)" if port.optional else ""
        several = " (any number of wires)" if port.variadic else ""
        lines = [f"<b>{escape(port.label)}</b> {escape(shapes)}{optional}{several}"]
        return _page(lines)
    for problem in place.problems_of(node_id):
        colour = (colours.error if problem.severity == "error" else colours.warning).name()
        advice = problem.advice[:1].upper() + problem.advice[1:]
        lines.append(f"<span style='color:{colour}'>{escape(words(problem.text))}</span>")
        if advice:
            lines.append(escape(words(advice)))
    if declaration is not None:
        lines.append(f"<span style='color:{dim}'>{escape(words(declaration.doc))}</span>")
    weights = place.weights(node_id)
    if weights:
        lines.append(many(weights, "weight"))
    if gradient is not None:
        lines.append(f"Gradient norm {short(gradient)}; the bar compares nodes on a log scale")
    if node.muted:
        lines.append("Muted: the wire passes through")
    return _page(lines)


def port_words(place: Place, socket: Socket) -> str:
    """A port in one line: which it is, of what, what flows, how many wires it has."""
    end, port = socket.end, socket.face.port
    if socket.takes_input:
        tensors = place.input_types(end.node, end.port)
    else:
        tensors = [place.type_of(end.node, end.port)]
    side = "input" if socket.takes_input else "output"
    told = [f"{socket.parentItem().face.name}, {side} {port.label}"]
    told += [", ".join(str(one) for one in tensors if one is not None)]
    told += [many(len(socket.connected_pipes), "wire") if socket.connected_pipes else "no wire"]
    return " \N{MIDDLE DOT} ".join(one for one in told if one)


def wire_words(place: Place, link: Link, weight: float | None = None) -> str:
    """Rich text about a wire: where it runs, what shape and type flow, what that means."""
    ends = []
    for end, output in ((link.source, True), (link.target, False)):
        node = place.document.node(end.node)
        ports = place.document.ports(node)
        found = [one for one in (ports.outputs if output else ports.inputs) if one.name == end.port]
        port = found[0].label if found else end.port
        ends.append(f"<b>{escape(node.name)}</b> {escape(port)}")
    lines = [" \N{RIGHTWARDS ARROW} ".join(ends)]
    tensor = place.type_of(link.source.node, link.source.port)
    if tensor is None:
        why = wire_meaning.why_unknown(place.inference, link.source.node)
        plain = why == wire_meaning.UNKNOWN
        lines.append(escape(f"Shape {why}{': mend or wire what comes before' if plain else ''}"))
    else:
        lines += [f"{escape(str(tensor))} {tensor.dtype}", escape(_meaning(place, link, tensor))]
    if weight is not None:
        lines.append(f"Weight {short(weight)}")
    return _page(lines)


def _meaning(place: Place, link: Link, tensor: TensorType) -> str:
    """What the numbers are, and what their first dimension counts."""
    said = wire_meaning.meaning(place.inference, place.path, link.source)
    what = said[:1].upper() + said[1:]
    return f"{what}; {BATCH} is the batch" if BATCH in tensor.dims else what


def _page(lines: list[str]) -> str:
    return f"<div style='max-width:320px'>{'<br>'.join(lines)}</div>"
