"""Layers put into wires where they may be wrong, and their fixes pressed until nothing is wrong."""

from collections.abc import Iterator
from contextlib import suppress
from random import Random

from graph.core.errors import NeurowireError
from graph.declare import REGISTRY
from graph.diagnose.diagnosis import Diagnosis
from graph.format import templates

ROLES = {"layer", "loss", "neuron"}
PRESSES = 5


def put_in(template: str, share: float, seed: str) -> Iterator[tuple[str, Diagnosis]]:
    """A part of all layers, neurons and losses, each alone in a wire of a template, if it is wrong.

    Args:
        template: Name of the template.
        share: Which part of them all.
        seed: Of the choice.

    Yields:
        What was put where, and what is known of the board; it is taken back afterwards.
    """
    document = templates.open_template(template)
    inference, chance = Diagnosis(document), Random(seed)
    for link in list(document.board.links.values()):
        names = [document.node(end.node).name for end in (link.source, link.target)]
        for declaration in list(REGISTRY):
            if declaration.role not in ROLES or chance.random() > share:
                continue
            before = len(document.history)
            with suppress(NeurowireError):
                document.insert(declaration.type, link)
                if errors(inference):
                    yield f"{declaration.type} in {' -> '.join(names)}", inference
            while len(document.history) > before:
                document.undo()


def errors(inference: Diagnosis) -> list[str]:
    """What is wrong now, and nothing that is only warned of."""
    return [str(one) for one in inference.problems if one.severity == "error"]


def until_clean(inference: Diagnosis, chance: Random) -> list[str]:
    """Press a button of the first error that has one, over and over, as one who trusts them.

    Returns:
        What was pressed.
    """
    pressed: list[str] = []
    while errors(inference) and len(pressed) < PRESSES:
        wrong = (one for one in inference.problems if one.severity == "error" and one.fixes)
        problem = next(wrong, None)
        if problem is None:
            break
        fix = chance.choice(list(problem.fixes))
        with inference.document.group(fix.label):
            fix.apply(inference.document)
        pressed.append(fix.label)
    return pressed
