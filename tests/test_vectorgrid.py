"""Coordinates that a file wrote on a coarse grid."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_strokes import corners, figure, panel, stroke
from km2ipd.digitize.vector import trace_strokes
from km2ipd.digitize.vectorgrid import ROUNDED, rounding_error

RANDOM = np.random.default_rng(1)
TIMES = 100 + 460 * np.r_[0.0, np.sort(RANDOM.random(29)), 1.0]
LEVELS = 50 + np.r_[0.0, np.cumsum(RANDOM.exponential(9.0, 29))]


def rounded(step: float, scale: float = 2.7778) -> np.ndarray:
    """The staircase in px of a file whose units were rounded to step and drawn at the scale."""
    return np.round(corners(TIMES, LEVELS) / scale / step) * step * scale - 0.5


@pytest.mark.parametrize("step", [0.1, 0.24, 1.0])
def test_the_grid_of_a_file_is_found_in_its_vertices(step):
    assert rounding_error([rounded(step)]) == pytest.approx(ROUNDED * step * 2.7778, rel=0.01)


@pytest.mark.parametrize("step", [0.001, 0.01])
def test_fine_units_are_no_grid(step):
    assert rounding_error([rounded(step)]) == 0.0


def test_patients_and_days_are_no_grid_of_the_file():
    # Equal drops and whole days: each direction has a step, but not the same.
    points = corners(100 + 7.3 * np.r_[0, np.cumsum(RANDOM.integers(1, 4, 30))], 50 + 3.1 * np.arange(30.0))
    assert rounding_error([points]) == 0.0


def test_a_short_curve_tells_no_grid():
    assert rounding_error([rounded(1.0)[:9]]) == 0.0
    assert rounding_error([]) == 0.0


def test_arms_on_a_grid_carry_its_error():
    (coarse,) = trace_strokes(figure([stroke(rounded(0.24))]), panel())
    assert coarse.trace.level_error_px == pytest.approx(0.19, abs=0.01)
    assert coarse.trace.time_error_px == coarse.trace.level_error_px
    (fine,) = trace_strokes(figure([stroke(corners(TIMES, LEVELS))]), panel())
    assert fine.trace.level_error_px < 0.05
