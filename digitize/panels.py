"""The panels of a figure: its plots with their axes as data, their names, and what is doubtful about each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..errors import NoPanelFound, NotKaplanMeier
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
from .axes import PrintedScale
from .byhand import plots_by_hand, with_range
from .direction import SURVIVAL_TOP, axis_scale, curve_ink, direction_in_words, direction_of_ink
from .frames import Frame
from .insets import SUFFIX, inset_notes, inset_region, magnified_insets
from .kind import (
    kind_from_axis,
    kind_from_ink,
    kind_from_words,
    says_percent,
    speaks_of_competing_risks,
    speaks_of_survival,
)
from .plots import find_plots
from .raster import GreyArray, Line, grey
from .regions import assign_regions
from .relabel import lattice
from .selection import Plot
from .snapping import half_pixel, shifted
from .ticks import AxisTicks
from .wording import panel_names, plot_title, time_unit, up_to_next_letter, x_axis_label, y_axis_label

# A tick or the end of an axis line stands at a step of the axis when it is as near as this.
END_SLACK_PX = 2.0
# The stroke of a curve at S = 1 or 0 reaches past the level by this share of the axis' height.
STROKE_MARGIN = 0.012
# Plots cover at least this share of a figure; on the development figures 19 % and more.
SMALLEST_SHARE = 0.12
# An axis up to here is in percent without saying so.
FULL_PERCENT = 99.0
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
    if not plots and (x_range or y_range):
        plots = plots_by_hand(levels, texts, x_range, y_range)
    if not plots:
        raise NoPanelFound(f"{figure.name}: no row and column of numbers frame a plot")
    plots = [_with_half_pixel(with_range(plot, x_range, y_range), figure) for plot in plots]
    views = _views(figure, levels, plots, texts)
    survival = [view for view in views if view.other_kind is None]
    if not survival:
        seen = "; ".join(dict.fromkeys(view.other_kind or "" for view in views))
        raise NotKaplanMeier(f"{figure.name}: it looks like {seen}")
    if not any(view.name.isalpha() for view in survival):
        survival = [replace(view, name=str(n)) for n, view in enumerate(survival, 1)]
    lost = _lost_on_page(survival, figure)
    found = (_panel(view, figure, direction) for host in survival for view in (host, *_inset_views(host)))
    return tuple((panel, (*cautions, *lost)) for panel, cautions in found)


def _with_half_pixel(plot: Plot, figure: Figure) -> Plot:
    """The plot calibrated for its curves, which renderers may put half a pixel beside its ticks."""
    if figure.strokes:
        return plot
    column = plot.frame.column
    one = 100.0 if axis_scale(column.values, column.has_percent) == "percent" else 1.0
    corner = float(plot.x.calibration.px(0.0)), float(plot.y.calibration.px(one))
    shift = half_pixel((plot.x, plot.y), figure.pixels, plot.frame.area, corner)
    return replace(plot, x=shifted(plot.x, shift), y=shifted(plot.y, shift)) if shift else plot


def _lost_on_page(views: list[_View], figure: Figure) -> tuple[Caution, ...]:
    """A doubt where plots cover so little of a picture that it must be a diagram or a whole page."""
    height, width = figure.pixels.shape[:2]
    share = sum(v.plot.frame.area.width * v.plot.frame.area.height for v in views) / (height * width)
    if share >= SMALLEST_SHARE or figure.source.route != "raster":
        return ()
    message = f"the plots cover only {100 * share:.0f} % of the picture, which may be a diagram about them"
    return (Caution("small-on-page", message, "figure", "review"),)


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """One plot with its surroundings: region, name and words of it, its y scale, its grey levels without text.

    other_kind: what it looks like if it is no survival plot, else None.
    """

    plot: Plot
    region: Box
    name: str
    x_label: str
    y_label: str
    title: str
    scale: Scale
    levels: GreyArray
    other_kind: str | None


def _views(figure: Figure, levels: GreyArray, plots: list[Plot], texts: tuple[TextLine, ...]) -> list[_View]:
    frames = [plot.frame for plot in plots]
    regions = assign_regions(frames, levels)
    names = panel_names(frames, regions, texts)
    page = _without_text(levels, texts)
    views = []
    for plot, region, name in zip(plots, regions, names, strict=True):
        frame = plot.frame
        region = up_to_next_letter(region, frame, name, texts)
        here = tuple(t for t in texts if region.contains(*t.box.centre))
        x_label, y_label = x_axis_label(frame, here), y_axis_label(frame, here, region)
        title = plot_title(frame, here, region)
        scale = axis_scale(frame.column.values, frame.column.has_percent)
        view = _View(plot, region, name, x_label, y_label, title, scale, page, None)
        views.append(replace(view, other_kind=_other_kind(view, figure.caption)))
    return views


def _inset_views(host: _View) -> list[_View]:
    """The magnified insets of a plot; their words and the meaning of their y axis are their host's."""
    insets = magnified_insets(host.plot)
    names = [host.name + SUFFIX + (f" {n}" if n > 1 else "") for n in range(1, len(insets) + 1)]
    return [
        replace(host, plot=inset, region=inset_region(inset), name=name)
        for inset, name in zip(insets, names, strict=True)
    ]


def _other_kind(view: _View, caption: str) -> str | None:
    """What a plot looks like if it is no survival plot: by its words, its axis, its ink."""
    signs = "%" if view.plot.frame.column.has_percent else ""
    ink, top, left = curve_ink(view.levels, view.plot.frame.area)
    inside = view.levels[top : top + ink.shape[0], left : left + ink.shape[1]]
    return (
        kind_from_words(view.x_label, view.y_label, view.title)
        or kind_from_axis(view.plot.frame.column.values, f"{signs} {view.y_label} {view.title} {caption}")
        or kind_from_ink(inside, ink)
    )


def _without_text(levels: GreyArray, texts: tuple[TextLine, ...]) -> GreyArray:
    """The page with all text painted over in the colour of the paper."""
    page, paper = levels.copy(), float(np.median(levels[::2, ::2]))
    for text in texts:
        box = text.box
        page[max(0, int(box.top)) : int(box.bottom) + 2, max(0, int(box.left)) : int(box.right) + 2] = paper
    return page


def _panel(view: _View, figure: Figure, direction: Direction | None) -> tuple[Panel, tuple[Caution, ...]]:
    plot, frame, area = view.plot, view.plot.frame, view.plot.frame.area
    x = _axis(plot.x, frame.row, frame.x_line, (area.left, area.right), "fraction")
    x = replace(x, label=view.x_label, unit=time_unit(view.x_label))
    y = _axis(plot.y, frame.column, frame.y_line, (area.bottom, area.top), view.scale)
    y = replace(y, label=view.y_label)
    way, doubts = _direction(view.levels, frame, x, y, (view.y_label, view.title, figure.caption))
    panel = Panel(
        view.name,
        _plot_area(area, y, figure.pixels.shape),
        view.region,
        x,
        y,
        direction or way,
        view.title,
        figure.source,
    )
    cautions = [
        *_calibration_doubts(plot),
        *_percent_doubts(view, figure.caption),
        *_competing_doubts(view, panel.direction, figure.caption),
        *inset_notes(plot, view.name),
        *(() if direction else doubts),
    ]
    return panel, tuple(cautions)


def _axis(ticks: AxisTicks, scale: PrintedScale, line: Line | None, span: tuple[float, float], kind: Scale) -> Axis:
    """The axis from its first to its last tick, labelled or in step with the labels and marked.

    A y axis whose line reaches the level of S = 1 ends there, with or without a tick.
    """
    ends = min(span) - END_SLACK_PX, max(span) + END_SLACK_PX
    px, values = lattice(ticks, _with_half_steps(ticks, scale.values), *ends)
    unit = 100.0 if kind == "percent" else 1.0
    seen = ticks.seen_px
    marked = np.array([len(seen) > 0 and np.abs(seen - p).min() <= END_SLACK_PX for p in px], dtype=bool)
    if line is not None and scale.orientation == "vertical":
        marked |= np.isclose(values, unit) & (px >= line.start - END_SLACK_PX)
    low, high = _extent(values, marked, scale.values)
    c = ticks.calibration
    calibration = AxisCalibration(c.intercept / unit, c.slope / unit, c.ticks_px, c.ticks / unit, c.residual_px)
    return Axis(calibration, low / unit, high / unit, scale=kind)


def _with_half_steps(ticks: AxisTicks, labelled: FloatArray) -> FloatArray:
    """The labelled values, with those halfway between them where every second tick has no label."""
    if ticks.evidence != "ticks outside" or len(labelled) < 3:
        return labelled
    ordered = np.sort(labelled)
    halfway = (ordered[1:] + ordered[:-1]) / 2
    places = ticks.calibration.px(halfway)
    marked = [np.abs(ticks.seen_px - p).min() <= END_SLACK_PX for p in places]
    return np.concatenate([labelled, halfway]) if all(marked) else labelled


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


def _plot_area(area: Box, y: Axis, size: tuple[int, ...]) -> Box:
    """The data area without what lies above S = 1 or below 0 (tables printed inside the frame), or off the picture.

    size: (height, width) of the picture, past whose edge an open plot may seem to run on.
    """
    margin = STROKE_MARGIN * area.height + 1.5
    one, zero = y.calibration.px([1.0, 0.0])
    top, bottom = max(area.top, one - margin), min(area.bottom, zero + margin)
    return Box(area.left, min(top, bottom), min(area.right, size[1] - 1.0), bottom)


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
            doubts.append(Caution("axis-residual", message, axis, "review"))
        if ticks.evidence == "by hand":
            message = "the scale rests on the range given by hand: the blue grid must lie on the figure's own ticks"
            doubts.append(Caution("axis-by-hand", message, axis, "review"))
        elif len(ticks.calibration.ticks) == 2:
            doubts.append(Caution("axis-two-ticks", "the scale rests on two numbers only", axis, "review"))
    return doubts


def _percent_doubts(view: _View, caption: str) -> list[Caution]:
    """A y axis that ends neither at 1 nor at 100 is in percent only if its words speak of percent or survival."""
    column = view.plot.frame.column
    words = f"{view.y_label} {view.title} {caption}"
    said = column.has_percent or says_percent(words) or speaks_of_survival(words)
    if view.scale == "fraction" or said or column.values.max() >= FULL_PERCENT:
        return []
    message = f"the y axis ends at {column.values.max():g} and nothing says that it is in percent"
    return [Caution("percent-assumed", message, "y axis", "review")]


def _competing_doubts(view: _View, direction: Direction, caption: str) -> list[Caution]:
    """Cumulative incidences with competing risks are no 1 - S; a note, as where it tells the counts contradict it."""
    if direction == "survival" or not speaks_of_competing_risks(f"{view.y_label} {view.title} {caption}"):
        return []
    message = "the words speak of competing risks: the curves are no 1 - S, and hazards rebuilt from them are not exact"
    return [Caution("competing-risks", message, "y axis", "note")]
