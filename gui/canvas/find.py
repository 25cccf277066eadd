"""Finding node types by a few letters, with the words people use for them."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from graph.declare import ALSO_CALLED, REGISTRY, Declaration, parse_words
from gui.canvas.asked_parameters import Asked, asked_of
from gui.canvas.fuzzy_match import NAMED, NO_MATCH, Score, match, plain

APART = 30.0
"""What letters that only come in order are worth at most: no answer to what is known to be none."""
STEP = 18.0
"""By how much what may fit stands back behind what fits."""

ABSENT = {
    "lstm, gru, rnn, recurrent, bilstm, elman, sequence model": "There is no recurrent layer yet. "
    "Conv1d looks along time with a window, and Cumulative sum adds up along it.",
    "attention, self attention, multi head attention, multihead, transformer, bert, encoder layer":
    "There is no attention node yet. It can be drawn: a Linear each for queries, keys and values, "
    "MatMul, Scale, Softmax and MatMul, grouped into a network (Ctrl+G).",
    "memory, feedback, delay, loop": "Nothing feeds back yet. To apply layers several times in a "
    "row, group them into a network (Ctrl+G) and set its repeat.",
    "queue, memory bank, moco, momentum encoder, replay buffer": "Nothing keeps a value from step "
    "to step yet. The momentum of a network's placement keeps a moving average of its weights; "
    "the other examples of a batch serve as negatives.",
    "batch size, epochs, device": "This is set above the board, beside Train.",
    "seed, precision, mixed precision, amp": "This is set for the whole board: click on an empty "
    "place of it, and look into the inspector.",
    "early stopping, checkpoint": "Every run keeps its best weights by itself: see Runs.",
    "tokenizer, text, words, nlp, audio, sound, video file": "There is no reader for this yet. "
    "Tables, folders of pictures and the data sets under Data can be read.",
    "cifar, cifar10, cifar100, imagenet, coco, kaggle, celeba": "This data set does not come with "
    "Neurowire. Put its pictures into a folder for each class, and read it with Image folder.",
    "python, code, lambda, custom layer, script": "There is no node for code. Expression takes a "
    "formula, and layers grouped into a network (Ctrl+G) are a layer of your own.",
}  # fmt: skip
"""What people look for that no node is, and what there is instead."""


@cache
def absent(query: str) -> str:
    """What to say of a word that no node goes by, if it is known what is meant."""
    wanted = plain(query)
    for words, text in ABSENT.items():
        if len(wanted) > 1 and any(plain(one) == wanted for one in parse_words(words)):
            return text
    return ""


def named(query: str, declaration: Declaration) -> Score:
    """How well a node type answers a query by what it is called: title, synonyms, type, family."""
    best = match(query, declaration.title)
    by_type = match(query, declaration.type.partition(".")[2])
    best = max(best, by_type - 2 if by_type >= NAMED else NO_MATCH)
    for synonym in declaration.called:
        found = match(query, synonym)
        if found >= NAMED:
            best = max(best, found - (4 if found == 100 else 24))
    if match(query, declaration.group) >= 68:
        best = max(best, 97.0 if plain(query) == plain(declaration.group) else 20.0)
    if any(match(query, one) == 100 for one in parse_words(ALSO_CALLED.get(declaration.group, ""))):
        best = max(best, 40.0)
    return best


def asked(query: str, declaration: Declaration) -> Asked:
    """What of a query is about a node's parameters, where it is not all about its name."""
    if not query.strip() or named(query, declaration) >= NAMED:
        return Asked()
    return asked_of(query, declaration, lambda word: named(word, declaration))


def score(query: str, declaration: Declaration) -> Score:
    """How well a node type answers a query, by what it is called or what can be set on it."""
    return max(named(query, declaration), asked(query, declaration).score)


def find(
    query: str,
    allowed: Callable[[Declaration], bool] | None = None,
    limit: int = 60,
    among: Iterable[Declaration] = REGISTRY,
    levels: Mapping[str, float] | None = None,
) -> list[Declaration]:
    """Node types that answer a query, best first; all in their order for an empty one.

    `levels` says of types how far they stand back behind others that answer as well.
    """
    ranked = []
    least = APART if absent(query) else NO_MATCH
    for place, declaration in enumerate(among):
        if allowed is not None and not allowed(declaration):
            continue
        found = score(query, declaration)
        if found > least:
            back = STEP * (levels or {}).get(declaration.type, 0)
            ranked.append((back - found if query.strip() else back, place, declaration))
    ranked.sort(key=lambda one: one[:2])
    return [declaration for _, _, declaration in ranked[: limit if query.strip() else None]]


def why_nothing(
    query: str,
    among: Iterable[Declaration],
    refused: Iterable[tuple[Declaration, str]] = (),
) -> str:
    """Why a search offers nothing of `among`, which is what the sheet takes.

    Args:
        query: What was typed.
        among: What may stand on the sheet.
        refused: What may not stand there, or does not fit, and why.
    """
    reasons = list(refused)
    if known := find(query, among=[one for one, _ in reasons]):
        reason = next(reason for one, reason in reasons if one is known[0])
        return reason[:1].upper() + reason[1:] + "."
    if find(query, among=among):
        return "What goes by that name does not fit this wire."
    if text := absent(query):
        return text
    elsewhere = find(query)
    if not elsewhere:
        return "Nothing goes by that name."
    match elsewhere[0].role:
        case "instance":
            return "There is no network yet: select nodes and group them (Ctrl+G)."
        case "input" | "output":
            where = "inside a network"
        case _:
            where = "on the board"
    return f"{elsewhere[0].title} stands {where} only."
