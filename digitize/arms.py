"""Decide which staircases are arms: trace every ink of the plot, and keep what behaves like a survival curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, Rgb
from .limits import without_limits
from .palette import SOLID, PlotInk, same_line
from .plotcrop import PlotCrop
from .styles import exchange_tails
from .tracing import TracedPath, described, separate_inks, stroke_mask, trace_ink

LEAST_OWN = 0.45
"""Share of a curve's columns that must show its own ink; gaps of dashes are counted out for keyed dashed lines."""
LEAST_LENGTH = 0.06
"""Shortest curve, as a share of the plot's width: small arms may end early, letters are shorter."""
RIDING = 0.6
"""Share of columns within a stroke of a better path beyond which a thin claim is marks riding on that path."""
LEAST_EXPLAINED = 0.4
"""Share of an unnamed ink that its curves must account for: grid lines and edges of tints are spread elsewhere."""
EDGE = 0.6
"""Share of columns on which one side goes on in a path's own colour, the other not, for it to be a tint's edge."""
EXTRA_OWN, EXTRA_LENGTH = 0.55, 0.2
"""What a further curve in an ink must show when no legend entry speaks for it."""
MOST_PATHS = 4
LEAST_CONTRAST = 100.0
"""RGB distance from the paper that an ink without legend entry must have: grids and tints are paler."""


@dataclass(frozen=True, slots=True, eq=False)
class ArmPath:
    """A staircase taken for an arm, the ink it is drawn in, and that ink's coverage (height, width)."""

    path: TracedPath
    ink: PlotInk
    own: FloatArray


def find_arms(crop: PlotCrop, inks: tuple[PlotInk, ...], expected: int | None = None) -> list[ArmPath]:
    """Trace all inks and return the paths that are arms, in no particular order.

    expected: number of arms that the figure names elsewhere (rows of the table, or by hand), None when it does not.
    """
    owns = separate_inks(crop, tuple((i.color, *i.shades) for i in inks))
    named = sum(len(i.keys) for i in inks)
    paths: list[TracedPath] = []
    for index, ink in enumerate(inks):
        more = expected is not None and expected > named
        paths += _arms_of_ink(crop, owns[index], index, ink, more)
    paths = _drop_riders(paths, inks)
    paths = _without_surplus(paths, inks, expected or (named if named > 1 else None), sure=expected is not None)
    return [ArmPath(p, inks[p.ink], owns[p.ink]) for p in paths]


def _arms_of_ink(crop: PlotCrop, own: FloatArray, index: int, ink: PlotInk, more: bool) -> list[TracedPath]:
    """The curves drawn in one ink: as many as its legend entries; as many as stand out where there are none.

    more: whether the figure names more arms than its legend shows.
    """
    named = len(ink.keys)
    if not named and _contrast(crop, ink) < LEAST_CONTRAST:
        return []
    solid = 1 if named == 1 and ink.keys[0].inked > SOLID else 0
    traced = trace_ink(crop, own, index, named if named > 1 and not more else MOST_PATHS, solid)
    paths = [p for i, p in enumerate(traced) if _behaves(p, crop, extra=i >= max(1, named), known=more)]
    if not named and _explained(crop, own, paths) < LEAST_EXPLAINED:
        return []
    if named <= 1:
        paths = without_limits(paths)
    if named and not more:
        paths = paths[:named]
    if len(paths) > 1:
        stairs = exchange_tails([p.stair for p in paths], own, paths[0].width_px, ink.keys)
        paths = [described(crop, own, p, stair) for p, stair in zip(paths, stairs, strict=True)]
    return paths


def _contrast(crop: PlotCrop, ink: PlotInk) -> float:
    paper = np.median(crop.ink.paper.reshape(-1, 3), axis=0)
    return float(np.linalg.norm(np.asarray(ink.color, float) - paper))


def _behaves(path: TracedPath, crop: PlotCrop, *, extra: bool, known: bool) -> bool:
    """Whether a path looks like a curve by itself: its own ink, some length, and not the straight line of a grid."""
    length = len(path.stair.row) / crop.ink.strength.shape[1]
    straight = len(path.corners.y) == 1 and length > 0.9
    if straight or _is_edge(path, crop):
        return False
    if extra and not known:
        return path.own_share >= EXTRA_OWN and length >= EXTRA_LENGTH
    return path.own_share >= LEAST_OWN and length >= LEAST_LENGTH


def _is_edge(path: TracedPath, crop: PlotCrop) -> bool:
    """Whether a path follows the border of a tinted area: the same colour goes on at one side, always the same."""
    rgb = crop.ink.rgb
    paper = np.median(crop.ink.paper.reshape(-1, 3), axis=0)
    side = int(np.ceil(path.width_px / 2 + 2.5))
    shown = np.flatnonzero(path.shows)
    if len(shown) == 0:
        return True
    rows = np.clip(path.stair.row[:, None] + np.array([0, -side, side]), 0, rgb.shape[0] - 1)[shown]
    line, above, below = np.moveaxis(rgb[rows, (path.stair.first + shown)[:, None]], 1, 0)
    contrast = np.maximum(np.linalg.norm(line - paper, axis=1), 1.0)
    up, down = (np.linalg.norm(line - s, axis=1) < 0.4 * contrast for s in (above, below))
    return float(max((up & ~down).mean(), (down & ~up).mean())) > EDGE


def _explained(crop: PlotCrop, own: FloatArray, paths: list[TracedPath]) -> float:
    """Share of an ink, lettering and frame aside, that lies within the strokes of its paths."""
    own = own * ~crop.lettering
    total = float(own.sum())
    covered = np.zeros(own.shape, bool)
    for path in paths:
        covered |= stroke_mask(path.stair, own.shape, path.width_px + 2)
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
    dropped = {id(p) for p in surplus if _weight(p) < limit * strength or _is_grey(inks[p.ink].color)}
    return [p for p in paths if id(p) not in dropped]


def _is_grey(color: Rgb) -> bool:
    return max(color) - min(color) < 25
