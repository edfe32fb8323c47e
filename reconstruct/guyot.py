"""Guyot et al. 2012, BMC Med Res Methodol 12:9: the field's reference algorithm, step by step.

It takes many points clicked along one curve and the printed numbers at risk, guesses how many were censored
between two printed counts, spreads them evenly, reads deaths off the drops, and corrects the guess until the
next printed count is met. Four cases of information: with or without numbers at risk after the start, with or
without the total of events ("all", "no total events", "no numbers at risk", "neither").

Steps are numbered as in the paper's algorithm (its figure 3). The published R script is followed where the
paper is
silent: it overwrites a printed count that cannot be met (step 6), and it can run for ever on some totals or
stop with an error when an interval holds no point. Here every loop ends: a guess that comes back is a cycle,
and the guess nearest to the target is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ..records import FloatArray, IntArray, Patients
from .evidence import ArmEvidence

# Points fed along the curve besides its corners: as dense as a careful person clicks (the paper advises many
# points; on known patients 200 with the corners halved the HR error against corners alone).
GRID_POINTS = 200


@dataclass(frozen=True, slots=True, eq=False)
class GuyotInput:
    """Points and printed counts as the published script wants them.

    time, survival: (n,) points. at_risk: (k,) printed counts. lower: (k,) first point (from 0) at or after
    each printed time; each interval ends where the next begins, the last at the last point.
    """

    time: FloatArray
    survival: FloatArray
    at_risk: FloatArray
    lower: IntArray
    total_events: int | None = None


def guyot_patients(evidence: ArmEvidence) -> Patients:
    """The patients of one arm by Guyot's algorithm, from its curve and counts."""
    return guyot(evidence.arm, guyot_input(evidence))


def guyot_input(evidence: ArmEvidence) -> GuyotInput:
    """Dense points along the curve, and the printed intervals that hold at least one of them."""
    curve = evidence.curve
    grid = np.linspace(curve.time[0], curve.time[-1], GRID_POINTS)
    time = np.union1d(curve.time, grid)
    lower = np.searchsorted(time, evidence.count_time)
    holds_points = np.diff(np.append(lower, len(time))) > 0
    lower, at_risk = lower[holds_points], evidence.count[holds_points]
    lower[0] = 0
    return GuyotInput(time, curve.at(time), at_risk, lower, evidence.events)


def guyot(arm: str, given: GuyotInput) -> Patients:
    """Run the algorithm on the points and form the patients (step 8)."""
    run = _Run(given)
    for i in range(run.intervals - 1):
        run.solve_interval(i)
    run.solve_last()
    if given.total_events is not None:
        run.meet_total_events(given.total_events)
    return run.patients(arm)


@dataclass(slots=True, eq=False)
class _Run:
    """The algorithm's state: per point deaths, censored until the next point, at risk, and its own
    Kaplan-Meier.
    """

    given: GuyotInput
    at_risk: FloatArray = field(init=False)
    deaths: FloatArray = field(init=False)
    censored: FloatArray = field(init=False)
    n_hat: FloatArray = field(init=False)
    km_hat: FloatArray = field(init=False)
    guess: FloatArray = field(init=False)
    last: IntArray = field(init=False)

    def __post_init__(self) -> None:
        points, k = len(self.given.time), len(self.given.at_risk)
        self.at_risk = np.array(self.given.at_risk, float)
        self.deaths, self.censored = np.zeros(points), np.zeros(points)
        self.n_hat = np.full(points + 1, self.at_risk[0] + 1)
        self.km_hat = np.ones(points)
        self.guess = np.zeros(k)
        self.last = np.zeros(k, np.int64)

    @property
    def intervals(self) -> int:
        return len(self.at_risk)

    def solve_interval(self, i: int) -> None:
        """Steps 1 to 6 for an interval with a printed count at its end."""
        s, start, stop = self.given.survival, self.given.lower[i], self.given.lower[i + 1]
        target = self.at_risk[i + 1]
        ratio = s[stop] / s[start] if s[start] > 0 else 0.0
        self.guess[i] = np.round(self.at_risk[i] * ratio - target)

        def too_many() -> float:
            self.pass_through(i, start, stop)
            return float(self.n_hat[stop] - target)

        self.correct_guess(i, too_many)
        # Step 6: where deaths alone leave fewer than printed, the script takes its own number (a known
        # fault).
        self.at_risk[i + 1] = min(self.n_hat[stop], target)
        deadly = np.flatnonzero(self.deaths[start:stop])
        self.last[i + 1] = start + deadly[-1] if len(deadly) else self.last[i]

    def solve_last(self) -> None:
        """Step 7: beyond the last printed count the average censoring rate so far goes on."""
        i, time, lower = self.intervals - 1, self.given.time, self.given.lower
        if i > 0:
            span = time[lower[i] - 1] - time[lower[0]]
            rate = self.guess[:i].sum() / span if span > 0 else 0.0
            self.guess[i] = min(np.round(rate * (time[-1] - time[lower[i]])), self.at_risk[i])
        self.guess[i] = max(self.guess[i], 0)
        self.pass_through(i, lower[i], len(time) - 1)

    def meet_total_events(self, total: int) -> None:
        """Step 7 with a reported total: censoring in the last interval is corrected until the deaths add
        up.
        """
        i, start, stop = self.intervals - 1, self.given.lower[-1], len(self.given.time) - 1
        if i > 0 and self.deaths[:start].sum() >= total:
            self.deaths[start:] = 0
            self.censored[start:] = 0
            return

        def too_many() -> float:
            self.pass_through(i, start, stop)
            return float(self.deaths.sum() - total)

        self.correct_guess(i, too_many)

    def correct_guess(self, i: int, too_many: Callable[[], float]) -> None:
        """Steps 3 and 5: add what is too many to the guess until nothing is, or the guess returns (a cycle).

        Where too few are left the script stops as soon as the next guess would be none, keeping the pass
        before and the negative guess (which then lowers the average rate of step 7); so do we.
        """
        tried: dict[float, float] = {}
        while True:
            self.guess[i] = max(self.guess[i], 0)
            if self.guess[i] in tried:
                break
            excess = tried[float(self.guess[i])] = too_many()
            self.guess[i] = min(self.guess[i] + excess, self.at_risk[i])
            if excess == 0 or (excess < 0 and self.guess[i] <= 0):
                return
        self.guess[i] = min(tried, key=lambda guess: (abs(tried[guess]), guess))
        too_many()

    def pass_through(self, i: int, start: int, stop: int) -> None:
        """Steps 2 and 4: spread the guess evenly over (start, stop), then walk the points for deaths."""
        time, end = self.given.time, len(self.given.time)
        self.censored[start:stop] = _spread(time[start : stop + 1], int(self.guess[i]))
        self.n_hat[start] = self.at_risk[i]
        last = self.last[i]
        for k in range(start, stop if i < self.intervals - 1 else end):
            self.deaths[k] = 0 if k == 0 else self._deaths(k, last)
            n = self.n_hat[k]
            self.km_hat[k] = self.km_hat[last] * (1 - self.deaths[k] / n) if n > 0 else self.km_hat[last]
            self.censored[k] = min(self.censored[k], n - self.deaths[k])
            self.n_hat[k + 1] = n - self.deaths[k] - self.censored[k]
            if self.deaths[k]:
                last = k

    def _deaths(self, k: int, last: int) -> float:
        """Equation 2 of the paper: d = n (1 - S / S_hat), whole and never below zero."""
        if self.km_hat[last] <= 0:
            return 0.0
        return max(float(np.round(self.n_hat[k] * (1 - self.given.survival[k] / self.km_hat[last]))), 0.0)

    def patients(self, arm: str) -> Patients:
        """Step 8: deaths at their points, censored halfway to the next, the others at the end."""
        time, n = self.given.time, int(self.given.at_risk[0])
        middle = np.append((time[:-1] + time[1:]) / 2, time[-1])
        deaths, censored = self.deaths.astype(int), self.censored.astype(int)
        times = np.concatenate([np.repeat(time, deaths), np.repeat(middle, censored)])[:n]
        events = np.repeat([1, 0], [deaths.sum(), censored.sum()])[:n]
        rest = n - len(times)
        times, events = np.append(times, np.full(rest, time[-1])), np.append(events, np.zeros(rest, int))
        order = np.lexsort((-events, times))
        return Patients(arm, times[order], events[order])


def _spread(points: FloatArray, count: int) -> FloatArray:
    """Counts per gap between points when count times are spread evenly over them (R's hist: bins
    right-closed).
    """
    if count <= 0 or len(points) < 2:
        return np.zeros(max(len(points) - 1, 0))
    times = points[0] + np.arange(1, count + 1) * (points[-1] - points[0]) / (count + 1)
    # R widens every bin by this so that rounding does not push a time on a border into the next one.
    fuzz = 1e-7 * float(np.median(np.diff(points)))
    gap = np.searchsorted(points[1:] + fuzz, times, side="left")
    return np.bincount(np.clip(gap, 0, len(points) - 2), minlength=len(points) - 1).astype(float)
