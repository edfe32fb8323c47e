"""Tick marks and grid lines to sub-pixel, paired with the numbers printed beside them.

All work is done along one axis: for a y axis the picture is transposed first, so that an axis always runs along
the columns and its labels stand on one side of it, in rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..records import AxisCalibration, FloatArray
from .axes import PrintedScale
from .calibration import consensus, fit_axis
from .raster import GreyArray, peaks, thin_ink

Evidence = Literal["ticks outside", "grid", "ticks inside", "labels", "by hand"]

# A tick may stand this share of the print's height off the centre of its label (see axes.LABEL_SLACK).
SEARCH = 0.7
# Ticks of one axis lie on their line within this many px; renderers snap each tick to the pixel grid, which
# moves it by up to 0.5 px; blur and scanning add as much.
TICK_TOLERANCE_PX = 1.0
# The tick of a label stands this near (px) to the label's centre.
AT_LABEL_PX = 1.5
# Share of an axis by which its scale may miss the tick of its first or last label: those of a 3400-px plate drawn by
# hand are off by 0.0013 and 0.0017, those of a screen photographed askew by 0.0058.
OFF_SHARE = 0.003
# A tick must stand out from its surroundings by this many grey levels of 255; below lies JPEG ringing.
LEAST_CONTRAST = 7.0
# A bump counts as a tick when it is at least this share of the typical tick of its axis.
TICK_SHARE = 0.4
# Ticks may be missing or hidden at up to this share of the labels.
MATCHED_SHARE = 0.6
# Without an axis line to look along, bumps are more often letters than ticks.
MATCHED_WITHOUT_LINE = 0.8
# A tick is at least this share of the print's height long.
TICK_LENGTH = 0.15
# Ticks inside are searched up to this share of the print's height into the plot.
INSIDE_REACH = 0.5
# Thickest tick or grid line, as a share of the height of the print, and in px at least.
THICKEST = 0.45
THICKEST_PX = 4


@dataclass(frozen=True, slots=True)
class AxisTicks:
    """A calibrated axis, what it was calibrated on, and every tick seen (labelled or not): position and width."""

    calibration: AxisCalibration
    evidence: Evidence
    seen_px: FloatArray
    seen_width: FloatArray


@dataclass(frozen=True, slots=True)
class Strips:
    """Row ranges [first, last) in which to look: outside the axis line, inside it, and the plot itself."""

    outside: tuple[int, int]
    inside: tuple[int, int]
    plot: tuple[int, int]
    has_line: bool = True


def locate_ticks(levels: GreyArray, scale: PrintedScale, strips: Strips) -> AxisTicks:
    """Calibrate one axis on its tick marks, else its grid lines, else the centres of its labels.

    levels: (rows, columns) grey with the axis along the columns. The first evidence that as many labels agree
    on as on any other is taken, in the order ticks outside, grid, ticks inside.
    Raises TooFewTicks if not even two labels agree.
    """
    best: AxisTicks | None = None
    for evidence, profile in _profiles(levels, scale, strips):
        sure = evidence != "ticks outside" or strips.has_line
        found = _match(profile, scale, evidence, MATCHED_SHARE if sure else MATCHED_WITHOUT_LINE)
        if found is not None and (best is None or len(found.calibration.ticks) > len(best.calibration.ticks)):
            best = found
        if best is not None and len(best.calibration.ticks) == len(scale.values):
            break
    if best is not None:
        return best
    slack = SEARCH * scale.size
    return AxisTicks(fit_axis(scale.px, scale.values, slack), "labels", np.array([]), np.array([]))


def _profiles(levels: GreyArray, scale: PrintedScale, strips: Strips):
    """(evidence, (columns,) contrast) of each place where ticks may be."""
    reach = max(THICKEST_PX, int(THICKEST * scale.size)) * 2 + 1
    long = max(2, int(TICK_LENGTH * scale.size))
    for evidence, (first, last) in (("ticks outside", strips.outside), ("ticks inside", strips.inside)):
        first, last = max(0, first), min(len(levels), last)
        if last - first >= 2:
            ink = np.sort(thin_ink(levels[first:last], "vertical", reach), axis=0)
            yield evidence, ink[-long:].mean(axis=0)
        if evidence == "ticks outside":
            first, last = max(0, strips.plot[0]), min(len(levels), strips.plot[1])
            for dark in (True, False):
                if last - first >= 2 * long:
                    yield "grid", np.median(thin_ink(levels[first:last], "vertical", reach, dark), axis=0)


def _match(profile: FloatArray, scale: PrintedScale, evidence: Evidence, least_share: float) -> AxisTicks | None:
    """Pair the bumps of a profile with the labels; None unless most labels have theirs on one line."""
    slack = max(2.0, SEARCH * scale.size)
    origin, per_unit = scale.line()
    expected = origin + per_unit * scale.values
    heights = [_highest(profile, px, slack) for px in expected]
    typical = float(np.median(heights))
    if typical < LEAST_CONTRAST:
        return None
    widest = max(THICKEST_PX, THICKEST * scale.size)
    seen, _, widths = peaks(profile, max(LEAST_CONTRAST / 2, TICK_SHARE * typical), widest).T
    near = [
        (px, (float(v),)) for px in seen for e, v in zip(expected, scale.values, strict=True) if abs(px - e) <= slack
    ]
    if len(near) < 2:
        return None
    agreed = consensus(np.array([px for px, _ in near]), [v for _, v in near], TICK_TOLERANCE_PX, per_unit > 0)
    if agreed is None:
        return None
    px, values = np.array([near[i][0] for i in agreed[0]]), agreed[1]
    values, first = np.unique(values, return_index=True)
    if len(values) < max(2, least_share * len(scale.values)):
        return None
    calibration = fit_axis(px[first], values, TICK_TOLERANCE_PX)
    miss = _miss_at_ends(calibration, scale, seen)
    return AxisTicks(replace(calibration, residual_px=max(calibration.residual_px, miss)), evidence, seen, widths)


def _miss_at_ends(calibration: AxisCalibration, scale: PrintedScale, seen: FloatArray) -> float:
    """How far (px) the line misses the ticks of the first and the last label, where these stand too far off it to be
    fitted: a picture in perspective, or an axis that changes its scale, bends at one end.
    """
    missed = 0.0
    for end in (int(np.argmin(scale.values)), int(np.argmax(scale.values))):
        own = seen[np.abs(seen - scale.px[end]) <= AT_LABEL_PX]
        if len(own) and not np.isin(scale.values[end], calibration.ticks):
            missed = max(missed, float(np.abs(own - calibration.px(scale.values[end])).min()))
    return missed if missed > OFF_SHARE * float(np.ptp(scale.px)) else 0.0


def _highest(profile: FloatArray, px: float, slack: float) -> float:
    first, last = max(0, int(px - slack)), min(len(profile), int(px + slack) + 2)
    return float(profile[first:last].max()) if last > first else 0.0
