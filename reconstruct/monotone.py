"""Smooth interpolation that never falls where its knots do not."""

from __future__ import annotations

import numpy as np

from ..records import FloatArray


def monotone_cubic(knots: FloatArray, values: FloatArray, at: FloatArray) -> FloatArray:
    """Piecewise cubics through never-falling values, once differentiable and never falling themselves.

    knots, values: (k,), k at least 3, knots rising. at: within the knots. Slopes after Fritsch and Butland 1984 (SIAM J
    Sci Stat Comput 5:300), those at the ends from three points, as in Fritsch and Carlson's PCHIP.
    """
    width, rise = np.diff(knots), np.diff(values) / np.diff(knots)
    slope = _slopes(width, rise)
    k = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(width) - 1)
    u, h = (at - knots[k]) / width[k], width[k]
    return (
        values[k] * (2 * u**3 - 3 * u**2 + 1)
        + values[k + 1] * (3 * u**2 - 2 * u**3)
        + h * slope[k] * (u**3 - 2 * u**2 + u)
        + h * slope[k + 1] * (u**3 - u**2)
    )


def _slopes(width: FloatArray, rise: FloatArray) -> FloatArray:
    before, after = width[1:] + 2 * width[:-1], 2 * width[1:] + width[:-1]
    rises = (rise[:-1] > 0) & (rise[1:] > 0)
    harmonic = (before + after) / (after / np.where(rises, rise[:-1], 1.0) + before / np.where(rises, rise[1:], 1.0))
    first = _end_slope(width[0], width[1], rise[0], rise[1])
    last = _end_slope(width[-1], width[-2], rise[-1], rise[-2])
    return np.concatenate([[first], np.where(rises, harmonic, 0.0), [last]])


def _end_slope(near: float, far: float, rise: float, next_rise: float) -> float:
    """The slope at an end from the two intervals beside it, kept where the cubic does not fall."""
    slope = ((2 * near + far) * rise - near * next_rise) / (near + far)
    return float(np.clip(slope, 0.0, 3 * rise))
