"""The number of patients read off the drops of a curve whose table is missing."""

from __future__ import annotations

import numpy as np
import pytest
from km2ipd.reconstruct.cohort import CohortSize, infer_cohort, needed_by_marks
from km2ipd.reconstruct.evidence import ASSUMED_PATIENTS, gather_evidence
from km2ipd.reconstruct.km import kaplan_meier
from km2ipd.records import Patients, SurvivalCurve, Totals

PIXEL = 1 / 450
"""One row of a plot 450 px high."""


def cohort(n: int, seed: int = 1, *, ties: float = 0.0) -> Patients:
    """Patients with exponential deaths and censoring, times rounded to `ties` where that is above 0."""
    rng = np.random.default_rng(seed)
    death, censoring = rng.exponential(20, n), rng.uniform(6, 40, n)
    time, event = np.minimum(death, censoring), (death <= censoring).astype(int)
    if ties:
        time = np.ceil(time / ties) * ties
    order = np.lexsort((-event, time))
    return Patients("A", time[order], event[order])


def drawn(patients: Patients, error: float, *, seed: int = 2, rows: bool = False) -> SurvivalCurve:
    """The patients' curve, its levels off by a normal error or put on whole rows of pixels."""
    table = kaplan_meier(patients)
    deaths = np.unique(patients.time[patients.event == 1])
    survival = np.array([table.survival[np.searchsorted(table.table.time, t, side="right") - 1] for t in deaths])
    if rows:
        survival = np.round(survival / PIXEL) * PIXEL
    else:
        survival = survival + np.random.default_rng(seed).normal(0, error, len(survival))
    survival = np.minimum.accumulate(np.clip(np.r_[1.0, survival, survival[-1]], 0, 1))
    time = np.r_[0.0, deaths, patients.time.max()]
    kept = np.r_[True, np.diff(survival[:-1]) < 0, True]
    time, survival = time[kept], survival[kept]
    return SurvivalCurve(time, survival, np.where(survival < 1, error, 0.0), np.full(len(time), 0.02))


def found(curve: SurvivalCurve, marks: np.ndarray | None = None) -> CohortSize:
    size = infer_cohort(curve, marks)
    assert size is not None
    return size


@pytest.mark.parametrize("n", [50, 84, 120])
def test_a_well_measured_curve_tells_its_patients(n):
    size = found(drawn(cohort(n), 0.1 * PIXEL))
    assert size.told
    assert size.low <= n <= size.high
    assert abs(size.n - n) <= 0.04 * n


@pytest.mark.parametrize("n", [12, 20])
def test_a_short_curve_tells_its_patients_to_an_interval(n):
    size = found(drawn(cohort(n), 0.1 * PIXEL))
    assert size.low <= n <= size.high
    assert abs(size.n - n) <= 2


def test_marks_make_the_number_exact():
    patients = cohort(150, seed=4)
    marks = patients.time[patients.event == 0]
    curve = drawn(patients, 0.12 * PIXEL)
    assert found(curve, marks).n == 150
    assert found(curve, marks).high - found(curve, marks).low <= found(curve).high - found(curve).low


def test_marks_that_were_missed_do_not_mislead():
    patients = cohort(80, seed=5)
    marks = patients.time[patients.event == 0][::2]
    size = found(drawn(patients, 0.1 * PIXEL), marks)
    assert not size.told or abs(size.n - 80) <= 8


def test_deaths_that_share_a_time_are_told_from_one_death_in_a_smaller_cohort():
    size = found(drawn(cohort(90, seed=6, ties=0.5), 0.1 * PIXEL))
    assert size.told
    assert abs(size.n - 90) <= 5


@pytest.mark.parametrize("n", [900, 3000])
def test_a_cohort_too_large_for_the_picture_is_not_told(n):
    """One patient is less than half a row there: rows of pixels must not pass for patients."""
    assert not found(drawn(cohort(n), 0.3 * PIXEL, rows=True)).told


def test_drops_of_any_size_tell_nothing():
    """A weighted curve: its drops fit no whole deaths."""
    rng = np.random.default_rng(3)
    survival = np.cumprod(1 - rng.uniform(0.005, 0.03, 40))
    time = np.linspace(0, 30, 42)
    curve = SurvivalCurve(time, np.r_[1.0, survival, survival[-1]], np.r_[0.0, np.full(41, 0.1 * PIXEL)])
    assert not found(curve).told


def test_the_unit_of_time_does_not_matter():
    curve = drawn(cohort(60), 0.1 * PIXEL)
    days = SurvivalCurve(curve.time * 30.44, curve.survival, curve.survival_error, curve.time_error * 30.44)
    assert found(curve) == found(days) or found(curve).n == found(days).n


def test_a_curve_that_ends_a_hair_above_0_has_lost_everybody():
    """20 patients, no censoring, the foot of the last drop read half a pixel high."""
    survival = np.r_[1.0, np.arange(19, 0, -1) / 20, 0.6 * PIXEL, 0.6 * PIXEL]
    curve = SurvivalCurve(np.arange(22.0), survival, np.r_[0.0, np.full(19, 0.1 * PIXEL), [0.5 * PIXEL] * 2])
    assert found(curve).n == 20


def test_a_curve_that_no_patients_explain_is_not_told():
    survival = np.array([1.0, 0.99, 0.4, 0.39, 0.1, 0.099, 0.0004, 0.0003])
    curve = SurvivalCurve(np.arange(9.0), np.r_[survival, 0.0003], np.r_[0.0, np.full(8, 1e-5)])
    size = infer_cohort(curve)
    assert size is None or not size.told


def test_a_few_drops_give_a_guess_and_one_drop_or_no_errors_none():
    few = infer_cohort(SurvivalCurve([0, 5, 9, 12], [1, 20 / 21, 19 / 21, 19 / 21], [0, 0.001, 0.001, 0.001]))
    assert few is not None
    assert (few.n, few.told) == (21, False)
    assert infer_cohort(SurvivalCurve([0, 5, 12], [1, 0.9, 0.9], [0, 0.001, 0.001])) is None
    curve = drawn(cohort(60), 0.1 * PIXEL)
    assert infer_cohort(SurvivalCurve(curve.time, curve.survival)) is None


def test_an_arm_without_a_number_takes_the_one_its_drops_tell():
    told = gather_evidence("A", drawn(cohort(50), 0.1 * PIXEL), None)
    assert [c.code for c in told.cautions] == ["inferred-n"]
    assert told.cautions[0].severity == "note"
    assert abs(told.n - 50) <= 2
    assert f"{told.n} (" in told.cautions[0].message


def test_an_arm_whose_drops_tell_nothing_asks_for_review():
    assumed = gather_evidence("A", SurvivalCurve([0, 5, 12], [1, 0.9, 0.9], [0, 0.001, 0.001]), None)
    assert [(c.code, c.severity) for c in assumed.cautions] == [("unknown-n", "note")]
    assert assumed.n == ASSUMED_PATIENTS
    given = gather_evidence("A", drawn(cohort(50), 0.1 * PIXEL), None, Totals(n=61))
    assert given.n == 61 and not given.cautions


def test_as_many_patients_as_the_marks_need_are_assumed():
    """Everybody is a death, a mark or left: 60 marks where S is 1 / 2 are 120 patients."""
    curve = SurvivalCurve([0, 1, 2, 20], [1, 0.8, 0.5, 0.5], np.full(4, 0.001), np.full(4, 0.02))
    marks = np.linspace(3, 18, 60)
    assert needed_by_marks(curve, marks) == 120
    assert needed_by_marks(curve, None) == 0
    many = gather_evidence("A", curve, None, marks=np.linspace(3, 18, 150))
    assert (many.n, many.n_known) == (300, False)
    assert gather_evidence("A", curve, None, marks=marks).n == 120


def with_corners(curve: SurvivalCurve, seed: int = 3) -> SurvivalCurve:
    """The curve with a badly known level a row below the true one just before two drops in three."""
    rows = [np.array(v) for v in (curve.time, curve.survival, curve.survival_error)]
    early = np.random.default_rng(seed).random(len(rows[0]) - 3) < 2 / 3
    at = np.flatnonzero(early) + 2
    corner = [rows[0][at] - 0.03, rows[1][at - 1] - PIXEL, np.full(len(at), 2 * PIXEL)]
    time, survival, error = (np.insert(v, at, c) for v, c in zip(rows, corner, strict=True))
    survival = np.minimum.accumulate(np.maximum(survival, 0))
    return SurvivalCurve(np.maximum.accumulate(time), survival, error, np.full(len(time), 0.02))


@pytest.mark.parametrize("n", [20, 40])
def test_corners_of_risers_are_not_taken_for_deaths(n):
    result = found(with_corners(drawn(cohort(n), PIXEL / 10)))
    assert result.told
    assert result.n == pytest.approx(n, rel=0.1)


def test_levels_on_whole_rows_do_not_tell_patients_of_three_rows_each():
    curve = drawn(cohort(150, seed=4), 0.3 * PIXEL, rows=True)
    result = infer_cohort(curve)
    assert result is None or not result.told
