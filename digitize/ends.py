"""Ink of an arm's own that no arm explains: dashes left over, and ink that goes on after a line's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..records import MaskArray
from .arms import FOLLOWS, ArmPath
from .claims import rhythm_along
from .plotcrop import PlotCrop
from .rhythm import is_dashed
from .tracing import DASH_GAP, stroke_mask, trace_farther

INKED = 0.3
"""Coverage from which a pixel counts."""
LEAST_DASH = 2.0
"""Ink in squares of the stroke that makes a dash: joins and soft edges have less than one."""
AHEAD, DENSER = 0.05, 3.0
"""Columns with ink that no arm explains after an end and at its level or lower, as a share of the plot's width, and how
many times as dense as before the end, from which the line goes on. Of 168 drawn figures, half of them spoilt, three
distinct lines that went on had 0.07, 0.10 and 0.18, seven times as dense or more; no other had both."""
LEFT_OVER, DASH_FLAT, DASH_LONG, DASH_FULL = 0.1, 1.7, 2.0, 0.6
"""Length of dashes that none of several arms of one ink explains, as a share of the plot's width, from which one of
them has left its line. Of 26 such inks of 150 figures one where an arm has left its line has 0.20, one whose arms cross
0.29, all others 0.03 at most. A dash is at most and at
least so many strokes high and long, and its box so full; marks are higher, letters emptier."""


def ink_after(crop: PlotCrop, arm: ArmPath, arms: Sequence[ArmPath]) -> bool:
    """Whether an arm ends although ink of its own is seen after its end that no arm explains."""
    return falls_on(crop, arm, arms) or goes_on(crop, arm, arms)


def falls_on(crop: PlotCrop, arm: ArmPath, arms: Sequence[ArmPath]) -> bool:
    """Whether a dashed arm ends within a gap of dashes below which no other arm runs, and which begin only there."""
    if not is_dashed(rhythm_along(arm.path, crop, arm.own)):
        return False
    left = _unexplained(crop, arm, arms)
    stroke = arm.path.width_px + 1.0
    end, gap = int(arm.path.corners.end), int(DASH_GAP * stroke) + 1
    below = left[int(arm.path.corners.y[-1] + stroke) :]
    ahead = below[:, max(0, end - int(stroke)) : end + gap]
    behind = below[:, max(0, end - 3 * gap) : max(0, end - gap)]
    dash = LEAST_DASH * stroke**2
    # A dashed limit, or letters of the line's ink, are there before the end, too.
    return float(np.count_nonzero(ahead)) >= dash and float(np.count_nonzero(behind)) < dash


def goes_on(crop: PlotCrop, arm: ArmPath, arms: Sequence[ArmPath]) -> bool:
    """Whether ink of an arm's own that no arm explains lies after its end, at its level or lower, and not before.

    Limits, edges of bands and letters in the arm's colour are there before its end, too.
    """
    left = _unexplained(crop, arm, arms)
    columns, end = left.shape[1], int(arm.path.corners.end)
    stroke = arm.path.width_px + 1.0
    ahead = left[max(0, int(arm.path.corners.y[-1] - stroke)) :, min(columns, int(end + stroke)) :].any(axis=0)
    stair = arm.path.stair
    under = np.arange(left.shape[0])[:, None] > stair.row + 2 * stroke
    before = (left[:, stair.first : stair.last + 1] & under)[:, : max(1, int(end - stroke))].any(axis=0)
    return bool(ahead.sum() > AHEAD * columns and ahead.mean() > DENSER * before.mean())


def followed_on(crop: PlotCrop, arm: ArmPath, arms: Sequence[ArmPath]) -> ArmPath:
    """The arm followed to where its ink ends, over gaps longer than its dashes leave, where such ink was left.

    As it was where that changes what was traced before, or explains no more.
    """
    if not ink_after(crop, arm, arms):
        return arm
    others = [a.path.stair for a in arms if a is not arm and a.path.ink == arm.path.ink]
    path = trace_farther(crop, arm.own, arm.path, others, _unexplained(crop, arm, arms))
    n = len(arm.path.stair.row)
    same = np.abs(path.stair.row[:n] - arm.path.stair.row[: len(path.stair.row)]) <= arm.path.width_px + 1
    farther = replace(arm, path=path)
    others_too = [farther if a is arm else a for a in arms]
    if len(path.stair.row) <= n or same.mean() < FOLLOWS or ink_after(crop, farther, others_too):
        return arm
    return farther


def leaves_dashes(crop: PlotCrop, arm: ArmPath, arms: Sequence[ArmPath]) -> bool:
    """Whether dashes are left that no arm explains, of an ink that several arms share: one may ride on another."""
    import cv2

    if sum(other.path.ink == arm.path.ink for other in arms) < 2:
        return False
    left = _unexplained(crop, arm, arms).astype(np.uint8)
    stroke = max(2.0, round(min(other.path.width_px for other in arms if other.path.ink == arm.path.ink)))
    wide, high, area = cv2.connectedComponentsWithStats(left, connectivity=8)[2][1:, 2:5].T
    flat = (high <= DASH_FLAT * stroke + 1) & (wide >= DASH_LONG * stroke + 2) & (area > DASH_FULL * wide * high)
    return float(wide[flat].sum()) > LEFT_OVER * left.shape[1]


def _unexplained(crop: PlotCrop, arm: ArmPath, arms: Sequence[ArmPath]) -> MaskArray:
    """(height, width) bool: ink of an arm's own that is no lettering and that no arm's stroke covers."""
    left = (arm.own > INKED) & ~crop.lettering & ~crop.frame
    for other in arms:
        left &= ~stroke_mask(other.path.stair, left.shape, other.path.width_px + 2)
    return left
