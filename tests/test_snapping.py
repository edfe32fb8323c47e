"""Snapping: half a pixel between crisp ticks of odd width and crisp curves of even width."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_axes import DrawnPlot, drawn
from km2ipd.digitize.panels import find_panels
from km2ipd.digitize.snapping import curve_phase, stroke_phase
from km2ipd.records import Box


def test_the_phase_is_read_off_the_centres() -> None:
    assert stroke_phase(np.array([10.0, 31.02, 57.0, 80.0, 99.97])) == 0.5
    assert stroke_phase(np.array([10.5, 31.5, 57.5, 80.5, 99.5])) == 0.0
    assert stroke_phase(np.array([10.1, 31.4, 57.8, 80.3, 99.6])) is None
    assert stroke_phase(np.array([10.0, 20.0])) is None


def test_curves_two_pixels_wide_lie_on_pixel_edges() -> None:
    figure, _ = drawn(DrawnPlot(curve=True))
    assert curve_phase(figure.pixels, Box(80, 50, 380, 270)) == 0.0


def test_panels_are_calibrated_for_their_curves() -> None:
    plot = DrawnPlot(size=(297, 203), x_ticks=(0, 7, 14, 21, 28, 35), y_ticks=(0, 0.2, 0.4, 0.6, 0.8, 1))
    ((panel, _),) = find_panels(*drawn(plot))
    assert panel.y.calibration.px(0.4) == pytest.approx(plot.y(0.4) - 0.5, abs=0.3)
    assert panel.x.calibration.px(14) == pytest.approx(plot.x(14) - 0.5, abs=0.3)


def test_ticks_that_stand_on_whole_pixels_by_their_values_prove_nothing() -> None:
    plot = DrawnPlot(x_ticks=(0, 7, 14, 21, 28), y_ticks=(0, 0.2, 0.4, 0.6, 0.8, 1))
    ((panel, _),) = find_panels(*drawn(plot))
    assert panel.y.calibration.px(0.4) == pytest.approx(plot.y(0.4), abs=0.05)
