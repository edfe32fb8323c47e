"""Figures of a page told from prose, tables and heads; captions."""

from __future__ import annotations

import numpy as np
import pytest
from km2ipd.digitize.pageimages import PageImage, whole_images
from km2ipd.digitize.pages import find_regions
from km2ipd.digitize.pdfobjects import PageContent
from km2ipd.digitize.prose import is_caption, prose_lines
from km2ipd.digitize.textruns import run_of
from km2ipd.records import Box, Stroke

BLACK = (0, 0, 0)
SENTENCE = "were followed until death or the end of the study whichever"


def words(text, x, y, size=9.0):
    width = 0.5 * size * len(text)
    return run_of(text, Box(x, y - 0.7 * size, x + width, y), 0, (x, y), size)


def prose(x, y, lines):
    return [words(SENTENCE, x, y + 11 * k) for k in range(lines)]


def line(*points):
    x, y = np.array(points, float).T
    return Stroke(x, y, BLACK)


def plot(x=60.0, y=300.0):
    """Axes, a staircase and numbers in a square of 200 points, its upper-left corner at (x, y)."""
    strokes = [
        line((x, y), (x, y + 200)),
        line((x, y + 200), (x + 200, y + 200)),
        line((x, y), (x + 60, y), (x + 60, y + 50), (x + 120, y + 50), (x + 120, y + 120), (x + 190, y + 120)),
    ]
    numbers = [words(str(k), x + 50 * k, y + 215, 7.0) for k in range(5)]
    numbers += [words("1.0", x - 18, y + 3, 7.0), words("0.5", x - 18, y + 103, 7.0)]
    numbers += [words("No. at risk", x - 40, y + 235, 7.0), words("120", x, y + 245, 7.0)]
    return strokes, numbers


def content(strokes, runs, images=()):
    return PageContent(600.0, 800.0, tuple(strokes), tuple(images), tuple(runs))


def test_a_plot_between_paragraphs_is_cut_out_with_its_numbers_and_caption():
    strokes, numbers = plot()
    caption = [words("Figure 1. Kaplan-Meier curves of survival by arm in", 60, 570), words("all patients.", 60, 581)]
    (region,) = find_regions(content(strokes, prose(60, 100, 12) + numbers + caption + prose(60, 620, 12)))
    assert region.image is None
    assert region.caption == "Figure 1. Kaplan-Meier curves of survival by arm in all patients."
    assert 15 <= region.box.left <= 20
    assert region.box.top == pytest.approx(296, abs=2)
    assert 545 <= region.box.bottom <= 550


def test_the_prose_of_the_other_column_is_left_out():
    strokes, numbers = plot()
    (region,) = find_regions(content(strokes, numbers + prose(290, 100, 60)))
    assert region.box.right < 285


def test_two_panels_side_by_side_are_one_figure():
    left, right = plot(60.0), plot(300.0)
    runs = left[1] + right[1] + prose(60, 100, 12)
    (region,) = find_regions(content(left[0] + right[0], runs))
    assert region.box.right > 490


def test_two_figures_apart_stay_two():
    first, second = plot(60.0, 100.0), plot(60.0, 520.0)
    runs = first[1] + second[1] + prose(60, 370, 12)
    assert len(find_regions(content(first[0] + second[0], runs))) == 2


def test_a_ruled_table_is_no_figure():
    rules = [line((60, y), (260, y)) for y in (300, 320, 400)]
    cells = [words(str(k), 60 + 40 * k, 340, 8.0) for k in range(5)]
    assert find_regions(content(rules, cells + prose(60, 100, 12))) == ()


def test_a_page_of_a_plot_alone_is_one_figure_as_a_whole():
    strokes, numbers = plot()
    (region,) = find_regions(content(strokes, numbers))
    assert region.box == Box(0, 0, 600, 800)


def test_an_image_carries_its_figure_and_an_icon_none():
    image, icon = PageImage(Box(60, 300, 300, 480), 800, 600), PageImage(Box(10, 10, 30, 30), 40, 40)
    (region,) = find_regions(content([], prose(60, 100, 12), [image, icon]))
    assert region.image == image


def test_the_running_head_is_not_part_of_a_figure_below_it():
    image = PageImage(Box(60, 56, 300, 240), 800, 600)
    head = words("A Author et al.  Journal of Studies", 60, 48)
    (region,) = find_regions(content([], [head, *prose(60, 300, 12)], [image]))
    assert region.box.top > 50


def test_prose_is_told_from_rows_of_a_table():
    rows = [words(f"Group {k}   {k * 17}  {k * 13}  {k * 11}", 60, 400 + 11 * k) for k in range(6)]
    lines = prose(60, 100, 5)
    assert set(map(id, prose_lines([*lines, *rows]))) == set(map(id, lines))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Figure 2. Kaplan-Meier", True),
        ("F I G U R E 1 Cumulative incidence", True),
        ("Fig. 3 | Primary outcome", True),
        ("Extended Data Fig. 6 | Time to death", True),
        ("Figures of merit", False),
        ("Finally, 2 patients", False),
    ],
)
def test_captions_begin_in_many_ways(text, expected):
    assert is_caption(text) is expected


def test_tiles_of_one_picture_are_joined_and_neighbours_are_not():
    tiles = [PageImage(Box(x, y, x + 50, y + 40), 100, 80) for y in (0, 40, 80) for x in (0, 50)]
    assert whole_images(tiles) == (PageImage(Box(0, 0, 100, 120), 200, 240),)
    apart = PageImage(Box(110, 0, 160, 120), 100, 240)
    finer = PageImage(Box(0, 120, 100, 160), 400, 160)
    assert set(whole_images([*tiles, apart, finer])) == {PageImage(Box(0, 0, 100, 120), 200, 240), apart, finer}


def test_a_table_that_stands_clear_of_its_plot_is_taken_in_down_to_the_caption():
    strokes, numbers = plot()
    numbers = [n for n in numbers if n.text not in ("No. at risk", "120")]
    rows = [words("Drug", 20, 550, 7.0), words("120", 60, 550, 7.0), words("87", 110, 550, 7.0)]
    caption = [words("Figure 1. Kaplan-Meier curves of survival by arm in", 60, 580)]
    page = content(strokes, [*prose(60, 100, 12), *numbers, *rows, *caption, *prose(60, 620, 12)])
    (region,) = find_regions(page)
    assert region.box.left < 20
    assert 550 <= region.box.bottom < 573


def test_a_tables_heading_may_stand_further_below_the_plot():
    strokes, numbers = plot()
    numbers = [n for n in numbers if n.text not in ("No. at risk", "120")]
    table = [words("Number at risk", 60, 552, 7.0), words("120", 60, 562, 7.0)]
    (region,) = find_regions(content(strokes, [*prose(60, 100, 12), *numbers, *table, *prose(60, 640, 12)]))
    assert region.box.bottom >= 562
