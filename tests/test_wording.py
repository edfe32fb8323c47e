"""Wording and regions: letters, labels, units, and which part of the page belongs to which plot."""

from __future__ import annotations

import pytest
from drawn_axes import DrawnPlot, figure_of, label, page
from km2ipd.digitize.panels import find_panels
from km2ipd.digitize.wording import time_unit


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("Time (months)", "months"),
        ("Years since randomization", "years"),
        ("Follow-up, wk", "weeks"),
        ("Time from surgery (mo)", "months"),
        ("Days", "days"),
        ("analysis time", ""),
    ],
)
def test_units_of_time(words: str, unit: str) -> None:
    assert time_unit(words) == unit


def four_plots(letters: tuple[str, ...], below: bool = False) -> list[str]:
    pixels = page(width=900, height=760)
    texts = []
    for i, letter in enumerate(letters):
        x, y = 90 + 450 * (i % 2), 270 + 370 * (i // 2)
        at = (x - 60, y + 50) if below else (x - 60, y - 230)
        names = [label(letter, *at)] if letter else []
        plot = DrawnPlot(corner=(x, y), texts=[*names, label("Months", x + 150, y + 40)])
        texts += plot.draw(pixels)
    return [panel.name for panel, _ in find_panels(figure_of(pixels), tuple(texts))]


def test_letters_name_the_panels_in_reading_order() -> None:
    assert four_plots(("A", "B", "C", "D")) == ["A", "B", "C", "D"]


def test_letters_may_stand_below_their_plots() -> None:
    assert four_plots(("A", "B", "C", "D"), below=True) == ["A", "B", "C", "D"]


def test_the_letter_of_the_panel_beside_cuts_no_table() -> None:
    """Letters at the bottom: that of the right panel stands in the left one's last row; a chart's below is an end."""
    pixels = page(width=900, height=500)
    texts = []
    for i, letter in enumerate("AB"):
        x = 90 + 450 * i
        texts += DrawnPlot(corner=(x, 270), texts=[label(letter, x - 60, 350)]).draw(pixels)
    figure = figure_of(pixels)
    (left, _), (right, _) = find_panels(figure, tuple(texts))
    assert left.region.bottom > 400 and right.region.bottom > 400
    chart = (*texts, label("C", 30, 420))
    assert all(panel.region.bottom < 420 for panel, _ in find_panels(figure, chart))


def test_a_letter_that_was_not_read_follows_from_the_others() -> None:
    assert four_plots(("A", "", "C", "D")) == ["A", "B", "C", "D"]


def test_brackets_and_points_do_not_matter() -> None:
    assert four_plots(("(a)", "b)", "c.", "(d)")) == ["a", "b", "c", "d"]


def test_regions_do_not_overlap_and_hold_their_tables() -> None:
    pixels = page(width=900, height=860)
    texts = []
    for i in range(2):
        plot = DrawnPlot(corner=(90, 270 + 420 * i))
        texts += plot.draw(pixels)
        row = 270 + 420 * i + 70
        pixels[row - 4 : row + 5, 90:380] = 0
        texts += [label(n, plot.x(v), row) for n, v in zip(("88", "61", "40", "9"), plot.x_ticks, strict=True)]
    (upper, _), (lower, _) = find_panels(figure_of(pixels), tuple(texts))
    assert upper.region.bottom <= lower.region.top
    assert upper.region.contains(235, 340)
    assert lower.region.contains(235, 760)


def test_letters_that_name_the_arms_of_a_table_name_no_panel() -> None:
    pixels = page(height=520)
    names = [label("A", 60, 330), label("B", 60, 370), label("Months", 240, 310)]
    plot = DrawnPlot(corner=(90, 270), texts=names)
    texts = plot.draw(pixels)
    ((panel, _),) = find_panels(figure_of(pixels), tuple(texts))
    assert panel.name == "1" and panel.region.bottom > 380
