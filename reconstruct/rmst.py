"""Restricted mean survival time: the area under Kaplan-Meier up to tau, with R's standard error."""

from __future__ import annotations

import numpy as np

from ..records import FloatArray, Interval
from .km import KaplanMeier
from .normal import two_sided_z


def restricted_mean(km: KaplanMeier, tau: float, level: float = 0.95) -> Interval:
    """RMST to tau; var = sum over deaths of (area from t to tau)^2 d / (n (n - d)) (R's print.survfit,
    rmean).

    S is held flat beyond the last patient, so a tau past it is an extrapolation that the caller must mention.
    """
    table = km.table
    inside = table.time < tau
    areas = step_areas(table.time, km.survival, tau)
    rmst = float(areas.sum())
    after = np.cumsum(areas[:0:-1])[::-1]
    n, d = table.at_risk[0][inside], table.deaths[0][inside]
    counted = (d > 0) & (n > d)
    variance = np.sum(after[counted] ** 2 * d[counted] / (n[counted] * (n[counted] - d[counted])))
    se = float(np.sqrt(variance))
    z = two_sided_z(level)
    return Interval(rmst, rmst - z * se, rmst + z * se, se)


def step_areas(time: FloatArray, survival: FloatArray, tau: float) -> FloatArray:
    """Areas under S(t) from 0 to tau, one for each of its levels; their sum is the restricted mean."""
    inside = time < tau
    knots = np.concatenate([[0.0], time[inside], [tau]])
    return np.diff(knots) * np.concatenate([[1.0], survival[inside]])
