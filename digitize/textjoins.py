"""Words and digits of one text that were found apart, joined again; rows that numbers stand in."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from ..records import Box, TextLine
from .numbers import parse_cell, parse_number

# Gap between two ones of a number in heights of its digits; columns of a table stand farther apart.
_ONE_GAP = 0.75
# Numbers belong to one row when their centres differ by less than this share of their height.
_ROW_SPREAD = 0.35
_WORD_GAP = 0.5  # widest word space, in letter heights


def join_words(lines: list[TextLine]) -> list[TextLine]:
    """Words of one line of text that were found apart, joined; numbers that stand in a row of numbers stay alone."""
    alone = {id(t) for row in number_rows([t for t in lines if parse_cell(t.text) is not None]) for t in row}
    joined: list[TextLine] = []
    for line in sorted(lines, key=lambda t: -t.box.centre[1] if t.rotation == 90 else t.box.left):
        before = next((i for i, t in enumerate(joined) if _continues(t, line)), None)
        if before is None or id(line) in alone or id(joined[before]) in alone:
            joined.append(line)
        else:
            joined[before] = _join(joined[before], line)
    return joined


def join_ones(lines: list[TextLine]) -> list[TextLine]:
    """Digits beside a 1 put back into one number: a 1 stands in a wide cell of its own, in print as in type."""
    joined: list[TextLine] = []
    for line in sorted(lines, key=lambda t: t.box.left):
        before = next((i for i, t in enumerate(joined) if _is_one_beside(t, line)), None)
        if before is None:
            joined.append(line)
        else:
            whole = _join(joined[before], line)
            joined[before] = replace(whole, text=whole.text.replace(" ", ""))
    return joined


def number_rows(numbers: list[TextLine]) -> list[list[TextLine]]:
    """Numbers grouped by the height they stand at, rows of at least three."""
    rows: list[list[TextLine]] = []
    for line in sorted(numbers, key=lambda t: t.box.centre[1]):
        row = next((r for r in rows if stands_in_row(line, r)), None)
        if row is None:
            rows.append([line])
        else:
            row.append(line)
    return [r for r in rows if len(r) >= 3]


def stands_in_row(line: TextLine, row: list[TextLine]) -> bool:
    middle = median(t.box.centre[1] for t in row)
    return abs(line.box.centre[1] - middle) < _ROW_SPREAD * median(t.box.height for t in row)


def _continues(first: TextLine, second: TextLine) -> bool:
    """Whether second follows first on one line of text, a word space apart, and they are not two numbers."""
    if first.rotation != second.rotation or first.rotation not in (0, 90):
        return False
    a, b = first.box, second.box
    if first.rotation:
        high, gap = max(a.width, b.width), a.top - b.bottom
        aligned = min(a.right, b.right) - max(a.left, b.left)
    else:
        high, gap = max(a.height, b.height), b.left - a.right
        aligned = min(a.bottom, b.bottom) - max(a.top, b.top)
    beside = -0.2 * high < gap < _WORD_GAP * high and aligned > 0.5 * high
    return beside and parse_number(first.text) is None


def _is_one_beside(first: TextLine, second: TextLine) -> bool:
    """Whether two runs of digits on one line touch with a 1, no wider apart than a digit is."""
    a, b = first.box, second.box
    digits = first.text.isdigit() and second.text.isdigit() and first.rotation == second.rotation == 0
    one = first.text.endswith("1") and second.text.startswith("1")
    level = abs(a.centre[1] - b.centre[1]) < 0.25 * max(a.height, b.height)
    return digits and one and level and 0 < b.left - a.right < _ONE_GAP * max(a.height, b.height)


def _join(first: TextLine, second: TextLine) -> TextLine:
    a, b = first.box, second.box
    box = Box(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom))
    text = f"{first.text} {second.text}"
    return TextLine(text, box, min(first.confidence, second.confidence), first.rotation)
