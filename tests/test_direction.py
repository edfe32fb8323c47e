"""Direction: falling or rising, by the words and by the drawing."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_axes import DrawnPlot, page
from km2ipd.digitize.direction import axis_scale, direction_in_words, direction_of_ink
from km2ipd.digitize.raster import grey
from km2ipd.records import Box


@pytest.mark.parametrize(
    ("words", "direction"),
    [
        ("Overall survival", "survival"),
        ("Event-free probability", "survival"),
        ("Freedom from reoperation (%)", "survival"),
        ("Cumulative incidence of relapse", "incidence"),
        ("Probability of death", "incidence"),
        ("Patients with event (%)", "incidence"),
        ("Probability", None),
        ("", None),
    ],
)
def test_words(words: str, direction: str | None) -> None:
    assert direction_in_words(words) == direction


@pytest.mark.parametrize("rising", [False, True])
@pytest.mark.parametrize("box", [False, True])
def test_the_drawing_shows_where_curves_start_and_go(rising: bool, box: bool) -> None:
    pixels = page()
    plot = DrawnPlot(rising=rising, box=box, grid=True)
    plot.draw(pixels)
    found = direction_of_ink(grey(pixels), Box(80, 60, 380, 260), 60.0, 260.0, 80.0)
    assert found == ("incidence" if rising else "survival")


def test_a_piece_of_a_leaning_axis_line_does_not_speak() -> None:
    pixels = page()
    pixels[100:103, 84:180] = 0
    pixels[258, 82:300] = 0
    assert direction_of_ink(grey(pixels), Box(80, 60, 380, 260), 60.0, 260.0, 80.0) is None


def test_an_axis_line_that_leaves_the_plot_halfway_does_not_speak_for_the_curve() -> None:
    pixels = page()
    DrawnPlot(axis_lines=False, ticks="none").draw(pixels)
    pixels[259, 80:230], pixels[260, 230:381] = 0, 0
    for row in range(60, 258, 4):
        pixels[row : row + 2, 120] = 0
    assert direction_of_ink(grey(pixels), Box(80, 60, 380, 259), 60.0, 259.0, 80.0) == "survival"


def test_an_empty_plot_shows_nothing() -> None:
    pixels = page()
    DrawnPlot(curve=False).draw(pixels)
    assert direction_of_ink(grey(pixels), Box(80, 60, 380, 260), 60.0, 260.0, 80.0) is None


def test_the_scale_follows_the_largest_label() -> None:
    assert axis_scale(np.array([0, 0.5, 1.0]), False) == "fraction"
    assert axis_scale(np.array([0, 50, 100.0]), False) == "percent"
    assert axis_scale(np.array([0, 0.5, 1.0]), True) == "percent"
