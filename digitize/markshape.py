"""The shape of an arm's censor marks, learnt from the columns of its curve, and how much of it each column shows.

A bar of known height that stands on the curve inks as many rows more than the bare stroke wherever it stands, also
where the traced level is a pixel off: the sum of what it reaches above and below is what repeats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, IntArray
from .markprofile import ColumnStack, Surroundings, level_in_columns, stack_columns
from .raster import MaskArray

LEAST_HEIGHT, SOFT_ROWS = 1.3, 0.7
"""A mark reaches out of the stroke, both sides together, by more rows than this share of the stroke's thickness less
its soft rows: less is blur and joins; ticks in our figures have 1.5 and more."""
LEAST_ROWS = 3
"""Rows that the smallest mark reaches out of the stroke: lifelines' ticks in a 300-px plot reach 3."""
ODD_SHARE, ODD_SHARE_SMALL = 0.2, 0.5
"""Columns that agree on a shape, as a share of the reaching columns that do not (risers, joins of thick strokes): for
tall marks, and for marks of a few rows."""
ODD_SHARE_STANDING, ODD_SHARE_LOW = 2.0, 4.0
"""The same for marks on one side of the stroke, and for such of a few rows."""
TWO_SIDED = 0.7
"""Share of a shape's columns that must reach out on both sides, for it not to stand or hang on the stroke."""
STANDING, LEAST_STANDING, LONGEST_STANDING = 4, 4, 6
"""Rows from which a mark that hardly shows on the other side stands or hangs on the stroke; how many separate ones
must, and their mean length in columns: the edge of another arm's stroke runs along in one piece."""
BOTH_SEEN = 0.3
"""Share of the columns with one side in sight in which the other may be, too, for that one to speak alone."""
CORNER_ROWS, LEAST_CORNERS, CORNER_SHARE = 4, 6, 0.7
"""Marks known from corners alone: rows that each must reach at least, how many there must be, and the share of the
corners with ink on their free side that must agree."""
LOW_HEIGHT, MANY = 0.5, 24
"""Reach of the lowest marks, as a share of the stroke's thickness, and columns that must agree on it."""
FEW, FEW_TALL = 6, 8
"""Columns that must agree on a mark of a few rows, twice as many on the smallest; and on one lower than the stroke of a
thick curve is wide, whose joins reach as far."""
SLACK = 2
"""Rows by which the traced level may be off where marks hide the stroke."""
FAINT = 0.15
"""Coverage beside the curve below which a column is bare: JPEG ringing along the stroke."""


@dataclass(frozen=True, slots=True)
class BarShape:
    """Rows that a mark's bar reaches above and below the stroke, and how many columns agreed on it.

    at_corners: learnt from marks that stand on the corners of the staircase, where risers hide one side of each.
    """

    above: int
    below: int
    columns: int
    at_corners: bool = False

    @property
    def rows(self) -> int:
        """Rows on both sides together."""
        return self.above + self.below


@dataclass(frozen=True, slots=True, eq=False)
class BarCoverage:
    """What each column of the plot shows of a bar: share of its height inked, trust in it, whether its ends fit.

    seen, trust: (columns,) 0 to 1; fits: (columns,) bool.
    """

    seen: FloatArray
    trust: FloatArray
    fits: MaskArray


def learn_bar(stack: ColumnStack, stroke_px: float) -> BarShape | None:
    """The commonest reach out of the stroke, where both its ends are known; None when the curve is bare."""
    up, up_ends, down, down_ends = stack.joined()
    known = up_ends & down_ends
    shape = _learn_among(up, down, known, stroke_px)
    return shape or _learn_low(up, down, known, stroke_px)


def _learn_low(up: IntArray, down: IntArray, known: MaskArray, stroke_px: float) -> BarShape | None:
    """The shape of marks that reach out by less than the stroke: many, on both sides, and nothing in between."""
    reach = up + down
    barred = known & (reach >= max(LEAST_ROWS, LOW_HEIGHT * stroke_px)) & (np.minimum(up, down) >= 1)
    if barred.sum() < MANY:
        return None
    height = _commonest(reach[barred])
    agreeing = barred & (np.abs(reach - height) <= 1)
    above, below = round(float(np.median(up[agreeing]))), round(float(np.median(down[agreeing])))
    agreeing &= (np.abs(up - above) <= 1) & (np.abs(down - below) <= 1)
    odd = int((known & (np.maximum(up, down) >= 2) & ~agreeing).sum())
    pieces = int((np.diff(agreeing.astype(np.int8)) == 1).sum())
    clear = agreeing.sum() >= max(MANY, ODD_SHARE_LOW * odd) and pieces >= LEAST_STANDING
    return BarShape(above, below, int(agreeing.sum())) if clear and min(above, below) >= 1 else None


def _learn_among(up: IntArray, down: IntArray, known: MaskArray, stroke_px: float) -> BarShape | None:
    """The shape of marks that reach out by as much as the stroke is thick, or more."""
    reach = up + down
    barred = known & (reach >= max(LEAST_ROWS, LEAST_HEIGHT * stroke_px - SOFT_ROWS))
    if not barred.any():
        return None
    height = _commonest(reach[barred])
    agreeing = barred & (np.abs(reach - height) <= 1)
    if not agreeing.any():
        return None
    above, below = round(float(np.median(up[agreeing]))), round(float(np.median(down[agreeing])))
    agreeing &= (np.abs(up - above) <= SLACK) & (np.abs(down - below) <= SLACK)
    if not agreeing.any():
        return None
    odd = int((known & (reach >= 0.5 * height) & ~agreeing).sum())
    shape = BarShape(above, below, int(agreeing.sum()))
    if (np.minimum(up, down)[agreeing] >= 1).mean() >= TWO_SIDED:
        return shape if _is_believable(shape, odd, stroke_px) else None
    pieces = int((np.diff(agreeing.astype(np.int8)) == 1).sum())
    # Risers beside a level that is a pixel off reach to one side, too, but to either.
    if (
        pieces < LEAST_STANDING
        or shape.columns < FEW
        or not ODD_SHARE_STANDING * odd <= shape.columns <= LONGEST_STANDING * pieces
    ):
        return None
    if max(above, below) < STANDING:
        return shape if shape.columns >= ODD_SHARE_LOW * odd else None
    # A row on the other side is the stroke's own, where the level is half a pixel off.
    return BarShape(shape.rows if above > below else 0, shape.rows if below > above else 0, shape.columns)


def learn_one_side(stack: ColumnStack, stroke_px: float) -> BarShape | None:
    """The shape of marks of which another arm, running close by, hides one side nearly everywhere; else None."""
    up, up_ends, down, down_ends = stack.joined()
    for reach, ends, other_ends, below in ((down, down_ends, up_ends, True), (up, up_ends, down_ends, False)):
        barred = ends & (reach >= max(LEAST_ROWS, LEAST_HEIGHT * stroke_px / 2))
        if not barred.any() or (ends & other_ends).sum() > BOTH_SEEN * ends.sum():
            continue
        height = _commonest(reach[barred])
        agreeing = barred & (np.abs(reach - height) <= 1)
        odd = int((ends & (reach >= 0.5 * height) & ~agreeing).sum())
        pieces = int((np.diff(agreeing.astype(np.int8)) == 1).sum())
        columns = int(agreeing.sum())
        in_pieces = pieces >= LEAST_STANDING and columns <= LONGEST_STANDING * pieces
        if in_pieces and columns >= max(2 * FEW, ODD_SHARE_STANDING * odd):
            return BarShape(0, height, columns) if below else BarShape(height, 0, columns)
    return None


def learn_at_corners(around: Surroundings) -> BarShape | None:
    """The shape of marks that all stand on corners, from the sides that no riser hides; None when there is none.

    Some software draws a mark on the level before a drop, some on the one after; both reach as far up as down.
    """
    move = around.stroke_px / 2 + 1.0
    reaches = []
    for shift in (move, -move):
        stack = stack_columns(around, level_in_columns(around.corners, around.first, around.ink.shape[1], shift))
        up, up_ends, down, down_ends = stack.joined()
        rows = np.where(up_ends, up, 0) if shift > 0 else np.where(down_ends, down, 0)
        of_column = np.zeros(around.ink.shape[1], int)
        of_column[stack.columns] = rows
        reaches.append([_at_corner(of_column, x, around.stroke_px / 2) for x in around.corners.x[1:]])
    best = max((np.array(r, int) for r in reaches), key=lambda r: int((r >= CORNER_ROWS).sum()))
    tall = best[best >= max(CORNER_ROWS, LEAST_HEIGHT * around.stroke_px / 2)]
    if len(tall) < LEAST_CORNERS:
        return None
    height = _commonest(tall)
    agreeing = int((np.abs(tall - height) <= 1).sum())
    return BarShape(height, height, agreeing, True) if agreeing >= CORNER_SHARE * len(tall) else None


def _at_corner(rows: IntArray, x: float, reach_px: float) -> int:
    """The farthest reach among the columns of a riser at x."""
    near = rows[max(0, int(np.ceil(x - reach_px))) : int(np.floor(x + reach_px)) + 1]
    return int(near.max(initial=0))


def _commonest(rows: IntArray) -> int:
    """The commonest number of rows, neighbouring numbers counting half."""
    counts = np.bincount(rows, minlength=3).astype(float)
    return int(np.argmax(np.convolve(counts, [0.5, 1.0, 0.5], "same")))


def _is_believable(shape: BarShape, odd: int, stroke_px: float) -> bool:
    """Whether enough columns agree: a tall bar cannot be an accident of drawing, a pixel beside the stroke can."""
    shorter = min(shape.above, shape.below)
    if shorter >= max(3.0, 0.9 * stroke_px):
        return shape.columns >= max(2.0, ODD_SHARE * odd)
    if shorter >= 3:
        return shape.columns >= max(FEW_TALL, ODD_SHARE_SMALL * odd)
    least = FEW if shape.rows > LEAST_ROWS else 2 * FEW
    return shape.columns >= max(least, ODD_SHARE_SMALL * odd)


def cover_columns(around: Surroundings, shape: BarShape, level: FloatArray) -> BarCoverage:
    """How much of a bar each column shows.

    Beside a drop a bar may hang on the level before it or on the one after; the better of the two counts.
    """
    width = around.ink.shape[1]
    seen, trust, fits = np.zeros(width), np.zeros(width), np.zeros(width, bool)
    move = around.stroke_px / 2 + 1.0
    for shift in (0.0, -move, move):
        moved = level if shift == 0.0 else level_in_columns(around.corners, around.first, width, shift)
        stack = stack_columns(around, moved)
        now, sure = _share_of_bar(stack, shape)
        fit = _ends_fit(stack, shape)
        now = np.where((sure >= 1.0) | fit, now, 0.0)
        at = stack.columns
        better = (now * sure > seen[at] * trust[at]) | ((trust[at] == 0) & (sure > 0))
        seen[at] = np.where(better, now, seen[at])
        trust[at] = np.where(better, sure, trust[at])
        fits[at] = np.where(better, fit, fits[at])
    seen = np.where(seen < FAINT, 0.0, seen)
    return BarCoverage(np.where(_with_fitting_column(seen, fits), seen, 0.0), trust, fits)


def _with_fitting_column(seen: FloatArray, fits: MaskArray) -> MaskArray:
    """Columns of those inked runs in which at least one column ends where a bar ends."""
    change = np.diff(np.r_[0, (seen > 0).astype(np.int8), 0])
    keep = np.zeros(len(seen), bool)
    for start, stop in zip(np.flatnonzero(change == 1), np.flatnonzero(change == -1), strict=True):
        keep[start:stop] = fits[start:stop].any()
    return keep


def _ends_fit(stack: ColumnStack, shape: BarShape) -> MaskArray:
    """Columns whose ink ends where a bar's ends are, as far as the ends can be seen."""
    up, up_ends, down, down_ends = stack.joined()
    both = up_ends & down_ends
    off_up, off_down = np.abs(up - shape.above), np.abs(down - shape.below)
    level_off = (np.abs(up + down - shape.rows) <= 1) & (off_up <= SLACK) & (off_down <= SLACK)
    whole = level_off | ((off_up <= 1) & (off_down <= 1))
    half = (up_ends & (off_up <= 1) & (shape.above > 0)) | (down_ends & (off_down <= 1) & (shape.below > 0))
    return np.where(both, whole, half)


def _share_of_bar(stack: ColumnStack, shape: BarShape) -> tuple[FloatArray, FloatArray]:
    """Inked share of the bar's rows outside the stroke, at the best of a few heights, and trust in it; (n,) each."""
    known, clear, inked = (
        np.cumsum(np.pad(a, ((1, 0), (0, 0))), axis=0, dtype=float)
        for a in (stack.known, stack.clear, stack.ink * stack.known)
    )
    first_up, last_down = stack.middle - stack.above, stack.middle + stack.below + 1
    seen, trust = np.zeros(stack.ink.shape[1]), np.zeros(stack.ink.shape[1])
    slack = min(SLACK, shape.rows // 3)
    for s in sorted(range(-slack, slack + 1), key=abs):
        rows_up = first_up + s - _inner(shape.above), first_up + s
        rows_down = last_down + s, last_down + s + _inner(shape.below)
        up, down = _Side(inked, known, clear, *rows_up), _Side(inked, known, clear, *rows_down)
        now, sure = _both_sides(up, down) if shape.above and shape.below else _one_side(up if shape.above else down)
        if s:
            # A row off its level, a mark can only be told from the edge of a riser where both sides are clear of it.
            sure = np.where(up.clear & down.clear, sure, 0.0)
        better = (now * sure > seen * trust) | ((trust == 0) & (sure > 0))
        seen, trust = np.where(better, now, seen), np.where(better, sure, trust)
    return seen, trust


def _inner(rows: int) -> int:
    """Rows of one side that a bar surely fills: its soft tip left out."""
    return rows - 1 if rows > 1 else rows


class _Side:
    """The rows of a bar on one side of the stroke: mean ink where known, whether half of them are known, and clear."""

    def __init__(self, inked: FloatArray, known: FloatArray, clear: FloatArray, start: int, stop: int) -> None:
        start, stop = max(start, 0), min(stop, len(known) - 1)
        rows = max(stop - start, 0)
        counted = known[start + rows] - known[start]
        total = inked[start + rows] - inked[start]
        self.mean = np.divide(total, counted, out=np.zeros(len(counted)), where=counted > 0)
        self.known = (counted >= 0.5 * rows) & (rows > 0)
        self.clear = (clear[start + rows] - clear[start] >= 0.5 * rows) & (rows > 0)


def _one_side(side: _Side) -> tuple[FloatArray, FloatArray]:
    """Ink of a bar that stands or hangs on the stroke; trusted where the side is clear of risers."""
    return side.mean, np.where(side.clear, 1.0, np.where(side.known, 0.5, 0.0))


def _both_sides(up: _Side, down: _Side) -> tuple[FloatArray, FloatArray]:
    """Ink of a bar from its two sides: their mean where they are alike, else the lesser; one side alone counts half."""
    both = up.known & down.known
    low, high = np.minimum(up.mean, down.mean), np.maximum(up.mean, down.mean)
    joint = np.where(low > 0.5 * high, 0.5 * (low + high), low)
    one = up.clear | down.clear
    alone = np.where(up.clear, up.mean, np.where(down.clear, down.mean, 0.0))
    return np.where(both, joint, alone), np.where(both, 1.0, np.where(one, 0.5, 0.0))
