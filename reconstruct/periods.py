"""Hazard ratios by period, where one ratio for all of the follow-up is in doubt.

The partial likelihood is a product over deaths, so a ratio that is constant within periods has one factor a
period, over the deaths in (start, stop] with the risk sets as they stand: what R gives for survSplit() at the
cuts and an interaction of arm and period (Therneau, Crowson and Atkinson, "Using time dependent covariates").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..records import FloatArray, Patients, PeriodRatio
from .cox import PartialLikelihood, partial_likelihood
from .events import TIE_TOLERANCE, tabulate
from .ratio import fit_ratio, log_ratio

# p of the proportional-hazards test below which one ratio for all times is in doubt: the level that the
# reviewers of submissions use.
DOUBTED = 0.05
# Deaths in a period at least, and periods at most: with ten deaths a ratio is known to a factor of 3.5, and a
# figure's shape carries three periods (early, middle, late) before they are noise.
LEAST_DEATHS, MOST_PERIODS = 10, 3


def equal_death_cuts(reference: Patients, arm: Patients) -> tuple[float, ...]:
    """Times that part the follow-up into periods with as many deaths in each; none where deaths are few.

    Only deaths with both arms at risk are counted: no other bears on the ratio.
    """
    likelihood = partial_likelihood(tabulate([reference, arm]))
    time = likelihood.time[(likelihood.n0 > 0) & (likelihood.n1 > 0)]
    wanted = min(MOST_PERIODS, len(time) // LEAST_DEATHS)
    last = [time[round(len(time) * k / wanted) - 1] for k in range(1, wanted)]
    return tuple(float(t) for t in np.unique(last) if t < time[-1])


def ratios_by_period(reference: Patients, arm: Patients, cuts: Sequence[float]) -> tuple[PeriodRatio, ...]:
    """The hazard ratio of arm against reference in each of the periods (0, cut], (cut, cut] ... to the end."""
    end = float(max(reference.time[-1], arm.time[-1]))
    start = min(0.0, float(reference.time[0]), float(arm.time[0]))
    edges = [start, *(cut for cut in sorted(set(cuts)) if start < cut < end), end]
    found = []
    for likelihood, low, high in zip(_parts(reference, arm, edges[1:-1]), edges[:-1], edges[1:], strict=True):
        fitted = fit_ratio(likelihood)
        period = PeriodRatio(low, high, len(likelihood.time))
        if fitted is not None:
            period = replace(
                period,
                hr=fitted.hr,
                low=fitted.low,
                high=fitted.high,
                se_log_hr=fitted.se_log_hr,
                p=fitted.p,
                method=fitted.method,
            )
        found.append(period)
    return tuple(found)


def log_ratios_by_period(reference: Patients, arm: Patients, cuts: Sequence[float]) -> list[float]:
    """The log hazard ratios alone, nan where a period has no informative death."""
    return [log_ratio(part) for part in _parts(reference, arm, cuts)]


def _parts(reference: Patients, arm: Patients, cuts: Sequence[float]) -> Iterator[PartialLikelihood]:
    """The partial likelihood of each period's deaths; a death at a cut belongs to the period that ends there."""
    table = tabulate([reference, arm]).at_deaths()
    edges: FloatArray = np.concatenate([[-np.inf], np.asarray(cuts, float) * (1 + TIE_TOLERANCE), [np.inf]])
    for low, high in pairwise(edges):
        yield partial_likelihood(table.where((table.time > low) & (table.time <= high)))
