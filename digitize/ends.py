"""Where a dashed line ends: whether dashes of its ink that no arm explains go on below."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arms import ArmPath
from .claims import rhythm_along
from .plotcrop import PlotCrop
from .rhythm import is_dashed
from .tracing import DASH_GAP, stroke_mask

INKED = 0.3
"""Coverage from which a pixel counts."""
LEAST_DASH = 2.0
"""Ink in squares of the stroke that makes a dash: joins and soft edges have less than one."""


def falls_on(crop: PlotCrop, arm: ArmPath, arms: Sequence[ArmPath]) -> bool:
    """Whether a dashed arm ends within a gap of dashes below which no other arm runs, and which begin only there."""
    if not is_dashed(rhythm_along(arm.path, crop, arm.own)):
        return False
    left = (arm.own > INKED) & ~crop.lettering & ~crop.frame
    for other in arms:
        left &= ~stroke_mask(other.path.stair, left.shape, other.path.width_px + 2)
    stroke = arm.path.width_px + 1.0
    end, gap = int(arm.path.corners.end), int(DASH_GAP * stroke) + 1
    below = left[int(arm.path.corners.y[-1] + stroke) :]
    ahead = below[:, max(0, end - int(stroke)) : end + gap]
    behind = below[:, max(0, end - 3 * gap) : max(0, end - gap)]
    dash = LEAST_DASH * stroke**2
    # A dashed limit, or letters of the line's ink, are there before the end, too.
    return float(np.count_nonzero(ahead)) >= dash and float(np.count_nonzero(behind)) < dash
