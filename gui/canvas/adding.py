"""Adding nodes: by search, by drop, by paste; wired on the way."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

from graph.declare import REGISTRY, Declaration
from graph.edit import dropped_files, joining
from graph.format import clipboard
from graph.format.file import SUFFIX
from graph.model.sheet import Node
from graph.suggest import next_nodes
from graph.suggest.offers import offers, parse, refused
from gui.canvas.arrange import Box, clear_of
from gui.canvas.node_layout import face_of
from gui.canvas.port_item import Socket
from gui.canvas.search import SearchPopup
from gui.canvas.sheet_view import SheetView
from gui.canvas.wire_item import Wire

Then = Callable[[str, Mapping[str, Any]], object]
"""What is done with a node type that is chosen, and the parameters that were asked for."""
Judge = Callable[[Declaration], next_nodes.Fit | None]
BESIDE = 180
"""How far from a node's edge the middle of a new one comes."""
APART = 320
"""Between data nodes that come at once."""


class Adding:
    """The search and what it, a drop or a paste brings onto a board.

    Args:
        board: The sheet on screen.
        tell_data: Told of each data node that was made for a file or folder.
        open_file: Takes the path of a board's file that came onto the board.
    """

    def __init__(
        self,
        board: SheetView,
        tell_data: Callable[[str], object],
        open_file: Callable[[str], object],
    ) -> None:
        self.board = board
        self._tell_data, self._open_file = tell_data, open_file
        self.search = SearchPopup(board)
        self.search.chosen.connect(lambda node_type, values: self._then(node_type, values))
        self.search.closed.connect(board.viewer.setFocus)
        self._then: Then = _nothing

    def open_search(
        self,
        at: QPointF | None = None,
        *,
        start: Socket | None = None,
        wire: Wire | None = None,
        clear: bool = False,
    ) -> None:
        """Open the search; what is chosen comes to `at`, wired to `start` or into `wire`.

        Args:
            at: Where to, in the scene; where the pointer is by default.
            start: A port the new node is wired to.
            wire: A wire the new node goes into.
            clear: Whether it gives way to nodes that are there.
        """
        place = self.board.viewer.mapToScene(self._pointer()) if at is None else at
        hint = "Search nodes"
        if start is not None:
            hint = f"Nodes that fit {start.parentItem().face.name}"
        elif wire is not None:
            hint = "Insert into this wire"

        def then(node_type: str, values: Mapping[str, Any]) -> None:
            self.add(node_type, place, start=start, wire=wire, values=values, clear=clear)

        bound = start is not None or wire is not None
        self.offer(place, self._judge(start, wire), then, bound=bound, hint=hint)

    def offer(
        self,
        at: QPointF,
        judge: Judge | None,
        then: Then,
        *,
        bound: bool,
        hint: str,
    ) -> None:
        """Open the search at a place of the sheet, what fits first.

        Args:
            at: The place.
            judge: How node types fit.
            then: What is done with the one that is chosen.
            bound: Leave out what does not fit.
            hint: What the empty field says.
        """
        self._then = then
        point = self.board.viewer.mapTo(self.board, self.board.viewer.mapFromScene(at))
        among = offers(self.board.document, self.board.sheet_name)
        others = refused(self.board.document, self.board.sheet_name)
        levels = {}
        if judge is not None:
            judged = [(one, fit) for one in among if (fit := judge(one)) is not None]
            levels = {one.type: fit.level for one, fit in judged}
            if bound:
                among = [one for one, fit in judged if not fit.reason]
                others += [(one, fit.reason) for one, fit in judged if fit.reason]
        self.search.open(point, among, levels=levels, refused=others, hint=hint)

    def _judge(self, start: Socket | None, wire: Wire | None) -> Judge | None:
        """How node types fit where the search was opened; behind the selected node by default."""
        place = self.board.place
        if wire is not None:
            return lambda one: next_nodes.into(one, place, wire.link)
        if start is not None and start.takes_input:
            end = start.end
            return lambda one: next_nodes.before(one, place, end)
        if start is None:
            chosen = self.board.selected_items()
            start = chosen[0].outputs[0] if len(chosen) == 1 and chosen[0].outputs else None
        if start is None:
            return None
        output, given = start.face.port, place.type_of(*start.end)
        return lambda one: next_nodes.after(one, output, given, place.document)

    def open_search_here(self) -> None:
        """Open the search for a node that stands alone.

        It comes to where the pointer is if the mouse was used last, else beside the node the keys
        are at.
        """
        board = self.board
        if board.viewer.pointed:
            self.open_search()
            return
        item = board.head()
        at = board.viewer.mapToScene(board.viewer.viewport().rect().center())
        if item is not None:
            at = item.pos() + QPointF(item.face.rect.right() + BESIDE, 0)
        self.open_search(at, clear=True)

    def _pointer(self) -> QPoint:
        port: QWidget = self.board.viewer.viewport()
        pointer = port.mapFromGlobal(QCursor.pos())
        return pointer if port.rect().contains(pointer) else port.rect().center()

    def add(
        self,
        node_type: str,
        at: QPointF,
        *,
        start: Socket | None = None,
        wire: Wire | None = None,
        values: Mapping[str, Any] | None = None,
        clear: bool = False,
    ) -> Node | None:
        """Put a new node or a network on the sheet, wired to a port or into a wire, as one step.

        Where it is to be `clear`, it gives way to the nodes that are there.
        """
        made: list[Node] = []
        document = self.board.document

        def change() -> None:
            kind, params = parse(node_type)
            network = params.get("network")
            declaration = REGISTRY.find(kind)
            title = network or (declaration.title if declaration else kind)
            with document.group(f"Add {title}"):
                node = document.add_node(
                    kind,
                    sheet=self.board.sheet_name,
                    name=network,
                    params={**params, **(values or {})},
                    position=(round(at.x()), round(at.y())),
                )
                made.append(node)
                ports = document.ports(node)
                if wire is not None and ports.inputs and ports.outputs:
                    document.splice(node.id, wire.link)
                elif start is not None:
                    self._join(start, node)
                if clear:
                    self._stand_clear(node.id)

        if not self.board.gestures.attempt(change):
            return None
        self.board.select([made[0].id])
        if clear:
            self.board.reveal(made[0].id)
        self.board.viewer.setFocus()
        return made[0]

    def _stand_clear(self, new: str) -> None:
        """Move a new node down or up until it lies on no other."""
        board = self.board
        node = board.document.node(new)
        rect = face_of(board.place, node, judged=False).rect
        items = [item for one, item in board.node_items().items() if one != new]
        rects = [(item, item.face.rect) for item in items]
        taken = [(item.x(), item.y(), Box(one.width(), one.height())) for item, one in rects]
        box = {new: Box(rect.width(), rect.height())}
        if down := clear_of({new: (0.0, 0.0)}, box, taken, node.position):
            board.document.move({new: (node.position[0], node.position[1] + round(down))})

    def _join(self, start: Socket, node: Node) -> None:
        """Wire a new node to a port; the port where it is stays in its place."""
        board, declaration = self.board, REGISTRY.find(node.type)
        judge = self._judge(start, None)
        fit = judge(declaration) if judge is not None and declaration is not None else None
        link = joining.join(
            board.document,
            node.id,
            start.end,
            into=start.takes_input,
            first=fit.port if fit else "",
        )
        if link is None:
            return
        port = link.source.port if start.takes_input else link.target.port
        face = face_of(board.place, node, judged=False)
        one = face.port(port, output=start.takes_input)
        if one is not None:
            x, y = node.position[0] - one.at.x(), node.position[1] - one.at.y()
            board.document.move({node.id: (round(x), round(y))})

    def bring(self, paths: Sequence[Path], at: QPointF | None = None) -> list[Node]:
        """Put the data nodes on the board that read these files and folders; open a board."""
        board, made = self.board, list[Node]()
        if paths[0].suffix == SUFFIX:
            self._open_file(str(paths[0]))
            return made
        x, y = (at.x(), at.y()) if at is not None else (0.0, 0.0)

        def change() -> None:
            with board.document.group("Add data"):
                for place, path in enumerate(paths):
                    kind, params = dropped_files.data_node(path)
                    position = (round(x), round(y + APART * place))
                    sheet = board.sheet_name
                    node = board.document.add_node(
                        kind, sheet=sheet, params=params, position=position
                    )
                    made.append(node)

        if not board.gestures.attempt(change):
            return []
        board.select([node.id for node in made])
        board.viewer.setFocus()
        for node in made:
            self._tell_data(node.id)
        return made

    def paste(self, text: str, at: QPointF | None = None) -> list[Node]:
        """Put copied nodes on the sheet and select them; say which may not stand there.

        A text that is the path of a file or folder brings the data node that reads it.
        """
        board = self.board
        if paths := dropped_files.paths_in(text):
            middle = board.viewer.mapToScene(board.viewer.viewport().rect().center())
            return self.bring(paths, at or middle)
        made: list[Node] = []
        reasons: list[str] = []
        place = (round(at.x()), round(at.y())) if at is not None else None

        def change() -> None:
            sheet = board.sheet_name
            made.extend(
                clipboard.paste(
                    board.document, text, sheet=sheet, at=place, complain=reasons.append
                )
            )

        if board.gestures.attempt(change):
            board.select([node.id for node in made])
        told = [f"left out: {'; '.join(dict.fromkeys(reasons))}"] if reasons else []
        kinds = {node.type for node in made if REGISTRY.find(node.type) is None}
        told += [
            f"{dropped_files.unknown_kind(kind)}; it is kept as it is" for kind in sorted(kinds)
        ]
        if told:
            board.complain("; ".join(told) if made else "; ".join(dict.fromkeys(reasons)))
        return made


def _nothing(node_type: str, values: Mapping[str, Any]) -> None:
    """Nothing was asked yet."""
