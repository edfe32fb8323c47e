"""Tell plots with curves from tables, insets and other charts among the frames found on a figure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import Box, FloatArray
from .axes import PrintedScale, on_even_steps
from .frames import Frame
from .raster import Line
from .ticks import AxisTicks

# A plot is at least this many letters high and wide; a number-at-risk table is lower.
SMALLEST_IN_LETTERS = 4.0
# Two plots share less than this part of the smaller one's area; more means an inset, or a table misread.
OVERLAP = 0.1
# Of four and more labels this share must be on the steps.
MOSTLY_EVEN = 0.75
# A plot without lines, ticks and grid is believed when each axis has this many numbers.
MANY_LABELS = 5
# A table repeats most of the x labels.
SAME_TIMES = 0.7
# "0 1 3 6 12 24" months are labels too; their widest gap is twelve of their smallest step.
MOST_STEPS = 15


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """A frame whose two axes are calibrated; insets are smaller plots that stand inside its area."""

    frame: Frame
    x: AxisTicks
    y: AxisTicks
    insets: tuple[Plot, ...] = ()

    @property
    def strength(self) -> float:
        """How well it is founded: labels, axis lines and ticks all count."""
        lines = (self.frame.x_line is not None) + (self.frame.y_line is not None)
        marked = (self.x.evidence != "labels") + (self.y.evidence != "labels")
        labels = min(6, len(self.frame.row.values)) + min(6, len(self.frame.column.values))
        return labels + 2 * lines + 2 * marked + 3 * _ends_like_survival(self.frame.column.values)


def _ends_like_survival(values: FloatArray) -> bool:
    return bool(np.isclose(values.max(), 1.0) or np.isclose(values.max(), 100.0))


def choose_plots(candidates: list[Plot]) -> list[Plot]:
    """The plausible plots that do not stand on each other, strongest first; insets go to their plot."""
    chosen: list[Plot] = []
    for plot in sorted((c for c in candidates if is_plausible(c)), key=lambda c: -c.strength):
        hosts = [i for i, other in enumerate(chosen) if overlap(plot.frame.area, other.frame.area) > OVERLAP]
        if not hosts and not any(_is_table_of(plot, other) for other in chosen):
            chosen.append(plot)
        elif len(hosts) == 1 and _is_inside(plot.frame.area, chosen[hosts[0]].frame.area):
            host = chosen[hosts[0]]
            chosen[hosts[0]] = Plot(host.frame, host.x, host.y, (*host.insets, plot))
    return chosen


def is_plausible(plot: Plot) -> bool:
    """Whether a frame can be a plot: large enough, numbered well enough, with a line, tick or grid to show."""
    row, column, area = plot.frame.row, plot.frame.column, plot.frame.area
    letters = SMALLEST_IN_LETTERS * max(row.size, column.size)
    if area.width < letters or area.height < letters:
        return False
    sides = ((row, plot.x, plot.frame.x_line), (column, plot.y, plot.frame.y_line))
    return all(map(_is_founded, sides)) and any(ticks.evidence != "labels" or line for _, ticks, line in sides)


def _is_founded(side: tuple[PrintedScale, AxisTicks, Line | None]) -> bool:
    """Three numbers make an axis; two only on an axis line with ticks at both."""
    scale, ticks, line = side
    return len(scale.values) > 2 or (line is not None and ticks.evidence != "labels")


def has_even_steps(scale: PrintedScale) -> bool:
    """Whether the labels are multiples of one step, as those of an axis are and counts are not.

    A label of its own may stand among them (the end of follow-up, a landmark at 90 days).
    """
    values = np.sort(scale.values)
    steps = np.diff(values)
    if len(steps) == 0 or steps.min() <= 0:
        return False
    even = on_even_steps(values)
    mostly = len(values) >= 4 and even.mean() >= MOSTLY_EVEN
    widest = np.diff(values[even]).max() / np.diff(values[even]).min() if even.sum() > 1 else np.inf
    return bool(even.all() or mostly) and bool(widest <= MOST_STEPS)


def overlap(one: Box, other: Box) -> float:
    """Shared area as a share of the smaller box."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    smaller = min(one.width * one.height, other.width * other.height)
    return max(0.0, width) * max(0.0, height) / max(1.0, smaller)


def _is_inside(inner: Box, outer: Box) -> bool:
    smaller = inner.width < 0.8 * outer.width and inner.height < 0.8 * outer.height
    return smaller and outer.contains(*inner.centre)


def _is_table_of(plot: Plot, other: Plot) -> bool:
    """Whether a frame is the other's number-at-risk table: below it, under the same times, with no y axis."""
    row, above = plot.frame.row, other.frame.row
    slack = 2 * row.size
    same_times = bool(np.isin(row.values, above.values).mean() > SAME_TIMES)
    same_place = abs(row.start - above.start) < slack and abs(row.end - above.end) < slack
    beneath = plot.frame.column.start > other.frame.area.bottom - slack
    has_axis = plot.frame.y_line is not None and plot.y.evidence != "labels"
    ends_low = not _ends_like_survival(plot.frame.column.values)
    return same_times and same_place and beneath and ends_low and not has_axis
