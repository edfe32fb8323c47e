"""The cheapest staircase: an optimum worked by hand, and laws that hold whatever the prices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from km2ipd.digitize.staircase import DROP_PENALTY, cheapest_staircase

INK, PAPER = -1.0, 1.0


def grid(*lines: str) -> np.ndarray:
    """Prices of a drawing: # is ink, . is paper."""
    return np.array([[INK if c == "#" else PAPER for c in line] for line in lines])


def priced(run: np.ndarray, drop: np.ndarray, rows: np.ndarray, start: float) -> float:
    """Price of a staircase counted column by column, as the module's head states it."""
    total, level = 0.1 * abs(rows[0] - start), rows[0]
    for column, row in enumerate(rows):
        if row != level:
            total += DROP_PENALTY + drop[level + 1 : row + 1, column].sum()
        total, level = total + run[row, column], row
    return float(total)


def cheapest_of_all(run: np.ndarray, drop: np.ndarray, start: int, slack: int) -> float:
    """Lowest price over every descending staircase of a small grid, one after the other."""
    height, width = run.shape
    best = np.inf

    def go_on(column: int, level: int, price: float) -> None:
        nonlocal best
        best = min(best, price) if column else best
        if column == width:
            return
        for row in range(level, height):
            fall = DROP_PENALTY + drop[level + 1 : row + 1, column].sum() if row > level else 0.0
            go_on(column + 1, row, price + fall + run[row, column])

    for row in range(max(0, start - slack), min(height, start + slack + 1)):
        go_on(0, row, 0.1 * abs(row - start))
    return float(best)


def test_a_staircase_of_6_by_8_pixels_is_found_as_worked_by_hand() -> None:
    run = grid("###.....", "........", "..##....", "....##..", "........", "......##")
    drop = np.zeros(run.shape)
    stair = cheapest_staircase(run, drop, 0.0, 0)
    # Column 2 has ink on rows 0 and 2: either way three drops and 8 columns of ink.
    assert stair.row.tolist() in ([0, 0, 0, 2, 3, 3, 5, 5], [0, 0, 2, 2, 3, 3, 5, 5])
    assert stair.earned == pytest.approx(8 - 3 * DROP_PENALTY)
    assert (stair.first, stair.last) == (0, 7)


def test_a_drop_through_paper_is_weighed_against_the_ink_below() -> None:
    run = grid("###.....", "........", "........", "...#####")
    free, dear = np.zeros(run.shape), np.full(run.shape, 2.0)
    assert cheapest_staircase(run, free, 0.0, 0).row.tolist() == [0, 0, 0, 3, 3, 3, 3, 3]
    # Three rows at 2 and the penalty cost more than the five columns of ink earn.
    assert cheapest_staircase(run, dear, 0.0, 0).row.tolist() == [0, 0, 0]


def test_a_gap_is_bridged_where_the_ink_beyond_pays_for_it() -> None:
    assert cheapest_staircase(grid("##..####.."), np.zeros((1, 10)), 0.0, 0).last == 7
    assert cheapest_staircase(grid("##....###."), np.zeros((1, 10)), 0.0, 0).last == 1


def test_ink_that_rises_is_not_followed() -> None:
    stair = cheapest_staircase(grid("....####", "####...."), np.zeros((2, 8)), 1.0, 0)
    assert stair.row.tolist() == [1, 1, 1, 1]


def test_the_start_lies_within_the_slack_of_one_or_a_drop_below_it() -> None:
    run = grid("......", "......", "######", "......")
    walled = np.full(run.shape, 50.0)
    assert cheapest_staircase(run, 0 * run, 0.0, 0).row.tolist() == [2] * 6
    assert cheapest_staircase(run, walled, 0.0, 1).earned < 0
    assert cheapest_staircase(run, walled, 0.0, 2).row.tolist() == [2] * 6
    assert cheapest_staircase(run, walled, 0.0, 2).earned == pytest.approx(6 - 0.2)
    # What lies above S = 1 is reached within the slack alone.
    assert cheapest_staircase(run, 0 * run, 3.0, 0).earned < 0


def test_bare_paper_earns_nothing() -> None:
    assert cheapest_staircase(np.full((5, 7), PAPER), np.zeros((5, 7)), 0.0, 1).earned <= 0


PRICES = st.floats(-1, 2, width=32)
SMALL = arrays(float, (4, 5), elements=PRICES)


@settings(max_examples=60, deadline=None)
@given(SMALL, SMALL, st.integers(0, 3), st.integers(0, 2))
def test_no_other_staircase_is_cheaper(run: np.ndarray, drop: np.ndarray, start: int, slack: int) -> None:
    stair = cheapest_staircase(run, drop, float(start), slack)
    assert -stair.earned == pytest.approx(cheapest_of_all(run, drop, start, slack), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(arrays(float, (12, 20), elements=PRICES), st.integers(0, 11))
def test_staircases_never_rise_and_cost_what_they_say(run: np.ndarray, start: int) -> None:
    drop = np.abs(run[:, ::-1])
    stair = cheapest_staircase(run, drop, float(start), 0)
    assert (np.diff(stair.row) >= 0).all()
    assert stair.row[0] >= start
    levels = np.r_[start, stair.row] if stair.row[0] > start else stair.row
    if len(levels) > len(stair.row):
        fall = DROP_PENALTY + drop[start + 1 : stair.row[0] + 1, 0].sum()
        rest = priced(run, drop, stair.row, float(stair.row[0]))
        assert -stair.earned == pytest.approx(fall + rest, abs=1e-9)
    else:
        assert -stair.earned == pytest.approx(priced(run, drop, stair.row, float(start)), abs=1e-9)
