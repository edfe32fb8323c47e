"""The chain of one arm: which whole deaths and censorings explain the measured levels, as a forward
programme.

A hypothesis after a slot is (n patients left, D deaths so far, S the product of 1 - d/n so far) with its log
weight. Each slot first censors c patients (its own prior), then lets d die, so that n -> n - c - d and S -> S
(1 - d / (n - c)), weighs S against the measured level, and keeps only those that can still meet the next
printed count. Hypotheses that share n, D and S to a fraction of the level's error are merged: their weights
add up, and one in the middle of them stands for all. The number kept is bounded, so time and memory are;
paths are drawn backwards from the end, by weight (paths.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..records import FloatArray, IntArray
from .weights import OFF_BY, Slot, level_log_likelihood, log_prior_of_deaths

# Hypotheses kept after a slot, and candidates looked at in one for each of them: 2 ms a slot at the bound.
KEPT = 400
CANDIDATES_EACH = 40
# n is told apart to one patient in this many: a drop cannot tell n = 2000 from 2005, and hypotheses that only differ by
# that would crowd out all others.
TOLD_APART = 400
# Log weight below the best at which a hypothesis is dropped: e^-16 is one in ten million.
NEGLIGIBLE = 16.0
# S is merged in bins of this share of the level's error: finer changes no result on known patients.
BIN_SHARE = 0.2
# Levels further than this many errors from the measured one are looked at only when none is nearer.
WINDOW = 4.0
# Factors by which the window is widened where nothing falls into it.
WIDER = (1.0, 3.0, 12.0, np.inf)


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
class _Candidates:
    """Ways out of the states of the layer before: parent state, censored, died, S after, log weights."""

    parent: IntArray
    censored: IntArray
    died: IntArray
    survival: FloatArray
    weight: FloatArray


# Log weight that tells how well states lead to what is printed further on: after a slot's row, of left and deaths.
Guide = Callable[[int, IntArray, IntArray], FloatArray]


def _no_guide(slot: int, left: IntArray, deaths: IntArray) -> FloatArray:
    return np.zeros(len(left))


def run_forward(
    slots: Sequence[Slot],
    start: Layer,
    *,
    count_deaths: bool,
    tilt: float = 0.0,
    guide: Guide = _no_guide,
    kept: int = KEPT,
    strict: bool = False,
) -> list[Layer]:
    """The layers of the chain, the first being the start. Empty when no hypothesis meets the printed counts.

    count_deaths: tell hypotheses apart by their deaths so far, for printed totals to be met. tilt: log weight
    added per death, to steer the search towards a printed total (it is the same for all paths with that
    total). guide: chooses, with the weights, which hypotheses are kept, and changes no weight. kept: hypotheses kept
    after a slot. strict: give up when a level cannot be met within its error.
    """
    layers = [start]
    rng = np.random.default_rng(0)
    for k, slot in enumerate(slots):
        layer = _advance(layers[-1], slot, count_deaths, tilt, partial(guide, k), kept, rng)
        if layer is None or (strict and layer.widened):
            return []
        layers.append(layer)
    return layers


def starting_layer(patients: int) -> Layer:
    none = np.zeros(0, np.int64)
    return Layer(
        np.array([patients]),
        np.array([0]),
        np.array([1.0]),
        np.array([0.0]),
        np.array([0.0]),
        np.array([0, 0]),
        none,
        none,
        none,
        np.zeros(0),
        np.array([0]),
    )


# The guide of one slot: of left and deaths.
_Leads = Callable[[IntArray, IntArray], FloatArray]


def _advance(
    layer: Layer, slot: Slot, count_deaths: bool, tilt: float, leads: _Leads, kept: int, rng: np.random.Generator
) -> Layer | None:
    for wider in WIDER:
        # A drop that no death can explain within its error is given up as noise in the wider search.
        tried = slot if wider == 1 else replace(slot, least_deaths=0)
        found = _candidates(layer, tried, WINDOW * wider, CANDIDATES_EACH * kept)
        found = _required(layer, slot, found)
        found.weight += tilt * found.died + _cost_of_slips(layer, slot, found)
        if len(found.parent):
            return _merged(layer, slot, found, count_deaths, leads, kept, rng, wider > 1)
    return None


def _cost_of_slips(layer: Layer, slot: Slot, found: _Candidates) -> FloatArray | float:
    """Log weight of the patients censored beside the marks so far, beyond those before the slot."""
    if slot.uncensored is None:
        return 0.0
    uncensored = layer.left[found.parent] - found.censored + layer.deaths[found.parent]
    return slot.slip_cost * np.maximum(_slips(slot, uncensored) - layer.slips[found.parent], 0)


def _slips(slot: Slot, uncensored: IntArray) -> IntArray:
    if slot.uncensored is None:
        return np.zeros(len(uncensored), np.int64)
    fewest, most = slot.uncensored
    return np.maximum(fewest - uncensored, 0) + np.maximum(uncensored - most, 0)


def _required(layer: Layer, slot: Slot, found: _Candidates) -> _Candidates:
    """Only candidates that meet what is printed at the end of the slot."""
    left = layer.left[found.parent] - found.censored - found.died
    # S above 0 says that somebody is left, and S = 0 that nobody is.
    keep = np.isfinite(found.weight) & ((left == 0) == (found.survival <= 0))
    if slot.count >= 0:
        keep &= left == slot.count
    if slot.events >= 0:
        keep &= layer.deaths[found.parent] + found.died == slot.events
    return _picked(found, keep)


def _picked(found: _Candidates, which: np.ndarray) -> _Candidates:
    return _Candidates(*(getattr(found, name)[which] for name in _Candidates.__slots__))


def _candidates(layer: Layer, slot: Slot, window: float, most: int) -> _Candidates:
    """All (parent, c, d) whose S falls in the window about the measured level, at most `most` of them."""
    keep = len(layer.left)
    while True:
        parents = np.arange(len(layer.left))
        if keep < len(parents):
            parents = np.sort(np.argpartition(-layer.rank, keep - 1)[:keep])
        found = _expanded(layer, slot, parents, window, most)
        if found is not None:
            return found
        keep = max(keep // 2, 1)


def _expanded(layer: Layer, slot: Slot, parents: IntArray, window: float, most: int) -> _Candidates | None:
    """The candidates of the given parents; None where there are too many."""
    n, s = layer.left[parents], layer.survival[parents]
    most_censored = np.minimum((len(slot.censor_prior) - 1) * slot.grain, n - slot.next_count)
    able = most_censored >= 0
    parents, n, s, most_censored = parents[able], n[able], s[able], most_censored[able]
    if slot.most_deaths == 0:
        return _without_deaths(layer, slot, parents, n, s, most_censored)
    low, high = _fractions(slot, s, window)
    least_n = n - most_censored
    d_low = np.maximum(np.ceil(low * least_n - 1e-9), slot.least_deaths).astype(np.int64)
    d_high = np.minimum(np.floor(high * n + 1e-9), np.minimum(n - slot.next_count, slot.most_deaths)).astype(np.int64)
    row, d = _ragged(d_low, d_high)
    if len(row) > most and len(parents) > 1:
        return None
    with np.errstate(divide="ignore"):
        n_high = np.where(low[row] > 0, np.floor(d / np.maximum(low[row], 1e-300) + 1e-9), n[row])
        n_low = np.where(high[row] > 0, np.ceil(d / np.maximum(high[row], 1e-300) - 1e-9), n[row] + 1)
    n_high = np.minimum(n_high, n[row])
    n_low = np.maximum(np.maximum(n_low, least_n[row]), d + slot.next_count)
    n_low = np.where((d == 0) & (low[row] <= 0), np.maximum(least_n[row], slot.next_count), n_low)
    # Numbers censored, in grains.
    fewest, greatest = np.ceil((n[row] - n_high) / slot.grain), np.floor((n[row] - n_low) / slot.grain)
    if np.maximum(greatest - fewest + 1, 0).sum() > most and len(parents) > 1:
        return None
    pair, grains = _ragged(fewest.astype(np.int64), greatest.astype(np.int64))
    row, d = row[pair], d[pair]
    n_before = n[row] - grains * slot.grain
    after = s[row] * (1 - d / np.maximum(n_before, 1))
    return _weighed(layer, slot, parents[row], n[row] - n_before, d, after)


def _without_deaths(layer, slot, parents, n, s, most_censored) -> _Candidates:
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


def _weighed(layer, slot, parent, censored, died, after) -> _Candidates:
    gain = slot.censor_prior[censored // slot.grain] + level_log_likelihood(slot, after)
    gain += log_prior_of_deaths(slot, layer.left[parent] - censored, died)
    return _Candidates(parent, censored, died, after, layer.weight[parent] + gain)


def _merged(
    layer: Layer,
    slot: Slot,
    found: _Candidates,
    count_deaths: bool,
    leads: _Leads,
    kept: int,
    rng: np.random.Generator,
    widened: bool,
) -> Layer:
    """Join candidates of one state, drop the negligible, keep at most `kept` states."""
    left = layer.left[found.parent] - found.censored - found.died
    deaths = layer.deaths[found.parent] + found.died
    rank = found.weight + leads(left, deaths) + _leads_to_count(slot, left)
    keep = rank > rank.max() - NEGLIGIBLE
    found, left, deaths, rank = _picked(found, keep), left[keep], deaths[keep], rank[keep]
    bins = np.round(found.survival / (BIN_SHARE * slot.error if np.isfinite(slot.error) else 1e-5)).astype(np.int64)
    about = left // max(int(left.max()) // TOLD_APART, slot.grain)
    key = (
        (about * (deaths.max() + 1) + deaths if count_deaths else about) * (bins.max() - bins.min() + 1)
        + bins
        - bins.min()
    )
    order = np.lexsort((left, key))
    key = key[order]
    found = _picked(found, order)
    first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    weight, rank = np.logaddexp.reduceat(found.weight, first), np.logaddexp.reduceat(rank[order], first)
    if len(first) > kept:
        chosen = np.sort(np.argpartition(-rank, kept - 1)[:kept])
        first, found = _only(chosen, first, found)
        weight, rank = weight[chosen], rank[chosen]
    standing = _standing_for_all(first, weight, found, rng)
    left = layer.left[found.parent] - found.censored - found.died
    state = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(left))))
    # Only those with the representative's own n may be walked back through: whole patients must add up.
    same = left == left[standing][state]
    standing = np.cumsum(same)[standing] - 1
    found, first = _picked(found, same), np.searchsorted(state[same], np.arange(len(first)))
    left, deaths = left[same][standing], layer.deaths[found.parent[standing]] + found.died[standing]
    return Layer(
        left,
        deaths,
        found.survival[standing],
        weight,
        rank,
        np.append(first, len(found.parent)),
        found.parent,
        found.censored,
        found.died,
        found.weight,
        _slips(slot, left + deaths),
        widened,
    )


def _standing_for_all(first: IntArray, weight: FloatArray, found: _Candidates, rng: np.random.Generator) -> IntArray:
    """Per state the candidate that stands for all of its own, drawn by weight.

    The heaviest, or the one in the middle, would not do: where each of many gaps most probably censors one patient or
    nobody, rounding n to it drifts gap by gap, and as many as half of those due are censored too early or too late.
    Drawn ones are right on average, as in a particle filter's resampling (Fearnhead and Clifford 2003).
    """
    size = np.diff(np.append(first, len(found.parent)))
    share = np.exp(found.weight - np.repeat(weight, size))
    reached = np.cumsum(share) - np.repeat(np.cumsum(share)[first] - share[first], size)
    aim = np.repeat(rng.random(len(first)), size)
    below = np.add.reduceat((reached < aim).astype(np.int64), first)
    return first + np.minimum(below, size - 1)


def _leads_to_count(slot: Slot, left: IntArray) -> FloatArray | float:
    """Log weight of the next printed count, given the numbers left after a slot.

    Without it the numbers that are likely gap by gap would be kept, and those lost that also lead to the count.
    """
    if slot.ahead is None:
        return 0.0
    mean, variance, survive = slot.ahead
    censored = (left * survive - slot.next_count) / ((1 + survive) / 2)
    off = (censored - mean) ** 2 / (variance + 1 + left * survive * (1 - survive) / 4)
    return -np.minimum(0.5 * off, NEGLIGIBLE / 2)


def _only(chosen: IntArray, first: IntArray, found: _Candidates) -> tuple[IntArray, _Candidates]:
    """The chosen states' first candidates, and the candidates of those states alone."""
    size = np.diff(np.append(first, len(found.parent)))
    keep = np.zeros(len(first), bool)
    keep[chosen] = True
    return np.concatenate([[0], np.cumsum(size[chosen])[:-1]]), _picked(found, np.repeat(keep, size))


def _ragged(low: IntArray, high: IntArray) -> tuple[IntArray, IntArray]:
    """Rows i and values low[i]..high[i], one after the other."""
    size = np.maximum(high - low + 1, 0)
    row = np.repeat(np.arange(len(low)), size)
    within = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
    return row, low[row] + within
