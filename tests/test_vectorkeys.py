"""Legend entries of vector figures, and arms in the form of the later stages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_strokes import BLACK, BLUE, RED, X, Y, corners, figure, panel, stroke
from km2ipd.digitize.vectorarms import vector_arms
from km2ipd.digitize.vectorkeys import inked_share, legend_keys
from km2ipd.records import Box, TextLine


def name(text, left, y):
    return TextLine(text, Box(left, y - 7, left + 9 * len(text), y + 7))


def line(left, y, color, **more):
    return stroke([(left, y), (left + 30, y)], color, **more)


def test_each_name_gets_the_line_left_of_it():
    drawn = [line(400, 90, RED), line(400, 120, BLUE, dash_px=(4.0, 4.0))]
    keys = legend_keys(figure(drawn), [name("Placebo", 440, 90), name("Drug", 440, 120)], panel())
    assert [(k.name, k.color, k.inked) for k in keys] == [("Placebo", RED, 1.0), ("Drug", BLUE, 0.5)]


def test_in_a_row_every_name_keeps_its_own_key():
    drawn = [line(150, 90, RED), line(290, 90, BLUE)]
    texts = [name("Strata", 80, 90), name("Placebo", 190, 90), name("Drug", 330, 90)]
    keys = legend_keys(figure(drawn), texts, panel())
    assert [(k.name, k.color) for k in keys] == [("Placebo", RED), ("Drug", BLUE)]


def test_keys_right_of_their_names_are_found():
    keys = legend_keys(figure([line(460, 90, RED)]), [name("Placebo", 390, 90)], panel())
    assert [k.name for k in keys] == ["Placebo"]


def test_a_tinted_box_is_a_key_and_paper_is_none():
    box = [(400, 82), (416, 82), (416, 98), (400, 98)]
    tinted = stroke(box, None, fill=RED, closed=True, opacity=0.5)
    paper = stroke(box, None, fill=(255, 255, 255), closed=True)
    texts = [name("Placebo", 425, 90)]
    assert [k.color for k in legend_keys(figure([tinted]), texts, panel())] == [(238, 138, 138)]
    assert legend_keys(figure([paper]), texts, panel()) == ()


def test_a_sample_of_single_dashes_is_one_dashed_key():
    dashes = [stroke([(400 + 10 * k, 90), (406 + 10 * k, 90)], BLACK) for k in range(4)]
    (key,) = legend_keys(figure(dashes), [name("Placebo", 445, 90)], panel())
    assert key.inked == pytest.approx(0.6, abs=0.1)


def test_dots_ink_as_much_as_they_are_wide():
    assert inked_share((), 2.0) == 1.0
    assert inked_share((0.0, 6.0), 2.0) == pytest.approx(1 / 3)
    assert inked_share((6.0, 6.0), 2.0) == 0.5


def test_arms_of_one_colour_are_told_by_the_dashes_of_their_keys():
    dash = (6.0, 6.0)
    lower = corners(X, np.array([50.0, 90.0, 150.0, 220.0, 300.0]))
    drawn = [
        stroke(corners(), BLACK),
        stroke(lower, BLACK, dash_px=dash, order=1),
        line(400, 90, BLACK, order=2),
        line(400, 120, BLACK, dash_px=dash, order=3),
    ]
    texts = [name("Placebo", 440, 90), name("Drug", 440, 120)]
    arms, keys = vector_arms(figure(drawn, texts), texts, panel())
    assert [k.name for k in keys] == ["Placebo", "Drug"]
    assert [arm.inked for arm in arms] == [k.inked for k in keys]
    assert [arm.trace.y_px[-1] for arm in arms] == [Y[-1], 300.0]
    assert all(len(arm.keys) == 2 for arm in arms)


def test_ticks_of_an_axis_are_no_keys_and_a_table_does_not_repeat_the_legend():
    ticks = [stroke([(92, y), (100, y)], BLACK) for y in range(60, 460, 80)]
    drawn = [*ticks, line(400, 90, RED), stroke([(80, 500), (88, 500)], BLUE)]
    texts = [name("HR 0.5 of all", 105, 140), name("Placebo", 440, 90), name("Placebo", 92, 500)]
    keys = legend_keys(figure(drawn), texts, panel())
    assert [(k.name, k.color) for k in keys] == [("Placebo", RED)]


def test_an_arm_without_events_is_found_by_its_legend():
    level = stroke([(100, 50), (520, 50)], BLUE, order=1)
    grid = stroke([(100, 50), (600, 50)], (230, 230, 230))
    drawn = [grid, stroke(corners(), RED), level, line(400, 90, RED), line(400, 120, BLUE)]
    texts = [name("Placebo", 440, 90), name("Drug", 440, 120)]
    arms, _ = vector_arms(figure(drawn, texts), texts, panel())
    assert [arm.color for arm in arms] == [RED, BLUE]
    assert arms[1].trace.y_px.tolist() == [50.0]
    assert arms[1].trace.end_px == 520.0
    assert len(vector_arms(figure(drawn[:3], ()), (), panel())[0]) == 1


def test_a_legend_beside_the_panel_that_names_every_arm_is_shared():
    other = corners(X, np.array([50.0, 60.0, 90.0, 150.0, 170.0]))
    curves = [stroke(corners(), RED), stroke(other, BLUE)]
    keys = [line(400, 520, RED), line(520, 520, BLUE)]
    texts = [name("Placebo", 440, 520), name("Drug", 560, 520)]
    cut = replace(panel(), region=Box(0, 0, 500, 560))
    arms, legend = vector_arms(figure([*curves, *keys]), texts, cut)
    assert [k.name for k in legend] == ["Placebo", "Drug"]
    assert [a.keys[0].name for a in arms] == ["Placebo", "Drug"]
    # One that names an arm twice is left alone: it may be another panel's.
    texts.append(name("Drug B", 560, 545))
    _, legend = vector_arms(figure([*curves, *keys, line(520, 545, BLUE, width=4.0)]), texts, cut)
    assert [k.name for k in legend] == ["Placebo"]


def test_an_arm_that_runs_along_the_frame_or_under_another_is_found_by_its_legend():
    keys = [line(400, 90, RED), line(400, 120, BLUE)]
    texts = [name("Placebo", 440, 90), name("Drug", 440, 120)]
    without_events = stroke([(100, 50), (600, 50)], BLUE)
    arms, _ = vector_arms(figure([stroke(corners()), without_events, *keys]), texts, panel())
    assert [(a.color, len(a.trace.x_px)) for a in arms] == [(RED, 5), (BLUE, 1)]
    same = stroke(corners(), BLUE)
    arms, _ = vector_arms(figure([same, stroke(corners(), order=1), *keys]), texts, panel())
    assert sorted(a.color for a in arms) == [BLUE, RED]
    # Without an entry a second line at the same place is the first one's halo.
    arms, _ = vector_arms(figure([same, stroke(corners(), order=1), keys[0]]), texts, panel())
    assert [a.color for a in arms] == [RED]


def test_names_have_their_numbers_and_a_heading_takes_no_sample_of_a_number():
    """ "Group" stands before the sample of the arm that is called 1."""
    drawn = [line(150, 90, RED), line(290, 90, BLUE)]
    numbered = [name("Rx", 190, 90), name("1", 214, 90), name("Rx", 330, 90), name("2", 354, 90)]
    assert [k.name for k in legend_keys(figure(drawn), numbered, panel())] == ["Rx 1", "Rx 2"]
    headed = [name("Group", 100, 90), name("1", 190, 90), name("2", 330, 90)]
    assert legend_keys(figure(drawn), headed, panel()) == ()


def test_pieces_of_letters_drawn_as_shapes_are_no_samples():
    """The hyphen of a title and the stem of an i in it."""

    def piece(left, top, right, bottom):
        return stroke([(left, top), (right, top), (right, bottom), (left, bottom)], None, fill=BLACK, closed=True)

    title = [name("Kaplan", 200, 90), name("Meier", 266, 90)]
    letters = [piece(256, 88, 263, 92), piece(280, 84, 284, 97)]
    assert legend_keys(figure(letters), title, panel()) == ()
    assert [k.name for k in legend_keys(figure([piece(250, 84, 264, 97)]), title[1:], panel())] == ["Meier"]
