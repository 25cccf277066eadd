"""Where NodeGraphQt's gestures end: slots that ask the document and change nothing else.

The document's events draw what it allowed; a refused gesture leaves the canvas as it was, since
nothing had been drawn. NodeGraphQt's undo stack stays empty.
"""

from collections.abc import Callable, Iterable
from typing import Any

from graph.core.errors import NeurowireError
from graph.edit.document import Document
from graph.model.sheet import Link, LinkKey
from gui.canvas.node_item import NodeItem
from gui.canvas.nodegraphqt import NodeGraph
from gui.canvas.port_item import Socket
from gui.canvas.viewer import Viewer
from gui.canvas.wire_item import Wire

Pair = tuple[Socket, Socket]


class Gestures(NodeGraph):
    """NodeGraphQt's controller, turned to ask the document."""

    def __init__(
        self,
        viewer: Viewer,
        document: Callable[[], Document],
        complain: Callable[[str], None],
        parent: Any = None,
    ) -> None:
        super().__init__(parent, viewer=viewer)
        self._document = document
        self._complain = complain

    def attempt(self, change: Callable[[], object]) -> bool:
        """Ask the document for a change; say why not if it refuses."""
        try:
            change()
        except NeurowireError as error:
            self._complain(str(error))
            return False
        return True

    def _on_connection_changed(
        self, disconnected: Iterable[Pair], connected: Iterable[Pair]
    ) -> None:
        """A wire was drawn, moved to another port, or pulled off."""
        self.rewire(disconnected, connected)

    def rewire(self, disconnected: Iterable[Pair], connected: Iterable[Pair]) -> bool:
        """Take wires off and draw others, as one step; say why not if it is refused."""
        document = self._document()
        cut, drawn = links_of(disconnected, document), list(connected)

        def change() -> None:
            with document.group("Connect" if drawn else "Disconnect"):
                for link in cut:
                    document.unlink(link)
                for pair in drawn:
                    source, target = in_order(pair)
                    document.link(source.end, target.end, replace=True)

        return self.attempt(change)

    def _on_connection_sliced(self, ports: Iterable[Pair]) -> None:
        """The knife crossed wires."""
        document = self._document()
        cut = links_of(ports, document)

        def change() -> None:
            with document.group("Cut wires" if len(cut) > 1 else "Cut wire"):
                for link in cut:
                    document.unlink(link)

        if cut:
            self.attempt(change)

    def _on_nodes_moved(self, node_data: dict[NodeItem, list[float]]) -> None:
        """Nodes were dragged: one step, whatever their number."""
        places = {item.id: (item.x(), item.y()) for item in node_data}
        self.attempt(lambda: self._document().move(places))

    def _on_insert_node(
        self, pipe: Wire, node_id: str, prev_node_pos: dict[NodeItem, list[float]]
    ) -> None:
        """A lone node was dropped on a wire: put it in; if it does not go, it stays unwired."""
        document = self._document()
        places = {item.id: (item.x(), item.y()) for item in prev_node_pos}

        def change() -> None:
            with document.group("Insert"):
                document.move(places)
                document.splice(node_id, pipe.link)

        if not self.attempt(change):
            self.attempt(lambda: document.move(places))

    def _on_node_name_changed(self, node_id: str, name: str) -> None:
        """A name was typed on the canvas."""
        self.attempt(lambda: self._document().rename(node_id, name))

    def _on_search_triggered(self, node_type: str, pos: tuple[float, float]) -> None:
        """NodeGraphQt's own search; ours calls the board."""

    def _on_node_double_clicked(self, node_id: str) -> None:
        """Handled by the viewer."""

    def _on_node_selected(self, node_id: str) -> None:
        """Handled through the scene's selection."""

    def _on_node_selection_changed(self, sel_ids: list[str], desel_ids: list[str]) -> None:
        """Handled through the scene's selection."""

    def _on_node_data_dropped(self, mimedata: Any, pos: Any) -> None:
        """Handled by the viewer: NodeGraphQt would open session files."""

    def _on_node_backdrop_updated(self, node_id: str, update_property: str, value: Any) -> None:
        """There are no backdrops."""

    def _on_context_menu_prompt(self, menu_name: str, node_id: str) -> None:
        """Handled by the viewer."""


def in_order(pair: Pair) -> Pair:
    """Two ports, the output first."""
    first, second = pair
    return (second, first) if first.takes_input else (first, second)


def links_of(pairs: Iterable[Pair], document: Document) -> list[Link]:
    """The links between ports; two that join the same ports, where a pair comes twice."""
    found: dict[LinkKey, Link] = {}
    for pair in pairs:
        source, target = in_order(pair)
        into = document.sheet_of(target.end.node).into(*target.end)
        joining = [one for one in into if one.source == source.end and one.key not in found]
        found.update((one.key, one) for one in joining[-1:])
    return list(found.values())
