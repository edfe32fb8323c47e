"""Rhythms of lines: dashes and gaps measured along the line, styles told from each other, patterns from stray gaps."""

from __future__ import annotations

import numpy as np
import pytest
from km2ipd.digitize.rhythm import LineStyle, Rhythm, is_dashed, rhythm_of, rhythm_of_sample, together

COLUMNS = 300
FLAT = np.full(COLUMNS, 40)
SOLID, DASHED, DOTTED, DASHDOT = (1, 0), (12, 6), (3, 4), (14, 5, 3, 5)


def drawn(row: np.ndarray, dash: tuple[int, ...], thick: int = 2) -> np.ndarray:
    """Coverage of a staircase two pixels thick, its dashes laid out along its length, drops included."""
    own = np.zeros((160, len(row)), np.float32)
    places = [(int(row[0]), 0)]
    for column in range(1, len(row)):
        places += [(r, column) for r in range(int(row[column - 1]) + 1, int(row[column]) + 1)]
        places.append((int(row[column]), column))
    edges = np.cumsum((0, *dash))
    for i, (r, c) in enumerate(places):
        if np.searchsorted(edges, i % edges[-1], side="right") % 2 == 1 or len(dash) < 2 or dash[1] == 0:
            own[r : r + thick, c : c + 1] = 1.0
    return own


def seen(dash: tuple[int, ...], row: np.ndarray = FLAT, span: tuple[int, int] = (0, COLUMNS)) -> Rhythm:
    own = drawn(row, dash)
    return rhythm_of(own, own * 400, row, span, 2.0)


def test_dashes_and_gaps_have_their_lengths() -> None:
    dashes = seen(DASHED)
    assert set(dashes.dashes) == {12} and set(dashes.gaps) == {6}
    assert dashes.inked == pytest.approx(2 / 3, abs=0.03)
    solid = seen(SOLID)
    assert len(solid.gaps) == 0 and solid.cut.tolist() == [COLUMNS]
    assert solid.inked == 1.0


def test_dashes_are_followed_down_the_drops() -> None:
    steps = 20 + 30 * (np.arange(COLUMNS) // 80)
    assert np.median(seen(DASHED, steps).dashes) == 12
    assert np.median(seen(DASHED, steps).gaps) == 6
    assert len(seen(DASHED, steps).gaps) > len(seen(DASHED).gaps)


def test_a_mark_across_a_gap_is_no_dash() -> None:
    own = drawn(FLAT, DASHED)
    own[30:52, 195:197] = 1.0
    marked = rhythm_of(own, own * 400, FLAT, (0, COLUMNS), 2.0)
    assert set(marked.gaps) == {6} and set(marked.dashes) == {12}


@pytest.mark.parametrize("one", [SOLID, DASHED, DOTTED, DASHDOT])
@pytest.mark.parametrize("two", [SOLID, DASHED, DOTTED, DASHDOT])
def test_a_stretch_of_a_few_periods_tells_the_style(one: tuple[int, ...], two: tuple[int, ...]) -> None:
    if one == two:
        return
    mine, other = LineStyle.of(seen(one)), LineStyle.of(seen(two))
    stretch = seen(one, span=(100, 190))
    assert mine.price(stretch) + 1 < other.price(stretch)


def test_the_ink_across_the_stroke_tells_thick_from_thin_and_dark_from_pale() -> None:
    thin, thick = drawn(FLAT, SOLID), drawn(FLAT, SOLID, thick=3)
    for own, strength in ((thick, thick * 400), (thin, thin * 200)):
        other = rhythm_of(own, strength, FLAT, (0, COLUMNS), 2.0)
        own_style = LineStyle.of(seen(SOLID))
        assert own_style.price(seen(SOLID, span=(0, 90))) + 3 < own_style.price(other)


def test_pieces_together_are_one_line() -> None:
    whole = together([seen(DASHED, span=(0, 90)), seen(DASHED, span=(90, 300))])
    assert set(whole.dashes) == {12} and len(whole.gaps) >= len(seen(DASHED).gaps) - 2
    assert whole.views == pytest.approx(seen(DASHED, span=(0, 90)).views + seen(DASHED, span=(90, 300)).views)
    nothing = together([])
    assert len(nothing.gaps) == 0 and nothing.views == 0 and np.isnan(nothing.ink)


def test_even_gaps_are_a_pattern_and_stray_ones_are_not() -> None:
    assert is_dashed(seen(DASHED)) and is_dashed(seen(DOTTED)) and is_dashed(seen(DASHDOT))
    assert not is_dashed(seen(SOLID))
    stray = Rhythm(np.full(12, 9.0), np.array([2, 3, 5, 8, 13, 21, 34, 4, 2, 16, 27, 6.0]), np.zeros(0), 0.0, 1.0)
    assert not is_dashed(stray)


def test_samples_speak_the_same_language() -> None:
    shown = tuple(bool(v) for v in np.arange(60) % 18 < 12)
    sample = rhythm_of_sample(shown, float("nan"))
    assert set(sample.dashes) == {12} and set(sample.gaps) == {6} and sample.views == 0
    assert LineStyle.of(seen(DASHED)).price(sample) < LineStyle.of(seen(DOTTED)).price(sample)
    assert sample.scaled(2).gaps.tolist() == [12.0] * len(sample.gaps)
