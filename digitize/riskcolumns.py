"""The columns of a number-at-risk table: the times its cells stand at, from ticks, a time row, or the cells alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..records import Axis, Box, FloatArray, Panel, TextLine
from .numbers import parse_number
from .riskrows import NumberRow, clock_value, tick_step

# Columns may stand at unlabelled ticks: each labelled step is tried in this many parts.
_DIVISORS = (1, 2, 3, 4, 5, 6)
# Nine in ten cells stand within this share of a column step of their column, else the columns are no ticks.
_OFF_COLUMN = 0.22
# Share of cells that may fall in a column already taken in their row (a number whose digits were found apart).
_DOUBLES = 0.05
# Where the cells' offset from the ticks grows along the axis by this share of a column step, and on a line to within
# a fifth of it, the columns have a step of their own (24 under ticks 25 apart). Centred numbers drift by 0.03.
_DRIFT = 0.12
_OFF_LINE = 0.2
# ... and where the first of them stands at the axis' start to within this: a table drawn to another width does not.
_OFF_START = 0.1
# ... and are its multiples where all stand this near to them, as a share of it.
_OFF_EVEN = 0.05
# Numbers stand centred, left- or right-aligned at their tick; what of them stands there is off by less than this.
_OFFSET = 0.25


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
    if best is None or _drifts(boxes, best[1], axis, step):
        return None
    time = best[1]
    centres = np.array([b.centre[0] for b in boxes])
    shift = float(np.median(centres - axis.calibration.px(time)))
    first, last = axis.calibration.ticks.min(), axis.calibration.ticks.max()
    columns = np.unique(time)
    if not _has_own_step(columns, axis):
        columns = np.union1d(columns, [t for t in axis.calibration.ticks if first <= t <= last])
    places = [np.median(centres[time == t]) if t in time else float(axis.calibration.px(t)) + shift for t in columns]
    return Columns(columns, np.array(places))


def _has_own_step(time: FloatArray, axis: Axis) -> bool:
    """Whether the columns run evenly in a step that the ticks have no part in: 30 under ticks 25 apart."""
    if len(time) < 4 or np.ptp(np.diff(time)) > 1e-6 * np.ptp(time):
        return False
    ratio = (time[1] - time[0]) / tick_step(axis)
    return not any(np.isclose(r, round(r)) for r in (ratio, 1 / ratio))


def _drifts(boxes: Sequence[Box], time: FloatArray, axis: Axis, step: float) -> bool:
    """Whether cells stand at times of their own: ever farther from the ticks along the axis, yet evenly apart."""
    columns = np.unique(time)
    if len(columns) < 4:
        return False
    values = axis.calibration.value(np.array([b.centre[0] for b in boxes]))
    off = np.array([np.median(values[time == t]) - t for t in columns]) / step
    slope, start = np.polyfit(columns, off, 1)
    drift = abs(slope) * float(np.ptp(columns))
    left = np.abs(off - start - slope * columns).max()
    at_start = abs(start + slope * columns[0]) < _OFF_START
    return bool(at_start and drift > _DRIFT and left < _OFF_LINE * drift)


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
    time = _even_times(np.round(axis.calibration.value(px), places), axis.minimum, places)
    return Columns(time, px, on_ticks=False) if np.all(np.diff(time) > 0) else None


def _even_times(time: FloatArray, start: float, places: int) -> FloatArray:
    """Times that run evenly from the axis' start, made the multiples of one round step that they are."""
    step = round(float(np.diff(time).mean()), places - 1)
    even = start + step * np.arange(len(time), dtype=np.float64)
    return even if step > 0 and np.abs(even - time).max() < _OFF_EVEN * step else time


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
