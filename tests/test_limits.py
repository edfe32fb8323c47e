"""Confidence limits in an arm's ink are told from arms by the company they keep."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from km2ipd.digitize.limits import LEAST_OVERLAP, without_limits
from km2ipd.digitize.refine import Corners
from km2ipd.digitize.staircase import Staircase
from km2ipd.digitize.tracing import TracedPath

COLUMNS = np.arange(200)
ARM = 20 + COLUMNS // 20 * 6


def path(row: np.ndarray, share: float = 1.0) -> TracedPath:
    corners = Corners(np.zeros(1), np.asarray(row[:1], float), float(len(row)), np.ones(1), 0.05)
    seen = np.ones(len(row), bool)
    return TracedPath(0, Staircase(0, np.asarray(row), 0.0), corners, 2.0, share, 0.0, 0.0, seen, ~seen)


def limits(row: np.ndarray, share: float = 0.6, skew: float = 1.0) -> tuple[TracedPath, TracedPath]:
    """A pair of limits that widen to the right; skew: how much wider the lower one is."""
    half = np.arange(len(row)) // 8
    return path(row - half, share), path(row + (skew * half).astype(int), share)


def test_a_pair_around_an_arm_is_left_out() -> None:
    arm, (up, down) = path(ARM), limits(ARM)
    assert without_limits([arm, up, down]) == [arm]
    assert without_limits([down, arm, up]) == [arm]


def test_limits_that_lean_as_log_limits_do_are_left_out() -> None:
    arm, (up, down) = path(ARM), limits(ARM, skew=1.8)
    assert without_limits([arm, up, down]) == [arm]


def test_two_arms_with_a_pair_each_stay_two() -> None:
    arms = path(ARM), path(ARM + 70)
    pairs = [*limits(ARM), *limits(ARM + 70)]
    assert without_limits([arms[0], *pairs, arms[1]]) == list(arms)


def test_three_arms_of_uneven_distance_stay_three() -> None:
    paths = [path(ARM), path(ARM + COLUMNS // 10), path(ARM + COLUMNS // 2)]
    assert without_limits(paths) == paths


def test_paths_that_change_sides_are_arms() -> None:
    side = np.where(COLUMNS < 140, 12, -12)
    paths = [path(ARM), path(ARM - side, 0.6), path(ARM + side, 0.6)]
    assert without_limits(paths) == paths


def test_even_limits_that_were_exchanged_with_their_arm_at_first_are_left_out() -> None:
    arm, up, down = ARM, ARM - COLUMNS // 3, ARM + COLUMNS // 3
    first = COLUMNS < 30
    mixed = [path(np.where(first, down, arm)), path(up, 0.9), path(np.where(first, arm, down), 0.9)]
    assert without_limits(mixed) == mixed[:1]
    third = [path(np.where(first, down, arm)), path(up, 0.9), path(np.where(first, arm, arm + 3 * (arm - up)), 0.9)]
    assert without_limits(third) == third


def test_one_limit_alone_stays() -> None:
    paths = [path(ARM), limits(ARM)[0]]
    assert without_limits(paths) == paths


def test_paths_too_short_to_judge_stay() -> None:
    short = ARM[: LEAST_OVERLAP - 1]
    paths = [path(ARM), *(path(p.stair.row[: len(short)], 0.6) for p in limits(ARM))]
    assert without_limits(paths) == paths


def test_paths_that_run_together_are_no_limits() -> None:
    paths = [path(ARM), path(ARM - 1, 0.6), path(ARM + 1, 0.6)]
    assert without_limits(paths) == paths


@settings(deadline=None, max_examples=40)
@given(st.permutations(range(3)), st.integers(40, 200))
def test_the_order_of_paths_does_not_matter(order: list[int], columns: int) -> None:
    arm, (up, down) = path(ARM[:columns]), limits(ARM[:columns])
    paths = [(arm, up, down)[i] for i in order]
    kept = without_limits(paths)
    assert arm in kept
    assert len(kept) in (1, 3)
