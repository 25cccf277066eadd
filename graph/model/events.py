"""What happened to a document, in the past tense."""

from collections.abc import Callable
from dataclasses import dataclass

from graph.model.history import Edit
from graph.model.settings import Settings
from graph.model.sheet import Exposed, Frame, Link, Node


@dataclass(frozen=True)
class NodeAdded:
    """A node came onto a sheet."""

    sheet: str
    node: Node


@dataclass(frozen=True)
class NodeRemoved:
    """A node left a sheet; its links left before."""

    sheet: str
    node: Node


@dataclass(frozen=True)
class NodeChanged:
    """A node's name, parameters, position, size, twin or mute changed."""

    sheet: str
    before: Node
    after: Node

    @property
    def meaning(self) -> bool:
        """Did more than the position and size change?"""
        before, after = self.before, self.after
        return (before.type, before.name, before.params, before.twin, before.muted) != (
            after.type,
            after.name,
            after.params,
            after.twin,
            after.muted,
        )


@dataclass(frozen=True)
class LinkAdded:
    """A wire was drawn."""

    sheet: str
    link: Link


@dataclass(frozen=True)
class LinkRemoved:
    """A wire was cut."""

    sheet: str
    link: Link


@dataclass(frozen=True)
class LinkChanged:
    """A wire moved among its port's wires."""

    sheet: str
    before: Link
    after: Link


@dataclass(frozen=True)
class FrameAdded:
    """A frame was drawn."""

    sheet: str
    frame: Frame


@dataclass(frozen=True)
class FrameRemoved:
    """A frame was taken away."""

    sheet: str
    frame: Frame


@dataclass(frozen=True)
class FrameChanged:
    """A frame was moved, sized or renamed."""

    sheet: str
    before: Frame
    after: Frame


@dataclass(frozen=True)
class SettingsChanged:
    """The run settings changed."""

    before: Settings
    after: Settings


@dataclass(frozen=True)
class NetworkAdded:
    """A network's sheet came into the document, empty."""

    name: str


@dataclass(frozen=True)
class NetworkRemoved:
    """A network's sheet left the document, empty."""

    name: str


@dataclass(frozen=True)
class NetworkRenamed:
    """A network has another name; its sheet is the same."""

    before: str
    after: str


@dataclass(frozen=True)
class ExposedChanged:
    """A network shows a parameter of an inner node under a name, or no longer does."""

    sheet: str
    name: str
    before: Exposed | None
    after: Exposed | None


@dataclass(frozen=True)
class Settled:
    """An outermost group of changes, an undo or a redo is complete."""

    name: str


Event = (
    NodeAdded
    | NodeRemoved
    | NodeChanged
    | LinkAdded
    | LinkRemoved
    | LinkChanged
    | FrameAdded
    | FrameRemoved
    | FrameChanged
    | SettingsChanged
    | NetworkAdded
    | NetworkRemoved
    | NetworkRenamed
    | ExposedChanged
    | Settled
)

_OF_TABLE: dict[str, tuple[Callable[..., Event], ...]] = {
    "node": (NodeAdded, NodeRemoved, NodeChanged),
    "link": (LinkAdded, LinkRemoved, LinkChanged),
    "frame": (FrameAdded, FrameRemoved, FrameChanged),
}


def event_of(edit: Edit) -> Event:
    """What happened when an edit was applied."""
    if edit.table == "settings":
        return SettingsChanged(edit.before, edit.after)
    if edit.table == "exposed":
        return ExposedChanged(edit.sheet, edit.key, edit.before, edit.after)
    if edit.table == "network":
        if edit.before is None:
            return NetworkAdded(edit.key)
        if edit.after is None:
            return NetworkRemoved(edit.key)
        return NetworkRenamed(edit.before, edit.after)
    added, removed, changed = _OF_TABLE[edit.table]
    if edit.before is None:
        return added(edit.sheet, edit.after)
    if edit.after is None:
        return removed(edit.sheet, edit.before)
    return changed(edit.sheet, edit.before, edit.after)
