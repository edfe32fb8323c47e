"""How many patients a mark stands for, told by how crowded the marks about it are.

Two marks nearer to each other than a mark is wide are read as one. With patients leaving at a rate x per width of a
mark, a mark stands for x / (1 - exp(-x)) of them: one where marks stand alone, many where they touch all along. The
rate is seen in the share of the line that marks cover, 1 - exp(-x), up to a factor that the printed counts tell.
"""

from __future__ import annotations

import numpy as np

from ..records import FloatArray

CLOSEST = 0.1
"""Quantile of the distances between neighbouring marks that is taken for the width of one: those that touch stand so
far apart, and where none do, marks are so few that each is one patient."""
BESIDE = 3
"""Neighbours on each side among which the density at a mark is measured."""
COVERED = 0.95
"""Share of the line that marks cover at most: where they touch all along the rate is three per width, or any more."""
LEAST_MARKS = 4
"""Marks from which their distances tell anything."""
HALVINGS = 40
"""Steps of the search for the rates that meet a number: finer than a double's digits are told apart."""
MOST_SCALE = 1e6
"""Times the rate that the marks show up to which a printed number may raise it."""


def rates_of_marks(marks: FloatArray) -> FloatArray:
    """Patients per width of a mark at each of the sorted marks, as their crowding shows it."""
    gaps = np.diff(marks)
    gaps = gaps[gaps > 0]
    if len(gaps) < LEAST_MARKS - 1:
        return np.full(len(marks), 1.0 - COVERED)
    width = float(np.quantile(gaps, CLOSEST))
    at = np.arange(len(marks))
    low, high = np.maximum(at - BESIDE, 0), np.minimum(at + BESIDE, len(marks) - 1)
    covered = width * (high - low) / np.maximum(marks[high] - marks[low], width)
    return -np.log1p(-np.minimum(covered, COVERED))


def scale_of_rates(rate: FloatArray, total: float) -> float:
    """The factor of the rates at which the marks stand for `total` patients in all; 0 where there are as many marks."""
    if not len(rate) or total <= len(rate):
        return 0.0
    low, high = 1.0 / MOST_SCALE, MOST_SCALE
    for _ in range(HALVINGS):
        # Halved as a ratio: the factor may be any power of ten.
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if patients_at(middle * rate).sum() < total else (low, middle)
    return high


def patients_at(rate: FloatArray) -> FloatArray:
    """Mean number of patients that a mark stands for: of a Poisson number that is not zero."""
    rate = np.maximum(rate, 1e-9)
    return rate / -np.expm1(-rate)


def spread_over_marks(rate: FloatArray, count: int) -> np.ndarray:
    """(count,) indices of the marks at which so many patients are censored: each once before any twice, then the
    more often the more crowded it is.
    """
    m = len(rate)
    if count <= m:
        return np.floor((np.arange(count) + 0.5) * m / max(count, 1)).astype(int)
    so_far = np.cumsum(patients_at(scale_of_rates(rate, float(count)) * rate) - 1.0)
    hidden = np.diff(np.floor(so_far / so_far[-1] * (count - m) + 0.5).astype(int), prepend=0)
    return np.repeat(np.arange(m), 1 + hidden)
