"""The ensemble: equally plausible patients, and what their spread adds to each estimate.

Each draw follows the chain backwards from a state at its end, drawn by weight (the tail shapes first). Within
a gap the censored stand at uniform random times, and each drop is moved within its own uncertainty, for that
much the figure does not tell. The arms are drawn independently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..records import ArmEstimate, Comparison, FloatArray, Interval, Patients, PeriodRatio, Reconstruction
from .estimates import ArmValues, quick_estimates, quick_log_hr
from .evidence import ArmEvidence
from .exact import JUST_BEFORE, Branch, Solved, chance_of_last_death
from .normal import two_sided_z
from .paths import Path, sample_paths
from .periods import log_ratios_by_period

# The report's ensemble, and the seed that makes two runs alike.
DRAWS = 200
SEED = 20120212
# Share of draws that a reconstruction interval holds.
COVERED = 0.90
LIMITS = ((1 - COVERED) / 2, (1 + COVERED) / 2)


def draw_arm(solved: Solved, size: int, rng: np.random.Generator) -> list[Patients]:
    """Equally plausible patients of one arm, `size` times."""
    weight = np.array([branch.weight for branch in solved.branches])
    chance = np.exp(weight - np.logaddexp.reduce(weight))
    which = rng.choice(len(chance), size, p=chance / chance.sum())
    draws: list[Patients | None] = [None] * size
    for k, branch in enumerate(solved.branches):
        rows = np.flatnonzero(which == k)
        gaps = _gaps_of(solved, branch)
        for row, path in zip(rows, sample_paths(branch.layers, len(rows), rng), strict=True):
            draws[row] = _patients(solved, branch, gaps, path, rng)
    return [draw for draw in draws if draw is not None]


@dataclass(frozen=True, slots=True, eq=False)
class _Gaps:
    """What all draws of a branch share, slot by slot.

    start, stop, width: of the gap, the width less the hair before a printed count. low, high: (slots,) between which a
    moment of death may be moved. marks: those that stand in the gap.
    """

    start: FloatArray
    stop: FloatArray
    width: FloatArray
    low: FloatArray
    high: FloatArray
    marks: tuple[FloatArray, ...]


def _gaps_of(solved: Solved, branch: Branch) -> _Gaps:
    slots, curve, marks = branch.slots, solved.evidence.curve, solved.evidence.marks
    hair = JUST_BEFORE * (float(curve.time[-1]) - float(curve.time[0]))
    start, stop = (np.array([getattr(slot, side) for slot in slots], float) for side in ("start", "stop"))
    counts = np.array([slot.stop for slot in slots if slot.count >= 0])
    segment = np.cumsum([0] + [int(slot.count >= 0) for slot in slots[:-1]])
    low = np.concatenate([[-np.inf], counts])[segment]
    high = np.minimum(np.concatenate([counts - hair, [np.inf]])[segment], stop[-1])
    seen = np.zeros(0) if marks is None else marks
    inside = tuple(seen[(seen >= slot.start) & (seen < slot.stop)] for slot in slots)
    return _Gaps(start, stop, np.maximum(stop - start - hair, 0.0), low, high, inside)


def _patients(solved: Solved, branch: Branch, gaps: _Gaps, path: Path, rng: np.random.Generator) -> Patients:
    """One path as patients, with random times within gaps and within the uncertainty of drops."""
    evidence = solved.evidence
    start, end = float(evidence.curve.time[0]), float(evidence.curve.time[-1])
    last_deaths = _undrawn_deaths(evidence, branch, path, rng)
    # Moments of death are moved within the slack of drops, but never across a printed count.
    moved = gaps.stop + solved.noise.time * rng.uniform(-1, 1, len(gaps.stop))
    deaths = np.repeat(np.clip(moved, gaps.low, gaps.high), path.died)
    if solved.noise.clicks:
        # A click tells that they died since the one before.
        deaths -= rng.random(len(deaths)) * np.repeat(gaps.width, path.died)
    censored = [_gap_times(gaps, int(k), int(path.censored[k]), rng) for k in np.flatnonzero(path.censored)]
    last = np.full(path.left, max(end, branch.slots[-1].stop))
    time = np.clip(np.concatenate([deaths, last[:last_deaths], *censored, last[last_deaths:]]), start, None)
    died = len(deaths) + last_deaths
    event = np.concatenate([np.ones(died, int), np.zeros(len(time) - died, int)])
    order = np.lexsort((-event, time))
    return Patients(evidence.arm, time[order], event[order])


def _undrawn_deaths(evidence: ArmEvidence, branch: Branch, path: Path, rng: np.random.Generator) -> int:
    """Deaths at the very end whose drop was not read: what a printed total calls for, else now and then one."""
    if evidence.events is not None:
        return int(evidence.events - path.died.sum())
    return int(rng.random() < chance_of_last_death(evidence, branch.reading, path.left))


def _gap_times(gaps: _Gaps, slot: int, count: int, rng: np.random.Generator) -> FloatArray:
    """Random times for those censored in a slot's gap: at its marks, each once before any twice, else anywhere."""
    inside = gaps.marks[slot]
    if len(inside) == 1:  # as most gaps of a curve with marks have it: nothing is left to chance
        return np.repeat(inside, count)
    if len(inside):
        extra = rng.choice(inside, count - len(inside)) if count > len(inside) else inside[:0]
        return np.concatenate([rng.permutation(inside)[:count], extra])
    return gaps.start[slot] + rng.random(count) * gaps.width[slot]


def with_ensemble(
    point: Reconstruction, draws: Sequence[tuple[Patients, ...]], weight: FloatArray | None = None
) -> Reconstruction:
    """The reconstruction with what the draws add to its ratios, differences, medians, survivals and event counts.

    draws: each a tuple of arms in the order of the panel. weight: (draws,) weights, equal when None.
    """
    weight = np.full(len(draws), 1 / len(draws)) if weight is None else weight / weight.sum()
    names = [arm.arm for arm in point.arms]
    found = [
        [quick_estimates(draw[k], arm.rmst_tau, np.array([time for time, _ in arm.survival_at])) for draw in draws]
        for k, arm in enumerate(point.arms)
    ]
    comparisons = []
    for c in point.comparisons:
        base, own = names.index(c.reference), names.index(c.arm)
        spread = _spread_ratios(c, [(draw[base], draw[own]) for draw in draws], weight)
        times = [time for time, _ in point.arms[own].survival_at]
        comparisons.append(_spread_differences(spread, times, found[base], found[own], weight))
    arms = tuple(_spread_arm(arm, found[k], weight) for k, arm in enumerate(point.arms))
    return replace(point, arms=arms, comparisons=tuple(comparisons), draws=tuple(draws))


def _spread_ratios(
    comparison: Comparison, pairs: Sequence[tuple[Patients, Patients]], weight: FloatArray
) -> Comparison:
    """The comparison with what the draws leave open of its hazard ratio, and of those by period."""
    values = np.array([quick_log_hr(*pair) for pair in pairs], float)
    interval = _ratio_limits(values, weight)
    if comparison.hr is None or comparison.se_log_hr is None or interval is None:
        return comparison
    known = np.isfinite(values)
    middle = float(np.log(comparison.hr))
    spread = float(np.sqrt(np.average((values[known] - middle) ** 2, weights=weight[known])))
    half = two_sided_z(0.95) * float(np.hypot(spread, comparison.se_log_hr))
    return replace(
        comparison,
        interval=interval,
        combined=(float(np.exp(middle - half)), float(np.exp(middle + half))),
        periods=_spread_periods(comparison.periods, pairs, weight),
    )


def _spread_periods(
    periods: Sequence[PeriodRatio], pairs: Sequence[tuple[Patients, Patients]], weight: FloatArray
) -> tuple[PeriodRatio, ...]:
    """The periods with what the draws leave open of each, the cuts kept as they are."""
    if not periods:
        return ()
    cuts = [period.stop for period in periods[:-1]]
    values = np.array([log_ratios_by_period(*pair, cuts) for pair in pairs], float)
    return tuple(replace(p, interval=_ratio_limits(values[:, k], weight)) for k, p in enumerate(periods))


def _ratio_limits(log_hr: FloatArray, weight: FloatArray) -> tuple[float, float] | None:
    """The ratios between which the draws lie; None where fewer than two have one."""
    known = np.isfinite(log_hr)
    if known.sum() < 2:
        return None
    low, high = (weighted_quantile(log_hr[known], weight[known], q) for q in LIMITS)
    return float(np.exp(low)), float(np.exp(high))


def _spread_differences(
    comparison: Comparison,
    times: Sequence[float],
    reference: Sequence[ArmValues],
    arm: Sequence[ArmValues],
    weight: FloatArray,
) -> Comparison:
    """The comparison with what the draws leave open of its differences in restricted mean and survival."""
    rmst = _apart(np.array([draw.rmst for draw in arm]), np.array([draw.rmst for draw in reference]))
    at = _apart(np.array([draw.survival_at for draw in arm]), np.array([draw.survival_at for draw in reference]))
    landmarks = tuple((time, _spread(value, at[:, times.index(time)], weight)) for time, value in comparison.landmarks)
    return replace(comparison, rmst=_spread(comparison.rmst, rmst, weight), landmarks=landmarks)


def _apart(ours: FloatArray, theirs: FloatArray) -> FloatArray:
    """Differences, infinite where either is not known."""
    known = np.isfinite(ours) & np.isfinite(theirs)
    return np.where(known, np.where(known, ours, 0.0) - np.where(known, theirs, 0.0), np.inf)


def _spread_arm(arm: ArmEstimate, found: Sequence[ArmValues], weight: FloatArray) -> ArmEstimate:
    survival_at = tuple(
        (time, _spread(value, np.array([f.survival_at[k] for f in found]), weight))
        for k, (time, value) in enumerate(arm.survival_at)
    )
    lower, upper = np.array([f.quartiles for f in found]).T
    events = np.array([f.events for f in found])
    limits = [round(weighted_quantile(events, weight, q)) for q in LIMITS]
    return replace(
        arm,
        median=_spread(arm.median, np.array([f.median for f in found]), weight),
        rmst=_spread(arm.rmst, np.array([f.rmst for f in found]), weight),
        survival_at=survival_at,
        events_interval=(limits[0], limits[1]),
        quartiles=(_spread(arm.quartiles[0], lower, weight), _spread(arm.quartiles[1], upper, weight)),
        follow_up=_spread(arm.follow_up, np.array([f.follow_up for f in found]), weight),
    )


def _spread(point: Interval, values: FloatArray, weight: FloatArray) -> Interval:
    """The point estimate with the interval of its values in the draws (infinite where not known), and where it has
    limits, limits that hold both errors.
    """
    low, high = (weighted_quantile(values, weight, q) for q in LIMITS)
    limits = (low if np.isfinite(low) else None, high if np.isfinite(high) else None)
    finite = np.isfinite(values)
    if point.value is None or point.se is None or not finite.any():
        return replace(point, reconstruction=limits)
    spread = float(np.sqrt(np.average((values[finite] - point.value) ** 2, weights=weight[finite])))
    half = two_sided_z(0.95) * float(np.hypot(spread, point.se))
    return replace(point, reconstruction=limits, combined=(point.value - half, point.value + half))


def weighted_quantile(values: FloatArray, weight: FloatArray, q: float) -> float:
    """The smallest value below which at least a share q of the weight lies."""
    order = np.argsort(values)
    share = np.cumsum(weight[order])
    return float(values[order][min(int(np.searchsorted(share, q * share[-1])), len(values) - 1)])
