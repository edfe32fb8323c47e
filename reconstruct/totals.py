"""A printed total of deaths, met: the chain tilted towards it, and its search guided along the way.

The total is the sum of what many slots hold, so that hypotheses which lead to it are soon rare among those that the
free chain keeps, though together they may be as likely as any. A log weight per death, the same for all paths with one
total (an exponential tilt), makes the total the most usual one; draws of the tilted chain then tell how many deaths
follow each slot, given the number left; and by these the chain chooses, of too many hypotheses, those that lead to the
total (the twisting functions of Guarniero et al. 2017, J Am Stat Assoc 112:1636, fitted to draws by regression). That
changes nothing in what is likely given the total.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..records import FloatArray, IntArray
from .chain import Layer
from .paths import sample_paths

# Looks for the tilt at most, paths drawn in each, and the largest step of the tilt from one to the next.
SCOUTS, SCOUT_DRAWS, LARGEST_STEP = 12, 200, 4.0
# The spread of totals is taken to be no less than this, in deaths: draws that all agree tell no slope.
LEAST_SPREAD = 0.3
# Errors of the guide, in deaths, beyond those of the regression: it is straight and the chain is not.
GUIDE_ERROR, GUIDE_SHARE = 0.5, 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Steering:
    """The way to a printed total: for each of (slots,), deaths still to come for the usual number left, how they change
    with each patient more, and their standard error.
    """

    aim: float
    to_come: FloatArray
    usual_left: FloatArray
    per_left: FloatArray
    error: FloatArray

    def guide(self, slot: int, left: IntArray, deaths: IntArray) -> FloatArray:
        """(states,) log weight of the total, given the numbers left and the deaths so far after a slot."""
        to_come = self.to_come[slot] + self.per_left[slot] * (left - self.usual_left[slot])
        return -0.5 * ((self.aim - deaths - to_come) / self.error[slot]) ** 2

    def aimed_beyond(self, layers: Sequence[Layer], total: int) -> Steering:
        """The same, aimed beyond the total by what the layers' ends fall short of it."""
        end = layers[-1]
        reached = np.average(end.deaths, weights=np.exp(end.weight - end.weight.max()))
        return replace(self, aim=self.aim + total - float(reached))


def steer_towards(total: int, scout: Callable[[float], Sequence[Layer]]) -> Steering | None:
    """The guide read off the draws of the tilt whose totals lie about the printed one.

    scout: runs the chain under a tilt, its last layer weighed by who is left. None where it finds no path.
    """
    tilt, low, high = 0.0, -np.inf, np.inf
    best: tuple[float, IntArray, IntArray] | None = None
    for _ in range(SCOUTS):
        layers = scout(tilt)
        if not layers:
            break
        died, left = _drawn(layers, SCOUT_DRAWS)
        drawn = died.sum(axis=1)
        gap, spread = total - float(np.mean(drawn)), max(float(np.std(drawn)), LEAST_SPREAD)
        if best is None or abs(gap) < abs(best[0]):
            best = gap, died, left
        if abs(gap) <= max(spread, 1.0):
            break
        low, high = (tilt, high) if gap > 0 else (low, tilt)
        # Of an exponential family the mean rises with the tilt as the variance says: Newton's step, within the bracket.
        tilt += float(np.clip(gap / spread**2, -LARGEST_STEP, LARGEST_STEP))
        if not low < tilt < high:
            tilt = (low + high) / 2
    return None if best is None else _steering(total, *best[1:])


def _drawn(layers: Sequence[Layer], size: int) -> tuple[IntArray, IntArray]:
    """(draws, slots) deaths at each slot, and patients left after it."""
    paths = sample_paths(layers, size, np.random.default_rng(0))
    died = np.array([path.died for path in paths])
    gone = np.cumsum(died + np.array([path.censored for path in paths]), axis=1)
    return died, int(layers[0].left[0]) - gone


def _steering(total: int, died: IntArray, left: IntArray) -> Steering:
    """Per slot the regression of the deaths still to come on the number left."""
    to_come = (died.sum(axis=1, keepdims=True) - np.cumsum(died, axis=1)).astype(float)
    mean, usual = to_come.mean(axis=0), left.mean(axis=0)
    off, apart = to_come - mean, left - usual
    per_left = (off * apart).sum(axis=0) / np.maximum((apart**2).sum(axis=0), 1e-9)
    spread = np.sqrt(((off - per_left * apart) ** 2).mean(axis=0))
    # A guide that starts off the printed total by what the draws still are leads there bit by bit.
    drift = total - float(died.sum(axis=1).mean())
    share = np.divide(mean, mean[0] + died[:, 0].mean(), out=np.zeros(len(mean)), where=mean > 0)
    return Steering(total, mean + drift * share, usual, per_left, GUIDE_SHARE * spread + GUIDE_ERROR)
