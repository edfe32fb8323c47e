"""The words around a plot: its letter, the labels of its axes with the unit of time, its title."""

from __future__ import annotations

import re

from ..records import Box, TextLine
from .frames import Frame

# "A", "(B)", "c)", "D.", "Panel E", alone or before a title: "A) Overall survival", "B Progression-free ..."
_LETTER = re.compile(r"(?:panel\s*)?[(\[]?([A-L]|[a-l])[)\].:]?", re.I)
_LETTER_BEFORE_TITLE = re.compile(r"(?:panel\s*)?(?:[(\[]?([A-La-l])[)\].:]|([A-L]))\s+\S.*", re.I)
# A letter stands above the plot or at its upper left: no lower than this share of the plot's height below its
# top, no further right than this share of its width.
LETTER_BELOW_TOP = 0.12
LETTER_RIGHT = 0.3
# The label of the x axis follows its numbers within this many heights of print, a title stands as near above.
LABEL_LINES = 4.0
_UNITS = {
    "days": r"\bdays?\b",
    "weeks": r"\bweeks?\b|\bwks?\b",
    "months": r"\bmonths?\b|\bmos?\b",
    "years": r"\byears?\b|\byrs?\b",
}


def time_unit(label: str) -> str:
    """The unit of time that an axis label names, "" when it names none."""
    return next((unit for unit, words in _UNITS.items() if re.search(words, label, re.I)), "")


def x_axis_label(frame: Frame, texts: tuple[TextLine, ...]) -> str:
    """The words printed in the first line of print below the x numbers."""
    row, area = frame.row, frame.area
    below = [
        t
        for t in texts
        if t.rotation == 0
        and 0.5 * row.size < t.box.centre[1] - row.at < LABEL_LINES * row.size
        and area.left <= t.box.centre[0] <= area.right
        and sum(c.isalpha() for c in t.text) >= 2
    ]
    return _first_line(below, row.size)


def y_axis_label(frame: Frame, texts: tuple[TextLine, ...], region: Box) -> str:
    """The words turned upwards left of the y numbers, else those above them."""
    column, area = frame.column, frame.area
    edge = min(label.box.left for label in column.labels)
    turned = [
        t
        for t in texts
        if t.rotation != 0
        and region.left <= t.box.centre[0] < edge + 1
        and area.top - column.size <= t.box.centre[1] <= area.bottom + column.size
    ]
    if turned:
        reading_order = sorted(turned, key=lambda t: (round(t.box.centre[0] / column.size), -t.box.centre[1]))
        return " ".join(t.text for t in reading_order)
    above = [
        t
        for t in texts
        if t.rotation == 0
        and 0 < column.start - t.box.bottom < LABEL_LINES * column.size
        and t.box.left <= area.left
        and sum(c.isalpha() for c in t.text) >= 3
    ]
    return _first_line(above, column.size)


def plot_title(frame: Frame, texts: tuple[TextLine, ...], region: Box) -> str:
    """The nearest line of words above the plot, centred on it or starting at its left."""
    area, size = frame.area, frame.row.size
    above = [
        t
        for t in texts
        if t.rotation == 0
        and region.contains(*t.box.centre)
        and 0 < area.top - t.box.centre[1] < 2 * LABEL_LINES * size
        and sum(c.isalpha() for c in t.text) >= 3
    ]
    return _first_line(above, size)


def _first_line(texts: list[TextLine], size: float) -> str:
    if not texts:
        return ""
    first = min(t.box.centre[1] for t in texts)
    line = [t for t in texts if t.box.centre[1] - first < 0.6 * size]
    return " ".join(t.text for t in sorted(line, key=lambda t: t.box.left))


def panel_names(frames: list[Frame], regions: list[Box], texts: tuple[TextLine, ...]) -> list[str]:
    """The printed letter of each plot, else its number in reading order; letters between letters are inferred.

    frames in reading order. A letter counts once; of several in one region the one nearest the upper left.
    """
    letters = [_letter(frame, region, texts) for frame, region in zip(frames, regions, strict=True)]
    if len({x for x in letters if x}) < sum(bool(x) for x in letters):
        letters = [""] * len(letters)
    known = [(i, ord(x)) for i, x in enumerate(letters) if x]
    in_order = len(known) >= 2 and len({code - i for i, code in known}) == 1
    if in_order:
        letters = [chr(known[0][1] - known[0][0] + i) for i in range(len(letters))]
    return [x or str(i) for i, x in enumerate(letters, 1)]


def _letter(frame: Frame, region: Box, texts: tuple[TextLine, ...]) -> str:
    area = frame.area
    found = []
    for t in texts:
        match = _LETTER.fullmatch(t.text.strip()) or _LETTER_BEFORE_TITLE.fullmatch(t.text.strip())
        if match is None or t.rotation or not region.contains(*t.box.centre):
            continue
        if (
            t.box.centre[1] < area.top + LETTER_BELOW_TOP * area.height
            and t.box.left < area.left + LETTER_RIGHT * area.width
        ):
            letter = next(g for g in match.groups() if g)
            distance = abs(t.box.left - area.left) + abs(t.box.bottom - area.top)
            found.append((distance, letter))
    return min(found)[1] if found else ""
