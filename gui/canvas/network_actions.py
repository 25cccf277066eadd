"""Networks on the canvas: into them and back, made of nodes and taken apart again."""

from collections.abc import Callable, Iterable
from itertools import pairwise

from PySide6.QtCore import QRect

from graph.edit.networks import free_name
from graph.model import events, roles
from graph.model.instances import ends
from graph.model.sheet import BOARD
from graph.problems.fixes import add_output
from gui.canvas.breadcrumb import Breadcrumb
from gui.canvas.rename import RenameField
from gui.canvas.sheet_view import SheetView

SUGGESTED = "network"


class Networks:
    """Which sheet is shown and how one came there, and what Ctrl+G and Ctrl+Shift+G do.

    Args:
        board: The sheet on screen.
        show: Shows another sheet, with nodes of it selected.
        name_field: Where a name is asked for.
    """

    def __init__(
        self,
        board: SheetView,
        show: Callable[[str, Iterable[str]], object],
        name_field: RenameField,
    ) -> None:
        self.board = board
        self._show, self._name_field = show, name_field
        self.way = [BOARD]
        self.through: list[str] = []
        """The instance that was entered for each step of the way."""
        self.bar = Breadcrumb(board)
        self.bar.chosen.connect(self._back_to)

    # -- going

    def enter(self, node: str) -> bool:
        """Show the network that a node places; False if it places none."""
        name = self.placed(node)
        if name is None:
            return False
        self._go([*self.way, name], [*self.through, node])
        return True

    def placed(self, node: str) -> str | None:
        """The network that a node places, if it is there."""
        document = self.board.document
        name = roles.network_of(document.node(node)) if document.has(node) else None
        return name if name in document.networks else None

    def enter_selected(self) -> None:
        """Show the network of the first selected node that places one."""
        for node in self.board.selected():
            if self.enter(node):
                return

    def leave(self) -> None:
        """Go back by one sheet, to the instance that was entered or another of its kind."""
        if len(self.way) > 1:
            self._back_to(len(self.way) - 2)

    def open(self, sheet: str, select: Iterable[str] = ()) -> None:
        """Show a sheet, nodes of it selected, in a place where something is wrong with them.

        Where nothing is, the way is the shortest through the sheet's oldest places.
        """
        select = list(select)
        through = self._troubled(select)
        if through:
            document = self.board.document
            names = (roles.network_of(document.node(one)) or "" for one in through)
            self._go([BOARD, *names], through, select)
        else:
            way = self._way_to(sheet)
            self._go(way, self._oldest(way), select)
        for node in select[:1]:
            self.board.reveal(node)

    def show_problem(self, node: str) -> None:
        """Go where something is wrong with a node, unless that is here."""
        board = self.board
        if node not in board.sheet.nodes or not board.place.problems_of(node):
            self.open(board.document.sheet_of(node).name, [node])
        board.centre_on(node)

    def _troubled(self, nodes: Iterable[str]) -> list[str]:
        """The instances that lead to the first place where something is wrong with a node."""
        inference = self.board.inference
        places = (place for node in nodes for place in inference.places(node))
        return next((list(path) for path, known in places if path and known.problems), [])

    def _back_to(self, place: int) -> None:
        left, document = self.way[place + 1], self.board.document
        goal = document.sheet(self.way[place])
        here = [node.id for node in document.instances(left) if node.id in goal.nodes]
        entered = [node for node in self.through[place : place + 1] if node in here]
        self._go(self.way[: place + 1], self.through[:place], entered or here[:1])

    def _go(self, way: list[str], through: list[str], select: Iterable[str] = ()) -> None:
        self.way, self.through = way, through
        self._show(way[-1], select)

    def show_way(self) -> None:
        """Bring the bar up to date."""
        if self.way[-1] != self.board.sheet_name:
            self.way = self._way_to(self.board.sheet_name)
            self.through = self._oldest(self.way)
        self.name_way()

    def name_way(self) -> None:
        """Call the steps of the way as they are called now."""
        document = self.board.document
        names = [document.node(one).name if document.has(one) else "" for one in self.through]
        self.bar.show_way(self.way, names)

    def _way_to(self, sheet: str) -> list[str]:
        ways, seen = [[sheet]], {sheet}
        for way in ways:
            if way[0] == BOARD:
                return way
            homes = [
                self.board.document.sheet_of(node.id).name
                for node in self.board.document.instances(way[0])
            ]
            for home in homes:
                if home not in seen:
                    seen.add(home)
                    ways.append([home, *way])
        return [sheet] if sheet == BOARD else [BOARD, sheet]

    def _oldest(self, way: list[str]) -> list[str]:
        """The oldest instance for each step of a way; nothing where there is none."""
        document = self.board.document
        found = []
        for home, inner in pairwise(way):
            nodes = document.sheet(home).nodes
            places = (one.id for one in document.instances(inner) if one.id in nodes)
            found.append(next(places, ""))
        return found

    def follow(self, event: events.NetworkRemoved | events.NetworkRenamed) -> None:
        """A network has another name or is gone: if it is on the way, stay as near as possible."""
        if isinstance(event, events.NetworkRenamed):
            self.way = [event.after if one == event.before else one for one in self.way]
            if self.board.sheet_name == event.before:
                self.board.sheet_name = event.after
                self.board.sheet_shown.emit(event.after)
            self.name_way()
        elif event.name in self.way:
            place = self.way.index(event.name)
            self._go(self.way[:place], self.through[: place - 1])

    # -- making

    def group(self) -> None:
        """Ask where the selection stands what it shall be called, and make it a network."""
        board = self.board
        chosen = board.selected()
        if not chosen:
            return
        rect = board.viewer.mapFromScene(board.bounds(chosen)).boundingRect()
        inside = rect.intersected(board.viewer.viewport().rect().adjusted(0, 0, -200, -30))
        corner = (inside if not inside.isEmpty() else rect).topLeft()
        place = QRect(max(0, corner.x()), max(0, corner.y()), 200, 30)
        wanted = free_name(SUGGESTED, board.document.networks)
        self._name_field.ask(place, wanted, lambda name: self._group(chosen, name))

    def _group(self, chosen: list[str], name: str) -> None:
        board = self.board
        made: list[str] = []

        def change() -> None:
            document = board.document
            with document.group(f"Group into {name}"):
                made.append(document.group_into_network(chosen, name).id)
                sheet = document.networks[name]
                if not ends(sheet, "output"):
                    # nothing reads what the last node gives yet; it is what the network is for
                    add_output(sheet)(document)

        if board.gestures.attempt(change):
            board.select(made)
        board.viewer.setFocus()

    def ungroup(self) -> None:
        """Put what the selected networks hold in their place, as one step."""
        board = self.board
        chosen = [node for node in board.selected() if self.placed(node) is not None]
        made: list[str] = []

        def change() -> None:
            with board.document.group("Ungroup"):
                for node in chosen:
                    made.extend(one.id for one in board.document.ungroup(node))

        if not chosen:
            board.complain("select a network to take it apart")
        elif board.gestures.attempt(change):
            board.select(made)
