"""What stands above and below a curve, column by column: how far ink reaches out of the stroke, and in what shape.

A censor mark's bar covers the same rows beside the stroke at each of its places, so that its height shows as the
commonest reach among the columns. Risers, other curves, lettering and the frame are left out as unknown.
Rows and columns are of the plot crop; rows go down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..records import FloatArray, IntArray
from .plotcrop import PlotCrop
from .raster import MaskArray
from .refine import Corners
from .tracing import TracedPath, stroke_mask

REACH_SHARE = 0.045
"""Farthest reach of a mark beside the stroke, as a share of the plot's height: the longest tick seen has 0.02."""
LEAST_REACH, MOST_REACH = 9, 40
"""The same in px."""
INKED = 0.3
"""Coverage from which a row counts as part of a mark: a thin tick that straddles two columns has 0.5, less in JPEGs."""
THIN_COLUMNS = 15.0
"""Percentile of the columns' thickness that is the bare stroke: marks may cover five sixths of a curve."""
DASH_END = 2
"""Columns at each end of a dash whose stroke is thinned by blur."""
FEW_COLUMNS = 20
"""Columns from which a stroke's thickness can be told."""
PHASES = 4
"""Steps to a pixel in which the stroke's coverage is kept: levels are good to a quarter of one."""
SOFT_ROWS = 1.5
"""Rows beyond the stroke's inked ones in which its own soft edge may still show."""
LEAST_FREE, SHARED = 0.4, 0.15
"""Share of a row that the stroke is taken to leave free at least, lest noise be blown up; and coverage by the stroke
from which a row is shared with it."""
SATURATED, LEAST_BAND, BAND_SLACK = 3.0, 5.0, 1.5
"""How many times thicker than the sample in the legend, or than another arm, a stroke must be for it to be a band of
marks; its least rows; and rows by which it may differ from another arm's marks."""
SOFT_EDGE, WIDE_EDGE = 0.5, 1.5
"""Columns of blur beside a riser that are not looked at: where both sides of the curve bear a mark out, and where one
side must do."""


@dataclass(frozen=True, slots=True, eq=False)
class BareStroke:
    """A curve's stroke where it bears no mark.

    above_px, below_px: how far it reaches, from its level to the centre of the last inked row. ink: (n,) its coverage
    at distances from the level that are PHASES steps to a pixel, the level in the middle.
    """

    above_px: float
    below_px: float
    ink: FloatArray

    @property
    def rows(self) -> float:
        """Rows that it inks."""
        return self.above_px + self.below_px + 1.0

    def at(self, distance_px: FloatArray) -> FloatArray:
        """Its coverage at rows so far below (or, negative, above) the level."""
        half = len(self.ink) // 2
        return np.interp(distance_px, np.arange(-half, half + 1) / PHASES, self.ink, left=0.0, right=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """The ink of one curve and where it can be judged.

    ink: (height, width) coverage by the ink of the marks, tints of bands taken off. free: bool, where nothing else is
    drawn; known: where the curve's risers are not, either; clear: where they are well away.
    corners: the curve. first: its first column. bare: its stroke between marks.
    """

    ink: FloatArray
    free: MaskArray
    known: MaskArray
    clear: MaskArray
    corners: Corners
    first: int
    bare: BareStroke

    @property
    def stroke_px(self) -> float:
        """Rows that the bare stroke inks."""
        return self.bare.rows

    @property
    def risers_hide(self) -> bool:
        """Whether the curve's own risers hide marks: not those in another ink."""
        return self.known is not self.free

    @property
    def reach(self) -> int:
        """Rows beside the stroke that are looked at."""
        return reach_beside(self.ink.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class ColumnStack:
    """Columns of the plot cut out around the curve: row `middle` is the curve's level, rows go down.

    columns: (n,) columns of the crop. ink, known, clear: (2 * middle + 1, n), see Surroundings; what the bare stroke
    itself inks is taken off. above, below: rows of the bare stroke beyond its level.
    """

    columns: IntArray
    ink: FloatArray
    known: MaskArray
    clear: MaskArray
    above: int
    below: int

    @property
    def middle(self) -> int:
        """Row of the level."""
        return len(self.ink) // 2

    def joined(self) -> tuple[IntArray, MaskArray, IntArray, MaskArray]:
        """Rows inked without a break above the stroke, whether known paper ends them, and the same below; (n,) each."""
        up = slice(self.middle - self.above - 1, None, -1)
        down = slice(self.middle + self.below + 1, None)
        return *_joined_rows(self.ink[up], self.known[up]), *_joined_rows(self.ink[down], self.known[down])


def reach_beside(height: int) -> int:
    """Rows beside the stroke of a curve that are looked at, in a plot of the given height in px."""
    return int(np.clip(REACH_SHARE * height, LEAST_REACH, MOST_REACH))


def look_around(ink: FloatArray, free: MaskArray, corners: Corners, first: int, bare: BareStroke) -> Surroundings:
    """Set a curve's ink beside what hides it.

    ink: (height, width) coverage by the ink of the marks. free: bool, where nothing else is drawn. corners: the curve,
    from column first on; bare: its stroke.
    """
    half = bare.rows / 2
    return Surroundings(
        ink=without_tint(ink, reach_beside(len(ink))),
        free=free,
        known=free & ~_riser_mask(corners, ink.shape, half + SOFT_EDGE),
        clear=free & ~_riser_mask(corners, ink.shape, half + WIDE_EDGE),
        corners=corners,
        first=first,
        bare=bare,
    )


def apart_from_curve(around: Surroundings, own: FloatArray, upright: int) -> Surroundings:
    """A curve's surroundings in upright strokes of ink not its own: marks of another colour, which no riser hides.

    own: (height, width) coverage by the curve's own ink. upright: rows that a stroke reaches up at least.
    """
    strange = np.where(own > 0, 0.0, around.ink).astype(np.float32)
    bars = cv2.morphologyEx(strange, cv2.MORPH_OPEN, np.ones((upright, 1), np.uint8))
    return replace(around, ink=bars, known=around.free, clear=around.free)


def turned(around: Surroundings, own: FloatArray) -> Surroundings:
    """A curve's surroundings with rows for columns: its risers lie level there, and its levels are the drops.

    own: (height, width) coverage by the curve's own ink.
    """
    c = around.corners
    fallen = Corners(c.y[:-1], c.x[1:], float(c.y[-1]), c.seen[1:], c.noise)
    first = int(np.ceil(c.y[0]))
    level = level_in_columns(fallen, first, len(own))
    bare = bare_stroke(own.T, level, ~around.free.T)
    return look_around(around.ink.T, around.free.T, fallen, first, bare)


def hiding_strokes(crop: PlotCrop, others: tuple[TracedPath, ...], beyond_px: float = 0.0) -> MaskArray:
    """(height, width) bool: lettering, the frame and the strokes of other arms."""
    hiding = np.asarray(crop.lettering, bool) | np.asarray(crop.frame, bool)
    for other in others:
        hiding = hiding | np.asarray(stroke_mask(other.stair, hiding.shape, max(1.0, other.width_px) + beyond_px), bool)
    return hiding


def without_tint(ink: FloatArray, size: int) -> FloatArray:
    """Coverage with areas larger than `size` px both ways taken off: bands that share the hue."""
    ink = ink.astype(np.float32)
    base = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((size, size), np.uint8))
    return np.clip((ink - base) / np.maximum(1.0 - base, 0.2), 0.0, 1.0)


def level_in_columns(corners: Corners, first: int, width: int, shift_px: float = 0.0) -> FloatArray:
    """Level of the curve in each column, nan off the curve; shift_px moves every drop to the right."""
    columns = np.arange(width)
    starts = np.r_[-np.inf, corners.x[1:] + shift_px]
    level = corners.y[np.searchsorted(starts, columns, side="right") - 1].astype(float)
    level[(columns < first) | (columns > corners.end + 2.5)] = np.nan
    return level


def bare_stroke(own: FloatArray, level: FloatArray, hiding: MaskArray) -> BareStroke:
    """The stroke of a curve between its marks.

    Taken from the columns that show least, for marks may cover most of a curve. hiding: (height, width) bool, strokes
    of other arms and lettering: columns that they touch are left out where enough others are; so are ends of dashes.
    """
    at = _columns_to_measure(own, level, hiding)
    if not len(at):
        return BareStroke(0.5, 0.5, np.ones(1))
    row = np.clip(np.round(level[at]).astype(int), 0, len(own) - 1)
    edges, thin = [], np.ones(len(at), bool)
    for step in (-1, 1):
        rows = np.clip(row + step * np.arange(1, MOST_REACH + 1)[:, None], 0, len(own) - 1)
        reach = np.cumprod(own[rows, at] > INKED, axis=0).sum(axis=0) + step * (row - level[at])
        edges.append(max(0.0, float(np.percentile(reach, THIN_COLUMNS))))
        thin &= reach <= edges[-1] + 1.0
    return BareStroke(edges[0], edges[1], _ink_by_distance(own, level, at[thin], max(edges) + SOFT_ROWS))


def without_saturation(bare: BareStroke, sample_px: float) -> BareStroke:
    """The stroke that a legend's sample shows, where the thinnest of a curve is a band of touching marks.

    sample_px: stroke of the sample, 0 when there is none.
    """
    if not sample_px or bare.rows < max(LEAST_BAND, SATURATED * sample_px):
        return bare
    half = (sample_px - 1) / 2
    return BareStroke(half, half, np.ones(1))


def is_band(bare: BareStroke, other: BareStroke, reach_px: tuple[float, float, float]) -> bool:
    """Whether a stroke is as tall as the marks of another arm, whose own stroke is much thinner."""
    height = reach_px[0] + reach_px[1] + 1.0
    return abs(bare.rows - height) <= BAND_SLACK and bare.rows >= max(LEAST_BAND, SATURATED * other.rows)


def _columns_to_measure(own: FloatArray, level: FloatArray, hiding: MaskArray) -> IntArray:
    """Columns in which the stroke shows: those clear of other ink and of the ends of dashes, where they are enough."""
    columns = np.flatnonzero(np.isfinite(level))
    row = np.clip(np.round(level[columns]).astype(int), 0, len(own) - 1)
    on = own[row, columns] > INKED
    inside_dash = cv2.erode(on.astype(np.uint8)[None, :], np.ones((1, 2 * DASH_END + 1), np.uint8))[0] > 0
    beside = level[columns].astype(int) + np.arange(-4, 5)[:, None]
    inside = (beside >= 0) & (beside < len(own))
    touched = (inside & hiding[np.clip(beside, 0, len(own) - 1), columns]).any(axis=0)
    for usable in (inside_dash.ravel() & ~touched, inside_dash.ravel(), on):
        if usable.sum() >= FEW_COLUMNS:
            break
    return columns[usable] if usable.any() else columns


def _ink_by_distance(own: FloatArray, level: FloatArray, columns: IntArray, reach_px: float) -> FloatArray:
    """Median coverage of the columns' rows by their distance from the level, up to reach_px; see BareStroke."""
    half = int(np.ceil(reach_px * PHASES))
    row = np.round(level[columns]).astype(int) + np.arange(-int(reach_px) - 1, int(reach_px) + 2)[:, None]
    place = np.rint((row - level[columns]) * PHASES).astype(int) + half
    inside = (place >= 0) & (place <= 2 * half) & (row >= 0) & (row < len(own))
    ink, place = own[np.clip(row, 0, len(own) - 1), columns][inside], place[inside]
    held = np.unique(place)
    if not len(held):
        return np.ones(1)
    return np.interp(np.arange(2 * half + 1), held, [float(np.median(ink[place == p])) for p in held])


def stack_columns(around: Surroundings, level: FloatArray) -> ColumnStack:
    """Cut out the columns in which the curve has a level."""
    height = around.ink.shape[0]
    columns = np.flatnonzero(np.isfinite(level))
    above, below = round(around.bare.above_px), round(around.bare.below_px)
    middle = around.reach + max(above, below) + 1
    rows = np.round(level[columns]).astype(int) + np.arange(-middle, middle + 1)[:, None]
    inside = (rows >= 0) & (rows < height)
    rows = np.clip(rows, 0, height - 1)
    ink = np.where(inside, around.ink[rows, columns], 0.0)
    ink = _beyond_stroke(ink, around.bare.at(rows - level[columns]), middle)
    known, clear = (inside & mask[rows, columns] for mask in (around.known, around.clear))
    return ColumnStack(columns, ink, known, clear, above, below)


def _beyond_stroke(ink: FloatArray, bare: FloatArray, middle: int) -> FloatArray:
    """Coverage (rows, n) by what stands on the stroke, given the stroke's own; its level is in row `middle`.

    In rows that the stroke inks in part little more can be seen: the next row outwards may speak for them.
    """
    more = np.clip((ink - bare) / np.maximum(1.0 - bare, LEAST_FREE), 0.0, 1.0)
    shared = bare > SHARED
    for r in range(1, middle + 1):
        for row in (r - 1, len(ink) - r):
            outer = row - 1 if row < middle else row + 1
            if 0 <= outer < len(ink):
                more[row] = np.where(shared[row], np.maximum(more[row], more[outer]), more[row])
    return more


def _joined_rows(ink: FloatArray, known: MaskArray) -> tuple[IntArray, MaskArray]:
    """How many of the first rows are inked without a break, and whether the row after them is known paper."""
    rows = np.cumprod((ink > INKED) & known, axis=0).sum(axis=0)
    last = np.minimum(rows, len(ink) - 1)
    return rows, (rows < len(ink)) & known[last, np.arange(ink.shape[1])]


def _riser_mask(corners: Corners, shape: tuple[int, int], half: float) -> MaskArray:
    """Pixels within `half` columns of the drops of a curve."""
    mask = np.zeros(shape, bool)
    for x, above, below in zip(corners.x[1:], corners.y[:-1], corners.y[1:], strict=True):
        left, right = int(np.ceil(x - half)), int(np.floor(x + half))
        mask[max(0, int(above)) : int(np.ceil(below)) + 1, max(0, left) : max(0, right + 1)] = True
    return mask
