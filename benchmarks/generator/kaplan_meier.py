"""The few estimates that samples and benchmarks need of patients they know, in plain numpy.

Kept apart from km2ipd.reconstruct on purpose: what is drawn, and what the program is measured against, must
not come from the program itself. Times are in the unit of the cohort, event is 1 (event) or 0 (censored).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Z_95 = 1.959963984540054  # 97.5th percentile of the standard normal


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """The product-limit estimate: S(t) = survival[i] from time[i] up to time[i+1]; row 0 is S = 1 at start.

    at_risk, events: counts at each row's time. variance: Greenwood's sum d / (n (n - d)), that of log S.
    """

    time: FloatArray
    survival: FloatArray
    at_risk: FloatArray
    events: FloatArray
    variance: FloatArray

    def at(self, times: npt.ArrayLike) -> FloatArray:
        """S at the given times, right-continuous."""
        return self.survival[self._row(times)]

    def limits(self, times: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """95% limits of S at the given times, of the log type (R's default), cut at 1."""
        row = self._row(times)
        with np.errstate(invalid="ignore"):
            half = Z_95 * np.sqrt(self.variance[row])
            low = self.survival[row] * np.exp(-half)
            high = np.minimum(1.0, self.survival[row] * np.exp(half))
        return np.nan_to_num(low), np.nan_to_num(high, nan=0.0)

    def median(self) -> float:
        """First time with S <= 0.5, nan when not reached; the midpoint of the flat where S is just 0.5."""
        below = np.flatnonzero(self.survival <= 0.5 + 1e-9)
        if not len(below):
            return math.nan
        first = below[0]
        flat = abs(self.survival[first] - 0.5) < 1e-9 and first + 1 < len(self.time)
        return float((self.time[first] + self.time[first + 1]) / 2) if flat else float(self.time[first])

    def _row(self, times: npt.ArrayLike) -> npt.NDArray[np.int64]:
        return np.clip(np.searchsorted(self.time, np.asarray(times, float), side="right") - 1, 0, None)


def kaplan_meier(time: npt.ArrayLike, event: npt.ArrayLike, start: float = 0.0) -> KaplanMeier:
    """Kaplan and Meier 1958: one row per distinct time with an event, after a row at start."""
    time, event = np.asarray(time, float), np.asarray(event, float)
    at = np.unique(time[event == 1])
    order = np.sort(time)
    at_risk = len(time) - np.searchsorted(order, at, side="left")
    events = _count(time[event == 1], at)
    with np.errstate(divide="ignore"):
        variance = np.cumsum(events / (at_risk * (at_risk - events)))
    return KaplanMeier(
        np.r_[start, at],
        np.r_[1.0, np.cumprod(1 - events / at_risk)],
        np.r_[len(time), at_risk].astype(float),
        np.r_[0.0, events],
        np.r_[0.0, variance],
    )


def count_at_risk(time: npt.ArrayLike, when: npt.ArrayLike) -> list[int]:
    """How many patients have time >= each moment of when (R's convention: at risk just before it)."""
    time = np.asarray(time, float)
    return [int(np.sum(time >= t - 1e-9)) for t in np.asarray(when, float)]


@dataclass(frozen=True, slots=True)
class HazardRatio:
    """exp(log_hr) of the second group against the first, with its Wald 95% limits and p value."""

    log_hr: float
    se: float

    @property
    def value(self) -> float:
        return math.exp(self.log_hr)

    @property
    def limits(self) -> tuple[float, float]:
        return math.exp(self.log_hr - Z_95 * self.se), math.exp(self.log_hr + Z_95 * self.se)

    @property
    def p(self) -> float:
        return math.erfc(abs(self.log_hr / self.se) / math.sqrt(2))


def cox_hazard_ratio(
    first: tuple[npt.ArrayLike, npt.ArrayLike], second: tuple[npt.ArrayLike, npt.ArrayLike]
) -> HazardRatio:
    """Cox model with one 0/1 covariate, Efron 1977 ties, Newton's method; groups are (time, event)."""
    at, n, d = _tables(first, second)
    beta = 0.0
    for _ in range(50):
        score, information = _score(beta, at, n, d)
        step = score / information if information > 0 else 0.0
        beta += float(np.clip(step, -1, 1))
        if abs(step) < 1e-10:
            break
    return HazardRatio(beta, 1 / math.sqrt(information) if information > 0 else math.inf)


def logrank_p(first: tuple[npt.ArrayLike, npt.ArrayLike], second: tuple[npt.ArrayLike, npt.ArrayLike]) -> float:
    """Two-sided p value of the log-rank test of two groups (hypergeometric variance)."""
    _, (n0, n1), (d0, d1) = _tables(first, second)
    n, d = n0 + n1, d0 + d1
    gap = np.sum(d1 - d * n1 / n)
    variance = np.sum(d * n0 * n1 * (n - d) / (n * n * np.maximum(n - 1, 1)))
    return math.erfc(abs(gap) / math.sqrt(2 * variance)) if variance > 0 else math.nan


Pair = tuple[FloatArray, FloatArray]


def _tables(first: tuple, second: tuple) -> tuple[FloatArray, Pair, Pair]:
    """Distinct event times with, for each group, the counts at risk and of events there."""
    groups = [(np.asarray(t, float), np.asarray(e)) for t, e in (first, second)]
    at = np.unique(np.concatenate([t[e == 1] for t, e in groups]))
    n = [len(t) - np.searchsorted(np.sort(t), at, side="left").astype(float) for t, _ in groups]
    d = [_count(t[e == 1], at) for t, e in groups]
    return at, (n[0], n[1]), (d[0], d[1])


def _count(values: FloatArray, at: FloatArray) -> FloatArray:
    values = np.sort(values)
    return (np.searchsorted(values, at, "right") - np.searchsorted(values, at, "left")).astype(float)


def _score(beta: float, at: FloatArray, n: Pair, d: Pair) -> tuple[float, float]:
    """Score and information at beta; tied deaths leave the risk set by halves, thirds ... (Efron)."""
    total = (d[0] + d[1]).astype(int)
    row = np.repeat(np.arange(len(at)), total)
    share = (np.arange(len(row)) - np.repeat(np.cumsum(total) - total, total)) / total[row]
    weight = math.exp(beta)
    treated = weight * (n[1][row] - share * d[1][row])
    mean = treated / (treated + n[0][row] - share * d[0][row])
    return float(d[1].sum() - mean.sum()), float(np.sum(mean * (1 - mean)))
