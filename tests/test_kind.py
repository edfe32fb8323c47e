"""Kind: what speaks against survival curves, and what does not."""

from __future__ import annotations

import numpy as np
import pytest
from km2ipd.digitize.kind import kind_from_axis, kind_from_curves, kind_from_words, looks_smooth
from km2ipd.records import Box, CurveTrace

AREA = Box(0, 0, 600, 400)


@pytest.mark.parametrize(
    ("x", "y", "kind"),
    [
        ("Time (months)", "Cumulative hazard", "cumulative hazard"),
        ("1 - Specificity", "Sensitivity", "a ROC curve"),
        ("Weeks", "Mean change from baseline", "means of a measurement"),
        ("Hazard ratio (95% CI)", "", "hazard or odds ratios"),
        ("Time", "Mean cumulative function", "a mean cumulative function"),
        ("Months", "Overall survival", None),
        ("Months", "Cumulative incidence of stroke (%)", None),
        ("Years", "Event-free survival, density-matched cohort", None),
        ("", "", None),
    ],
)
def test_words_name_the_kind(x: str, y: str, kind: str | None) -> None:
    assert kind_from_words(x, y, "") == kind


def test_an_axis_beyond_one_needs_percent_or_range() -> None:
    assert kind_from_axis(np.array([0.0, 1.0, 2.0]), "") is not None
    assert kind_from_axis(np.array([0.0, 1.0, 2.0]), "Patients with event (%)") is None
    assert kind_from_axis(np.array([0.0, 50.0, 100.0]), "") is None
    assert kind_from_axis(np.array([0.0, 0.5, 1.0]), "") is None


def staircase(drops: np.ndarray, runs: np.ndarray) -> CurveTrace:
    x = np.concatenate([[0.0], np.cumsum(runs)])[: len(drops) + 1]
    return CurveTrace(x, np.concatenate([[10.0], 10 + np.cumsum(drops)]), float(x[-1] + runs[-1]))


def test_a_model_s_smooth_curve_is_told_from_a_staircase() -> None:
    x = np.linspace(0, 600, 2000)
    y = np.rint((10 + 380 * (1 - np.exp(-((x / 350) ** 1.5)))) / 2) * 2
    at = np.flatnonzero(np.diff(y)) + 1
    smooth = CurveTrace(np.r_[0.0, x[at]], np.r_[y[0], y[at]], 600.0)
    assert looks_smooth(smooth, AREA)
    rng = np.random.default_rng(5)
    steps = staircase(rng.choice([2.0, 2.0, 4.0], 120), rng.exponential(5.0, 120))
    assert not looks_smooth(steps, AREA)
    assert kind_from_curves((smooth, smooth, steps), AREA) is not None
    assert kind_from_curves((smooth, steps, steps), AREA) is None
    assert kind_from_curves((), AREA) is None


def test_evenly_spaced_events_with_uneven_drops_are_a_staircase() -> None:
    rng = np.random.default_rng(6)
    monthly = staircase(rng.exponential(6.0, 60), np.full(60, 10.0))
    assert not looks_smooth(monthly, AREA)


@pytest.mark.parametrize("jitter", [0.0, 1.5])
def test_a_smooth_curve_with_a_steep_start_is_a_model_s_a_jagged_one_is_none(jitter: float) -> None:
    """The first drops are many times as high as the others; patients would leave their mark on the shape."""
    x = np.arange(600.0)
    wander = np.cumsum(np.random.default_rng(4).normal(0, 0.15, 600)) * jitter
    y = np.maximum.accumulate(np.rint(10 + 380 * (1 - np.exp(-x / 60)) + 0.02 * x + wander))
    at = np.flatnonzero(np.diff(y)) + 1
    trace = CurveTrace(np.r_[0.0, x[at]], np.r_[y[0], y[at]], 600.0)
    assert np.quantile(np.diff(trace.y_px), 0.9) > 2.2 * np.median(np.diff(trace.y_px))
    assert looks_smooth(trace, AREA) == (jitter == 0)
