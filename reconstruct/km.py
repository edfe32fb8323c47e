"""The Kaplan-Meier estimate with its limits and quantiles, as R's survival 3.5 gives them.

S(t) = prod (1 - d/n); Greenwood: var log S = sum d / (n (n - d)). Limits: log, log-log or plain (R's
conf.type).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..records import FloatArray, IntArray, Interval, Patients, read_only
from .events import TIE_TOLERANCE, EventTable, tabulate
from .normal import two_sided_z

ConfType = Literal["log", "log-log", "plain"]


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """One arm's estimate at its m distinct times.

    survival, low, high: (m,) S(t) from each time on, with limits (nan where S is 0 and R gives NA).
    std_err: (m,) standard error of log S; infinite from where S is 0.
    """

    table: EventTable
    survival: FloatArray
    low: FloatArray
    high: FloatArray
    std_err: FloatArray

    def at(self, times: FloatArray) -> tuple[Interval, ...]:
        """S with limits at given times; S = 1 before the first."""
        rows = rows_at(self.table.time, times)
        return tuple(self._interval(int(i)) if i >= 0 else Interval(1.0, 1.0, 1.0, 0.0) for i in rows)

    def _interval(self, i: int) -> Interval:
        s = float(self.survival[i])
        se = s * float(self.std_err[i]) if s > 0 else None
        return Interval(s, _finite(self.low[i]), _finite(self.high[i]), se)

    def quantile(self, probability: float = 0.5) -> Interval:
        """The time at which S reaches 1 - probability, with limits; None where it does not.

        Where S equals 1 - probability on a flat the middle of the flat is taken; on the last flat, its middle
        up to the last time (R's quantile.survfit).
        """
        low, high = self.low, self.high
        return Interval(
            first_time(self.table.time, self.survival, 1 - probability),
            first_time(self.table.time, low, 1 - probability),
            first_time(self.table.time, high, 1 - probability),
        )


def kaplan_meier(patients: Patients, conf_type: ConfType = "log", level: float = 0.95) -> KaplanMeier:
    """The estimate of one arm with at least one patient."""
    table = tabulate([patients])
    n, d = table.at_risk[0], table.deaths[0]
    survival = survival_steps(table)
    with np.errstate(divide="ignore"):
        std_err = np.sqrt(np.cumsum(np.where(d > 0, d / (n * (n - d)), 0.0)))
    low, high = _limits(survival, std_err, conf_type, two_sided_z(level))
    return KaplanMeier(table, *map(read_only, (survival, low, high, std_err)))


def survival_steps(table: EventTable) -> FloatArray:
    """(m,) S(t) of the first arm of a table from each of its times on."""
    return np.cumprod(1 - table.deaths[0] / table.at_risk[0])


def rows_at(time: FloatArray, asked: FloatArray) -> IntArray:
    """The row of the last of the (m,) distinct times that is not after each of the times asked; -1 before the first."""
    return np.searchsorted(time, np.asarray(asked, float) * (1 + TIE_TOLERANCE), side="right") - 1


def _limits(survival: FloatArray, std_err: FloatArray, conf_type: ConfType, z: float) -> tuple[FloatArray, FloatArray]:
    """R's survfit_confint; nan where S is 0."""
    alive = survival > 0
    s, width = np.where(alive, survival, 0.5), z * np.where(alive, std_err, 0.0)
    if conf_type == "plain":
        low, high = np.maximum(s - width * s, 0), np.minimum(s + width * s, 1)
    elif conf_type == "log":
        low, high = np.exp(np.log(s) - width), np.minimum(np.exp(np.log(s) + width), 1)
    else:
        certain = s >= 1
        inner = np.where(certain, 0.5, s)
        shift = width / np.log(inner)
        low = np.where(certain, 1.0, np.exp(-np.exp(np.log(-np.log(inner)) - shift)))
        high = np.where(certain, 1.0, np.exp(-np.exp(np.log(-np.log(inner)) + shift)))
    return np.where(alive, low, np.nan), np.where(alive, high, np.nan)


def first_time(time: FloatArray, level: FloatArray, target: float) -> float | None:
    """The first time at which level <= target; the middle of the flat where level equals target."""
    known = np.isfinite(level)
    if not known.all():
        time, level = time[known], level[known]
    first = _first(level <= target + TIE_TOLERANCE)
    if first is None:
        return None
    if level[first] < target - TIE_TOLERANCE:
        return float(time[first])
    last = _first(level < target - TIE_TOLERANCE)
    return float((time[first] + time[len(time) - 1 if last is None else last]) / 2)


def _first(flags: np.ndarray) -> int | None:
    """The place of the first True; None without any."""
    place = int(flags.argmax()) if len(flags) else 0
    return place if len(flags) and flags[place] else None


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
