"""Find simulated patients that meet every number of the published abstract, to its printed rounding.

    python -m samples.desmoid_pfs.find_patients        writes samples/desmoid_pfs/patients.csv

The abstract (N Engl J Med 2018;379:2417-28) fixes far more than it seems: with 50 and 37 patients the width
of an interval of S(24) tells how many were still followed. Seeded annealing over the patients' times (tenths
of a month) and events starts from a plausible trial and moves it until no number is off.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.generator.kaplan_meier import KaplanMeier, cox_hazard_ratio, kaplan_meier, logrank_p

SEED = 16  # of seeds 1 to 21 the one whose events are spread over the whole follow-up in both arms
SORAFENIB, PLACEBO = 50, 37
FIRST_MONTH, LAST_MONTH = 1.5, 41.5
LANDMARK = 24.0
# late progression is rare in this tumour: the curves end above these (the sorafenib median is not reached)
PLATEAUS = (0.70, 0.25)
# each number may lie anywhere in this share of its rounding interval, so that another program's last digits
# cannot push it over the edge
INSIDE = 0.96


@dataclass(frozen=True, slots=True)
class Target:
    """A printed number the value must round to. rounding: its last digit. weight: cost of being off."""

    name: str
    printed: float
    rounding: float
    weight: float = 1.0

    def miss(self, value: float) -> float:
        """Distance outside the rounding interval, in roundings; 0 inside."""
        if not math.isfinite(value):
            return 20.0
        return self.weight * max(0.0, abs(value - self.printed) / self.rounding - INSIDE / 2)


TARGETS = (
    Target("sorafenib survival at 2 years", 0.81, 0.01),
    Target("its lower limit", 0.69, 0.01),
    Target("its upper limit", 0.96, 0.01),
    Target("placebo survival at 2 years", 0.36, 0.01),
    Target("its lower limit", 0.22, 0.01),
    Target("its upper limit", 0.57, 0.01),
    Target("placebo median", 11.3, 0.1, weight=0.2),
    Target("median follow-up", 27.2, 0.1, weight=0.2),
    Target("hazard ratio", 0.13, 0.01),
    Target("its lower limit", 0.05, 0.01),
    Target("its upper limit", 0.31, 0.01),
)


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Times in tenths of a month and events of all patients; the first 50 rows are the sorafenib arm."""

    tenths: np.ndarray
    event: np.ndarray

    def arm(self, sorafenib: bool) -> tuple[np.ndarray, np.ndarray]:
        rows = slice(None, SORAFENIB) if sorafenib else slice(SORAFENIB, None)
        return self.tenths[rows] / 10, self.event[rows]


def draw_cohort(rng: np.random.Generator) -> Cohort:
    """A plausible trial: rare progression on sorafenib, early on placebo; some lost early."""
    n = SORAFENIB + PLACEBO
    progression = np.r_[110 * rng.weibull(1.0, SORAFENIB) + 2, 17 * rng.weibull(0.9, PLACEBO) + 1]
    lost = np.where(rng.random(n) < 0.3, rng.uniform(2, 20, n), np.inf)
    closed = rng.uniform(19, LAST_MONTH, n)
    followed = np.minimum(lost, closed)
    tenths = np.round(10 * np.clip(np.minimum(progression, followed), FIRST_MONTH, LAST_MONTH))
    return Cohort(tenths.astype(int), (progression <= followed).astype(int))


def measure(cohort: Cohort, fits: tuple[KaplanMeier, KaplanMeier]) -> tuple[float, ...]:
    """The cohort's values of TARGETS, in their order; fits: of sorafenib and placebo."""
    treated, control = cohort.arm(True), cohort.arm(False)
    rates = []
    for fit in fits:
        low, high = fit.limits([LANDMARK])
        rates += [float(fit.at([LANDMARK])[0]), float(low[0]), float(high[0])]
    follow_up = kaplan_meier(cohort.tenths / 10, 1 - cohort.event).median()
    ratio = cox_hazard_ratio(control, treated)
    return (*rates, fits[1].median(), follow_up, ratio.value, *ratio.limits)


def fit_arms(cohort: Cohort) -> tuple[KaplanMeier, KaplanMeier]:
    """Kaplan-Meier estimates of sorafenib and placebo."""
    return kaplan_meier(*cohort.arm(True)), kaplan_meier(*cohort.arm(False))


def energy(cohort: Cohort) -> float:
    """Sum of misses; 0 when every number is met and both curves have their plateau."""
    fits = fit_arms(cohort)
    misses = [target.miss(value) for target, value in zip(TARGETS, measure(cohort, fits), strict=True)]
    fallen = sum(max(0.0, floor - fit.survival[-1]) for floor, fit in zip(PLATEAUS, fits, strict=True))
    return sum(misses) + 100.0 * fallen


def move(cohort: Cohort, rng: np.random.Generator) -> Cohort:
    """One patient's time shifted by up to three months, or, once in eight, its event flag turned."""
    tenths, event = cohort.tenths.copy(), cohort.event.copy()
    who = rng.integers(len(tenths))
    if rng.random() < 1 / 8:
        event[who] = 1 - event[who]
    else:
        shifted = tenths[who] + rng.integers(-30, 31)
        if 10 * FIRST_MONTH <= shifted <= 10 * LAST_MONTH:
            tenths[who] = shifted
    return Cohort(tenths, event)


def anneal(rng: np.random.Generator, steps: int = 40_000) -> Cohort:
    """Metropolis steps under a falling temperature until the energy is 0.

    Raises RuntimeError when steps are used up first.
    """
    cohort = draw_cohort(rng)
    cost = energy(cohort)
    for step in range(steps):
        temperature = 1.0 * 0.99982**step
        trial = move(cohort, rng)
        new = energy(trial)
        if new <= cost or rng.random() < math.exp((cost - new) / temperature):
            cohort, cost = trial, new
        if cost == 0.0:
            return cohort
    raise RuntimeError(f"no cohort met every number in {steps} steps (energy {cost:.3f}): take another seed")


def write_patients(cohort: Cohort, path: Path) -> None:
    """patients.csv: arm, time in months, event; sorted within the arm."""
    rows = []
    for name, sorafenib in (("Sorafenib", True), ("Placebo", False)):
        time, event = cohort.arm(sorafenib)
        rows += sorted((name, f"{t:.1f}", int(e)) for t, e in zip(time, event, strict=True))
        rows.sort(key=lambda row: (row[0] == "Placebo", float(row[1]), -row[2]))
    with path.open("w", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([("arm", "time", "event"), *rows])


def main() -> None:
    cohort = anneal(np.random.default_rng(SEED))
    for target, value in zip(TARGETS, measure(cohort, fit_arms(cohort)), strict=True):
        print(f"{target.name:32s} {target.printed:6} {value:8.4f}")
    print(f"log-rank p {logrank_p(cohort.arm(False), cohort.arm(True)):.2g}")
    write_patients(cohort, Path(__file__).with_name("patients.csv"))


if __name__ == "__main__":
    main()
