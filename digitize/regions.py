"""The share of the page that belongs to each plot: everything nearer to it than to its neighbours."""

from __future__ import annotations

import numpy as np

from ..records import Box
from .frames import Frame
from .raster import GreyArray, MaskArray, unlike

# Ink is what differs from the paper by this many grey levels.
INK = 40.0
# Of several empty stripes between two plots the border takes one at least this share as wide as the widest: of
# those between plots one above the other the last, as titles stand close above their plot and tables further
# below theirs; of those between plots side by side the first, as y labels stand left of their numbers.
WIDE_STRIPE = 0.6
# Where no stripe is empty the border stands this share of the gap away from the right or lower plot.
BEFORE_RIGHT = 0.6


def assign_regions(frames: list[Frame], levels: GreyArray) -> list[Box]:
    """For each plot the box that holds it with its labels, legend and table; boxes of a page do not overlap.

    levels: (height, width) grey page. Borders run through the widest empty stripe between two plots.
    """
    height, width = levels.shape
    ink = unlike(levels, float(np.median(levels[::2, ::2])), INK)
    cores = [_core(frame) for frame in frames]
    sides = []
    for core in cores:
        left = max((_border(ink, o, core, True) for o in cores if _is_left(o, core)), default=0.0)
        right = min((_border(ink, core, o, True) for o in cores if _is_left(core, o)), default=width - 1.0)
        sides.append((left, right))
    regions = []
    for core, (left, right) in zip(cores, sides, strict=True):
        top = max((_border(ink, o, core, False) for o in cores if _is_above(o, core)), default=0.0)
        bottom = min((_border(ink, core, o, False) for o in cores if _is_above(core, o)), default=height - 1.0)
        regions.append(Box(min(left, core.left), min(top, core.top), max(right, core.right), max(bottom, core.bottom)))
    return regions


def _core(frame: Frame) -> Box:
    """The plot with its axis numbers."""
    area = frame.area
    left = min(area.left, min(label.box.left for label in frame.column.labels))
    bottom = max(area.bottom, max(label.box.bottom for label in frame.row.labels))
    return Box(left, area.top, max(area.right, left), max(bottom, area.top))


def _is_left(one: Box, other: Box) -> bool:
    return one.right <= other.left and min(one.bottom, other.bottom) > max(one.top, other.top)


def _is_above(one: Box, other: Box) -> bool:
    return one.bottom <= other.top and min(one.right, other.right) > max(one.left, other.left)


def _border(ink: MaskArray, one: Box, other: Box, side_by_side: bool) -> float:
    """Where the page is cut between two plots: through a wide empty stripe."""
    if side_by_side:
        first, last = one.right, other.left
        top, bottom = min(one.top, other.top), max(one.bottom, other.bottom)
        used = ink[int(top) : int(bottom) + 1, int(first) + 2 : int(last) - 1].any(axis=0)
    else:
        first, last = one.bottom, other.top
        left, right = min(one.left, other.left), max(one.right, other.right)
        used = ink[int(first) + 2 : int(last) - 1, int(left) : int(right) + 1].any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[True], used, [True]]).astype(int)))
    starts, ends = edges[::2], edges[1::2]
    if len(starts) == 0:
        return first + BEFORE_RIGHT * (last - first)
    wide = np.flatnonzero(ends - starts >= WIDE_STRIPE * (ends - starts).max())[0 if side_by_side else -1]
    return first + 2 + (starts[wide] + ends[wide]) / 2
