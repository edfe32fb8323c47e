"""Ratios by period, differences at landmarks, quartiles and follow-up, against R's survival (data/r_estimates.csv)
and against examples worked by hand.
"""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from km2ipd.errors import UsageError
from km2ipd.reconstruct.check import FOLLOWS, USED, check_reconstruction
from km2ipd.reconstruct.conditioning import condition_ensemble
from km2ipd.reconstruct.cox import cox_fit
from km2ipd.reconstruct.ensemble import with_ensemble
from km2ipd.reconstruct.estimates import estimate_panel, restricted_to
from km2ipd.reconstruct.logrank import logrank_test
from km2ipd.reconstruct.periods import equal_death_cuts, ratios_by_period
from km2ipd.records import Patients, PrintedNumber

DATA = Path(__file__).parent / "data"
PATIENTS = json.loads((DATA / "r_survival.json").read_text())
with (DATA / "r_estimates.csv").open(newline="") as handle:
    R = [
        {k: v if k in ("data", "estimate") else float(v) if v else None for k, v in row.items()}
        for row in csv.DictReader(handle)
    ]
with (DATA / "r_four_arms.csv").open(newline="") as handle:
    CELLS = [[float(v) for v in row.values()] for row in csv.DictReader(handle)]
DIGITS = 1e-8


def rows(name, estimate):
    return [row for row in R if row["data"] == name and row["estimate"] == estimate]


def arms_of(name):
    data = {key: np.array(values, float) for key, values in PATIENTS[name]["data"].items()}
    groups = [data["arm"] == g for g in np.unique(data["arm"])]
    return [sorted_arm(str(k), data["time"][g], data["event"][g]) for k, g in enumerate(groups, 1)]


def sorted_arm(name, time, event):
    order = np.lexsort((-np.asarray(event), time))
    return Patients(name, np.asarray(time)[order], np.asarray(event)[order])


def same(ours, theirs):
    return ours is None if theirs is None else ours == pytest.approx(theirs, rel=DIGITS, abs=DIGITS)


@pytest.mark.parametrize("name", PATIENTS)
def test_ratios_by_period(name):
    events, found = rows(name, "period_events"), {int(row["arm"]): row for row in rows(name, "period")}
    cuts = [row["at"] for row in events[1:]]
    ours = ratios_by_period(*arms_of(name), cuts)
    assert [period.events for period in ours] == [row["value"] for row in events]
    for k, period in enumerate(ours, 1):
        if k in found:
            assert same(np.log(period.hr), found[k]["value"]) and same(period.se_log_hr, found[k]["se"])
        else:  # R's coefficient runs off to infinity
            assert period.method != "cox"


@pytest.mark.parametrize("name", PATIENTS)
def test_landmarks_and_restricted_means(name):
    expected = rows(name, "landmark")
    found = estimate_panel("1", arms_of(name), at=np.array([row["at"] for row in expected])).comparisons[0]
    ours = dict(found.landmarks)
    for row in expected:
        assert same(ours[row["at"]].value, row["value"]) and same(ours[row["at"]].se, row["se"])
        assert ours[row["at"]].high == pytest.approx(row["value"] + 1.959963985 * row["se"], abs=1e-8)
    (rmst,) = rows(name, "rmst_difference")
    assert same(found.rmst.value, rmst["value"]) and same(found.rmst.se, rmst["se"])


@pytest.mark.parametrize("name", PATIENTS)
def test_quartiles_and_follow_up(name):
    for k, arm in enumerate(estimate_panel("1", arms_of(name)).arms, 1):
        expected = [row for row in rows(name, "quartile") + rows(name, "follow_up") if row["arm"] == k]
        for ours, row in zip((*arm.quartiles, arm.follow_up), expected, strict=True):
            assert same(ours.value, row["value"]) and same(ours.low, row["low"]) and same(ours.high, row["high"])


@pytest.mark.parametrize("name", PATIENTS)
def test_follow_up_restricted_to_a_time(name):
    (ratio,), (test,) = rows(name, "restricted"), rows(name, "restricted_logrank")
    cut = [restricted_to(arm, ratio["at"]) for arm in arms_of(name)]
    log_hr, se = cox_fit(*cut)
    assert same(log_hr, ratio["value"]) and same(se, ratio["se"])
    assert same(logrank_test(cut)[0], test["value"])
    assert max(arm.time.max() for arm in cut) <= ratio["at"]


def test_four_arms_against_the_first_and_all_together():
    time, event, cell = np.array(CELLS).T
    arms = [sorted_arm(str(k), time[cell == k], event[cell == k]) for k in range(1, 5)]
    (overall,) = rows("veteran_cells", "logrank")
    assert same(logrank_test(arms)[0], overall["value"])
    found = estimate_panel("1", arms)
    for comparison, row in zip(found.comparisons, rows("veteran_cells", "pair"), strict=True):
        assert comparison.arm == f"{row['arm']:.0f}" and same(np.log(comparison.hr), row["value"])
        assert same(comparison.se_log_hr, row["se"])


# ---------------------------------------------------------------- by hand


def crossing(n=200):
    """Two arms whose hazards change over at time 5: the ratio is about 3 before and a third after."""
    rng = np.random.default_rng(3)
    early, late = rng.exponential(1.0, n), rng.exponential(1.0, n)
    first = np.where(early * 10 < 5, early * 10, 5 + late * 10 / 3)
    second = np.where(early * 10 / 3 < 5, early * 10 / 3, 5 + late * 10)
    return [sorted_arm(name, np.minimum(t, 30), (t < 30).astype(int)) for name, t in (("A", first), ("B", second))]


def test_periods_appear_where_proportionality_is_in_doubt_and_only_there():
    (found,) = estimate_panel("1", crossing()).comparisons
    assert found.ph_p < 0.001 and len(found.periods) == 3
    assert found.periods[0].hr > 2 and found.periods[-1].hr < 0.5
    assert [p.start for p in found.periods[1:]] == [p.stop for p in found.periods[:-1]]
    assert abs(found.periods[0].events - found.periods[1].events) <= 1  # the last also has those after one arm's end
    same_twice = [crossing()[0], Patients("B", crossing()[0].time, crossing()[0].event)]
    assert estimate_panel("1", same_twice).comparisons[0].periods == ()
    (asked,) = estimate_panel("1", same_twice, cuts=(5.0,)).comparisons
    assert [p.hr for p in asked.periods] == pytest.approx([1.0, 1.0])


def test_few_deaths_are_not_parted():
    a, b = (Patients(name, np.arange(1.0, 10), np.ones(9, int)) for name in "AB")
    assert equal_death_cuts(a, b) == ()


def test_a_death_at_a_cut_belongs_to_the_period_that_ends_there():
    a, b = (Patients(name, [1.0, 2.0, 3.0], [1, 1, 1]) for name in "AB")
    assert [p.events for p in ratios_by_period(a, b, (2.0,))] == [4, 2]
    assert [p.events for p in ratios_by_period(a, b, (0.3 / 0.1 - 1,))] == [4, 2]


def test_a_period_in_which_one_arm_is_spared_has_an_open_side():
    a = Patients("A", np.arange(1.0, 11), np.ones(10, int))
    b = Patients("B", np.arange(6.0, 16), np.ones(10, int))
    early, _ = ratios_by_period(a, b, (5.5,))
    assert early.method == "firth" and 0 < early.hr < 1


def test_landmarks_end_where_an_arm_ends():
    a, b = Patients("A", [2.0, 8.0], [1, 0]), Patients("B", [3.0, 5.0], [1, 0])
    (found,) = estimate_panel("1", [a, b], at=np.array([0.0, 4.0, 7.0])).comparisons
    assert [(t, d.value) for t, d in found.landmarks] == [(4.0, 0.0)]


# ---------------------------------------------------------------- with draws


def test_draws_leave_open_what_they_differ_in():
    point = estimate_panel("1", crossing(), at=np.array([5.0, 10.0]))
    still = with_ensemble(point, [point.patients] * 20)
    (found,) = still.comparisons
    assert found.periods[0].interval == pytest.approx([found.periods[0].hr] * 2)
    assert found.landmarks[1][1].reconstruction == pytest.approx([found.landmarks[1][1].value] * 2)
    a, b = point.patients
    later = Patients("B", b.time + 0.5, b.event)
    (moved,) = with_ensemble(point, [(a, b), (a, later)] * 10).comparisons
    low, high = moved.landmarks[0][1].reconstruction
    assert low <= found.landmarks[0][1].value < high
    assert moved.periods[0].interval[1] > moved.periods[0].interval[0]
    assert moved.rmst.reconstruction[1] - moved.rmst.reconstruction[0] == pytest.approx(0.5, abs=0.05)


def test_conditioning_keeps_the_fit_without_and_bars_what_follows():
    point = estimate_panel("1", crossing())
    a, b = point.patients
    draws = [(a, Patients("B", b.time * scale, b.event)) for scale in (1.0, 1.05, 1.5, 2.0)]
    target = estimate_panel("1", draws[3]).comparisons[0]
    hr = PrintedNumber("hr", target.hr, arm="B", reference="A", decimals=3)
    again = PrintedNumber("hr", target.hr, arm="b", decimals=1)
    p = PrintedNumber("logrank_p", 0.9, arm="A", reference="B", decimals=2)
    median = PrintedNumber("median", point.arms[0].median.value, arm="A", decimals=2)
    found = condition_ensemble(point, draws, [hr, again, p, median], ("hr",))
    assert found.conditioned_on == (hr,)  # the second is the same fact, rounded
    assert found.comparisons[0].hr == pytest.approx(target.hr)
    assert found.unconditioned.comparisons[0].hr == point.comparisons[0].hr
    assert found.unconditioned.comparisons[0].interval is not None
    assert [(c.verdict, c.note) for c in check_reconstruction(found, [hr, again, p, median])] == [
        ("cannot tell", USED),
        ("cannot tell", USED),
        ("cannot tell", FOLLOWS),
        ("agrees", ""),
    ]
    with pytest.raises(UsageError, match="nothing reported"):
        condition_ensemble(point, draws, [PrintedNumber("hr", 0.5, arm="C", reference="A")], ("hr",))


def test_the_overall_logrank_can_weight_the_draws_of_three_arms():
    rng = np.random.default_rng(5)
    arms = [
        sorted_arm(name, rng.exponential(mean, 40), np.ones(40, int)) for name, mean in (("A", 5), ("B", 8), ("C", 12))
    ]
    point = estimate_panel("1", arms)
    draws = [(arms[0], arms[1], Patients("C", arms[2].time * scale, arms[2].event)) for scale in (0.6, 1.0, 1.6)]
    p = PrintedNumber("logrank_p", logrank_test(draws[0])[1], decimals=4)
    found = condition_ensemble(point, draws, [p], ("logrank",))
    assert list(found.patients[2].time) == list(draws[0][2].time)
    assert check_reconstruction(found, [p])[0].note == USED
