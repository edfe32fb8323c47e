"""From a staircase in whole pixels to corners in fractions of a pixel.

Levels: intensity centroid across the stroke, over the columns of a run that no riser, mark or other ink disturbs.
Drops: the place where the centroid crosses half way, or the centroid of the riser where it is tall enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
import numpy.typing as npt

from ..records import FloatArray, IntArray, MaskArray
from .staircase import Staircase

SMALLEST_STEP = 0.3
"""Levels closer than this, in px, are one level: the centroid's own noise on clean figures is 0.05 px."""
TICK_SHARE = 0.5
"""How far ink at the end of a line goes up, as a share of how far it goes down, from which it is a tick."""
UNSEEN = 0.05
"""Weight of a level that no clean column shows, in clean columns."""
UNSEEN_STEP = 1.2
"""Levels that nothing shows, when nearer than this (px) to the one beside them, are that one. On 16 drawn figures 1.2
took a third of such steps away and left the area error as it was; 2.1 took the level from under one arm's marks."""


@dataclass(frozen=True, slots=True, eq=False)
class Corners:
    """Corners in px of the crop: level y[i] from x[i] on, the last to end. seen: (n,) columns that show each level.

    noise: standard deviation in px of one column's centroid about its level.
    """

    x: FloatArray
    y: FloatArray
    end: float
    seen: FloatArray
    noise: float


def refine_staircase(stair: Staircase, own: FloatArray, width_px: float) -> Corners:
    """Refine levels and drops of one staircase on its own ink.

    own: (height, width) coverage 0 to 1 by this arm's ink. width_px: its stroke width.
    """
    centre, clean = column_centroids(stair, own, width_px)
    if (flat := _without_tick_at_end(stair, own, clean, width_px)) is not stair:
        stair, (centre, clean) = flat, column_centroids(flat, own, width_px)
    level = _monotone_levels(stair, centre, clean)
    starts = np.flatnonzero(np.r_[True, np.diff(level) > 1e-9])
    drops = [_drop_position(own, level, centre, int(s), width_px) for s in starts[1:]]
    seen = np.add.reduceat(clean.astype(float), starts)
    residual = (centre - level)[clean]
    noise = float(1.4826 * np.median(np.abs(residual))) if len(residual) else 0.5
    x = np.maximum.accumulate(np.r_[float(stair.first), drops])
    y, end = level[starts], _end_position(stair, own, width_px)
    fall = _last_fall(stair, own, width_px)
    if fall is not None and fall[0] >= x[-1]:
        # The curve ends in a drop: its last patient had the event, and no line is drawn after it.
        x, y, seen, end = np.r_[x, fall[0]], np.r_[y, fall[1]], np.r_[seen, 0.0], max(end, fall[0])
    return Corners(x, y, end, seen, noise)


def column_centroids(stair: Staircase, own: FloatArray, width_px: float) -> tuple[FloatArray, FloatArray]:
    """Centroid of the arm's ink around the staircase in each column, and whether that column shows a clean stroke."""
    height = own.shape[0]
    reach = int(np.ceil(width_px / 2 + 1.0))
    columns = np.arange(stair.first, stair.last + 1)
    offsets = np.arange(-reach, reach + 1)
    rows = stair.row[:, None] + offsets[None, :]
    inside = (rows >= 0) & (rows < height)
    ink = np.where(inside, own[np.clip(rows, 0, height - 1), columns[:, None]], 0.0)
    mass = ink.sum(axis=1)
    centre = stair.row + np.divide((ink * offsets).sum(axis=1), mass, out=np.zeros(len(mass)), where=mass > 0)
    beyond = _ink_beyond(own, stair, columns, reach)
    usual = np.median(mass[mass > 0.3]) if (mass > 0.3).any() else 1.0
    clean = (mass > 0.5 * usual) & (beyond < 0.35)
    return centre, clean


def _ink_beyond(own: FloatArray, stair: Staircase, columns: npt.NDArray[np.integer], reach: int) -> FloatArray:
    """The stronger of the two pixels just outside the stroke's window: a riser or a mark runs on there."""
    height = own.shape[0]
    outside = []
    for step in (-reach - 1, reach + 1):
        row = stair.row + step
        outside.append(np.where((row >= 0) & (row < height), own[np.clip(row, 0, height - 1), columns], 0.0))
    return np.maximum(*outside)


def _monotone_levels(stair: Staircase, centre: FloatArray, clean: FloatArray) -> FloatArray:
    """Level of each column: medians over the runs of the staircase, never rising, close ones made one."""
    runs = np.flatnonzero(np.r_[True, np.diff(stair.row) > 0])
    pieces: list[tuple[int, float, float]] = []
    for start, stop in zip(runs, np.r_[runs[1:], len(centre)], strict=True):
        good = clean[start:stop]
        if good.any():
            pieces.append((int(start), median(centre[start:stop][good].tolist()), float(good.sum())))
        else:
            pieces.append((int(start), float(stair.row[start]), UNSEEN))
    pieces = _unseen_joined(pieces)
    levels = rising_levels([p[1] for p in pieces], [p[2] for p in pieces])
    merged = _merge_close(levels, np.array([p[2] for p in pieces]))
    level = np.empty(len(centre))
    for (first, _, _), value in zip(pieces, merged, strict=True):
        level[first:] = value
    return level


def _unseen_joined(pieces: list[tuple[int, float, float]]) -> list[tuple[int, float, float]]:
    """Levels that no clean column shows made one with the nearer of those beside them, where they may be the same.

    pieces: (column, level, clean columns) each. Beside a riser the staircase cuts the corner or follows its blur, and
    under other ink its row is a guess: a step of its own there would be somebody's death.
    """
    joined = list(pieces)
    for i, (first, level, weight) in enumerate(pieces):
        beside = [p[1] for p in pieces[max(0, i - 1) : i + 2] if p[2] > UNSEEN]
        if weight == UNSEEN and beside:
            nearest = min(beside, key=lambda other: abs(other - level))
            joined[i] = (first, nearest if abs(nearest - level) <= UNSEEN_STEP else level, weight)
    return joined


def rising_levels(levels: Sequence[float], weights: Sequence[float]) -> FloatArray:
    """The never-falling levels nearest to the given ones, weighted: pool adjacent violators.

    Our own, since importing scipy.optimize for its isotonic_regression takes half a second; the steps are those of
    Busing 2022 (J Stat Softw 102, Code Snippet 1), as there, so that the sums round alike.
    """
    pooled: list[tuple[float, float, int]] = []
    i = 0
    while i < len(levels):
        level, weight, size = float(levels[i]), float(weights[i]), 1
        i += 1
        if pooled and pooled[-1][0] >= level:
            before = pooled.pop()
            total = before[1] * before[0] + weight * level
            weight, size = weight + before[1], size + before[2]
            level = total / weight
            while i < len(levels) and level >= levels[i]:
                total += weights[i] * levels[i]
                weight, size = weight + weights[i], size + 1
                level = total / weight
                i += 1
            while pooled and pooled[-1][0] >= level:
                before = pooled.pop()
                total += before[1] * before[0]
                weight, size = weight + before[1], size + before[2]
                level = total / weight
        pooled.append((level, weight, size))
    return np.repeat([p[0] for p in pooled], [p[2] for p in pooled])


def _merge_close(levels: FloatArray, weights: FloatArray) -> FloatArray:
    """Give neighbouring levels closer than SMALLEST_STEP their common mean."""
    out, start = levels.copy(), 0
    for i in range(1, len(levels) + 1):
        if i == len(levels) or levels[i] - levels[start] >= SMALLEST_STEP:
            out[start:i] = np.average(levels[start:i], weights=weights[start:i])
            start = i
    return out


def _drop_position(own: FloatArray, level: FloatArray, centre: FloatArray, at: int, width_px: float) -> float:
    """Column, in fractions, where the level changes at index `at` of the staircase (crop column = index)."""
    above, below = level[at - 1], level[at]
    reach = int(np.ceil(width_px)) + 2
    first, last = max(0, at - reach), min(own.shape[1] - 1, at + reach)
    top, bottom = int(np.ceil(above + width_px / 2 + 1.0)), int(np.floor(below - width_px / 2 - 1.0))
    if bottom >= top:
        ink = own[top : bottom + 1, first : last + 1]
        profile = np.median(ink, axis=0) if len(ink) > 4 else ink.mean(axis=0)
        profile = np.where(profile > 0.15, profile, 0.0)
        if profile.sum() > 0.3 * min(width_px, 1.0):
            return float((profile * np.arange(first, last + 1)).sum() / profile.sum())
    half = 0.5 * (above + below)
    window = centre[first : last + 1]
    crossed = np.flatnonzero((window[:-1] <= half) & (window[1:] > half))
    if len(crossed):
        i = int(crossed[np.argmin(np.abs(crossed + first + 0.5 - at))])
        step = window[i + 1] - window[i]
        return float(first + i + (half - window[i]) / step)
    return at - 0.5


def _end_position(stair: Staircase, own: FloatArray, width_px: float) -> float:
    """Where the stroke ends: the last column with half of the stroke's usual ink (a butt cap ends at the data)."""
    reach = int(np.ceil(width_px / 2 + 1.0))
    row = int(stair.row[-1])
    strip = own[max(0, row - reach) : row + reach + 1, : min(own.shape[1], stair.last + 3)].sum(axis=0)
    usual = np.median(strip[max(0, stair.last - 20) : stair.last + 1])
    inked = np.flatnonzero(strip > 0.5 * max(usual, 0.3))
    return float(max(inked[-1] + 0.5 if len(inked) else stair.last, stair.first + 0.5))


def _without_tick_at_end(stair: Staircase, own: FloatArray, clean: MaskArray, width_px: float) -> Staircase:
    """The staircase level to its end where it went down the lower half of the last patient's censoring tick."""
    shown = np.flatnonzero(clean)
    if not len(shown) or len(clean) - 1 - shown[-1] > np.ceil(width_px) + 2 or stair.row[-1] == stair.row[shown[-1]]:
        return stair
    row = np.where(np.arange(len(clean)) > shown[-1], stair.row[shown[-1]], stair.row)
    up, down = (r - width_px / 2 for r in _reach_at_end(int(row[-1]), stair, own, width_px)[:2])
    return replace(stair, row=row) if up > max(TICK_SHARE * down, 1.0) else stair


def _last_fall(stair: Staircase, own: FloatArray, width_px: float) -> tuple[float, float] | None:
    """(column, row) of the foot of a riser on which the curve ends, None when it ends on a level.

    A censoring tick at the end reaches as far up as down; a riser goes down alone.
    """
    reach, row = int(np.ceil(width_px)) + 1, int(stair.row[-1])
    up, down, columns = _reach_at_end(row, stair, own, width_px)
    if down < 2.5 * up + 3 or down < 4 * width_px + 3:
        return None
    foot = row + down - 1
    strip = own[row + reach : foot, columns].sum(axis=0)
    return float((strip * columns).sum() / max(strip.sum(), 1e-9)), float(foot - (width_px - 1) / 2)


def _reach_at_end(row: int, stair: Staircase, own: FloatArray, width_px: float) -> tuple[int, int, IntArray]:
    """How far ink goes up and down from a row about the end of the line, where it goes down most, and the columns."""
    reach, last = int(np.ceil(width_px)) + 1, stair.last
    columns = np.arange(max(stair.first, last - reach), min(own.shape[1], last + reach + 2))
    solid = own[:, columns] > 0.4
    down = [_run_length(solid[row:, i]) for i in range(len(columns))]
    best = int(np.argmax(down))
    return _run_length(solid[: row + 1, best][::-1]), down[best], columns


def _run_length(flags: MaskArray) -> int:
    """Length of the run of True at the start."""
    stop = np.flatnonzero(~flags)
    return int(stop[0]) if len(stop) else len(flags)
