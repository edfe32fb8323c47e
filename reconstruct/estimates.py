"""What the patients of one panel say: per arm, and each arm against the reference.

Arms are compared two at a time, on the patients of those two alone, as papers report them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import ReconstructError
from ..records import ArmEstimate, Comparison, FloatArray, Interval, Patients, Reconstruction
from .cox import maximum, partial_likelihood
from .events import tabulate
from .firth import firth_fit
from .km import kaplan_meier
from .logrank import logrank_of_table, logrank_test
from .normal import two_sided_p, two_sided_z
from .phtest import proportional_hazards_test
from .rmst import restricted_mean

LEVEL = 0.95


def estimate_panel(
    panel: str,
    patients: Sequence[Patients],
    *,
    at: FloatArray | None = None,
    reference: str | None = None,
    method: str = "patients",
) -> Reconstruction:
    """Estimates of one panel from its patients.

    at: times for S(t), usually the axis ticks. reference: the arm that hazard ratios are against, by default
    the first. Raises ReconstructError where an arm holds no patient or the reference is unknown.
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
    base = patients[names.index(reference)]
    overall = logrank_test(patients) if len(patients) > 1 else None
    return Reconstruction(
        panel,
        method,
        tuple(patients),
        tuple(estimate_arm(arm, tau, at) for arm in patients),
        tuple(compare_arms(base, arm) for arm in patients if arm.arm != reference),
        overall[1] if overall else None,
    )


def common_horizon(patients: Sequence[Patients]) -> float:
    """The last time that every arm was followed to: the horizon of RMST."""
    return float(min(arm.time.max() for arm in patients))


def estimate_arm(arm: Patients, tau: float, at: FloatArray | None = None) -> ArmEstimate:
    """Median, RMST to tau and S at the given times; S beyond the last patient is not known (None)."""
    km = kaplan_meier(arm)
    times = np.zeros(0) if at is None else np.asarray(at, float)
    last = arm.time.max()
    survival_at = tuple(
        (float(t), value if t <= last else Interval(None)) for t, value in zip(times, km.at(times), strict=True)
    )
    events = int(arm.event.sum())
    return ArmEstimate(arm.arm, len(arm.time), events, km.quantile(0.5), restricted_mean(km, tau), tau, survival_at)


def compare_arms(reference: Patients, arm: Patients) -> Comparison:
    """Cox hazard ratio of arm against reference; Firth's where one arm has no informative event."""
    table = tabulate([reference, arm])
    likelihood = partial_likelihood(table)
    logrank = logrank_of_table(table)
    logrank_p = logrank[1] if logrank else None
    if likelihood.direction == 2:
        return Comparison(arm.arm, reference.arm, None, None, None, None, None, logrank_p, method="none")
    fitted = maximum(likelihood)
    if fitted is None:
        beta, se, low, high, p = firth_fit(likelihood)
        return Comparison(
            arm.arm, reference.arm, _ratio(beta), _ratio(low), _ratio(high), se, p, logrank_p, method="firth"
        )
    beta, se = fitted
    z = two_sided_z(LEVEL)
    ph = proportional_hazards_test(reference, arm)
    return Comparison(
        arm.arm,
        reference.arm,
        _ratio(beta),
        _ratio(beta - z * se),
        _ratio(beta + z * se),
        se,
        two_sided_p(beta / se),
        logrank_p,
        ph[1] if ph else None,
    )


def quick_log_hr(reference: Patients, arm: Patients) -> float:
    """The log hazard ratio alone (Firth's where Cox has none), nan where no death is informative."""
    likelihood = partial_likelihood(tabulate([reference, arm]))
    if likelihood.direction == 2:
        return float("nan")
    fitted = maximum(likelihood)
    return float(fitted[0] if fitted is not None else firth_fit(likelihood)[0])


def _ratio(log_hr: float | None) -> float | None:
    return None if log_hr is None else float(np.exp(log_hr))
