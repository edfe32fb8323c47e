"""Find the plots of a figure: a row and a column of numbers that frame one area, calibrated on their ticks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import NoPanelFound
from ..records import Axis, Box, Caution, Direction, Figure, Panel, TextLine
from .axes import PrintedScale, find_scales, number_labels
from .raster import GreyArray, Line, find_lines, grey
from .ticks import AxisTicks, Strips, locate_ticks

# Between the lowest y label and the row of x labels stand the axis line, ticks and padding, at most this share
# of the y axis' height (a number-at-risk table may stand there too).
ROW_GAP = 0.6
# Between the y labels and the first x label stand the axis line, ticks and padding.
COLUMN_GAP = 0.5


@dataclass(frozen=True, slots=True)
class _Frame:
    """The printed scales of one plot with its axis lines, where it has any."""

    row: PrintedScale
    column: PrintedScale
    x_line: Line | None = None
    y_line: Line | None = None


def find_panels(
    figure: Figure,
    texts: tuple[TextLine, ...],
    *,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    direction: Direction | None = None,
) -> tuple[tuple[Panel, tuple[Caution, ...]], ...]:
    """Every plot with numbered axes on the figure, in reading order, with what is doubtful about each.

    x_range, y_range: (first, last) value of the axes as given by hand, where the numbers cannot be read.
    Raises NoPanelFound, TooFewTicks or NotKaplanMeier.
    """
    levels = grey(figure.pixels)
    labels = number_labels(texts)
    pairs = _pair(find_scales(labels, "horizontal"), find_scales(labels, "vertical"))
    if not pairs:
        raise NoPanelFound(f"{figure.name}: no row and column of numbers frame a plot")
    shortest = max(24, 0.04 * min(levels.shape))
    lines = {
        o: find_lines(levels, o, shortest=shortest, reach=_reach(levels), contrast=40)
        for o in ("horizontal", "vertical")
    }
    panels = [_panel(figure, levels, _with_lines(_Frame(*pair), lines), n) for n, pair in enumerate(pairs, 1)]
    return tuple((panel, ()) for panel in panels)


def _reach(levels: GreyArray) -> int:
    return 2 * max(4, int(0.006 * min(levels.shape))) + 1


def _pair(rows, columns):
    found = []
    for row in rows:
        for column in columns:
            cost = _pair_cost(row, column)
            if cost is not None:
                found.append((cost, row, column))
    found.sort(key=lambda f: f[0])
    used, pairs = set(), []
    for _, row, column in found:
        if id(row) in used or id(column) in used:
            continue
        used |= {id(row), id(column)}
        pairs.append((row, column))
    return sorted(pairs, key=lambda p: (round(p[1].start / max(1, p[1].end - p[1].start)), p[0].start))


def _pair_cost(row: PrintedScale, column: PrintedScale) -> float | None:
    width, height = row.end - row.start, column.end - column.start
    below = row.at - column.end
    left = row.start - column.near
    if max(column.values) > 110 or below < 0 or row.end < column.near:
        return None
    if below > ROW_GAP * height + 3 * row.size or left > COLUMN_GAP * width or left < -0.2 * width:
        return None
    return below / height + abs(left) / width - 0.2 * (len(row.values) + len(column.values))


def _with_lines(frame: _Frame, lines: dict[str, tuple[Line, ...]]) -> _Frame:
    row, column = frame.row, frame.column
    width, height = row.end - row.start, column.end - column.start
    x_lines = [
        line
        for line in lines["horizontal"]
        if column.end - 0.5 * column.size <= line.at <= row.near + 1
        and min(line.end, row.end) - max(line.start, row.start) >= 0.5 * width
    ]
    y_lines = [
        line
        for line in lines["vertical"]
        if column.near - 1 <= line.at <= row.start + 0.5 * row.size
        and min(line.end, column.end) - max(line.start, column.start) >= 0.5 * height
    ]
    x_line = min(x_lines, key=lambda line: row.near - line.at, default=None)
    y_line = min(y_lines, key=lambda line: line.at - column.near, default=None)
    return _Frame(row, column, x_line, y_line)


def _panel(figure: Figure, levels: GreyArray, frame: _Frame, number: int) -> Panel:
    x = _x_ticks(levels, frame)
    y = _y_ticks(levels, frame)
    percent = max(frame.column.values) > 1.5
    y_calibration = y.calibration
    if percent:
        y_calibration = type(y_calibration)(
            y_calibration.intercept / 100,
            y_calibration.slope / 100,
            y_calibration.ticks_px,
            y_calibration.ticks / 100,
            y_calibration.residual_px,
        )
    x_axis = Axis(x.calibration, float(min(frame.row.values)), float(max(frame.row.values)))
    y_axis = Axis(
        y_calibration,
        float(y_calibration.ticks.min()),
        float(y_calibration.ticks.max()),
        scale="percent" if percent else "fraction",
    )
    left = frame.y_line.at if frame.y_line else x_axis.calibration.px(x_axis.minimum)
    bottom = frame.x_line.at if frame.x_line else y_axis.calibration.px(y_axis.minimum)
    right = max(x_axis.calibration.px(x_axis.maximum), frame.x_line.end if frame.x_line else 0)
    top = min(y_axis.calibration.px(y_axis.maximum), frame.y_line.start if frame.y_line else 1e9)
    area = Box(float(left), float(top), float(right), float(bottom))
    height, width = levels.shape
    direction = "survival"
    return Panel(str(number), area, Box(0, 0, width - 1, height - 1), x_axis, y_axis, direction, source=figure.source)


def _x_ticks(levels: GreyArray, frame: _Frame) -> AxisTicks:
    row, column = frame.row, frame.column
    line = frame.x_line
    near = int(row.near)
    low = int(np.ceil(line.at + line.width / 2)) + 1 if line else int(column.end) + 1
    high = int(np.floor(line.at - line.width / 2)) if line else int(column.end)
    return locate_ticks(
        levels, row, Strips((low, near), (high - int(0.5 * row.size), high), (int(column.start), int(column.end)))
    )


def _y_ticks(levels: GreyArray, frame: _Frame) -> AxisTicks:
    row, column = frame.row, frame.column
    line = frame.y_line
    near = int(np.ceil(column.near)) + 1
    low = int(np.floor(line.at - line.width / 2)) if line else int(row.start)
    high = int(np.ceil(line.at + line.width / 2)) + 1 if line else int(row.start) + 1
    return locate_ticks(
        levels.T, column, Strips((near, low), (high, high + int(0.5 * column.size)), (int(row.start), int(row.end)))
    )
