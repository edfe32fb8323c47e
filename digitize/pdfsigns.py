"""Plotting signs set as letters (R's pch "+"), with those that pdfium leaves out of a page's text.

Text extraction drops a letter painted nearly over another of its kind, as crowded censor marks are. The page's
text objects are all there, and the distances between the letters of one object stand in the content stream, so
the two together give every sign its place.
"""

from __future__ import annotations

import re
import statistics
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from ..records import Box, Rgb
from .textruns import Run, is_symbol, run_of

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
PIECE = rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>"
SHOW = re.compile(rb"\[((?:" + PIECE + rb"|[-+.\d\s])*)\]\s*TJ|(" + PIECE + rb")\s*(?:Tj|'|\")", re.DOTALL)
TOKEN = re.compile(rb"(" + PIECE + rb")|([-+]?[\d.]+)", re.DOTALL)
# Larger files and streams are papers, whose figures set their marks as paths.
LARGEST_FILE, LARGEST_STREAM = 20_000_000, 8_000_000


@dataclass(frozen=True, slots=True)
class TextObject:
    """One text object of a page: what pdfium reads in it, its box, letter size (points), font and colour."""

    text: str
    box: Box
    size: float
    font: int
    color: Rgb


@dataclass(frozen=True, slots=True)
class _Shown:
    """What one show operator paints: its pieces, and the kerns between them in thousandths of the size."""

    pieces: tuple[bytes, ...]
    kerns: tuple[float, ...]


def sign_runs(objects: Sequence[TextObject], data: bytes) -> list[Run]:
    """A run for each plotting sign on the page; data is the whole file."""
    signs = [o for o in objects if is_symbol(o.text[:1]) and len(set(o.text)) == 1]
    if not signs:
        return []
    shown = _shown_for(len(objects), data) if any(len(o.text) != 1 or _is_wide(o, signs) for o in signs) else None
    if shown is None:
        return [_run(o.text, o.box, o.color) for o in signs if len(o.text) == 1]
    known = {(o.font, s.pieces[0]): o.text[0] for o, s in zip(objects, shown, strict=True) if o in signs}
    runs: list[Run] = []
    for item, show in zip(objects, shown, strict=True):
        sign = known.get((item.font, show.pieces[0]))
        if sign and len(set(show.pieces)) == 1:
            runs.extend(_spread(item, show, sign, _single_width(item, show, objects, shown)))
    return runs


def _is_wide(item: TextObject, signs: Sequence[TextObject]) -> bool:
    return item.box.width > 1.05 * min(other.box.width for other in signs)


def _run(sign: str, box: Box, color: Rgb) -> Run:
    return run_of(sign, box, 0, (box.left, box.bottom), max(box.height, 1e-3), color=color)


def _single_width(item: TextObject, show: _Shown, objects: Sequence[TextObject], shown: Sequence[_Shown]) -> float:
    """The box width of the item's sign: that of objects which hold it once, in the same font and size."""
    own = [
        o.box.width
        for o, s in zip(objects, shown, strict=True)
        if s.pieces == show.pieces[:1] and o.font == item.font and abs(o.size - item.size) < 0.01 * item.size
    ]
    return statistics.median(own) if own else 0.5 * item.size


def _spread(item: TextObject, show: _Shown, sign: str, width: float) -> list[Run]:
    """The object's letters: each one advance less its kern right of the last; the box's width gives the advance."""
    if len(show.pieces) == 1:
        return [_run(sign, item.box, item.color)]
    span = item.box.width - width
    advance = (span + sum(show.kerns) / 1000 * item.size) / (len(show.pieces) - 1)
    left, runs = item.box.left, []
    for kern in (*show.kerns, 0.0):
        runs.append(_run(sign, Box(left, item.box.top, left + width, item.box.bottom), item.color))
        left += advance - kern / 1000 * item.size
    return runs


def _shown_for(count: int, data: bytes) -> list[_Shown] | None:
    """The show operators of the content stream that paints as many text objects as the page has."""
    if len(data) > LARGEST_FILE:
        return None
    for match in STREAM.finditer(data):
        try:
            content = zlib.decompressobj().decompress(match[1], LARGEST_STREAM)
        except zlib.error:
            content = match[1][:LARGEST_STREAM]
        if b"Tj" not in content and b"TJ" not in content:
            continue
        shown = [_parsed(found) for found in SHOW.finditer(content)]
        if len(shown) == count and all(show.pieces for show in shown):
            return shown
    return None


def _parsed(found: re.Match[bytes]) -> _Shown:
    if found[2] is not None:
        return _Shown((found[2],), ())
    pieces, kerns = [], []
    for piece, number in TOKEN.findall(found[1]):
        if piece:
            pieces.append(piece)
            kerns.append(0.0)
        elif kerns:
            kerns[-1] += float(number)
    return _Shown(tuple(pieces), tuple(kerns[:-1]))
