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
from dataclasses import replace
from functools import partial

import numpy as np

from ..records import FloatArray, IntArray
from .candidates import WINDOW, Candidates, Layer, find_candidates, picked
from .weights import Slot

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
# Factors by which the window is widened where nothing falls into it.
WIDER = (1.0, 3.0, 12.0, np.inf)

# Log weight that tells how well states lead to what is printed further on: after a slot's row, of left and deaths.
Guide = Callable[[int, IntArray, IntArray], FloatArray]


def run_forward(
    slots: Sequence[Slot],
    start: Layer,
    *,
    count_deaths: bool,
    tilt: float = 0.0,
    guide: Guide | None = None,
    kept: int = KEPT,
    strict: bool = False,
    begun: Sequence[Layer] = (),
) -> list[Layer]:
    """The layers of the chain, the first being the start. Empty when no hypothesis meets the printed counts.

    count_deaths: tell hypotheses apart by their deaths so far, for printed totals to be met. tilt: log weight
    added per death, to steer the search towards a printed total (it is the same for all paths with that
    total). guide: chooses, with the weights, which hypotheses are kept, and changes no weight. kept: hypotheses kept
    after a slot. strict: give up when a level cannot be met within its error. begun: what a run of
    the same first slots, with all else alike, has left after them.
    """
    layers = [start, *begun]
    rng = np.random.default_rng(0)
    # One number was drawn for each state of those layers.
    rng.bit_generator.advance(sum(len(layer.left) for layer in begun))
    for k, slot in list(enumerate(slots))[len(begun) :]:
        layer = _advance(layers[-1], slot, count_deaths, tilt, guide and partial(guide, k), kept, rng)
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
    layer: Layer, slot: Slot, count_deaths: bool, tilt: float, leads: _Leads | None, kept: int, rng: np.random.Generator
) -> Layer | None:
    for wider in WIDER:
        # A drop that no death can explain within its error is given up as noise in the wider search.
        tried = slot if wider == 1 else replace(slot, least_deaths=0)
        found = find_candidates(layer, tried, WINDOW * wider, CANDIDATES_EACH * kept)
        found = _required(layer, slot, found)
        found.weight += tilt * found.died + _cost_of_slips(layer, slot, found)
        if len(found.parent):
            return _merged(layer, slot, found, count_deaths, leads, kept, rng, wider > 1)
    return None


def _cost_of_slips(layer: Layer, slot: Slot, found: Candidates) -> FloatArray | float:
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


def _required(layer: Layer, slot: Slot, found: Candidates) -> Candidates:
    """Only candidates that meet what is printed at the end of the slot."""
    left = layer.left[found.parent] - found.censored - found.died
    # S above 0 says that somebody is left, and S = 0 that nobody is.
    keep = np.isfinite(found.weight) & ((left == 0) == (found.survival <= 0))
    if slot.count >= 0:
        keep &= left == slot.count
    if slot.events >= 0:
        keep &= layer.deaths[found.parent] + found.died == slot.events
    return found if keep.all() else picked(found, keep)


def _merged(
    layer: Layer,
    slot: Slot,
    found: Candidates,
    count_deaths: bool,
    leads: _Leads | None,
    kept: int,
    rng: np.random.Generator,
    widened: bool,
) -> Layer:
    """Join candidates of one state, drop the negligible, keep at most `kept` states."""
    left = layer.left[found.parent] - found.censored - found.died
    deaths = layer.deaths[found.parent] + found.died
    rank = found.weight if leads is None else found.weight + leads(left, deaths)
    rank = rank if slot.ahead is None else rank + _leads_to_count(slot.ahead, slot.next_count, left)
    # Places in `found` of the candidates that are left, so that they themselves are moved only once.
    place = np.flatnonzero(rank > rank.max() - NEGLIGIBLE)
    left, deaths = left[place], deaths[place]
    width = BIN_SHARE * slot.error if np.isfinite(slot.error) else 1e-5
    bins = np.round(found.survival[place] / width).astype(np.int64)
    about = left // max(int(left.max()) // TOLD_APART, slot.grain)
    key = (
        (about * (deaths.max() + 1) + deaths if count_deaths else about) * (bins.max() - bins.min() + 1)
        + bins
        - bins.min()
    )
    order = _in_order(key, left)
    key, left, place = key[order], left[order], place[order]
    first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    weighed = found.weight[place]
    weight = np.logaddexp.reduceat(weighed, first)
    rank = weight if rank is found.weight else np.logaddexp.reduceat(rank[place], first)
    if len(first) > kept:
        chosen = np.sort(np.argpartition(-rank, kept - 1)[:kept])
        first, mine = _only(chosen, first, len(place))
        place, left, weighed = place[mine], left[mine], weighed[mine]
        weight, rank = weight[chosen], rank[chosen]
    standing = _standing_for_all(first, weight, weighed, rng)
    state = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(left))))
    # Only those with the representative's own n may be walked back through: whole patients must add up.
    same = left == left[standing][state]
    standing = np.cumsum(same)[standing] - 1
    found, first = picked(found, place[same]), np.searchsorted(state[same], np.arange(len(first)))
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


def _in_order(key: IntArray, left: IntArray) -> IntArray:
    """The order of whole numbers from 0 by key, then by left, then as they stand.

    One sort of numbers that hold all three takes a tenth of the time of a stable sort by two.
    """
    size, most = len(key), int(left.max()) + 1
    if (int(key.max()) + 1) * most * size >= 1 << 63:
        return np.lexsort((left, key))
    return np.sort((key * most + left) * size + np.arange(size)) % size


def _standing_for_all(first: IntArray, weight: FloatArray, weighed: FloatArray, rng: np.random.Generator) -> IntArray:
    """Per state the candidate that stands for all of its own, drawn by weight. weighed: of the candidates.

    The heaviest, or the one in the middle, would not do: where each of many gaps most probably censors one patient or
    nobody, rounding n to it drifts gap by gap, and as many as half of those due are censored too early or too late.
    Drawn ones are right on average, as in a particle filter's resampling (Fearnhead and Clifford 2003).
    """
    size = np.diff(np.append(first, len(weighed)))
    share = np.exp(weighed - np.repeat(weight, size))
    reached = np.cumsum(share) - np.repeat(np.cumsum(share)[first] - share[first], size)
    aim = np.repeat(rng.random(len(first)), size)
    below = np.add.reduceat((reached < aim).astype(np.int64), first)
    return first + np.minimum(below, size - 1)


def _leads_to_count(ahead: tuple[float, float, float], next_count: int, left: IntArray) -> FloatArray:
    """Log weight of the next printed count, given the numbers left after a slot and what lies ahead of it.

    Without it the numbers that are likely gap by gap would be kept, and those lost that also lead to the count.
    """
    mean, variance, survive = ahead
    censored = (left * survive - next_count) / ((1 + survive) / 2)
    off = (censored - mean) ** 2 / (variance + 1 + left * survive * (1 - survive) / 4)
    return -np.minimum(0.5 * off, NEGLIGIBLE / 2)


def _only(chosen: IntArray, first: IntArray, count: int) -> tuple[IntArray, np.ndarray]:
    """The chosen states' first candidates among their own, and which of all `count` candidates those are."""
    size = np.diff(np.append(first, count))
    keep = np.zeros(len(first), bool)
    keep[chosen] = True
    return np.concatenate([[0], np.cumsum(size[chosen])[:-1]]), np.repeat(keep, size)
