"""One log hazard ratio with its error and limits: Cox's, or Firth's where Cox has no finite answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .cox import PartialLikelihood, maximum
from .firth import firth_fit
from .normal import two_sided_p, two_sided_z

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class FittedRatio:
    """A hazard ratio, its limits (None where open), the standard error of its log, p, and how it was found.

    method: "cox" (Wald limits and p) or "firth" (profile limits, likelihood-ratio p).
    """

    hr: float
    low: float | None
    high: float | None
    se_log_hr: float
    p: float
    method: str


def fit_ratio(likelihood: PartialLikelihood) -> FittedRatio | None:
    """The ratio at the maximum of a partial likelihood; None where no death tells the arms apart."""
    if likelihood.direction == 2:
        return None
    fitted = maximum(likelihood)
    if fitted is None:
        beta, se, low, high, p = firth_fit(likelihood, LEVEL)
        return FittedRatio(float(np.exp(beta)), _ratio(low), _ratio(high), se, p, "firth")
    beta, se = fitted
    half = two_sided_z(LEVEL) * se
    low, high = float(np.exp(beta - half)), float(np.exp(beta + half))
    return FittedRatio(float(np.exp(beta)), low, high, se, two_sided_p(beta / se), "cox")


def log_ratio(likelihood: PartialLikelihood) -> float:
    """The log hazard ratio alone, nan where no death tells the arms apart."""
    if likelihood.direction == 2:
        return float("nan")
    fitted = maximum(likelihood)
    return float(fitted[0] if fitted is not None else firth_fit(likelihood, LEVEL)[0])


def _ratio(log_hr: float | None) -> float | None:
    return None if log_hr is None else float(np.exp(log_hr))
