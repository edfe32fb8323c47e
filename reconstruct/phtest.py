"""The score test of proportional hazards (Grambsch and Therneau 1994, as in R's cox.zph from survival 3)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..records import FloatArray, Patients
from .cox import PartialLikelihood, maximum, partial_likelihood
from .events import EventTable, tabulate
from .normal import chi_square_p

Transform = Literal["km", "identity", "log"]


def proportional_hazards_test(
    first: Patients, second: Patients, transform: Transform = "km"
) -> tuple[float, float] | None:
    """(chi-square, p) on one degree of freedom for a coefficient that changes with g(t); None where
    undefined.

    The covariate x g(t) is added at theta = 0, beta at its maximum: chi2 = U^2 / (I_tt - I_bt^2 / I_bb).
    """
    table = tabulate([first, second])
    likelihood = partial_likelihood(table)
    fitted = maximum(likelihood)
    if fitted is None or (transform == "log" and likelihood.time[0] <= 0):
        return None
    g = _transformed_time(table, likelihood, transform)
    g = g - g.mean()
    m = likelihood.mean(fitted[0])
    spread = m * (1 - m)
    u = float((g * (_second_arm_share(table) - m)).sum())
    information = float((g * g * spread).sum() - (g * spread).sum() ** 2 / spread.sum())
    if information <= 1e-12:
        return None
    return u * u / information, chi_square_p(u * u / information, 1)


def _second_arm_share(table: EventTable) -> FloatArray:
    """Per death, the share of the second arm among the deaths of its time (their sum at each time is d1)."""
    table = table.at_deaths()
    d = table.deaths.sum(0)
    return np.repeat(table.deaths[1] / d, d.astype(int))


def _transformed_time(table: EventTable, likelihood: PartialLikelihood, transform: Transform) -> FloatArray:
    if transform == "identity":
        return likelihood.time
    if transform == "log":
        return np.log(likelihood.time)
    table = table.at_deaths()
    survival = np.cumprod(1 - table.deaths.sum(0) / table.at_risk.sum(0))
    before = 1 - np.concatenate([[1.0], survival[:-1]])
    return np.repeat(before, table.deaths.sum(0).astype(int))
