"""The point estimate: the most typical patients that the chain of one arm allows.

The single most probable path would not do: where each of many gaps most probably censors nobody, it puts all who must
be censored into one. Nor would any one draw, whose censoring comes in clumps that another draw has elsewhere. So the
deaths are those of the most typical of many draws, and the censored are spread as they are in the mean of the draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..records import FloatArray, IntArray, Patients
from .evidence import ArmEvidence
from .exact import Branch, Solved, chance_of_last_death, patients_of
from .paths import Path, sample_paths
from .weights import level_log_likelihood

# Draws among which the typical path is sought, and the weight of deaths beside numbers left in its distance.
TYPICAL_DRAWS = 200
DEATH_WEIGHT = 4.0
# Log weight by which the typical path may miss the levels more than the best of the draws.
MISFIT_SLACK = 2.0


def best_patients(solved: Solved) -> Patients:
    """The most typical patients of one arm: the point estimate."""
    return patients_of(solved, solved.branches[0], typical_path(solved))


def typical_path(solved: Solved) -> Path:
    """Of many draws, the one nearest to their mean numbers left and deaths so far, among those with the most usual
    number of deaths that meet the levels about as well as any; its censored spread as in the mean of these.
    """
    paths, misfit = drawn_paths(solved)
    died, censored = _by_slot(paths)
    totals = died.sum(1) + np.array([path.last_deaths for path in paths])
    left, gone = np.cumsum(died + censored, axis=1), np.cumsum(died, axis=1)
    # Deaths steer the hazard ratio more than who is left: an error of one death in D against one patient in n.
    distance = ((left - left.mean(0)) ** 2).mean(1) + DEATH_WEIGHT * ((gone - gone.mean(0)) ** 2).mean(1)
    fits = misfit.sum(1) <= misfit.sum(1).min() + MISFIT_SLACK
    usual = totals == np.bincount(totals).argmax()
    chosen = np.flatnonzero(fits & usual) if (fits & usual).any() else np.flatnonzero(fits)
    best = chosen[np.argmin(distance[chosen])]
    smooth = _with_spread(solved, paths[best], np.cumsum(censored[chosen], axis=1).mean(0))
    apart = _misfit(solved, smooth.died[None], smooth.censored[None]).sum() if smooth is not None else np.inf
    return smooth if apart <= misfit[best].sum() + MISFIT_SLACK else paths[best]


def drawn_paths(solved: Solved) -> tuple[list[Path], FloatArray]:
    """Draws from the best branch and, (draws, slots), by how much log weight each misses each measured level."""
    paths = _drawn(solved.evidence, solved.branches[0])
    return paths, _misfit(solved, *_by_slot(paths))


def _by_slot(paths: Sequence[Path]) -> tuple[IntArray, IntArray]:
    """(draws, slots) who died at each slot's end, and who were censored in its gap."""
    return np.array([path.died for path in paths]), np.array([path.censored for path in paths])


def _misfit(solved: Solved, died: IntArray, censored: IntArray) -> FloatArray:
    before = solved.evidence.n - np.cumsum(died + censored, axis=1) + died
    survival = np.cumprod(1 - died / np.maximum(before, 1), axis=1)
    slots = solved.branches[0].slots
    return np.array([-level_log_likelihood(slot, survival[:, k]) for k, slot in enumerate(slots)]).T


def _with_spread(solved: Solved, path: Path, mean: FloatArray) -> Path | None:
    """The path with its censored spread as in the mean, between the printed counts; None where that cannot be.

    mean: (slots,) censored so far after each slot, which the path itself meets at printed counts and at the end.
    """
    slots = solved.branches[0].slots
    own = np.cumsum(path.censored)
    knots = np.array([k for k, slot in enumerate(slots) if slot.count >= 0 or k == len(slots) - 1])
    due = mean + np.interp(mean, np.r_[0.0, mean[knots]], np.r_[0.0, own[knots] - mean[knots]])
    due[knots] = own[knots]
    censored = np.diff(np.floor(np.maximum.accumulate(due) + 0.5).astype(np.int64), prepend=0)
    before = solved.evidence.n - np.cumsum(path.died + censored) + path.died
    alive = (before > path.died) | (np.cumsum(path.died + path.censored) == solved.evidence.n)
    if np.any(np.cumsum(censored)[knots] != own[knots]) or np.any(before < path.died) or not alive.all():
        return None
    return replace(path, censored=censored)


def _drawn(evidence: ArmEvidence, branch: Branch) -> list[Path]:
    """Draws from one branch, each knowing the deaths at the very end that a printed total or the marks call for."""

    def last_deaths(path: Path) -> int:
        if evidence.events is None:
            return int(chance_of_last_death(evidence, branch.reading, path.left) > 0.5)
        return max(int(evidence.events - path.died.sum()), 0)

    paths = sample_paths(branch.layers, TYPICAL_DRAWS, np.random.default_rng(0))
    deaths = [last_deaths(path) for path in paths]
    return [replace(path, last_deaths=n) if n else path for path, n in zip(paths, deaths, strict=True)]
