"""Clipping, flattening and placing of strokes."""

from __future__ import annotations

import numpy as np
import pytest
from km2ipd.digitize.strokes import Pen, bezier, clip_area, clip_line, meet, paint, placed, with_groups
from km2ipd.records import Box, Stroke

RED = (255, 0, 0)
BOX = Box(0, 0, 10, 10)


def test_a_line_that_leaves_and_comes_back_gives_two_pieces():
    pieces = clip_line(np.array([[2.0, 5.0], [14.0, 5.0], [14.0, 8.0], [4.0, 8.0]]), BOX)
    assert [piece.tolist() for piece in pieces] == [[[2, 5], [10, 5]], [[10, 8], [4, 8]]]


def test_a_line_within_the_clip_keeps_its_vertices():
    points = np.array([[1.0, 1.0], [5.0, 1.0], [5.0, 9.0]])
    assert np.array_equal(clip_line(points, BOX)[0], points)


def test_a_line_outside_the_clip_paints_nothing():
    assert paint(np.array([[20.0, 20.0], [30.0, 30.0]]), False, Pen(RED, None, 1.0), BOX, 0) == []


def test_an_area_is_cut_to_the_clip():
    square = np.array([[5.0, 5.0], [15.0, 5.0], [15.0, 15.0], [5.0, 15.0]])
    low, high = clip_area(square, BOX).min(axis=0), clip_area(square, BOX).max(axis=0)
    assert low.tolist() == [5, 5]
    assert high.tolist() == [10, 10]


def test_what_is_not_painted_or_not_finite_is_no_stroke():
    line = np.array([[0.0, 0.0], [1.0, 1.0]])
    assert paint(line, False, Pen(None, None), None, 0) == []
    assert paint(np.array([[0.0, np.nan], [1.0, 1.0]]), False, Pen(RED, None, 1.0), None, 0) == []


def test_a_pixel_centre_is_half_a_pixel_from_the_corner():
    stroke = Stroke(np.array([10.0, 20.0]), np.array([5.0, 5.0]), RED, width_px=1.0, dash_px=(2.0, 3.0))
    (moved,) = placed([stroke], left=10.0, top=5.0, scale=2.0)
    assert moved.x_px.tolist() == [-0.5, 19.5]
    assert moved.y_px.tolist() == [-0.5, -0.5]
    assert (moved.width_px, moved.dash_px) == (2.0, (4.0, 6.0))


def test_an_arc_passes_through_its_middle():
    # Control points of a quarter circle of radius 1, the usual 0.5523 apart.
    k = 0.5522847498
    arc = bezier(np.array([1.0, 0.0]), np.array([[1.0, k], [k, 1.0], [0.0, 1.0]]))
    assert np.hypot(arc[:, 0], arc[:, 1]) == pytest.approx(1.0, abs=3e-4)
    assert arc[-1].tolist() == [0, 1]


def test_repeats_of_one_outline_share_a_group():
    def tick(x):
        return Stroke(np.array([x, x]), np.array([0.0, 4.0]), RED)

    curve = Stroke(np.array([0.0, 90.0]), np.array([0.0, 0.0]), RED)
    groups = [s.group for s in with_groups([tick(1.0), tick(7.3), curve, tick(50.0)])]
    assert groups[0] == groups[1] == groups[3] >= 0
    assert groups[2] == -1


def test_clips_meet_in_their_common_part():
    assert meet(None, BOX) == BOX
    assert meet(Box(5, 5, 20, 20), BOX) == Box(5, 5, 10, 10)
    assert meet(Box(50, 50, 60, 60), BOX).width == 0
