"""What an optimizer trains, by name: nodes of the board, or nodes inside placed networks.

A name is the path to a node: ids of the instances it stands in, the one on the board first, and
its own, joined by `/`. Of linked nodes any stands for all. An instance stands for all in it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from graph.declare import REGISTRY
from graph.model import roles
from graph.model.address import Path, join, split
from graph.model.order import upstream
from graph.model.sheet import Node, Sheet
from graph.model.store import Store


def named(document: Store, optimizer: Node, param: str = "trains") -> list[Path]:
    """The paths that an optimizer names and that lead somewhere, by leaders of linked nodes."""
    found = []
    for name in optimizer.params.get(param, ()):
        path = split(name)
        if leads(document, path):
            found.append(tuple(leader(document, one) for one in path))
    return found


def leader(document: Store, node: str) -> str:
    """The node that stands for a node's weights."""
    return document.node(node).twin or node


def leads(document: Store, path: Path) -> bool:
    """Is there a node at the end of a path?"""
    home = document.board.name
    for one in path:
        if not document.has(one) or document.sheet_of(one).name != home:
            return False
        home = roles.network_of(document.node(one)) or ""
    return True


def covers(named: Iterable[Path], path: Path) -> bool:
    """Is a node named, or something it stands in?"""
    return any(path[: len(one)] == one for one in named)


def called(document: Store, name: str) -> str:
    """A path in the names of its nodes, for people; what leads nowhere as it is."""
    path = split(name)
    return " > ".join(document.node(one).name for one in path) if leads(document, path) else name


# -- following what is done to nodes


def rewrite(document: Store, change: Callable[[Path], Iterable[Path]]) -> None:
    """Have all optimizers name other nodes, each path by those that `change` gives for it."""
    for user, param in _users(document):
        _rewrite(document, user, param, change)


def spell_out(document: Store, home: Sheet, chosen: Iterable[Node]) -> None:
    """Have optimizers that train all before their loss name it, where only part goes along.

    Nodes of one network are before a loss together.
    """
    moved = {one.id for one in chosen}
    for user in list(home.nodes.values()):
        if roles.role(user.type) != "optimizer" or user.params.get("trains"):
            continue
        above = upstream(home, [user.id])
        reached = _learners(home, above)
        if reached and above & moved and _learners(home, above | upstream(home, moved)) != reached:
            names = tuple(sorted(reached, key=lambda one: document.node(one).number))
            document.put(replace(user, params={**user.params, "trains": names}))


def _learners(home: Sheet, nodes: Iterable[str]) -> set[str]:
    found = (home.nodes[one] for one in nodes)
    return {one.twin or one.id for one in found if _can_learn(one)}


def why_not_one(document: Store, home: Sheet, chosen: Iterable[str]) -> str | None:
    """Why nodes can't be one network for what trains them: neurons there are one matrix."""
    neurons = [n for n in (home.nodes[one] for one in chosen) if roles.role(n.type) == "neuron"]
    for user in document.board.nodes.values():
        if roles.role(user.type) != "optimizer":
            continue
        paths = [split(name) for name in user.params.get("trains", ())]
        for before in {path[:-1] for path in paths}:
            ends = {path[-1] for path in paths if path[:-1] == before and document.has(path[-1])}
            leaders = {leader(document, one) for one in ends}
            mine = [one for one in neurons if (one.twin or one.id) in leaders]
            if mine and len(mine) < len(neurons):
                other = next(one for one in neurons if one not in mine)
                return (
                    f"{user.name} trains {mine[0].name} and not {other.name}: the neurons of a "
                    "network are trained together; select those alone that it trains, or that it "
                    f"does not, or change what {user.name} trains"
                )
    return None


def moved_into(document: Store, moved: Iterable[Node], instance: str) -> None:
    """Nodes were moved into a new network: they are named through its instance.

    Where all that learns among them was named, the instance is.
    """
    nodes = {node.id: node for node in moved}
    learners = {n.twin or n.id for n in nodes.values() if _can_learn(n)}
    for user, param in _users(document):
        paths = [split(name) for name in document.node(user).params.get(param, ())]
        ends = [(path[:-1], path[-1]) for path in paths if path[-1] in nodes]
        whole = {
            before
            for before, _ in ends
            if learners
            and learners <= {nodes[one].twin or one for place, one in ends if place == before}
        }

        def inside(path: Path, whole: set[Path] = whole) -> list[Path]:
            for place, one in enumerate(path):
                if one in nodes and path[:place] in whole:
                    return [(*path[:place], instance)]
                if one in nodes:
                    return [(*path[:place], instance, *path[place:])]
            return [path]

        _rewrite(document, user, param, inside)


def moved_out(
    document: Store, instance: str, made: Iterable[Node], copies: Iterable[Mapping[str, str]]
) -> None:
    """An instance was ungrouped: what was named in it is named where it is now.

    Args:
        document: Where.
        instance: The instance.
        made: The nodes that came of it.
        copies: For each time its network was repeated, what its nodes are called now.
    """
    made, copies = list(made), list(copies)
    learners = [one.id for one in made if _can_learn(one)] or [one.id for one in made]

    def outside(path: Path) -> list[Path]:
        if instance not in path:
            return [path]
        place = path.index(instance)
        before, after = path[:place], path[place + 1 :]
        if not after:
            return [(*before, one) for one in learners] or [path]
        return [(*before, ids[after[0]], *after[1:]) for ids in copies if after[0] in ids] or [path]

    rewrite(document, outside)


def came_between(document: Store, node: str) -> None:
    """A node that learns came into a wire, or learns only now: it is trained as those around it.

    An optimizer that names the nearest that learn, before it and behind it, names it too.
    """
    record, home = document.node(node), document.sheet_of(node)
    if not _can_learn(record):
        return
    around = [near(home, node, forward=forward) for forward in (False, True)]
    for user in document.board.with_role("optimizer"):
        paths = named(document, user)
        places = {path[:place] for path in paths for place in range(len(path))}
        fresh = [
            join((*place, leader(document, node)))
            for place in places
            if _is_home(document, place, home)
            and not covers(paths, (*place, leader(document, node)))
            and trained_around(document, paths, place, around)
        ]
        if fresh:
            trains = (*user.params.get("trains", ()), *sorted(fresh))
            document.put(replace(user, params={**user.params, "trains": trains}))


def trained_around(
    document: Store, paths: Iterable[Path], place: Path, around: Iterable[set[str]]
) -> bool:
    """Are all of the nearest that learn named, in whole or in part, and is there any?"""
    ends = {(*place, leader(document, one)) for some in around for one in some}
    paths = list(paths)
    held = (covers(paths, end) or any(one[: len(end)] == end for one in paths) for end in ends)
    return bool(ends) and all(held)


def near(home: Sheet, node: str, *, forward: bool) -> set[str]:
    """The nearest nodes that can learn, behind a node or before it."""
    ahead, found = [node], set[str]()
    for one in ahead:
        wires = home.out_of(one) if forward else home.into(one)
        for link in wires:
            other = link.target.node if forward else link.source.node
            if _can_learn(home.nodes[other]) and not home.nodes[other].muted:
                found.add(other)
            elif other not in ahead:
                ahead.append(other)
    return found - {node}


def _is_home(document: Store, place: Path, home: Sheet) -> bool:
    """Does a path of instances lead into a sheet?"""
    inside = roles.network_of(document.node(place[-1])) if place else document.board.name
    return inside == home.name


def stands_for(document: Store, node: str, other: str, *, both: bool = False) -> None:
    """Name another node wherever a node is named; both of them, if asked for."""

    def instead(path: Path) -> list[Path]:
        if node not in path:
            return [path]
        new = tuple(other if one == node else one for one in path)
        return [path, new] if both else [new]

    rewrite(document, instead)


def ends_at(document: Store, node: str) -> None:
    """What was named inside an instance is gone: name what stands in the instance's place."""
    rewrite(document, lambda path: [path[: path.index(node) + 1] if node in path else path])


def _can_learn(node: Node) -> bool:
    declaration = REGISTRY.find(node.type)
    return declaration is not None and declaration.learns


def _rewrite(
    document: Store, user: str, param: str, change: Callable[[Path], Iterable[Path]]
) -> None:
    record = document.node(user)
    old = tuple(record.params.get(param, ()))
    new = tuple(dict.fromkeys(join(one) for name in old for one in change(split(name))))
    if new and new != old:  # none would mean all
        document.put(replace(record, params={**record.params, param: new}))


def _users(document: Store) -> list[tuple[str, str]]:
    """Nodes that name others, each with a parameter that does."""
    users = document.board.with_param("nodes")
    return [(one.id, param) for one in users for param in naming(one)]


def naming(node: Node) -> list[str]:
    """The parameters of a node that name others."""
    declaration = REGISTRY.find(node.type)
    params = declaration.params if declaration is not None else ()
    return [param.name for param in params if param.kind == "nodes"]
