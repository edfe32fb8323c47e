"""Rows and columns of numbers that may be a number-at-risk table, and the times their columns stand at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..records import Axis, Box, FloatArray, Panel, TextLine
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
# Columns may stand at unlabelled ticks: each labelled step is tried in this many parts.
_DIVISORS = (1, 2, 3, 4, 5, 6)
# Nine in ten cells stand within this share of a column step of their column, else the columns are no ticks.
_OFF_COLUMN = 0.22
# Share of cells that may fall in a column already taken in their row (a number whose digits were found apart).
_DOUBLES = 0.05
# Numbers stand centred, left- or right-aligned at their tick; what of them stands there is off by less than this.
_OFFSET = 0.25
# A number further left of the axis' start than this share of a tick step names a row and is no cell.
_BEFORE_START = 0.35
_NAME_OFF = 0.15  # nearer than this to the start it may be a cell that stands close to its name


@dataclass(frozen=True, slots=True)
class NumberRow:
    """Texts of one printed row that hold whole numbers, left to right; y, height in px."""

    y: float
    height: float
    cells: tuple[TextLine, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Columns of a table: time (k,) in units of the x axis, px (k,) centre of each column's cells.

    on_ticks: whether the columns stand at ticks of the axis (or a time row names them), which only tables do.
    """

    time: FloatArray
    px: FloatArray
    on_ticks: bool = True

    @property
    def step_px(self) -> float:
        """Distance between neighbouring columns."""
        return float(np.median(np.diff(self.px))) if len(self.px) > 1 else float("inf")

    def index(self, x: float) -> int | None:
        """The column that x px belongs to, None when it stands between columns."""
        nearest = int(np.abs(self.px - x).argmin())
        return nearest if abs(self.px[nearest] - x) < 0.45 * self.step_px else None


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
    if start - off < line.box.centre[0] < end + off:
        return False
    gaps = [line.box.left - t.box.right for t in texts if _beside(t, line) and parse_number(t.text) is None]
    return any(-1 < gap < 1.3 * line.box.height for gap in gaps)


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
    return sum(fits) >= max(2, _TIME_ROW_SHARE * len(fits))


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


def table_columns(rows: Sequence[NumberRow], clock: NumberRow | None, panel: Panel) -> Columns | None:
    """Columns that the cells stand in: a table's own time row, else ticks of the axis, else free."""
    cells = [c for r in rows if len(r.cells) > 1 for c in r.cells]
    if not cells:
        return None
    if clock is not None:
        px = np.array([c.box.centre[0] for c in clock.cells])
        return Columns(np.array([clock_value(c.text) for c in clock.cells], float), px)
    for divisor in _DIVISORS:
        columns = _tick_columns(rows, panel.x, tick_step(panel.x) / divisor)
        if columns is not None:
            return columns
    return _free_columns(rows, panel.x)


def _tick_columns(rows: Sequence[NumberRow], axis: Axis, step: float) -> Columns | None:
    """Columns at the ticks, or at equal parts of their step, when the cells stand there, centred or aligned
    by one side; with a column for every labelled tick, also where no cell was read. None when they stand elsewhere."""
    boxes = [c.box for r in rows if len(r.cells) > 1 for c in r.cells]
    owner = [i for i, r in enumerate(rows) if len(r.cells) > 1 for _ in r.cells]
    grid = _tick_grid(axis, step)
    best: tuple[float, FloatArray] | None = None
    for anchor in ("centre", "left", "right"):
        px = np.array([b.centre[0] if anchor == "centre" else getattr(b, anchor) for b in boxes])
        values = axis.calibration.value(px)
        offset = _common_offset(values, axis.minimum, step)
        if abs(offset) > _OFFSET * step:
            continue
        time = grid[np.abs(values[:, None] - offset - grid[None, :]).argmin(axis=1)]
        off = float(np.quantile(np.abs(values - offset - time), 0.9)) / step
        doubles = len(time) - len(set(zip(owner, time.tolist(), strict=True)))
        if doubles <= _DOUBLES * len(time) and off < _OFF_COLUMN and (best is None or off < best[0] - 0.03):
            best = (off, time)
    if best is None:
        return None
    time = best[1]
    centres = np.array([b.centre[0] for b in boxes])
    shift = float(np.median(centres - axis.calibration.px(time)))
    first, last = axis.calibration.ticks.min(), axis.calibration.ticks.max()
    columns = np.union1d(time, [t for t in axis.calibration.ticks if first <= t <= last])
    px = [np.median(centres[time == t]) if t in time else float(axis.calibration.px(t)) + shift for t in columns]
    return Columns(columns, np.array(px))


def _tick_grid(axis: Axis, step: float) -> FloatArray:
    """Labelled ticks, and the places between and a little beyond them, step apart."""
    start = float(axis.calibration.ticks.min()) if len(axis.calibration.ticks) else axis.minimum
    count = np.arange(np.floor((axis.minimum - start) / step) - 1, np.ceil((axis.maximum - start) / step) + 2)
    between = start + step * count
    ticks = axis.calibration.ticks
    clear = [b for b in between if not len(ticks) or np.abs(ticks - b).min() > 0.3 * step]
    return np.union1d(ticks, np.round(clear, 9))


def _common_offset(values: FloatArray, start: float, step: float) -> float:
    """How far the values stand off the multiples of step, as their circular mean."""
    return float(np.angle(np.exp(2j * np.pi * (values - start) / step).mean()) / (2 * np.pi) * step)


def _free_columns(rows: Sequence[NumberRow], axis: Axis) -> Columns | None:
    """Columns where cells of different rows stand over each other, at the times the axis has there."""
    longest = max(rows, key=lambda r: len(r.cells))
    if len(longest.cells) < 3:
        return None
    px = np.array([c.box.centre[0] for c in longest.cells])
    span = axis.maximum - axis.minimum
    places = int(np.ceil(-np.log10(span * 0.002)))
    time = np.round(axis.calibration.value(px), places)
    return Columns(time, px, on_ticks=False) if np.all(np.diff(time) > 0) else None


def cell_window(columns: Columns, column: int, row: NumberRow) -> Box:
    """Where a cell of a row is looked for: most of a column's width, a little more than a line's height."""
    half = min(0.45 * columns.step_px, 3.5 * row.height)
    x = float(columns.px[column])
    top = row.y - 0.75 * row.height
    return Box(max(0.0, x - half), max(0.0, top), x + half, row.y + 0.75 * row.height)


def names_push_cells(
    texts: Iterable[TextLine], rows: Sequence[NumberRow], columns: Columns, panel: Panel
) -> Columns | None:
    """The columns moved back by one tick where row names stand on the first tick and the numbers start at the next.

    Tables written as lines of text begin with N although their names reach past the first tick. None elsewhere.
    """
    step, start = tick_step(panel.x), panel.x.calibration.ticks.min()
    index = (columns.time - start) / step
    if not np.isclose(index[0], 1.0) or not np.allclose(index, np.round(index)):
        return None
    origin = float(panel.x.calibration.px(start))
    for row in rows:
        first = min(c.box.left for c in row.cells)
        names = [t for t in texts if abs(t.box.centre[1] - row.y) < 0.5 * row.height and t.box.right < first]
        if not any(t.box.right > origin and parse_number(t.text) is None for t in names):
            return None
    return Columns(np.round(columns.time - step, 9), columns.px)
