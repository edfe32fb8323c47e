"""Line styles: rhythms measured, tails given back to the line they belong to, doubt where styles are alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from km2ipd.digitize.legend import LegendKey
from km2ipd.digitize.staircase import Staircase
from km2ipd.digitize.styles import are_confusable, exchange_tails, ink_along, rhythm_along, stretches_apart
from km2ipd.records import Box

COLUMNS = np.arange(240)
# Two staircases that meet on row 55 in columns 100 to 109 and run apart before and after.
HIGH = np.where(COLUMNS < 100, 20, np.where(COLUMNS < 110, 55, 90))
LOW = np.where(COLUMNS < 80, 50, np.where(COLUMNS < 110, 55, 60))
SOLID, DASHED = (1, 0), (8, 5)


def ink_of(*lines: tuple[np.ndarray, tuple[int, int]]) -> np.ndarray:
    """Coverage of staircases one pixel thick, each with its dash (on, off)."""
    own = np.zeros((120, len(COLUMNS)), np.float32)
    for row, (on, off) in lines:
        shown = COLUMNS % (on + off) < on
        own[row[shown], COLUMNS[shown]] = 1.0
    return own


def stair(row: np.ndarray) -> Staircase:
    return Staircase(0, row.astype(np.int64), 0.0)


def key(inked: float) -> LegendKey:
    return LegendKey(f"{inked}", (0, 0, 0), inked, 1.0, Box(0, 0, 30, 2), Box(40, 0, 60, 8))


def crossed() -> tuple[Staircase, Staircase]:
    """What a tracer that goes straight on makes of HIGH and LOW: their tails exchanged."""
    return stair(np.where(COLUMNS < 105, HIGH, LOW)), stair(np.where(COLUMNS < 105, LOW, HIGH))


def test_rhythms_tell_the_share_inked_and_the_length_of_dashes() -> None:
    dashes = rhythm_along(COLUMNS % 13 < 8, 2.0)
    assert dashes.inked == pytest.approx(8 / 13, abs=0.02)
    assert dashes.dash == pytest.approx(np.log(8 / 2), abs=0.05)
    assert rhythm_along(np.ones(50, bool), 1.0).inked == 1.0
    solid, dotted = rhythm_along(np.ones(60, bool), 1.0), rhythm_along(COLUMNS[:60] % 4 < 1, 1.0)
    assert solid.gap(solid) == 0
    assert solid.gap(dotted) == dotted.gap(solid) > 1


def test_ink_is_looked_for_across_the_stroke() -> None:
    own = ink_of((LOW, DASHED))
    shown = ink_along(own, LOW, 0, 1.0)
    assert (shown == (COLUMNS % 13 < 8)).all()
    assert (ink_along(own, LOW + 1, 0, 2.0) == shown).all()
    assert not ink_along(own, LOW + 5, 0, 1.0).any()


def test_stretches_apart_are_those_long_enough_to_judge() -> None:
    one = np.full(100, 30)
    two = one.copy()
    two[20:50] = 40
    two[60:64] = 40
    assert stretches_apart(one, two, 1.0) == [(20, 50)]
    assert stretches_apart(one, one, 1.0) == []
    assert stretches_apart(one[:30], two, 1.0) == [(20, 30)]


@pytest.mark.parametrize("keys", [(), (key(1.0), key(0.6))])
def test_tails_go_back_to_the_line_of_their_style(keys: tuple[LegendKey, ...]) -> None:
    own = ink_of((HIGH, SOLID), (LOW, DASHED))
    settled = sorted(exchange_tails(list(crossed()), own, 1.0, keys), key=lambda s: s.row[0])
    assert (settled[0].row == HIGH).all() and (settled[1].row == LOW).all()


def test_tails_that_are_right_stay() -> None:
    own = ink_of((HIGH, SOLID), (LOW, DASHED))
    one, two = exchange_tails([stair(HIGH), stair(LOW)], own, 1.0, ())
    assert (one.row == HIGH).all() and (two.row == LOW).all()


def test_a_stretch_in_the_middle_is_exchanged_alone() -> None:
    # Apart, together on row 40, apart, together on row 80, apart.
    high = np.repeat([20, 40, 60, 80, 90], [70, 10, 70, 10, 80])
    low = np.repeat([30, 40, 75, 80, 110], [70, 10, 70, 10, 80])
    own = ink_of((high, SOLID), (low, DASHED))
    middle = (COLUMNS >= 75) & (COLUMNS < 155)
    mixed = [stair(np.where(middle, low, high)), stair(np.where(middle, high, low))]
    one, two = exchange_tails(mixed, own, 1.0, ())
    assert (one.row == high).all() and (two.row == low).all()


def test_lines_of_one_style_that_cross_are_confusable() -> None:
    alike = ink_of((HIGH, SOLID), (LOW, SOLID))
    assert are_confusable([stair(HIGH), stair(LOW)], alike, 1.0, ())


def test_lines_of_two_styles_and_lines_that_never_meet_again_are_not() -> None:
    told = ink_of((HIGH, SOLID), (LOW, DASHED))
    assert not are_confusable([stair(HIGH), stair(LOW)], told, 1.0, (key(1.0), key(0.6)))
    apart = LOW + 50
    assert not are_confusable([stair(LOW), stair(apart)], ink_of((LOW, SOLID), (apart, SOLID)), 1.0, ())


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 3), min_size=240, max_size=240), st.lists(st.integers(0, 3), min_size=240, max_size=240))
def test_exchanged_staircases_still_fall_and_keep_their_columns(a: list[int], b: list[int]) -> None:
    rows = [np.minimum(np.cumsum(steps) // 3, 119) for steps in (a, b)]
    own = ink_of((rows[0], SOLID), (rows[1], DASHED))
    for before, after in zip(rows, exchange_tails([stair(r) for r in rows], own, 1.0, ()), strict=True):
        assert len(after.row) == len(before)
        assert (np.diff(after.row) >= 0).all()
