"""Paper and ink told apart, mixtures undone, colours counted, strokes measured."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_curves import BLUE, GREEN, LOWER, RED, UPPER, Drawing
from hypothesis import given, settings
from hypothesis import strategies as st
from km2ipd.digitize.inks import (
    color_distance,
    coverage,
    dominant_colors,
    line_width,
    map_ink,
    nearest_ink,
    paper_color,
    to_lab,
)


def flat(*colors, paper=(255, 255, 255)) -> np.ndarray:
    """A sheet of paper, its middle row holding the colours one pixel each, five apart."""
    pixels = np.full((31, 5 * len(colors) + 40, 3), paper, np.uint8)
    for k, color in enumerate(colors):
        pixels[15, 20 + 5 * k] = color
    return pixels


def mixed(color, share: float, paper=(255, 255, 255)) -> tuple[int, ...]:
    return tuple(round(p + share * (c - p)) for c, p in zip(color, paper, strict=True))


@settings(deadline=None, max_examples=40)
@given(st.floats(0, 1), st.sampled_from([BLUE, RED, GREEN, (0, 0, 0)]))
def test_a_mixture_of_ink_and_paper_is_undone(share: float, color) -> None:
    ink = map_ink(flat(mixed(color, share)))
    assert coverage(ink, color)[15, 20] == pytest.approx(share, abs=0.02)
    assert coverage(ink, color)[3, 3] == 0


@pytest.mark.parametrize("paper", [(255, 255, 255), (235, 235, 235), (250, 240, 220)])
def test_coverage_is_measured_from_the_paper_there_is(paper) -> None:
    assert coverage(map_ink(flat(mixed(BLUE, 0.5, paper), paper=paper)), BLUE)[15, 20] == pytest.approx(0.5, abs=0.02)


def test_other_inks_cover_nothing() -> None:
    ink = map_ink(flat(RED, GREEN, BLUE))
    assert coverage(ink, BLUE)[15, [20, 25, 30]] == pytest.approx([0, 0, 1], abs=0.02)


def test_a_stroke_covers_its_own_area() -> None:
    drawing = Drawing(300, 260).line(10, 30.25, 190, 30.25, BLUE, 2.5)
    share = coverage(map_ink(drawing.pixels()), BLUE)[:, 50]
    assert share.sum() == pytest.approx(2.5, abs=0.02)
    assert (share * np.arange(260)).sum() / share.sum() == pytest.approx(30.25, abs=0.1)


def test_the_paper_under_a_band_is_the_band() -> None:
    drawing = Drawing(300, 200).fill(20, 60, 280, 140, (200, 210, 245)).line(0, 100, 300, 100, BLUE, 3)
    ink = map_ink(drawing.pixels())
    assert ink.paper[90, 150] == pytest.approx((200, 210, 245), abs=3)
    assert ink.paper[20, 150] == pytest.approx((255, 255, 255), abs=1)
    assert ink.strength[90, 150] < 5
    assert coverage(ink, BLUE)[100, 150] == pytest.approx(1, abs=0.02)


def test_paper_is_the_commonest_colour() -> None:
    pixels = flat(RED, paper=(240, 248, 244))
    pixels[:8] = BLUE
    assert paper_color(pixels) == pytest.approx((240, 248, 244))


def test_soft_edges_take_the_colour_of_their_line() -> None:
    drawing = Drawing(200, 60).line(0, 20.5, 200, 20.5, BLUE, 2).line(0, 40.3, 200, 40.3, RED, 2)
    ink = map_ink(drawing.pixels())
    label = nearest_ink(ink, (BLUE, RED))
    assert set(label[20:22, 100]) == {0}
    assert set(label[40:42, 100]) == {1}
    assert label[39, 100] in (1, -1) and label[30, 100] == -1
    assert nearest_ink(ink, (GREEN,))[20, 100] == -1


def test_a_fainter_core_may_be_a_blurred_ink_but_not_a_stronger_one() -> None:
    ink = map_ink(flat((150, 150, 150)))
    assert nearest_ink(ink, ((60, 60, 60), (200, 200, 200)))[15, 20] == 0


def test_the_colours_of_two_curves_are_counted_most_first() -> None:
    drawing = Drawing().curve(UPPER[:3], 200, BLUE).curve(LOWER, 330, RED, 3)
    ink = map_ink(drawing.pixels())
    found = dominant_colors(ink, np.ones(ink.strength.shape, bool))
    assert [color for color, _ in found] == [RED, BLUE]
    assert found[0][1] > found[1][1] > 160
    nowhere = np.zeros(ink.strength.shape, bool)
    assert dominant_colors(ink, nowhere) == []
    right = nowhere.copy()
    right[:, 210:] = True
    assert [color for color, _ in dominant_colors(ink, right)] == [RED]


def test_two_blues_and_two_greys_are_two_inks() -> None:
    for one, two in (((20, 60, 160), (90, 150, 230)), ((60, 60, 60), (150, 150, 150))):
        drawing = Drawing().curve(UPPER, 330, one, 3).curve(LOWER, 330, two, 3)
        ink = map_ink(drawing.pixels())
        found = [c for c, _ in dominant_colors(ink, np.ones(ink.strength.shape, bool), least_share=0.1)]
        assert sorted(found) == sorted([one, two])


@pytest.mark.parametrize("width", [1.0, 2.0, 3.0, 5.0])
@pytest.mark.parametrize("steep", [False, True])
def test_the_stroke_width_is_that_of_most_of_the_ink(width: float, steep: bool) -> None:
    even = 0.5 * (width % 2 == 0)
    down, along = (25, 9) if steep else (9, 40)
    points = tuple((20 + along * k + even, 20 + down * k + even) for k in range(9))
    pixels = Drawing().curve(points, points[-1][0] + along, BLUE, width).pixels()
    assert line_width(coverage(map_ink(pixels), BLUE)) == width


def test_no_ink_has_the_least_width() -> None:
    assert line_width(np.zeros((20, 20))) == 1


def test_distances_of_colours_are_those_of_cie_lab() -> None:
    assert color_distance((0, 0, 0), (255, 255, 255)) == pytest.approx(100, abs=0.1)
    assert color_distance(BLUE, BLUE) == 0
    # CIE 1976: sRGB red is at L* 53.24, a* 80.09, b* 67.20.
    assert to_lab(np.array([255.0, 0, 0])) == pytest.approx((53.24, 80.09, 67.20), abs=0.3)
