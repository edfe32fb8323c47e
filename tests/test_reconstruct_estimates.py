"""The estimates against R's survival 3.5-3 (tests/data/r_survival.json) and against an example worked by
hand.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from km2ipd.errors import ReconstructError
from km2ipd.reconstruct.cox import cox_fit
from km2ipd.reconstruct.estimates import compare_arms, estimate_panel
from km2ipd.reconstruct.km import kaplan_meier
from km2ipd.reconstruct.logrank import logrank_test
from km2ipd.reconstruct.normal import chi_square_p, log_chance_below
from km2ipd.reconstruct.phtest import proportional_hazards_test
from km2ipd.reconstruct.rmst import restricted_mean
from km2ipd.records import Patients
from scipy.special import log_ndtr

R = json.loads((Path(__file__).parent / "data" / "r_survival.json").read_text())
DIGITS = 1e-8


def same(ours, theirs):
    return ours is None if theirs is None else ours == pytest.approx(theirs, rel=DIGITS, abs=DIGITS)


def arms_of(name):
    data = {key: np.array(values, float) for key, values in R[name]["data"].items()}
    groups = np.unique(data["arm"])
    return [Patients(str(g), data["time"][data["arm"] == g], data["event"][data["arm"] == g]) for g in groups]


def unit_of(name):
    """R's Cox model took the arm as a number: its coefficient is per unit of it."""
    groups = np.unique(R[name]["data"]["arm"])
    return groups[1] - groups[0]


@pytest.mark.parametrize("name", R)
def test_cox(name):
    log_hr, se = cox_fit(*arms_of(name))
    assert same(log_hr / unit_of(name), R[name]["cox"]["log_hr"])
    assert same(se / unit_of(name), R[name]["cox"]["se"])


@pytest.mark.parametrize("name", R)
def test_logrank(name):
    chi_square, p = logrank_test(arms_of(name))
    assert same(chi_square, R[name]["logrank"]["chisq"])
    assert same(p, R[name]["logrank"]["p"])


@pytest.mark.parametrize("transform", ["km", "identity", "log"])
@pytest.mark.parametrize("name", R)
def test_proportional_hazards(name, transform):
    chi_square, p = proportional_hazards_test(*arms_of(name), transform)
    assert same(chi_square, R[name]["ph_test"][transform]["chisq"])
    assert same(p, R[name]["ph_test"][transform]["p"])


@pytest.mark.parametrize("kind", ["log", "log-log", "plain"])
@pytest.mark.parametrize("name", R)
def test_kaplan_meier(name, kind):
    expected = R[name]["km"][kind]
    for i, arm in enumerate(arms_of(name)):
        km = kaplan_meier(arm, kind)
        median = km.quantile(0.5)
        assert same(median.value, expected["median"][i])
        assert same(median.low, expected["median_lower"][i])
        assert same(median.high, expected["median_upper"][i])
        assert same(km.quantile(0.25).value, expected["q25"][i])
        assert same(km.quantile(0.75).value, expected["q75"][i])
        rows = [j for j, stratum in enumerate(expected["strata"]) if stratum == i + 1]
        for j, found in zip(rows, km.at(np.array(expected["at"])[rows]), strict=True):
            assert same(found.value, expected["surv"][j])
            assert same(found.low, expected["lower"][j])
            assert same(found.high, expected["upper"][j])


@pytest.mark.parametrize("name", R)
def test_restricted_mean(name):
    for i, arm in enumerate(arms_of(name)):
        rmst = restricted_mean(kaplan_meier(arm), R[name]["rmst"]["tau"])
        assert same(rmst.value, R[name]["rmst"]["rmst"][i])
        assert same(rmst.se, R[name]["rmst"]["se"][i])


def test_seven_patients_by_hand():
    """1, 2, 2+, 3, 4+, 5, 6+: S = 6/7, 5/7, 15/28 (4 at risk), 15/56 (2 at risk)."""
    arm = Patients("A", [1, 2, 2, 3, 4, 5, 6], [1, 1, 0, 1, 0, 1, 0])
    km = kaplan_meier(arm)
    found = [km.at([t])[0].value for t in (0.5, 1, 2, 3, 5)]
    assert found == pytest.approx([1, 6 / 7, 5 / 7, 15 / 28, 15 / 56])
    assert km.quantile(0.5).value == 5
    assert restricted_mean(km, 3).value == pytest.approx(1 + 6 / 7 + 5 / 7)


def test_near_ties_are_ties():
    """Months written as 0.1 + 0.2 and 0.3 are one time, as R's timefix has it."""
    a = Patients("A", [0.1 + 0.2, 0.3, 1.0], [1, 1, 0])
    assert len(kaplan_meier(a).table.time) == 2


def test_arm_without_events_gets_firth_and_says_so():
    control = Patients("C", np.arange(1.0, 21), np.tile([1, 0], 10))
    treated = Patients("T", np.arange(1.0, 21), np.zeros(20, int))
    found = compare_arms(control, treated)
    assert found.method == "firth"
    assert 0 < found.hr < 0.3
    assert found.low is None or found.low < found.hr
    assert found.hr < found.high < 1
    turned = compare_arms(treated, control)
    assert math.log(turned.hr) == pytest.approx(-math.log(found.hr), abs=1e-6)


def test_no_event_at_all_has_no_hazard_ratio():
    quiet = [Patients(name, [1.0, 2.0, 3.0], [0, 0, 0]) for name in "AB"]
    found = compare_arms(*quiet)
    assert found.hr is None and found.logrank_p is None


def test_three_arms_each_against_the_chosen_reference():
    rng = np.random.default_rng(1)
    arms = [Patients(name, rng.exponential(10, 60), rng.integers(0, 2, 60)) for name in "ABC"]
    found = estimate_panel("1", arms, at=np.array([0.0, 5.0, 1000.0]), reference="B")
    assert [(c.arm, c.reference) for c in found.comparisons] == [("A", "B"), ("C", "B")]
    assert 0 < found.logrank_p < 1
    assert found.arms[0].survival_at[0][1].value == 1
    assert found.arms[0].survival_at[2][1].value is None
    with pytest.raises(ReconstructError, match='no arm "D"'):
        estimate_panel("1", arms, reference="D")


def test_chi_square_tail_of_several_degrees():
    """Tabled 5% points of the chi-square distribution."""
    for df, x in {1: 3.841459, 2: 5.991465, 3: 7.814728, 4: 9.487729, 5: 11.0705, 8: 15.50731}.items():
        assert chi_square_p(x, df) == pytest.approx(0.05, abs=1e-6)


def test_the_log_of_a_normal_tail_is_scipys() -> None:
    z = np.array([-300.0, -21.0, -19.0, -3.0, 0.0, 2.0, 6.0])
    assert log_chance_below(z) == pytest.approx(log_ndtr(z), rel=1e-8)
