"""Several numbers taken for one text by the detection, parted again, the name before them kept."""

from __future__ import annotations

import re

from ..records import Box, PixelArray, TextLine
from .linereading import read_lines
from .numbers import parse_number
from .tightboxes import tight_boxes

_TWO_NUMBERS = 100_000  # three digits, a space and three digits are two cells rather than one large count
_FUSED = 6  # as many digits may be two cells of a dense table
_TOKEN_GAPS = (0.45, 0.3, 0.25)  # gaps between two numbers of one text, in letter heights, tried in turn


def split_numbers(pixels: PixelArray, line: TextLine) -> list[TextLine]:
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
        parts = read_lines(pixels, [(b, line.rotation) for b in boxes])
        values = [_is_one_number(p.text) for p in parts]
        if sum(values) >= max(1, numbers) or fused:
            best = _with_name(pixels, parts, values)
        if not any(_holds_several(p.text) for p in parts):
            break
    return best


def is_fused(line: TextLine) -> bool:
    """Whether a text is so many digits that it may be several numbers without spaces."""
    return re.fullmatch(rf"\d{{{_FUSED},}}", line.text) is not None


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
    return [*read_lines(pixels, [(name, parts[0].rotation)]), *parts[first:]]


def _is_one_number(text: str) -> bool:
    """Whether a text is a single number or cell, as 1 200, 80 % or 49 (0); 373 366 are two."""
    value = parse_number(text)
    if value is not None and " " in text.strip():
        return abs(value) < _TWO_NUMBERS
    return value is not None or re.fullmatch(r"[\d.,]+ ?\(.*\)", text) is not None


def _along(boxes: list[Box], rotation: int) -> list[Box]:
    """Boxes in reading order along a line of text."""
    return sorted(boxes, key=lambda b: -b.centre[1] if rotation == 90 else b.centre[0])
