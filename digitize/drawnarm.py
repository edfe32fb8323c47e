"""One arm as drawn, whether its line was traced in pixels or read as a vector path, and its curve in data units."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..records import CurveTrace, FloatArray, MaskArray, Panel, Rgb, SurvivalCurve, read_only
from .arms import ArmPath
from .legend import LegendKey
from .marks import ArmMarks
from .plotcrop import PlotCrop
from .refine import Corners
from .rhythm import Rhythm
from .tracing import TracedPath

LEVEL_ERRORS = ((3.0, 0.12), (1.0, 0.5), (0.0, 2.0))
"""Standard error in px of a level by the number of clean columns that show it: (at least, error). Levels that only
marks and risers show are worse. Nine levels in ten of figures of known truth keep it; the rest are off by pixels."""
SNAPPED_ERROR = 0.3
"""Least error where a renderer put every level on a whole pixel: uniform within half a pixel."""
SNAPPED = 0.7
"""Length of the mean of exp(2 pi i y) over well seen levels above which they lie on whole pixels: 0.9 and more where
they do, below 0.6 where they do not."""
LEVELS_TO_TELL = 6
"""Well seen levels below which whole pixels cannot be told from chance, and are taken for granted."""
SOLID_SHARE = 0.85
"""Inked share of its length above which a line is solid."""
TIME_ERROR = 0.6
"""Standard error in px of a drop's position, measured against figures of known truth."""
START_SLACK = 2.5
"""Pixels within which the first level is S = 1 itself."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawnArm:
    """One arm's line. inked: share of its length that is drawn (1 solid). dash_px: mean length of a dash.

    trace: its staircase in px of the figure. keys: legend entries that show this line. marks_px: (m,) x of its marks.
    start_gap_px: rows of bare paper between S = 1 and the first level. fall_gap_px: most in any later drop.
    confusable: whether it may have been exchanged with another arm where they cross. runs_on: whether its ink goes
    on past the right end of the plot area. end_hidden: whether other ink goes on along its level where it ends.
    leaves_dashes: whether dashes are left over that no arm of its ink explains. leaves_line: whether a whole line is
    left that runs like a curve and that no arm explains.
    rhythm: of its line in px of the figure, None where its colour tells it from all others.
    evidence: measured shares, 0 to 1, that speak for the tracing.
    """

    color: Rgb
    inked: float
    dash_px: float
    width_px: float
    trace: CurveTrace
    keys: tuple[LegendKey, ...] = ()
    marks_px: FloatArray = field(default_factory=lambda: read_only([]))
    draws_marks: bool = False
    start_gap_px: float = 0.0
    fall_gap_px: float = 0.0
    confusable: bool = False
    runs_on: bool = False
    end_hidden: bool = False
    leaves_dashes: bool = False
    leaves_line: bool = False
    rhythm: Rhythm | None = None
    evidence: dict[str, float] = field(default_factory=dict)


def arm_from_path(
    arm: ArmPath, crop: PlotCrop, marks: ArmMarks, *, runs_on: bool, end_hidden: bool, leaves_dashes: bool = False
) -> DrawnArm:
    """An arm from a staircase traced in the pixels of a plot area, with the marks found on it."""
    path, corners = arm.path, arm.path.corners
    errors = _level_errors(corners, dashed=path.own_share <= SOLID_SHARE) * crop.scale
    trace = CurveTrace(
        x_px=crop.figure_x(corners.x),
        y_px=crop.figure_y(corners.y),
        end_px=float(crop.figure_x(np.float64(_end(corners, marks)))),
        hidden=_hidden_spans(path, crop),
        level_error_px=float(np.median(errors)),
        time_error_px=TIME_ERROR * crop.scale,
        level_errors_px=errors,
    )
    return DrawnArm(
        color=arm.ink.color,
        inked=path.own_share,
        dash_px=_mean_run(path.shows) * crop.scale,
        width_px=path.width_px * crop.scale,
        trace=trace,
        keys=arm.ink.keys,
        marks_px=crop.figure_x(marks.x),
        draws_marks=marks.draws_marks,
        start_gap_px=path.start_gap_px * crop.scale,
        fall_gap_px=path.fall_gap_px * crop.scale,
        confusable=arm.confusable,
        runs_on=runs_on,
        end_hidden=end_hidden,
        leaves_dashes=leaves_dashes,
        rhythm=arm.rhythm.scaled(crop.scale) if arm.rhythm else None,
        evidence={"own_ink": round(path.own_share, 3), "in_sight": round(1.0 - float(path.hidden.mean()), 3)},
    )


def _end(corners: Corners, marks: ArmMarks) -> float:
    """Where a line ends, in px of the plot: at its last mark where no more than the mark's own strokes lie beyond it.

    Who is last seen alive has a mark, and the sideways strokes of a plus or a cross run on past its centre.
    """
    if not len(marks.x):
        return corners.end
    last, arm_px = float(marks.x.max()), sum(marks.reach_px[:2]) / 2 + 1.0
    return last if corners.x[-1] < last < corners.end <= last + arm_px else corners.end


def _level_errors(corners: Corners, *, dashed: bool = False) -> FloatArray:
    """Standard error in px of each level, by how many clean columns show it and how much they scatter.

    dashed: a level that no clean column shows may be a dash of a riser, anywhere between the levels about it.
    """
    errors = np.select([corners.seen >= least for least, _ in LEVEL_ERRORS], [error for _, error in LEVEL_ERRORS])
    scatter = corners.noise / np.sqrt(np.maximum(corners.seen, 1.0))
    errors = np.maximum(np.maximum(errors, scatter), SNAPPED_ERROR if _on_whole_pixels(corners) else 0.0)
    if dashed and len(corners.y) > 2:
        apart = np.diff(corners.y) / 2
        between = np.r_[0.0, np.minimum(apart[:-1], apart[1:]), 0.0]
        errors = np.where(corners.seen < 1, np.maximum(errors, between), errors)
    return errors


def _on_whole_pixels(corners: Corners) -> bool:
    """Whether a renderer put the levels on whole pixels, as far as can be told."""
    well_seen = corners.y[corners.seen >= LEVEL_ERRORS[0][0]]
    if len(well_seen) < LEVELS_TO_TELL:
        return True
    return bool(np.abs(np.mean(np.exp(2j * np.pi * well_seen))) > SNAPPED)


def _mean_run(flags: MaskArray) -> float:
    """Mean length of the runs of True."""
    starts = int(flags[0]) + int((np.diff(flags.astype(int)) == 1).sum())
    return float(flags.sum() / max(1, starts))


def _hidden_spans(path: TracedPath, crop: PlotCrop) -> FloatArray:
    """[from, to] in px of the figure of the stretches hidden under other ink, flattened."""
    edges = np.flatnonzero(np.diff(np.r_[False, path.hidden, False].astype(int)))
    spans = edges.reshape(-1, 2) - np.array([0, 1]) + path.stair.first
    return crop.figure_x(spans.reshape(-1))


def curve_of(trace: CurveTrace, panel: Panel) -> SurvivalCurve:
    """The survival curve of a trace: S(t) at its corners, from S = 1 at the axis' start to the end of the line."""
    x, y = panel.x.calibration, panel.y.calibration
    time = np.maximum(x.value(np.r_[trace.x_px, max(trace.end_px, trace.x_px[-1])]), panel.x.minimum)
    shown = y.value(np.r_[trace.y_px, trace.y_px[-1]])
    survival = np.clip(1.0 - shown if panel.direction == "incidence" else shown, 0.0, 1.0)
    survival = np.minimum.accumulate(survival)
    if _start_offset_px(trace, panel) <= START_SLACK:
        # The level of the start is S = 1 by law; the calibration's check of it is kept as a caution elsewhere.
        survival[np.abs(survival - survival[0]) < 1e-12] = 1.0
    if survival[0] < 1.0 or time[0] > panel.x.minimum:
        time, survival = np.r_[panel.x.minimum, time], np.r_[1.0, survival]
    per_px = abs(y.slope)
    single = trace.level_errors_px if len(trace.level_errors_px) else np.full(len(trace.y_px), trace.level_error_px)
    errors = np.r_[single, single[-1]]
    return SurvivalCurve(
        time=np.maximum.accumulate(time),
        survival=survival,
        survival_error=np.where(survival == 1.0, 0.0, np.r_[np.zeros(len(survival) - len(errors)), errors] * per_px),
        time_error=np.full(len(time), trace.time_error_px * abs(x.slope)),
    )


def _start_offset_px(trace: CurveTrace, panel: Panel) -> float:
    """Distance in px of the first level from S = 1."""
    one = 0.0 if panel.direction == "incidence" else 1.0
    return abs(float(trace.y_px[0] - panel.y.calibration.px(one)))
