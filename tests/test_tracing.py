"""Prices of pixels, and staircases traced in one ink of a drawn plot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_curves import (
    BLACK,
    BLUE,
    DASHED,
    DOTTED,
    GREY,
    LEFT,
    LOWER,
    RED,
    RIGHT,
    UPPER,
    Drawing,
    Points,
    row_at,
    stairs,
    y,
)
from km2ipd.digitize.plotcrop import PlotCrop
from km2ipd.digitize.prices import (
    DROP_AXIS,
    DROP_HIDDEN,
    DROP_OWN,
    DROP_PAPER,
    RUN_BRIDGE,
    RUN_HIDDEN,
    RUN_PAPER,
    SOLID_GAP,
    price_pixels,
)
from km2ipd.digitize.staircase import Staircase
from km2ipd.digitize.tracing import TracedPath, described, separate_inks, stroke_mask, trace_ink

END = 330.0


def traced(drawing: Drawing, color=BLUE, count: int = 1, solid: int = 1) -> tuple[PlotCrop, list[TracedPath]]:
    crop = drawing.crop()
    (own,) = separate_inks(crop, ((color,),))
    return crop, trace_ink(crop, own, 0, count, solid)


def share_off(crop: PlotCrop, path: TracedPath, points: Points) -> float:
    """Share of a path's columns more than a pixel off a drawn staircase, a column around every drop left out."""
    columns = crop.figure_x(np.arange(path.stair.first, path.stair.last + 1))
    clear = np.abs(columns[:, None] - np.array([p[0] for p in points])).min(axis=1) > 1
    return float((np.abs(crop.figure_y(path.stair.row) - row_at(points, columns))[clear] > 1).mean())


# ---------------------------------------------------------------- prices


def test_paper_is_dear_own_ink_pays_and_hiding_ink_costs_little() -> None:
    own = np.zeros((9, 40), np.float32)
    own[4] = 1.0
    hiding = np.zeros(own.shape, bool)
    hiding[1] = True
    prices = price_pixels(own, hiding, 1.0, SOLID_GAP)
    assert prices.run[[1, 4, 7], 20] == pytest.approx([RUN_HIDDEN, -1, RUN_PAPER])
    assert prices.drop[[1, 4, 7], 20] == pytest.approx([DROP_HIDDEN, DROP_OWN, DROP_PAPER])


def test_gaps_between_dashes_are_bridged_at_a_moderate_price() -> None:
    own = np.zeros((9, 60), np.float32)
    own[4] = np.arange(60) % 10 < 6
    nothing = np.zeros(own.shape, bool)
    assert price_pixels(own, nothing, 1.0, 6.0).run[4, 28] == pytest.approx(RUN_BRIDGE)
    assert price_pixels(own, nothing, 1.0, SOLID_GAP).run[4, 28] == pytest.approx(RUN_PAPER)
    assert price_pixels(own, nothing, 1.0, 6.0).run[0, 28] == pytest.approx(RUN_PAPER)


def test_ticks_in_a_row_pay_less_than_the_line_that_runs_through() -> None:
    own = np.zeros((20, 60), np.float32)
    own[10] = 1.0
    own[5:16, ::4] = 1.0
    run = price_pixels(own, np.zeros(own.shape, bool), 1.0, SOLID_GAP).run
    assert run[10, 32] < run[7, 32] < 0


def test_the_axis_line_is_no_slide() -> None:
    own, hiding = np.zeros((9, 40), np.float32), np.zeros((9, 40), bool)
    hiding[:, :2] = True
    assert price_pixels(own, hiding, 1.0, SOLID_GAP).drop[4, 0] == DROP_AXIS


# ---------------------------------------------------------------- inks of a plot taken apart


def test_two_inks_are_taken_apart() -> None:
    crop = Drawing().axes().curve(UPPER, END, BLUE).curve(LOWER, END, RED).crop()
    blue, red = separate_inks(crop, ((BLUE,), (RED,)))
    place = int(crop.row_of(y(0.88))), int(crop.column_of(150))
    assert blue[place] == pytest.approx(1, abs=0.02) and red[place] == 0
    place = int(crop.row_of(y(0.45))), int(crop.column_of(180))
    assert red[place] == pytest.approx(1, abs=0.02) and blue[place] == 0


def test_shades_count_as_their_ink() -> None:
    crop = Drawing().axes().curve(UPPER, END, (110, 110, 110)).crop()
    place = int(crop.row_of(y(0.88))), int(crop.column_of(150))
    (alone,) = separate_inks(crop, ((BLACK,),))
    with_shade, _ = separate_inks(crop, ((BLACK, (110, 110, 110)), (RED,)))
    assert with_shade[place] > 0.5
    assert alone[place] <= with_shade[place]


def test_grid_lines_frame_and_half_of_lettering_are_no_ink_of_a_curve() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLACK)
    for s in (0.25, 0.5):
        drawing.line(LEFT, y(s), RIGHT + 45, y(s), BLACK, 1)
    drawing.text("Drug", 200, 150)
    crop = drawing.crop()
    (own,) = separate_inks(crop, ((BLACK,),))
    column = int(crop.column_of(120))
    assert own[[int(crop.row_of(y(s))) for s in (0.25, 0.5, 0.0)], column].max() == 0
    assert own[int(crop.row_of(y(0.95))), int(crop.column_of(100))] == pytest.approx(1, abs=0.02)
    assert 0 < own[int(crop.row_of(150)), int(crop.column_of(201))] <= 0.5


def test_a_lone_level_line_is_no_grid() -> None:
    crop = Drawing().axes().line(LEFT, y(0.5), RIGHT + 45, y(0.5), BLUE, 2).crop()
    (own,) = separate_inks(crop, ((BLUE,),))
    assert own[int(crop.row_of(y(0.5))), int(crop.column_of(200))] > 0.9


# ---------------------------------------------------------------- paths


@pytest.mark.parametrize("points", [UPPER, LOWER])
@pytest.mark.parametrize("width", [1.0, 2.0, 3.0])
def test_a_solid_curve_is_traced_from_its_start_to_its_end(points: Points, width: float) -> None:
    crop, (path,) = traced(Drawing().axes().curve(points, END, BLUE, width))
    assert share_off(crop, path, points) == 0
    assert crop.figure_x(np.float64(path.corners.end)) == pytest.approx(END, abs=1)
    assert path.own_share > 0.97
    assert path.hidden.mean() < 0.03
    assert path.start_gap_px < 2
    assert crop.figure_y(path.corners.y) == pytest.approx([p[1] for p in points], abs=0.5)
    assert crop.figure_x(path.corners.x[1:]) == pytest.approx([p[0] for p in points[1:]], abs=0.5)


@pytest.mark.parametrize("row", [20, 21, 22, 23])
def test_levels_of_a_line_thicker_than_its_inks_common_width_are_its_middle(row: int) -> None:
    """The commonest run of an ink with many marks is their width; the path may run along the line's edge."""
    crop, (path,) = traced(Drawing().axes().curve(UPPER, END, BLUE, 2.0))
    own = np.zeros(crop.ink.strength.shape, np.float32)
    own[20:24, :200] = 1.0
    along = Staircase(0, np.full(200, row), 100.0)
    assert described(crop, own, replace(path, width_px=2.0), along).corners.y == pytest.approx([21.5], abs=0.3)


@pytest.mark.parametrize(("dash", "least"), [(DASHED, 0.55), (DOTTED, 0.3), ((9.0, 3.0, 2.0, 3.0), 0.55)])
def test_dashes_are_bridged_and_counted(dash: tuple[float, ...], least: float) -> None:
    crop, (path,) = traced(Drawing().axes().curve(LOWER, END, BLUE, 2, dash), solid=0)
    assert share_off(crop, path, LOWER) < 0.05
    assert crop.figure_x(np.float64(path.stair.last)) == pytest.approx(END, abs=8)
    assert least < path.own_share < 0.95
    assert path.shows.mean() == pytest.approx(path.own_share)


def test_a_curve_is_followed_behind_another_and_behind_text() -> None:
    points = stairs((0, 1), (5, 0.8), (10, 0.6), (20, 0.4))
    drawing = Drawing().axes().curve(points, END, BLUE).line(160, 40, 160, 220, RED, 9)
    drawing.fill(175, y(0.6) - 5, 205, y(0.6) + 5, BLACK)
    crop, (path,) = traced(drawing)
    assert share_off(crop, path, points) == 0
    assert path.hidden.mean() == pytest.approx(39 / 290, abs=0.04)
    assert path.own_share == pytest.approx(1 - 39 / 290, abs=0.04)


def test_a_second_curve_of_one_ink_is_found_under_the_first() -> None:
    crop, paths = traced(Drawing().axes().curve(UPPER, END, BLACK).curve(LOWER, END, BLACK, 2, DASHED), BLACK, 2, 0)
    by_level = sorted(paths, key=lambda p: p.stair.row.mean())
    assert share_off(crop, by_level[0], UPPER) == 0
    assert share_off(crop, by_level[1], LOWER) < 0.05
    assert by_level[0].own_share > 0.9 > by_level[1].own_share


def test_no_more_paths_are_given_than_there_is_ink_for() -> None:
    assert len(traced(Drawing().axes().curve(UPPER, END, BLUE), count=4)[1]) == 1
    assert traced(Drawing().axes(), count=4)[1] == []


def test_a_first_drop_at_time_zero_leaves_no_gap() -> None:
    points = ((LEFT + 3.0, y(1)), *stairs((0.4, 0.8), (10, 0.6)))
    _, (path,) = traced(Drawing().axes().curve(points, END, BLUE))
    assert path.start_gap_px < 3


def test_the_gaps_of_a_dashed_first_drop_do_not_add_up() -> None:
    points = ((LEFT + 2.0, y(1)), *stairs((0.3, 0.4), (10, 0.2)))
    _, (path,) = traced(Drawing().axes().curve(points, END, BLUE, 2, DASHED), solid=0)
    assert path.start_gap_px <= DASHED[1] + 1


def test_a_path_is_described_again_with_another_staircase() -> None:
    drawing = Drawing().axes().curve(UPPER, END, GREY, 3)
    crop, (path,) = traced(drawing, GREY)
    (own,) = separate_inks(crop, ((GREY,),))
    lower = Staircase(0, path.stair.row + 20, 0.0)
    assert described(crop, own, path, path.stair).own_share == pytest.approx(path.own_share)
    assert described(crop, own, path, lower).own_share < 0.2


def test_a_stroke_covers_its_width_and_a_pixel_of_blur() -> None:
    mask = stroke_mask(Staircase(0, np.r_[np.full(20, 10), np.full(20, 25)].astype(np.int64), 0.0), (40, 60), 3.0)
    assert mask[8:13, 5].all()
    assert mask[10:25, 20].all()
    assert not mask[:, 45:].any()
    assert not mask[20:, 5].any()


def test_an_arm_does_not_fall_through_a_gap_wider_than_its_sample_shows_any() -> None:
    """Marks make strokes look thick, for which the gaps of a dashed line could be wide."""
    drawing = Drawing().curve(stairs((0, 1)), 220, BLUE, 4).curve(((212.0, y(1) + 20.0),), 270, BLUE, 4)
    for at in np.arange(60.0, 210.0, 8.0):
        drawing.line(at, y(1) - 5.0, at, y(1) + 5.0, BLUE, 4)
    crop = drawing.crop()
    (own,) = separate_inks(crop, ((BLUE,),))
    for gap, end in ((np.inf, 270), (6.5, 220)):
        (path,) = trace_ink(crop, own, 0, 1, 0, widest_gap=gap)
        assert crop.figure_x(np.float64(path.corners.end)) == pytest.approx(end, abs=1.5)
