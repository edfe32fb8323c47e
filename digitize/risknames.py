"""What the rows of a number-at-risk table are called: arm names, kinds of count, colours of letters and keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..records import Box, Panel, PixelArray, TextLine
from .numbers import parse_number
from .riskcolumns import Columns
from .riskrows import NumberRow
from .tightboxes import ink_mask

Kind = Literal["at risk", "events", "censored", "other"]

_AT_RISK = re.compile(r"at.{0,2}risk|patients at|n(umber|o\.?|r\.?)? (of )?(patients|subjects|participants)", re.I)
_EVENTS = re.compile(r"\b(events?|deaths?|died|failed|failures?)\b", re.I)
_CENSORED = re.compile(r"censor", re.I)
_OTHER = re.compile(r"^\W*%|\bsurvival\s*,?\s*\(?%|\bCI\b|hazard|probability|\brate\b", re.I)
# A row's own label names a kind of count only when little else is in it: "Events", "Cum. no. of events".
_KIND_WORDS = re.compile(
    r"\b(cum(ulative|\.)?|n(o|r|umber|\.)?|total|of|patients|subjects|participants|at|risk|events?|deaths?|died|"
    r"failed|failures?|censor\w*)\b|[.,:()#\d]",
    re.I,
)
# A name's lines stand within this many line heights of their row; further off is a heading.
_NAME_REACH = 1.3
# Headings stand at most this many line heights over the first row.
_HEADING_REACH = 7.0
# A key or mark read as letters is less certain than this.
_NAME_CONFIDENCE = 0.5
# Letters are coloured when their strongest ink has channels this far apart.
_COLORED = 40


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row of numbers with the arm it belongs to, what it counts and what its parentheses count."""

    row: NumberRow
    arm: str
    kind: Kind = "at risk"
    inner: Kind = "other"
    color: str = ""


def kind_of(text: str) -> Kind | None:
    """What a heading or label says is counted; None when it names no count."""
    outer = re.sub(r"\(.*?\)", "", text) or text
    if _AT_RISK.search(outer):
        return "at risk"
    if _CENSORED.search(outer):
        return "censored"
    if _EVENTS.search(outer):
        return "events"
    return None


def inner_kind(text: str) -> Kind | None:
    """What the parentheses of a heading such as "No. at risk (events)" announce; None when there are none."""
    inner = re.search(r"\((.*?)\)", text)
    if inner is None or not _AT_RISK.search(text):
        return None
    if _CENSORED.search(inner[1]):
        return "censored"
    return "events" if _EVENTS.search(inner[1]) else "other"


def name_rows(
    pixels: PixelArray,
    texts: Iterable[TextLine],
    rows: Sequence[NumberRow],
    cells: Sequence[Sequence[TextLine]],
    columns: Columns,
    panel: Panel,
) -> list[NamedRow]:
    """Each row with its arm name, kind of count and colour, from the texts left (or right) of its cells."""
    upright = [t for t in texts if t.rotation == 0 and panel.region.contains(*t.box.centre, 2.0)]
    upright = [t for t in upright if not _labels_y_tick(t, panel)]
    words = [w for t in upright if (w := _without_cells(t, cells)) is not None]
    labels, loose = _labels(words, rows, columns)
    if len(labels) > 1 and len(set(labels)) == 1 and len(labels[0]) == 1:
        labels = [""] * len(labels)  # one sign before every row is a key drawn as a letter
    headings = [t for t in loose if _is_heading(t, rows)]
    stacked = sum(_is_kind_label(label) for label in labels) >= 2
    named: list[NamedRow] = []
    kind: Kind = "at risk"
    inner: Kind = "other"
    arm = ""
    for i, row in enumerate(rows):
        above = rows[i - 1].y if i else -np.inf
        for line in sorted((t for t in headings if above < t.box.centre[1] < row.y), key=lambda t: t.box.centre[1]):
            kind, inner, arm = _after_heading(line.text, kind, inner, arm)
        label = labels[i]
        if stacked and _is_kind_label(label):
            named.append(NamedRow(row, arm, kind_of(label) or "other", inner))
        else:
            own = "other" if _OTHER.search(label) and not _AT_RISK.search(label) else kind
            named.append(NamedRow(row, _arm_name(label), own, inner))
    return [replace(n, color=row_color(pixels, n.row, texts, columns, panel)) for n in named]


def _labels_y_tick(line: TextLine, panel: Panel) -> bool:
    """Whether a number beside the plot is the y axis' own value at its height."""
    value = parse_number(line.text)
    if value is None or line.box.right > panel.plot_area.left:
        return False
    axis = panel.y.calibration
    here = float(axis.value(line.box.centre[1]))
    slack = abs(axis.slope) * line.box.height
    return min(abs(here - value), abs(here - value / 100), abs(1 - here - value), abs(1 - here - value / 100)) < slack


def _without_cells(line: TextLine, cells: Sequence[Sequence[TextLine]]) -> TextLine | None:
    """The text without the table cell that was read as part of it ("Arm A741"); None when it is a cell."""
    for cell in (c for row in cells for c in row):
        if cell is line or (line.box.contains(*cell.box.centre) and line.text.strip() == cell.text):
            return None
        if line.box.contains(*cell.box.centre) and line.text.endswith(cell.text):
            box = replace(line.box, right=max(line.box.left, cell.box.left - 1))
            return replace(line, text=line.text.removesuffix(cell.text).strip(), box=box)
    return line


def _after_heading(text: str, kind: Kind, inner: Kind, arm: str) -> tuple[Kind, Kind, str]:
    found = kind_of(text)
    if text.strip().startswith("("):
        # The second line of "Number at risk / (number censored)" tells what the parentheses count.
        return kind, found or inner, arm
    if found is None:
        return kind, inner, text
    return found, inner_kind(text) or inner, arm


def _is_kind_label(label: str) -> bool:
    """Whether a row's label is nothing but a kind of count."""
    return kind_of(label) is not None and not _KIND_WORDS.sub("", label).strip()


def _arm_name(label: str) -> str:
    """A row's label without a heading that stands in the same line ("No. at risk Placebo")."""
    bare = re.sub(r"^(n(umber|o\.?)?\s*(of\s*(patients|subjects)\s*)?at\s*risk)\s*[:.]?\s*", "", label, flags=re.I)
    return (bare or label if not _AT_RISK.fullmatch(label) else bare).strip(" :-|")


def _labels(words: list[TextLine], rows: Sequence[NumberRow], columns: Columns) -> tuple[list[str], list[TextLine]]:
    """(label of each row, texts near the rows that label none): lines at a row's height, then wrapped lines."""
    firm = [t for t in words if t.confidence >= _NAME_CONFIDENCE]
    at_row = [
        [[t for t in firm if _same_line(t, r) and t.box.right < _edges(r, columns)[0]] for r in rows],
        [[t for t in firm if _same_line(t, r) and t.box.left > _edges(r, columns)[1]] for r in rows],
    ]
    chosen = 0 if sum(map(bool, at_row[0])) >= sum(map(bool, at_row[1])) else 1
    parts = at_row[chosen]
    used = {id(t) for part in parts for t in part}
    start, end = columns.px.min() - 0.3 * columns.step_px, columns.px.max() + 0.3 * columns.step_px
    loose = [t for t in firm if id(t) not in used and t.box.left < start + columns.step_px]
    kinds = sum(_is_kind_label(_joined(p)) for p in parts)
    if kinds < 2:
        beside = [t for t in loose if (t.box.centre[0] < start, t.box.centre[0] > end)[chosen]]
        for line in [t for t in beside if kind_of(t.text) is None]:
            nearest = min(range(len(rows)), key=lambda i: abs(rows[i].y - line.box.centre[1]))
            if abs(rows[nearest].y - line.box.centre[1]) < _NAME_REACH * max(line.box.height, rows[nearest].height):
                parts[nearest].append(line)
                loose.remove(line)
    return [_joined(p) for p in parts], loose


def _same_line(line: TextLine, row: NumberRow) -> bool:
    return abs(line.box.centre[1] - row.y) < 0.5 * max(line.box.height, row.height)


def _edges(row: NumberRow, columns: Columns) -> tuple[float, float]:
    """Left edge of a row's first cell and right edge of its last; what stands between them is no name."""
    cells = [c.box for c in row.cells if columns.index(c.box.centre[0]) is not None]
    return min(b.left for b in cells), max(b.right for b in cells)


def _joined(lines: list[TextLine]) -> str:
    """One label of its lines, read line by line."""
    if not lines:
        return ""
    high = max(t.box.height for t in lines)
    order = sorted(lines, key=lambda t: (round(t.box.centre[1] / high), t.box.left))
    return " ".join(t.text for t in order).strip()


def _is_heading(line: TextLine, rows: Sequence[NumberRow]) -> bool:
    """Whether a loose text stands between or right above the rows, where headings stand."""
    y = line.box.centre[1]
    high = np.median([r.height for r in rows])
    return bool(rows[0].y - _HEADING_REACH * high < y < rows[-1].y and not _OTHER.search(line.text))


def row_color(pixels: PixelArray, row: NumberRow, texts: Iterable[TextLine], columns: Columns, panel: Panel) -> str:
    """ "#rrggbb" of the key drawn before a row, else of its coloured letters, "" when all is black."""
    first = min(c.box.left for c in row.cells)
    texts = [t for t in texts if t.confidence >= _NAME_CONFIDENCE and panel.region.contains(*t.box.centre)]
    names = [t for t in texts if t.rotation == 0 and t.box.right < first and _same_line(t, row)]
    key = _key_color(pixels, row, min(first, float(columns.px[0])) - 0.5 * row.height, texts, panel)
    if key:
        return key
    for line in [*names, *row.cells[:2]]:
        color = ink_color(pixels, line.box)
        if max(color) - min(color) >= _COLORED:
            return "#{:02x}{:02x}{:02x}".format(*color)
    return ""


def ink_color(pixels: PixelArray, box: Box) -> tuple[int, int, int]:
    """The colour of the strongest ink inside a box of text."""
    crop = pixels[max(0, int(box.top)) : int(box.bottom) + 1, max(0, int(box.left)) : int(box.right) + 1]
    flat = crop.reshape(-1, 3).astype(np.int16)
    border = np.concatenate([crop[0], crop[-1], crop[:, 0], crop[:, -1]]).astype(np.int16)
    distance = np.abs(flat - np.median(border, axis=0)).max(axis=1)
    core = flat[distance >= 0.8 * distance.max()]
    red, green, blue = (int(v) for v in np.median(core, axis=0))
    return red, green, blue


def _key_color(pixels: PixelArray, row: NumberRow, right: float, texts: list[TextLine], panel: Panel) -> str:
    """The colour of a solid dash or square that stands left of a row's numbers, "" when there is none."""
    left = int(max(0.0, panel.region.left))
    top, bottom = int(max(0.0, row.y - 0.6 * row.height)), int(row.y + 0.6 * row.height) + 1
    strip = pixels[top:bottom, left : int(right)]
    if min(strip.shape[:2]) < 3:
        return ""
    ink = ink_mask(strip)
    for box in (t.box for t in texts):
        rows = slice(max(0, int(box.top) - top - 1), max(0, int(box.bottom) - top + 2))
        ink[rows, max(0, int(box.left) - left - 1) : max(0, int(box.right) - left + 2)] = False
    for y in range(ink.shape[0]):
        columns = np.flatnonzero(ink[y])
        for run in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1):
            if 0.8 * row.height <= len(run) <= 6 * row.height:
                color = np.median(strip[y, run], axis=0).astype(int)
                return "#{:02x}{:02x}{:02x}".format(*color)
    return ""
