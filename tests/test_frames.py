"""Frames and selection: which numbers belong to one plot, and which frames are plots at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_axes import DrawnPlot, label, page
from km2ipd.digitize.axes import find_scales, number_labels
from km2ipd.digitize.frames import figure_lines, frame_plot, pair_scales, with_grid
from km2ipd.digitize.raster import grey
from km2ipd.digitize.selection import has_even_steps


def scales(texts):
    labels = number_labels(texts)
    return find_scales(labels, "horizontal"), find_scales(labels, "vertical")


def framed(plot: DrawnPlot):
    pixels = page()
    (row,), (column,) = scales(plot.draw(pixels))
    levels = grey(pixels)
    return frame_plot(row, column, with_grid(figure_lines(levels), levels))


def test_axis_lines_are_found_where_they_are_drawn() -> None:
    frame = framed(DrawnPlot(padding=12, box=True))
    assert frame.x_line is not None
    assert frame.y_line is not None
    assert (frame.x_line.at, frame.y_line.at) == pytest.approx((272, 68))
    area = frame.area
    assert (area.left, area.top, area.right, area.bottom) == pytest.approx((68, 48, 392, 272), abs=1)


def test_an_open_plot_reaches_a_little_past_its_last_labels() -> None:
    area = framed(DrawnPlot()).area
    assert 380 < area.right <= 400
    assert 45 <= area.top < 60


def test_a_grid_bounds_a_plot_without_axis_lines() -> None:
    frame = framed(DrawnPlot(axis_lines=False, ticks="none", grid=True, padding=10, curve=False))
    assert frame.x_line is None
    assert frame.area.left == pytest.approx(70, abs=2)
    assert frame.area.bottom == pytest.approx(270, abs=2)


def test_numbers_far_apart_are_no_plot() -> None:
    texts = [label(f"{v}", 600 + 40 * v, 900) for v in range(4)]
    texts += [label(f"{v}", 40, 200 - 100 * v) for v in (0, 0.5, 1)]
    assert pair_scales(*scales(tuple(texts))) == ()


def test_each_plot_of_a_row_gets_its_own_column() -> None:
    pixels = page(width=880)
    left, right = DrawnPlot(), DrawnPlot(corner=(520, 260), x_ticks=(0, 12, 24, 36))
    pairs = pair_scales(*scales((*left.draw(pixels), *right.draw(pixels))))
    assert {(float(row.values[-1]), round(column.at)) for row, column in pairs} == {(30.0, 56), (36.0, 496)}


@pytest.mark.parametrize(
    ("values", "even"),
    [
        ((0, 12, 24, 36), True),
        ((0, 12, 36, 48), True),
        ((0, 20, 40, 60, 80, 96), True),
        ((0, 90, 200, 400, 600, 800, 1000), True),
        ((5, 9, 20, 47), False),
        ((27, 13, 0), False),
    ],
)
def test_axis_labels_are_even_and_counts_are_not(values: tuple[float, ...], even: bool) -> None:
    class Scale:
        pass

    scale = Scale()
    scale.values = np.array(values, float)
    assert has_even_steps(scale) is even


def test_a_grid_line_at_the_last_label_does_not_close_a_box_that_goes_on() -> None:
    pixels = page()
    (row,), (column,) = scales(DrawnPlot(padding=12, box=True).draw(pixels))
    pixels[50:272, round(row.end)] = 120
    pixels[round(column.start), 70:390] = 120
    levels = grey(pixels)
    area = frame_plot(row, column, with_grid(figure_lines(levels), levels)).area
    assert (area.right, area.top) == pytest.approx((392, 48), abs=1)


def test_a_box_may_close_just_before_the_middle_of_its_last_label() -> None:
    pixels = page()
    (row,), (column,) = scales(DrawnPlot(box=True, curve=False).draw(pixels))
    large = replace(row, px=row.px + 4.0, size=24.0), column
    levels = grey(pixels)
    area = frame_plot(*large, with_grid(figure_lines(levels), levels)).area
    assert (area.right, area.top) == pytest.approx((380, 60), abs=1)
