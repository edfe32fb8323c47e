"""Axes whose range is given by hand, where their numbers cannot be read or are to be overruled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import TooFewTicks
from ..records import AxisCalibration, Box, TextLine
from .axes import NumberLabel, PrintedScale, find_scales, number_labels
from .frames import FigureLines, figure_lines, frame_plot
from .plots import calibrated
from .raster import GreyArray, Line, Orientation
from .selection import Plot
from .ticks import AxisTicks

Range = tuple[float, float]

# The axis lines of a plot meet: the gap at their corner is at most this share of the shorter of them.
CORNER_GAP = 0.08
# Axis lines are at least this share of the picture's side.
SHORTEST_AXIS = 0.15
# A value belongs to a tick that is at most this far from it, as far as the scale through the others may be off.
SAME_TICK_PX = 2.0
# The numbers that cannot be read are taken to stand this many px from their axis and to be as high.
PRINT_PX = 12.0


def with_range(plot: Plot, x_range: Range | None, y_range: Range | None) -> Plot:
    """The plot with the values given by hand at the first and last label of an axis.

    A range that is the one read is no correction: the axis then keeps the scale through all of its ticks.
    """
    x_range = None if x_range and _is_read(plot.x, plot.frame.row, x_range) else x_range
    y_range = None if y_range and _is_read(plot.y, plot.frame.column, y_range) else y_range
    x = _between(plot.x, plot.frame.row, x_range) if x_range else plot.x
    y = _between(plot.y, plot.frame.column, y_range[::-1]) if y_range else plot.y
    row = _renamed(plot.frame.row, x_range) if x_range else plot.frame.row
    column = _renamed(plot.frame.column, y_range[::-1]) if y_range else plot.frame.column
    return replace(plot, frame=replace(plot.frame, row=row, column=column), x=x, y=y)


def _between(ticks: AxisTicks, scale: PrintedScale, values: Range) -> AxisTicks:
    """Calibration that gives the first and last labelled tick the values asked for."""
    ends = ticks.calibration.px([scale.values[0], scale.values[-1]])
    slope = (values[1] - values[0]) / (ends[1] - ends[0])
    calibration = AxisCalibration(values[0] - slope * ends[0], slope, ends, np.array(values), 0.0)
    return replace(ticks, calibration=calibration, evidence="by hand")


def _is_read(ticks: AxisTicks, scale: PrintedScale, values: Range) -> bool:
    """Whether the range spans the numbers as they were read, each end at a number or at a tick without one."""
    labelled = [float(scale.values.min()), float(scale.values.max())]
    slack = 1e-6 * (labelled[1] - labelled[0])
    if values[0] > labelled[0] + slack or values[1] < labelled[1] - slack:
        return False
    return all(
        abs(value - label) <= slack or _is_tick(ticks, float(ticks.calibration.px(value)))
        for value, label in zip(values, labelled, strict=True)
    )


def _is_tick(ticks: AxisTicks, px: float) -> bool:
    return bool(len(ticks.seen_px)) and bool(np.abs(ticks.seen_px - px).min() <= SAME_TICK_PX)


def _renamed(scale: PrintedScale, values: Range) -> PrintedScale:
    labels = (scale.labels[0], scale.labels[-1])
    return replace(scale, labels=labels, px=scale.px[[0, -1]], values=np.array(values))


def plots_by_hand(
    levels: GreyArray, texts: tuple[TextLine, ...], x_range: Range | None, y_range: Range | None
) -> list[Plot]:
    """The largest pair of axis lines as a plot, the axis without range by its numbers; () when there is none."""
    lines = figure_lines(levels)
    corner = _largest_corner(lines, levels.shape)
    if corner is None:
        return []
    across, upright = corner
    labels = number_labels(texts)
    row = _end_labels("horizontal", across, x_range, levels.shape) or _beside(labels, "horizontal", across)
    column = _end_labels("vertical", upright, y_range, levels.shape) or _beside(labels, "vertical", upright)
    if row is None or column is None:
        return []
    try:
        return [calibrated(levels, frame_plot(row, column, lines))]
    except TooFewTicks:
        return []


def _largest_corner(lines: FigureLines, size: tuple[int, ...]) -> tuple[Line, Line] | None:
    """The horizontal and vertical line that meet at the lower left and span most."""
    corners = []
    for across in (k for k in lines.horizontal if k.length >= SHORTEST_AXIS * size[1]):
        for upright in (k for k in lines.vertical if k.length >= SHORTEST_AXIS * size[0]):
            gap = CORNER_GAP * min(across.length, upright.length)
            meets = abs(across.start - upright.at) <= gap and abs(upright.end - across.at) <= gap
            if meets:
                corners.append((across.length * upright.length, across.at, across, upright))
    return max(corners, key=lambda c: c[:2])[2:] if corners else None


def _end_labels(
    orientation: Orientation, line: Line, values: Range | None, size: tuple[int, ...]
) -> PrintedScale | None:
    """Labels as if printed at both ends of an axis line."""
    if values is None:
        return None
    ordered = values if orientation == "horizontal" else values[::-1]
    side = 1 if orientation == "horizontal" else -1
    at = min(max(line.at + side * 2 * PRINT_PX, 0.0), max(size) - 1.0)
    labels = []
    for end, value in zip((line.start, line.end), ordered, strict=True):
        x, y = (end, at) if orientation == "horizontal" else (at, end)
        half = PRINT_PX / 2
        labels.append(NumberLabel(f"{value:g}", Box(x - half, y - half, x + half, y + half), (float(value),)))
    px = np.array([line.start, line.end])
    return PrintedScale(orientation, tuple(labels), px, np.array(ordered, float), at, PRINT_PX)


def _beside(labels: tuple[NumberLabel, ...], orientation: Orientation, line: Line) -> PrintedScale | None:
    """The printed scale nearest to an axis line, on its outer side."""
    side = 1 if orientation == "horizontal" else -1
    near = [s for s in find_scales(labels, orientation) if side * (s.at - line.at) > 0 and _overlaps(s, line)]
    return min(near, key=lambda s: abs(s.at - line.at), default=None)


def _overlaps(scale: PrintedScale, line: Line) -> bool:
    return min(scale.end, line.end) - max(scale.start, line.start) >= 0.5 * (scale.end - scale.start)
