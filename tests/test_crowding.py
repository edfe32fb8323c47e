"""Patients to marks, by how crowded the marks are."""

from __future__ import annotations

import numpy as np
import pytest
from km2ipd.reconstruct.crowding import patients_at, rates_of_marks, scale_of_rates, spread_over_marks
from km2ipd.reconstruct.engine import reconstruct_panel
from km2ipd.records import RiskRow, RiskTable, SurvivalCurve

CROWD, ALONE = np.arange(10.0, 20.0, 0.25), np.arange(24.0, 60.0, 4.0)
MARKS = np.r_[CROWD, ALONE]


def test_marks_that_touch_hide_more_than_those_that_stand_alone() -> None:
    patients = patients_at(rates_of_marks(MARKS))
    assert patients[: len(CROWD) - 3].min() > 2.0
    assert patients[len(CROWD) + 3 :].max() < 1.1
    assert (patients_at(rates_of_marks(np.array([1.0, 5.0]))) < 1.1).all()


@pytest.mark.parametrize("total", [60, 200, 5000])
def test_the_rates_are_scaled_to_meet_a_number(total: int) -> None:
    rate = rates_of_marks(MARKS)
    assert patients_at(scale_of_rates(rate, total) * rate).sum() == pytest.approx(total, rel=1e-6)
    assert scale_of_rates(rate, len(MARKS)) == scale_of_rates(np.zeros(0), 3.0) == 0.0


def test_each_mark_has_a_patient_before_any_has_two_and_the_crowded_ones_have_the_rest() -> None:
    rate = rates_of_marks(MARKS)
    few = spread_over_marks(rate, 10)
    assert len(np.unique(few)) == 10
    counts = np.bincount(spread_over_marks(rate, 100), minlength=len(MARKS))
    assert counts.min() == 1 and counts.sum() == 100
    assert counts[len(CROWD) + 3 :].max() == 1
    assert len(spread_over_marks(rate, 0)) == 0


def test_the_censored_between_two_counts_are_where_the_marks_are_crowded() -> None:
    curve = SurvivalCurve([0.0, 5.0, 62.0], [1.0, 0.9, 0.9], np.full(3, 0.001), np.full(3, 0.05))
    table = RiskTable((RiskRow("A", [0.0, 8.0, 61.0], [200, 180, 60]),))
    found = reconstruct_panel("1", {"A": curve}, table, marks={"A": MARKS}, ensemble=0).patients[0]
    censored = found.time[found.event == 0]
    assert (censored > 22).sum() - 60 <= len(ALONE) + 3
    assert (censored < 20).sum() >= 105


def test_a_mark_beside_a_drop_is_not_lost_to_both_its_sides() -> None:
    """Visits every year: drops and marks at whole years, the marks read a hair late, within the error of a time."""
    year, alive, survival = np.arange(1.0, 8.0), 800, [1.0]
    for _ in year:
        dead = round(0.2 * alive)
        survival.append(survival[-1] * (1 - dead / alive))
        alive -= dead + 30
    curve = SurvivalCurve(np.r_[0.0, year, 7.9], np.r_[survival, survival[-1]], np.full(9, 0.002), np.full(9, 0.05))
    table = RiskTable((RiskRow("A", [0.0, 7.5], [800, alive]),))
    found = reconstruct_panel("1", {"A": curve}, table, marks={"A": year + 0.02}, ensemble=0).patients[0]
    at = found.time[(found.event == 0) & (found.time < 7.5)]
    assert all((np.abs(at - t) < 0.1).any() for t in year)
