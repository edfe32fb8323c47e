"""Ways out of the states of a layer of the chain: how many are censored and die, as the level measured allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, IntArray
from .weights import OFF_BY, Slot, level_log_likelihood, log_prior_of_deaths

# Levels further than this many errors from the measured one are looked at only when none is nearer.
WINDOW = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """What a slot leaves: states (n, deaths, survival, weight) and, per state, its candidates.

    rank: (states,) log weight by which states are chosen where there are too many: the weight, and how well a
    state leads to what is printed further on. slips: (states,) patients censored beside what the marks say so far.

    Candidates are sorted by state; those of state i stand at first[i]:first[i+1], with the parent state, c, d
    and their log weight.
    """

    left: IntArray
    deaths: IntArray
    survival: FloatArray
    weight: FloatArray
    rank: FloatArray
    first: IntArray
    parent: IntArray
    censored: IntArray
    died: IntArray
    candidate_weight: FloatArray
    slips: IntArray
    widened: bool = False


@dataclass(slots=True, eq=False)
class Candidates:
    """Ways out of the states of the layer before: parent state, censored, died, S after, log weights."""

    parent: IntArray
    censored: IntArray
    died: IntArray
    survival: FloatArray
    weight: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Ways:
    """Numbers of deaths that bring states into the window, one a row: its state, d, and the grains censored, from
    fewest to greatest. of: (states,) bool, the states that were looked at. count: (states,) candidates of each.
    """

    row: IntArray
    died: IntArray
    fewest: FloatArray
    greatest: FloatArray
    of: np.ndarray
    count: FloatArray


def find_candidates(layer: Layer, slot: Slot, window: float, most: int) -> Candidates:
    """All (parent, c, d) whose S falls in the window about the measured level, at most `most` of them.

    Where there are more, only those of the better half of the parents, of its better half, and so on.
    """
    n, s = layer.left, layer.survival
    most_censored = np.minimum((len(slot.censor_prior) - 1) * slot.grain, n - slot.next_count)
    able = most_censored >= 0
    if slot.most_deaths == 0:
        return _without_deaths(layer, slot, np.flatnonzero(able), n[able], s[able], most_censored[able])
    low, high = _fractions(slot, s, window)
    least_n = n - most_censored
    d_low = np.maximum(np.ceil(low * least_n - 1e-9), slot.least_deaths).astype(np.int64)
    d_high = np.minimum(np.floor(high * n + 1e-9), np.minimum(n - slot.next_count, slot.most_deaths)).astype(np.int64)
    rows = np.maximum(d_high - d_low + 1, 0)
    keep, chosen, ways = len(n), able, None
    while True:
        several = np.count_nonzero(chosen) > 1
        if not (several and rows[chosen].sum() > most):
            if ways is None or not ways.of[chosen].all():
                ways = _ways(slot, n, least_n, (low, high), (d_low, d_high), chosen)
            if not (several and ways.count[chosen].sum() > most):
                return _expanded(layer, slot, ways, chosen)
        keep = max(keep // 2, 1)
        chosen = np.zeros(len(n), bool)
        chosen[np.argpartition(-layer.rank, keep - 1)[:keep]] = True
        chosen &= able


def _ways(
    slot: Slot,
    n: IntArray,
    least_n: IntArray,
    fractions: tuple[FloatArray, FloatArray],
    died: tuple[IntArray, IntArray],
    chosen: np.ndarray,
) -> _Ways:
    """The ways of the chosen states. fractions, died: (states,) bounds of d/n and of d."""
    parents = np.flatnonzero(chosen)
    row, d = _ragged(died[0][chosen], died[1][chosen])
    row = parents[row]
    low, high, n, least_n = fractions[0][row], fractions[1][row], n[row], least_n[row]
    with np.errstate(divide="ignore"):
        n_high = np.where(low > 0, np.floor(d / np.maximum(low, 1e-300) + 1e-9), n)
        n_low = np.where(high > 0, np.ceil(d / np.maximum(high, 1e-300) - 1e-9), n + 1)
    n_high = np.minimum(n_high, n)
    n_low = np.maximum(np.maximum(n_low, least_n), d + slot.next_count)
    n_low = np.where((d == 0) & (low <= 0), np.maximum(least_n, slot.next_count), n_low)
    # Numbers censored, in grains.
    fewest, greatest = np.ceil((n - n_high) / slot.grain), np.floor((n - n_low) / slot.grain)
    count = np.bincount(row, np.maximum(greatest - fewest + 1, 0), len(chosen))
    return _Ways(row, d, fewest, greatest, chosen, count)


def _expanded(layer: Layer, slot: Slot, ways: _Ways, chosen: np.ndarray) -> Candidates:
    """The candidates of the chosen parents."""
    mine = np.s_[:] if chosen is ways.of else chosen[ways.row]
    pair, grains = _ragged(ways.fewest[mine].astype(np.int64), ways.greatest[mine].astype(np.int64))
    row, d = ways.row[mine][pair], ways.died[mine][pair]
    n, s = layer.left[row], layer.survival[row]
    n_before = n - grains * slot.grain
    after = s * (1 - d / np.maximum(n_before, 1))
    return _weighed(layer, slot, row, n - n_before, d, after)


def _without_deaths(layer, slot, parents, n, s, most_censored) -> Candidates:
    """Only censoring: to the printed count exactly where there is one."""
    if slot.count >= 0:
        censored = n - slot.count
        fits = (censored >= 0) & (censored <= most_censored)
        row, censored = np.flatnonzero(fits), censored[fits]
    else:
        row, grains = _ragged(np.zeros(len(n), np.int64), most_censored // slot.grain)
        censored = grains * slot.grain
    return _weighed(layer, slot, parents[row], censored, np.zeros(len(row), np.int64), s[row])


def _fractions(slot: Slot, s: FloatArray, window: float) -> tuple[FloatArray, FloatArray]:
    """Bounds of d/n that bring S into the window about the measured level."""
    if np.isnan(slot.level):
        lowest, highest = slot.floor, 1.0
    else:
        # Rounded levels lie within their half-width; of traced ones some are off by far.
        reach = slot.error * window * (1.3 / WINDOW if slot.uniform else OFF_BY / WINDOW)
        lowest, highest = max(slot.level - reach, 0.0), slot.level + reach
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(s > 0, 1 - highest / s, 0.0)
        high = np.where(s > 0, 1 - lowest / s, 0.0)
    return np.maximum(low, 0.0) * (low > 0), np.clip(high, 0.0, 1.0)


def _weighed(layer, slot, parent, censored, died, after) -> Candidates:
    gain = slot.censor_prior[censored // slot.grain] + level_log_likelihood(slot, after)
    gain += log_prior_of_deaths(slot, layer.left[parent] - censored, died)
    return Candidates(parent, censored, died, after, layer.weight[parent] + gain)


def picked(found: Candidates, which: np.ndarray) -> Candidates:
    return Candidates(*(getattr(found, name)[which] for name in Candidates.__slots__))


def _ragged(low: IntArray, high: IntArray) -> tuple[IntArray, IntArray]:
    """Rows i and values low[i]..high[i], one after the other."""
    size = np.maximum(high - low + 1, 0)
    row = np.repeat(np.arange(len(low)), size)
    within = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
    return row, low[row] + within
