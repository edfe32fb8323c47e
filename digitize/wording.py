"""The words around a plot: its letter, the labels of its axes with the unit of time, its title."""

from __future__ import annotations

import re

from ..records import Box, TextLine
from .frames import Frame

# "A", "(B)", "c)", "D.", "Panel E", alone or before a title: "A) Overall survival", "B Progression-free ..."
_LETTER = re.compile(r"(?:panel\s*)?[(\[]?([A-L]|[a-l])[)\].:]?", re.I)
_LETTER_BEFORE_TITLE = re.compile(r"(?:panel\s*)?(?:[(\[]?([A-La-l])[)\].:]|([A-L]))\s+\S.*", re.I)
# A letter stands left of or above the plot or below it, not inside: no further right than this share of the
# plot's width. Between its top and its bottom it counts only this share of its height below the top.
LETTER_BELOW_TOP = 0.12
LETTER_RIGHT = 0.3
# Letters below a plot that stand under each other within this share of its height are no panels'.
ROWS_APART = 0.5
# Letters of the panels of one figure have one height to this share; row names of tables are smaller.
SAME_LETTER = 0.2
# Height of small letters without a stem, as a share of the others'.
LOW_LETTERS, LOW_SHARE = "ace", 0.73
# The label of the x axis follows its numbers within this many heights of print, those of the y axis and titles
# stand nearer.
X_LABEL_LINES = 8.0
LABEL_LINES = 4.0
_TABLE_HEADING = re.compile(r"\brisk\b|\bat-risk\b|\bno\. of\b|\bevents\b", re.I)
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
        and 0.5 * row.size < t.box.centre[1] - row.at < X_LABEL_LINES * row.size
        and area.left <= t.box.centre[0] <= area.right
        and sum(c.isalpha() for c in t.text) >= 2
        and not _TABLE_HEADING.search(t.text)
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
    known = [(i, x) for i, x in enumerate(letters) if x]
    first = {chr(ord(x) - i) for i, x in known}
    if first in ({"A"}, {"a"}):
        letters = [chr(ord(next(iter(first))) + i) for i in range(len(letters))]
    return [x or str(i) for i, x in enumerate(letters, 1)]


def _letter(frame: Frame, region: Box, texts: tuple[TextLine, ...]) -> str:
    """The letter of a plot: of several the nearest to its upper left corner, one below the plot only if alone."""
    area = frame.area
    found = []
    for t in texts:
        text, box = t.text.strip(), t.box
        alone = _LETTER.fullmatch(text)
        match = alone or _LETTER_BEFORE_TITLE.fullmatch(text)
        if match is None or t.rotation or not region.contains(*box.centre):
            continue
        above = box.centre[1] < area.top + LETTER_BELOW_TOP * area.height
        below = alone is not None and box.top > area.bottom and not _heads_rows(t, frame, region, texts)
        if (above or below) and box.left < area.left + LETTER_RIGHT * area.width:
            letter = next(g for g in match.groups() if g)
            found.append((below, abs(box.left - area.left) + abs(box.bottom - area.top), letter))
    return min(found)[2] if found else ""


def _heads_rows(line: TextLine, frame: Frame, region: Box, texts: tuple[TextLine, ...]) -> bool:
    """Whether a letter below a plot stands in a column with others, nearer than plots do: they name arms in a table."""
    x, y = line.box.centre
    column = [t.box for t in texts if t is not line and not t.rotation and _LETTER.fullmatch(t.text.strip())]
    return any(
        region.contains(*box.centre)
        and abs(box.centre[0] - x) < line.box.height
        and abs(box.centre[1] - y) < ROWS_APART * frame.area.height
        and box.top > frame.area.bottom
        for box in column
    )


def up_to_next_letter(region: Box, frame: Frame, name: str, texts: tuple[TextLine, ...]) -> Box:
    """The region of the plot with that letter without what stands under the letters of panels that are no plots.

    A drawing or bar chart beside a plot has no region of its own, and its numbers would be taken for the plot's.
    """
    area, row = frame.area, frame.row
    alone = [(m[1], t.box) for t in texts if t.rotation == 0 and (m := _LETTER.fullmatch(t.text.strip()))]
    own = [box for letter, box in alone if letter == name and region.contains(*box.centre)]
    if not own:
        return region
    high = _print_height(name, min(own, key=lambda b: abs(b.left - area.left) + abs(b.bottom - area.top)))
    others = [
        box
        for letter, box in alone
        if letter > name
        and letter.isupper() == name.isupper()
        and abs(_print_height(letter, box) - high) <= SAME_LETTER * high
    ]
    right = min((b.left for b in others if b.left > area.right), default=region.right)
    # What stands under a letter further right is that panel's.
    below = [b for b in others if b.top > row.at + row.size and b.left <= area.right]
    bottom = min((b.top for b in below), default=region.bottom)
    return Box(region.left, region.top, min(region.right, right), min(region.bottom, bottom))


def _print_height(letter: str, box: Box) -> float:
    """The height (px) that letters with a stem have where this one is printed."""
    return box.height / (LOW_SHARE if letter in LOW_LETTERS else 1.0)
