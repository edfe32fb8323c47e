"""The exact discrete model of one arm: evidence in, whole patients out (docs/method.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..records import FloatArray, Patients
from .censoring import MarkReading, TailShape, end_prior, mark_readings, tail_shapes
from .chain import KEPT, Layer
from .crowding import rates_of_marks, spread_over_marks
from .evidence import SAME_END, ArmEvidence
from .markpriors import SLIPS
from .noise import EXACT_ERROR, Noise, click_noises, hands_of, rounding_noise, time_noise
from .paths import Path
from .runs import SharedRuns
from .slots import build_slots
from .totals import steer_towards
from .weights import Slot

# Patients leave strictly before a printed time by at least this share of the curve's length.
JUST_BEFORE = 1e-6
# Runs at most towards a printed total, each aimed anew.
AIMS = 4
# Hypotheses kept while only looking for the tail shapes to follow, or for the way to a printed total.
SCOUT_KEPT = 100
# Log weight of a death at the very end whose drop was not read (it lies on the frame, or under the last mark): of
# the arms of rendered figures that were read to a level above 0, ending before the axis, 3 of 76 had such a death.
UNDRAWN_DEATH = float(np.log(3 / 76))
# Cohorts from which the bounded search itself misses a level now and then.
LARGE_COHORT = 1500
# Share of the drop of one patient up to which whole deaths tell the error of clicks.
TOLD_BY_DEATHS = 0.25
# Log evidence a point by which that error must be better than any larger one. Clicks off by 0.005 of 240 patients look
# as if off by 0.001 in one arm of four, by 0.2 a point at most; those off by 0.001 do so by 0.4 and more.
TOLD_CLEARLY = 0.25
# Tail shapes followed with all hypotheses; where there are more the best are told by scouts.
FULL_SHAPES = 2
# Share of an arm's marks up to which patients may be censored beside them where each is said to have one.
SLIPPED = 0.01
# Tail shapes this far below the best in log weight are not followed up.
UNLIKELY_SHAPE = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """The chain under one tail shape: its slots and layers, the last weighted by who is left at the end.

    reading: what the arm's marks are taken to say. last_deaths: per state of the last layer, deaths at the very end
    that a printed total calls for. weight: log of the summed weight of its explanations.
    """

    slots: Sequence[Slot]
    layers: Sequence[Layer]
    last_deaths: np.ndarray
    weight: float
    reading: MarkReading


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """One arm's chain, run: its evidence, noise and branches, the best first."""

    evidence: ArmEvidence
    noise: Noise
    branches: tuple[Branch, ...]

    @property
    def log_evidence(self) -> float:
        """Log of the summed weight of all explanations, each measured level as a density."""
        measured = sum(np.isfinite(slot.level) for slot in self.branches[0].slots)
        total = np.logaddexp.reduce([branch.weight for branch in self.branches])
        return float(total) - measured * float(np.log(self.noise.level))


def solve(evidence: ArmEvidence) -> Solved | None:
    """Run the chain with the noise that the curve carries, or that explains it best; None where nothing fits."""
    noise = known_noise(evidence)
    if noise is not None:
        return solve_with(evidence, noise)
    exact = solve_with(evidence, Noise(EXACT_ERROR, 0.0), strict=True)
    if exact is not None:
        return exact
    return _solve_clicks(evidence)


def _solve_clicks(evidence: ArmEvidence) -> Solved | None:
    """The chain of clicked points, under each of the hands that may have clicked them.

    How far a curve of clicks lies too low is common to all of it, so each draw of the ensemble follows one hand.
    """
    hands = hands_of(evidence.curve, _told_error(evidence), evidence.axis_span)
    found = [solved for solved in (solve_with(evidence, hand) for hand in hands) if solved is not None]
    if not found:
        return None
    branches = list(found[0].branches)
    for other in found[1:]:
        branches = _alike(branches, list(other.branches))
    return replace(found[0], branches=tuple(branches))


def _told_error(evidence: ArmEvidence) -> float | None:
    """The error of clicks that whole deaths tell, one that is small beside the drop of one patient; else None."""
    told = TOLD_BY_DEATHS / evidence.n
    noises = click_noises(evidence.curve, evidence.axis_span)
    if noises[0].level >= told:
        return None
    scouts = [s for noise in noises if (s := solve_with(evidence, noise, kept=SCOUT_KEPT)) is not None]
    likely = max(scouts, key=lambda s: s.log_evidence, default=None)
    if likely is None or likely.noise.level >= told:
        return None
    coarser = [s.log_evidence for s in scouts if s.noise.level > likely.noise.level]
    clearly = likely.log_evidence - max(coarser, default=-np.inf) > TOLD_CLEARLY * len(evidence.curve.time)
    return likely.noise.level if clearly else None


def known_noise(evidence: ArmEvidence) -> Noise | None:
    """The errors that the curve carries, or those of its grid; None where neither is there."""
    curve = evidence.curve
    known = curve.survival_error[np.isfinite(curve.survival_error) & (curve.survival_error > 0)]
    if len(known) < len(curve.time) / 2:
        return rounding_noise(curve, evidence.axis_span)
    time = curve.time_error[np.isfinite(curve.time_error)]
    return Noise(float(np.median(known)), float(np.median(time)) if len(time) else time_noise(evidence.axis_span))


def solve_with(evidence: ArmEvidence, noise: Noise, *, kept: int = KEPT, strict: bool = False) -> Solved | None:
    """The chain under a given noise, the tail shapes weighed; None where no whole patients fit what is
    printed.
    """
    runs = SharedRuns(evidence.n, strict)
    read = {reading: _weighed_shapes(evidence, noise, reading, kept, runs) for reading in mark_readings(evidence)}
    found = read[MarkReading.SOME_HIDE]
    at_their_word = [b for b in read.get(MarkReading.ONE_EACH, []) if _is_consistent(b, evidence)]
    if at_their_word:
        found = _believed_alike(at_their_word, found)
    if not found:
        return None
    likely = tuple(b for b in found if b.weight > found[0].weight - UNLIKELY_SHAPE)
    return Solved(evidence, noise, likely)


def _weighed_shapes(
    evidence: ArmEvidence, noise: Noise, reading: MarkReading, kept: int, runs: SharedRuns
) -> list[Branch]:
    """A branch for each of the likely tail shapes that fit, the best first."""
    shapes = tail_shapes(evidence, reading)
    if len(shapes) > FULL_SHAPES:
        scouts = [(_follow(evidence, noise, shape, SCOUT_KEPT, runs), shape) for shape in shapes]
        met = sorted(((b.weight, k) for k, (b, _) in enumerate(scouts) if b is not None), reverse=True)
        shapes = tuple(shapes[k] for _, k in met[:FULL_SHAPES])
    found = [b for b in (_follow(evidence, noise, shape, kept, runs) for shape in shapes) if b is not None]
    return sorted(found, key=lambda branch: -branch.weight)


def _is_consistent(branch: Branch, evidence: ArmEvidence) -> bool:
    """Whether patients with one mark each meet every level within its error, with hardly a slip."""
    end = branch.layers[-1]
    slips = int(end.slips[np.argmax(end.weight)])
    return slips <= SLIPPED * len(evidence.marks) and not any(layer.widened for layer in branch.layers)


def _believed_alike(first: list[Branch], second: list[Branch]) -> list[Branch]:
    """The branches of two readings, both believed alike, the first reading's best foremost.

    Their own weights do not compare: deaths have no proper prior, so that the reading with more ways wins.
    """
    return sorted(_alike(first, second), key=lambda branch: -branch.weight)


def _alike(first: list[Branch], second: list[Branch]) -> list[Branch]:
    """Both lists, each the best first, the second as likely as the first."""
    gap = first[0].weight - second[0].weight if second else 0.0
    return [*first, *(replace(branch, weight=branch.weight + gap) for branch in second)]


def _follow(evidence: ArmEvidence, noise: Noise, shape: TailShape, kept: int, runs: SharedRuns) -> Branch | None:
    """One tail shape's chain, steered towards the printed total where there is one."""
    slots = build_slots(evidence, noise, shape)
    counted = any(slot.events >= 0 or slot.uncensored is not None for slot in slots)
    prior = end_prior(evidence, evidence.n, noise.time, shape)
    run = partial(runs.forward, slots)
    if evidence.events is None:
        return _closed(evidence, slots, run(count_deaths=counted, kept=kept), prior, shape.marks)

    def scout(tilt: float) -> list[Layer]:
        return _weighed_by_end(run(count_deaths=counted, kept=SCOUT_KEPT, tilt=tilt), prior)

    steering = steer_towards(evidence.events, scout)
    for _ in range(AIMS if steering is not None else 0):
        layers = run(count_deaths=True, kept=kept, guide=steering.guide)
        branch = _closed(evidence, slots, layers, prior, shape.marks)
        if branch is not None or not layers:
            return branch
        steering = steering.aimed_beyond(layers, evidence.events)
    return None


def _weighed_by_end(layers: list[Layer], prior: FloatArray) -> list[Layer]:
    """The layers, the last weighed by who is left."""
    if layers:
        end = layers[-1]
        layers[-1] = replace(end, weight=end.weight + np.where(end.left == 0, 0.0, prior[end.left]))
    return layers


def _closed(
    evidence: ArmEvidence, slots: Sequence[Slot], layers: list[Layer], prior: FloatArray, reading: MarkReading
) -> Branch | None:
    """Weigh the last layer by who is left and by the printed total; None where no state meets it."""
    if not layers:
        return None
    end = _weighed_by_end(layers, prior)[-1]
    last_deaths = np.zeros(len(end.left), int)
    gain = np.zeros(len(end.left))
    if evidence.events is not None:
        last_deaths = evidence.events - end.deaths
        undrawn = (last_deaths > 0) & (last_deaths <= end.left) & evidence.emptied
        gain = np.where(last_deaths == 0, 0.0, np.where(undrawn, UNDRAWN_DEATH * last_deaths, -np.inf))
    if not np.isfinite(gain).any():
        return None
    layers[-1] = replace(end, weight=end.weight + gain)
    return Branch(slots, layers, last_deaths, float(np.logaddexp.reduce(layers[-1].weight)), reading)


def chance_of_last_death(evidence: ArmEvidence, reading: MarkReading, left: int) -> float:
    """Chance that a last patient died at the very end of a curve, in a drop that was not read.

    Where every other patient who was censored has a mark, one at the end who has none was hardly censored there.
    """
    if left < 1 or evidence.curve.survival[-1] <= 0:
        return 0.0
    undrawn = float(np.exp(UNDRAWN_DEATH))
    if reading is MarkReading.ONE_EACH and evidence.emptied and left == 1:
        # Ends this near to one another were made one.
        near = SAME_END * float(evidence.curve.time[-1] - evidence.curve.time[0]) + time_noise(evidence.axis_span)
        seen = bool(np.any(evidence.marks >= evidence.curve.time[-1] - near))
        return 0.0 if seen else undrawn / (undrawn + SLIPS / (len(evidence.marks) + 1))
    return undrawn if evidence.ends_naturally else 0.0


def patients_of(solved: Solved, branch: Branch, path: Path) -> Patients:
    """Write a path out: deaths at the drops, censored at marks or evenly between, the rest at the end."""
    evidence = solved.evidence
    end = float(evidence.curve.time[-1])
    hair = JUST_BEFORE * (end - float(evidence.curve.time[0]))
    deaths = np.repeat([slot.stop for slot in branch.slots], path.died)
    crowd = None if evidence.marks is None else (evidence.marks, rates_of_marks(evidence.marks))
    censored = [
        _censoring_times(slot, int(c), crowd, hair) for slot, c in zip(branch.slots, path.censored, strict=True) if c
    ]
    last = np.full(path.left, max(end, branch.slots[-1].stop))
    time = np.concatenate([deaths, last[: path.last_deaths], *censored, last[path.last_deaths :]])
    died = len(deaths) + path.last_deaths
    event = np.concatenate([np.ones(died, int), np.zeros(len(time) - died, int)])
    order = np.lexsort((-event, time))
    return Patients(evidence.arm, time[order], event[order])


def _censoring_times(slot: Slot, count: int, crowd: tuple[FloatArray, FloatArray] | None, hair: float) -> FloatArray:
    """Times for those censored in a gap: at its marks, each once before any twice, else spread evenly."""
    marks, rate = (np.zeros(0), np.zeros(0)) if crowd is None else crowd
    inside = (marks >= slot.start) & (marks < slot.stop)
    if inside.any():
        return marks[inside][spread_over_marks(rate[inside], count)]
    width = slot.stop - slot.start
    if width <= hair:
        # Only before a printed count must they be gone; after one they must still have been there.
        return np.full(count, slot.stop - hair if slot.count >= 0 else slot.start)
    return slot.start + (np.arange(count) + 0.5) / count * width
