"""The ink that an arm's censor marks may be drawn in: the arm's own, a blurred shade of it, or one of the marks alone.

Thin marks lose their hue to JPEG's coarse colour, and some software draws black marks on coloured curves; so beside a
curve all ink counts that is not another arm's.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ..records import FloatArray, Rgb
from .inks import INK_CONTRAST, color_distance, ink_where, length_of, nearest_ink
from .plotcrop import PlotCrop
from .raster import MaskArray
from .tracing import TracedPath

SAME_INK = 20.0
"""Lab distance below which two arms are drawn in one ink, so that colour cannot tell their marks apart."""
CHROMATIC = 50
"""Spread of a colour's channels from which it is no grey."""
CROSSED = 0.85
"""Share of a box's columns that the curve crosses, and of its ink that is the curve's, when it holds marks."""
MOST_OUT, UNEVEN = 40, 0.25
"""Rows beyond the curve in which the ink of a box of lettering is followed, and by how much of the bars' height their
ends may differ: soft ends of a faint bar are a row or two short."""
LETTERED = 0.5
"""Share at which ink inside lettering is counted in an arm's coverage, see tracing.separate_inks."""
STRONG = 0.55
"""Coverage that the middle of a mark reaches."""


def mark_ink(
    crop: PlotCrop, path: TracedPath, own: FloatArray, others: tuple[TracedPath, ...], reach_px: int
) -> FloatArray:
    """Coverage (height, width), 0 to 1, by ink that may be the arm's marks, within reach_px of its curve.

    own: (height, width) coverage by the arm's own ink; it counts wherever it is more.
    """
    near = _near_curve(path, own.shape, reach_px) & ~np.asarray(crop.frame, bool)
    color = _stroke_color(crop, path)
    if color is None:
        return own
    rivals = [c for c in (_stroke_color(crop, o) for o in others) if c and color_distance(c, color) > SAME_INK]
    ink = ink_where(crop.ink, near)
    label = nearest_ink(ink, (color, *rivals))
    contrast = length_of(np.asarray(color, np.float32) - ink.paper)
    share = np.clip(ink.strength / np.maximum(contrast, 1.0), 0.0, 1.0)
    out = own.copy()
    out[near] = np.maximum(own[near], np.where(label <= 0, share, 0.0))
    # Grid lines and tints are faint all over; the soft edges of a mark stand beside its strong middle.
    strong = cv2.dilate((out > STRONG).astype(np.uint8), np.ones((1, 3), np.uint8)) > 0
    return np.where(strong, out, own)


def without_misread_marks(crop: PlotCrop, path: TracedPath, own: FloatArray) -> tuple[PlotCrop, FloatArray]:
    """The crop, and the arm's ink, with lettering undone that is marks read as text ("HHH", "-+-++", "t").

    Such a box is crossed by the curve from side to side, and holds nothing but the curve's own colour, or nothing but
    bars of one height that cross the curve.
    """
    color = _stroke_color(crop, path)
    if color is None:
        return crop, own
    hued = max(color) - min(color) >= CHROMATIC
    number, boxes, stats, _ = cv2.connectedComponentsWithStats(crop.lettering.astype(np.uint8))
    columns = np.arange(path.stair.first, path.stair.last + 1)
    crossed = np.bincount(boxes[path.stair.row, columns], minlength=number)
    lettering, own = crop.lettering.copy(), own.copy()
    for i in range(1, number):
        if crossed[i] < CROSSED * stats[i, cv2.CC_STAT_WIDTH]:
            continue
        box = boxes == i
        inked = box & (crop.ink.strength > 2 * INK_CONTRAST)
        if (hued and (own[inked] > 0).mean() > CROSSED) or _holds_bars(inked, path):
            lettering[box] = False
            own[box] = np.minimum(own[box] / LETTERED, 1.0)
    return replace(crop, lettering=lettering), own


def _holds_bars(inked: MaskArray, path: TracedPath) -> bool:
    """Whether the ink of a box is the curve, running through unbroken, and bars of one height across it.

    inked: (height, width) bool. Letters reach out to different heights, or leave paper between them and the curve.
    """
    columns = np.flatnonzero(inked.any(axis=0))
    columns = columns[(columns >= path.stair.first) & (columns <= path.stair.last)]
    row = path.stair.row[columns - path.stair.first]
    half = int(np.ceil(path.width_px / 2))
    steps = np.arange(1, MOST_OUT + 1)[:, None]
    up, down = (
        np.cumprod(inked[np.clip(row + step * steps, 0, len(inked) - 1), columns], axis=0).sum(axis=0)
        for step in (-1, 1)
    )
    joined = inked[row, columns] * (1 + up + down)
    if not len(columns) or joined.sum() < CROSSED * inked.sum():
        return False
    tall = (up > half) & (down > half)
    uneven = max(1.0, UNEVEN * float(np.median(up[tall] + down[tall]))) if tall.any() else 0.0
    return bool(tall.any()) and all(np.ptp(np.percentile(out[tall], (10, 90))) <= uneven for out in (up, down))


def _near_curve(path: TracedPath, shape: tuple[int, ...], reach_px: int) -> MaskArray:
    """Pixels within reach_px of the staircase, runs and drops."""
    mask = np.zeros(shape, np.uint8)
    columns = np.arange(path.stair.first, path.stair.last + 1)
    points = np.stack([np.repeat(columns, 2), np.repeat(path.stair.row, 2)], axis=1)
    points[1:, 0] = np.r_[points[2:, 0], points[-1, 0]]
    cv2.polylines(mask, [points.astype(np.int32)], False, 1)
    return cv2.dilate(mask, np.ones((2 * reach_px + 1, 2 * reach_px + 1), np.uint8)) > 0


def _stroke_color(crop: PlotCrop, path: TracedPath) -> Rgb | None:
    """Median colour of a path's stroke where it shows."""
    columns = np.flatnonzero(path.shows)
    if not len(columns):
        return None
    r, g, b = np.median(crop.ink.core[path.stair.row[columns], columns + path.stair.first], axis=0)
    return round(float(r)), round(float(g)), round(float(b))
