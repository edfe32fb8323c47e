"""Lines of text recognised on tight crops of the original pixels, slips of print mended."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..records import Box, PixelArray, TextLine
from .recognition import Reading, cut_crop, read_crops


def read_lines(pixels: PixelArray, places: Iterable[tuple[Box, int]], alphabet: str = "") -> list[TextLine]:
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
