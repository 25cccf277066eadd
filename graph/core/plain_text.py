"""Text from anywhere, as a terminal may show it."""


def plain(text: object) -> str:
    """The text with all that a terminal would obey as escapes: it moves, colours and rings nothing.

    Line breaks stay; half characters, which no file takes, become escapes too.
    """
    shown = str(text)
    if shown.isascii() and shown.isprintable():
        return shown
    return "".join(one if one.isprintable() or one == "\n" else repr(one)[1:-1] for one in shown)
