"""Read all text of a figure once: what the file brought itself, else what is recognised in its pixels.

Text is found by the detection network, boxed tight, and recognised on crops of the original pixels. Then what the
networks tend to miss is mended: several numbers taken for one text, tick marks taken for strokes of a digit, single
digits of a row of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ..records import Box, Figure, PixelArray, TextLine
from .detection import find_text
from .numbers import mend_digits, parse_cell, parse_number
from .recognition import NUMBER_ALPHABET, Reading, cut_crop, read_crops
from .tightboxes import is_bar, tight_boxes

# Gap between two ones of a number in heights of its digits; columns of a table stand farther apart.
_ONE_GAP = 0.75
# A text whose least certain letter is below this is noise: curve pieces, marks, texture.
_LEAST_CONFIDENCE = 0.25
# Numbers less certain than this are read again with digits alone: above it 99.9% are right (measured).
SURE = 0.95
# A number found only by looking along its row must be this certain.
_RECOVERED_CONFIDENCE = 0.7
# Numbers belong to one row when their centres differ by less than this share of their height.
_ROW_SPREAD = 0.35
# Widest printed digit in letter heights; a "number" of fewer digits than its box could hold is something else.
_WIDEST_DIGIT = 1.1
_TWO_NUMBERS = 100_000  # three digits, a space and three digits are two cells rather than one large count
_FUSED = 6  # as many digits may be two cells of a dense table
_WORD_GAP = 0.5  # widest word space, in letter heights
_LARGEST_LETTER = 8.0  # times the usual height of letters: titles and panel letters reach 4; beyond, a drawing was read
_TOKEN_GAPS = (0.45, 0.3, 0.25)  # gaps between two numbers of one text, in letter heights, tried in turn


def read_texts(figure: Figure) -> tuple[TextLine, ...]:
    """Every text of the figure, a number each on its own, boxes tight around the ink, in reading order.

    Text that the file brought (vector figures) is returned as it is.
    """
    if figure.texts:
        return figure.texts
    pixels = figure.pixels
    places = find_text(pixels)
    lines = _read_lines(pixels, [(p.box, p.rotation) for p in places])
    lines = _turn_again(pixels, lines)
    lines = [part for line in lines for part in _split_numbers(pixels, line)]
    lines = [p for line in lines for p in (_split_numbers(pixels, line) if _is_fused(line) else [line])]
    lines = _join_words(lines)
    lines = _trim_to_row(pixels, lines)
    lines = _join_ones(_read_numbers_again(pixels, lines))
    lines += [p for line in _missed_numbers(pixels, lines) for p in _split_numbers(pixels, line)]
    marks = _tick_marks(pixels, lines)
    kept = [t for t in lines if t.text and t.confidence >= _LEAST_CONFIDENCE and id(t) not in marks]
    kept = _without_drawings(kept)
    return tuple(sorted(kept, key=lambda t: (t.box.centre[1], t.box.centre[0])))


def _without_drawings(lines: list[TextLine]) -> list[TextLine]:
    """The texts without those so large that a curve or its band was taken for a letter."""
    heights = [t.box.width if t.rotation in (90, 270) else t.box.height for t in lines]
    most = _LARGEST_LETTER * float(np.median(heights)) if heights else 0.0
    return [t for t, height in zip(lines, heights, strict=True) if height <= most]


def read_number(figure: Figure, box: Box, rotation: int = 0) -> TextLine:
    """The number printed in a box, read with digits alone; the ink nearest to the middle of the box counts.

    text is "" and confidence 0 where there is no ink. rotation 90 for text that reads bottom to top.
    """
    return read_numbers(figure, [box], rotation)[0]


def read_numbers(figure: Figure, boxes: Sequence[Box], rotation: int = 0) -> list[TextLine]:
    """As read_number, for many boxes in one batch."""
    tight = [_nearest(tight_boxes(figure.pixels, box, rotation), box) for box in boxes]
    found = iter(_read_lines(figure.pixels, [(b, rotation) for b in tight if b], NUMBER_ALPHABET))
    return [next(found) if b else TextLine("", box, 0.0, rotation) for b, box in zip(tight, boxes, strict=True)]


def _nearest(tight: list[Box], box: Box) -> Box | None:
    x, y = box.centre
    return min(tight, key=lambda b: abs(b.centre[0] - x) + abs(b.centre[1] - y), default=None)


def _read_lines(pixels: PixelArray, places: Iterable[tuple[Box, int]], alphabet: str = "") -> list[TextLine]:
    places = list(places)
    readings = read_crops([cut_crop(pixels, box, turn) for box, turn in places], alphabet)
    return [_line(r, box, turn) for r, (box, turn) in zip(readings, places, strict=True)]


def _line(reading: Reading, box: Box, rotation: int) -> TextLine:
    mended = (_mend(reading.text), *map(_mend, reading.candidates))
    others = tuple(c for c in dict.fromkeys(mended) if c and c != mended[0])
    return TextLine(mended[0], box, reading.confidence, rotation, others)


def _mend(text: str) -> str:
    """Slips of the recognition of print: CI read as Cl, a tick mark after a number as a dash."""
    text = re.sub(r"\b(\d+ ?%) ?[CGc][l1|I]\b", r"\1 CI", text)
    return re.sub(r"^([\d.,]*\d%?) ?[-\u2013\u2014_]+$", r"\1", text)


def _turn_again(pixels: PixelArray, lines: list[TextLine]) -> list[TextLine]:
    """Doubtful texts in tall boxes read the other ways round too; the surest reading stays."""
    doubtful = [
        i
        for i, line in enumerate(lines)
        if line.confidence < SURE and line.box.height > (0.9 if line.rotation == 0 else 1.2) * line.box.width
    ]
    turned = dict.fromkeys(doubtful, lines[0]) if lines else {}
    for turn in (0, 90, 270):
        again = _read_lines(pixels, [(lines[i].box, turn) for i in doubtful])
        for i, line in zip(doubtful, again, strict=True):
            if turn == 0 or line.confidence > turned[i].confidence + 0.05:
                turned[i] = line
    return [turned.get(i, line) for i, line in enumerate(lines)]


def _split_numbers(pixels: PixelArray, line: TextLine) -> list[TextLine]:
    """A row of numbers taken for one text as one line a number, with the name before it; "A 1.0" as two lines."""
    words = line.text.split()
    numbers = sum(parse_number(w) is not None for w in words)
    fused = re.fullmatch(r"\d{2,}", line.text) is not None or re.search(r"\d{7,}", line.text) is not None
    if (numbers < 2 and not fused and not _ends_in_number(words)) or (_is_one_number(line.text) and not fused):
        return [line]
    if _is_phrase(words):
        return [line]
    if fused and numbers == 1 and len(words) == 1 and not _has_wide_gap(pixels, line):
        return [line]
    best = [line]
    for gap in _TOKEN_GAPS:
        boxes = _along(tight_boxes(pixels, line.box, line.rotation, gap), line.rotation)
        if len(boxes) <= len(best):
            continue
        parts = _read_lines(pixels, [(b, line.rotation) for b in boxes])
        values = [_is_one_number(p.text) for p in parts]
        if sum(values) >= max(1, numbers) or fused:
            best = _with_name(pixels, parts, values)
        if not any(_holds_several(p.text) for p in parts):
            break
    return best


def _holds_several(text: str) -> bool:
    """Whether a text still holds more than one number."""
    numbers = [w for w in text.split() if parse_number(w) is not None]
    return (len(numbers) > 1 and not _is_one_number(text)) or re.search(r"\d{7,}", text) is not None


def _is_phrase(words: list[str]) -> bool:
    """Whether words or signs follow the first number, as in "HR 0.59 (95% CI 0.42 to 0.82)": a statement, no row."""
    first = next((i for i, w in enumerate(words) if parse_number(w) is not None), len(words))
    signs = any(c in "=<>%:(" for w in words for c in w)
    return any(sum(map(str.isalpha, w)) > 0.5 * len(w) for w in words[first:]) or (signs and len(words) > 2)


def _has_wide_gap(pixels: PixelArray, line: TextLine) -> bool:
    """Whether digits read as one number are parted by a gap, and not as the thousands of one."""
    boxes = tight_boxes(pixels, line.box, line.rotation, _TOKEN_GAPS[-1 if len(line.text) >= _FUSED else 0])
    return len(boxes) > 1 and not (len(boxes) == 2 and len(line.text) in (4, 5))


def _is_fused(line: TextLine) -> bool:
    """Whether a text is so many digits that it may be several numbers without spaces."""
    return re.fullmatch(rf"\d{{{_FUSED},}}", line.text) is not None


def _ends_in_number(words: list[str]) -> bool:
    """Whether a text is words with one number at its end, as "Placebo 104" or "A 1.0", not a statistic."""
    if len(words) < 2 or parse_number(words[-1]) is None or "%" in words[-1]:
        return False
    return not re.search(r"[,:=<>(]$|\b(ratio|HR|rank|p|value|median)$", words[-2], re.I)


def _with_name(pixels: PixelArray, parts: list[TextLine], values: list[bool]) -> list[TextLine]:
    """The parts of a row, words before the first number joined to one name and read again together."""
    first = values.index(True) if any(values) else len(parts)
    if first < 2:
        return parts
    boxes = [p.box for p in parts[:first]]
    name = Box(
        min(b.left for b in boxes),
        min(b.top for b in boxes),
        max(b.right for b in boxes),
        max(b.bottom for b in boxes),
    )
    return [*_read_lines(pixels, [(name, parts[0].rotation)]), *parts[first:]]


def _is_one_number(text: str) -> bool:
    """Whether a text is a single number or cell, as 1 200, 80 % or 49 (0); 373 366 are two."""
    value = parse_number(text)
    if value is not None and " " in text.strip():
        return abs(value) < _TWO_NUMBERS
    return value is not None or re.fullmatch(r"[\d.,]+ ?\(.*\)", text) is not None


def _along(boxes: list[Box], rotation: int) -> list[Box]:
    """Boxes in reading order along a line of text."""
    return sorted(boxes, key=lambda b: -b.centre[1] if rotation == 90 else b.centre[0])


def _read_numbers_again(pixels: PixelArray, lines: list[TextLine]) -> list[TextLine]:
    """Uncertain numbers read with digits alone, their first reading kept as a candidate."""
    weak = [i for i, t in enumerate(lines) if t.confidence < SURE and _may_be_number(t.text)]
    again = _read_lines(pixels, [(lines[i].box, lines[i].rotation) for i in weak], NUMBER_ALPHABET)
    lines = list(lines)
    for i, line in zip(weak, again, strict=True):
        if not line.text or line.confidence < 0.5 * lines[i].confidence or not _fits_box(line):
            continue
        others = tuple(c for c in (lines[i].text, *line.candidates) if c != line.text)
        lines[i] = TextLine(line.text, line.box, line.confidence, line.rotation, others)
    return lines


def _may_be_number(text: str) -> bool:
    """Whether a text is a number, or one misread by letters that look like digits."""
    return re.fullmatch(r"[\d .,%()·-]+", mend_digits(text)) is not None


def _fits_box(line: TextLine) -> bool:
    """Whether a number has enough characters for the width of its box."""
    length = line.box.height if line.rotation else line.box.width
    high = line.box.width if line.rotation else line.box.height
    return length <= _WIDEST_DIGIT * high * (len(line.text) + 0.5)


def _trim_to_row(pixels: PixelArray, lines: list[TextLine]) -> list[TextLine]:
    """Numbers taller than their row, because a tick mark touches them, cut to the row and read again."""
    lines = list(lines)
    upright = [t for t in lines if t.rotation == 0 and parse_cell(t.text) is not None]
    for row in _rows(upright):
        top, bottom = (float(np.median([getattr(t.box, side) for t in row])) for side in ("top", "bottom"))
        slack = 0.2 * (bottom - top)
        for i, line in enumerate(lines):
            box = line.box
            short = abs(box.bottom - bottom) <= slack and slack < top - box.top < 6 * slack
            if short and box.width < 4 * (bottom - top) and len(line.text) < 6:
                lines[i] = _read_lines(pixels, [(Box(box.left, top, box.right, box.bottom), 0)], NUMBER_ALPHABET)[0]
    return lines


def _join_words(lines: list[TextLine]) -> list[TextLine]:
    """Words of one line of text that were found apart, joined; numbers that stand in a row of numbers stay alone."""
    alone = {id(t) for row in _rows([t for t in lines if parse_cell(t.text) is not None]) for t in row}
    joined: list[TextLine] = []
    for line in sorted(lines, key=lambda t: -t.box.centre[1] if t.rotation == 90 else t.box.left):
        before = next((i for i, t in enumerate(joined) if _continues(t, line)), None)
        if before is None or id(line) in alone or id(joined[before]) in alone:
            joined.append(line)
        else:
            joined[before] = _join(joined[before], line)
    return joined


def _continues(first: TextLine, second: TextLine) -> bool:
    """Whether second follows first on one line of text, a word space apart, and they are not two numbers."""
    if first.rotation != second.rotation or first.rotation not in (0, 90):
        return False
    if parse_number(first.text) is not None:
        return False
    a, b = first.box, second.box
    if first.rotation:
        high, gap = max(a.width, b.width), a.top - b.bottom
        aligned = min(a.right, b.right) - max(a.left, b.left)
    else:
        high, gap = max(a.height, b.height), b.left - a.right
        aligned = min(a.bottom, b.bottom) - max(a.top, b.top)
    return -0.2 * high < gap < _WORD_GAP * high and aligned > 0.5 * high


def _join_ones(lines: list[TextLine]) -> list[TextLine]:
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


def _missed_numbers(pixels: PixelArray, lines: list[TextLine]) -> list[TextLine]:
    """Numbers the network did not see, looked for along each row that holds at least three."""
    numbers = [t for t in lines if t.rotation == 0 and parse_cell(t.text) is not None and t.confidence > 0.6]
    found: list[tuple[Box, int]] = []
    taken = [t.box for t in lines]
    for row in _rows(numbers):
        for box in _row_ink(pixels, row):
            if not any(_touch(b, box) for b in taken):
                taken.append(box)
                found.append((box, 0))
    read = _read_lines(pixels, found, NUMBER_ALPHABET)
    return [
        t for t in read if t.confidence >= _RECOVERED_CONFIDENCE and parse_cell(t.text) is not None and _fits_box(t)
    ]


def _tick_marks(pixels: PixelArray, lines: list[TextLine]) -> set[int]:
    """Ids of the bare bars of a row that holds no other text of their height: tick marks read as ones."""
    ones = [t for t in lines if t.rotation == 0 and t.text in ("1", "I", "l", "|") and is_bar(pixels, t.box)]
    found = set()
    for row in _rows(ones):
        high = float(np.median([t.box.height for t in row]))
        others = [t for t in lines if t not in row and _in_row(t, row) and 0.7 * high < t.box.height < 1.5 * high]
        found |= set() if others else {id(t) for t in row}
    return found


def _touch(one: Box, other: Box) -> bool:
    """Whether two boxes share ground."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > 0 and down > 0.2 * min(one.height, other.height)


def _rows(numbers: list[TextLine]) -> list[list[TextLine]]:
    """Numbers grouped by the height they stand at, rows of at least three."""
    rows: list[list[TextLine]] = []
    for line in sorted(numbers, key=lambda t: t.box.centre[1]):
        row = next((r for r in rows if _in_row(line, r)), None)
        if row is None:
            rows.append([line])
        else:
            row.append(line)
    return [r for r in rows if len(r) >= 3]


def _in_row(line: TextLine, row: list[TextLine]) -> bool:
    middle = np.median([t.box.centre[1] for t in row])
    high = np.median([t.box.height for t in row])
    return bool(abs(line.box.centre[1] - middle) < _ROW_SPREAD * high)


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
