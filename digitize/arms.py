"""Decide which staircases are arms: trace every ink of the plot, and keep what behaves like a survival curve."""

from __future__ import annotations

import numpy as np

from ..records import FloatArray, Rgb
from .palette import SOLID, PlotInk
from .tracing import PlotCrop, TracedPath, own_ink, stroke_mask, trace_ink

LEAST_OWN = 0.5
"""Share of a curve's columns that must show its own ink; dotted lines show it in 0.25 (their gaps are bridged)."""
LEAST_LENGTH = 0.06
"""Shortest curve, as a share of the plot's width: small arms may end early, letters are shorter."""
RIDING = 0.6
"""Share of columns within a stroke of a better path beyond which a thin claim is marks riding on that path."""
LEAST_EXPLAINED = 0.4
"""Share of an unnamed ink that its curve must account for: grid lines and edges of tints are spread elsewhere."""


def find_arms(crop: PlotCrop, inks: tuple[PlotInk, ...], expected: int | None = None) -> list[TracedPath]:
    """Trace all inks and return the paths that are arms, in no particular order.

    expected: number of arms that the figure names elsewhere (legend, table rows), None when it does not.
    """
    colors = tuple(i.color for i in inks)
    paths: list[TracedPath] = []
    for index, ink in enumerate(inks):
        dashed = not ink.keys or any(k.inked < SOLID for k in ink.keys)
        count = max(1, len(ink.keys))
        traced = [p for p in trace_ink(crop, colors, index, count, dashed) if _behaves(p, crop)]
        if ink.keys or _explained(crop, colors, index, traced) >= LEAST_EXPLAINED:
            paths += traced
    return _drop_riders(paths)


def _behaves(path: TracedPath, crop: PlotCrop) -> bool:
    """Whether a path looks like a curve by itself: its own ink, some length, and not the straight line of a grid."""
    width = crop.ink.strength.shape[1]
    length = len(path.stair.row) / width
    straight = len(path.corners.y) == 1 and length > 0.9
    return path.own_share >= LEAST_OWN and length >= LEAST_LENGTH and not straight


def _explained(crop: PlotCrop, colors: tuple[Rgb, ...], index: int, paths: list[TracedPath]) -> float:
    """Share of an ink, lettering and frame aside, that lies within the strokes of its paths."""
    own = own_ink(crop, colors, index) * ~crop.lettering
    total = float(own.sum())
    covered = np.zeros(own.shape, bool)
    for path in paths:
        covered |= stroke_mask(path.stair, own.shape, path.width_px + 2)
    return float(own[covered].sum()) / total if total else 0.0


def _drop_riders(paths: list[TracedPath]) -> list[TracedPath]:
    """Leave out paths that run along a better one on little ink of their own: black marks on a coloured curve."""
    ranked = sorted(paths, key=lambda p: -p.own_share * len(p.stair.row))
    kept: list[TracedPath] = []
    for path in ranked:
        if not any(path.own_share < 0.75 and _closeness(path, other) > RIDING for other in kept):
            kept.append(path)
    return kept


def _closeness(path: TracedPath, other: TracedPath) -> float:
    """Share of a path's columns on which it lies within a stroke of the other."""
    n = min(len(path.stair.row), len(other.stair.row))
    near = np.abs(path.stair.row[:n] - other.stair.row[:n]) <= path.width_px + other.width_px
    return float(near.sum()) / len(path.stair.row)


def levels_of(path: TracedPath, columns: int) -> FloatArray:
    """Level of a path in each column of the crop; nan beyond its end."""
    out = np.full(columns, np.nan)
    out[path.stair.first : path.stair.last + 1] = path.stair.row
    return out
