"""Censor marks: what remains of an arm's ink when its staircase is taken off, read as repeats of one shape.

The mark's height, width and blur are learnt from the arm itself; then its repeats are placed along the curve at
sub-pixel, dense runs split by width. A mark belongs to a curve when it stands on that curve's level. Marks drawn in
an ink of their own (black on a coloured curve) are found where that ink covers the curve.
Columns and rows are of the plot crop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, read_only
from .inks import coverage, nearest_ink, to_lab
from .markchain import place_bars
from .markprofile import (
    Sides,
    Surroundings,
    hiding_strokes,
    joined_rows,
    level_in_columns,
    look_around,
    rows_beside,
    stroke_edges,
)
from .tracing import PlotCrop, TracedPath

LEAST_HEIGHT = 0.45
"""Rows that a bar must reach out of the stroke, as a share of its thickness, smaller reaches are blur and joins;
the smallest tick in our figures has 0.8."""
LEAST_ROWS = 3
"""Rows, above and below together, that the smallest mark covers: lifelines' ticks in a 300-px plot."""
LEAST_SHARE = 0.15
"""Columns that agree on a shape, as a share of the inked columns that do not: risers and joins of thick strokes."""
FAINT = 0.15
"""Coverage beside the curve below which a column is bare: JPEG ringing along the stroke."""
ISOLATED_SHARE = 0.07
"""Share of the separate runs that must be as wide as one mark: in dense curves few marks stand alone."""
WIDEST = 1.0
"""Widest bar, as a share of its height."""
COMPLETE_SHARE = 0.25
"""Share of the marks placed that must show both ends: in steep curves risers and neighbours cover most of them."""
FOREIGN_COLOR = 40.0
"""Lab distance from every arm's ink beyond which ink on a curve is that of its marks."""


@dataclass(frozen=True, slots=True, eq=False)
class ArmMarks:
    """The marks of one arm.

    x: (m,) columns of the crop, sub-pixel, sorted. draws_marks: whether the arm carries marks at all. shape: "none",
    "bar" or a name. confidence: 0 to 1. reach_px: rows above and below the level that a mark covers, and its width.
    """

    x: FloatArray
    draws_marks: bool
    shape: str
    confidence: float
    reach_px: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", read_only(np.sort(np.asarray(self.x, float))))


NO_MARKS = ArmMarks(np.zeros(0), False, "none", 1.0)


@dataclass(frozen=True, slots=True)
class BarShape:
    """Rows that a mark's bar covers above and below the stroke's edge, and how many columns agreed on it."""

    above: int
    below: int
    columns: int


def find_marks(
    crop: PlotCrop, path: TracedPath, own: FloatArray, others: tuple[TracedPath, ...]
) -> ArmMarks:
    """Find the censor marks of one arm.

    own: (height, width) coverage by the arm's ink. others: the panel's other arms.
    """
    width = own.shape[1]
    level = level_in_columns(path.corners, path.stair.first, width)
    edges = stroke_edges(own, level, hiding_strokes(crop, others))
    inks = [own]
    foreign = _foreign_ink(crop, path, others)
    if foreign is not None:
        inks.append(foreign)
    best, best_shape = None, None
    for ink in inks:
        around = look_around(crop, path, ink, others, edges)
        shape = learn_bar(rows_beside(around, level), around.stroke_px)
        if shape is not None and (best_shape is None or shape.columns > best_shape.columns):
            best, best_shape = around, shape
    return NO_MARKS if best is None else _place_marks(best, best_shape, level)


def learn_bar(sides: Sides, stroke_px: float) -> BarShape | None:
    """The commonest reach above and below the stroke together, over the columns where both are known; None when bare."""
    up, up_ends = joined_rows(sides.above, sides.above_known)
    down, down_ends = joined_rows(sides.below, sides.below_known)
    full = up_ends & down_ends
    reach = len(sides.above)
    least = max(1.0, LEAST_HEIGHT * stroke_px)
    barred = full & (np.minimum(up, down) >= least) & (up + down >= LEAST_ROWS) & (np.maximum(up, down) < reach)
    if not barred.any():
        return None
    above, below = _commonest(up[barred], reach), _commonest(down[barred], reach)
    agreeing = int((barred & (np.abs(up - above) <= 1) & (np.abs(down - below) <= 1)).sum())
    odd = int((full & (np.maximum(up, down) >= 0.5 * max(above, below))).sum()) - agreeing
    shape = BarShape(above, below, agreeing)
    return shape if agreeing >= _least_columns(shape, stroke_px) and agreeing >= LEAST_SHARE * odd else None


def _commonest(rows: FloatArray, most: int) -> int:
    """The commonest number of rows, neighbouring numbers counting half."""
    counts = np.bincount(rows, minlength=most + 1).astype(float)
    return int(np.argmax(np.convolve(counts, [0.5, 1.0, 0.5], "same")))


def _least_columns(shape: BarShape, stroke_px: float) -> int:
    """Columns that must agree: a tall bar cannot be an accident of drawing, a pixel beside the stroke can."""
    rows = min(shape.above, shape.below)
    if rows >= max(3.0, 0.9 * stroke_px):
        return 1
    return 4 if rows >= 3 else 6


def _place_marks(around: Surroundings, shape: BarShape, level: FloatArray) -> ArmMarks:
    """Place repeats of a learnt bar along the curve, and judge whether they are marks at all."""
    seen, trust, fits = _bar_coverage(around, shape, level)
    measured = _measure_bar(seen, trust, fits)
    if measured is None:
        return NO_MARKS
    width, blur = measured
    height = around.stroke_px + shape.above + shape.below
    if width > WIDEST * height:
        return NO_MARKS
    x = place_bars(seen, trust, width, blur)
    complete = _count_complete(x, trust, fits)
    share = complete / max(len(x), 1)
    if share < COMPLETE_SHARE:
        return NO_MARKS
    reach = (around.above_px + shape.above, around.below_px + shape.below, width)
    return ArmMarks(x, True, "bar", min(1.0, share), reach)


def _count_complete(x: FloatArray, trust: FloatArray, fits: FloatArray) -> float:
    """Marks whose own column reaches as far as the shape says; half a mark where one side alone is known."""
    columns = np.clip(np.round(x).astype(int), 1, len(fits) - 2)
    good = np.max([fits[columns + d] * np.where(trust[columns + d] >= 1, 1.0, 0.5) for d in (-1, 0, 1)], axis=0, initial=0)
    return float(good.sum())


def _bar_coverage(
    around: Surroundings, shape: BarShape, level: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """How much of a bar's height each column shows, how far that can be trusted, and whether its ends are the bar's.

    Three arrays (columns,): 0 to 1, 0 to 1, and bool.

    Beside a drop the bar may hang on the level before it or on the one after; the better of the two counts.
    """
    width = around.ink.shape[1]
    seen, trust, fits = np.zeros(width), np.zeros(width), np.zeros(width, bool)
    move = around.stroke_px / 2 + 1.0
    for shift in (0.0, -move, move):
        moved = level if shift == 0.0 else level_in_columns(around.corners, around.first, width, shift)
        sides = rows_beside(around, moved)
        now, sure = _share_of_bar(sides, shape)
        at = sides.columns
        better = (now * sure > seen[at] * trust[at]) | ((trust[at] == 0) & (sure > 0))
        seen[at] = np.where(better, now, seen[at])
        trust[at] = np.where(better, sure, trust[at])
        fits[at] = np.where(better, _ends_fit(sides, shape), fits[at])
    return np.where(seen < FAINT, 0.0, seen), trust, fits


def _ends_fit(sides: Sides, shape: BarShape) -> FloatArray:
    """Columns whose ink ends where a bar's ends are, within a row, on every side where the end can be seen."""
    up, up_ends = joined_rows(sides.above, sides.above_known)
    down, down_ends = joined_rows(sides.below, sides.below_known)
    up_fits, down_fits = np.abs(up - shape.above) <= 1, np.abs(down - shape.below) <= 1
    return (up_ends | down_ends) & (up_fits | ~up_ends) & (down_fits | ~down_ends)


def _share_of_bar(sides: Sides, shape: BarShape) -> tuple[FloatArray, FloatArray]:
    up, up_known = _inner_rows(sides.above, sides.above_known, shape.above)
    down, down_known = _inner_rows(sides.below, sides.below_known, shape.below)
    both = up_known & down_known
    low, high = np.minimum(up, down), np.maximum(up, down)
    joint = np.where(low > 0.5 * high, 0.5 * (up + down), low)
    seen = np.where(both, joint, np.where(up_known, up, np.where(down_known, down, 0.0)))
    return seen, np.where(both, 1.0, np.where(up_known | down_known, 0.5, 0.0))


def _inner_rows(ink: FloatArray, known: FloatArray, rows: int) -> tuple[FloatArray, FloatArray]:
    """Mean ink of a bar's rows on one side, its soft ends left out, and whether enough of them is known."""
    inner = slice(1 if rows > 3 else 0, max(1, rows - 1))
    counted = known[inner].sum(axis=0)
    total = np.where(known[inner], ink[inner], 0.0).sum(axis=0)
    mean = np.divide(total, counted, out=np.zeros(len(total)), where=counted > 0)
    return mean, counted > 0.45 * known[inner].shape[0]


def _measure_bar(seen: FloatArray, trust: FloatArray, fits: FloatArray) -> tuple[float, float] | None:
    """Width and blur in px of one bar, from the narrowest runs of columns that several places share."""
    starts, stops = _runs((seen > 0) & (trust > 0))
    runs = [(s, e) for s, e in zip(starts, stops, strict=True) if trust[s:e].min() >= 1 and (fits & (seen > 0.4))[s:e].any()]
    mass = np.array([seen[s:e].sum() for s, e in runs])
    runs = [r for r, m in zip(runs, mass, strict=True) if m > 0.5]
    mass = mass[mass > 0.5]
    if not len(runs):
        return None
    order = np.sort(mass)
    alike = np.array([((order >= 0.8 * m) & (order <= 1.2 * m)).sum() for m in order])
    smallest = order[np.argmax(alike >= max(min(2, len(order)), ISOLATED_SHARE * len(order)))]
    width = float(np.median(order[(order >= 0.8 * smallest) & (order <= 1.25 * smallest)]))
    spread = [_variance(seen[s:e]) for (s, e), m in zip(runs, mass, strict=True) if abs(m - width) < 0.2 * width]
    excess = float(np.median(spread)) - width**2 / 12 - 1 / 12 if spread else 0.0
    return width, float(np.sqrt(max(0.0, excess)))


def _runs(flags: FloatArray) -> tuple[FloatArray, FloatArray]:
    change = np.diff(np.r_[0, flags.astype(np.int8), 0])
    return np.flatnonzero(change == 1), np.flatnonzero(change == -1)


def _variance(weights: FloatArray) -> float:
    at = np.arange(len(weights))
    mean = np.average(at, weights=weights)
    return float(np.average((at - mean) ** 2, weights=weights))


def _foreign_ink(crop: PlotCrop, path: TracedPath, others: tuple[TracedPath, ...]) -> FloatArray | None:
    """Coverage by an ink that covers this curve here and there and is none of the arms'; None when there is none."""
    columns = np.arange(path.stair.first, path.stair.last + 1)
    rows = path.stair.row
    strong = crop.ink.strength[rows, columns] > 60
    own_color = np.median(crop.ink.core[rows[path.shows], columns[path.shows]], axis=0)
    arms = [own_color] + [
        np.median(crop.ink.core[o.stair.row[o.shows], np.flatnonzero(o.shows) + o.stair.first], axis=0) for o in others
    ]
    strange = strong & ~path.shows & ~crop.lettering[rows, columns]
    colors = crop.ink.core[rows[strange], columns[strange]]
    if len(colors) < 2:
        return None
    lab = to_lab(colors)
    far = np.all([np.linalg.norm(lab - to_lab(a), axis=1) > FOREIGN_COLOR for a in arms], axis=0)
    if far.sum() < 2:
        return None
    r, g, b = (int(round(float(v))) for v in np.median(colors[far], axis=0))
    known = tuple(tuple(int(v) for v in a) for a in arms) + ((r, g, b),)
    label = nearest_ink(crop.ink, known)
    return np.where(label == len(known) - 1, coverage(crop.ink, (r, g, b)), 0.0)
