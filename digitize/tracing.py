"""Trace the arms of one ink of a plot: the cheapest staircases, one after the other, with what speaks for each.

Rows and columns are of the plot crop, see plotcrop.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..records import FloatArray, IntArray, MaskArray, Rgb
from .inks import FAINTEST, coverage, ink_where, line_width, nearest_ink
from .plotcrop import PlotCrop
from .prices import SOLID_GAP, bridge_gaps, price_pixels
from .refine import Corners, refine_staircase
from .staircase import Staircase, cheapest_staircase

GRID_FILL = 0.85
"""Share of a row or column that one ink fills where it is a grid line; curves hide a part of it."""
LEAST_EARNED = 0.03
"""What a staircase that no legend entry speaks for must earn, in columns of ink as a share of the plot's width."""
MOST_THICKER = 2.0
"""Times the commonest width of an ink up to which a line in it may be thicker: bands of marks are more."""
HALF_INKED = 0.5
"""Coverage from which a pixel is counted to a line's thickness, without its soft edges."""
SHOWN = 0.4
"""Coverage from which a column of a line's stroke shows its ink."""
DASH_GAP = 4.5
"""Longest gap of a dash pattern in stroke widths: R's dotted line has 3, SAS's longest 4."""


LONGER_GAP = 3.0
"""Times a dash pattern's longest gap over which a line is followed where its ink was seen to go on."""
MIXED = 0.7
"""Thinnest stroke of an ink's legend samples, as a share of the thickest, below which each line is given its own."""


@dataclass(frozen=True, slots=True, eq=False)
class TracedPath:
    """One staircase with what speaks for it.

    own_share: share of its columns on its own ink. hidden: (columns,) bool, where it lies under other ink for longer
    than a mark or a gap of dashes takes.
    start_gap_px: most rows of bare paper on end between S = 1 and its first level. fall_gap_px: in any later drop.
    shows: (columns,) whether each shows its ink.
    """

    ink: int
    stair: Staircase
    corners: Corners
    width_px: float
    own_share: float
    start_gap_px: float
    fall_gap_px: float
    shows: MaskArray
    hidden: MaskArray


def trace_ink(
    crop: PlotCrop,
    own: FloatArray,
    index: int,
    count: int,
    solid: int,
    named: int = 1,
    thin: float = 1.0,
    first: Staircase | None = None,
    widest_gap: float = np.inf,
    bridges: dict[float, MaskArray] | None = None,
) -> list[TracedPath]:
    """Trace up to `count` staircases in one ink, most ink first.

    own: (height, width) its coverage; index: its number. solid: how many of the first are known to have no gaps.
    named: how many the legend shows in this ink: a dotted line earns little, the more so where it is hidden at first.
    thin: stroke of the thinnest of them as a share of the thickest. first: the first one, where it is known already.
    widest_gap: between their dashes, as far as known. bridges: where this ink's gaps up to some length are, by that
    length, as far as they were looked for; what is looked for here is added.
    """
    width = line_width(own)
    others = (crop.ink.strength > 60) & (own < 0.3)
    hiding = others | crop.lettering | crop.frame
    found = [] if first is None else [first]
    # Soft edges make a stroke look narrower and its gaps wider than they are.
    dash_gap = min(DASH_GAP * (width + 1) + 1, widest_gap)
    gaps = [SOLID_GAP if place < solid else dash_gap for place in range(count)]
    bridges = {} if bridges is None else bridges
    for gap in set(gaps) - set(bridges):
        bridges[gap] = bridge_gaps(own > 0.3, gap)
    for place, gap in list(enumerate(gaps))[len(found) :]:
        stair = _cheapest(crop, own, hiding, found, width, (gap, bridges[gap]), thin)
        if stair.earned <= (0.0 if place < named else LEAST_EARNED * own.shape[1]):
            break
        found.append(stair)
    if len(found) > 2:
        found = _traced_again(crop, own, hiding, found, width, [(gap, bridges[gap]) for gap in gaps], thin)
    paths = []
    for place, stair in enumerate(found):
        fresh, hidden = _left_by(own, hiding, found[:place], width, thin)
        paths.append(_describe(stair, index, own, fresh, hidden, width, crop.start_row, hidden & ~crop.frame))
    return paths


def _cheapest(
    crop: PlotCrop,
    own: FloatArray,
    hiding: MaskArray,
    others: list[Staircase],
    width: float,
    gap: tuple[float, MaskArray],
    thin: float,
) -> Staircase:
    """The cheapest staircase on the ink that others leave; gap: longest gap between its dashes, and the ink's gaps."""
    fresh, hidden = _left_by(own, hiding, others, width, thin)
    prices = price_pixels(fresh, hidden, width, *gap, thin if thin < MIXED else 1.0)
    return cheapest_staircase(prices.run, prices.drop, crop.start_row, int(np.ceil(max(3.0, 1.5 * width))))


def _left_by(
    own: FloatArray, hiding: MaskArray, others: list[Staircase], width: float, thin: float
) -> tuple[FloatArray, MaskArray]:
    """The ink that other staircases leave, and what may hide a further one: their ink too."""
    used = np.zeros(own.shape, bool)
    for stair in others:
        stroke = _stroke(stair, own, width) - 1.0 if thin < MIXED else width
        used |= stroke_mask(stair, own.shape, max(width, stroke))
    return np.where(used, 0.0, own), hiding | (used & (own > 0.3))


def _stroke(stair: Staircase, own: FloatArray, width: float) -> float:
    """The usual thickness in px of the ink along a staircase, at most twice the ink's common width."""
    thick = _thickness(stair, own, width, 0.3)
    return float(np.median(thick)) if len(thick) else width


def _commonest_stroke(stair: Staircase, own: FloatArray, width: float) -> float:
    """The commonest thickness in px of the ink along a staircase: risers and marks thicken each column differently."""
    thick = _thickness(stair, own, width, HALF_INKED)
    return float(np.bincount(thick).argmax()) if len(thick) else width


def _thickness(stair: Staircase, own: FloatArray, width: float, inked: float) -> IntArray:
    """Rows of ink through a staircase in each of its inked columns. inked: coverage from which a pixel counts."""
    reach = int(np.ceil(2 * width))
    columns = np.arange(stair.first, stair.last + 1)
    rows = np.clip(stair.row[:, None] + np.arange(-reach, reach + 1), 0, own.shape[0] - 1)
    solid = own[rows, columns[:, None]] > inked
    down = np.logical_and.accumulate(solid[:, reach:], axis=1).sum(axis=1)
    up = np.logical_and.accumulate(solid[:, reach::-1], axis=1).sum(axis=1)
    return np.asarray((down + up - 1)[solid[:, reach]])


def _traced_again(
    crop: PlotCrop,
    own: FloatArray,
    hiding: MaskArray,
    found: list[Staircase],
    width: float,
    gaps: list[tuple[float, MaskArray]],
    thin: float,
) -> list[Staircase]:
    """Staircases traced once more on what all others leave, all but the first.

    The second of three may have begun on the third's ink, which the third then had to share: where the third holds it
    alone, the second looks for its own. Kept where all of them together cover as much ink as before.
    """

    def covered(stairs: list[Staircase]) -> float:
        return float((own - _left_by(own, hiding, stairs, width, thin)[0]).sum())

    for place in range(1, len(found)):
        others = found[:place] + found[place + 1 :]
        again = [*found[:place], _cheapest(crop, own, hiding, others, width, gaps[place], thin), *found[place + 1 :]]
        if again[place].earned > 0 and covered(again) >= covered(found):
            found = again
    return found


def separate_inks(crop: PlotCrop, inks: tuple[tuple[Rgb, ...], ...]) -> list[FloatArray]:
    """Coverage of each pixel by each ink; ink inside lettering counts half, ink of frame and grid nothing.

    inks: each with its colour first and further shades of it after.
    """
    shades = [(i, shade) for i, colors in enumerate(inks) for shade in colors]
    # Most of a plot is paper, which belongs to no ink.
    inked = crop.ink.strength > FAINTEST
    ink = ink_where(crop.ink, inked)
    nearest = nearest_ink(ink, tuple(shade for _, shade in shades))
    owner = np.array([i for i, _ in shades] + [-1])[nearest]
    owns = []
    for index, colors in enumerate(inks):
        share = np.where(owner == index, coverage(ink, colors[0]), 0.0)
        own = np.zeros(inked.shape, share.dtype)
        own[inked] = np.where(share > 0.2, share, 0.0)
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


def trace_farther(
    crop: PlotCrop, own: FloatArray, path: TracedPath, others: list[Staircase], left: MaskArray
) -> TracedPath:
    """A path traced anew on the ink that others leave, over gaps several times as long as those of a dash pattern.

    left: (height, width) bool, the ink that it should reach, which may be thinner than a line covered with marks.
    """
    width = path.width_px
    thin = min(1.0, line_width(left.astype(float)) / width)
    hiding = ((crop.ink.strength > 60) & (own < 0.3)) | crop.lettering | crop.frame
    gap = LONGER_GAP * (DASH_GAP * (width + 1) + 1)
    gaps = gap, bridge_gaps(own > 0.3, gap)
    return described(crop, own, path, _cheapest(crop, own, hiding, others, width, gaps, thin))


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
    shows = ink_along(fresh, stair.row, stair.first, width)
    hidden = _long_runs(hiding[stair.row, columns] & ~shows, max(6.0, 5.0 * width))
    # The commonest width of an ink may be that of its marks: the window of the levels must hold the whole line, along
    # whose edge the staircase may run.
    thick, held = _commonest_stroke(stair, own, width), np.ceil(width / 2 + 1.0) + 1.0
    corners = refine_staircase(stair, own, thick if held < thick <= MOST_THICKER * width else width)
    inked = (own > 0.3) | other
    gap, fall = _start_gap(inked, start_row, corners, width), _fall_gap(inked, stair, width)
    return TracedPath(index, stair, corners, width, float(shows.mean()), gap, fall, shows, hidden)


def ink_along(own: FloatArray, row: IntArray, first: int, width_px: float) -> MaskArray:
    """(n,) bool: whether the stroke of a staircase, levels row from column first on, shows ink in each column."""
    reach = int(np.ceil(width_px / 2))
    rows = np.clip(row[:, None] + np.arange(-reach, reach + 1), 0, own.shape[0] - 1)
    columns = np.arange(first, first + len(row))[:, None]
    return own[rows, columns].max(axis=1) > SHOWN


def _long_runs(flags: MaskArray, least: float) -> MaskArray:
    """The flags of runs of True longer than `least`; shorter runs are cleared."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(int)))
    out = np.zeros(len(flags), bool)
    for start, stop in edges.reshape(-1, 2):
        out[start:stop] = stop - start > least
    return out


def _start_gap(inked: MaskArray, start_row: float, corners: Corners, width: float) -> float:
    """Most rows of bare paper on end between S = 1 and the first level seen, left of that level's end of the stroke.

    The first drops may fall at time 0 or so close together that no level of theirs is seen, but their ink is.
    """
    seen = np.flatnonzero(corners.seen > 0)
    level = int(seen[0]) if len(seen) else 0
    row, column = float(corners.y[level]), float(corners.x[level])
    if row < start_row:
        return start_row - row
    first, last = int(np.ceil(start_row + 0.5)), int(np.floor(row - 0.5))
    beside = inked[max(0, first) : max(0, last), : int(np.ceil(column + width)) + 4].any(axis=1)
    return _longest_gap(beside)


def _fall_gap(inked: MaskArray, stair: Staircase, width: float) -> float:
    """Most rows of bare paper on end in any drop: software always draws the riser of a step."""
    reach = int(np.ceil(width)) + 1
    longest = 0.0
    for i in np.flatnonzero(np.diff(stair.row) > 2 * reach):
        rows = slice(int(stair.row[i]) + reach, int(stair.row[i + 1]) - reach + 1)
        column = stair.first + int(i)
        longest = max(longest, _longest_gap(inked[rows, max(0, column - reach) : column + reach + 2].any(axis=1)))
    return longest


def _longest_gap(inked: MaskArray) -> float:
    """Length of the longest run of False; a dashed riser leaves several, none longer than the gaps of its line."""
    edges = np.flatnonzero(np.diff(np.r_[False, ~inked, False].astype(int))).reshape(-1, 2)
    return float(np.diff(edges, axis=1).max(initial=0))
