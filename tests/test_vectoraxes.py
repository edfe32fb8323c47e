"""Axes of a vector figure fitted to their strokes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_strokes import BLACK, corners, figure, panel, stroke
from km2ipd.digitize.vectoraxes import refine_calibration
from km2ipd.records import AxisCalibration

X_TICKS = [stroke([(100.0 + 100 * k, 450), (100.0 + 100 * k, 458)], BLACK) for k in range(6)]
Y_TICKS = [stroke([(92, 450.0 - 80 * k), (100, 450.0 - 80 * k)], BLACK) for k in range(6)]


def blurred():
    """The panel as it is read from pixels: ticks up to half a pixel off."""
    shift = np.array([0.4, -0.3, 0.2, -0.4, 0.5, -0.1])
    x_px, y_px = 100.0 + 100 * np.arange(6) + shift, 450.0 - 80 * np.arange(6) + shift[::-1]
    x = AxisCalibration(-2.05, 0.0201, x_px, 2.0 * np.arange(6), 0.4)
    y = AxisCalibration(1.126, -0.0025, y_px, 0.2 * np.arange(6), 0.4)
    exact = panel()
    return replace(exact, x=replace(exact.x, calibration=x), y=replace(exact.y, calibration=y))


def test_ticks_give_the_axes_exactly():
    refined = refine_calibration(figure([*X_TICKS, *Y_TICKS, stroke(corners())]), blurred())
    assert refined.x.calibration.value([100.0, 600.0]) == pytest.approx([0.0, 10.0], abs=1e-9)
    assert refined.y.calibration.value([450.0, 50.0]) == pytest.approx([0.0, 1.0], abs=1e-9)
    assert refined.x.calibration.residual_px < 1e-9


def test_censor_ticks_beside_an_axis_tick_do_not_draw_it_away():
    censor = [stroke([(x, 440), (x, 455)]) for x in (101.5, 198.0, 303.1)]
    refined = refine_calibration(figure([*censor, *X_TICKS, *Y_TICKS]), blurred())
    assert refined.x.calibration.value(600.0) == pytest.approx(10.0, abs=1e-9)


def test_grid_lines_serve_where_there_are_no_ticks():
    grid = [stroke([(100.0 + 100 * k, 50), (100.0 + 100 * k, 450)], (230, 230, 230)) for k in range(6)]
    refined = refine_calibration(figure(grid), blurred())
    assert refined.x.calibration.value(600.0) == pytest.approx(10.0, abs=1e-9)
    assert refined.y.calibration is not None
    assert refined.y.calibration.residual_px == 0.4


def test_without_strokes_the_axes_stay_as_read():
    assert refine_calibration(figure([]), blurred()).x.calibration.residual_px == 0.4


def test_the_full_stops_of_outlined_numbers_are_no_ticks():
    stops = []
    for k in range(6):
        y = 449.5 - 80 * k
        square = [(80, y - 1.5), (83, y - 1.5), (83, y + 1.5), (80, y + 1.5)]
        stops.append(stroke(square, None, fill=BLACK, closed=True))
    refined = refine_calibration(figure([*stops, *Y_TICKS]), blurred())
    assert refined.y.calibration.value([450.0, 50.0]) == pytest.approx([0.0, 1.0], abs=1e-9)
