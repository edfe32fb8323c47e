"""From the numbers of a page to its plots: scales paired, framed, calibrated, chosen, completed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import TooFewTicks
from ..records import Figure, TextLine
from .axes import NumberLabel, PrintedScale, find_scales, number_labels
from .frames import FigureLines, Frame, figure_lines, frame_plot, pair_scales, with_grid
from .raster import GreyArray
from .relabel import complete_scale
from .selection import OVERLAP, Plot, choose_plots, has_even_steps, is_plausible, overlap
from .sharedaxis import rows_beside, shared_column
from .ticks import AxisTicks, Strips, locate_ticks

# Ticks outside are searched up to this share of the print's height; next to labels that touch the axis, less.
OUTSIDE_REACH = 1.0
SHORT_STRIP = 0.3
# Ticks inside the frame are searched up to this share of the print's height into the plot.
INSIDE_REACH = 0.5


def find_plots(figure: Figure, levels: GreyArray, texts: tuple[TextLine, ...]) -> list[Plot]:
    """All plots of the figure in reading order, each with both axes calibrated."""
    labels = number_labels(texts)
    rows, columns = find_scales(labels, "horizontal"), find_scales(labels, "vertical")
    pairs = [pair for pair in pair_scales(rows, columns) if all(map(has_even_steps, pair))]
    if not pairs:
        return []
    lines = figure_lines(levels)
    if any(not (f.x_line and f.y_line) for f in (frame_plot(*pair, lines) for pair in pairs)):
        lines = with_grid(lines, levels)
    candidates = []
    for pair in pairs:
        try:
            candidates.append(calibrated(levels, frame_plot(*pair, lines)))
        except TooFewTicks:
            continue
    chosen = choose_plots(candidates)
    if figure.texts:
        chosen += _beside(chosen, rows, labels, lines, levels)
    else:
        chosen = [_completed(figure, levels, lines, plot) for plot in chosen]
    return _in_reading_order(chosen)


def calibrated(levels: GreyArray, frame: Frame) -> Plot:
    """A framed plot with both its axes calibrated. Raises TooFewTicks."""
    return Plot(frame, _x_ticks(levels, frame), _y_ticks(levels, frame))


def _beside(
    chosen: list[Plot],
    rows: tuple[PrintedScale, ...],
    labels: tuple[NumberLabel, ...],
    lines: FigureLines,
    levels: GreyArray,
) -> list[Plot]:
    """Plots without y numbers of their own beside one whose axis they share; only where no number can be unread."""
    found = []
    for row, host in rows_beside(chosen, rows):
        column = shared_column(row, host, labels)
        if column is None:
            continue
        frame = frame_plot(row, column, lines)
        plot = Plot(frame, _x_ticks(levels, frame), host.y)
        if is_plausible(plot) and not any(overlap(plot.frame.area, other.frame.area) > OVERLAP for other in chosen):
            found.append(plot)
    return found


def _completed(figure: Figure, levels: GreyArray, lines: FigureLines, plot: Plot) -> Plot:
    """The plot calibrated anew after the labels that were missed have been read."""
    area = plot.frame.area
    row = complete_scale(figure, plot.frame.row, plot.x, (area.left - 2, area.right + 2))
    column = complete_scale(figure, plot.frame.column, plot.y, (area.bottom + 2, area.top - 2))
    if row is plot.frame.row and column is plot.frame.column:
        return plot
    return replace(calibrated(levels, frame_plot(row, column, lines)), insets=plot.insets)


def _in_reading_order(plots: list[Plot]) -> list[Plot]:
    """Row by row: plots whose areas overlap in height by half stand in one row."""
    rest = sorted(plots, key=lambda p: p.frame.area.top)
    ordered: list[Plot] = []
    while rest:
        first = rest[0].frame.area
        middle = first.top + 0.5 * first.height
        line = [p for p in rest if p.frame.area.top < middle]
        ordered += sorted(line, key=lambda p: p.frame.area.left)
        rest = [p for p in rest if p not in line]
    return ordered


def _x_ticks(levels: GreyArray, frame: Frame) -> AxisTicks:
    row, column, line = frame.row, frame.column, frame.x_line
    low, high = _edges(line.at, line.width) if line else (0, int(column.end) + 1)
    outside = _strip(high, int(row.near), row.size, line is not None)
    inside = (low + 1 - int(INSIDE_REACH * row.size), low + 1) if line else (0, 0)
    return locate_ticks(levels, row, Strips(outside, inside, (int(column.start), int(column.end)), line is not None))


def _y_ticks(levels: GreyArray, frame: Frame) -> AxisTicks:
    row, column, line = frame.row, frame.column, frame.y_line
    low, high = _edges(line.at, line.width) if line else (int(row.start) - 1, 0)
    labels = int(np.ceil(column.near)) + 1
    last, first = _strip(-low - 1, -labels, column.size, line is not None)
    inside = (high, high + int(INSIDE_REACH * column.size)) if line else (0, 0)
    return locate_ticks(
        levels.T, column, Strips((-first, -last), inside, (int(row.start), int(row.end)), line is not None)
    )


def _strip(edge: int, labels: int, size: float, has_line: bool) -> tuple[int, int]:
    """Where outer ticks are looked for: [first, last) from the axis line to the labels, a letter's height at most.

    Without an axis line the strip lies against the labels. Where the labels' boxes reach the axis (OCR took tick
    marks for part of a number) a short strip along the line is kept.
    """
    reach = max(2, int(OUTSIDE_REACH * size))
    if not has_line:
        return max(edge, labels - reach), labels
    if labels - edge < 2:
        return edge, edge + max(2, int(SHORT_STRIP * size))
    return edge, min(labels, edge + reach)


def _edges(at: float, width: float) -> tuple[int, int]:
    """The last pixel before a line and the first after it."""
    return int(np.floor(at - width / 2 - 0.5)), int(np.ceil(at + width / 2 + 0.5))
