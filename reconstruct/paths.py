"""Whole patients along the chain of one arm, drawn backwards from its end by weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, IntArray
from .chain import Layer


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """Whole patients along the chain: censored in each slot's gap, died at its stop, left at the end.

    last_deaths: how many of those left die at the very end, in a drop that is not drawn.
    """

    censored: IntArray
    died: IntArray
    left: int
    weight: float
    last_deaths: int = 0


def sample_paths(layers: Sequence[Layer], size: int, rng: np.random.Generator) -> list[Path]:
    """Paths drawn from the posterior: backward sampling, state by state."""
    end = layers[-1]
    states = _draw(end.weight, np.zeros(size, np.int64), np.array([0, len(end.weight)]), rng)
    left, weight = end.left[states], end.weight[states]
    steps = []
    for layer in reversed(layers[1:]):
        chosen = _draw(layer.candidate_weight, states, layer.first, rng)
        steps.append((layer.censored[chosen], layer.died[chosen]))
        states = layer.parent[chosen]
    censored = np.array([step[0] for step in reversed(steps)]).T
    died = np.array([step[1] for step in reversed(steps)]).T
    return [Path(c, d, int(m), float(w)) for c, d, m, w in zip(censored, died, left, weight, strict=True)]


def _draw(log_weight: FloatArray, group: IntArray, first: IntArray, rng: np.random.Generator) -> IntArray:
    """For each entry of group one index within first[g]:first[g+1], drawn by weight."""
    size = np.diff(first)
    highest = np.maximum.reduceat(log_weight, first[:-1])
    share = np.exp(log_weight - np.repeat(highest, size))
    reached = np.cumsum(share)
    before = reached[first[:-1]] - share[first[:-1]]
    total = reached[first[1:] - 1] - before
    aim = before[group] + rng.random(len(group)) * total[group]
    return np.clip(np.searchsorted(reached, aim, side="right"), first[group], first[group + 1] - 1)
