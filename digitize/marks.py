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
from .markprofile import Surroundings, hiding_strokes, level_in_columns, look_around, stack_columns, stroke_edges
from .markshape import WIDEST, BarCoverage, BarShape, cover_columns, learn_bar, measure_bar
from .plotcrop import PlotCrop
from .tracing import TracedPath

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
        shape = learn_bar(stack_columns(around, level), around.stroke_px)
        if shape is not None and (best_shape is None or shape.columns > best_shape.columns):
            best, best_shape = around, shape
    return NO_MARKS if best is None else _place_marks(best, best_shape, level)


def _place_marks(around: Surroundings, shape: BarShape, level: FloatArray) -> ArmMarks:
    """Place repeats of a learnt bar along the curve, and judge whether they are marks at all."""
    cover = cover_columns(around, shape, level)
    measured = measure_bar(cover)
    if measured is None:
        return NO_MARKS
    width, blur = measured
    if width > WIDEST * (around.stroke_px + shape.rows):
        return NO_MARKS
    x = place_bars(cover.seen, cover.trust, width, blur)
    share = _complete(x, cover) / max(len(x), 1)
    if share < COMPLETE_SHARE:
        return NO_MARKS
    reach = (around.above_px + shape.above, around.below_px + shape.below, width)
    return ArmMarks(x, True, "bar", min(1.0, share), reach)


def _complete(x: FloatArray, cover: BarCoverage) -> float:
    """Marks whose own column reaches as far as the shape says; half a mark where one side alone is known."""
    columns = np.clip(np.round(x).astype(int), 1, len(cover.fits) - 2)
    worth = cover.fits * np.where(cover.trust >= 1, 1.0, 0.5)
    return float(np.max([worth[columns + d] for d in (-1, 0, 1)], axis=0, initial=0).sum())


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
