"""Confidence limits drawn as lines: they come in pairs around an arm, in its ink, and are no arms themselves."""

from __future__ import annotations

import numpy as np

from ..records import FloatArray, IntArray
from .tracing import TracedPath

LEAST_OVERLAP = 30
"""Columns that three paths must share before one can be said to run between the others."""
HEAVIER = 1.15
"""Limits are drawn no heavier than their arm: a path with so much more ink is an arm itself."""
NESTED = 0.9
"""Share of columns on which a limit must lie on its side of the arm."""
EVEN, NESTED_IF_EVEN = 0.25, 0.8
"""Asymmetry below which a pair is surely a pair of limits, and the share of columns that it needs: at the start, where
all three run together, their paths may be exchanged."""
SYMMETRY = 0.5
"""Largest median asymmetry |up - down| / (up + down) of limits about their arm; log limits reach 0.3 in the tail."""


def without_limits(paths: list[TracedPath]) -> list[TracedPath]:
    """The paths of one ink less those that are confidence limits of another of them."""
    limits: set[int] = set()
    for middle in sorted(range(len(paths)), key=lambda i: -_inkedness(paths[i])):
        if middle in limits:
            continue
        free = [i for i in range(len(paths)) if i != middle and i not in limits]
        pair = _limits_around(paths, middle, free)
        if pair is not None:
            limits |= set(pair)
    return [p for i, p in enumerate(paths) if i not in limits]


def _inkedness(path: TracedPath) -> float:
    return path.own_share * len(path.stair.row)


def _limits_around(paths: list[TracedPath], middle: int, free: list[int]) -> tuple[int, int] | None:
    """Indices of the pair of free paths that run around the middle one, None when there is no such pair."""
    centre = paths[middle].stair.row
    best: tuple[float, tuple[int, int]] | None = None
    for upper in free:
        for lower in free:
            up, down = _gaps(centre, paths[upper].stair.row, paths[lower].stair.row)
            heavier = max(_inkedness(paths[upper]), _inkedness(paths[lower])) > HEAVIER * _inkedness(paths[middle])
            if upper == lower or heavier or len(up) < LEAST_OVERLAP:
                continue
            nested = float(((up >= -1) & (down >= -1)).mean())
            open_ = (up + down) > 4
            if nested < NESTED_IF_EVEN or open_.mean() < 0.5:
                continue
            skew = float(np.median(np.abs(up - down)[open_] / (up + down)[open_]))
            if skew < (SYMMETRY if nested >= NESTED else EVEN) and (best is None or skew < best[0]):
                best = (skew, (upper, lower))
    return best[1] if best else None


def _gaps(centre: IntArray, upper: IntArray, lower: IntArray) -> tuple[FloatArray, FloatArray]:
    n = min(len(centre), len(upper), len(lower))
    return (centre[:n] - upper[:n]).astype(float), (lower[:n] - centre[:n]).astype(float)
