"""What the rows of a table are: names of columns, their units, a total, or rows."""

import itertools
import re
from collections.abc import Sequence

from runtime.data.numerals import AMONG_NUMBERS, SURE, is_date, is_missing, is_number

UNIT = 12
"""A unit has at most so many letters."""
TOTAL = re.compile(
    r"(grand |sub ?)?totals?|sum(me)?|gesamt(summe)?|somme|totaal|totale|overall|average|mean"
    r"|mittelwert|durchschnitt|moyenne|media|promedio",
    re.I,
)
"""What stands before a line that adds up those above it."""


def is_units(rows: Sequence[Sequence[str]]) -> bool:
    """Does the second row say the units of the columns that the first names?

    It has words where there are numbers below, in each such column, and no numbers.
    """
    if len(rows[1]) != len(rows[0]):
        return False
    head, units, body = rows[0], rows[1], rows[2:]
    columns = [
        [row[i] for row in body if i < len(row) and not is_missing(row[i])]
        for i in range(len(head))
    ]
    numeric = [bool(one) and all(map(is_number, one)) for one in columns]
    named = [cell for cell, is_one in zip(units, numeric, strict=True) if is_one]
    if not any(named) or any(map(is_number, (*head, *units))):
        return False
    gone = SURE | AMONG_NUMBERS
    words = [cell for cell in named if cell and cell not in gone and len(cell) <= UNIT]
    if len(words) < sum(map(bool, named)) or any(map(is_date, units)):
        return False
    return len(words) > 1 or bool(re.fullmatch(r"[(\[].*[)\]]|[%\u00b0$\u20ac]\w?", words[0]))


def is_total(rows: Sequence[Sequence[str]]) -> bool:
    """Does the last row add up those above it?"""
    last, above = [cell.strip() for cell in rows[-1]], rows[1:-1]
    place = next((i for i, cell in enumerate(last) if cell), 0)
    if not TOTAL.fullmatch(last[place].rstrip(" :")) or not any(map(is_number, last)):
        return False
    return not any(place < len(row) and row[place].strip() == last[place] for row in above)


def is_second_header(rows: Sequence[Sequence[str]]) -> bool:
    """Does the second row name columns that the first only groups, as merged cells do?"""
    if len(rows) < 4 or "" not in rows[0][1:] or "" in rows[1] or len(rows[0]) != len(rows[1]):
        return False
    if any(map(is_number, (*rows[0], *rows[1]))):
        return False
    columns = ([row[i] for row in rows[2:] if i < len(row)] for i in range(len(rows[1])))
    return any(all(is_number(cell) for cell in column) for column in columns)


def is_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Does the first row name the columns below it?"""
    columns = [
        [row[i].strip() for row in rest if i < len(row) and not is_missing(row[i].strip())]
        for i in range(len(first))
    ]
    if len(rest[0]) == len(first) + 1:
        return True
    numeric = [is_number(cell) or is_date(cell) for cell in first]
    if any(numeric):
        years = [
            int(cell)
            for cell, is_one in zip(first, numeric, strict=True)
            if is_one and re.fullmatch(r"(1[5-9]|20|21)\d\d", cell)
        ]
        steps = {b - a for a, b in itertools.pairwise(years)}
        return len(years) == sum(numeric) > 1 and len(steps) == 1 and not numeric[0]
    below = [
        sum(map(is_number, column)) >= 0.5 * len(column) if column else False for column in columns
    ]
    dates = [bool(column) and all(map(is_date, column[:20])) for column in columns]
    filled = [cell for cell in first if cell]
    if any(is_missing(cell) for cell in filled):
        return False
    if any(b or d for b, d in zip(below, dates, strict=True)):
        return True
    if len({*filled}) < len(filled):
        return False
    again = [cell in column for cell, column in zip(first, columns, strict=True) if cell]
    return sum(again) * 2 < len(again)
