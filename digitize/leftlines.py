"""Lines that no arm explains though they run like curves: an arm may have been passed over.

Rows and columns are of the plot crop, see plotcrop.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..records import MaskArray
from .arms import LEAST_CONTRAST, MOST_PATHS, ArmPath
from .claims import on_marks
from .limits import without_limits
from .plotcrop import PlotCrop
from .tracing import stroke_mask, trace_ink

LEAST_LEFT, LONG, LEAST_CORNERS = 0.45, 0.5, 4
"""Share of its columns in which such a line shows ink, its length as a share of the plot's width, and its levels. In
110 figures read right it was met by limits, marks and arms that a legend counts alone, which are told apart; two
figures whose dotted arms were passed over have 0.53 and 0.84. Median lines and grids have fewer levels."""
THICK = 3.0
"""Strokes from which on ink is an area: a band, a bar."""


def leaves_line(crop: PlotCrop, arms: Sequence[ArmPath], expected: int | None) -> bool:
    """Whether a line is left that runs like a curve, where nothing in the figure tells how many arms there are.

    expected: number of arms that the figure names outside its legend, None when it does not. Limits of an arm and the
    ends of its marks are no such lines.
    """
    if expected is not None or not arms or sum(len(arm.ink.keys) for arm in arms) > 1:
        return False
    own = _left_ink(crop, arms).astype(np.float64)
    lines = trace_ink(crop, own, -1, MOST_PATHS, solid=0)
    known = [arm.path for arm in arms]
    single = without_limits([*known, *lines])
    return any(
        path.own_share > LEAST_LEFT
        and len(path.stair.row) > LONG * own.shape[1]
        and len(path.corners.y) >= LEAST_CORNERS
        and any(path is other for other in single)
        and not any(on_marks(path, arm) for arm in known)
        for path in lines
    )


def _left_ink(crop: PlotCrop, arms: Sequence[ArmPath]) -> MaskArray:
    """(height, width) bool: strong ink in thin strokes that is no lettering and that no arm's stroke covers."""
    ink = (crop.ink.strength > LEAST_CONTRAST) & ~crop.frame
    side = int(THICK * max(arm.path.width_px + 1 for arm in arms))
    areas = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    left = ink & (areas == 0) & ~crop.lettering
    for arm in arms:
        left &= ~stroke_mask(arm.path.stair, left.shape, arm.path.width_px + 2)
    return left
