"""Rows of whole numbers that may belong to a number-at-risk table, and what tells them from other numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..records import Axis, Box, Panel, TextLine
from .numbers import parse_cell, parse_number, plain_text

# Centres of one row's texts differ by less than this share of their height.
_ROW_SPREAD = 0.5
# A heading of a column that names a time.
_CLOCK = re.compile(r"(\d[\d.,]*)\s*-?\s*(y|yrs?|years?|mo?s?|months?|w|wks?|weeks?|d|days?)?\.?", re.I)
# Numbers of a table are of one size, within this factor of the panel's typical number.
_SIZES = 2.2
# Rows further apart than this many line heights belong to different tables (headings stand between, with much air in
# tables whose lines are shared out over a fixed height).
_BLOCK_GAP = 16.5
# Digits of one number stand closer than this share of their height.
_DIGIT_GAP = 0.3
_HEADING = re.compile(r"at.{0,2}risk", re.I)
# A number is an axis label when the axis has its value within this share of a tick step of where it stands.
_ON_AXIS = 0.25
_TIME_ROW_SHARE = 0.7
# A number further left of the axis' start than this share of a tick step names a row and is no cell.
_BEFORE_START = 0.35
_NAME_GAP = 2.0  # and a word before it stands this close, in letter heights
# ... and is one all the same when it stands a column before the first of so many others, to within this share.
_LEADS, _EVEN_STEP = 4, 0.05
_NAME_OFF = 0.15  # nearer than this to the start it may be a cell that stands close to its name


@dataclass(frozen=True, slots=True)
class NumberRow:
    """Texts of one printed row that hold whole numbers, left to right; y, height in px."""

    y: float
    height: float
    cells: tuple[TextLine, ...]


def tick_step(axis: Axis) -> float:
    """Distance between neighbouring labelled ticks, in data units; some of them may be unread."""
    ticks = np.unique(axis.calibration.ticks)
    if len(ticks) < 2:
        return axis.maximum - axis.minimum
    steps = np.diff(ticks)
    whole = [s for s in steps if np.abs(steps / s - np.round(steps / s)).max() < 0.05]
    return float(min(whole, default=np.median(steps)))


def number_rows(texts: Iterable[TextLine], panel: Panel) -> list[NumberRow]:
    """Rows of whole numbers under, in or over a panel's plot, top to bottom, its axis labels left out."""
    texts = list(texts)
    numbers = [t for t in texts if t.rotation == 0 and _may_be_cell(t, panel)]
    typical = float(np.median([t.box.height for t in numbers])) if numbers else 0.0
    numbers = [t for t in numbers if typical / _SIZES < t.box.height < _SIZES * typical]
    numbers = [t for t in numbers if not _ends_name(t, texts, panel)]
    rows = [_without_key(r, panel.x) for r in _grouped(numbers)]
    return [r for r in rows if not is_time_row(r, panel.x)]


def _without_key(row: NumberRow, axis: Axis) -> NumberRow:
    """The row without a sign before the axis' start, when its first cell stands right at the start."""
    start = float(axis.calibration.px(axis.minimum))
    reach = _NAME_OFF * tick_step(axis) / abs(axis.calibration.slope)
    if not any(abs(c.box.centre[0] - start) < reach for c in row.cells):
        return row
    return NumberRow(row.y, row.height, tuple(c for c in row.cells if c.box.centre[0] > start - reach))


def _grouped(lines: Iterable[TextLine]) -> list[NumberRow]:
    """Texts as rows of one height, top to bottom."""
    groups: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda t: t.box.centre[1]):
        middle = np.median([t.box.centre[1] for t in groups[-1]]) if groups else -np.inf
        if line.box.centre[1] - middle < _ROW_SPREAD * max(4.0, line.box.height):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_row(g) for g in groups]


def blocks_of_rows(rows: Sequence[NumberRow], panel: Panel) -> list[list[NumberRow]]:
    """Rows that stand together: all inside the plot or all outside, without a wide space between two."""
    blocks: list[list[NumberRow]] = []
    for row in rows:
        last = blocks[-1][-1] if blocks else None
        near = last is not None and row.y - last.y < _BLOCK_GAP * max(row.height, last.height)
        if near and last is not None and is_inside(row, panel) == is_inside(last, panel):
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return blocks


def is_inside(row: NumberRow, panel: Panel) -> bool:
    """Whether a row stands inside the plot."""
    return panel.plot_area.top < row.y < panel.plot_area.bottom


def _whole_cells(lines: list[TextLine]) -> list[TextLine]:
    """Cells left to right: one drawn twice counts once, digits of one number that were found apart are joined."""
    cells: list[TextLine] = []
    for line in sorted(lines, key=lambda t: t.box.left):
        last = cells[-1] if cells else None
        if last is not None and line.box.left - last.box.right < _DIGIT_GAP * line.box.height:
            if line.box.left < last.box.centre[0]:
                continue
            cells[-1] = join_cells(last, line)
        else:
            cells.append(line)
    return cells


def join_cells(first: TextLine, second: TextLine) -> TextLine:
    """One number of two pieces that were found apart."""
    a, b = first.box, second.box
    box = Box(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom))
    return TextLine(first.text + second.text, box, 0.9 * min(first.confidence, second.confidence))


def _row(lines: list[TextLine]) -> NumberRow:
    y, height = (float(np.median(v)) for v in zip(*((t.box.centre[1], t.box.height) for t in lines), strict=True))
    return NumberRow(y, height, tuple(_whole_cells(lines)))


def _may_be_cell(line: TextLine, panel: Panel) -> bool:
    """Whether a text holds a number, stands in the panel's reach and labels no y tick."""
    if parse_number(line.text) is None and parse_cell(line.text) is None:
        return False
    area, box = panel.plot_area, line.box
    beside = area.top - box.height < box.centre[1] < area.bottom + 0.3 * box.height
    return _in_reach(line, panel) and not (beside and (box.right < area.left or box.left > area.right))


def _ends_name(line: TextLine, texts: Sequence[TextLine], panel: Panel) -> bool:
    """Whether a number before the axis' start or after its end follows a word closely, as in "Stage 3"."""
    start, end = panel.x.calibration.px([panel.x.minimum, panel.x.maximum])
    off = _NAME_OFF * tick_step(panel.x) / abs(panel.x.calibration.slope)
    if start - off < line.box.centre[0] < end + off or _leads_row(line, texts):
        return False
    gaps = [line.box.left - t.box.right for t in texts if _beside(t, line) and parse_number(t.text) is None]
    return any(-1 < gap < _NAME_GAP * line.box.height for gap in gaps)


def _leads_row(line: TextLine, texts: Sequence[TextLine]) -> bool:
    """Whether a number stands as far before its row's numbers as those stand apart, one side aligned or centred."""
    row = sorted((t.box for t in texts if _beside(t, line) and parse_cell(t.text) is not None), key=lambda b: b.left)
    after = [line.box, *(box for box in row if box.left > line.box.right)]
    if len(after) < _LEADS:
        return False
    sides = np.array([(b.left, b.centre[0], b.right) for b in after])
    steps = np.diff(sides, axis=0)
    return bool((np.abs(steps[0] / np.median(steps[1:], axis=0) - 1) < _EVEN_STEP).any())


def _beside(one: TextLine, other: TextLine) -> bool:
    return abs(one.box.centre[1] - other.box.centre[1]) < 0.5 * max(one.box.height, other.box.height)


def _in_reach(line: TextLine, panel: Panel) -> bool:
    """Whether a text lies in the panel's region, between the ends of its x axis or a little beyond."""
    x, y = line.box.centre
    area = panel.plot_area
    step = tick_step(panel.x) / abs(panel.x.calibration.slope)
    padding = max(0.0, float(panel.x.calibration.px(panel.x.minimum)) - area.left)
    start = area.left - max(0.0, _BEFORE_START * step - padding)
    inside = start <= x <= area.right + 0.6 * step
    return inside and panel.region.contains(x, y, line.box.height)


def holds_words(row: NumberRow, texts: Iterable[TextLine]) -> bool:
    """Whether words stand between a row's numbers, as in a legend "1: Grade 1   2: Grade 2"."""
    first, last = row.cells[0].box.right, row.cells[-1].box.left
    return any(
        abs(t.box.centre[1] - row.y) < 0.5 * row.height
        and first < t.box.centre[0] < last
        and sum(c.isalpha() for c in t.text) >= 2
        and parse_cell(t.text) is None
        and t.confidence > 0.5
        for t in texts
    )


def has_heading(texts: Iterable[TextLine], rows: Sequence[NumberRow]) -> bool:
    """Whether "at risk" stands over, beside or right under the rows."""
    top, bottom = rows[0].y - 5 * rows[0].height, rows[-1].y + 3 * rows[-1].height
    return any(_HEADING.search(t.text) and top < t.box.centre[1] < bottom for t in texts)


def is_time_row(row: NumberRow, axis: Axis) -> bool:
    """Whether a row's numbers are the axis's own values at their places: tick labels, or a repeated time axis."""
    values = [parse_number(t.text) for t in row.cells]
    slack = _ON_AXIS * tick_step(axis)
    here = [axis.calibration.value(t.box.centre[0]) for t in row.cells]
    fits = [v is not None and abs(v - h) < slack for v, h in zip(values, here, strict=True)]
    return bool(sum(fits) >= max(2, _TIME_ROW_SHARE * len(fits)))


def clock_value(text: str) -> float | None:
    """The time a heading such as "12", "12 mo" or "1 year" names; None for other texts."""
    match = _CLOCK.fullmatch(plain_text(text))
    return parse_number(match[1]) if match else None


def clock_row(texts: Iterable[TextLine], rows: Sequence[NumberRow], panel: Panel) -> NumberRow | None:
    """A table's own time row: counts up in equal steps right over (or under) rows that do not."""
    labelled = [t for t in texts if t.rotation == 0 and clock_value(t.text) is not None and _in_reach(t, panel)]
    clocks = [r for r in _grouped(labelled) if _is_clock(r) and not is_time_row(r, panel.x)]
    others = [r for r in rows if len(r.cells) > 1 and not _is_clock(r)]
    for clock in clocks:
        beside = [r for r in others if len(r.cells) >= 2 and _same_columns(r, clock)]
        if beside and len(beside) == len([r for r in others if abs(r.y - clock.y) < 6 * clock.height]):
            return clock
    return None


def _is_clock(row: NumberRow) -> bool:
    values = [clock_value(t.text) for t in row.cells]
    if len(values) < 3 or any(v is None for v in values):
        return False
    steps = np.diff(np.array(values, float))
    return bool(steps.min() > 0 and np.ptp(steps) <= 1e-6 * steps.max())


def _same_columns(row: NumberRow, clock: NumberRow) -> bool:
    """Whether every cell of a row overlaps one of a time row's columns, or stands nearer to it than to the next."""
    centres = np.array([c.box.centre[0] for c in clock.cells])
    near = 0.4 * np.diff(centres).min()
    return all(np.abs(centres - c.box.centre[0]).min() < near for c in row.cells)
