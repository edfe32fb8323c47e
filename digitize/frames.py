"""Bring the printed scales of a figure together to plots, and find the lines that frame each plot."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ..records import Box
from .axes import PrintedScale
from .raster import GreyArray, Line, Orientation, find_lines, shrunk

# Between the lowest y label and the row of x labels stand axis line, ticks, padding and perhaps a table, at
# most this share of the y axis' height; between the y labels and the first x label this share of its width.
ROW_GAP = 0.6
COLUMN_GAP = 0.5
# A row of x labels may start this share of its width left of the y labels' right edge (a missed 0, padding).
COLUMN_OVERLAP = 0.2
# ... or this many label steps, where the labels next to the corner were not read.
STEPS_GAP = 2.6
# A frame or grid line covers at least this share of the axis that it runs along.
LINE_COVER = 0.5
# A line may be interrupted by this share of the axis (a broken axis, a label laid over it).
BREAK = 0.06
# Without a closing line curves may run past the last label by this share: R pads by 4 %, ggplot by 5 %.
OVERRUN = 0.05
# A box may close at the last label of time itself, whose centre is known to this share of its height. The curves
# themselves run along S = 1, so that a line there is taken for the box only where the number stands beside it.
BESIDE, TOP_PX = 0.25, 2.0
# Pixels by which an axis line may end beside the line that closes its box: half its stroke.
AXIS_END = 4.0
# Axis lines are at least this dark against the page (grey levels); ggplot's grey axis has 60, JPEG rings 25.
LINE_CONTRAST = 28.0
# Grid lines are fainter: seaborn's white on lavender 14, ggplot's minor grid 9.
GRID_CONTRAST = 5.0
# Lines are searched on a picture of at most this many px a side.
SEARCH_SIDE_PX = 2000
# The shortest straight stroke worth looking at, as a share of the picture's shorter side.
SHORTEST_LINE = 0.05
# Thickest frame line, as a share of the shorter side (a 2,000-px plate has 8-px lines).
THICKEST_LINE = 0.006


@dataclass(frozen=True, slots=True)
class FigureLines:
    """Every long straight stroke of a figure: dark ones, and faint ones of either polarity (grids)."""

    horizontal: tuple[Line, ...]
    vertical: tuple[Line, ...]
    grid_horizontal: tuple[Line, ...] = ()
    grid_vertical: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One plot: its printed scales, the axis lines (None where not drawn) and the span of its data area."""

    row: PrintedScale
    column: PrintedScale
    x_line: Line | None = None
    y_line: Line | None = None
    area: Box = field(default_factory=lambda: Box(0, 0, 0, 0))


def figure_lines(levels: GreyArray) -> FigureLines:
    """All dark straight strokes of a (height, width) grey picture that may frame a plot."""
    picture = shrunk(levels, SEARCH_SIDE_PX)
    return FigureLines(
        _search(*picture, "horizontal", LINE_CONTRAST, True), _search(*picture, "vertical", LINE_CONTRAST, True)
    )


def with_grid(lines: FigureLines, levels: GreyArray) -> FigureLines:
    """The lines with those of faint grids, dark or light, for plots that have no axis lines."""
    picture = shrunk(levels, SEARCH_SIDE_PX)
    across, upright = (
        tuple(k for dark in (True, False) for k in _search(*picture, orientation, GRID_CONTRAST, dark))
        for orientation in ("horizontal", "vertical")
    )
    return replace(lines, grid_horizontal=across, grid_vertical=upright)


def _search(small: GreyArray, scale: float, orientation: Orientation, contrast: float, dark: bool) -> tuple[Line, ...]:
    """Straight strokes of a picture `scale` times as large as the one searched: what is exact later rests on ticks."""
    side = min(small.shape)
    shortest, reach = max(20.0, SHORTEST_LINE * side), 2 * max(3, int(THICKEST_LINE * side)) + 1
    found = find_lines(small, orientation, shortest=shortest, reach=reach, contrast=contrast, dark=dark)
    return tuple(line.scaled(scale) for line in found)


def pair_scales(
    rows: tuple[PrintedScale, ...], columns: tuple[PrintedScale, ...]
) -> tuple[tuple[PrintedScale, PrintedScale], ...]:
    """Rows of x labels with the columns of y labels that stand above and left of them, best pairs first.

    A row or a column serves one plot.
    """
    costs = [(cost, row, column) for row in rows for column in columns if (cost := _pair_cost(row, column)) is not None]
    costs.sort(key=lambda entry: entry[0])
    pairs: list[tuple[PrintedScale, PrintedScale]] = []
    for _, row, column in costs:
        if not any(row is r or column is c for r, c in pairs):
            pairs.append((row, column))
    return tuple(pairs)


def _pair_cost(row: PrintedScale, column: PrintedScale) -> float | None:
    """Distance of row and column in units of the plot, less for many labels; None when they cannot pair."""
    width, height = row.end - row.start, column.end - column.start
    below = row.at - column.end
    left = row.start - column.near
    if below < 0 or row.end < column.near:
        return None
    if below > max(ROW_GAP * height, STEPS_GAP * column.step) + 3 * row.size:
        return None
    if not -COLUMN_OVERLAP * width < left < max(COLUMN_GAP * width, STEPS_GAP * row.step):
        return None
    return below / height + abs(left) / width - 0.2 * (len(row.values) + len(column.values))


def frame_plot(row: PrintedScale, column: PrintedScale, lines: FigureLines) -> Frame:
    """The axis lines and the data area of the plot that two scales belong to."""
    x_lines = [
        line for line in _covering(lines.horizontal, row) if column.end - 0.5 * column.size <= line.at <= row.near + 1
    ]
    y_lines = [
        line for line in _covering(lines.vertical, column) if column.near - 1 <= line.at <= row.start + 0.5 * row.size
    ]
    x_line = min(x_lines, key=lambda line: row.near - line.at, default=None)
    y_line = min(y_lines, key=lambda line: line.at - column.near, default=None)
    return Frame(row, column, x_line, y_line, _data_area(row, column, x_line, y_line, lines))


def _covering(lines: tuple[Line, ...], scale: PrintedScale) -> list[Line]:
    """Lines along the scale's direction that cover most of it, the pieces of a broken line joined."""
    span = scale.end - scale.start
    near = [k for k in lines if k.end >= scale.start - BREAK * span and k.start <= scale.end + BREAK * span]
    places = np.array([k.at for k in near])
    found: list[Line] = []
    for line in sorted(near, key=lambda k: -k.length):
        if any(_on(line, k) and k.start <= line.end and line.start <= k.end for k in found):
            continue
        same = np.flatnonzero(np.abs(places - line.at) <= _reach(line))
        start, end = _extended(line, [near[i] for i in same], BREAK * span)
        if min(end, scale.end) - max(start, scale.start) >= LINE_COVER * span:
            found.append(Line(line.orientation, line.at, start, end, line.width, line.contrast))
    return found


def _on(piece: Line, line: Line) -> bool:
    return abs(piece.at - line.at) <= _reach(line)


def _reach(line: Line) -> float:
    """How far beside a line its pieces may stand."""
    return max(1.5, line.width)


def _extended(line: Line, same: list[Line], gap: float) -> tuple[float, float]:
    """Start and end of a line with the pieces on it that go on where it stops."""
    start, end = line.start, line.end
    for piece in sorted(same, key=lambda k: k.start):
        if piece.start - end <= gap:
            end = max(end, piece.end)
    for piece in sorted(same, key=lambda k: -k.end):
        if start - piece.end <= gap:
            start = min(start, piece.start)
    return start, end


def _data_area(
    row: PrintedScale, column: PrintedScale, x_line: Line | None, y_line: Line | None, lines: FigureLines
) -> Box:
    """Where curves can be drawn: inside box, axis lines or grid, else a little past the labels."""
    width, height = row.end - row.start, column.end - column.start
    across = [k for k in _covering(lines.grid_horizontal, row) if column.start - 2 <= k.at <= column.end + 2]
    upright = [k for k in _covering(lines.grid_vertical, column) if row.start - 2 <= k.at <= row.end + 2]
    left = y_line.at if y_line else min([row.start, *_typical(across, "start")])
    bottom = x_line.at if x_line else max([column.end, *_typical(upright, "end")])
    right = max([row.end, *([x_line.end] if x_line else []), *_typical(across, "end")])
    top = min([column.start, *([y_line.start] if y_line else []), *_typical(upright, "start")])
    along = x_line.end if x_line else row.end, y_line.start if y_line else column.start
    at_last, at_top = row.end - BESIDE * row.size, -column.start - TOP_PX
    box_right = _closing(_covering(lines.vertical, column), at_last, right + OVERRUN * width, along[0])
    box_top = _closing(_covering(lines.horizontal, row), at_top, OVERRUN * height - top, -along[1], mirror=True)
    if box_right is None:
        right = max(right, row.end + OVERRUN * width)
    if box_top is None:
        top = min(top, column.start - OVERRUN * height)
    return Box(left, max(0.0, box_top or top), box_right or right, bottom)


def _typical(lines: list[Line], end: str) -> list[float]:
    """Where most of the grid lines begin or end; () without a grid."""
    return [float(np.median([getattr(line, end) for line in lines]))] if len(lines) >= 2 else []


def _closing(lines: list[Line], first: float, last: float, along: float, mirror: bool = False) -> float | None:
    """The line nearest past the last label that closes a box, None where the plot is open.

    first, last: where such a line may stand, minus its place with mirror. along: where the axis line ends. A line that
    it runs past is one of a grid, if another stands at its end.
    """
    sign = -1.0 if mirror else 1.0
    near = [sign * k.at for k in lines if first <= sign * k.at <= last]
    at_end = [at for at in near if abs(at - along) <= AXIS_END]
    return sign * min(at_end or near) if near else None
