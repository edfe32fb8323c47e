"""Arms, marks, limits and furniture of vector figures."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from drawn_strokes import (
    BLACK,
    BLUE,
    RED,
    WHITE,
    X,
    Y,
    as_dashes,
    as_outline,
    as_rectangles,
    as_segments,
    corners,
    figure,
    panel,
    stroke,
)
from km2ipd.digitize.vector import line_style, trace_strokes, with_direction
from km2ipd.records import Source


def assert_is_the_staircase(trace, tolerance=1e-6):
    np.testing.assert_allclose(trace.x_px, X[:-1], atol=tolerance)
    np.testing.assert_allclose(trace.y_px, Y, atol=tolerance)
    assert trace.end_px == pytest.approx(X[-1], abs=tolerance)


def split_at_border(color=RED):
    first, second = corners()[:5], corners()[4:]
    return [stroke(first, color, order=0), stroke(second, color, order=9)]


WAYS = {
    "one polyline": ([stroke(corners())], 1e-6),
    "drawn from right to left": ([stroke(corners()[::-1])], 1e-6),
    "a path a segment": (as_segments(), 1e-6),
    "segments from right to left": ([replace(s, order=99 - s.order) for s in as_segments()[::-1]], 1e-6),
    "thin filled rectangles": (as_rectangles(), 1.01),
    "filled outline": (as_outline(), 1e-6),
    "dashes as pieces": (as_dashes(), 4.1),
    "cut in two": (split_at_border(), 1e-6),
    "there and back": ([stroke(np.vstack([corners(), corners()[::-1]]), closed=True)], 1e-6),
    "levels before drops": (as_segments()[::2] + as_segments()[1::2], 1e-6),
    "segments in any order": ([as_segments()[k] for k in (4, 1, 6, 0, 8, 3, 7, 2, 5)], 1e-6),
    "double vertices": ([stroke(np.repeat(corners(), 2, axis=0))], 1e-6),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_staircase_is_the_same_however_it_is_drawn(way):
    strokes, tolerance = WAYS[way]
    arms = trace_strokes(figure(strokes), panel())
    assert len(arms) == 1
    assert arms[0].color == RED
    assert len(arms[0].marks_px) == 0
    assert_is_the_staircase(arms[0].trace, tolerance)


def test_a_rising_curve_is_read_as_incidence():
    rising = corners(X, 500.0 - Y)
    arms = trace_strokes(figure([stroke(rising)]), panel("incidence"))
    np.testing.assert_allclose(arms[0].trace.y_px, 500.0 - Y)
    assert trace_strokes(figure([stroke(rising)]), panel("survival")) == ()
    assert with_direction(figure([stroke(rising)]), panel("survival")).direction == "incidence"


def test_direction_stays_where_the_curves_agree_with_it():
    assert with_direction(figure([stroke(corners())]), panel("survival")).direction == "survival"


def test_two_arms_of_one_colour_keep_apart_and_keep_their_dashes():
    other = corners(X, np.array([50.0, 60.0, 90.0, 150.0, 170.0]))
    arms = trace_strokes(figure([stroke(corners(), BLACK), stroke(other, BLACK, dash_px=(6.0, 4.0), order=1)]), panel())
    assert [arm.style for arm in arms] == ["solid", "dashed"]
    assert_is_the_staircase(arms[0].trace)


def test_an_arm_that_leads_on_where_it_was_not_followed_says_so():
    # A last drop painted before the curve may be a mark below its end.
    drop = stroke([(300.25, 121.4), (300.25, 140.0)])
    (arm,) = trace_strokes(figure([drop, stroke(corners()[:6])]), panel())
    assert arm.trace.y_px[-1] == pytest.approx(121.4)
    assert arm.goes_on
    (whole,) = trace_strokes(figure([stroke(corners())]), panel())
    assert not whole.goes_on


def test_a_curve_that_turns_dashed_is_one_arm():
    first, second = corners()[:5], corners()[4:]
    arms = trace_strokes(figure([stroke(first), stroke(second, dash_px=(4.0, 4.0), order=1)]), panel())
    assert len(arms) == 1
    assert_is_the_staircase(arms[0].trace)


def test_a_halo_under_a_line_is_no_arm_of_its_own():
    arms = trace_strokes(figure([stroke(corners(), WHITE, 6.0), stroke(corners(), RED, 2.0, order=1)]), panel())
    assert [arm.color for arm in arms] == [RED]


def spiked(at, up, down):
    """The staircase with a stroke up and down at the x positions given, ridden by its own path."""
    points = []
    for start, end in zip(corners()[:-1], corners()[1:], strict=True):
        points.append(start)
        for x in at:
            if start[1] == end[1] and start[0] < x < end[0]:
                y = start[1]
                points += [(x, y), (x, y - up), (x, y + down), (x, y)]
    return np.array([*points, corners()[-1]])


@pytest.mark.parametrize(("up", "down"), [(6.0, 0.0), (0.0, 6.0), (5.0, 5.0)])
def test_spikes_on_the_curves_own_path_are_marks_not_steps(up, down):
    at = [130.0, 200.0, 250.5, 500.0]
    arms = trace_strokes(figure([stroke(spiked(at, up, down))]), panel())
    assert_is_the_staircase(arms[0].trace)
    np.testing.assert_allclose(arms[0].marks_px, at)


def level(x):
    return float(Y[np.searchsorted(X, x, side="right") - 1])


def cross(x, color, size=6.0):
    y = level(x)
    return [stroke([(x - size, y), (x + size, y)], color), stroke([(x, y - size), (x, y + size)], color)]


def tick(x, color):
    return [stroke([(x, level(x) - 8), (x, level(x))], color)]


def ring(x, color):
    turn = np.linspace(0, 2 * np.pi, 25)[:-1]
    return [stroke(np.column_stack([x + 4 * np.cos(turn), level(x) + 4 * np.sin(turn)]), color, closed=True)]


def sign(x, color):
    y = level(x)
    points = [(x - 4, y - 4), (x + 4, y - 4), (x + 4, y + 4), (x - 4, y + 4)]
    return [stroke(points, None, fill=color, closed=True, group=7)]


@pytest.mark.parametrize("shape", [cross, tick, ring, sign])
@pytest.mark.parametrize("color", [RED, BLACK])
def test_marks_on_the_curve_are_found_where_they_stand(shape, color):
    at = [120.0, 121.0, 121.4, 260.0, 300.25, 430.0]
    drawn = [stroke(corners())] + [s for x in at for s in shape(x, color)]
    legend_mark = [stroke([(500.0, 90.0), (512.0, 90.0)], color)]
    arms = trace_strokes(figure(drawn + legend_mark), panel())
    np.testing.assert_allclose(arms[0].marks_px, at, atol=1e-9)
    assert_is_the_staircase(arms[0].trace)


def test_marks_of_another_arm_are_not_taken():
    lower = np.array([50.0, 90.0, 135.0, 215.0, 275.0])
    x = 350.0
    mark = stroke([(x, 215.0 - 5), (x, 215.0 + 5)], BLUE)
    arms = trace_strokes(figure([stroke(corners()), stroke(corners(X, lower), BLUE, order=1), mark, mark]), panel())
    assert [list(arm.marks_px) for arm in arms] == [[], [x]]


def test_bands_and_their_limits_are_no_arms():
    upper, lower = Y - np.array([0, 12, 20, 30, 40]), Y + np.array([0, 14, 24, 34, 50])
    band = np.vstack([corners(X, upper), corners(X, lower)[::-1]])
    drawn = [
        stroke(band, None, fill=RED, closed=True, opacity=0.3),
        stroke(corners(), RED, order=1),
        stroke(corners(X, upper), RED, 1.0, dash_px=(3.0, 3.0), order=2),
        stroke(corners(X, lower), RED, 1.0, dash_px=(3.0, 3.0), order=3),
    ]
    arms = trace_strokes(figure(drawn), panel())
    assert len(arms) == 1
    assert_is_the_staircase(arms[0].trace)


def test_frames_grids_ticks_and_guides_are_no_arms():
    drawn = [
        stroke([(100, 450), (100, 50), (600, 50), (600, 450)], BLACK, closed=True),
        stroke([(100, 50), (100, 450), (600, 450)], BLACK),
        *[stroke([(100, y), (600, y)], (230, 230, 230)) for y in (150, 250, 350)],
        *[stroke([(x, 450), (x, 458)], BLACK) for x in (100, 200, 300, 400, 500, 600)],
        stroke([(100, 250), (420, 250), (420, 450)], BLACK, dash_px=(4, 4)),
        stroke([(450, 90), (490, 90)], RED),
    ]
    assert trace_strokes(figure(drawn), panel()) == ()
    arms = trace_strokes(figure([*drawn, stroke(corners(), BLACK, order=9)]), panel())
    assert len(arms) == 1
    assert_is_the_staircase(arms[0].trace)


def test_grid_lines_that_meet_at_the_corner_make_no_curve():
    area = panel().plot_area
    right, bottom = area.right - 30, area.bottom
    level = [stroke([[area.left, y], [right, y]], WHITE) for y in (Y[0], Y[0] + 100, Y[0] + 200)]
    upright = [stroke([[x, Y[0]], [x, bottom]], WHITE) for x in (area.left + 100, area.left + 200, right)]
    arms = trace_strokes(figure([*level, *upright, stroke(corners())]), panel())
    assert [arm.color for arm in arms] == [RED]


def test_an_axis_that_ends_where_the_curve_begins_does_not_spoil_it():
    axis = stroke([(100, 450), (100, 50)], BLACK, order=0)
    arms = trace_strokes(figure([axis, stroke(corners(), BLACK, order=1)]), panel())
    assert len(arms) == 1
    assert_is_the_staircase(arms[0].trace)


def test_a_curve_that_drops_at_once_begins_at_one():
    y = np.array([50.0, 120.0, 200.0])
    x = np.array([100.0, 100.0, 250.0, 500.0])
    trace = trace_strokes(figure([stroke(corners(x, y))]), panel())[0].trace
    assert trace.y_px[0] == 50.0
    assert trace.x_px[1] == 100.0


def test_a_smooth_curve_is_less_certain_than_a_staircase():
    t = np.linspace(0, 1, 40)
    smooth = np.column_stack([100 + 460 * t, 50 + 300 * t**1.5])
    arms = trace_strokes(figure([stroke(smooth)]), panel())
    assert all(arm.confidence < 0.9 for arm in arms)


def test_line_styles_have_their_words():
    assert line_style((), 2.0) == "solid"
    assert line_style((8.0, 4.0), 2.0) == "dashed"
    assert line_style((2.0, 4.0), 2.0) == "dotted"


def test_curves_redrawn_for_a_paper_are_trusted_less():
    beside = corners(X, Y + np.array([1.2, 0, 0, 0, 0]))
    in_paper = Source(page=3, bbox=(50.0, 80.0, 400.0, 360.0), route="vector")
    errors = [
        trace_strokes(replace(figure([stroke(points)]), source=source), panel())[0].trace.level_error_px
        for points, source in ((corners(), Source()), (corners(), in_paper), (beside, in_paper))
    ]
    assert errors[0] == errors[1] < 0.05
    assert errors[2] > 0.1


@pytest.mark.parametrize("color", [RED, BLACK])
def test_an_upper_limit_that_rises_late_still_shows_its_partner(color):
    upper, lower = Y - np.array([0, 12, 20, 30, 95]), Y + np.array([0, 14, 24, 34, 50])
    drawn = [
        stroke(corners(), RED, order=1),
        stroke(corners(X, upper), color, 1.0, order=2),
        stroke(corners(X, lower), color, 1.0, order=3),
    ]
    arms = trace_strokes(figure(drawn), panel())
    assert len(arms) == 1
    assert_is_the_staircase(arms[0].trace)


def test_three_arms_that_drop_together_stay_three():
    others = [Y - np.array([0, 12, 20, 30, 40]), Y + np.array([0, 14, 24, 34, 50])]
    drawn = [
        stroke(corners(), RED),
        *(stroke(corners(X, y), c, order=1) for y, c in zip(others, (BLUE, BLACK), strict=True)),
    ]
    assert len(trace_strokes(figure(drawn), panel())) == 3


def test_drops_within_a_unit_of_the_file_are_one_drop():
    # Files of tenths of a point put two drops that follow closely on one steep stroke.
    points = np.array([(100, 50), (200, 50), (200.28, 70), (300, 70), (300, 90), (600, 90)], float)
    (arm,) = trace_strokes(figure([stroke(points)]), panel())
    assert arm.trace.x_px == pytest.approx([100, 200.14, 300])
    assert arm.trace.y_px == pytest.approx([50, 70, 90])


def test_drops_of_one_size_drawn_as_rectangles_are_no_marks():
    x, y = np.array([100.0, 160.0, 230.0, 300.0, 420.0, 560.0]), np.array([50.0, 60.0, 70.0, 80.0, 90.0])
    half, points, drawn = 1.0, corners(x, y), []
    for (a, b), (c, d) in pairwise(points):
        left, right, top, bottom = min(a, c) - half, max(a, c) + half, min(b, d) - half, max(b, d) + half
        ring = [(left, top), (right, top), (right, bottom), (left, bottom)]
        drawn.append(stroke(ring, None, fill=RED, closed=True, order=len(drawn), group=7 if a == c else -1))
    (arm,) = trace_strokes(figure(drawn), panel())
    assert arm.trace.x_px == pytest.approx(x[:-1], abs=1.01)
    assert arm.trace.y_px == pytest.approx(y)
    assert len(arm.marks_px) == 0


def test_points_drawn_on_every_drop_are_no_censor_marks():
    x, y = 100 + 40.0 * np.arange(11), 50 + 20.0 * np.arange(10)

    def dot(px, py):
        return stroke(
            [(px - 4, py - 4), (px + 4, py - 4), (px + 4, py + 4), (px - 4, py + 4)], None, fill=RED, closed=True
        )

    points = [dot(*at) for at in zip(x[:-1], y, strict=True)]
    (arm,) = trace_strokes(figure([stroke(corners(x, y)), *points]), panel())
    assert len(arm.marks_px) == 0
    # Censorings fall between the drops as well.
    (arm,) = trace_strokes(figure([stroke(corners(x, y)), *points[:5], dot(122.0, 50.0), dot(175.0, 70.0)]), panel())
    assert len(arm.marks_px) == 7
