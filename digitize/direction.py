"""What a y axis counts: fraction or percent, survivors (falling curves) or events (rising curves)."""

from __future__ import annotations

import re

import numpy as np

from ..records import Box, Direction, FloatArray, Scale
from .raster import GreyArray, MaskArray

# The largest label of a fraction axis is 1, padded ones go to 1.2; the smallest percent axis seen ends at
# 2.5 (cumulative incidence of stroke).
LARGEST_FRACTION = 1.5
# An axis that ends below this cannot show S = 1, so its curves rise from 0.
SURVIVAL_TOP = 0.9
# The beginning of a curve is this share of its width.
START_SHARE = 0.05
# A curve begins within this share of the plot's width from time 0, and gaps of dashes are this wide at most.
NEAR_AXIS = 0.12
BRIDGE_SHARE = 0.012
# A piece of ink smaller than this share of the plot's sides is no curve.
LEAST_PIECE = 0.15
# Frame and grid lines are no thicker than this.
THICKEST_LINE_PX = 8
# The x axis line lies within so many pixels of the plot's lower edge.
AXIS_PX = 4
# Ink is what differs from the paper by this many grey levels.
INK = 40.0
# A row or column of which more than this is inked, beyond the middle of the plot, is a frame or grid line.
LINE_SHARE = 0.6
# Start and trend together, in heights of the plot, below which nothing is decided.
CLEAR_LEAD = 0.3

_SURVIVAL = re.compile(
    r"surviv|surv\b|free\b|freedom|alive|remission|retention|without|s\(t\)|remaining|persisten|patency", re.I
)
_INCIDENCE = re.compile(
    r"inciden|cumulative (event|mortality|death|failure|risk|prob)|event rate|failure|mortality|1 ?- ?s|"
    r"(prob\w*|risk|rate|prop\w*) (of|with) .*(event|death|dying|relapse|recurrence|progress|fail|stroke)|"
    r"with (an )?event|hazard",
    re.I,
)


def axis_scale(values: FloatArray, has_percent_signs: bool) -> Scale:
    """Percent when the labels say so or are too large for a fraction."""
    return "percent" if has_percent_signs or float(np.max(values)) > LARGEST_FRACTION else "fraction"


def direction_in_words(text: str) -> Direction | None:
    """What a y label, title or caption calls the curves ("event-free" falls); None when it does not say."""
    if _SURVIVAL.search(text):
        return "survival"
    return "incidence" if _INCIDENCE.search(text) else None


def direction_of_ink(
    levels: GreyArray, area: Box, top_px: float, bottom_px: float, start_px: float
) -> Direction | None:
    """How the curves are drawn: falling from the top, rising from the bottom, or None where it is unclear.

    levels: grey with text painted out. top_px, bottom_px: y positions of 1 and 0; start_px: x of time 0.
    The largest piece of ink that begins near the y axis speaks, by where it begins and where it goes.
    """
    ink, top, left = curve_ink(levels, area)
    height = bottom_px - top_px
    curve = _largest_piece(ink, start_px - left) if height > 0 else None
    if curve is None:
        return None
    rows, columns = np.nonzero(curve)
    width = columns.max() - columns.min()
    early = rows[columns <= columns.min() + START_SHARE * width]
    late = rows[columns >= columns.max() - START_SHARE * width]
    start = abs(early.max() + top - bottom_px) - abs(early.min() + top - top_px)
    score = (start + np.median(late) - np.median(early)) / height
    if abs(score) < CLEAR_LEAD:
        return None
    return "survival" if score > 0 else "incidence"


def curve_ink(levels: GreyArray, area: Box) -> tuple[MaskArray, int, int]:
    """Ink inside the plot without frame and grid lines, with the row and column of its corner."""
    top, left = int(max(0, area.top)), int(max(0, area.left))
    inside = levels[top : int(area.bottom) + 1, left : int(area.right) + 1]
    if inside.size == 0:
        return np.zeros((0, 0), dtype=bool), top, left
    ink = np.abs(inside - float(np.median(inside))) > INK
    middle = ink.shape[1] // 2
    rows, columns = _thin_runs(ink[:, middle:].mean(axis=1)), _thin_runs(ink.mean(axis=0))
    # An axis line that leans by a pixel leaves the plot halfway.
    rows[-AXIS_PX:] |= _thin_runs(ink[-AXIS_PX:, :middle].mean(axis=1))
    ink[rows] = False
    ink[:, columns] = False
    return ink, top, left


def _thin_runs(share: FloatArray) -> MaskArray:
    """Rows (or columns) that are inked nearly all along, few of them side by side: lines, not shaded areas."""
    full = np.concatenate([[False], share > LINE_SHARE, [False]])
    edges = np.flatnonzero(full[1:] != full[:-1])
    lines = np.zeros(len(share), dtype=bool)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        lines[start:end] = end - start <= THICKEST_LINE_PX
    return lines


def _largest_piece(ink: MaskArray, start: float) -> MaskArray | None:
    """The piece of ink that reaches furthest among those beginning in the first part of the axis; dashes joined."""
    import cv2

    if ink.size == 0:
        return None
    bridge = max(3, int(BRIDGE_SHARE * ink.shape[1]))
    joined = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((bridge, bridge), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    left, size = stats[1:, 0], stats[1:, 2] + stats[1:, 3]
    # What is flat, such as a leaning axis line of which a part was seen, neither falls nor rises.
    speaks = (left <= start + NEAR_AXIS * ink.shape[1]) & (stats[1:, 3] > THICKEST_LINE_PX)
    size = np.where(speaks, size, 0)
    if len(size) == 0 or size.max() < LEAST_PIECE * sum(ink.shape):
        return None
    return ink & (labels == 1 + int(np.argmax(size)))
