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
from .markchain import fit_bars
from .markprofile import Surroundings, hiding_strokes, level_in_columns, look_around, stack_columns, stroke_edges
from .markshape import WIDEST, BarCoverage, BarShape, cover_columns, learn_bar
from .plotcrop import PlotCrop
from .tracing import TracedPath

WHOLE_SHARE = 0.35
"""Share of the marks placed that must show both their ends: of the accidents at the corners of bare curves less than
0.31 do, of marks on steep curves 0.43 and more."""
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


def find_marks(
    crop: PlotCrop, path: TracedPath, own: FloatArray, others: tuple[TracedPath, ...]
) -> ArmMarks:
    """Find the censor marks of one arm.

    own: (height, width) coverage by the arm's ink. others: the panel's other arms.
    """
    width = own.shape[1]
    level = level_in_columns(path.corners, path.stair.first, width)
    edges = stroke_edges(own, level, hiding_strokes(crop, others))
    marks = _marks_in(crop, path, own, others, edges)
    if not marks.draws_marks:
        foreign = _foreign_ink(crop, path, others)
        marks = marks if foreign is None else _marks_in(crop, path, foreign, others, edges)
    return marks


def _marks_in(
    crop: PlotCrop,
    path: TracedPath,
    ink: FloatArray,
    others: tuple[TracedPath, ...],
    edges: tuple[float, float],
) -> ArmMarks:
    """The marks of a curve that are drawn in one ink."""
    around = look_around(crop, path, ink, others, edges)
    level = level_in_columns(path.corners, path.stair.first, ink.shape[1])
    shape = learn_bar(stack_columns(around, level), around.stroke_px)
    return NO_MARKS if shape is None else _place_marks(around, shape, level)


def _place_marks(around: Surroundings, shape: BarShape, level: FloatArray) -> ArmMarks:
    """Place repeats of a learnt bar along the curve, and judge whether they are marks at all."""
    cover = cover_columns(around, shape, level)
    fit = fit_bars(cover.seen, cover.trust, WIDEST * around.stroke_px + 1.0)
    x, width = fit.x, fit.width_px
    whole, half = _complete(x, cover)
    if whole < WHOLE_SHARE * len(x) or not len(x):
        return NO_MARKS
    reach = (around.above_px + shape.above, around.below_px + shape.below, width)
    return ArmMarks(x, True, "bar", min(1.0, (whole + 0.5 * half) / len(x)), reach)


def _complete(x: FloatArray, cover: BarCoverage) -> tuple[int, int]:
    """How many marks reach as far as the shape says on both sides, and how many on the one side that can be seen."""
    columns = np.clip(np.round(x).astype(int), 1, len(cover.fits) - 2)[:, None] + np.array([-1, 0, 1])
    whole = (cover.fits & (cover.trust >= 1))[columns].any(axis=1)
    half = cover.fits[columns].any(axis=1) & ~whole
    return int(whole.sum()), int(half.sum())


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
