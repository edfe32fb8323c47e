"""Arms of a vector figure, exact: curves from strokes, their censor marks, bands and furniture set apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..records import Box, CurveTrace, Direction, Figure, FloatArray, Panel, Rgb, read_only
from .strokes import stroke_box
from .vectorgrid import rounding_error
from .vectorlimits import level_at, without_limits
from .vectorlines import SAME, TOUCH, Line, linked_rectangles, plot_lines
from .vectormarks import LARGEST_MARK, assign_marks, find_marks
from .vectorstairs import Staircase, read_staircase

# An arm reaches over at least this share of the x axis (short follow-up of one arm of several: 10%).
SHORTEST_ARM = 0.04
# Every arm begins within this share of the y axis from its start level (S = 1), or at the plot's edge.
START_SHARE = 0.035
# ... and within this share of the x axis from where the first arm begins.
START_REACH = 0.12
# A clip stands up to this share of the axis beyond the last tick (R's 4%, ggplot's 5%, both with room).
END_REACH = 0.1
# A level this near (share of the y axis) to where a curve cannot fall further lies on the frame.
EDGE_SHARE = 0.015
# Curves redrawn for a journal miss their true levels by this (points, standard error): measured on the first
# drops of curves whose numbers of patients are printed, 0.05 to 0.2; a program's own curves miss by 0.003.
REDRAWN_ERROR = 0.12
# ... and begin further than this (px) beside S = 1.
EXACT_START = 0.1
# Two lines are one drawn twice when they are this near (px) all along.
SAME_LINE = 0.7
# Curves with more oblique stretches than this share of their length are no staircases.
MOST_SLANTED = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class VectorArm:
    """One arm as drawn: colour, line style, staircase and marks in px, and how much of it is certain.

    style: "solid", "dashed" or "dotted"; width_px and dash_px as drawn, comparable with a legend key's.
    marks_px: (m,) x positions of its censor marks. confidence: 1 for an exact staircase, less where oblique.
    strokes: indices of the figure's strokes that carry the line. goes_on: whether another line of its paint begins
    where it ends, so that a part of it is missing.
    """

    color: Rgb
    style: str
    width_px: float
    dash_px: tuple[float, ...]
    trace: CurveTrace
    marks_px: FloatArray
    confidence: float
    strokes: tuple[int, ...] = ()
    goes_on: bool = False


def trace_strokes(figure: Figure, panel: Panel, flat: frozenset[Rgb] = frozenset()) -> tuple[VectorArm, ...]:
    """The arms of one panel from the figure's strokes, in painting order; empty when strokes hold no staircase.

    flat: colours of the legend in which an arm may run level from start to end, as one without events does, or all
    along under another arm.
    """
    area = panel.plot_area
    falling = panel.direction == "survival"
    lines = plot_lines(figure.strokes, area, _tiny_repeats(figure, area), flat)
    stairs = [stair for line in lines if (stair := read_staircase(line, falling)) is not None]
    shaped = _without_copies(_arm_like(stairs, panel, flat), flat)
    arms = without_limits(shaped, lines)
    arms.sort(key=lambda stair: stair.line.order)
    used = frozenset(index for stair in arms for index in stair.line.strokes)
    marks = find_marks(figure.strokes, area, used)
    colors = [stair.line.color for stair in arms]
    found = assign_marks(marks, [stair.trace for stair in arms], colors)
    exact = _is_exact(figure, panel, arms)
    rounded = rounding_error([stair.line.points for stair in arms])
    error = max(rounded, 0.0 if exact else REDRAWN_ERROR * px_per_unit(figure))
    ways = [_goes_on(stair, lines, falling) for stair in arms]
    return tuple(_arm(*parts, error) for parts in zip(arms, found, ways, strict=True))


def with_direction(figure: Figure, panel: Panel) -> Panel:
    """The panel turned round where its strokes hold staircases of the other direction only."""
    other: Direction = "incidence" if panel.direction == "survival" else "survival"
    turned = replace(panel, direction=other)
    return turned if not trace_strokes(figure, panel) and trace_strokes(figure, turned) else panel


def _is_exact(figure: Figure, panel: Panel, arms: Sequence[Staircase]) -> bool:
    """Whether the curves are as a program put them, not redrawn for print.

    A file that is the figure alone is taken as written by a program. In a paper the start tells: redrawn curves
    begin beside S = 1.
    """
    left, top, _, _ = figure.source.bbox
    start = panel.y.calibration.px(1.0 if panel.direction == "survival" else 0.0)
    beside = max((abs(float(stair.trace.y_px[0] - start)) for stair in arms), default=0.0)
    return (left, top) == (0.0, 0.0) or beside <= EXACT_START


def px_per_unit(figure: Figure) -> float:
    """Pixels of the rendered picture to a unit of the file (a point, an SVG pixel)."""
    left, _, right, _ = figure.source.bbox
    return figure.pixels.shape[1] / (right - left) if right > left else 1.0


def _goes_on(stair: Staircase, lines: Sequence[Line], falling: bool) -> bool:
    """Whether a line painted as the arm leads on from its end, to the right or in the direction of the curve."""
    end = np.array([stair.trace.end_px, stair.trace.y_px[-1]])
    down = 1.0 if falling else -1.0
    for line in lines:
        if line.color != stair.line.color or abs(line.width - stair.line.width) > 0.1 or line is stair.line:
            continue
        for here, there in ((line.points[0], line.points[-1]), (line.points[-1], line.points[0])):
            across, along = (there - here) * (1.0, down)
            if np.abs(here - end).max() <= TOUCH and (across > TOUCH or (across >= -SAME and along > TOUCH)):
                return True
    return False


def _arm(stair: Staircase, marks: FloatArray, goes_on: bool, error: float) -> VectorArm:
    line, trace = stair.line, stair.trace
    level_error, time_error = max(trace.level_error_px, error), max(trace.time_error_px, error)
    return VectorArm(
        color=line.color,
        style=line_style(line.dash, line.width),
        width_px=line.width,
        dash_px=line.dash,
        trace=replace(trace, level_error_px=level_error, time_error_px=time_error),
        marks_px=read_only(np.sort(np.concatenate([stair.marks_px, marks]))),
        confidence=1.0 - stair.slanted / 2,
        strokes=line.strokes,
        goes_on=goes_on,
    )


def line_style(dash: Sequence[float], width: float) -> str:
    """The word for a dash pattern: dotted when its strokes are about as long as wide, else dashed."""
    if not dash:
        return "solid"
    return "dotted" if max(dash[::2]) <= 1.6 * width else "dashed"


def _tiny_repeats(figure: Figure, area: Box) -> frozenset[int]:
    """Strokes that come in crosses or closed shapes of mark size: they carry no curve, unless end meets end."""
    marks = find_marks(figure.strokes, area, frozenset())
    crosses = {index for mark in marks if len(mark.strokes) > 1 for index in mark.strokes}
    closed = {
        index
        for index, stroke in enumerate(figure.strokes)
        if stroke.closed and stroke.group >= 0 and max(_size(stroke_box(stroke))) <= LARGEST_MARK
    }
    return frozenset(crosses | closed) - linked_rectangles(figure.strokes, area)


def _size(box: Box) -> tuple[float, float]:
    return box.width, box.height


# ---------------------------------------------------------------- which staircases are arms


def _arm_like(stairs: Sequence[Staircase], panel: Panel, flat: frozenset[Rgb]) -> list[Staircase]:
    """Staircases that begin where survival does, run a fair way and fall (or rise) at least once."""
    area = panel.plot_area
    fits = [stair for stair in stairs if _is_arm_shaped(stair, panel, flat)]
    if not fits:
        return []
    first = min(float(stair.trace.x_px[0]) for stair in fits)
    return [s for s in fits if s.trace.x_px[0] <= first + START_REACH * area.width]


def _is_arm_shaped(stair: Staircase, panel: Panel, flat: frozenset[Rgb]) -> bool:
    area, trace = panel.plot_area, stair.trace
    if trace.end_px - trace.x_px[0] < SHORTEST_ARM * area.width or stair.slanted > MOST_SLANTED:
        return False
    span = float(np.ptp(trace.y_px))
    if (len(trace.x_px) < 2 or span < 1) and stair.line.color not in flat:
        return False
    start = panel.y.calibration.px(1.0 if panel.direction == "survival" else 0.0)
    edge = area.top if panel.direction == "survival" else area.bottom
    near = START_SHARE * area.height
    begins = abs(trace.y_px[0] - start) <= near or abs(trace.y_px[0] - edge) <= 2.0
    inside = area.left - 2 <= trace.x_px[0] and trace.end_px <= area.right + END_REACH * area.width
    return bool(begins and inside and _lingers(trace, panel))


def _lingers(trace: CurveTrace, panel: Panel) -> bool:
    """Whether the line stays for a while off the far edge; a frame goes straight there and stays."""
    area = panel.plot_area
    far = panel.y.calibration.px(0.0 if panel.direction == "survival" else 1.0)
    edges = (float(far), area.bottom if panel.direction == "survival" else area.top)
    off = np.all([np.abs(trace.y_px - edge) > EDGE_SHARE * area.height for edge in edges], axis=0)
    lasts = np.append(trace.x_px[1:], trace.end_px) - trace.x_px
    return bool(np.any(lasts[off] > 1.0))


def _without_copies(stairs: Sequence[Staircase], flat: frozenset[Rgb]) -> list[Staircase]:
    """Lines drawn twice (a white halo under the line, a thick one under a thin) counted once, as painted last."""
    kept: list[Staircase] = []
    for stair in sorted(stairs, key=lambda s: -s.line.order):
        own = stair.line.color in flat
        copied = (k for k in kept if not own or k.line.color == stair.line.color)
        if not any(_same_line(stair.trace, other.trace) for other in copied):
            kept.append(stair)
    return kept


def _same_line(one: CurveTrace, two: CurveTrace) -> bool:
    if abs(one.x_px[0] - two.x_px[0]) > SAME_LINE or abs(one.end_px - two.end_px) > SAME_LINE:
        return False
    at = np.linspace(one.x_px[0], one.end_px, 400)
    return bool(np.quantile(np.abs(level_at(one, at) - level_at(two, at)), 0.95) <= SAME_LINE)
