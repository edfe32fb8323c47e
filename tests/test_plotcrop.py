"""The plot area cut out: positions taken there and back, rising curves turned, frame and lettering marked."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_curves import BLACK, BLUE, BOTTOM, LEFT, RIGHT, TOP, UPPER, Drawing, panel, x, y
from km2ipd.digitize.plotcrop import LARGEST, crop_plot
from km2ipd.records import Axis, AxisCalibration, Box


def drawing() -> Drawing:
    return Drawing().axes().curve(UPPER, 330, BLUE)


def test_places_are_taken_to_the_crop_and_back() -> None:
    for direction in ("survival", "incidence"):
        crop = drawing().crop(direction=direction)
        at = np.array([LEFT, 100.25, 310.0])
        assert crop.figure_x(np.array([crop.column_of(v) for v in at])) == pytest.approx(at)
        assert crop.figure_y(np.array([crop.row_of(v) for v in at])) == pytest.approx(at)


def test_the_crop_shows_the_figure_at_the_places_it_says() -> None:
    pixels = drawing().pixels()
    crop = drawing().crop()
    row, column = int(crop.row_of(y(0.95))), int(crop.column_of(x(6)))
    assert crop.ink.rgb[row, column] == pytest.approx(pixels[int(y(0.95)), int(x(6))])
    assert (crop.start_row, crop.bottom_row) == pytest.approx((crop.row_of(TOP), crop.row_of(BOTTOM)))


def test_rising_curves_are_turned_so_that_they_fall() -> None:
    rising = tuple((px, BOTTOM + TOP - py) for px, py in UPPER)
    pixels = Drawing().axes().curve(rising, 330, BLUE).pixels()
    crop = crop_plot(pixels, panel(direction="incidence"), (), ())
    assert crop.flipped
    assert crop.start_row < crop.bottom_row
    assert crop.figure_y(np.float64(crop.start_row)) == pytest.approx(BOTTOM)
    first, last = (np.flatnonzero(crop.ink.strength[:150, int(crop.column_of(v))] > 200).mean() for v in (60, 320))
    assert first < last


def test_the_start_of_a_broken_axis_is_still_one() -> None:
    crop = drawing().crop(y_range=(0.5, 1.0))
    assert crop.start_row == pytest.approx(crop.row_of(y(1)))
    assert crop.bottom_row == pytest.approx(crop.row_of(y(0.5)))


def test_large_plates_are_reduced_by_a_whole_factor() -> None:
    pixels = np.repeat(np.repeat(drawing().pixels(), 6, axis=0), 6, axis=1)
    small = panel()
    scaled = [
        AxisCalibration(a.calibration.intercept - 2.5 * a.calibration.slope / 6, a.calibration.slope / 6, [1], [1], 0.1)
        for a in (small.x, small.y)
    ]
    area = Box(6 * LEFT + 2.5, 6 * TOP + 2.5, 6 * RIGHT + 2.5, 6 * BOTTOM + 2.5)
    large = panel(
        plot_area=area,
        region=Box(0, 0, 2399, 1559),
        x=Axis(scaled[0], 0, 30),
        y=Axis(scaled[1], 0, 1),
    )
    crop = crop_plot(pixels, large, (), ())
    assert crop.scale == 2
    assert max(crop.ink.strength.shape) <= LARGEST
    assert crop.figure_x(np.float64(crop.column_of(777.0))) == pytest.approx(777.0)
    level = crop.ink.strength[: int(crop.bottom_row) - 5, int(crop.column_of(6 * x(6) + 2.5))]
    centroid = (level * np.arange(len(level))).sum() / level.sum()
    assert crop.figure_y(centroid) == pytest.approx(6 * y(0.95) + 2.5, abs=0.5)


def test_lettering_and_samples_are_marked_and_nothing_else() -> None:
    marked = drawing().text("Drug", 200, 180).entry("Key", 60, 200, BLUE)
    crop = marked.crop()
    for box in [t.box for t in marked.texts] + [k.box for k in marked.keys]:
        across, down = box.centre
        assert crop.lettering[int(crop.row_of(down)), int(crop.column_of(across))]
    assert not crop.lettering[int(crop.row_of(100)), int(crop.column_of(200))]
    assert crop.lettering.mean() < 0.05


def test_axis_lines_and_boxes_are_frame_and_curves_are_not() -> None:
    boxed = drawing().line(LEFT - 1, TOP, RIGHT, TOP, BLACK).line(RIGHT, TOP, RIGHT, BOTTOM, BLACK)
    frame = boxed.crop().frame
    crop = boxed.crop()
    for column in (LEFT, RIGHT):
        assert frame[:, int(crop.column_of(column))].all()
    for row in (TOP, BOTTOM):
        assert frame[int(crop.row_of(row))].all()
    assert not frame[int(crop.row_of(y(0.95))), int(crop.column_of(x(6)))]
    assert not drawing().crop().frame[int(crop.row_of(TOP)), 100]


def test_a_leaning_axis_is_frame() -> None:
    pixels = Drawing().curve(UPPER, 330, BLUE)
    for k in range(10):
        pixels.line(LEFT + 35 * k, BOTTOM + k // 5, LEFT + 35 * (k + 1), BOTTOM + k // 5, BLACK, 1)
    crop = pixels.crop()
    assert crop.frame[int(crop.row_of(BOTTOM))].all()


def test_insets_count_as_frame() -> None:
    crop = crop_plot(drawing().pixels(), panel(), (), (), (Box(200, 60, 280, 120),))
    assert crop.frame[int(crop.row_of(90)), int(crop.column_of(240))]
    assert not crop.frame[int(crop.row_of(150)), int(crop.column_of(240))]


def test_an_open_axis_is_looked_at_past_its_last_tick_and_a_box_is_not() -> None:
    opened = drawing().crop()
    boxed = drawing().line(RIGHT, TOP, RIGHT, BOTTOM, BLACK).crop()
    assert opened.figure_x(np.float64(opened.ink.strength.shape[1] - 1)) == pytest.approx(RIGHT + 45, abs=1)
    assert boxed.figure_x(np.float64(boxed.ink.strength.shape[1] - 1)) == pytest.approx(RIGHT + 5, abs=1)


def test_nothing_left_of_the_first_time_is_looked_at() -> None:
    assert drawing().crop(plot_area=Box(LEFT - 20, TOP, RIGHT, BOTTOM)).left == LEFT


def test_a_coloured_line_at_one_is_a_curve_and_a_grey_one_the_frame() -> None:
    for color, framed in ((BLUE, False), (BLACK, True)):
        crop = Drawing().axes().line(LEFT, y(1), RIGHT + 8, y(1), color).crop()
        assert bool(crop.frame[round(crop.row_of(y(1)))].all()) is framed
