"""Rows of numbers mended: uncertain ones read with digits alone, missed ones found, tick marks left out."""

from __future__ import annotations

import re

import numpy as np

from ..records import Box, PixelArray, TextLine
from .linereading import read_lines
from .numbers import mend_digits, parse_cell
from .recognition import NUMBER_ALPHABET
from .textjoins import number_rows, stands_in_row
from .tightboxes import is_bar, tight_boxes

# Numbers less certain than this are read again with digits alone: above it 99.9% are right (measured).
SURE = 0.95
# A number found only by looking along its row must be this certain.
_RECOVERED_CONFIDENCE = 0.7
# Widest printed digit in letter heights; a "number" of fewer digits than its box could hold is something else.
_WIDEST_DIGIT = 1.1


def read_numbers_again(pixels: PixelArray, lines: list[TextLine]) -> list[TextLine]:
    """Uncertain numbers read with digits alone, their first reading kept as a candidate."""
    weak = [i for i, t in enumerate(lines) if t.confidence < SURE and _may_be_number(t.text)]
    again = read_lines(pixels, [(lines[i].box, lines[i].rotation) for i in weak], NUMBER_ALPHABET)
    lines = list(lines)
    for i, line in zip(weak, again, strict=True):
        if not line.text or line.confidence < 0.5 * lines[i].confidence or not _fits_box(line):
            continue
        others = tuple(c for c in (lines[i].text, *line.candidates) if c != line.text)
        lines[i] = TextLine(line.text, line.box, line.confidence, line.rotation, others)
    return lines


def trim_to_row(pixels: PixelArray, lines: list[TextLine]) -> list[TextLine]:
    """Numbers taller than their row, because a tick mark touches them, cut to the row and read again."""
    lines = list(lines)
    upright = [t for t in lines if t.rotation == 0 and parse_cell(t.text) is not None]
    for row in number_rows(upright):
        top, bottom = (float(np.median([getattr(t.box, side) for t in row])) for side in ("top", "bottom"))
        slack = 0.2 * (bottom - top)
        for i, line in enumerate(lines):
            box = line.box
            short = abs(box.bottom - bottom) <= slack and slack < top - box.top < 6 * slack
            if short and box.width < 4 * (bottom - top) and len(line.text) < 6:
                lines[i] = read_lines(pixels, [(Box(box.left, top, box.right, box.bottom), 0)], NUMBER_ALPHABET)[0]
    return lines


def missed_numbers(pixels: PixelArray, lines: list[TextLine]) -> list[TextLine]:
    """Numbers the network did not see, looked for along each row that holds at least three."""
    numbers = [t for t in lines if t.rotation == 0 and parse_cell(t.text) is not None and t.confidence > 0.6]
    found: list[tuple[Box, int]] = []
    taken = [t.box for t in lines]
    for row in number_rows(numbers):
        for box in _row_ink(pixels, row):
            if not any(_touch(b, box) for b in taken):
                taken.append(box)
                found.append((box, 0))
    read = read_lines(pixels, found, NUMBER_ALPHABET)
    return [
        t for t in read if t.confidence >= _RECOVERED_CONFIDENCE and parse_cell(t.text) is not None and _fits_box(t)
    ]


def tick_marks(pixels: PixelArray, lines: list[TextLine]) -> set[int]:
    """Ids of the bare bars of a row that holds no other text of their height: tick marks read as ones."""
    ones = [t for t in lines if t.rotation == 0 and t.text in ("1", "I", "l", "|") and is_bar(pixels, t.box)]
    found = set()
    for row in number_rows(ones):
        high = float(np.median([t.box.height for t in row]))
        others = [t for t in lines if t not in row and stands_in_row(t, row) and 0.7 * high < t.box.height < 1.5 * high]
        found |= set() if others else {id(t) for t in row}
    return found


def _may_be_number(text: str) -> bool:
    """Whether a text is a number, or one misread by letters that look like digits."""
    return re.fullmatch(r"[\d .,%()·-]+", mend_digits(text)) is not None


def _fits_box(line: TextLine) -> bool:
    """Whether a number has enough characters for the width of its box."""
    length = line.box.height if line.rotation else line.box.width
    high = line.box.width if line.rotation else line.box.height
    return length <= _WIDEST_DIGIT * high * (len(line.text) + 0.5)


def _touch(one: Box, other: Box) -> bool:
    """Whether two boxes share ground."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > 0 and down > 0.2 * min(one.height, other.height)


def _row_ink(pixels: PixelArray, row: list[TextLine]) -> list[Box]:
    """Boxes of digit-sized ink along a row, up to two steps beyond its ends."""
    boxes = sorted((t.box for t in row), key=lambda b: b.centre[0])
    step = float(np.median(np.diff([b.centre[0] for b in boxes])))
    high = float(np.median([b.height for b in boxes]))
    middle = float(np.median([b.centre[1] for b in boxes]))
    strip = Box(
        max(0.0, boxes[0].left - 2 * step),
        max(0.0, middle - 0.8 * high),
        min(pixels.shape[1] - 1.0, boxes[-1].right + 2 * step),
        middle + 0.8 * high,
    )
    ink = tight_boxes(pixels, strip)
    sized = [b for b in ink if 0.7 * high <= b.height <= 1.4 * high and b.width <= 6 * high]
    return [b for b in sized if not is_bar(pixels, b)]
