"""Where nobody knows the number of patients: what is withheld, and how far the hazard ratio is open."""

import numpy as np
import pytest
from km2ipd.reconstruct.check import check_reconstruction
from km2ipd.reconstruct.engine import reconstruct_panel
from km2ipd.reconstruct.estimates import quick_log_hr
from km2ipd.reconstruct.evidence import gather_evidence
from km2ipd.reconstruct.km import kaplan_meier
from km2ipd.reconstruct.withheld import ratio_range
from km2ipd.records import Patients, PrintedNumber, RiskRow, RiskTable, SurvivalCurve, Totals

MONTHS = 36.0


def cohort(name, seed, mean, n=1500, censored=(6.0, MONTHS)):
    """Exponential survival, censored evenly between two times; n so large that a drop tells nothing of it."""
    rng = np.random.default_rng(seed)
    death, last = rng.exponential(mean, n), np.minimum(rng.uniform(*censored, n), MONTHS)
    return sorted_patients(name, death, last)


def sorted_patients(name, death, last):
    order = np.argsort(np.minimum(death, last))
    return Patients(name, np.minimum(death, last)[order], (death <= last)[order].astype(int))


def read(arm, height=500):
    """The arm's curve as a plot of so many pixels shows it."""
    km = kaplan_meier(arm)
    level = np.round(km.survival * height) / height
    keep = np.diff(np.r_[1.0, level]) < 0
    time, level = np.r_[0, km.table.time[keep], arm.time[-1]], np.r_[1, level[keep], level[-1]]
    return SurvivalCurve(time, level, np.full(len(time), 0.3 / height), np.full(len(time), 0.02))


def rebuilt(*arms, table=None, **options):
    return reconstruct_panel("1", {a.arm: read(a) for a in arms}, table or RiskTable(), **{"ensemble": 20, **options})


@pytest.fixture(scope="module")
def unknown():
    return rebuilt(cohort("Placebo", 1, 14.0), cohort("Drug", 2, 25.0))


def test_nothing_is_given_that_rests_on_the_number_of_patients(unknown):
    for arm in unknown.arms:
        assert arm.n is arm.events is arm.events_interval is None
        assert arm.rmst.se is arm.rmst.low is arm.follow_up.value is None
        assert all(s.value is not None and s.low is None for _, s in arm.survival_at)
    (c,) = unknown.comparisons
    assert {c.low, c.high, c.se_log_hr, c.p, c.logrank_p, c.ph_p, c.combined, unknown.logrank_p} == {None}
    assert {c.code for c in unknown.cautions} == {"unknown-n"}
    assert all(c.severity == "note" for c in unknown.cautions)


def test_what_the_curves_say_stays(unknown):
    placebo, drug = unknown.arms
    assert placebo.median.value == pytest.approx(14 * np.log(2), rel=0.1) and placebo.median.low is None
    assert drug.rmst.value > placebo.rmst.value
    assert unknown.comparisons[0].rmst.value == pytest.approx(drug.rmst.value - placebo.rmst.value)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("n", "censored"), [((1500, 1500), (6.0, MONTHS)), ((600, 1500), (1.0, 30.0))])
def test_the_range_holds_the_truth_of_proportional_hazards_and_is_narrow(seed, n, censored):
    arms = cohort("A", 2 * seed, 14.0, n[0], censored), cohort("B", 2 * seed + 1, 22.0, n[1], censored)
    low, high = open_range(*arms)
    assert low <= np.exp(quick_log_hr(*arms)) <= high and np.log(high / low) < 0.4


def open_range(*arms, marks=False):
    """The range of the ratio with nothing but the curves, or their marks, too."""
    evidence = [gather_evidence(a.arm, read(a), None, None, a.time[a.event == 0] if marks else None) for a in arms]
    low, high = ratio_range(*evidence, float(np.exp(quick_log_hr(*arms))))
    return ratio_range(*evidence, (low * high) ** 0.5)


@pytest.mark.parametrize("seed", range(4))
def test_marks_narrow_the_range(seed):
    arms = cohort("A", 2 * seed, 14.0, 300, (3.0, 40.0)), cohort("B", 2 * seed + 1, 30.0, 300, (3.0, 40.0))
    truth = np.exp(quick_log_hr(*arms))
    low, high = open_range(*arms, marks=True)
    wide = open_range(*arms)
    assert low <= truth <= high and high / low < wide[1] / wide[0]


def test_crossing_curves_leave_the_ratio_open_and_ask_for_review():
    rng = np.random.default_rng(5)
    early, late = rng.uniform(0, 12, 1500), rng.uniform(12, 34, 1500)
    stays = rng.uniform(0, 1, 1500) < 0.4
    followed = np.full(1500, MONTHS)
    one = sorted_patients("Surgery", np.where(stays, 99, early), followed)
    other = sorted_patients("Watching", np.where(stays, 99, late), followed)
    found = rebuilt(one, other)
    (caution,) = [c for c in found.cautions if c.code == "hr-open"]
    assert caution.severity == "review" and "Surgery" in caution.message
    low, high = found.comparisons[0].interval
    assert low <= np.exp(quick_log_hr(one, other)) <= high and high / low > 1.5


def test_arms_whose_patients_are_known_keep_all_of_theirs():
    arms = cohort("A", 1, 14.0), cohort("B", 2, 25.0), cohort("C", 3, 25.0)
    found = rebuilt(*arms, totals={"A": Totals(1500), "B": Totals(1500)})
    assert [arm.n for arm in found.arms] == [1500, 1500, None]
    known, guessed = found.comparisons
    assert known.low is not None and known.p is not None and guessed.low is None


def test_patients_that_follow_from_an_early_count_are_used():
    arm = cohort("A", 1, 14.0)
    at_risk = [float((arm.time >= t).sum()) for t in (3, 12)]
    found = rebuilt(arm, table=RiskTable((RiskRow("A", [3, 12], at_risk),)))
    assert found.arms[0].n == pytest.approx(1500, rel=0.03)
    assert [(c.code, c.severity) for c in found.cautions if "count" in c.code] == [("n-from-count", "note")]


def test_a_printed_number_is_judged_by_what_the_curves_tell(unknown):
    hr = unknown.comparisons[0].hr
    numbers = [
        PrintedNumber("hr", value=round(hr, 2), low=0.1, high=9.0, decimals=2),
        PrintedNumber("hr", value=7 * hr, decimals=2),
        PrintedNumber("logrank_p", value=0.04, decimals=2),
        PrintedNumber("median", arm="Placebo", value=round(unknown.arms[0].median.value, 1), low=1.0, high=99.0),
        PrintedNumber("median", arm="Placebo", value=20.0, decimals=1),
        PrintedNumber("n", arm="Placebo", value=1500, decimals=0),
        PrintedNumber("follow_up", arm="Placebo", value=20.0, decimals=1),
    ]
    found = check_reconstruction(unknown, numbers)
    assert [c.verdict for c in found] == [
        "agrees", "differs", "cannot tell", "agrees", "differs", "cannot tell", "cannot tell"
    ]  # fmt: skip
    assert "left open" in found[0].reconstructed and "to" not in found[3].reconstructed


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("censored", [(1.0, 30.0), (30.0, MONTHS)])
def test_an_arm_whose_patients_are_known_narrows_the_range(seed, censored):
    """A small arm whose drops tell its patients beside a large one whose drops do not: censored alike."""
    small, large = cohort("A", 2 * seed, 14.0, 40, censored), cohort("B", 2 * seed + 1, 25.0, 1500, censored)
    curves = {"A": read(small, 5000), "B": read(large)}
    (c,) = reconstruct_panel("1", curves, RiskTable(), ensemble=0).comparisons
    without = ratio_range(*(gather_evidence(name, curve, None) for name, curve in curves.items()), c.hr)
    assert c.low is None and c.interval is not None
    low, high = c.interval
    assert low / 1.01 <= np.exp(quick_log_hr(small, large)) <= high * 1.01
    assert np.log(high / low) < np.log(without[1] / without[0])
