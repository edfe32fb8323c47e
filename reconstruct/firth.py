"""Firth's penalised Cox regression, for arms without events, where the partial likelihood has no maximum.

Heinze and Schemper 2001 (Biometrics 57:114): the log partial likelihood is augmented by half the log of the
information, and limits and p come from the profile of the penalised likelihood. A limit that the profile
never crosses within |beta| <= 15 is open (None).
"""

from __future__ import annotations

import numpy as np

from .cox import PartialLikelihood
from .normal import chi_square_p, two_sided_z

# Hazard ratios beyond e^15 (three million) are no answer; the search stops there.
SEARCH_WIDTH = 15.0
BISECTIONS = 60
GOLDEN = (np.sqrt(5.0) - 1) / 2


def firth_fit(
    likelihood: PartialLikelihood, level: float = 0.95
) -> tuple[float, float, float | None, float | None, float]:
    """(log hazard ratio, its standard error, lower and upper profile limit or None, p of the likelihood
    ratio).
    """

    def penalised(beta: float) -> float:
        return likelihood.value(beta) + 0.5 * float(np.log(max(likelihood.information(beta), 1e-300)))

    beta = _maximum(penalised)
    peak = penalised(beta)
    drop = two_sided_z(level) ** 2 / 2
    low, high = (_crossing(penalised, beta, side * SEARCH_WIDTH, peak - drop) for side in (-1, 1))
    p = chi_square_p(2 * (peak - penalised(0.0)), 1)
    return beta, float(1 / np.sqrt(likelihood.information(beta))), low, high, p


def _maximum(penalised) -> float:
    """Golden-section search: the penalised likelihood of one binary covariate has one peak."""
    low, high = -SEARCH_WIDTH, SEARCH_WIDTH
    for _ in range(BISECTIONS):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        if penalised(left) < penalised(right):
            low = left
        else:
            high = right
    return (low + high) / 2


def _crossing(penalised, inside: float, outside: float, target: float) -> float | None:
    """Where the profile falls to the target between the peak and the edge of the search."""
    if penalised(outside) > target:
        return None
    for _ in range(BISECTIONS):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if penalised(middle) < target else (middle, outside)
    return (inside + outside) / 2
