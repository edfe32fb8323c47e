"""Read all text of a figure once: what the file brought itself, else what is recognised in its pixels.

Text is found by the detection network, boxed tight, and recognised on crops of the original pixels. Then what the
networks tend to miss is mended: several numbers taken for one text, tick marks taken for strokes of a digit, single
digits of a row of numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..records import Box, Figure, PixelArray, TextLine
from .detection import find_text
from .linereading import read_lines
from .numberrows import SURE, missed_numbers, read_numbers_again, tick_marks, trim_to_row
from .overprinted import parted_by_color
from .recognition import NUMBER_ALPHABET
from .textjoins import join_ones, join_words
from .textsplits import is_fused, split_numbers
from .tightboxes import tight_boxes

# A text whose least certain letter is below this is noise: curve pieces, marks, texture.
_LEAST_CONFIDENCE = 0.25
_LARGEST_LETTER = 8.0  # times the usual height of letters: titles and panel letters reach 4; beyond, a drawing was read

# A lone letter wider than this many heights is a corner or a piece of a line: only these letters are wider than high.
_WIDEST_LETTER, _WIDE_LETTERS = 1.3, "mwMW"

_DASH = 0.6  # of the usual height of letters, below which the pieces of a dashed line stay
_EVEN_STEPS = 3  # steps between pieces that are seldom even by chance


def read_texts(figure: Figure) -> tuple[TextLine, ...]:
    """Every text of the figure, a number each on its own, boxes tight around the ink, in reading order.

    Text that the file brought (vector figures) is returned as it is.
    """
    if figure.texts:
        return figure.texts
    pixels = figure.pixels
    places = find_text(pixels)
    lines = read_lines(pixels, [(p.box, p.rotation) for p in places])
    lines = _turn_again(pixels, lines)
    lines = [part for line in lines for part in split_numbers(pixels, line)]
    lines = [p for line in lines for p in (split_numbers(pixels, line) if is_fused(line) else [line])]
    lines = join_words(lines)
    lines = trim_to_row(pixels, lines)
    lines = join_ones(read_numbers_again(pixels, lines))
    lines += [p for line in missed_numbers(pixels, lines) for p in split_numbers(pixels, line)]
    lines = parted_by_color(pixels, lines)
    marks = tick_marks(pixels, lines)
    kept = [t for t in lines if t.text and t.confidence >= _LEAST_CONFIDENCE and id(t) not in marks]
    kept = _without_dashes(_without_drawings(kept))
    return tuple(sorted(kept, key=lambda t: (t.box.centre[1], t.box.centre[0])))


def _without_drawings(lines: list[TextLine]) -> list[TextLine]:
    """The texts without those so large, or of one letter so wide, that a piece of a curve was taken for them."""
    heights = [t.box.width if t.rotation in (90, 270) else t.box.height for t in lines]
    most = _LARGEST_LETTER * float(np.median(heights)) if heights else 0.0
    return [t for t, height in zip(lines, heights, strict=True) if height <= most and not _is_corner(t)]


def _is_corner(line: TextLine) -> bool:
    """Whether one letter is wider than it is high, as the corner of a dashed line is that looks like an L."""
    lone = len(line.text) == 1 and line.text.isalpha() and line.text not in _WIDE_LETTERS
    return lone and line.rotation == 0 and line.box.width > _WIDEST_LETTER * line.box.height


def _without_dashes(lines: list[TextLine]) -> list[TextLine]:
    """The texts without dashed guide lines read as letters: small even pieces, one under or beside another."""
    letter = float(np.median([t.box.height for t in lines])) if lines else 0.0
    small = [t for t in lines if len(t.text) <= 2 and max(t.box.height, t.box.width) < _DASH * letter]
    dashes: set[int] = set()
    for one in small:
        for axis in (0, 1):
            row = [t for t in small if abs(t.box.centre[axis] - one.box.centre[axis]) <= 1.0]
            if _is_even([t.box.centre[1 - axis] for t in row]):
                dashes |= {id(t) for t in row}
    return [t for t in lines if id(t) not in dashes]


def _is_even(places: list[float]) -> bool:
    """Whether places are many and nearly all as far apart; where a dash was not read, a step is twice as long."""
    steps = np.diff(np.sort(places))
    return len(steps) >= _EVEN_STEPS and float(np.mean(np.abs(steps - np.median(steps)) <= 1.0)) >= 0.7


def read_number(figure: Figure, box: Box, rotation: int = 0) -> TextLine:
    """The number printed in a box, read with digits alone; the ink nearest to the middle of the box counts.

    text is "" and confidence 0 where there is no ink. rotation 90 for text that reads bottom to top.
    """
    return read_numbers(figure, [box], rotation)[0]


def read_numbers(figure: Figure, boxes: Sequence[Box], rotation: int = 0) -> list[TextLine]:
    """As read_number, for many boxes in one batch."""
    tight = [_nearest(tight_boxes(figure.pixels, box, rotation), box) for box in boxes]
    found = iter(read_lines(figure.pixels, [(b, rotation) for b in tight if b], NUMBER_ALPHABET))
    return [next(found) if b else TextLine("", box, 0.0, rotation) for b, box in zip(tight, boxes, strict=True)]


def _nearest(tight: list[Box], box: Box) -> Box | None:
    x, y = box.centre
    return min(tight, key=lambda b: abs(b.centre[0] - x) + abs(b.centre[1] - y), default=None)


def _turn_again(pixels: PixelArray, lines: list[TextLine]) -> list[TextLine]:
    """Doubtful texts in tall boxes read the other ways round too; the surest reading stays."""
    doubtful = [
        i
        for i, line in enumerate(lines)
        if line.confidence < SURE and line.box.height > (0.9 if line.rotation == 0 else 1.2) * line.box.width
    ]
    turned = dict.fromkeys(doubtful, lines[0]) if lines else {}
    for turn in (0, 90, 270):
        again = read_lines(pixels, [(lines[i].box, turn) for i in doubtful])
        for i, line in zip(doubtful, again, strict=True):
            if turn == 0 or line.confidence > turned[i].confidence + 0.05:
                turned[i] = line
    return [turned.get(i, line) for i, line in enumerate(lines)]
