"""Simulated trials of known patients: what the figures of the benchmark show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .kaplan_meier import FloatArray, KaplanMeier, kaplan_meier


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """One arm's patients: time (n,) in the cohort's unit, event (n,) of 1 and 0."""

    label: str
    time: FloatArray
    event: FloatArray

    @property
    def km(self) -> KaplanMeier:
        return kaplan_meier(self.time, self.event)


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """One trial. ticks: where a journal would number the time axis, which ends at the last of them."""

    name: str
    endpoint: str
    unit: str
    ticks: tuple[float, ...]
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """A time axis that is usual in print: its unit, where it ends, and the patients' own resolution."""

    unit: str
    end: float
    step: float
    resolution: float

    @property
    def ticks(self) -> tuple[float, ...]:
        return tuple(float(t) for t in np.arange(0, self.end + self.step / 2, self.step))


SCALES = (
    Scale("months", 36, 6, 0.03),
    Scale("months", 24, 3, 0.03),
    Scale("months", 60, 12, 0.03),
    Scale("months", 120, 20, 0.1),
    Scale("years", 5, 1, 0.003),
    Scale("years", 10, 2, 0.003),
    Scale("years", 15, 2.5, 0.003),
    Scale("days", 365, 73, 1),
    Scale("days", 1000, 200, 1),
    Scale("weeks", 104, 26, 1),
)

ENDPOINTS = (
    "Overall survival",
    "Progression-free survival",
    "Disease-free survival",
    "Event-free survival",
    "Relapse-free survival",
    "Survival probability",
)

NAMES = {
    1: (("All patients",), ("Cohort",)),
    2: (
        ("Placebo", "Tarlozumab"),
        ("Control", "Treatment"),
        ("Surgery", "Surgery plus chemotherapy"),
        ("Low expression", "High expression"),
        ("Usual care", "Intervention"),
        ("Arm A", "Arm B"),
    ),
    3: (("Placebo", "10 mg", "20 mg"), ("Stage I", "Stage II", "Stage III"), ("Low", "Intermediate", "High")),
    4: (("Q1", "Q2", "Q3", "Q4"), ("Grade 1", "Grade 2", "Grade 3", "Grade 4")),
    5: (("Luminal A", "Luminal B", "HER2", "Basal", "Normal-like"),),
    6: (("I", "IIA", "IIB", "IIIA", "IIIB", "IV"),),
    7: (("Cluster 1", "Cluster 2", "Cluster 3", "Cluster 4", "Cluster 5", "Cluster 6", "Cluster 7"),),
    8: (("IA1", "IA2", "IA3", "IB", "IIA", "IIB", "IIIA", "IIIB"),),
}

# how far apart neighbouring arms are, as the ratio of their hazards
SPREADS = {"apart": (1.5, 2.6), "close": (1.02, 1.25)}


def simulate_cohort(
    rng: np.random.Generator, arms: int, spread: str = "apart", mortality: str = "any", size: str = "any"
) -> Cohort:
    """A trial of `arms` arms, hazards rising from the first to the last (or falling).

    spread: "apart", "close", or "crossing" (other shapes). mortality: "low" (70% or more survive to
    the end of the axis), "high" or "any". size: "small" (12 to 60 an arm), "large" (600 to 3000) or
    "any".
    """
    scale = SCALES[rng.integers(len(SCALES))]
    names = NAMES[arms][rng.integers(len(NAMES[arms]))]
    survive = {"low": rng.uniform(0.72, 0.93), "high": rng.uniform(0.05, 0.3)}.get(mortality, rng.uniform(0.15, 0.85))
    low, high = SPREADS.get(spread, (1.05, 1.3))
    # with many arms the same ratio at each step would send the last one to the floor
    ratio = rng.uniform(low, high) ** (1 if arms <= 3 else 2.5 / arms)
    n = {"small": rng.integers(12, 60), "large": rng.integers(600, 3000)}.get(size, int(10 ** rng.uniform(1.5, 2.8)))
    order = rng.permutation(arms) if arms == 2 else np.arange(arms)
    base = -np.log(survive) / ratio ** ((arms - 1) / 2)
    drawn = []
    for label, rank in zip(names, order, strict=True):
        shape = rng.uniform(0.6, 0.8) + 0.7 * (rank % 2) if spread == "crossing" else rng.uniform(0.9, 1.25)
        hazard = base * ratio ** float(rank)
        drawn.append(_simulate_arm(rng, label, int(n * rng.uniform(0.75, 1.3)), hazard, shape, scale))
    return Cohort(f"{spread}{arms}_{n}", str(rng.choice(ENDPOINTS)), scale.unit, scale.ticks, tuple(drawn))


def _simulate_arm(rng: np.random.Generator, label: str, n: int, hazard: float, shape: float, scale: Scale) -> Arm:
    """Weibull events with cumulative hazard `hazard` at the end; late recruits and a few early losses."""
    failure = scale.end * (rng.exponential(size=n) / hazard) ** (1 / shape)
    closing = scale.end * rng.uniform(rng.uniform(0.3, 0.6), rng.uniform(0.98, 1.1), size=n)
    lost = np.where(rng.random(n) < rng.uniform(0.03, 0.2), scale.end * rng.random(n), np.inf)
    followed = np.minimum(closing, lost)
    time = np.maximum(np.round(np.minimum(failure, followed) / scale.resolution), 1) * scale.resolution
    event = (failure <= followed).astype(float)
    order = np.lexsort((-event, time))
    return Arm(label, time[order], event[order])


def censored_at(arm: Arm, end: float) -> Arm:
    """The same patients as the axis shows them: nobody followed beyond its end."""
    return Arm(arm.label, np.minimum(arm.time, end), np.where(arm.time <= end, arm.event, 0.0))
