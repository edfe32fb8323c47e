"""What one slot of the chain believes of its deaths and of the level after them, as log weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, IntArray
from .normal import chance_below

# Share of traced levels that are off by far more than their error, and by how many errors (one to four pixels): a run
# too short to be seen, a mark on it. Of shares from 0.06 to 0.2 and factors from 4 to 16 these gave the hazard ratios
# nearest to the truth of 67 known panels, and two of their right counts called wrong.
OFF, OFF_BY = 0.15, 12.0
# Log weight, less one for each error, of a click that slipped: one in a hundred.
CLICK_FLOOR = float(np.log(0.01))
# Errors above a clicked level among which the best is sought.
ABOVE_TRIED = np.linspace(0.0, 6.0, 61)


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A gap in which some are censored, then a moment at which some may die.

    start, stop: the gap (start, stop); deaths and the printed count stand at stop. censor_prior: (k,) log
    weight of c = 0, grain, 2 grain, ... censored in the gap. least_deaths, most_deaths: bounds of d. level, error: the
    measured S after stop and its error (nan: not measured). floor: lower bound of S where it is not measured.
    next_count: patients that must be left at the next printed count, at least. extra_rate, least_extra: mean deaths
    beyond the least, per patient at risk, and no fewer than so many in all. unseen: clicks that a hand made on the flat
    after stop. count: patients left after this slot, -1 where not printed. events: deaths up to here, -1 where not
    printed. uncensored: fewest and most who are not censored up to here as marks say, where each who is has one;
    slip_cost: log weight of each patient outside. ahead: until the next printed count, the mean and variance of the
    number censored and the share of the others that survives.
    """

    start: float
    stop: float
    censor_prior: FloatArray
    least_deaths: int = 0
    most_deaths: int = 0
    level: float = np.nan
    error: float = np.nan
    extra_rate: float = 0.0
    least_extra: float = 0.0
    unseen: float = 0.0
    floor: float = 0.0
    uniform: bool = False
    next_count: int = 0
    count: int = -1
    events: int = -1
    grain: int = 1
    uncensored: tuple[int, int] | None = None
    slip_cost: float = 0.0
    ahead: tuple[float, float, float] | None = None


def log_prior_of_deaths(slot: Slot, before: IntArray, died: IntArray) -> FloatArray | float:
    """Log chance of so many deaths beyond the least among those at risk: geometric with a mean in proportion to them.

    Whatever its mean it must sum to 1 for every number at risk: one that did not would favour those under which more
    deaths come near the level, slot by slot.
    """
    if slot.extra_rate <= 0 and slot.least_extra <= 0:
        return 0.0
    if not len(before):
        return 0.0
    # Thousands of candidates have but some hundred numbers at risk: the logs are taken once of each.
    lowest = int(before.min())
    each = np.arange(lowest, int(before.max()) + 1)
    mean = np.maximum(slot.extra_rate * np.maximum(each, 1), slot.least_extra)
    place = before - lowest
    return np.maximum(died - slot.least_deaths, 0) * np.log(mean / (1 + mean))[place] - np.log1p(mean)[place]


def level_log_likelihood(slot: Slot, survival: FloatArray) -> FloatArray:
    """Log weight of S given the measured level: flat-topped where the error is uniform, else normal with a
    share of levels that are off by far.
    """
    if np.isnan(slot.level):
        return np.zeros(len(survival))
    if slot.unseen > 0:
        return _click_log_likelihood(slot, (survival - slot.level) / slot.error)
    z = np.abs(survival - slot.level) / slot.error
    if slot.uniform:
        # Rounded levels lie within their half-width; the sixth power lets a hair beyond pass, and z^2 bounds
        # the cost.
        return -np.minimum((z / 1.1) ** 12, 3 * z * z)
    far = z / OFF_BY
    tail = np.where(far < 3, 0.5 * far * far, 3 * far - 4.5)
    return np.logaddexp(np.log1p(-OFF) - 0.5 * z * z, np.log(OFF / OFF_BY) - tail)


def _click_log_likelihood(slot: Slot, z: FloatArray) -> FloatArray:
    """Log weight of S above the clicked level by z errors: normal, and none of the clicks that followed was lower.

    A curve keeps of noisy clicks only those that are lower than all before. Clicks are a Poisson process, and those
    that would have been lower one of rate Phi(-z) times theirs. Beside the best S, which misses nothing.
    """

    def weight(above: FloatArray) -> FloatArray:
        return np.maximum(-0.5 * above**2, CLICK_FLOOR - np.abs(above)) - slot.unseen * chance_below(-above)

    return weight(z) - weight(ABOVE_TRIED).max()
