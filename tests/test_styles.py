"""Line styles: tails given back to the line they belong to, all arms at once, doubt where styles are alike."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from km2ipd.digitize.staircase import Staircase
from km2ipd.digitize.styles import Assignment, assign_styles

COLUMNS = np.arange(240)
# Two staircases that meet on row 55 in columns 100 to 109 and run apart before and after.
HIGH = np.where(COLUMNS < 100, 20, np.where(COLUMNS < 110, 55, 90))
LOW = np.where(COLUMNS < 80, 50, np.where(COLUMNS < 110, 55, 60))
# A third that goes below both, through the one that falls to row 90.
THIRD = np.where(COLUMNS < 30, 40, np.where(COLUMNS < 160, 80, 100))
SOLID, DASHED, DOTTED = (1, 0), (8, 5), (2, 3)

Line = tuple[np.ndarray, tuple[int, int]]


def ink_of(*lines: Line) -> np.ndarray:
    """Coverage of staircases one pixel thick, each with its dash (on, off)."""
    own = np.zeros((120, len(COLUMNS)), np.float32)
    for row, (on, off) in lines:
        shown = COLUMNS % (on + off) < on
        own[row[shown], COLUMNS[shown]] = 1.0
    return own


def stair(row: np.ndarray) -> Staircase:
    return Staircase(0, row.astype(np.int64), 0.0)


def assigned(own: np.ndarray, *rows: np.ndarray) -> Assignment:
    return assign_styles([stair(r) for r in rows], own, own * 400, 1.0)


def rows_of(found: Assignment) -> list[list[int]]:
    return sorted(s.row.tolist() for s in found.stairs)


def crossed(at: int = 105) -> tuple[np.ndarray, np.ndarray]:
    """What a tracer that goes straight on makes of HIGH and LOW: their tails exchanged."""
    return np.where(at > COLUMNS, HIGH, LOW), np.where(at > COLUMNS, LOW, HIGH)


def test_tails_go_back_to_the_line_of_their_style() -> None:
    own = ink_of((HIGH, SOLID), (LOW, DASHED))
    found = assigned(own, *crossed())
    assert rows_of(found) == [HIGH.tolist(), LOW.tolist()]
    assert found.confusable == (False, False)


def test_tails_that_are_right_stay() -> None:
    found = assigned(ink_of((HIGH, SOLID), (LOW, DASHED)), HIGH, LOW)
    assert [s.row.tolist() for s in found.stairs] == [HIGH.tolist(), LOW.tolist()]


def test_a_stretch_in_the_middle_is_exchanged_alone() -> None:
    # Apart, together on row 40, apart, together on row 80, apart.
    high = np.repeat([20, 40, 60, 80, 90], [70, 10, 70, 10, 80])
    low = np.repeat([30, 40, 75, 80, 110], [70, 10, 70, 10, 80])
    own = ink_of((high, SOLID), (low, DASHED))
    middle = (COLUMNS >= 75) & (COLUMNS < 155)
    found = assigned(own, np.where(middle, low, high), np.where(middle, high, low))
    assert rows_of(found) == [high.tolist(), low.tolist()]


def test_three_styles_are_assigned_together() -> None:
    own = ink_of((HIGH, SOLID), (LOW, DASHED), (THIRD, DOTTED))
    one, two = crossed()
    found = assigned(own, one, two, THIRD)
    assert rows_of(found) == sorted(r.tolist() for r in (HIGH, LOW, THIRD))
    assert found.confusable == (False, False, False)


def test_a_line_that_ends_early_keeps_its_end() -> None:
    short = LOW[:180]
    own = ink_of((HIGH, SOLID), (LOW, DASHED))
    own[short[-1], 180:] = 0.0
    one, two = crossed()
    # The exchanged tails: the dashed line's is the shorter.
    found = assigned(own, one[:180], two)
    assert rows_of(found) == [HIGH.tolist(), short.tolist()]


def test_lines_of_one_style_that_meet_again_are_confusable() -> None:
    assert assigned(ink_of((HIGH, SOLID), (LOW, SOLID)), HIGH, LOW).confusable == (True, True)


def test_of_three_arms_only_the_two_alike_are_confusable() -> None:
    below = np.where(COLUMNS < 10, 60, 110)
    found = assigned(ink_of((HIGH, SOLID), (LOW, SOLID), (below, DOTTED)), HIGH, LOW, below)
    assert found.confusable == (True, True, False)


def test_lines_of_one_style_that_never_meet_again_are_not_confusable() -> None:
    apart = LOW + 50
    assert assigned(ink_of((LOW, SOLID), (apart, SOLID)), LOW, apart).confusable == (False, False)


def test_lines_of_one_style_that_hardly_part_are_not_confusable() -> None:
    # An exchange would move either by a hundredth of what spoils a curve.
    near = np.where(COLUMNS < 110, HIGH, 93)
    assert assigned(ink_of((HIGH, SOLID), (near, SOLID)), HIGH, near).confusable == (False, False)


def test_more_arms_than_can_be_ordered_are_all_confusable() -> None:
    rows = [np.full(len(COLUMNS), 10 + 15 * i) for i in range(6)]
    found = assigned(ink_of(*((r, SOLID) for r in rows)), *rows)
    assert rows_of(found) == sorted(r.tolist() for r in rows) and all(found.confusable)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 3), min_size=240, max_size=240), st.lists(st.integers(0, 3), min_size=240, max_size=240))
def test_exchanged_staircases_still_fall_and_keep_their_columns(a: list[int], b: list[int]) -> None:
    rows = [np.minimum(np.cumsum(steps) // 3, 119) for steps in (a, b)]
    own = ink_of((rows[0], SOLID), (rows[1], DASHED))
    for before, after in zip(rows, assigned(own, *rows).stairs, strict=True):
        assert len(after.row) == len(before)
        assert (np.diff(after.row) >= 0).all()
