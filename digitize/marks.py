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
from .markchain import fit_bars
from .markink import mark_ink, without_misread_marks
from .markprofile import (
    Surroundings,
    hiding_strokes,
    level_in_columns,
    look_around,
    reach_beside,
    stack_columns,
    stroke_edges,
)
from .markshape import LEAST_CORNERS, BarCoverage, BarShape, cover_columns, learn_at_corners, learn_bar, learn_one_side
from .plotcrop import PlotCrop
from .tracing import TracedPath

WHOLE_SHARE = 0.35
"""Share of the marks placed that must show both their ends: of the accidents at the corners of bare curves less than
0.31 do, of marks on steep curves 0.43 and more."""
HALF_SHARE = 0.7
"""The same for marks on corners, one end of which a riser hides."""
LEAST_STRANGE = 6
"""Columns that must show a mark's shape in ink that is not surely the arm's: an edge of a band crosses in two."""
BESIDE_OTHERS = 2.0
"""Pixels added to other arms' strokes where ink of any colour counts: mixtures of two inks look like a third."""
CLEAR = 0.95
"""Confidence from which marks in the arm's own ink need no second look in any ink."""


@dataclass(frozen=True, slots=True, eq=False)
class ArmMarks:
    """The marks of one arm.

    x: (m,) columns of the crop, sub-pixel, sorted; where marks touch, the fewest that cover the ink. draws_marks:
    whether the arm carries marks at all. shape: "none" or "bar". confidence: share of the marks that show their ends,
    0 to 1. reach_px: rows above and below the level that a mark covers, and its width. visible: share of the curve's
    columns in which a mark would be seen; other arms, lettering and steep drops hide the rest.
    """

    x: FloatArray
    draws_marks: bool
    shape: str
    confidence: float
    reach_px: tuple[float, float, float] = (0.0, 0.0, 0.0)
    visible: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", read_only(np.sort(np.asarray(self.x, float))))


NO_MARKS = ArmMarks(np.zeros(0), False, "none", 0.0)


def find_marks(crop: PlotCrop, path: TracedPath, own: FloatArray, others: tuple[TracedPath, ...]) -> ArmMarks:
    """Find the censor marks of one arm.

    own: (height, width) coverage by the arm's ink. others: the panel's other arms.
    """
    crop, own = without_misread_marks(crop, path, own)
    level = level_in_columns(path.corners, path.stair.first, own.shape[1])
    edges = stroke_edges(own, level, hiding_strokes(crop, others))
    marks = _marks_around(look_around(crop, path, own, others, edges), level, 1)
    if marks.draws_marks and marks.confidence >= CLEAR:
        return marks
    near = mark_ink(crop, path, own, others, reach_beside(own.shape[0]) + round(sum(edges)) + 1)
    around = look_around(crop, path, near, others, edges, BESIDE_OTHERS)
    wider = _marks_around(around, level, LEAST_STRANGE)
    return max(marks, wider, key=lambda m: m.confidence * len(m.x) * m.reach_px[2])


def _marks_around(around: Surroundings, level: FloatArray, least_columns: int) -> ArmMarks:
    """The marks of a curve in one ink; least_columns: how many must show their shape."""
    stack = stack_columns(around, level)
    shape = learn_bar(stack, around.stroke_px) or learn_one_side(stack, around.stroke_px) or learn_at_corners(around)
    if shape is None or shape.columns < least_columns:
        return NO_MARKS
    return _place_marks(around, shape, level)


def _place_marks(around: Surroundings, shape: BarShape, level: FloatArray) -> ArmMarks:
    """Place repeats of a learnt bar along the curve, and judge whether they are marks at all."""
    cover = cover_columns(around, shape, level)
    fit = fit_bars(cover.seen, cover.trust, around.stroke_px + shape.rows)
    x, width = fit.x, fit.width_px
    whole, half = _complete(x, cover)
    if shape.at_corners:
        # Marks whose both ends show would have been learnt without the corners.
        believed = whole <= half and whole + half >= max(LEAST_CORNERS, HALF_SHARE * len(x))
    else:
        believed = whole >= max(1.0, WHOLE_SHARE * len(x))
    if not believed:
        return NO_MARKS
    reach = (around.above_px + shape.above, around.below_px + shape.below, width)
    visible = float((cover.trust[np.isfinite(level)] > 0).mean())
    return ArmMarks(x, True, "bar", (whole + 0.5 * half) / len(x), reach, visible)


def _complete(x: FloatArray, cover: BarCoverage) -> tuple[int, int]:
    """How many marks reach as far as the shape says on both sides, and how many on the one side that can be seen."""
    columns = np.clip(np.round(x).astype(int), 1, len(cover.fits) - 2)[:, None] + np.array([-1, 0, 1])
    whole = (cover.fits & (cover.trust >= 1))[columns].any(axis=1)
    half = cover.fits[columns].any(axis=1) & ~whole
    return int(whole.sum()), int(half.sum())
