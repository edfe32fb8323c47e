"""Counts at distinct times, the raw material of every estimate.

Convention, as in R's survival: at risk at t are those with time >= t, intervals are (start, stop]; times
closer than rounding error are one time (R's timefix).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, Patients, read_only

# R's timefix: times closer than this, relative to their mean, are ties (sqrt of double precision).
TIE_TOLERANCE = float(np.sqrt(np.finfo(float).eps))


@dataclass(frozen=True, slots=True, eq=False)
class EventTable:
    """Deaths, censorings and numbers at risk of k arms at m distinct times.

    time: (m,) rising. at_risk, deaths, censored: (k, m) counts as floats; at_risk is just before the time.
    """

    time: FloatArray
    at_risk: FloatArray
    deaths: FloatArray
    censored: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", read_only(self.time))
        for name in ("at_risk", "deaths", "censored"):
            array = np.array(getattr(self, name), float)
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def arm(self, k: int) -> EventTable:
        """One arm alone, at its own times."""
        own = self.deaths[k] + self.censored[k] > 0
        pick = np.s_[k : k + 1, own]
        return EventTable(self.time[own], self.at_risk[pick], self.deaths[pick], self.censored[pick])

    def at_deaths(self) -> EventTable:
        """Only the times at which somebody dies."""
        return self.where(self.deaths.sum(0) > 0)

    def where(self, chosen: np.ndarray) -> EventTable:
        """Only the chosen of the m times; numbers at risk stay as they are."""
        return EventTable(self.time[chosen], self.at_risk[:, chosen], self.deaths[:, chosen], self.censored[:, chosen])


def tabulate(arms: Sequence[Patients]) -> EventTable:
    """The event table of one or more arms, each with at least one patient."""
    joined, row_of = join_ties(np.concatenate([arm.time for arm in arms]))
    m, stop = len(joined), 0
    deaths, censored = np.zeros((len(arms), m)), np.zeros((len(arms), m))
    for k, arm in enumerate(arms):
        rows = row_of[stop : stop + len(arm.time)]
        stop += len(arm.time)
        deaths[k] = np.bincount(rows, weights=arm.event, minlength=m)
        censored[k] = np.bincount(rows, minlength=m) - deaths[k]
    leaving = deaths + censored
    at_risk = np.cumsum(leaving[:, ::-1], axis=1)[:, ::-1]
    return EventTable(joined, at_risk, deaths, censored)


def join_ties(time: FloatArray) -> tuple[FloatArray, np.ndarray]:
    """Distinct times with near-ties joined at the first, and for each given time the row of its distinct
    time.
    """
    # As np.unique, which takes twice as long over the few hundred times of each of hundreds of draws.
    order = np.argsort(time, kind="stable")
    rising = time[order]
    fresh = np.ones(len(time), bool)
    np.not_equal(rising[1:], rising[:-1], out=fresh[1:])
    distinct, rows = rising[fresh], np.empty(len(time), np.intp)
    rows[order] = np.cumsum(fresh) - 1
    if len(distinct) < 2:
        return distinct, rows
    gaps = np.diff(distinct)
    scale = float(np.mean(np.abs(distinct)))
    apart = np.concatenate([[True], gaps > TIE_TOLERANCE * max(scale, 1.0 if scale == 0 else 0.0)])
    return distinct[apart], (np.cumsum(apart) - 1)[rows]
