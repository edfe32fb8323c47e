"""Find the plots of a figure: a row and a column of numbers that frame one area, calibrated on their ticks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import NoPanelFound, TooFewTicks
from ..records import (
    Axis,
    AxisCalibration,
    Box,
    Caution,
    Direction,
    Figure,
    FloatArray,
    Panel,
    Scale,
    TextLine,
)
from .axes import PrintedScale, find_scales, number_labels
from .direction import SURVIVAL_TOP, axis_scale, direction_in_words, direction_of_ink
from .frames import FigureLines, Frame, figure_lines, frame_plot, pair_scales, with_grid
from .raster import GreyArray, Line, grey
from .regions import assign_regions
from .relabel import complete_scale, lattice
from .selection import Plot, choose_plots, has_even_steps
from .ticks import AxisTicks, Strips, locate_ticks
from .wording import panel_names, plot_title, time_unit, x_axis_label, y_axis_label

# Ticks outside are searched up to this share of the print's height; next to labels that touch the axis, less.
OUTSIDE_REACH = 1.0
SHORT_STRIP = 0.3
# Ticks inside the frame are searched up to this share of the print's height into the plot.
INSIDE_REACH = 0.5
# A tick or the end of an axis line stands at a step of the axis when it is as near as this.
END_SLACK_PX = 2.0
# The stroke of a curve at S = 1 or 0 reaches past the level by this share of the axis' height.
STROKE_MARGIN = 0.012
# A calibration whose ticks scatter more than this (px) deserves a look; snapped ticks scatter by 0.3.
LARGE_RESIDUAL_PX = 1.0


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
    plots = find_plots(figure, levels, texts)
    if not plots:
        raise NoPanelFound(f"{figure.name}: no row and column of numbers frame a plot")
    frames = [plot.frame for plot in plots]
    regions = assign_regions(frames, levels)
    names = panel_names(frames, regions, texts)
    page = _without_text(levels, texts)
    found = []
    for plot, region, name in zip(plots, regions, names, strict=True):
        panel, cautions = _panel(figure, page, plot, region, name, texts, direction)
        found.append((panel, cautions))
    return tuple(found)


def find_plots(figure: Figure, levels: GreyArray, texts: tuple[TextLine, ...]) -> list[Plot]:
    """All plots of the figure in reading order, each with both axes calibrated."""
    labels = number_labels(texts)
    pairs = [
        pair
        for pair in pair_scales(find_scales(labels, "horizontal"), find_scales(labels, "vertical"))
        if all(map(has_even_steps, pair))
    ]
    if not pairs:
        return []
    lines = figure_lines(levels)
    if any(not (f.x_line and f.y_line) for f in (frame_plot(*pair, lines) for pair in pairs)):
        lines = with_grid(lines, levels)
    candidates = []
    for pair in pairs:
        try:
            candidates.append(_calibrated(levels, frame_plot(*pair, lines)))
        except TooFewTicks:
            continue
    chosen = choose_plots(candidates)
    if not figure.texts:
        chosen = [_completed(figure, levels, lines, plot) for plot in chosen]
    return _in_reading_order(chosen)


def _calibrated(levels: GreyArray, frame: Frame) -> Plot:
    return Plot(frame, _x_ticks(levels, frame), _y_ticks(levels, frame))


def _completed(figure: Figure, levels: GreyArray, lines: FigureLines, plot: Plot) -> Plot:
    """The plot calibrated anew after the labels that were missed have been read."""
    area = plot.frame.area
    row = complete_scale(figure, plot.frame.row, plot.x, (area.left - 2, area.right + 2))
    column = complete_scale(figure, plot.frame.column, plot.y, (area.bottom + 2, area.top - 2))
    if row is plot.frame.row and column is plot.frame.column:
        return plot
    return replace(_calibrated(levels, frame_plot(row, column, lines)), insets=plot.insets)


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
    return locate_ticks(
        levels, row, Strips(outside, inside, (int(column.start), int(column.end)), line is not None)
    )


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


def _without_text(levels: GreyArray, texts: tuple[TextLine, ...]) -> GreyArray:
    """The page with all text painted over in the colour of the paper."""
    page, paper = levels.copy(), float(np.median(levels))
    for text in texts:
        box = text.box
        page[max(0, int(box.top)) : int(box.bottom) + 2, max(0, int(box.left)) : int(box.right) + 2] = paper
    return page


def _panel(
    figure: Figure,
    page: GreyArray,
    plot: Plot,
    region: Box,
    name: str,
    texts: tuple[TextLine, ...],
    direction: Direction | None,
) -> tuple[Panel, tuple[Caution, ...]]:
    frame = plot.frame
    here = tuple(t for t in texts if region.contains(*t.box.centre))
    x_label, y_label = x_axis_label(frame, here), y_axis_label(frame, here, region)
    title = plot_title(frame, here, region)
    x = _axis(plot.x, frame.row, frame.x_line, (frame.area.left, frame.area.right), "fraction")
    x = replace(x, label=x_label, unit=time_unit(x_label))
    scale = axis_scale(frame.column.values, any(label.is_percent for label in frame.column.labels))
    y = _axis(plot.y, frame.column, frame.y_line, (frame.area.bottom, frame.area.top), scale)
    y = replace(y, label=y_label)
    way, doubts = _direction(page, frame, x, y, (y_label, title, figure.caption))
    panel = Panel(name, _plot_area(frame.area, y), region, x, y, direction or way, title, figure.source)
    cautions = [*_calibration_doubts(plot), *_inset_notes(plot), *(() if direction else doubts)]
    return panel, tuple(cautions)


def _axis(
    ticks: AxisTicks, scale: PrintedScale, line: Line | None, span: tuple[float, float], kind: Scale
) -> Axis:
    """The axis from its first to its last tick, labelled or in step with the labels and marked.

    A y axis whose line reaches the level of S = 1 ends there, with or without a tick.
    """
    px, values = lattice(ticks, scale.values, min(span) - END_SLACK_PX, max(span) + END_SLACK_PX)
    unit = 100.0 if kind == "percent" else 1.0
    seen = ticks.seen_px
    marked = np.array([len(seen) > 0 and np.abs(seen - p).min() <= END_SLACK_PX for p in px], dtype=bool)
    if line is not None and scale.orientation == "vertical":
        marked |= np.isclose(values, unit) & (px >= line.start - END_SLACK_PX)
    low, high = _extent(values, marked, scale.values)
    c = ticks.calibration
    calibration = AxisCalibration(
        c.intercept / unit, c.slope / unit, c.ticks_px, c.ticks / unit, c.residual_px
    )
    return Axis(calibration, low / unit, high / unit, scale=kind)


def _extent(values: FloatArray, marked: FloatArray, labelled: FloatArray) -> tuple[float, float]:
    """First and last value of an axis: its labels, and the marked steps that follow on them without a gap."""
    low, high = float(labelled.min()), float(labelled.max())
    slack = 1e-6 * (high - low)
    for value, mark in zip(values, marked, strict=True):
        if value > high + slack:
            if not mark:
                break
            high = float(value)
    for value, mark in zip(values[::-1], marked[::-1], strict=True):
        if value < low - slack:
            if not mark:
                break
            low = float(value)
    return low, high


def _plot_area(area: Box, y: Axis) -> Box:
    """The data area without what lies above S = 1 or below 0 (tables printed inside the frame)."""
    margin = STROKE_MARGIN * area.height + 1.5
    one, zero = y.calibration.px([1.0, 0.0])
    top, bottom = max(area.top, one - margin), min(area.bottom, zero + margin)
    return Box(area.left, min(top, bottom), area.right, bottom)


def _direction(
    page: GreyArray, frame: Frame, x: Axis, y: Axis, words: tuple[str, ...]
) -> tuple[Direction, list[Caution]]:
    """Whether the curves fall or rise: by how they are drawn, then by the words."""
    if y.maximum < SURVIVAL_TOP:
        return "incidence", []
    said = next((d for d in map(direction_in_words, words) if d), None)
    one, zero = (float(v) for v in y.calibration.px([1.0, 0.0]))
    start = float(x.calibration.px(max(0.0, x.minimum)))
    drawn = direction_of_ink(page, frame.area, one, zero, start)
    if said and drawn and said != drawn:
        message = f"the words speak of {said}, the curves look drawn as {drawn}"
        return drawn, [Caution("direction", message, "y axis", "review")]
    return drawn or said or "survival", []


def _calibration_doubts(plot: Plot) -> list[Caution]:
    doubts = []
    for axis, ticks in (("x axis", plot.x), ("y axis", plot.y)):
        residual = ticks.calibration.residual_px
        if residual > LARGE_RESIDUAL_PX:
            message = f"the ticks scatter by {residual:.1f} px about the scale fitted through them"
            doubts.append(Caution("axis_residual", message, axis, "review"))
        if len(ticks.calibration.ticks) == 2:
            doubts.append(Caution("axis_two_ticks", "the scale rests on two numbers only", axis, "review"))
    return doubts


def _inset_notes(plot: Plot) -> list[Caution]:
    message = "a smaller plot stands inside this one; it was left out as an inset of the same curves"
    return [Caution("inset", message, "plot area", box=box) for box in plot.insets]
