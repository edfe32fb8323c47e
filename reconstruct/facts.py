"""Facts that contradict each other: found, named with what would fit, and let go, the smallest set first.

A printed count is suspect where no whole patients meet it, or where the chain explains the rest far better
without it. Each count is left out in turn; the one whose absence gains most gives way when the gain is beyond
chance, and so on until nothing is gained. What the others allow at its time is read off the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..errors import ReconstructError
from ..records import Caution, FloatArray
from .evidence import SAME_END, ArmEvidence
from .exact import LARGE_COHORT, SCOUT_KEPT, Solved, known_noise, solve, solve_with
from .paths import sample_paths
from .typical import drawn_paths

# Misfit of the levels, in log weight, that leaving out one count must mend for it to give way. Correct tables
# of known patients stay below it; an unlikely pattern of censoring alone is no contradiction.
CONTRADICTION = 10.0
# Misfit of one level that counts: more than a level that was read off by far costs (weights.OFF), which says nothing of
# the counts.
GROSS = 8.0
# Counts left out in turn beside the places of worst misfit.
MOST_TRIED = 6
# Counts that may give way in one arm; a table with more errors is another arm's.
MOST_WRONG = 3
# How much less exact levels may be than stated before a printed count is called wrong: thick or blurred lines of
# redrawn figures miss by twice what sharp ones do.
EASED = 2.0
# How far n(t)/N may exceed S(t-) before a row is called another arm's, in patients and as a share.
EXCESS_PATIENTS, EXCESS_SHARE = 2.0, 0.03


def solve_facts(evidence: ArmEvidence) -> tuple[Solved, tuple[Caution, ...]]:
    """The chain solved on as many of the facts as can hold together, with a caution for each that gave way.

    Where a printed count would have to give way, the exactness of the levels goes first: figures are redrawn, enlarged
    and blurred, printed counts are typed.
    """
    solved, cautions = _solve_as_stated(evidence)
    if not any(c.code == "count-contradicted" and c.severity == "review" for c in cautions):
        return solved, cautions
    curve = evidence.curve
    coarse = replace(evidence, curve=replace(curve, survival_error=EASED * curve.survival_error))
    eased, left = _solve_as_stated(coarse)
    if any(c.severity == "review" for c in left):
        return solved, cautions
    message = "the printed counts are met if the curve's levels are less exact than they look"
    return eased, (*left, Caution("levels-eased", message, evidence.arm))


def _solve_as_stated(evidence: ArmEvidence) -> tuple[Solved, tuple[Caution, ...]]:
    """The chain solved with the errors as they are stated, the fewest counts left out."""
    cautions: list[Caution] = []
    evidence, rising = _without_rising(evidence)
    cautions += rising
    solved = solve(evidence)
    without = _without_total(evidence, solved)
    if without is not None and evidence.events is not None:
        cautions.append(_events_caution(without, evidence.events))
        evidence, solved = without.evidence, without
    for _ in range(MOST_WRONG):
        better = _better_without_one(evidence, solved)
        if better is None:
            break
        k, solved = better
        cautions.append(_count_caution(evidence, k, solved))
        evidence = solved.evidence
    while solved is None and len(evidence.count_time) > 1:
        cautions.append(_dropped_caution(evidence, len(evidence.count_time) - 1))
        evidence = without_count(evidence, len(evidence.count_time) - 1)
        solved = solve(evidence)
        if solved is None and evidence.events is not None:
            solved = solve(replace(evidence, events=None))
            cautions += [] if solved is None else [_events_caution(solved, evidence.events)]
    if solved is None:
        raise ReconstructError(
            f"arm {evidence.arm}: no whole patients fit the curve and n = {evidence.n}", "Check N and the curve."
        )
    return solved, (*cautions, *_taken_as_clicks(solved), *_unfit_curve(solved))


def swapped_rows(arms: Sequence[ArmEvidence]) -> list[Caution]:
    """Rows of the table that fit another arm's curve better: n(t)/N above S(t-) proves it in a plain cohort."""
    excess = np.array([[_excess(arm.count_time, arm.count, other) for other in arms] for arm in arms])
    cautions = []
    for i, arm in enumerate(arms):
        if excess[i, i] <= 0:
            continue
        better = [arms[j].arm for j in range(len(arms)) if j != i and excess[i, j] <= 0]
        k = int(np.argmax(_excesses(arm.count_time, arm.count, arm)))
        what = f"{arm.count[k]:.0f} at risk at {arm.count_time[k]:g} of {arm.n} are more than the curve leaves alive"
        if better:
            what += f"; the row fits the curve of {better[0]}, so rows may be swapped"
        cautions.append(Caution("row-above-curve", what, arm.arm, "review"))
    return cautions


def _excesses(time: FloatArray, count: FloatArray, other: ArmEvidence) -> FloatArray:
    """(k,) patients at risk beyond what another arm's curve leaves alive, less what reading may be off by."""
    # A drop at the printed time itself may have been read a pixel before it.
    slack = SAME_END * float(other.curve.time[-1] - other.curve.time[0])
    rows = np.searchsorted(other.curve.time, time - slack, side="left") - 1
    alive = count[0] * other.curve.survival[np.maximum(rows, 0)]
    return count - alive - EXCESS_PATIENTS - EXCESS_SHARE * count[0]


def _excess(time: FloatArray, count: FloatArray, other: ArmEvidence) -> float:
    return float(_excesses(time, count, other).max())


def without_count(evidence: ArmEvidence, k: int) -> ArmEvidence:
    """The evidence with one printed count left out."""
    keep = np.arange(len(evidence.count_time)) != k
    return replace(
        evidence,
        count_time=evidence.count_time[keep],
        count=evidence.count[keep],
        cumulative_events=evidence.cumulative_events[keep],
    )


def _without_rising(evidence: ArmEvidence) -> tuple[ArmEvidence, list[Caution]]:
    """Counts never rise in a plain cohort: leave out the fewest that do; many rising speak of delayed entry."""
    keep = _longest_falling(evidence.count)
    if keep.all():
        return evidence, []
    wrong = np.flatnonzero(~keep)
    if len(wrong) > len(keep) / 3:
        what = "numbers at risk rise with time, as with delayed entry; the model is for cohorts that only lose patients"
        cautions = [Caution("delayed-entry", what, evidence.arm, "review")]
    else:
        cautions = [_rising_caution(evidence, int(k), keep) for k in wrong]
    for k in wrong[::-1]:
        evidence = without_count(evidence, int(k))
    return evidence, cautions


def _longest_falling(count: FloatArray) -> np.ndarray:
    """Which counts to keep: the longest run of never-rising values that holds the first."""
    best, before = np.ones(len(count), int), np.full(len(count), -1)
    for i in range(1, len(count)):
        fits = [j for j in range(i) if count[j] >= count[i] and (j == 0 or before[j] >= 0)]
        if fits:
            before[i] = max(fits, key=lambda j: best[j])
            best[i] = best[before[i]] + 1
    keep = np.zeros(len(count), bool)
    reached = [i for i in range(len(count)) if i == 0 or before[i] >= 0]
    i = max(reached, key=lambda j: best[j])
    while i >= 0:
        keep[i] = True
        i = int(before[i])
    return keep


def _rising_caution(evidence: ArmEvidence, k: int, keep: np.ndarray) -> Caution:
    before = evidence.count[:k][keep[:k]]
    after = evidence.count[k + 1 :][keep[k + 1 :]]
    low, high = (after[0] if len(after) else 0), before[-1]
    what = (
        f"at risk at {evidence.count_time[k]:g}: {evidence.count[k]:.0f} cannot be right, "
        f"{low:.0f} to {high:.0f} would be"
    )
    return Caution("count-contradicted", what, evidence.arm, "review")


def _better_without_one(evidence: ArmEvidence, solved: Solved | None) -> tuple[int, Solved] | None:
    """The count whose absence lets the measured levels be met, with the chain solved without it."""
    # In large cohorts the bounded search itself misses a level now and then; only what cannot be met counts
    # there.
    if solved is not None and evidence.n > LARGE_COHORT:
        return None
    misfit = np.full(1, np.inf) if solved is None else level_misfit(solved)
    if misfit.sum() < CONTRADICTION:
        return None
    noise = solved.noise if solved is not None else known_noise(evidence)
    found = []
    for k in _suspects(evidence, solved, misfit):
        fewer = without_count(evidence, int(k))
        other = solve(fewer) if noise is None else solve_with(fewer, noise, kept=SCOUT_KEPT)
        if other is not None:
            found.append((misfit.sum() - level_misfit(other).sum(), int(k), other))
    if not found:
        return None
    gain, k, other = max(found, key=lambda entry: entry[0])
    low, high = _allowed(other, float(evidence.count_time[k]))
    if gain <= CONTRADICTION or low <= evidence.count[k] <= high:
        return None
    return k, solve_with(other.evidence, other.noise) or other


def level_misfit(solved: Solved) -> FloatArray:
    """(slots,) how badly the best of many draws misses each measured level, in log weight; 0 where it meets
    it.
    """
    misfit = drawn_paths(solved)[1]
    gross = np.where(misfit > GROSS, misfit, 0.0)
    return gross[np.argmin(gross.sum(1))]


def _suspects(evidence: ArmEvidence, solved: Solved | None, misfit: FloatArray) -> list[int]:
    """Counts beside the worst places; all but the first when nothing fits. At most MOST_TRIED of them."""
    if solved is None:
        return list(range(1, len(evidence.count_time)))[:MOST_TRIED]
    stops = np.array([slot.stop for slot in solved.branches[0].slots])
    found: list[int] = []
    for i in np.argsort(-misfit)[:MOST_TRIED]:
        after = int(np.searchsorted(evidence.count_time, stops[i]))
        found += [k for k in (after - 1, after) if 1 <= k < len(evidence.count_time) and k not in found]
    return found[:MOST_TRIED]


# Patients, and share of the count, by which a curve read to a pixel may miss a right count: named, not held against it.
SLIGHT_MISS = (2.0, 0.05)


def _count_caution(evidence: ArmEvidence, k: int, solved: Solved) -> Caution:
    """What the other facts allow at the time of a count that gave way."""
    low, high = _allowed(solved, float(evidence.count_time[k]))
    count = float(evidence.count[k])
    what = f"at risk at {evidence.count_time[k]:g}: {count:.0f} cannot be right, {low} to {high} would be"
    miss = max(low - count, count - high, 0.0)
    slight = miss <= max(SLIGHT_MISS[0], SLIGHT_MISS[1] * count)
    return Caution("count-contradicted", what, evidence.arm, "note" if slight else "review")


def _allowed(solved: Solved, time: float) -> tuple[int, int]:
    """The range of numbers at risk at a time over draws from the chain."""
    branch = solved.branches[0]
    paths = sample_paths(branch.layers, 100, np.random.default_rng(0))
    stops = np.array([slot.stop for slot in branch.slots])
    starts = np.array([slot.start for slot in branch.slots])
    past = np.clip((time - starts) / np.maximum(stops - starts, 1e-12), 0, 1)
    left = [
        solved.evidence.n - float((path.censored * past).sum()) - int(path.died[stops < time].sum()) for path in paths
    ]
    return int(np.floor(min(left))), int(np.ceil(max(left)))


def _dropped_caution(evidence: ArmEvidence, k: int) -> Caution:
    what = f"at risk at {evidence.count_time[k]:g}: {evidence.count[k]:.0f} cannot be met by any whole patients"
    return Caution("count-contradicted", what, evidence.arm, "review")


def _without_total(evidence: ArmEvidence, solved: Solved | None) -> Solved | None:
    """The chain without the printed total of deaths, where none meets it, or only by missing the measured levels."""
    if evidence.events is None:
        return None
    bent = np.inf if solved is None else level_misfit(solved).sum()
    if bent <= CONTRADICTION:
        return None
    without = solve(replace(evidence, events=None))
    return without if without is not None and bent - level_misfit(without).sum() > CONTRADICTION else None


def _events_caution(solved: Solved, events: int) -> Caution:
    totals = [int(path.died.sum()) for path in drawn_paths(solved)[0]]
    message = (
        f"{events} events in all cannot be met by the curve and its counts ({min(totals)} to {max(totals)} can); the "
        "total may count events past the drawn axis"
    )
    return Caution("events-not-met", message, solved.evidence.arm, "review")


# Drops that in all must be half as many deaths: of fewer, clicked ones may be noise.
LEAST_FALLS = 10
# Share of a patient that the largest drop must be: a traced line may wobble between its drops.
WHOLE = 0.5
# Share of drops that no whole number of deaths explains, from which a curve is called weighted.
WEIGHTED_SHARE = 0.25


def _taken_as_clicks(solved: Solved) -> list[Caution]:
    """A note that points were taken for a hand's clicks: a weighted curve given to all its digits looks the same."""
    if not solved.noise.clicks or not solved.evidence.n_known:
        return []
    what = (
        "the points lie on no grid and whole deaths do not explain them exactly: they are taken as clicked by hand; a "
        "weighted or adjusted curve would look the same"
    )
    return [Caution("taken-as-clicks", what, solved.evidence.arm, "note")]


def _unfit_curve(solved: Solved) -> list[Caution]:
    """Drops that fit no whole d/n speak of a weighted or adjusted curve, or of competing risks, where N is
    known.
    """
    if not solved.evidence.n_known:
        return []
    falls = -np.diff(solved.evidence.curve.survival)
    fallen, drops = float(falls.sum()), int(np.sum(falls > 0))
    if drops >= LEAST_FALLS and fallen * solved.evidence.n < drops / 2 and falls.max() * solved.evidence.n < WHOLE:
        what = (
            f"{drops} drops that fall by {fallen:.2g} in all are less than {drops} deaths of {solved.evidence.n} "
            "patients: a percent may have been read as a fraction, or the curve is smoothed or weighted"
        )
        return [Caution("not-kaplan-meier", what, solved.evidence.arm, "review")]
    branch = solved.branches[0]
    measured = [
        layer.widened for slot, layer in zip(branch.slots, branch.layers[1:], strict=True) if np.isfinite(slot.level)
    ]
    share = float(np.mean(measured)) if measured else 0.0
    if share < WEIGHTED_SHARE or len(measured) < 4:
        return []
    what = (
        f"{share:.0%} of the drops fit no whole number of deaths: the curve may be weighted, adjusted, smoothed or a "
        "cumulative incidence with competing risks"
    )
    return [Caution("not-kaplan-meier", what, solved.evidence.arm, "review")]
