"""What each pixel of a plot area is worth to one arm: the prices on which its cheapest staircase is sought.

Own ink pays, paper costs, and ink that may hide the curve (another arm, a name, a mark, a frame) costs little. Gaps
no longer than a dash pattern's are bridged at a moderate price.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..records import FloatArray, MaskArray

RUN_PAPER, DROP_PAPER = 1.0, 6.0
"""Price of a column of bare paper, and of a row of it in a drop: software always draws the riser of a step."""
RUN_HIDDEN, DROP_HIDDEN = 0.12, 0.12
RUN_BRIDGE, DROP_BRIDGE = 0.22, 0.3
SOLID_GAP = 2.0
"""Gap in px that JPEG and blur may leave in a solid line."""
LONG_RUN, SHORT_PAY = 5, 0.6
"""Columns beyond two strokes that a horizontal run must have to pay in full, and the share that shorter ones pay."""
DROP_OWN = -0.12
AXIS_COLUMNS, DROP_AXIS = 4, 2.0
"""Columns that the y axis line may take, and the price of falling along it."""
SLANTS = (0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0)
"""Directions, in degrees below the horizontal, in which the dashes of a falling curve follow each other."""


_RUN_OTHERWISE = np.array([RUN_PAPER, RUN_BRIDGE, RUN_HIDDEN])
_DROP_OTHERWISE = np.array([DROP_PAPER, DROP_BRIDGE, DROP_HIDDEN])


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Prices of every pixel for a run along it and for a drop through it; both (height, width)."""

    run: FloatArray
    drop: FloatArray


def price_pixels(
    own: FloatArray,
    hiding: MaskArray,
    width_px: float,
    gap_px: float,
    bridged: MaskArray | None = None,
    thin: float = 1.0,
) -> Prices:
    """Price the pixels for one arm.

    own: (height, width) 0 to 1, the arm's own ink. hiding: bool, ink that may lie over the arm.
    width_px: stroke width. gap_px: the longest gap of the arm's dashes, SOLID_GAP for a solid line. bridged: bool, the
    gaps of all ink between whose pieces the arm may run, where that is more than its own: another arm may have been
    given some. thin: thinnest stroke of the ink as a share of width_px, below 1 where lines of several strokes share
    it.
    """
    bridged = bridge_gaps(own > 0.3, gap_px) if bridged is None else bridged
    # By columns, as the staircase is sought. Where there is no own ink the price is one of three.
    kind = np.where(hiding.T, np.uint8(2), bridged.T.view(np.uint8))
    run, drop = _RUN_OTHERWISE[kind], _DROP_OTHERWISE[kind]
    x, y = np.nonzero(own.T > 0)
    ink, centred = own[y, x], _centred(own, width_px, gap_px, thin)[y, x]
    run[x, y] = -centred + (1.0 - centred) * run[x, y]
    drop[x, y] = np.where(ink > 0.3, DROP_OWN, (1.0 - ink) * drop[x, y])
    # The axis line hides nothing that could be used to slide down it to a legend's frame.
    axis = np.where(hiding.T[:AXIS_COLUMNS], DROP_AXIS, 0.0)
    drop[:AXIS_COLUMNS] = np.maximum(drop[:AXIS_COLUMNS], axis)
    return Prices(run.T, drop.T)


def _centred(own: FloatArray, width_px: float, gap_px: float, thin: float) -> FloatArray:
    """(height, width) what own ink pays for a run along it, most in the middle of the stroke."""
    size = max(1, round(width_px))
    blurred = cv2.blur(own.astype(np.float32), (1, size)) if size > 1 else own
    if thin < 1.0:
        # Across a window as wide as a thick stroke the middle of a thin one would earn next to nothing.
        blurred = blurred / np.maximum(cv2.dilate(blurred, np.ones((size, 1), np.uint8)), thin)
    if gap_px > SOLID_GAP:
        return blurred
    # Among ticks that stand close together only the line itself runs on from one to the next.
    length = 2 * size + LONG_RUN
    running = cv2.morphologyEx(own.astype(np.float32), cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    return blurred * (SHORT_PAY + (1.0 - SHORT_PAY) * np.clip(running, 0.0, 1.0))


def bridge_gaps(inked: MaskArray, gap_px: float) -> MaskArray:
    """Pixels between two pieces of ink that a staircase could join: along, down, or slanting down to the right.

    gap_px: the longest gap that is bridged.
    """
    solid, gap = inked.astype(np.uint8), int(np.ceil(gap_px)) + 1
    bridged = np.zeros(solid.shape, bool)
    dashed = gap > 4
    # Dashes on both sides of a corner are out of line by a stroke or so.
    thick = cv2.dilate(solid, np.ones((5, 5), np.uint8)) if dashed else solid
    for angle in SLANTS if dashed else (0.0, 90.0):
        kernel = np.zeros((gap, gap), np.uint8)
        reach = (gap - 1) / 2
        dx, dy = reach * np.cos(np.radians(angle)), reach * np.sin(np.radians(angle))
        ends = [(round(reach + s * dx), round(reach + s * dy)) for s in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1, 1)
        bridged |= cv2.morphologyEx(thick, cv2.MORPH_CLOSE, kernel, borderValue=0) > 0
    return bridged
