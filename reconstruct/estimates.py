"""What the patients of one panel say: per arm, and each arm against the reference.

Arms are compared two at a time, on the patients of those two alone, as papers report them; the log-rank test of all
arms stands beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import ReconstructError
from ..records import ArmEstimate, Comparison, FloatArray, Interval, Patients, Reconstruction
from .cox import partial_likelihood
from .differences import difference, landmark_differences
from .events import tabulate
from .km import first_time, kaplan_meier, rows_at, survival_steps
from .logrank import logrank_of_table, logrank_test
from .periods import DOUBTED, equal_death_cuts, ratios_by_period
from .phtest import proportional_hazards_test
from .ratio import fit_ratio, log_ratio
from .rmst import restricted_mean, step_areas


def estimate_panel(
    panel: str,
    patients: Sequence[Patients],
    *,
    at: FloatArray | None = None,
    reference: str | None = None,
    method: str = "patients",
    cuts: Sequence[float] | None = None,
) -> Reconstruction:
    """Estimates of one panel from its patients.

    at: times for S(t), usually the axis ticks. reference: the arm that hazard ratios are against, by default
    the first. cuts: times that part the hazard ratios by period; None parts them where proportional hazards are in
    doubt, into periods of as many deaths. Raises ReconstructError where an arm holds no patient or the reference is
    unknown.
    """
    names = [arm.arm for arm in patients]
    reference = reference or names[0]
    if reference not in names:
        raise ReconstructError(
            f'panel {panel}: no arm "{reference}" (arms: {", ".join(names)})',
            "Give one of them as the reference.",
        )
    for arm in patients:
        if not len(arm.time):
            raise ReconstructError(f'panel {panel}: arm "{arm.arm}" holds no patient', "Give its number at risk.")
    tau = common_horizon(patients)
    arms = tuple(estimate_arm(arm, tau, at) for arm in patients)
    base = names.index(reference)
    comparisons = [
        with_differences(compare_arms(patients[base], arm, cuts), arms[base], estimate)
        for arm, estimate in zip(patients, arms, strict=True)
        if arm.arm != reference
    ]
    overall = logrank_test(patients) if len(patients) > 1 else None
    return Reconstruction(panel, method, tuple(patients), arms, tuple(comparisons), overall[1] if overall else None)


def common_horizon(patients: Sequence[Patients]) -> float:
    """The last time that every arm was followed to: the horizon of RMST."""
    return float(min(arm.time.max() for arm in patients))


def restricted_to(arm: Patients, until: float) -> Patients:
    """The patients with their follow-up cut: who is still there at `until` is censored then."""
    event = np.where(arm.time <= until, arm.event, 0)
    time = np.minimum(arm.time, until)
    order = np.lexsort((-event, time))
    return Patients(arm.arm, time[order], event[order])


def estimate_arm(arm: Patients, tau: float, at: FloatArray | None = None) -> ArmEstimate:
    """Median, quartiles, RMST to tau, median follow-up, and S at the given times; S beyond the last patient is not
    known (None).
    """
    km = kaplan_meier(arm)
    times = np.zeros(0) if at is None else np.asarray(at, float)
    last = arm.time.max()
    survival_at = tuple(
        (float(t), value if t <= last else Interval(None)) for t, value in zip(times, km.at(times), strict=True)
    )
    events = int(arm.event.sum())
    return ArmEstimate(
        arm.arm,
        len(arm.time),
        events,
        km.quantile(0.5),
        restricted_mean(km, tau),
        tau,
        survival_at,
        quartiles=(km.quantile(0.25), km.quantile(0.75)),
        follow_up=kaplan_meier(reversed_patients(arm)).quantile(0.5),
    )


def reversed_patients(arm: Patients) -> Patients:
    """Deaths and censorings changed over: reverse Kaplan-Meier tells follow-up (Schemper and Smith 1996)."""
    return Patients(arm.arm, arm.time, 1 - arm.event)


def compare_arms(reference: Patients, arm: Patients, cuts: Sequence[float] | None = None) -> Comparison:
    """Cox hazard ratio of arm against reference; Firth's where one arm has no informative event.

    cuts: as in estimate_panel.
    """
    table = tabulate([reference, arm])
    logrank = logrank_of_table(table)
    logrank_p = logrank[1] if logrank else None
    fitted = fit_ratio(partial_likelihood(table))
    if fitted is None:
        return Comparison(arm.arm, reference.arm, None, None, None, None, None, logrank_p, method="none")
    ph = proportional_hazards_test(reference, arm)
    if cuts is None:
        cuts = equal_death_cuts(reference, arm) if ph and ph[1] < DOUBTED else ()
    return Comparison(
        arm.arm,
        reference.arm,
        fitted.hr,
        fitted.low,
        fitted.high,
        fitted.se_log_hr,
        fitted.p,
        logrank_p,
        ph[1] if ph else None,
        fitted.method,
        periods=ratios_by_period(reference, arm, cuts) if cuts else (),
    )


def with_differences(comparison: Comparison, reference: ArmEstimate, arm: ArmEstimate) -> Comparison:
    """The comparison with the differences of its arms in restricted mean and in S at the landmarks."""
    return replace(
        comparison,
        rmst=difference(arm.rmst, reference.rmst),
        landmarks=landmark_differences(arm.survival_at, reference.survival_at),
    )


def quick_log_hr(reference: Patients, arm: Patients) -> float:
    """The log hazard ratio alone (Firth's where Cox has none), nan where no death is informative."""
    return log_ratio(partial_likelihood(tabulate([reference, arm])))


@dataclass(frozen=True, slots=True, eq=False)
class ArmValues:
    """What one draw of an arm's patients says, without limits; infinite where estimate_arm has None.

    survival_at: (times,).
    """

    events: float
    median: float
    quartiles: tuple[float, float]
    rmst: float
    follow_up: float
    survival_at: FloatArray


def quick_estimates(arm: Patients, tau: float, at: FloatArray) -> ArmValues:
    """The values of estimate_arm alone: limits of each of hundreds of draws would cost ten times as much."""
    table = tabulate([arm])
    time, survival = table.time, survival_steps(table)
    # Deaths and censorings changed over, as in reversed_patients.
    staying = np.cumprod(1 - table.censored[0] / table.at_risk[0])
    rows = rows_at(time, at)
    levels = np.where(rows >= 0, survival[rows], 1.0)
    return ArmValues(
        float(arm.event.sum()),
        _reached(time, survival, 0.5),
        (_reached(time, survival, 1 - 0.25), _reached(time, survival, 1 - 0.75)),
        float(step_areas(time, survival, tau).sum()),
        _reached(time, staying, 0.5),
        np.where(at <= arm.time[-1], levels, np.inf),
    )


def _reached(time: FloatArray, survival: FloatArray, level: float) -> float:
    found = first_time(time, survival, level)
    return np.inf if found is None else found
