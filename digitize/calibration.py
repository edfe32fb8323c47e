"""From positions and numbers to value = intercept + slope * px, with the residual of the fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import TooFewTicks
from ..records import AxisCalibration, FloatArray

Readings = Sequence[tuple[float, ...]]

# Among sets of labels equally large the one whose labels are read as usual and stand on their line wins; the
# costs only break ties: twenty labels lose less than one label's worth by them.
_RANK_COST = 0.1
_MISS_COST = 0.05
# The least squares after the consensus is refined until the set of agreeing labels is stable; it always was
# within three rounds on the development figures.
_ROUNDS = 5


def consensus(
    px: FloatArray, readings: Readings, tolerance_px: float, rising: bool
) -> tuple[FloatArray, FloatArray] | None:
    """The largest set of labels that agree on one line, one value a label; None when no two do.

    px: (k,) positions. readings: for each label the values it can mean, most likely first.
    tolerance_px: distance from the line up to which a label agrees. rising: whether values rise with px.
    Returns (indices, values) of the agreeing labels; among equal sets the one closest to its line.
    """
    owner = np.array([i for i, values in enumerate(readings) for _ in values], dtype=int)
    value = np.array([v for values in readings for v in values], dtype=float)
    rank = np.array([r for values in readings for r in range(len(values))], dtype=float)
    at = np.asarray(px, float)[owner]
    i, j = np.triu_indices(len(owner), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (value[j] - value[i]) / (at[j] - at[i])
    usable = (owner[i] != owner[j]) & np.isfinite(slope) & (slope != 0) & ((slope > 0) == rising)
    i, slope = i[usable], slope[usable]
    if len(i) == 0:
        return None
    miss = np.abs((value - value[i, None]) / slope[:, None] + at[i, None] - at)
    worth = np.where(miss <= tolerance_px, 1 - _RANK_COST * rank - _MISS_COST * miss / tolerance_px, 0)
    _, first = np.unique(owner, return_index=True)
    best = worth[int(np.argmax(np.maximum.reduceat(worth, first, axis=1).sum(axis=1)))]
    rows = np.array([s + int(np.argmax(best[s:e])) for s, e in zip(first, [*first[1:], len(owner)], strict=True)])
    rows = rows[best[rows] > 0]
    return owner[rows], value[rows]


def fit_axis(px: FloatArray, values: FloatArray, tolerance_px: float) -> AxisCalibration:
    """Least squares of px on value, leaving out ticks further than `tolerance_px` from the line.

    px: (k,) tick centres; values: (k,) their values. The error is in px, so px is regressed on value.
    Raises TooFewTicks if fewer than two ticks agree.
    """
    px, values = np.asarray(px, float), np.asarray(values, float)
    keep = np.isfinite(px) & np.isfinite(values)
    for _ in range(_ROUNDS):
        if keep.sum() < 2 or np.ptp(values[keep]) == 0:
            raise TooFewTicks(f"{int(keep.sum())} labelled ticks agree on one line (need 2)")
        scale, origin = _px_on_value(px[keep], values[keep])
        miss = np.abs(origin + scale * values - px)
        now = np.isfinite(miss) & (miss <= max(tolerance_px, np.median(miss[keep])))
        if np.array_equal(now, keep):
            break
        keep = now
    residual = float(np.sqrt(np.mean(miss[keep] ** 2)))
    return AxisCalibration(-origin / scale, 1 / scale, px[keep], values[keep], residual)


def moved(calibration: AxisCalibration, shift: float) -> AxisCalibration:
    """The calibration for strokes that lie `shift` px right of or below the ticks."""
    c = calibration
    return AxisCalibration(c.intercept - c.slope * shift, c.slope, c.ticks_px + shift, c.ticks, c.residual_px)


def _px_on_value(px: FloatArray, values: FloatArray) -> tuple[float, float]:
    """Slope and intercept of the regression of px on value."""
    centred = values - values.mean()
    scale = float((centred * px).sum() / (centred**2).sum())
    return scale, float(px.mean() - scale * values.mean())
