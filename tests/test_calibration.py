"""Calibration: the line through the labels that agree, whatever the others say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from km2ipd.digitize.calibration import consensus, fit_axis
from km2ipd.errors import TooFewTicks


def test_the_fit_of_exact_ticks_is_exact() -> None:
    axis = fit_axis(np.array([100.0, 150.0, 200.0]), np.array([0.0, 6.0, 12.0]), 1.0)
    assert axis.value(175.0) == pytest.approx(9.0)
    assert axis.px(3.0) == pytest.approx(125.0)
    assert axis.residual_px == pytest.approx(0.0, abs=1e-9)


def test_a_tick_off_the_line_is_left_out() -> None:
    px = np.array([100.0, 150.0, 200.0, 250.0, 307.0])
    axis = fit_axis(px, np.array([0.0, 6.0, 12.0, 18.0, 24.0]), 1.0)
    assert axis.px(24.0) == pytest.approx(300.0)
    assert list(axis.ticks) == [0, 6, 12, 18]


def test_the_residual_is_the_scatter_in_px() -> None:
    axis = fit_axis(np.array([99.7, 150.3, 199.7, 250.3]), np.array([0.0, 1.0, 2.0, 3.0]), 1.0)
    assert 0.2 < axis.residual_px < 0.35


def test_one_tick_is_too_few() -> None:
    with pytest.raises(TooFewTicks):
        fit_axis(np.array([100.0, np.nan]), np.array([0.0, 1.0]), 1.0)


def test_consensus_outvotes_misread_labels() -> None:
    px = np.array([0.0, 50.0, 100.0, 150.0, 200.0])
    found = consensus(px, [(0.0,), (6.0,), (72.0,), (18.0,), (24.0,)], 3.0, rising=True)
    assert found is not None
    assert list(found[0]) == [0, 1, 3, 4]


def test_consensus_chooses_the_reading_that_fits() -> None:
    px = np.array([0.0, 50.0, 100.0])
    found = consensus(px, [(1.0,), (5.0, 0.5), (0.0,)], 3.0, rising=False)
    assert found is not None
    assert list(found[1]) == [1.0, 0.5, 0.0]


def test_consensus_keeps_to_the_direction_asked_for() -> None:
    assert consensus(np.array([0.0, 50.0]), [(1.0,), (0.0,)], 3.0, rising=True) is None


@given(
    origin=st.floats(-50, 500),
    per_unit=st.floats(2, 80),
    wrong=st.integers(0, 5),
    misread=st.floats(60, 900),
)
def test_one_wrong_label_of_six_never_moves_the_line(
    origin: float, per_unit: float, wrong: int, misread: float
) -> None:
    values = np.arange(6.0)
    px = origin + per_unit * values
    read = [(v,) for v in values]
    read[wrong] = (misread,)
    found = consensus(px, read, 0.4, rising=True)
    assert found is not None
    axis = fit_axis(px[found[0]], found[1], 1.0)
    assert axis.px(2.5) == pytest.approx(origin + 2.5 * per_unit, abs=0.01)
