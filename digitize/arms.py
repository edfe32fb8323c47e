"""Decide which staircases are arms: trace every ink of the plot, and keep what behaves like a survival curve."""

from __future__ import annotations

import numpy as np

from ..records import FloatArray
from .limits import without_limits
from .palette import SOLID, PlotInk, same_line
from .styles import exchange_tails
from .tracing import PlotCrop, TracedPath, described, separate_inks, stroke_mask, trace_ink

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


def find_arms(crop: PlotCrop, inks: tuple[PlotInk, ...], expected: int | None = None) -> list[TracedPath]:
    """Trace all inks and return the paths that are arms, in no particular order.

    expected: number of arms that the figure names elsewhere (legend, table rows), None when it does not.
    """
    owns = separate_inks(crop, tuple((i.color, *i.shades) for i in inks))
    groups: list[list[TracedPath]] = []
    for index, ink in enumerate(inks):
        groups.append(_arms_of_ink(crop, owns[index], index, ink, expected))
    paths = _drop_riders([p for group in groups for p in group], inks)
    if expected and len(paths) > expected:
        paths = _strongest(paths, inks, expected)
    return paths


def _arms_of_ink(
    crop: PlotCrop, own: FloatArray, index: int, ink: PlotInk, expected: int | None
) -> list[TracedPath]:
    """The curves drawn in one ink: as many as its legend entries, or as many as stand out where there are fewer."""
    named = len(ink.keys)
    if not named and _contrast(crop, ink) < LEAST_CONTRAST:
        return []
    solid = 1 if named == 1 and ink.keys[0].inked > SOLID else 0
    sought = named if named > 1 else MOST_PATHS
    traced = trace_ink(crop, own, index, sought, solid)
    paths = [p for i, p in enumerate(traced) if _behaves(p, crop, extra=i >= max(1, named), known=bool(expected))]
    if not named and _explained(crop, own, paths) < LEAST_EXPLAINED:
        return []
    if named <= 1:
        paths = without_limits(paths)
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
    if path.ink == other.ink or inks[path.ink].keys and inks[other.ink].keys:
        return False
    weak = path.own_share < 0.75 or same_line(inks[path.ink].color, inks[other.ink].color)
    return weak and _closeness(path, other) > RIDING


def _closeness(path: TracedPath, other: TracedPath) -> float:
    """Share of a path's columns on which it lies within a stroke of the other."""
    n = min(len(path.stair.row), len(other.stair.row))
    near = np.abs(path.stair.row[:n] - other.stair.row[:n]) <= path.width_px + other.width_px
    return float(near.sum()) / len(path.stair.row)


def _strongest(paths: list[TracedPath], inks: tuple[PlotInk, ...], expected: int) -> list[TracedPath]:
    """The expected number of paths, those with legend entries first, then those with most ink; all if none is weak."""
    ranked = sorted(paths, key=lambda p: (not inks[p.ink].keys, -_weight(p)))
    surplus = ranked[expected:]
    heaviest = max(_weight(p) for p in paths)
    weak = [p for p in surplus if not inks[p.ink].keys and _weight(p) < 0.35 * heaviest]
    return [p for p in paths if not any(p is w for w in weak)]
