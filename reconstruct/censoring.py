"""How many are censored where: prior weights of the chain's gaps.

Between two printed counts the number censored follows roughly from the counts and the curve. When they leave is known
less well the more they are: rates drift and come in clumps (visits, data cuts). Their number by any time grows as a
gamma process does, so that the number in a gap is negative binomial, and the numbers in the gaps between two counts
are Dirichlet-multinomial once the counts are met. Where the figure draws marks they are counted instead
(markpriors.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from ..records import FloatArray
from .evidence import ArmEvidence
from .logweights import CLUMP_MEAN, CLUMP_SHARE, cut_off, log_factorial
from .markpriors import mark_priors
from .monotone import monotone_cubic
from .noise import Noise

# How evenly patients leave between two printed counts: as if drawn from this many pieces. In 431 such intervals of 185
# known arms the mean time of those censored lies 0.087 of the interval from where its rate puts it, beyond chance,
# which is 10 pieces (1 / (12 (k + 1)) = 0.087^2); clumps, below, are part of that.
EVENNESS = 20.0
# Parts into which those censored between two counts are told apart where one patient is no visible drop.
PARTS = 30
# Errors of a level below which one patient is no visible drop.
VISIBLE = 4.0
# A segment in which the counts say that nobody was censored still allows this many.
LEAST_EXPECTED = 0.3
# Error, in patients, of the number that deaths alone would leave: what rounding of S moves it by.
ONE_PATIENT = 1.0
# S below which the clock of censoring does not slow further, so that it never stands still.
LEAST_SURVIVAL = 0.02
# Cost of each patient beyond that range, where a printed count needs them.
FAR_COST = 0.5
# Cohorts up to this size try every tail shape; in larger ones each costs seconds.
MANY_SHAPES_UP_TO = 800


class MarkReading(Enum):
    """What the marks of an arm say of its censored patients.

    ONE_EACH: every patient has a mark, and every mark is one. SOME_HIDE: marks cover each other, or are taken for
    marks; where there are none they say nothing.
    """

    ONE_EACH = "one each"
    SOME_HIDE = "some hide"


@dataclass(frozen=True, slots=True)
class TailShape:
    """One way in which patients may leave after the last printed count, and in which marks tell of those who leave.

    quiet: share of that time, at its start, in which nobody is censored. cut_off: whether the follow-up is
    cut for many at the very end of the curve (a data cut), rather than the last patient being alone there.
    """

    quiet: float = 0.0
    cut_off: bool = False
    marks: MarkReading = MarkReading.SOME_HIDE


def mark_readings(evidence: ArmEvidence) -> tuple[MarkReading, ...]:
    """The readings of an arm's marks to be tried."""
    return (MarkReading.SOME_HIDE,) if evidence.marks is None else tuple(MarkReading)


def tail_shapes(evidence: ArmEvidence, reading: MarkReading) -> tuple[TailShape, ...]:
    """The shapes to be weighed against each other: fewer where the axis, or a printed count, settles the
    matter.
    """
    if len(evidence.count_time) == 1:
        quiet = (0.0, 0.4, 0.7) if evidence.n <= MANY_SHAPES_UP_TO else (0.3,)
        shapes = [(share, cut) for share in quiet for cut in (False, True)]
    else:
        shapes = [(0.0, False), (0.0, True)] if evidence.ends_naturally else [(0.0, True)]
    return tuple(TailShape(*shape, reading) for shape in shapes)


def counts_marks(evidence: ArmEvidence, reading: MarkReading) -> bool:
    """Whether the censored are counted by marks: where none is seen that tells only if each would have one."""
    return evidence.marks is not None and (len(evidence.marks) > 0 or reading is MarkReading.ONE_EACH)


@dataclass(frozen=True, slots=True, eq=False)
class GapPrior:
    """(k,) log weights of 0, grain, 2 grain, ... censored in a gap, and the mean and variance of their number (None
    where marks are counted).
    """

    log_weight: FloatArray
    grain: int = 1
    mean: float | None = None
    variance: float | None = None


def gap_priors(
    evidence: ArmEvidence,
    start: FloatArray,
    stop: FloatArray,
    noise: Noise,
    any_number: np.ndarray,
    shape: TailShape,
) -> list[GapPrior]:
    """What is believed of the number censored in each gap [start, stop).

    any_number: (gaps,) whether every number up to N must be possible, for a printed count to be met at the gap's end
    whatever came before.
    """
    edges, expected = expected_censored(evidence, shape)
    mean = _integrated(evidence, edges, expected, stop) - _integrated(evidence, edges, expected, start)
    if counts_marks(evidence, shape.marks):
        one_each = shape.marks is MarkReading.ONE_EACH
        weights = mark_priors(evidence, start, stop, noise.time, (edges, expected), one_each=one_each)
        priors = [GapPrior(w) for w in weights]
    else:
        segment = np.clip(np.searchsorted(edges, start, side="right") - 1, 0, len(expected) - 1)
        grain = _grains(evidence, noise, expected)
        priors = [
            _spread_prior(float(m), float(expected[k]), evidence.n, int(grain[k]))
            for m, k in zip(mean, segment, strict=True)
        ]
        for i in np.flatnonzero(any_number):
            k = segment[i]
            priors[i] = _spread_prior(float(mean[i]), float(expected[k]), evidence.n, 1)
    return [_with_tail(p, evidence.n) if every else p for p, every in zip(priors, any_number, strict=True)]


def _grains(evidence: ArmEvidence, noise: Noise, expected: FloatArray) -> np.ndarray:
    """Per segment the steps in which numbers censored are told apart: one, where a drop may tell n to one patient."""
    one_death = _survival_before(evidence, evidence.count_time) / np.maximum(evidence.count, 1)
    visible = one_death[np.minimum(np.arange(len(expected)), len(one_death) - 1)] > VISIBLE * noise.level
    return np.where(visible, 1, np.maximum(expected // PARTS, 1)).astype(int)


def _with_tail(prior: GapPrior, n: int) -> GapPrior:
    """The weights continued to n censored, falling by FAR_COST a patient."""
    beyond = np.arange(1, n + 2 - len(prior.log_weight))
    return replace(prior, log_weight=np.concatenate([prior.log_weight, prior.log_weight[-1] - FAR_COST * beyond]))


def expected_censored(evidence: ArmEvidence, shape: TailShape) -> tuple[FloatArray, FloatArray]:
    """Edges (k + 1,) of segments between printed counts and the end, and (k,) patients likely censored in
    each.

    With R the fall of S over a segment and G = n1 / (n0 R) the share not censored, n0 (1 - G) (1 + R) / 2 is
    the number censored when deaths and censoring are spread evenly. The tail has two segments, the quiet one
    empty.
    """
    last, end = evidence.count_time[-1], max(evidence.curve.time[-1], evidence.count_time[-1])
    survival = _survival_before(evidence, np.append(evidence.count_time, end))
    fall = survival[1:] / np.maximum(survival[:-1], 1e-9)
    n, length = evidence.count, np.diff(evidence.count_time)
    expected, rate = _expected_between(n, fall[:-1], length)
    tail = _expected_in_tail(evidence, shape, fall[-1], (rate[-1] if len(rate) else 0.0) * (end - last))
    edges = np.concatenate([evidence.count_time, [last + shape.quiet * (end - last), end]])
    return edges, np.concatenate([expected, [0.0, tail]]) + LEAST_EXPECTED


def _expected_between(n: FloatArray, fall: FloatArray, length: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(k,) patients likely censored between printed counts, and (k,) hazards of censoring.

    What the counts themselves say is weighed with what the arm's mean hazard would censor: with one patient
    left of two, the ratio G alone says nothing, since one patient more or less would change it by half.
    """
    if not len(fall):
        return np.zeros(0), np.zeros(0)
    uncensored = np.maximum(n[:-1] * fall, 1e-9)
    kept = np.clip(n[1:] / uncensored, 1e-3, 1.0)
    hazard = -np.log(kept) / length
    mean = float(np.sum(hazard * n[1:]) / max(n[1:].sum(), 1e-9))
    half_fallen = n[:-1] * (1 + fall) / 2
    own, usual = half_fallen * (1 - kept), half_fallen * (1 - np.exp(-mean * length))
    own_error = ONE_PATIENT * half_fallen / uncensored
    usual_error = np.maximum(usual, 1.0)
    weight = usual_error**2 / (usual_error**2 + own_error**2)
    return weight * own + (1 - weight) * usual, hazard


def _expected_in_tail(evidence: ArmEvidence, shape: TailShape, fall: float, hazard: float) -> float:
    """Patients likely censored after the last printed count and before the very end."""
    n = float(evidence.count[-1])
    alone = len(evidence.count) == 1
    if alone and evidence.events is not None:
        return max(evidence.n - evidence.events, 0) * (0.5 if shape.cut_off else 1.0)
    if not shape.cut_off:
        return max(n * (1 + fall) / 2 - 1, 0)
    return n * (1 + fall) / 2 * (0.5 if alone else 1 - np.exp(-hazard))


def expected_at_risk(evidence: ArmEvidence, times: FloatArray) -> FloatArray:
    """Roughly how many are at risk: N S(t) G(t), G log-linear between the printed counts and flat after the
    last.
    """
    survival = np.maximum(_survival_before(evidence, evidence.count_time), 1e-9)
    kept = np.maximum(evidence.count, 0.5) / (evidence.n * survival)
    log_kept = np.interp(times, evidence.count_time, np.log(kept))
    return evidence.n * _survival_before(evidence, times) * np.exp(log_kept)


def _survival_before(evidence: ArmEvidence, times: FloatArray) -> FloatArray:
    """S just before the given times (those who die at a printed time are still at risk there)."""
    rows = np.searchsorted(evidence.curve.time, times, side="left") - 1
    return evidence.curve.survival[np.maximum(rows, 0)]


def _integrated(evidence: ArmEvidence, edges: FloatArray, expected: FloatArray, at: FloatArray) -> FloatArray:
    """Patients censored up to each time, on a clock that runs as S does, their rate smooth between printed counts.

    Patients who entered evenly and are alive when the data are cut leave at a rate that falls as S does. The rate
    seldom jumps at a printed time, and now and then it does: half-way between a smooth one and one that is even from
    count to count.
    """
    curve = evidence.curve
    length = np.diff(np.append(curve.time, max(edges[-1], curve.time[-1])))
    area = np.concatenate([[0.0], np.cumsum(np.maximum(curve.survival, LEAST_SURVIVAL) * length)])
    knots = np.append(curve.time, max(edges[-1], curve.time[-1]))

    def clock(time: FloatArray) -> FloatArray:
        return np.interp(time, knots, area)

    total = np.concatenate([[0.0], np.cumsum(expected)])
    counted = len(evidence.count_time)
    straight = np.interp(clock(at), clock(edges), total)
    if counted < 3:
        return straight
    smooth = monotone_cubic(clock(edges[:counted]), total[:counted], clock(np.minimum(at, edges[counted - 1])))
    return np.where(at <= edges[counted - 1], (smooth + straight) / 2, straight)


def _spread_prior(mean: float, expected: float, n: int, grain: int) -> GapPrior:
    """Log of (1 - q) negative binomial + q geometric, up to where it falls CUT below its peak.

    mean: of the gap. expected: of the whole segment, whose EVENNESS the gap has its share of.
    """
    c = np.arange(n + 1)
    mean = max(mean, 1e-4)
    pieces = EVENNESS * mean / max(expected, mean)
    rising = np.concatenate([[0.0], np.cumsum(np.log(pieces + np.arange(n)))])
    spread = rising - log_factorial(n) + pieces * np.log(pieces / (pieces + mean)) + c * np.log(mean / (pieces + mean))
    clump = max(CLUMP_MEAN, 2 * mean)
    share = CLUMP_SHARE * min(1.0, 10 * mean)
    tail = np.log(share) - np.log1p(clump) + c * np.log(clump / (1 + clump))
    log_weight = cut_off(np.logaddexp(np.log1p(-CLUMP_SHARE) + spread, tail))
    if grain > 1:
        first = np.concatenate([[0], np.arange((grain + 1) // 2, len(log_weight), grain)])
        log_weight = np.logaddexp.reduceat(log_weight, first)
    return GapPrior(log_weight, grain, mean, mean * (1 + mean / pieces))


def end_prior(evidence: ArmEvidence, most: int, slack: float, shape: TailShape) -> FloatArray:
    """(most + 1,) log weight of the number still at risk at the very end of the curve.

    Where the curve ends by itself the last patient did, so it is one, or a few that share the last time;
    where the axis or a data cut ends it, any number may be left.
    """
    r = np.arange(most + 1)
    log_weight = np.full(most + 1, -np.log(most + 1.0)) if evidence.ends_naturally else np.zeros(most + 1)
    if not shape.cut_off:
        log_weight = np.logaddexp(np.log(0.7) + (r - 1) * np.log(0.3), np.log(0.02) - (r - 1) / 10)
    if counts_marks(evidence, shape.marks):
        seen = int((evidence.marks >= evidence.curve.time[-1] - slack).sum())
        # One mark at the end may stand for all who were cut off there; several can only be so many patients.
        log_weight = log_weight - (2.0 * np.abs(r - seen) if seen > 1 else 0.0)
    return log_weight
