"""The exact discrete model of one arm: evidence in, whole patients out (docs/method.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..records import FloatArray, Patients
from .censoring import TailShape, end_prior, tail_shapes
from .chain import KEPT, Layer, Path, Slot, level_log_likelihood, run_forward, sample_paths, starting_layer
from .evidence import ArmEvidence
from .noise import CLICK_ERRORS, EXACT_ERROR, Noise, rounding_noise, time_noise
from .slots import build_slots

# Patients leave strictly before a printed time by at least this share of the curve's length.
JUST_BEFORE = 1e-6
# Hypotheses kept while only looking for the tilt that leads to a printed total, and looks at most.
SCOUT_KEPT = 100
SCOUTS = 9
FIRST_TILT = 0.25
# Log weight of a death at the very end whose drop was not read (it lies on the frame, or under the last mark): of
# the arms of rendered figures that were read to a level above 0, ending before the axis, 3 of 76 had such a death.
UNDRAWN_DEATH = float(np.log(3 / 76))
# Cohorts from which fewer hypotheses are kept: their levels come by the hundred, and each tells n less.
LARGE_COHORT, LARGE_KEPT = 1500, 120
# Draws among which the typical path is sought, and the weight of deaths beside numbers left in its distance.
TYPICAL_DRAWS = 200
DEATH_WEIGHT = 4.0
# Log weight by which the typical path may miss the levels more than the best of the draws.
MISFIT_SLACK = 2.0
# Tail shapes followed with all hypotheses; where there are more the best are told by scouts.
FULL_SHAPES = 2
# Tail shapes this far below the best in log weight are not followed up.
UNLIKELY_SHAPE = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """The chain under one tail shape: its slots and layers, the last weighted by who is left at the end.

    last_deaths: per state of the last layer, deaths at the very end that a printed total calls for.
    weight: log of the summed weight of its explanations.
    """

    slots: Sequence[Slot]
    layers: Sequence[Layer]
    last_deaths: np.ndarray
    weight: float


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
    slack = time_noise(evidence.axis_span)
    scouts = [solve_with(evidence, Noise(error, slack), kept=SCOUT_KEPT) for error in CLICK_ERRORS]
    likely = max(filter(None, scouts), key=lambda s: s.log_evidence, default=None)
    return None if likely is None else solve_with(evidence, likely.noise)


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
    shapes = tail_shapes(evidence)
    if evidence.n > LARGE_COHORT:
        kept = min(kept, LARGE_KEPT)
    if len(shapes) > FULL_SHAPES:
        scouts = [(_follow(evidence, noise, shape, SCOUT_KEPT, strict), shape) for shape in shapes]
        met = sorted(((b.weight, k) for k, (b, _) in enumerate(scouts) if b is not None), reverse=True)
        shapes = tuple(shapes[k] for _, k in met[:FULL_SHAPES])
    found = [b for b in (_follow(evidence, noise, shape, kept, strict) for shape in shapes) if b is not None]
    if not found:
        return None
    found.sort(key=lambda branch: -branch.weight)
    likely = tuple(b for b in found if b.weight > found[0].weight - UNLIKELY_SHAPE)
    return Solved(evidence, noise, likely)


def _follow(evidence: ArmEvidence, noise: Noise, shape: TailShape, kept: int, strict: bool) -> Branch | None:
    """One tail shape's chain, steered towards the printed total where the free chain misses it."""
    slots = build_slots(evidence, noise, shape)
    counted = evidence.events is not None or any(slot.events >= 0 for slot in slots)
    prior = end_prior(evidence, evidence.n, noise.time, shape)

    def run(tilt: float, kept: int) -> list[Layer]:
        return run_forward(slots, starting_layer(evidence.n), count_deaths=counted, tilt=tilt, kept=kept, strict=strict)

    branch = _closed(evidence, slots, run(0.0, kept), prior, 0.0)
    if branch is not None or evidence.events is None:
        return branch
    tilt = _tilt_towards(evidence.events, lambda t: run(t, SCOUT_KEPT))
    return None if tilt is None else _closed(evidence, slots, run(tilt, kept), prior, tilt)


def _closed(
    evidence: ArmEvidence, slots: Sequence[Slot], layers: list[Layer], prior: FloatArray, tilt: float
) -> Branch | None:
    """Weigh the last layer by who is left and by the printed total; None where no state meets it."""
    if not layers:
        return None
    end = layers[-1]
    last_deaths = np.zeros(len(end.left), int)
    gain = np.where(end.left == 0, 0.0, prior[end.left]) - tilt * end.deaths
    if evidence.events is not None:
        last_deaths = evidence.events - end.deaths
        undrawn = (last_deaths > 0) & (last_deaths <= end.left) & evidence.ends_naturally
        gain = np.where(last_deaths == 0, gain, np.where(undrawn, gain + UNDRAWN_DEATH * last_deaths, -np.inf))
    if not np.isfinite(gain).any():
        return None
    layers[-1] = replace(end, weight=end.weight + gain)
    return Branch(slots, layers, last_deaths, float(np.logaddexp.reduce(layers[-1].weight)))


def _tilt_towards(target: int, run) -> float | None:
    """The log weight per death that makes the most probable total meet the target, by bracketing; None if
    none does.
    """
    low = high = None
    tilt = 0.0
    for _ in range(SCOUTS):
        layers = run(tilt)
        if not layers:
            return None
        total = _likely_deaths(layers[-1])
        if total == target:
            return tilt
        if total < target:
            low = tilt
        else:
            high = tilt
        if low is None:
            tilt = min(-FIRST_TILT, 2 * tilt)
        elif high is None:
            tilt = max(FIRST_TILT, 2 * tilt)
        else:
            tilt = (low + high) / 2
    return tilt if low is not None and high is not None else None


def patients_of(solved: Solved, branch: Branch, path: Path) -> Patients:
    """Write a path out: deaths at the drops, censored at marks or evenly between, the rest at the end."""
    evidence = solved.evidence
    end = float(evidence.curve.time[-1])
    hair = JUST_BEFORE * (end - float(evidence.curve.time[0]))
    deaths = np.repeat([slot.stop for slot in branch.slots], path.died)
    censored = [
        _censoring_times(slot, int(c), evidence.marks, hair)
        for slot, c in zip(branch.slots, path.censored, strict=True)
        if c
    ]
    last = np.full(path.left, max(end, branch.slots[-1].stop))
    time = np.concatenate([deaths, last[: path.last_deaths], *censored, last[path.last_deaths :]])
    died = len(deaths) + path.last_deaths
    event = np.concatenate([np.ones(died, int), np.zeros(len(time) - died, int)])
    order = np.lexsort((-event, time))
    return Patients(evidence.arm, time[order], event[order])


def best_patients(solved: Solved) -> Patients:
    """The most typical patients of one arm: the point estimate."""
    branch, path = typical_path(solved)
    return patients_of(solved, branch, path)


def typical_path(solved: Solved) -> tuple[Branch, Path]:
    """Of many draws, the one nearest to their mean numbers left and deaths so far, among those with the most
    usual number of deaths that meet the levels about as well as any.

    The single most probable path would not do: where each of many gaps most probably censors nobody, it puts
    all who must be censored into one.
    """
    branch, paths, misfit = drawn_paths(solved)
    died = np.array([path.died for path in paths])
    censored = np.array([path.censored for path in paths])
    totals = died.sum(1) + np.array([path.last_deaths for path in paths])
    left = np.cumsum(died + censored, axis=1)
    gone = np.cumsum(died, axis=1)
    # Deaths steer the hazard ratio more than who is left: an error of one death in D against one patient in
    # n.
    distance = ((left - left.mean(0)) ** 2).mean(1) + DEATH_WEIGHT * ((gone - gone.mean(0)) ** 2).mean(1)
    fits = misfit.sum(1) <= misfit.sum(1).min() + MISFIT_SLACK
    usual = totals == np.bincount(totals).argmax()
    chosen = np.flatnonzero(fits & usual) if (fits & usual).any() else np.flatnonzero(fits)
    return branch, paths[chosen[np.argmin(distance[chosen])]]


def drawn_paths(solved: Solved) -> tuple[Branch, list[Path], FloatArray]:
    """Draws from the best branch and, (draws, slots), by how much log weight each misses each measured level."""
    branch = solved.branches[0]
    paths = _drawn(solved.evidence, branch)
    died = np.array([path.died for path in paths])
    censored = np.array([path.censored for path in paths])
    before = solved.evidence.n - np.cumsum(died + censored, axis=1) + died
    survival = np.cumprod(1 - died / np.maximum(before, 1), axis=1)
    misfit = [-level_log_likelihood(slot, survival[:, k]) for k, slot in enumerate(branch.slots)]
    return branch, paths, np.array(misfit).T


def _drawn(evidence: ArmEvidence, branch: Branch) -> list[Path]:
    """Draws from one branch, each knowing the deaths at the very end that a printed total calls for."""
    paths = sample_paths(branch.layers, TYPICAL_DRAWS, np.random.default_rng(0))
    if evidence.events is None:
        return paths
    return [replace(path, last_deaths=max(int(evidence.events - path.died.sum()), 0)) for path in paths]


def _likely_deaths(layer: Layer) -> int:
    """The weighted median of deaths so far."""
    order = np.argsort(layer.deaths)
    share = np.cumsum(np.exp(layer.weight[order] - layer.weight.max()))
    return int(layer.deaths[order][np.searchsorted(share, share[-1] / 2)])


def _censoring_times(slot: Slot, count: int, marks: FloatArray | None, hair: float) -> FloatArray:
    """Times for those censored in a gap: at its marks, each once before any twice, else spread evenly."""
    inside = np.zeros(0) if marks is None else marks[(marks >= slot.start) & (marks < slot.stop)]
    if len(inside):
        chosen = np.floor((np.arange(count) + 0.5) * len(inside) / count).astype(int)
        return inside[chosen]
    width = slot.stop - slot.start
    if width <= hair:
        # Only before a printed count must they be gone; after one they must still have been there.
        return np.full(count, slot.stop - hair if slot.count >= 0 else slot.start)
    return slot.start + (np.arange(count) + 0.5) / count * width
