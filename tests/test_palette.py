"""Inks that may draw arms: shades of one line joined, two greys kept apart, legend keys tied to what they show."""

from __future__ import annotations

import cv2
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
    panel,
    row_at,
    stairs,
    y,
)
from km2ipd.digitize.inks import color_distance
from km2ipd.digitize.palette import PlotInk, find_inks, is_tint, same_line
from km2ipd.digitize.plotcrop import crop_plot

END = 330.0


def inks_of(drawing: Drawing) -> tuple[PlotInk, ...]:
    """The inks of a drawing; legend samples and names are no place for curves."""
    crop = drawing.crop()
    return find_inks(crop.ink, tuple(drawing.keys), ~crop.lettering & ~crop.frame)


def colors_of(inks: tuple[PlotInk, ...]) -> list:
    return [i.color for i in inks]


def test_every_colour_of_a_curve_is_one_ink_most_ink_first() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLUE, 3).curve(LOWER[:5], 180, RED, 2)
    found = inks_of(drawing)
    assert colors_of(found) == [BLUE, RED]
    assert found[0].pixels > found[1].pixels > 100
    assert all(ink.keys == () for ink in found)


def test_a_smudge_draws_no_curve() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLUE).fill(200, 200, 204, 204, RED)
    assert colors_of(inks_of(drawing)) == [BLUE]


@pytest.mark.parametrize("offset", [0.0, 0.25, 0.5])
@pytest.mark.parametrize("width", [2.0, 3.0])
def test_soft_edges_make_no_ink_of_their_own(offset: float, width: float) -> None:
    points = tuple((px + offset, py + offset * (1 + k % 2)) for k, (px, py) in enumerate(UPPER))
    assert colors_of(inks_of(Drawing().axes().curve(points, END, BLUE, width))) == [BLUE]


def test_a_thin_line_whose_strength_changes_from_step_to_step_is_one_ink() -> None:
    points = tuple((40.0 + 8 * k, 30.0 + 5.5 * k) for k in range(36))
    assert len(inks_of(Drawing().axes().curve(points, END, BLUE, 1))) == 1


def test_grey_and_black_arms_are_two_inks() -> None:
    drawing = Drawing().axes().curve(UPPER, END, GREY, 3).curve(LOWER, END, BLACK, 3)
    assert sorted(colors_of(inks_of(drawing))) == [BLACK, GREY]


def test_blur_that_mixes_a_curve_with_its_marks_does_not_darken_its_ink() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLUE, 3)
    for at in range(60, 330, 12):
        level = float(row_at(UPPER, np.array([at]))[0])
        drawing.line(at, level - 5, at, level + 5, BLACK, 2)
    blurred = cv2.GaussianBlur(drawing.pixels(), (0, 0), 0.8)
    crop = crop_plot(blurred, panel(), (), ())
    found = find_inks(crop.ink, (), ~crop.lettering & ~crop.frame)
    assert min(color_distance(ink.color, BLUE) for ink in found) < 20


def test_a_key_is_tied_to_the_ink_it_shows() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLUE).curve(LOWER, END, RED)
    drawing.entry("Placebo", 210, 40, RED).entry("Drug", 210, 56, BLUE)
    assert {i.color: [k.name for k in i.keys] for i in inks_of(drawing)} == {BLUE: ["Drug"], RED: ["Placebo"]}


def test_two_greys_have_a_key_each() -> None:
    drawing = Drawing().axes().curve(UPPER, END, GREY, 3).curve(LOWER, END, (60, 60, 60), 3)
    drawing.entry("Drug", 210, 40, GREY, 3).entry("Placebo", 210, 56, (60, 60, 60), 3)
    assert {i.color: [k.name for k in i.keys] for i in inks_of(drawing)} == {GREY: ["Drug"], (60, 60, 60): ["Placebo"]}


def test_a_solid_and_a_dashed_key_of_one_colour_share_an_ink() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLACK).curve(LOWER, END, BLACK, 2, DASHED)
    drawing.entry("Drug", 210, 40, BLACK).entry("Placebo", 210, 56, BLACK, 2, DASHED)
    (found,) = inks_of(drawing)
    assert [k.name for k in found.keys] == ["Drug", "Placebo"]


def test_a_key_whose_curve_is_not_drawn_makes_no_ink() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLUE).entry("Drug", 210, 40, BLUE).entry("Lost", 210, 56, GREEN)
    assert [k.name for i in inks_of(drawing) for k in i.keys] == ["Drug"]


def test_the_tint_of_a_band_is_no_ink() -> None:
    drawing = Drawing().axes().fill(44, 60, 330, 130, (205, 212, 242)).curve(UPPER, END, BLUE)
    assert colors_of(inks_of(drawing)) == [BLUE]


def test_shades_of_one_line_lie_on_the_way_to_paper_or_have_its_hue() -> None:
    assert same_line((142, 158, 228), BLUE)
    assert same_line(BLUE, (60, 90, 220))
    assert not same_line(BLUE, RED)
    assert not same_line(GREEN, BLUE)


def test_a_tint_is_paler_and_of_the_same_hue() -> None:
    assert is_tint((205, 212, 242), BLUE)
    assert not is_tint(BLUE, (205, 212, 242))
    assert not is_tint((242, 205, 205), BLUE)
    assert not is_tint((200, 200, 200), BLACK)


def test_curves_over_a_faint_grid_are_no_shades_of_it() -> None:
    drawing, grid = Drawing(), (223, 231, 238)
    for s in np.arange(0, 1.05, 0.05):
        drawing.line(LEFT, y(s), RIGHT, y(s), grid, 1)
    for at in np.arange(LEFT, RIGHT, 30):
        drawing.line(at, TOP, at, BOTTOM, grid, 1)
    drawing.curve(stairs((0, 1), (9, 0.85), (19, 0.7)), END, (144, 53, 59)).curve(LOWER, END, BLUE)
    assert {(144, 53, 59), BLUE} <= set(colors_of(inks_of(drawing)))


def test_the_middle_one_of_three_shades_is_an_ink_of_its_own() -> None:
    middle = tuple((px, (py + below) / 2) for (px, py), (_, below) in zip(UPPER, LOWER, strict=False))
    shades = (8, 48, 107), (66, 130, 190), (127, 185, 218)
    drawing = Drawing().axes()
    for points, color, width in zip((UPPER, middle, LOWER), shades, (4, 2, 4), strict=True):
        drawing.curve(points, END, color, width)
    assert sorted(colors_of(inks_of(drawing))) == sorted(shades)


def test_thin_samples_of_two_pale_hues_are_two_inks() -> None:
    drawing = Drawing().axes().curve(UPPER, END, (138, 139, 150), 3).curve(LOWER, END, (98, 153, 116), 3)
    drawing.entry("Drug", 210, 40, (144, 144, 147), 1).entry("Placebo", 210, 56, (149, 169, 144), 1, (12.0, 3.0))
    assert sorted(tuple(k.name for k in i.keys) for i in inks_of(drawing) if i.keys) == [("Drug",), ("Placebo",)]
