"""Censor marks: what remains of an arm's ink when its staircase is taken off, read as repeats of one shape.

The mark's height, width and blur are learnt from the arm itself; then its repeats are placed along the curve at
sub-pixel, dense runs split by width. A mark belongs to a curve when it stands on that curve's level. Marks drawn in
an ink of their own (black on a coloured curve) are found where that ink covers the curve.
Columns and rows are of the plot crop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..records import FloatArray, read_only
from .markchain import Bar, bars_of, fit_bars, measure_bar
from .markink import mark_ink, without_misread_marks
from .markprofile import (
    BareStroke,
    Surroundings,
    apart_from_curve,
    bare_stroke,
    hiding_strokes,
    is_band,
    level_in_columns,
    look_around,
    reach_beside,
    stack_columns,
    turned,
    without_saturation,
)
from .markshape import (
    LEAST_CORNERS,
    LEAST_ROWS,
    BarCoverage,
    BarShape,
    cover_columns,
    learn_at_corners,
    learn_bar,
    learn_one_side,
)
from .marksymbol import InkBeside, ink_beside, learn_symbol, place_symbols
from .plotcrop import PlotCrop
from .raster import MaskArray
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
LEAST_ON_DROPS = 3
"""Level bars of plus signs that must stick out of a curve's risers on both sides."""
ONE_HEIGHT = 1.5
"""Rows by which the marks of a panel's arms may differ in height and still be one shape."""
TEACHES = 0.6
"""Confidence from which an arm's marks are looked for on arms that show none by themselves."""
WIDER_GAIN = 1.2
"""How much more any ink must explain than the arm's own for the marks to be looked for in it: thin ticks that lose
their hue to JPEG show 1.5 times as many; less is other ink mixed in."""
UPRIGHT = 0.4
"""Share of a mark's height that ink must stand upright to be its bar: level bars of plus signs at other levels of a
steep curve are a sixth as thick, and a curve's own ink may cut a bar in halves."""


@dataclass(frozen=True, slots=True, eq=False)
class ArmMarks:
    """The marks of one arm.

    x: (m,) columns of the crop, sub-pixel, sorted; where marks touch, the fewest that cover the ink. draws_marks:
    whether the arm carries marks at all. shape: "none", "bar" or "symbol". confidence: share that show their ends,
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


@dataclass(frozen=True, slots=True, eq=False)
class ArmLine:
    """A traced arm: own, (height, width) coverage by its ink; sample_px, stroke of its legend sample, 0 without one."""

    path: TracedPath
    own: FloatArray
    sample_px: float = 0.0


NO_MARKS = ArmMarks(np.zeros(0), False, "none", 0.0)


def find_marks(crop: PlotCrop, lines: Sequence[ArmLine]) -> list[ArmMarks]:
    """Find the censor marks of each arm of a panel.

    Most software draws all arms' marks alike: what one arm teaches is looked for on those that taught nothing, and
    the width of one mark is measured on all arms together.
    """
    views = _views(crop, lines)
    found = [_marks_of(view) for view in views]
    teachers = [(f, v) for f, v in zip(found, views, strict=True) if f and f.marks.confidence >= TEACHES]
    for i, view in enumerate(views):
        if found[i] is None:
            found[i] = _best([_marks_as_taught(view, f.marks, v.bare) for f, v in teachers])
    placed = _of_one_kind(found, views)
    return [_with_marks_on_drops(f, v.own, v.level) if f else NO_MARKS for f, v in zip(placed, views, strict=True)]


def _best(found: Iterable[_Found | None]) -> _Found | None:
    """The marks that explain most columns, as far as they are sure."""
    return max((f for f in found if f), key=_evidence, default=None)


def _evidence(found: _Found) -> float:
    return found.marks.confidence * len(found.marks.x) * found.marks.reach_px[2]


def _of_one_kind(found: list[_Found | None], views: list[_View]) -> list[_Found | None]:
    """Marks of one height placed with the width that all arms together show, or as the symbol that they all are."""
    some = [(f, v) for f, v in zip(found, views, strict=True) if f]
    height = [sum(f.marks.reach_px[:2]) + 1.0 for f, _ in some]
    if not some or max(height) - min(height) > ONE_HEIGHT:
        return found
    bar = _common_bar([f for f, _ in some])
    beside = [ink_beside(stack_columns(f.around, v.level), f.reach_rows, len(f.cover.seen)) for f, v in some]
    symbol = learn_symbol(beside, max(height), bar.width_px)
    if symbol is None:
        return [f and f.with_bar(bar) for f in found]
    placed = iter([f.with_symbols(*symbol, b) for (f, _), b in zip(some, beside, strict=True)])
    return [f and next(placed) for f in found]


def _common_bar(found: list[_Found]) -> Bar:
    """The one bar that explains the marks of several arms best."""
    gap = np.zeros(round(max(f.widest_px for f in found)) + 2)
    seen = np.concatenate([part for f in found for part in (f.cover.seen, gap)])
    trust = np.concatenate([part for f in found for part in (f.cover.trust, gap)])
    return measure_bar(seen, trust, min(f.widest_px for f in found))


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The marks of an arm, where they were found, by which shape, and the coverage that they explain."""

    marks: ArmMarks
    around: Surroundings
    shape: BarShape
    cover: BarCoverage

    @property
    def widest_px(self) -> float:
        """The widest that one of the marks could be: as wide as it is tall."""
        return self.around.stroke_px + self.shape.rows

    @property
    def reach_rows(self) -> int:
        """Rows beside the stroke to which the marks reach, on the side on which they reach farther."""
        return max(self.shape.above, self.shape.below)

    def with_symbols(self, symbol: Bar, share: float, beside: InkBeside) -> _Found:
        """The marks placed anew as repeats of a symbol; share: how many lone ones show it."""
        above, below, _ = self.marks.reach_px
        x, reach = place_symbols(symbol, beside), (above, below, symbol.width_px)
        return replace(self, marks=replace(self.marks, x=x, shape="symbol", confidence=share, reach_px=reach))

    def with_bar(self, bar: Bar) -> _Found:
        """The marks placed anew, each as wide as a bar."""
        fit = bars_of(bar, self.cover.seen, self.cover.trust)
        above, below, _ = self.marks.reach_px
        whole, half = _complete(fit.x, self.cover)
        confidence = (whole + 0.5 * half) / max(1, len(fit.x))
        marks = replace(self.marks, x=fit.x, confidence=confidence, reach_px=(above, below, bar.width_px))
        return replace(self, marks=marks)


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """One arm's line in the crop, its lettering put right, with its level in each column and its bare stroke.

    others: the other arms, with the widths of their bare strokes.
    """

    crop: PlotCrop
    path: TracedPath
    own: FloatArray
    others: tuple[TracedPath, ...]
    level: FloatArray
    bare: BareStroke

    def surroundings(self, ink: FloatArray, beyond_px: float = 0.0) -> Surroundings:
        """The line in an ink; beyond_px: width added to other arms' strokes, whose soft edges may look like it."""
        free = ~hiding_strokes(self.crop, self.others, beyond_px)
        return look_around(ink, free, self.path.corners, self.path.stair.first, self.bare)


def _views(crop: PlotCrop, lines: Sequence[ArmLine]) -> list[_View]:
    """The arms' lines, each knowing what the others hide: their strokes, not the marks on them."""
    cleared = [without_misread_marks(crop, line.path, line.own) for line in lines]
    levels = [level_in_columns(line.path.corners, line.path.stair.first, line.own.shape[1]) for line in lines]
    thin = []
    for line, (seen, own), level in zip(lines, cleared, levels, strict=True):
        alone = without_saturation(bare_stroke(own, level, hiding_strokes(seen, ())), line.sample_px)
        thin.append(replace(line.path, width_px=min(line.path.width_px, alone.rows)))
    out = []
    for i, (line, (seen, own), level) in enumerate(zip(lines, cleared, levels, strict=True)):
        others = tuple(path for j, path in enumerate(thin) if j != i)
        bare = without_saturation(bare_stroke(own, level, hiding_strokes(seen, others)), line.sample_px)
        out.append(_View(seen, line.path, own, others, level, bare))
    return out


def _marks_of(view: _View) -> _Found | None:
    """The marks of one arm, by the shape that the arm itself shows."""
    found = _marks_around(view.surroundings(view.own), view.level, 1)
    reach = reach_beside(view.own.shape[0]) + round(view.bare.rows)
    near = mark_ink(view.crop, view.path, view.own, view.others, reach)
    around = view.surroundings(near, BESIDE_OTHERS)
    if found and _inked(cover_columns(around, found.shape, view.level)) <= WIDER_GAIN * _inked(found.cover):
        return found
    wider = _marks_around(around, view.level, LEAST_STRANGE)
    if wider and (found is None or _evidence(wider) > WIDER_GAIN * _evidence(found)):
        upright = max(LEAST_ROWS, round(UPRIGHT * (sum(wider.marks.reach_px[:2]) + 1.0)))
        apart = _marks_around(apart_from_curve(around, view.own, upright), view.level, LEAST_STRANGE)
        return apart if apart and _evidence(apart) > _evidence(wider) else wider
    return found


def _inked(cover: BarCoverage) -> float:
    """Columns' worth of ink in which a bar may be seen."""
    return float((cover.seen * cover.trust).sum())


def _marks_as_taught(view: _View, marks: ArmMarks, bare: BareStroke) -> _Found | None:
    """Another arm's marks, on its bare stroke, looked for along a line.

    Where the two run close, each hides one side of the other's marks: what shows below one shows above the other.
    """
    stroke = bare if is_band(view.bare, bare, marks.reach_px) else view.bare
    above, below = (round(reach) for reach in (marks.reach_px[0] - bare.above_px, marks.reach_px[1] - bare.below_px))
    sides = [(above, below)] + ([(below, above)] if min(above, below) == 0 else [])
    around = replace(view, bare=stroke).surroundings(view.own)
    thicker = (stroke.rows - bare.rows) / 2
    shapes = [BarShape(max(0, round(up - thicker)), max(0, round(down - thicker)), 0) for up, down in sides]
    tall = [s for s in shapes if max(s.above, s.below) >= LEAST_ROWS - 1]
    return _best(_place_marks(around, shape, view.level) for shape in tall)


def _marks_around(around: Surroundings, level: FloatArray, least_columns: int) -> _Found | None:
    """The marks of a curve in one ink; least_columns: how many must show their shape."""
    stack = stack_columns(around, level)
    shape = learn_bar(stack, around.stroke_px) or learn_one_side(stack, around.stroke_px) or learn_at_corners(around)
    if shape is None or shape.columns < least_columns:
        return None
    return _place_marks(around, shape, level)


def _place_marks(around: Surroundings, shape: BarShape, level: FloatArray) -> _Found | None:
    """Place repeats of a learnt bar along the curve, and judge whether they are marks at all."""
    cover = cover_columns(around, shape, level)
    fit = fit_bars(cover.seen, cover.trust, around.stroke_px + shape.rows)
    whole, half = _complete(fit.x, cover)
    if shape.at_corners:
        # Marks whose both ends show would have been learnt without the corners.
        believed = whole <= half and whole + half >= max(LEAST_CORNERS, HALF_SHARE * len(fit.x))
    else:
        believed = whole >= max(1.0, WHOLE_SHARE * len(fit.x))
    if not believed:
        return None
    reach = (around.bare.above_px + shape.above, around.bare.below_px + shape.below, fit.bar.width_px)
    visible = float((cover.trust[np.isfinite(level)] > 0).mean())
    marks = ArmMarks(fit.x, True, "bar", (whole + 0.5 * half) / len(fit.x), reach, visible)
    return _Found(marks, around, shape, cover)


def _with_marks_on_drops(found: _Found, own: FloatArray, level: FloatArray) -> ArmMarks:
    """An arm's marks with those plus signs besides that stand on steep stretches, by their level bars.

    A plus sign reaches as far to each side as up and down.
    """
    if found.marks.shape != "bar" or len(found.around.corners.y) < 2 or not found.around.risers_hide:
        return found.marks
    marks, side = found.marks, turned(found.around, own)
    half = round((marks.reach_px[0] + marks.reach_px[1]) / 2 - (side.bare.above_px + side.bare.below_px) / 2)
    if half < LEAST_ROWS - 1:
        return marks
    column = level_in_columns(side.corners, side.first, len(own))
    cover = cover_columns(side, BarShape(half, half, 0), column)
    rows = bars_of(Bar(marks.reach_px[2], 0.0), cover.seen, cover.trust).x
    whole, at = _complete_ones(rows, cover), np.clip(np.round(rows).astype(int), 0, len(own) - 1)
    if whole.sum() < max(LEAST_ON_DROPS, WHOLE_SHARE * len(rows)):
        return marks
    x = [column[r] for r in at[whole] if np.isfinite(column[r])]
    near = np.clip(np.round(marks.x).astype(int), 0, len(level) - 1)
    fresh = [
        c for c, r in zip(x, rows[whole], strict=True) if not (np.hypot(marks.x - c, level[near] - r) < half).any()
    ]
    return replace(marks, x=np.r_[marks.x, fresh])


def _complete_ones(x: FloatArray, cover: BarCoverage) -> MaskArray:
    """Which marks reach as far as the shape says on both sides."""
    columns = np.clip(np.round(x).astype(int), 1, len(cover.fits) - 2)[:, None] + np.array([-1, 0, 1])
    return (cover.fits & (cover.trust >= 1))[columns].any(axis=1)


def _complete(x: FloatArray, cover: BarCoverage) -> tuple[int, int]:
    """How many marks reach as far as the shape says on both sides, and how many on the one side that can be seen."""
    columns = np.clip(np.round(x).astype(int), 1, len(cover.fits) - 2)[:, None] + np.array([-1, 0, 1])
    whole = (cover.fits & (cover.trust >= 1))[columns].any(axis=1)
    half = cover.fits[columns].any(axis=1) & ~whole
    return int(whole.sum()), int(half.sum())
