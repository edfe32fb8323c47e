"""Rows and columns of numbers that may be a number-at-risk table, and the times their columns stand at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..records import Axis, Box, FloatArray, Panel, TextLine
from .numbers import parse_cell, parse_number

# Centres of one row's texts differ by less than this share of their height.
_ROW_SPREAD = 0.5
# A number is an axis label when the axis has its value within this share of a tick step of where it stands.
_ON_AXIS = 0.25
_TIME_ROW_SHARE = 0.7
# Columns may stand at unlabelled ticks: each labelled step is tried in this many parts.
_DIVISORS = (1, 2, 3, 4, 5, 6)
# Nine in ten cells stand within this share of a column step of their column, else the columns are no ticks.
_OFF_COLUMN = 0.22
# Numbers may stand left- or right-aligned at their tick; the centre itself is off by less than this.
_CENTRE_OFFSET = 0.2


@dataclass(frozen=True, slots=True)
class NumberRow:
    """Texts of one printed row that hold whole numbers, left to right; y, height in px."""

    y: float
    height: float
    cells: tuple[TextLine, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Columns of a table: time (k,) in units of the x axis, px (k,) centre of each column's cells."""

    time: FloatArray
    px: FloatArray

    @property
    def step_px(self) -> float:
        """Distance between neighbouring columns."""
        return float(np.median(np.diff(self.px))) if len(self.px) > 1 else float("inf")

    def index(self, x: float) -> int | None:
        """The column that x px belongs to, None when it stands between columns."""
        nearest = int(np.abs(self.px - x).argmin())
        return nearest if abs(self.px[nearest] - x) < 0.45 * self.step_px else None


def tick_step(axis: Axis) -> float:
    """Distance between neighbouring labelled ticks, in data units."""
    ticks = np.unique(axis.calibration.ticks)
    return float(np.median(np.diff(ticks))) if len(ticks) > 1 else axis.maximum - axis.minimum


def number_rows(texts: Iterable[TextLine], panel: Panel) -> list[NumberRow]:
    """Rows of whole numbers under, in or over a panel's plot, top to bottom, its axis labels left out."""
    numbers = [t for t in texts if t.rotation == 0 and _may_be_cell(t, panel)]
    groups: list[list[TextLine]] = []
    for line in sorted(numbers, key=lambda t: t.box.centre[1]):
        middle = np.median([t.box.centre[1] for t in groups[-1]]) if groups else -np.inf
        if line.box.centre[1] - middle < _ROW_SPREAD * max(4.0, line.box.height):
            groups[-1].append(line)
        else:
            groups.append([line])
    rows = [_row(g) for g in groups]
    return [r for r in rows if not is_time_row(r, panel.x)]


def _row(lines: list[TextLine]) -> NumberRow:
    y, height = (
        float(np.median(v)) for v in zip(*((t.box.centre[1], t.box.height) for t in lines), strict=True)
    )
    return NumberRow(y, height, tuple(sorted(lines, key=lambda t: t.box.centre[0])))


def _may_be_cell(line: TextLine, panel: Panel) -> bool:
    """Whether a text holds a number, lies in the panel's region between the ends of its x axis, and labels no y tick."""
    x, y = line.box.centre
    area = panel.plot_area
    step = tick_step(panel.x) / abs(panel.x.calibration.slope)
    if parse_number(line.text) is None and parse_cell(line.text) is None:
        return False
    if not panel.region.contains(x, y, line.box.height):
        return False
    if not area.left - 0.6 * step <= x <= area.right + 0.6 * step:
        return False
    beside = area.top - line.box.height < y < area.bottom + 0.3 * line.box.height
    return not (beside and (line.box.right < area.left or line.box.left > area.right))


def is_time_row(row: NumberRow, axis: Axis) -> bool:
    """Whether a row's numbers are the axis's own values at their places: tick labels, or a repeated time axis."""
    values = [parse_number(t.text) for t in row.cells]
    slack = _ON_AXIS * tick_step(axis)
    here = [axis.calibration.value(t.box.centre[0]) for t in row.cells]
    fits = [v is not None and abs(v - h) < slack for v, h in zip(values, here, strict=True)]
    return sum(fits) >= max(2, _TIME_ROW_SHARE * len(fits))


def is_clock(row: NumberRow) -> bool:
    """Whether a row counts up in equal steps: a table's own time row."""
    values = [parse_number(t.text) for t in row.cells]
    if len(values) < 3 or any(v is None for v in values):
        return False
    steps = np.diff(np.array(values, float))
    return bool(steps.min() > 0 and np.ptp(steps) <= 1e-6 * steps.max())


def table_columns(rows: Sequence[NumberRow], clock: NumberRow | None, panel: Panel) -> Columns | None:
    """The columns that the cells of rows stand in: a table's own time row, else ticks of the axis, else free."""
    cells = [c for r in rows if len(r.cells) > 1 for c in r.cells]
    if not cells:
        return None
    if clock is not None:
        px = np.array([c.box.centre[0] for c in clock.cells])
        return Columns(np.array([parse_number(c.text) for c in clock.cells], float), px)
    start = float(panel.x.calibration.ticks.min()) if len(panel.x.calibration.ticks) else panel.x.minimum
    for divisor in _DIVISORS:
        columns = _lattice_columns(rows, panel.x, start, tick_step(panel.x) / divisor)
        if columns is not None:
            return columns
    return _free_columns(rows, panel.x)


def _lattice_columns(rows: Sequence[NumberRow], axis: Axis, start: float, step: float) -> Columns | None:
    """Columns at start + k * step when the cells stand there, centred or aligned by one side; None when not."""
    cells = [c for r in rows if len(r.cells) > 1 for c in r.cells]
    boxes = [c.box for c in cells]
    best: tuple[float, FloatArray] | None = None
    for anchor in ("centre", "left", "right"):
        px = np.array([b.centre[0] if anchor == "centre" else getattr(b, anchor) for b in boxes])
        place = (axis.calibration.value(px) - start) / step
        turn = np.exp(2j * np.pi * place)
        offset = float(np.angle(turn.mean()) / (2 * np.pi))
        if abs(offset) > (_CENTRE_OFFSET if anchor == "centre" else 0.5):
            continue
        off = float(np.quantile(np.abs(place - offset - np.round(place - offset)), 0.9))
        if off < _OFF_COLUMN and (best is None or off < best[0] - 0.03):
            best = (off, np.round(place - offset))
    if best is None:
        return None
    index = best[1]
    owner = [i for i, r in enumerate(rows) if len(r.cells) > 1 for _ in r.cells]
    if len(set(zip(owner, index.tolist(), strict=True))) < len(index):
        return None
    used = np.unique(index)
    centres = np.array([b.centre[0] for b in boxes])
    px = np.array([np.median(centres[index == k]) for k in used])
    return Columns(start + used * step, px)


def _free_columns(rows: Sequence[NumberRow], axis: Axis) -> Columns | None:
    """Columns where cells of different rows stand over each other, at the times the axis has there."""
    longest = max(rows, key=lambda r: len(r.cells))
    if len(longest.cells) < 3:
        return None
    px = np.array([c.box.centre[0] for c in longest.cells])
    span = axis.maximum - axis.minimum
    places = int(np.ceil(-np.log10(span * 0.002)))
    time = np.round(axis.calibration.value(px), places)
    return Columns(time, px) if np.all(np.diff(time) > 0) else None


def cell_window(columns: Columns, column: int, row: NumberRow) -> Box:
    """Where a cell of a row is looked for: most of a column's width, a little more than a line's height."""
    half = min(0.45 * columns.step_px, 3.5 * row.height)
    x = float(columns.px[column])
    top = row.y - 0.75 * row.height
    return Box(max(0.0, x - half), max(0.0, top), x + half, row.y + 0.75 * row.height)
