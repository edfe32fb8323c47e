"""The slots of one arm's chain: where patients may be censored, where they may die, what is printed and
measured.

A slot ends at each corner of the curve and at each printed count. Convention: at risk at t are those with
time >= t, so a death at the very time of a count comes after it. Where the position of a drop is uncertain by
more than its distance to a printed time, deaths may fall on either side.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..records import FloatArray
from .censoring import GapPrior, MarkReading, TailShape, expected_at_risk, gap_priors
from .evidence import ArmEvidence
from .markpriors import uncensored_by_marks
from .noise import Noise
from .weights import OFF_BY, Slot

MANY = 10**9
NO_PRIOR = np.zeros(1)
# A drop of more than this many errors is a death; a smaller one may be noise. Of traced levels some are off by OFF_BY.
SURE_DROP = 2.0
# Deaths beyond the first at one drop that are always allowed for: two patients in a hundred drops.
LEAST_EXTRA = 0.02


def build_slots(evidence: ArmEvidence, noise: Noise, shape: TailShape) -> list[Slot]:
    """The chain of one arm, from the first corner to the end of the curve."""
    bare = _with_counts(_corners(evidence, noise), evidence, noise)
    start, stop = np.array([s.start for s in bare]), np.array([s.stop for s in bare])
    at_counts = np.array([s.count >= 0 for s in bare])
    priors = gap_priors(evidence, start, stop, noise, at_counts, shape)
    slots = [replace(s, censor_prior=p.log_weight, grain=p.grain) for s, p in zip(bare, priors, strict=True)]
    if evidence.marks is not None and shape.marks is MarkReading.ONE_EACH:
        bounds, cost = uncensored_by_marks(evidence, stop, noise.time)
        slots = [
            replace(s, uncensored=(int(low), int(high)), slip_cost=cost)
            for s, (low, high) in zip(slots, bounds, strict=True)
        ]
    return _with_ahead(_with_next_counts(slots), priors, evidence)


def _with_ahead(slots: list[Slot], priors: list[GapPrior], evidence: ArmEvidence) -> list[Slot]:
    """Let each slot before a printed count know how many are believed to be censored, and to survive, until then."""
    survival = evidence.curve.at(np.array([slot.stop for slot in slots]))
    out: list[Slot] = []
    ahead: tuple[float, float, float] | None = None
    for slot, prior, level in zip(slots[::-1], priors[::-1], survival[::-1], strict=True):
        if slot.count >= 0:
            ahead = 0.0, 0.0, float(level)
        if ahead is None or prior.mean is None or prior.variance is None or level <= 0:
            out.append(slot)
            continue
        mean, variance, last = ahead
        out.append(replace(slot, ahead=(mean, variance, last / float(level))))
        ahead = mean + prior.mean, variance + prior.variance, last
    return out[::-1]


def _corners(evidence: ArmEvidence, noise: Noise) -> list[Slot]:
    """A slot per drop of the curve (and one on the flat before it where deaths can hide), then the flat to
    its end.
    """
    curve = evidence.curve
    time, level, error = curve.time, curve.survival, _errors(evidence, noise)
    rate = _extra_rate(evidence)
    hidden = may_hide_deaths(evidence, noise)
    slots: list[Slot] = []
    last = float(time[0])
    at = np.flatnonzero(np.diff(level) < 0) + 1
    flat = dict(zip(at, np.diff(np.append(time[at], time[-1])), strict=True))
    for i in at:
        if hidden and time[i] > last:
            middle = (last + float(time[i])) / 2
            unseen = _deaths(last, middle, level[i - 1], error[i - 1], noise)
            # Half of what the figure cannot show, on average.
            slots.append(replace(unseen, extra_rate=float(error[i - 1] / max(level[i - 1], error[i - 1]))))
            last = middle
        drop = _deaths(last, float(time[i]), level[i], error[i], noise)
        sure = int(level[i - 1] - level[i] > (SURE_DROP if noise.uniform else OFF_BY) * error[i])
        unseen = noise.clicks * float(flat[i])
        slots.append(replace(drop, least_deaths=sure, extra_rate=rate, least_extra=LEAST_EXTRA, unseen=unseen))
        last = float(time[i])
    return [*slots, Slot(last, float(time[-1]), NO_PRIOR)]


def _deaths(start: float, stop: float, level: float, error: float, noise: Noise) -> Slot:
    return Slot(start, stop, NO_PRIOR, 0, MANY, float(level), float(error), uniform=noise.uniform)


def _extra_rate(evidence: ArmEvidence) -> float:
    """Mean deaths beyond the first at one drop, per patient at risk.

    As this arm's drops show them where n is known from the counts: where single deaths are the rule, a half drop at
    the end is one of two patients and not three of six.
    """
    curve = evidence.curve
    before = np.maximum(expected_at_risk(evidence, curve.time), 1.0)
    fall = np.append(0.0, 1 - curve.survival[1:] / np.maximum(curve.survival[:-1], 1e-9))
    drops = fall > 0
    seen = drops & (curve.time <= evidence.count_time[-1])
    used = seen if seen.any() else drops
    if not used.any():
        return 0.0
    return float((np.mean(np.maximum(before[used] * fall[used], 1)) - 1) / np.mean(before[used]))


def may_hide_deaths(evidence: ArmEvidence, noise: Noise) -> bool:
    """Whether one death is too small a drop to be seen, so that flats may hold some."""
    return noise.uniform and 1 / evidence.n < 2 * noise.level


def _errors(evidence: ArmEvidence, noise: Noise) -> FloatArray:
    known = evidence.curve.survival_error
    return np.where(np.isfinite(known) & (known > 0), known, noise.level)


def _with_counts(slots: list[Slot], evidence: ArmEvidence, noise: Noise) -> list[Slot]:
    """Cut slots at the printed times; a drop nearer than its uncertainty may fall on both sides.

    A click tells no more than that a drop fell since the click before.
    """
    reach = np.inf if noise.clicks else noise.time
    for time, count, events in zip(
        evidence.count_time[1:], evidence.count[1:], evidence.cumulative_events[1:], strict=True
    ):
        slots = _cut(slots, float(time), int(count), -1 if np.isnan(events) else int(events), noise.time, reach)
    return slots


def _cut(slots: list[Slot], time: float, count: int, events: int, slack: float, reach: float) -> list[Slot]:
    out: list[Slot] = []
    done = False
    for slot in slots:
        if done:
            out.append(replace(slot, start=max(slot.start, time), stop=max(slot.stop, time)))
            continue
        if slot.stop < time - slack or (slot.count >= 0 and slot.stop <= time):
            out.append(slot)
            continue
        done = True
        at_count = replace(
            slot,
            stop=time,
            least_deaths=0,
            most_deaths=0,
            level=np.nan,
            error=np.nan,
            count=count,
            events=events,
        )
        near = slot.most_deaths > 0 and abs(slot.stop - time) <= reach and slack > 0
        if not near and slot.stop < time:
            out.append(slot)
            done = False
            continue
        if near:
            before = replace(
                slot,
                stop=max(min(slot.stop, time - slack / 4), slot.start),
                least_deaths=0,
                level=np.nan,
                floor=max(slot.level - 1.5 * slot.error, 0.0),
            )
            out += [before, replace(at_count, start=before.stop)]
            out.append(replace(slot, start=time, stop=max(slot.stop, time), least_deaths=0))
        else:
            out += [at_count, replace(slot, start=time, stop=max(slot.stop, time))]
    if not done:
        last = slots[-1]
        out.append(
            replace(
                last,
                start=last.stop,
                stop=time,
                least_deaths=0,
                most_deaths=0,
                level=np.nan,
                error=np.nan,
                count=count,
                events=events,
            )
        )
    return out


def _with_next_counts(slots: list[Slot]) -> list[Slot]:
    """Let each slot know how many must be left at the next printed count."""
    out: list[Slot] = []
    following = 0
    for slot in reversed(slots):
        if slot.count >= 0:
            following = slot.count
        out.append(replace(slot, next_count=following))
    return out[::-1]
