"""How many are censored where marks are drawn: prior weights of the chain's gaps.

A mark may hide more patients, the more the more crowded the marks about it are and the more the printed counts call
for (crowding.py); it may be no mark, at a cost; and where none is seen somebody may be censored, at a cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..records import FloatArray
from .crowding import patients_at, rates_of_marks, scale_of_rates
from .evidence import ArmEvidence
from .logweights import CLUMP_MEAN, CLUMP_SHARE, cut_off, log_factorial

# With marks, where some hide: patients per mark beyond the first at least, patients without a mark per gap, and the
# share of marks that are none when the counts call for all of them.
HIDDEN_PER_MARK = 0.02
UNMARKED = 0.01
FALSE_MARK = 0.01
# Patients of an arm whose marks are told wrong where each has one.
SLIPS = 0.5
# Square roots of the patients whom marks show by which those due must be more, or fewer, to say how many marks hide:
# with few patients what is due between two counts is off by some.
SURE_EXCESS = 2.0
# Cost of each mark beside a gap's end that is taken for one of the next gap. It must not be cheap: the gap that gives a
# mark up does not know whether the other takes it. Of 0.1, 1 and 2 on 29 known arms the last set most of them right.
# Where each mark binds anyhow, up to each gap's end, it need not be dear.
MOVED, MOVED_WHERE_BOUND = 2.0, 0.1
# How firmly the number hidden by a mark is believed: as if drawn from so many pieces, to half of itself.
PIECES = 4.0
# Patients to marks below which some marks are taken to be false.
RATIO_SLACK = 0.15


@dataclass(frozen=True, slots=True)
class MarkRates:
    """Patients hidden per mark, patients without one per gap, the share of marks that are none, and the cost of one
    that is taken for the next gap's.
    """

    hidden: float
    unmarked: float
    false: float
    moved: float


def mark_priors(
    evidence: ArmEvidence,
    start: FloatArray,
    stop: FloatArray,
    slack: float,
    segments: tuple[FloatArray, FloatArray],
    *,
    one_each: bool,
) -> list[FloatArray]:
    """Log weights of 0, 1, ... censored in each gap, from the marks in it.

    segments: edges and numbers of those due, see censoring.expected_censored. one_each: whether each patient has a
    mark, and each mark is one.
    """
    inner = evidence.marks[evidence.marks < evidence.curve.time[-1] - slack]
    slip = SLIPS / max(len(inner), 1), SLIPS / max(len(start), 1)
    bound = MarkRates(slip[0], slip[1], slip[0], MOVED_WHERE_BOUND)
    rates = bound if one_each else _mark_rates(len(inner), float(segments[1].sum()))
    hidden = np.full(len(inner), rates.hidden) if one_each else _hidden_by_marks(evidence, inner, *segments)
    sure, likely, possible = (
        np.searchsorted(inner, stop + b) - np.searchsorted(inner, start + a)
        for a, b in ((slack, -slack), (0.0, 0.0), (-slack, slack))
    )
    mean = _mean_within(hidden, inner, start - slack, stop + slack, rates.hidden)
    priors = [
        _mark_prior(max(int(lo), 0), int(mid), int(hi), replace(rates, hidden=float(h)), evidence.n)
        for lo, mid, hi, h in zip(sure, likely, possible, mean, strict=True)
    ]
    if not one_each:
        return [p - np.logaddexp.reduce(p) for p in priors]
    # Where the marks so far bind, only those about a gap's end are free to fall on either side.
    either = np.searchsorted(inner, stop + slack) - np.searchsorted(inner, stop - slack)
    return [p - p.max() - np.log1p(e) for p, e in zip(priors, either, strict=True)]


def _hidden_by_marks(evidence: ArmEvidence, marks: FloatArray, edges: FloatArray, expected: FloatArray) -> FloatArray:
    """(marks,) patients that each mark hides beside its own: what their crowding shows, and more of them between two
    counts that surely call for more.

    After the last count, where what is due is a guess, marks hide as many as before it for how crowded they are.
    """
    rate, scale = rates_of_marks(marks), np.ones(len(marks))
    segment = np.clip(np.searchsorted(edges, marks, side="right") - 1, 0, len(expected) - 1)
    counted = len(evidence.count_time) - 1
    if not counted:
        # Without counts what is due is a guess.
        scale[:] = max(_scale_to_meet(rate, float(expected.sum())), 1.0)
    else:
        before = segment < counted
        whole = _scale_to_meet(rate[before], float(expected[:counted].sum()))
        scale[:] = whole
        for k in range(counted):
            inside = segment == k
            scale[inside] = _scale_to_meet(rate[inside], float(expected[k]), whole)
    return np.maximum(patients_at(scale * rate) - 1, HIDDEN_PER_MARK)


def _scale_to_meet(rate: FloatArray, due: float, usual_scale: float = 1.0) -> float:
    """The factor of the marks' rates at which they stand for those who are due, the usual one where these are not
    surely more or fewer: crowded marks that are told apart hide nobody.
    """
    usual = float(patients_at(usual_scale * rate).sum())
    return scale_of_rates(rate, due) if abs(due - usual) > SURE_EXCESS * np.sqrt(usual + 1.0) else usual_scale


def _mean_within(
    values: FloatArray, marks: FloatArray, start: FloatArray, stop: FloatArray, otherwise: float
) -> FloatArray:
    """(gaps,) mean of the marks' values from start to stop, or another value where no mark is."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    first, last = np.searchsorted(marks, start), np.searchsorted(marks, stop)
    return np.where(last > first, (total[last] - total[first]) / np.maximum(last - first, 1), otherwise)


def uncensored_by_marks(evidence: ArmEvidence, stop: FloatArray, slack: float) -> tuple[np.ndarray, float]:
    """(gaps, 2) fewest and most patients not censored up to each gap's end, where each who is has a mark; and the log
    weight of each patient outside.

    Times are uncertain by slack, so that a mark beside a gap's end may stand for one before or after it. Gap by gap
    that would leave open how many are censored in all; up to each gap's end the marks so far say it.
    """
    inner = evidence.marks[evidence.marks < evidence.curve.time[-1] - slack]
    so_far = [np.searchsorted(inner, stop + off) for off in (slack, -slack)]
    return evidence.n - np.stack(so_far, axis=1), float(np.log(SLIPS / max(len(inner), 1)))


def _mark_rates(marks: int, expected: float) -> MarkRates:
    """The rates that the arm's counts call for; what single marks hide besides is told by their crowding."""
    ratio = expected / max(marks, 1)
    false = max(1 - ratio, FALSE_MARK) if ratio < 1 - RATIO_SLACK else FALSE_MARK
    return MarkRates(HIDDEN_PER_MARK, UNMARKED, min(false, 0.9), MOVED)


def _mark_prior(sure: int, likely: int, possible: int, rates: MarkRates, n: int) -> FloatArray:
    """Log weights of c where `likely` marks fall in the gap, of which `sure` to `possible` are its own."""
    c = np.arange(n + 1)
    best = np.full(n + 1, -np.inf)
    for marks in range(sure, possible + 1):
        extra = c - marks
        mean = rates.hidden * marks + rates.unmarked
        more = np.maximum(extra, 0)
        log_weight = np.where(
            extra >= 0,
            np.logaddexp(
                _log_hidden(mean, n)[more],
                np.log(CLUMP_SHARE * rates.unmarked) - more / (CLUMP_MEAN + marks),
            ),
            -extra * np.log(rates.false),
        )
        # Each number of marks by its own likeliest patients: more marks, spread wider, are no less likely for that.
        best = np.maximum(best, log_weight - log_weight.max() - rates.moved * abs(marks - likely))
    return cut_off(best)


def _log_hidden(mean: float, n: int) -> FloatArray:
    """(n + 1,) log chance of 0, 1, ... hidden: how many are due is itself known to a share, alike for all marks."""
    rising = np.concatenate([[0.0], np.cumsum(np.log(PIECES + np.arange(n)))])
    chance = mean / (PIECES + mean)
    return rising - log_factorial(n) + PIECES * np.log1p(-chance) + np.arange(n + 1) * np.log(chance)
