"""Trace the arms of one ink of a plot: the cheapest staircases, one after the other, with what speaks for each.

Rows and columns are of the plot crop, see plotcrop.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..records import FloatArray, MaskArray, Rgb
from .inks import coverage, line_width, nearest_ink
from .plotcrop import PlotCrop
from .prices import SOLID_GAP, price_pixels
from .refine import Corners, refine_staircase
from .staircase import Staircase, cheapest_staircase

GRID_FILL = 0.85
"""Share of a row or column that one ink fills where it is a grid line; curves hide a part of it."""
DASH_GAP = 4.5
"""Longest gap of a dash pattern in stroke widths: R's dotted line has 3, SAS's longest 4."""


@dataclass(frozen=True, slots=True, eq=False)
class TracedPath:
    """One staircase with what speaks for it.

    own_share: share of its columns on its own ink. hidden: (columns,) bool, where it lies under other ink for longer
    than a mark or a gap of dashes takes.
    start_gap_px: rows of bare paper between S = 1 and its first level. shows: (columns,) whether each shows its ink.
    """

    ink: int
    stair: Staircase
    corners: Corners
    width_px: float
    own_share: float
    start_gap_px: float
    shows: MaskArray
    hidden: MaskArray


def trace_ink(crop: PlotCrop, own: FloatArray, index: int, count: int, solid: int) -> list[TracedPath]:
    """Trace up to `count` staircases in one ink, most ink first.

    own: (height, width) its coverage; index: its number. solid: how many of the first are known to have no gaps.
    """
    width = line_width(own)
    others = (crop.ink.strength > 60) & (own < 0.3)
    hiding = others | crop.lettering | crop.frame
    paths: list[TracedPath] = []
    fresh = own.copy()
    for place in range(count):
        # Soft edges make a stroke look narrower and its gaps wider than they are.
        gap = SOLID_GAP if place < solid else DASH_GAP * (width + 1) + 1
        prices = price_pixels(fresh, hiding, width, gap)
        stair = cheapest_staircase(prices.run, prices.drop, crop.start_row, int(np.ceil(max(3.0, 1.5 * width))))
        if stair.earned <= 0.03 * own.shape[1]:
            break
        paths.append(_describe(stair, index, own, fresh, hiding, width, crop.start_row, hiding & ~crop.frame))
        used = stroke_mask(stair, own.shape, width)
        hiding |= used & (fresh > 0.3)
        fresh = np.where(used, 0.0, fresh)
    return paths


def separate_inks(crop: PlotCrop, inks: tuple[tuple[Rgb, ...], ...]) -> list[FloatArray]:
    """Coverage of each pixel by each ink; ink inside lettering counts half, ink of frame and grid nothing.

    inks: each with its colour first and further shades of it after.
    """
    shades = [(i, shade) for i, colors in enumerate(inks) for shade in colors]
    nearest = nearest_ink(crop.ink, tuple(shade for _, shade in shades))
    owner = np.array([i for i, _ in shades] + [-1])[nearest]
    owns = []
    for index, colors in enumerate(inks):
        own = np.where(owner == index, coverage(crop.ink, colors[0]), 0.0)
        own = np.where(own > 0.2, own, 0.0)
        own = np.where(crop.lettering, 0.5 * own, own)
        own[crop.frame | _grid(own > 0.3)] = 0.0
        owns.append(own)
    return owns


def _grid(inked: MaskArray) -> MaskArray:
    """Pixels of rows and columns that one ink fills from end to end, where there are two such lines or more."""
    grid = np.zeros(inked.shape, bool)
    for axis in (1, 0):
        full = inked.mean(axis=axis) > GRID_FILL
        lines = int(full[0]) + int((np.diff(full.astype(int)) == 1).sum())
        if lines >= 2:
            grid |= full[:, None] if axis == 1 else full[None, :]
    return grid


def stroke_mask(stair: Staircase, shape: tuple[int, int], width_px: float) -> MaskArray:
    """Pixels that a staircase drawn with the given stroke covers, one pixel of blur included."""
    mask = np.zeros(shape, np.uint8)
    columns = np.arange(stair.first, stair.last + 1)
    points = np.stack([np.repeat(columns, 2), np.repeat(stair.row, 2)], axis=1)
    points[1:, 0] = np.r_[points[2:, 0], points[-1, 0]]
    cv2.polylines(mask, [points.astype(np.int32)], False, 1, thickness=int(np.ceil(width_px)) + 2)
    return mask > 0


def described(crop: PlotCrop, own: FloatArray, path: TracedPath, stair: Staircase) -> TracedPath:
    """The path with another staircase of the same ink in its place."""
    hiding = ((crop.ink.strength > 60) & (own < 0.3)) | crop.lettering | crop.frame
    return _describe(stair, path.ink, own, own, hiding, path.width_px, crop.start_row, hiding & ~crop.frame)


def _describe(
    stair: Staircase,
    index: int,
    own: FloatArray,
    fresh: FloatArray,
    hiding: MaskArray,
    width: float,
    start_row: float,
    other: MaskArray,
) -> TracedPath:
    """other: bool, ink of other arms and lettering, which may hide the first drop; the axis line may not."""
    columns = np.arange(stair.first, stair.last + 1)
    reach = int(np.ceil(width / 2))
    rows = np.clip(stair.row[:, None] + np.arange(-reach, reach + 1), 0, own.shape[0] - 1)
    shows = fresh[rows, columns[:, None]].max(axis=1) > 0.4
    hidden = _long_runs(hiding[stair.row, columns] & ~shows, max(6.0, 5.0 * width))
    corners = refine_staircase(stair, own, width)
    gap = _start_gap((own > 0.3) | other, start_row, corners, width)
    return TracedPath(index, stair, corners, width, float(shows.mean()), gap, shows, hidden)


def _long_runs(flags: MaskArray, least: float) -> MaskArray:
    """The flags of runs of True longer than `least`; shorter runs are cleared."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(int)))
    out = np.zeros(len(flags), bool)
    for start, stop in edges.reshape(-1, 2):
        out[start:stop] = stop - start > least
    return out


def _start_gap(inked: MaskArray, start_row: float, corners: Corners, width: float) -> float:
    """Rows of bare paper between S = 1 and the first level that is seen, left of that level's end of the stroke.

    The first drops may fall at time 0 or so close together that no level of theirs is seen, but their ink is.
    """
    seen = np.flatnonzero(corners.seen > 0)
    level = int(seen[0]) if len(seen) else 0
    row, column = float(corners.y[level]), float(corners.x[level])
    if row < start_row:
        return start_row - row
    first, last = int(np.ceil(start_row + 0.5)), int(np.floor(row - 0.5))
    beside = inked[max(0, first) : max(0, last), : int(np.ceil(column + width)) + 4].any(axis=1)
    return float((~beside).sum())
