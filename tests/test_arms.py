"""Which staircases are arms: everything that real figures draw beside them is left out, nothing that is one is lost."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_curves import (
    BLACK,
    BLUE,
    BOTTOM,
    DASHED,
    GREEN,
    GREY,
    LEFT,
    LOWER,
    RED,
    RIGHT,
    TOP,
    UPPER,
    Drawing,
    Points,
    panel,
    row_at,
    stairs,
    x,
    y,
)
from km2ipd.digitize.arms import ArmPath, find_arms
from km2ipd.digitize.palette import find_inks
from km2ipd.digitize.plotcrop import PlotCrop
from km2ipd.digitize.plotreading import trace_arms

END = 330.0
MIDDLE = stairs((0, 1), (3, 0.92), (7, 0.8), (10, 0.7), (15, 0.62), (20, 0.52), (24, 0.45))


def arms_of(drawing: Drawing, expected: int | None = None) -> tuple[PlotCrop, list[ArmPath]]:
    crop = drawing.crop()
    inks = find_inks(crop.ink, tuple(drawing.keys), ~crop.lettering & ~crop.frame)
    return crop, sorted(find_arms(crop, inks, expected), key=lambda a: a.path.stair.row.mean())


def follows(crop: PlotCrop, arm: ArmPath, points: Points, end: float = END) -> bool:
    """Whether an arm runs along a drawn staircase, to within a pixel in 9 columns of 10, and ends where it ends."""
    columns = crop.figure_x(np.arange(arm.path.stair.first, arm.path.stair.last + 1))
    near = np.abs(crop.figure_y(arm.path.stair.row) - row_at(points, columns)) <= 1
    return bool(near.mean() > 0.9) and abs(crop.figure_x(np.float64(arm.path.corners.end)) - end) < 8


def are(drawing: Drawing, *truth: Points, expected: int | None = None) -> bool:
    """Whether the arms found are the drawn ones, top one first."""
    crop, arms = arms_of(drawing, expected)
    return len(arms) == len(truth) and all(follows(crop, a, t) for a, t in zip(arms, truth, strict=True))


def test_two_colours_are_two_arms() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLUE).curve(LOWER, END, RED)
    assert are(drawing, UPPER, LOWER)
    assert [a.ink.color for a in arms_of(drawing)[1]] == [BLUE, RED]
    assert not any(a.confusable for a in arms_of(drawing)[1])


@pytest.mark.parametrize("colors", [(GREY, BLACK), ((60, 60, 60), (150, 150, 150)), ((20, 60, 160), (90, 150, 230))])
def test_close_colours_are_two_arms(colors) -> None:
    assert are(Drawing().axes().curve(UPPER, END, colors[0], 3).curve(LOWER, END, colors[1], 3), UPPER, LOWER)


def test_arms_that_cross_in_two_colours_keep_their_way() -> None:
    early = stairs((0, 1), (3, 0.75), (20, 0.7), (25, 0.66))
    late = stairs((0, 1), (6, 0.9), (12, 0.6), (18, 0.4))
    assert are(Drawing().axes().curve(early, END, BLUE).curve(late, END, RED), early, late)


def test_a_dashed_black_arm_is_found_beside_a_solid_one() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLACK).curve(LOWER, END, BLACK, 2, DASHED)
    assert are(drawing, UPPER, LOWER)
    assert are(drawing, UPPER, LOWER, expected=2)
    solid, dashed = arms_of(drawing)[1]
    assert solid.path.own_share > 0.9 > dashed.path.own_share


def test_a_dashed_arm_close_along_a_solid_one_is_no_row_of_marks() -> None:
    upper = stairs(*((t, 1 - 0.01 * t) for t in range(28)))
    lower = tuple((px, py + min(5.0, 0.5 * (px - LEFT))) for px, py in upper)
    drawing = Drawing().axes().curve(upper, END, BLACK, 2, (6.0, 4.0)).curve(lower, END, BLACK)
    assert are(drawing, upper, lower, expected=2)


def test_three_styles_of_black_are_three_arms() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLACK).curve(MIDDLE, END, BLACK, 2, DASHED)
    drawing.curve(LOWER, END, BLACK, 2, (3.0, 4.0))
    assert are(drawing, UPPER, MIDDLE, LOWER, expected=3)


def test_two_black_arms_with_a_key_each_are_told_apart() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLACK).curve(LOWER, END, BLACK, 2, DASHED)
    drawing.entry("Drug", 220, 180, BLACK).entry("Placebo", 220, 196, BLACK, 2, DASHED)
    assert are(drawing, UPPER, LOWER)


def test_two_arms_of_one_solid_ink_that_meet_again_are_confusable() -> None:
    early = stairs((0, 1), (3, 0.75), (17, 0.7))
    late = stairs((0, 1), (6, 0.9), (12, 0.7), (18, 0.4))
    arms = arms_of(Drawing().axes().curve(early, END, BLACK).curve(late, END, BLACK), 2)[1]
    assert [a.confusable for a in arms] == [True, True]
    apart = arms_of(Drawing().axes().curve(UPPER, END, BLACK).curve(LOWER, END, BLACK), 2)[1]
    assert [a.confusable for a in apart] == [False, False]


def test_a_thin_line_that_is_paler_between_two_rows_is_one_arm_to_its_end() -> None:
    rows = [(x(t), round(y(s)) + half) for t, s, half in ((0, 1, 0), (6, 0.8, 0.5), (14, 0.6, 0), (22, 0.4, 0.5))]
    drawing = Drawing().axes().curve(tuple(rows), END, BLUE, 1)
    crop, (arm,) = arms_of(drawing)
    assert follows(crop, arm, tuple(rows))
    assert arm.path.own_share > 0.95 and not arm.path.hidden.any()


def test_a_line_that_takes_on_the_tone_of_a_shaded_band_is_one_arm() -> None:
    middle = next(i for i, (px, _) in enumerate(MIDDLE) if px >= x(12))
    drawing = Drawing().axes().fill(x(12), y(0.8), END, y(0.3), (195, 196, 198)).curve(MIDDLE, END, (213, 83, 57))
    over = (((x(12), MIDDLE[middle - 1][1])), *MIDDLE[middle:])
    drawing.curve(over, END, (179, 110, 104))
    crop, (arm,) = arms_of(drawing)
    assert follows(crop, arm, MIDDLE)
    assert arm.path.own_share > 0.95 and not arm.path.hidden.any()


def test_a_paler_arm_of_the_same_hue_stays_an_arm() -> None:
    assert are(Drawing().axes().curve(UPPER, END, (40, 80, 220)).curve(LOWER, END, (110, 130, 225)), UPPER, LOWER)


def test_confidence_limits_in_the_arms_ink_are_no_arms() -> None:
    drawing = Drawing().axes().curve(MIDDLE, END, BLUE)
    for side in (-1, 1):
        limit = tuple((px, py + side * 0.12 * (px - LEFT)) for px, py in MIDDLE)
        drawing.curve(limit, END, BLUE, 1, (4.0, 3.0))
    assert are(drawing, MIDDLE)


def test_limits_in_an_ink_of_their_own_around_a_named_arm_are_no_arms() -> None:
    fine = stairs(*((t, 1 - 0.02 * t) for t in range(28)))
    drawing = Drawing().axes().curve(fine, END, BLUE).entry("Drug", 220, 40, BLUE)
    for side in (-1, 1):
        limit = tuple((px, round(py + side * 0.12 * (px - LEFT))) for px, py in fine)
        drawing.curve(limit, END, BLACK, 1)
    assert are(drawing, fine)


def test_a_limit_that_shows_too_little_for_a_curve_still_makes_a_pair_with_the_other() -> None:
    even = stairs(*((2 * t, 1 - 0.04 * t) for t in range(14)))
    drawing = Drawing().axes().curve(even, END, BLUE).entry("Drug", 220, 40, BLUE)
    for side, dash in ((-1, (2.0, 2.5)), (1, (4.0, 3.0, 4.0, 9.0))):
        limit = tuple((px, round(py + side * 0.12 * (px - LEFT))) for px, py in even)
        drawing.curve(limit, END, BLACK, 1, dash)
    assert are(drawing, even)


def test_a_tinted_band_and_its_edge_are_no_arms() -> None:
    drawing = Drawing().axes()
    for (left, level), right in zip(MIDDLE, [px for px, _ in MIDDLE[1:]] + [END], strict=True):
        half = 0.1 * (left - LEFT) + 2
        drawing.fill(left, level - half, right, level + half, (200, 210, 242))
    drawing.curve(MIDDLE, END, BLUE)
    assert are(drawing, MIDDLE)


@pytest.mark.parametrize("color", [(225, 225, 225), (150, 150, 150), BLACK])
def test_grid_lines_are_no_arms(color) -> None:
    drawing = Drawing().axes()
    for s in (0.2, 0.4, 0.6):
        drawing.line(LEFT, y(s), RIGHT + 45, y(s), color, 1)
    for px in (115, 190, 265, 340):
        drawing.line(px, TOP - 5, px, BOTTOM + 5, color, 1)
    assert are(drawing.curve(UPPER, END, BLUE).curve(LOWER, END, RED), UPPER, LOWER)


def test_a_line_at_the_median_is_no_arm() -> None:
    drawing = Drawing().axes().curve(((LEFT, y(0.5)),), RIGHT, BLACK, 1, (4.0, 3.0)).curve(UPPER, END, BLUE)
    assert are(drawing.curve(LOWER, END, RED), UPPER, LOWER)


def test_the_frame_of_a_legend_box_is_no_arm() -> None:
    drawing = Drawing().axes().curve(LOWER, END, BLUE).entry("Drug", 220, 44, BLUE)
    for at in (34, 70):
        drawing.line(210, at, 330, at, BLACK, 1)
    for at in (210, 330):
        drawing.line(at, 34, at, 70, BLACK, 1)
    assert are(drawing, LOWER)


def test_a_line_along_the_top_is_no_arm() -> None:
    drawing = Drawing().axes().curve(LOWER, END, BLUE).line(LEFT, y(1), RIGHT + 45, y(1), GREEN, 2)
    assert are(drawing, LOWER)


def test_a_pale_line_without_a_name_is_no_arm() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLUE).curve(LOWER, END, (205, 205, 205))
    assert are(drawing, UPPER)
    named = drawing.entry("Drug", 220, 190, BLUE).entry("Placebo", 220, 206, (205, 205, 205))
    assert are(named, UPPER, LOWER)


def test_black_marks_on_a_coloured_curve_are_no_arm() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLUE)
    for px in range(45, 330, 9):
        level = float(row_at(UPPER, np.array([px]))[0])
        drawing.line(px, level - 5, px, level + 5, BLACK)
    assert are(drawing, UPPER)


def test_an_arm_that_ends_early_is_one_where_the_legend_names_it() -> None:
    short = stairs((0, 1), (0.8, 0.6))
    drawing = Drawing().axes().curve(UPPER, END, BLUE).curve(short, 55, GREEN)
    drawing.entry("Drug", 220, 180, BLUE).entry("Few", 220, 196, GREEN)
    crop, arms = arms_of(drawing)
    ends = {a.ink.color: float(crop.figure_x(np.float64(a.path.corners.end))) for a in arms}
    assert ends == {BLUE: pytest.approx(END, abs=1), GREEN: pytest.approx(55, abs=1.5)}


def test_a_line_beyond_the_arms_that_the_table_counts_is_left_out() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLUE).curve(LOWER, END, RED)
    drawing.entry("Drug", 220, 180, BLUE).entry("Placebo", 220, 196, RED)
    drawing.curve(stairs((0, 1), (4, 0.6), (8, 0.2)), 130, GREEN, 1)
    assert are(drawing, UPPER, LOWER, expected=2)


def test_rising_curves_are_traced_as_falling_ones() -> None:
    rising = tuple((px, BOTTOM + TOP - py) for px, py in LOWER)
    drawing = Drawing().axes().curve(rising, END, BLUE)
    crop = drawing.crop(direction="incidence")
    (arm,) = find_arms(crop, find_inks(crop.ink, (), ~crop.lettering & ~crop.frame))
    assert crop.figure_y(arm.path.corners.y) == pytest.approx([py for _, py in rising], abs=1)


def test_an_empty_plot_has_no_arms() -> None:
    assert arms_of(Drawing().axes())[1] == []


def test_a_dotted_arm_keeps_its_start_beside_a_dashed_one() -> None:
    # The dashed arm runs under the solid one at first, and its path may take the first dots.
    solid = stairs(*((k, 1 - 0.05 * k) for k in range(9)), (14, 0.55), (22, 0.5))
    dashed = (*solid[:9], *stairs((12, 0.53), (18, 0.42), (24, 0.35)))
    dotted = stairs(*((k, 1 - 0.035 * k) for k in range(9)), (13, 0.7), (20, 0.66), (26, 0.64))
    drawing = Drawing().axes().curve(dashed, END, BLACK, 3, DASHED).curve(dotted, END, BLACK, 3, (3.0, 6.0))
    drawing.curve(solid, END, BLACK, 3)
    for k, dash in enumerate([(), DASHED, (3.0, 6.0)]):
        drawing.entry("ABC"[k], 230, 40 + 14 * k, BLACK, 3, dash)
    crop, arms = arms_of(drawing, expected=3)
    assert len(arms) == 3
    columns = crop.figure_x(np.arange(arms[0].path.stair.first, arms[0].path.stair.last + 1))
    off = np.abs(crop.figure_y(arms[0].path.stair.row) - row_at(dotted, columns))
    assert off[columns > dotted[9][0]].mean() < 1
    assert follows(crop, arms[1], solid)


def test_an_arm_hidden_by_the_frame_for_half_its_length_counts_where_the_table_names_two() -> None:
    late = stairs((0, 1), (19, 0.9), (24, 0.85))
    drawing = Drawing().axes().curve(LOWER, END, BLUE).curve(late, END, RED).line(LEFT, TOP, RIGHT + 8, TOP, BLACK, 4)
    crop, arms = arms_of(drawing, expected=2)
    assert [a.ink.color for a in arms] == [RED, BLUE]
    assert crop.figure_y(arms[0].path.corners.y[1:]) == pytest.approx([p[1] for p in late[1:]], abs=0.6)


def test_an_arm_hidden_for_half_its_length_counts_where_a_lone_entry_of_the_legend_names_it() -> None:
    leaves = (*UPPER[:4], *stairs((19, 0.6))[-1:])
    drawing = Drawing().axes().curve(leaves, END, RED).curve(UPPER, END, BLUE).entry("Control", 230, 200, RED)
    crop, arms = arms_of(drawing)
    assert [a.ink.color for a in arms] == [BLUE, RED]
    assert follows(crop, arms[1], leaves)


def test_a_thick_line_is_no_border_of_a_band_beside_a_thin_one_of_its_ink() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLACK, 6).curve(LOWER, END, BLACK, 1)
    drawing.entry("Control", 60, 176, BLACK, 6).entry("Treatment", 60, 192, BLACK, 1)
    assert len(arms_of(drawing)[1]) == 2


def test_the_ends_of_dense_marks_are_no_further_arm() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLUE, 2)
    for at in np.arange(LEFT + 6, END, 5):
        level = float(row_at(UPPER, np.array([at]))[0])
        drawing.line(at, level - 5, at, level + 5, BLUE, 2)
    assert len(arms_of(drawing)[1]) == 1


def test_a_key_as_pale_as_the_thin_limits_names_the_curve_between_them() -> None:
    pale, fine = (160, 160, 160), tuple((px, round(py)) for px, py in MIDDLE)
    drawing = Drawing().axes().curve(fine, END, (70, 70, 70), 3)
    for side in (-1, 1):
        limit = tuple((px, round(py + side * 0.15 * (px - LEFT))) for px, py in fine)
        drawing.curve(limit, END, pale, 2)
    drawing.entry("Drug", 220, 40, pale, 2)
    crop, (arm,) = arms_of(drawing)
    assert follows(crop, arm, fine)
    assert [k.name for k in arm.ink.keys] == ["Drug"]


def test_arms_that_the_legend_names_are_no_limits_of_each_other() -> None:
    drawing = Drawing().axes()
    for k, points in enumerate((UPPER, MIDDLE, LOWER)):
        drawing.curve(points, END, BLACK).entry("ABC"[k], 230, 40 + 14 * k, BLACK)
        for at, level in points[1:]:
            drawing.fill(at - 3, level - 3, at + 3, level + 3, BLACK)
    assert len(arms_of(drawing)[1]) == 3


def test_a_curve_is_followed_under_a_row_of_marks() -> None:
    early, late = stairs((0, 1), (5, 0.9), (12, 0.8)), stairs((0, 1), (5, 0.9), (12, 0.8), (22, 0.75))
    drawing = Drawing().axes().curve(early, 220, BLUE, 2).curve(LOWER, END, RED)
    for at in np.arange(218, 330, 4):
        level = float(row_at(late, np.array([at]))[0])
        drawing.line(at, level - 5, at, level + 5, BLACK, 1).line(at - 4, level, at + 4, level, BLACK, 2)
    crop, arms = arms_of(drawing)
    assert [a.ink.color for a in arms] == [BLUE, RED]
    assert follows(crop, arms[0], late)


def hatched(drawing: Drawing, points: Points, half: float, color) -> Drawing:
    """Upright bars through a curve, every fourth pixel, that grow from a third to their full height."""
    for at in np.arange(60.0, END, 4.0):
        row = float(row_at(points, np.array([at]))[0])
        tall = half * (1 + 2 * (at - 60) / (END - 60)) / 3
        drawing.line(at, max(TOP, row - tall), at, row + tall, color, 1.5)
    return drawing


def test_bars_of_a_hatched_band_are_no_curves_and_hide_none() -> None:
    drawing = hatched(hatched(Drawing(height=360).axes(), UPPER, 8, BLACK), LOWER, 30, RED)
    drawing.curve(UPPER, END, BLACK).curve(LOWER, END, RED)
    assert are(drawing, UPPER, LOWER, expected=2)
    alone = hatched(Drawing().axes(), LOWER, 30, RED).curve(LOWER, END, RED)
    assert are(alone, LOWER, expected=2)
    drawn = trace_arms(alone.pixels(), (), panel(), (), (), 2)
    assert [len(arm.marks_px) for arm in drawn] == [0]


def test_a_dotted_arm_that_nothing_names_is_found_by_its_even_gaps() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLACK).curve(LOWER, END, BLACK, 2, (3.0, 4.0))
    assert are(drawing, UPPER, LOWER)


def test_three_black_styles_that_cross_are_told_apart_without_doubt() -> None:
    early = stairs((0, 1), (3, 0.8), (17, 0.72), (25, 0.66))
    late = stairs((0, 1), (8, 0.9), (13, 0.7), (16, 0.5), (24, 0.42))
    drawing = Drawing().axes().curve(early, END, BLACK).curve(late, END, BLACK, 2, DASHED)
    drawing.curve(LOWER, END, BLACK, 2, (3.0, 4.0))
    assert are(drawing, early, late, LOWER, expected=3)
    assert not any(a.confusable for a in arms_of(drawing, 3)[1])


def test_a_thin_dashed_line_is_followed_beside_thick_ones_of_its_ink() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLACK, 5).curve(MIDDLE, END, BLACK, 1.5, DASHED)
    drawing.curve(LOWER, END, BLACK, 5, (6.0, 6.0))
    drawing.entry("Drug", 250, 44, BLACK, 5).entry("Both", 250, 60, BLACK, 1.5, DASHED)
    drawing.entry("Placebo", 250, 76, BLACK, 5, (6.0, 6.0))
    crop, arms = arms_of(drawing, 3)
    assert len(arms) == 3
    columns = crop.figure_x(np.arange(arms[1].path.stair.last + 1))
    # At first it lies within the thick stroke of its neighbour.
    off = np.abs(crop.figure_y(arms[1].path.stair.row) - row_at(MIDDLE, columns))
    assert (off <= 2).mean() > 0.95 and columns[-1] == pytest.approx(END, abs=3)


def test_an_arm_without_events_is_found_where_the_figure_names_it() -> None:
    drawing = Drawing().axes().curve(LOWER, END, BLUE).line(LEFT, y(1), RIGHT + 8, y(1), RED, 2)
    assert len(arms_of(drawing, 2)[1]) == 2
