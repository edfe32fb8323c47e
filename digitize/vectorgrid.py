"""The step of the grid on which a file wrote a figure's coordinates: programs round to 0.001 pt, some to 0.2 or 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..records import FloatArray

# Coordinates agree with a grid to this (px): what remains of rounding when a file's units are turned into pixels.
ON_GRID = 0.02
# A finer grid (px) than this cannot be told from none, and its error is that of any vertex.
FINEST = 0.1
# A grid is searched as this many equal parts of the smallest distances found.
PARTS = 12
# The steps of both directions are one, to this share; a patient and a day agree by chance to some hundredths.
SQUARE = 1e-3
# Fewer distinct places than this along x or y lie on some common grid by chance.
FEWEST = 8
# Standard error of a place rounded to a grid, as a share of its step: uniform within half a step.
ROUNDED = 0.289


def rounding_error(lines: Sequence[FloatArray]) -> float:
    """Standard error (px) of vertices (n, 2) that lie on one square grid, 0.0 when they lie on none.

    Levels of a curve without censoring lie on a grid of their own (a patient each), and times on one of days; that
    both lie on the same is the file's doing.
    """
    if not lines:
        return 0.0
    points = np.vstack(lines)
    along, across = (_places(points[:, axis]) for axis in (0, 1))
    if min(len(along), len(across)) < FEWEST:
        return 0.0
    steps = [s for places in (across, along) for s in _candidates(places)]
    found = (_shared_step(along, across, step) for step in sorted(steps, reverse=True))
    return ROUNDED * next((step for step in found if step), 0.0)


def _places(values: FloatArray) -> FloatArray:
    """The distinct values, rising; those that differ by rounding alone are one."""
    ordered = np.sort(values)
    return ordered[np.r_[True, np.diff(ordered) > ON_GRID]]


def _candidates(places: FloatArray) -> list[float]:
    """Steps that the smallest distance between places may be made of, largest first."""
    gaps = np.diff(places)
    smallest = float(gaps[gaps > FINEST].min(initial=np.inf))
    return [smallest / k for k in range(1, PARTS + 1) if FINEST <= smallest / k < np.inf]


def _shared_step(along: FloatArray, across: FloatArray, step: float) -> float:
    """The step near the given one on which all places of both directions lie, 0.0 when there is none."""
    one, two = _fitted(along, step), _fitted(across, step)
    same = abs(one - step) < ON_GRID and abs(one - two) <= SQUARE * one
    return one if same and _misses(along, one) <= ON_GRID and _misses(across, two) <= ON_GRID else 0.0


def _misses(places: FloatArray, step: float) -> float:
    """The farthest (px) that a place lies off the grid through the first."""
    offsets = places - places[0]
    return float(np.abs(offsets - step * np.round(offsets / step)).max())


def _fitted(places: FloatArray, step: float) -> float:
    """The step through rising places from the first on, over ever longer stretches, as its own error adds up."""
    offsets, reach = places - places[0], 8.0
    while True:
        near = offsets[offsets <= reach * step]
        counts = np.round(near / step)
        step = float(near @ counts / (counts @ counts)) if counts.any() else step
        if len(near) == len(offsets):
            return step
        reach *= 2
