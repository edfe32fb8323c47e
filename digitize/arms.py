"""Decide which staircases are arms: trace every ink of the plot, and keep what behaves like a survival curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..records import FloatArray, MaskArray
from .bars import bars_through, is_hatched
from .claims import behaves, contrast_of, is_dashed_path, may_be_hidden, on_marks, rhythm_along, stays_at_one
from .limitinks import with_keys_of_middles
from .limits import without_limits
from .palette import PlotInk, is_grey, is_tint, same_line
from .plotcrop import PlotCrop
from .rhythm import Rhythm, rhythm_of_sample
from .shades import join_paler_stretches, with_idle_keys, with_stronger_tones
from .styles import assign_styles
from .tracing import SHOWN, TracedPath, described, ink_along, separate_inks, stroke_mask, trace_ink

RIDING = 0.6
"""Share of columns within a stroke of a better path beyond which a thin claim is marks riding on that path."""
LEAST_EXPLAINED = 0.4
"""Share of an unnamed ink that its curves must account for: grid lines and edges of tints are spread elsewhere."""
MOST_PATHS = 4
DASH_GAIN = 1.2
"""How much more ink a path that may bridge gaps must gather before a line said to be solid is taken for dashed."""
GAP_SLACK, GAP_BLUR = 1.5, 2.0
"""Times the widest gap in a legend's samples, and pixels besides, that a gap between a curve's dashes may have."""
LEAST_BURIED, MARK_PAY, STRONG_INK = 0.05, 0.6, 60.0
"""Least stretch of a curve under a row of marks in another ink, as a share of the plot's width; what a column of such
ink pays (own ink pays 1), and its RGB distance from the paper."""
FOLLOWS, ALONG = 0.9, 0.75
"""Share of a curve that must stay as it was when it is followed under marks or farther, and of what follows under marks
that has ink."""
FULLER = 1.1
"""Times as much ink that arms must show along them for two tones to be one ink."""
LIMITS_ALIKE = 0.75
"""Share of its columns with ink that one of two limits shows, as a share of the other's: they are drawn alike."""
LEAST_CONTRAST = 100.0
"""RGB distance from the paper that an ink without legend entry must have: grids and tints are paler."""


@dataclass(frozen=True, slots=True, eq=False)
class ArmPath:
    """A staircase taken for an arm, the ink it is drawn in, and that ink's coverage (height, width).

    confusable: whether it crosses an arm of the same ink and style, so that the two may have been exchanged.
    rhythm: of its line where another arm or none of the legend has its ink, None where its colour tells enough.
    """

    path: TracedPath
    ink: PlotInk
    own: FloatArray
    confusable: bool = False
    rhythm: Rhythm | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _InkCurves:
    """The staircases of one ink.

    sure: curves that it draws, one for each legend entry and at least one. spare: those it may draw besides.
    hidden: one hidden for the most part, where it draws none. traced: all of these and what is no curve by itself.
    """

    sure: Sequence[TracedPath] = ()
    spare: Sequence[TracedPath] = ()
    hidden: Sequence[TracedPath] = ()
    traced: Sequence[TracedPath] = ()


def find_arms(crop: PlotCrop, inks: tuple[PlotInk, ...], expected: int | None = None) -> list[ArmPath]:
    """Trace all inks and return the paths that are arms, in no particular order.

    Each legend entry stands for one curve; an ink without entry draws one, and more where the figure names more arms.
    expected: number of arms that the figure names elsewhere (rows of the table, or by hand), None when it does not.
    """
    inks = with_keys_of_middles(crop, inks, _owns(crop, inks))
    arms = _arms_of_inks(crop, inks, expected)
    joined = join_paler_stretches(crop, [a.path for a in arms], inks)
    arms, inks = _better(crop, arms, inks, joined, expected)
    arms, inks = _better(crop, arms, inks, with_idle_keys(inks, {a.path.ink for a in arms}), expected)
    return _fuller(crop, arms, inks, expected)


def _better(
    crop: PlotCrop, arms: list[ArmPath], inks: tuple[PlotInk, ...], other: tuple[PlotInk, ...], expected: int | None
) -> tuple[list[ArmPath], tuple[PlotInk, ...]]:
    """The arms in fewer inks where those are no fewer arms, or still all that are due, with these inks; as they were
    otherwise."""
    if len(other) == len(inks):
        return arms, inks
    again = _arms_of_inks(crop, other, expected)
    due = _wanted(inks, expected) or len(arms)
    return (again, other) if len(again) >= min(due, len(arms)) else (arms, inks)


def _wanted(inks: tuple[PlotInk, ...], expected: int | None) -> int | None:
    """How many arms the figure names: in its table, by hand, or in a legend of several entries."""
    named = sum(len(i.keys) for i in inks)
    return expected or (named if named > 1 else None)


def _fuller(crop: PlotCrop, arms: list[ArmPath], inks: tuple[PlotInk, ...], expected: int | None) -> list[ArmPath]:
    """The arms with thin lines traced together with a stronger ink of their tone where they then show more ink."""
    other = with_stronger_tones(inks)
    if len(other) == len(inks):
        return arms
    again = _arms_of_inks(crop, other, expected)
    seen, fuller = (sum(_weight(a.path) for a in found) for found in (arms, again))
    return again if len(again) == len(arms) and fuller > FULLER * seen else arms


def _arms_of_inks(crop: PlotCrop, inks: tuple[PlotInk, ...], expected: int | None) -> list[ArmPath]:
    """The arms that these inks draw, see find_arms."""
    owns = _owns(crop, inks)
    wanted = _wanted(inks, expected)
    sure: list[TracedPath] = []
    spare: list[TracedPath] = []
    hidden: list[TracedPath] = []
    traced: list[TracedPath] = []
    for index, ink in enumerate(inks):
        tint = any(is_tint(ink.color, other.color) for other in inks if other.keys and other is not ink)
        found = _curves_of_ink(crop, owns[index], index, ink, wanted, tint=tint)
        sure += found.sure
        spare += found.spare
        hidden += found.hidden
        traced += found.traced
    paths = leading = _drop_riders(sure, inks)
    paths, spare = _without_limit_pairs(paths, spare, traced, inks)
    paths = _without_surplus(paths, inks, wanted, sure=expected is not None)
    if wanted is None:
        # A lone entry of the legend that was read stands for an arm too.
        paths += _hidden_ones([p for p in hidden if inks[p.ink].keys], paths, inks)
    else:
        hidden += [p for p in sure if not any(p is k for k in leading) and not is_grey(inks[p.ink].color)]
        paths += _hidden_ones(hidden, paths, inks)[: max(0, wanted - len(paths))]
    if wanted is None or len(paths) < wanted:
        paths += _spares(spare, paths, inks, wanted)
    settled = [a for i, ink in enumerate(inks) for a in _settled(crop, [p for p in paths if p.ink == i], owns[i], ink)]
    drawn = {a.path.ink for a in settled}
    return [replace(a, path=_under_marks(crop, a.path, owns, drawn)) for a in settled]


def _owns(crop: PlotCrop, inks: tuple[PlotInk, ...]) -> list[FloatArray]:
    """Coverage of each pixel by each ink, by any of its tones."""
    single = [
        (index, colors) for index, i in enumerate(inks) for colors in ((i.color, *i.shades), *((t,) for t in i.tones))
    ]
    owns = [np.zeros(crop.ink.strength.shape, np.float32) for _ in inks]
    for (index, _), own in zip(single, separate_inks(crop, tuple(colors for _, colors in single)), strict=True):
        owns[index] = np.maximum(owns[index], own)
    return owns


def _curves_of_ink(
    crop: PlotCrop, own: FloatArray, index: int, ink: PlotInk, wanted: int | None, *, tint: bool
) -> _InkCurves:
    """The curves of an ink. tint: whether it is a paler tone of one with a legend entry, like the edge of a band."""
    named = len(ink.keys)
    if not named and (contrast_of(crop, ink) < LEAST_CONTRAST or tint):
        return _InkCurves()
    due = max(1, named)
    traced = _traced(crop, own, index, ink, max(due, MOST_PATHS))
    extra = [i >= due and wanted is None for i in range(len(traced))]
    paths = [p for p, e in zip(traced, extra, strict=True) if behaves(p, crop, ink, own, extra=e)]
    if not paths and wanted is not None:
        paths = [p for p in traced[:1] if stays_at_one(p, crop, ink) or is_dashed_path(p, crop, own)]
    # A dashed arm may run close along another; the ends of marks show no even gaps.
    riders = [any(on_marks(p, other) for other in paths[:i]) for i, p in enumerate(paths)]
    paths = [p for i, p in enumerate(paths) if i < due or not riders[i] or is_dashed_path(p, crop, own)]
    if not named and _explained(crop, own, paths or traced[:1]) < LEAST_EXPLAINED:
        # Letters and tables may have an arm's ink: its curves count only where the figure names more arms.
        spare = [p for p in paths if wanted is not None and behaves(p, crop, ink, own, extra=True)]
        return _InkCurves(spare=spare, traced=traced)
    if wanted is None or len(paths) > wanted:
        single = [p for p in without_limits(traced) if any(p is q for q in paths)]
        # Limits never leave fewer arms than the legend names.
        paths = single if len(single) >= named else paths
    if paths and is_hatched(paths[0], own):
        # The bars of a hatched band gather enough ink for paths across them.
        paths = paths[:due]
    hidden = [] if paths else [p for p in traced[:1] if may_be_hidden(p, crop)]
    return _InkCurves(paths[:due], paths[due:], hidden, traced)


def _hidden_ones(hidden: list[TracedPath], paths: list[TracedPath], inks: tuple[PlotInk, ...]) -> list[TracedPath]:
    """Curves hidden for the most part, in colours of which nothing else is drawn, most ink first."""
    drawn = [inks[p.ink].color for p in paths]
    own = [p for p in hidden if not any(same_line(inks[p.ink].color, color) for color in drawn)]
    return sorted(own, key=lambda p: -_weight(p))


def _traced(crop: PlotCrop, own: FloatArray, index: int, ink: PlotInk, count: int) -> list[TracedPath]:
    """Staircases of one ink; the first is taken for a solid line unless bridging gaps gathers much more ink."""
    widths = [k.width_px for k in ink.keys]
    thin = min(widths) / max(widths) if widths else 1.0
    gap = _widest_gap(ink) / crop.scale
    if len(ink.keys) > 1:
        return trace_ink(crop, own, index, count, solid=0, named=len(ink.keys), thin=thin, widest_gap=gap)
    bridges: dict[float, MaskArray] = {}
    dashed = trace_ink(crop, own, index, 1, solid=0, widest_gap=gap, bridges=bridges)
    if not dashed:
        return []
    # A short sample of long dashes looks solid: the curve itself decides.
    unbroken = trace_ink(crop, own, index, 1, solid=1, bridges=bridges)
    solid = bool(unbroken) and _weight(dashed[0]) < DASH_GAIN * _weight(unbroken[0])
    first = (unbroken if solid else dashed)[0].stair
    # A solid line's further curves may be dashed in a way that its own sample does not show.
    rest = np.inf if solid else gap
    return trace_ink(crop, own, index, count, solid=int(solid), first=first, widest_gap=rest, bridges=bridges)


def _widest_gap(ink: PlotInk) -> float:
    """Pixels of the figure that a gap between dashes may have as the samples of an ink show it; infinite if none is."""
    gaps = np.concatenate([np.zeros(0), *(rhythm_of_sample(k.shown, k.ink).gaps for k in ink.keys if k.shown)])
    return GAP_SLACK * float(gaps.max()) + GAP_BLUR if len(gaps) else np.inf


def _spares(
    spare: list[TracedPath], paths: list[TracedPath], inks: tuple[PlotInk, ...], wanted: int | None
) -> list[TracedPath]:
    """Further curves in inks that already draw one: all that stand out, or as many as the figure still misses."""
    ranked = sorted(spare, key=lambda p: (not inks[p.ink].keys, -_weight(p)))
    if wanted is not None:
        return ranked[: wanted - len(paths)]
    # A lone entry may be all that was found of a legend, or a name at a curve's end taken for one.
    return [p for p in ranked if len(inks[p.ink].keys) <= 1]


def _settled(crop: PlotCrop, paths: list[TracedPath], own: FloatArray, ink: PlotInk) -> list[ArmPath]:
    """The curves of one ink as arms, with their tails exchanged where their line styles ask for it."""
    assigned = assign_styles([p.stair for p in paths], own, crop.ink.strength, paths[0].width_px) if paths else None
    if assigned is None:
        return []
    if len(paths) > 1:
        paths = [described(crop, own, p, stair) for p, stair in zip(paths, assigned.stairs, strict=True)]
    rhythms = [rhythm_along(p, crop, own) if len(paths) > 1 or not ink.keys else None for p in paths]
    return [
        ArmPath(p, ink, own, unsure, rhythm)
        for p, unsure, rhythm in zip(paths, assigned.confusable, rhythms, strict=True)
    ]


def _under_marks(crop: PlotCrop, path: TracedPath, owns: list[FloatArray], drawn: set[int]) -> TracedPath:
    """The path with what follows it under a row of marks in an ink that draws no curve, where such a row goes on."""
    columns = crop.ink.strength.shape[1]
    if len(path.stair.row) > (1 - LEAST_BURIED) * columns:
        return path
    taken = np.any([owns[i] > 0.3 for i in drawn], axis=0)
    marks = (crop.ink.strength > STRONG_INK) & ~taken & ~crop.lettering & ~crop.frame
    marks[:, : path.stair.last] = False
    own = np.where(marks, np.float32(MARK_PAY), owns[path.ink])
    inked = np.count_nonzero((own[:, path.stair.last + 1 :] > SHOWN).any(axis=0))
    if inked < ALONG * LEAST_BURIED * columns:
        return path
    again = trace_ink(crop, own, path.ink, 1, solid=0)
    if not again or len(again[0].stair.row) < len(path.stair.row) + LEAST_BURIED * columns:
        return path
    stair, n = again[0].stair, len(path.stair.row)
    follows = np.abs(stair.row[:n] - path.stair.row) <= path.width_px + 1
    along = ink_along(own, stair.row[n:], stair.first + n, path.width_px)
    if follows.mean() < FOLLOWS or along.mean() < ALONG:
        return path
    return described(crop, owns[path.ink], path, stair)


def _without_limit_pairs(
    paths: list[TracedPath], spare: list[TracedPath], traced: list[TracedPath], inks: tuple[PlotInk, ...]
) -> tuple[list[TracedPath], list[TracedPath]]:
    """Leave out inks without legend entry of which two paths run around an arm that has one, as its limits.

    traced: all paths; one of two thin limits may show too little ink for a curve.
    """
    limits = set()
    for index in {p.ink for p in paths if not inks[p.ink].keys}:
        lines = [p for p in traced if p.ink == index]
        alike = LIMITS_ALIKE * max(p.own_share for p in lines)
        pair = [p for p in lines if p.own_share > alike or any(p is q for q in (*paths, *spare))]
        arms = [p for p in paths if inks[p.ink].keys]
        if any(len(without_limits([arm, *pair])) < 1 + len(pair) for arm in arms):
            limits.add(index)
    return [p for p in paths if p.ink not in limits], [p for p in spare if p.ink not in limits]


def _explained(crop: PlotCrop, own: FloatArray, paths: list[TracedPath]) -> float:
    """Share of an ink, lettering and frame aside, that lies within the strokes of its paths or bars through them."""
    own = own * ~crop.lettering
    total = float(own.sum())
    covered = np.zeros(own.shape, bool)
    for path in paths:
        covered |= stroke_mask(path.stair, own.shape, path.width_px + 2) | bars_through(path, own)
    return float(own[covered].sum()) / total if total else 0.0


def _weight(path: TracedPath) -> float:
    return path.own_share * len(path.stair.row)


def _drop_riders(paths: list[TracedPath], inks: tuple[PlotInk, ...]) -> list[TracedPath]:
    """Leave out paths that run along a better one: black marks on a coloured curve, shades of the same line."""
    kept: list[TracedPath] = []
    for path in sorted(paths, key=lambda p: (not inks[p.ink].keys, -_weight(p))):
        if not any(_rides(path, other, inks) for other in kept):
            kept.append(path)
    return kept


def _rides(path: TracedPath, other: TracedPath, inks: tuple[PlotInk, ...]) -> bool:
    if path.ink == other.ink or (inks[path.ink].keys and inks[other.ink].keys):
        return False
    weak = path.own_share < 0.75 or same_line(inks[path.ink].color, inks[other.ink].color)
    return weak and _closeness(path, other) > RIDING


def _closeness(path: TracedPath, other: TracedPath) -> float:
    """Share of a path's columns on which it lies within a stroke of the other."""
    n = min(len(path.stair.row), len(other.stair.row))
    near = np.abs(path.stair.row[:n] - other.stair.row[:n]) <= path.width_px + other.width_px
    return float(near.sum()) / len(path.stair.row)


def _without_surplus(
    paths: list[TracedPath], inks: tuple[PlotInk, ...], count: int | None, *, sure: bool
) -> list[TracedPath]:
    """Leave out paths beyond the number of arms that the figure names, when legend entries speak for the others.

    sure: the count comes from table rows or the user; a legend alone may have lost an entry, so that a line as
    strong as its arms stays.
    """
    if count is None or len(paths) <= count:
        return paths
    ranked = sorted(paths, key=lambda p: (not inks[p.ink].keys, -_weight(p)))
    strength = np.median([_weight(p) for p in ranked[:count]])
    limit = 0.75 if sure else 0.5
    surplus = [p for p in ranked[count:] if not inks[p.ink].keys or sure]
    dropped = {id(p) for p in surplus if _weight(p) < limit * strength or is_grey(inks[p.ink].color)}
    return [p for p in paths if id(p) not in dropped]
