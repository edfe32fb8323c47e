"""Corners found to a fraction of a pixel on staircases drawn at known sub-pixel places."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from drawn_curves import BLUE, Drawing, row_at
from hypothesis import given, settings
from hypothesis import strategies as st
from km2ipd.digitize.inks import coverage, map_ink
from km2ipd.digitize.refine import column_centroids, refine_staircase, rising_levels
from km2ipd.digitize.staircase import Staircase

# Multiples of 1/8 px, which the drawing keeps exactly.
TRUTH = ((0.0, 20.375), (40.625, 32.75), (90.25, 43.875), (130.375, 60.125), (175.75, 76.25))
END = 220.5


def inked(points=TRUTH, end: float = END, width: float = 2.0, bars=()) -> tuple[Staircase, np.ndarray]:
    """The staircase of whole pixels nearest to a drawn one, and its coverage. bars: (x, top, bottom) drawn besides."""
    drawing = Drawing(260, 260).curve(points, end, BLUE, width)
    for at, top, bottom in bars:
        drawing.line(at, top, at, bottom, BLUE)
    row = np.round(row_at(points, np.arange(int(end) + 1))).astype(np.int64)
    return Staircase(0, row, 0.0), coverage(map_ink(drawing.pixels()), BLUE)


@pytest.mark.parametrize("width", [1.0, 2.0, 3.0, 4.0])
def test_levels_drops_and_end_are_found_to_a_tenth_of_a_pixel(width: float) -> None:
    corners = refine_staircase(*inked(width=width), width)
    assert corners.y == pytest.approx([p[1] for p in TRUTH], abs=0.1)
    assert corners.x == pytest.approx([p[0] for p in TRUTH], abs=0.1)
    assert corners.end == pytest.approx(END, abs=0.5)
    assert corners.noise < 0.05
    # Every column but a few around each of the four risers shows its level.
    assert 220 - 4 * (width + 5) < corners.seen.sum() <= 221


@pytest.mark.parametrize("fall", [1.5, 2.5, 4.0])
def test_drops_too_short_for_a_riser_are_placed_by_the_centroids_crossing(fall: float) -> None:
    points = tuple((50.0 * k + 0.25 * k, 20.0 + fall * k) for k in range(5))
    corners = refine_staircase(*inked(points), 2.0)
    assert corners.y == pytest.approx([p[1] for p in points], abs=0.1)
    assert corners.x == pytest.approx([p[0] for p in points], abs=0.6)


def test_steps_smaller_than_the_centroids_noise_are_one_level() -> None:
    _, own = inked(((0.0, 20.0), (60.0, 20.125), (120.0, 24.0)), 199.5)
    row = np.r_[np.full(60, 20), np.full(60, 21), np.full(80, 24)].astype(np.int64)
    assert refine_staircase(Staircase(0, row, 0.0), own, 2.0).y == pytest.approx([20.06, 24.0], abs=0.1)


def test_marks_do_not_pull_a_level() -> None:
    marked = (20, 33, 35, 60, 71)
    stair, own = inked(((0.0, 30.375), (100.0, 50.0)), 200.5, bars=[(at, 23, 34) for at in marked])
    centre, clean = column_centroids(stair, own, 2.0)
    assert not clean[list(marked)].any()
    assert clean[[10, 45, 80]].all()
    assert centre[:98][clean[:98]] == pytest.approx(30.375, abs=0.1)
    assert refine_staircase(stair, own, 2.0).y == pytest.approx([30.375, 50.0], abs=0.1)


def test_a_curve_that_ends_in_a_drop_keeps_its_foot() -> None:
    corners = refine_staircase(*inked(((0.0, 20.0), (80.0, 30.0)), 150.0, bars=[(150.0, 29.0, 71.0)]), 2.0)
    assert corners.x[-1] == pytest.approx(150.0, abs=0.3)
    assert corners.y[-1] == pytest.approx(70.0, abs=0.6)
    assert corners.end >= corners.x[-1]


def test_a_censoring_tick_at_the_end_is_no_drop() -> None:
    corners = refine_staircase(*inked(((0.0, 20.0), (80.0, 30.0)), 150.0, bars=[(149.0, 14.0, 46.0)]), 2.0)
    assert corners.y == pytest.approx([20.0, 30.0], abs=0.1)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(9, 30), st.floats(1.5, 15)), min_size=1, max_size=6),
    st.sampled_from([1.0, 2.0, 3.0]),
)
def test_corners_never_rise_and_never_go_back(steps: list[tuple[float, float]], width: float) -> None:
    points, at, level = [(0.0, 10.0)], 0.0, 10.0
    for along, down in steps:
        at, level = at + along, min(level + down, 95.0)
        points.append((at, level))
    own = coverage(map_ink(Drawing(230, 100).curve(tuple(points), at + 30, BLUE, width).pixels()), BLUE)
    row = np.round(row_at(tuple(points), np.arange(int(at + 30)))).astype(np.int64)
    corners = refine_staircase(Staircase(0, row, 0.0), own, width)
    assert (np.diff(corners.x) >= 0).all()
    assert (np.diff(corners.y) > 0).all()
    assert corners.end >= corners.x[-1]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 9).map(float), st.sampled_from([0.05, 1.0, 7.0])), min_size=1, max_size=30))
def test_pooled_levels_are_those_of_scipy_to_the_bit(pieces):
    levels, weights = zip(*pieces, strict=True)
    from scipy.optimize import isotonic_regression

    assert np.array_equal(rising_levels(levels, weights), isotonic_regression(levels, weights=weights).x)


@pytest.mark.parametrize("half", [5, 8])
def test_a_line_that_ends_in_its_last_patients_tick_does_not_fall_there(half: int) -> None:
    """The staircase may go down the tick's lower half, which is ink of the arm as its riser would be."""
    stair, own = inked(bars=[(END - 1, TRUTH[-1][1] - half, TRUTH[-1][1] + half)])
    row = stair.row.copy()
    row[-2:] += half
    corners = refine_staircase(Staircase(0, row, 0.0), own, 2.0)
    assert corners.y == pytest.approx([p[1] for p in TRUTH], abs=0.1)


def test_a_line_that_ends_in_a_drop_falls_there() -> None:
    foot = TRUTH[-1][1] + 60
    stair, own = inked(bars=[(END - 1, TRUTH[-1][1], foot)])
    row = stair.row.copy()
    row[-2:] = round(foot)
    corners = refine_staircase(Staircase(0, row, 0.0), own, 2.0)
    assert corners.y[-1] == pytest.approx(foot, abs=2.0)
    assert len(corners.y) == len(TRUTH) + 1


def test_a_corner_of_a_riser_is_no_level_of_its_own() -> None:
    """A staircase that leaves its level a row early, in columns where the riser hides it, takes one step, not two."""
    stair, own = inked()
    row = stair.row.copy()
    for (_, level), (at, _) in pairwise(TRUTH):
        row[int(at) : int(at) + 2] = np.ceil(level)
    corners = refine_staircase(Staircase(0, row, 0.0), own, 2.0)
    assert corners.y == pytest.approx([p[1] for p in TRUTH], abs=0.1)
    assert corners.x == pytest.approx([p[0] for p in TRUTH], abs=0.6)
