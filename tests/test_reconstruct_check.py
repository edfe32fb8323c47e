"""Reported numbers: reading them as printed, and verdicts that know rounding and uncertainty."""

from dataclasses import replace

import numpy as np
import pytest
from km2ipd.errors import BadTable
from km2ipd.reconstruct.check import check_reconstruction, overall_verdict
from km2ipd.reconstruct.estimates import estimate_panel
from km2ipd.reconstruct.reported import read_reported
from km2ipd.records import Patients, PrintedNumber


def reported(tmp_path, body, panel=None):
    path = tmp_path / "reported.toml"
    path.write_text(body, encoding="utf-8")
    return read_reported(path, panel)


@pytest.fixture(scope="module")
def panel():
    rng = np.random.default_rng(7)
    arms = []
    for name, mean in (("Placebo", 8.0), ("Drug A", 20.0)):
        death, censored = rng.exponential(mean, 120), rng.uniform(12, 30, 120)
        arms.append(Patients(name, np.sort(np.minimum(death, censored)), np.ones(120, int)))
    return estimate_panel("1", arms)


def verdicts(panel, numbers):
    return [check.verdict for check in check_reconstruction(panel, numbers)]


def test_numbers_keep_their_printed_rounding(tmp_path):
    body = """
[[outcome]]
reference = "Placebo"
[[outcome.arm]]
name = "Drug A"
median = { value = 11.30, ci = [5.7, "NR"] }
survival = [{ at = 24, value = "81%", ci = ["69%", "96%"] }]
[[outcome.comparison]]
arm = "Drug A"
hr = "0·130"
ci = [0.05, 0.31]
logrank_p = "<0.001"
"""
    median, rate, hr, p = reported(tmp_path, body)
    assert (median.decimals, median.low, median.high) == (2, 5.7, None)
    assert (rate.value, rate.low, rate.at, rate.decimals) == (0.81, 0.69, 24, 2)
    assert (hr.value, hr.decimals, hr.reference) == (0.13, 3, "Placebo")
    assert (p.relation, p.value) == ("<", 0.001)


def test_times_are_converted_to_the_axis(tmp_path):
    body = '[[outcome]]\ntime_unit="months"\naxis_unit="years"\n[[outcome.arm]]\nname="x"\nmedian=18.0\n'
    (median,) = reported(tmp_path, body)
    assert median.value == pytest.approx(1.5)
    assert 0.5 * 10**-median.decimals >= 0.05 / 12


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "no \\[\\[outcome\\]\\]"),
        ("hr = ", "not TOML"),
        ("[[outcome]]\nhr = 0.5\n", 'unknown key "hr"'),
        ("[[outcome]]\n[[outcome.arm]]\nmedian = 3\n", "an arm has no name"),
        ('[[outcome]]\n[[outcome.arm]]\nname="x"\nmedian = "soon"\n', '"soon" where a number is due'),
        ('[[outcome]]\n[[outcome.arm]]\nname="x"\nsurvival = [{value=0.8}]\n', "no time"),
        ('[[outcome]]\n[[outcome.arm]]\nname="x"\nsurvival = [{at=2, value=80}]\n', "no fraction"),
        ("[[outcome]]\n[[outcome.comparison]]\nhr = -1.0\n", "where a number is due"),
        ("[[outcome]]\n[[outcome.comparison]]\nhr = 0.5\nci=[0.9, 0.2]\n", "runs from"),
        ('[[outcome]]\ntime_unit = "fortnights"\n', "unknown time unit"),
    ],
)
def test_bad_reported_files(tmp_path, body, words):
    with pytest.raises(BadTable, match=words):
        reported(tmp_path, body)


def comparison(hr, extra=""):
    return f'[[outcome]]\nreference="placebo"\n[[outcome.comparison]]\narm="DRUG A"\nhr={hr}\n{extra}'


def test_hazard_ratio_verdicts(tmp_path, panel):
    true = panel.comparisons[0].hr
    assert verdicts(panel, reported(tmp_path, comparison(f"{true:.2f}"))) == ["agrees"]
    assert verdicts(panel, reported(tmp_path, comparison(f"{true * 1.4:.2f}"))) == ["differs"]
    stratified = comparison(f"{true * 1.4:.2f}", 'kind="stratified"\n')
    assert verdicts(panel, reported(tmp_path, stratified)) == ["cannot tell"]


def test_a_coarse_rounding_agrees_where_a_fine_one_differs(tmp_path, panel):
    true = panel.comparisons[0].hr
    assert verdicts(panel, reported(tmp_path, comparison(f"{true:.1f}"))) == ["agrees"]
    fine = f"{round(true, 1) + 0.08:.2f}"
    assert verdicts(panel, reported(tmp_path, comparison(fine))) == ["differs"]


def test_the_paper_may_take_the_other_arm_as_reference(tmp_path, panel):
    turned = 1 / panel.comparisons[0].hr
    body = f'[[outcome]]\n[[outcome.comparison]]\narm="Placebo"\nreference="Drug A"\nhr={turned:.2f}\n'
    assert verdicts(panel, reported(tmp_path, body)) == ["agrees"]


def test_a_ratio_that_names_no_arm_may_be_against_either(panel):
    hr = panel.comparisons[0].hr
    unnamed = [PrintedNumber("hr", value=round(v, 2), decimals=2) for v in (hr, 1 / hr, 1.5 / hr)]
    found = check_reconstruction(panel, unnamed)
    assert [c.verdict for c in found] == ["agrees", "agrees", "differs"]
    assert found[1].note == "as Placebo vs Drug A" and found[2].reconstructed.startswith(f"{hr:.3f}")


def test_a_p_that_names_no_test_may_be_of_the_log_rank_test(panel):
    wald, logrank = 1e-4, 3e-6
    panel = replace(panel, comparisons=(replace(panel.comparisons[0], p=wald, logrank_p=logrank, se_log_hr=0.3),))
    numbers = [PrintedNumber("p", value=v, decimals=7) for v in (wald, logrank, 0.01)]
    assert verdicts(panel, numbers) == ["agrees", "agrees", "differs"]
    assert verdicts(panel, [PrintedNumber("logrank_p", value=wald, decimals=7)]) == ["differs"]


def test_a_median_may_be_off_by_a_pixel_of_time(panel):
    arm = panel.arms[1]
    late = 0.002 * float(panel.patients[1].time.max())
    printed = [PrintedNumber("median", value=arm.median.value + k * late, arm="Drug A", decimals=4) for k in (1, 9)]
    assert verdicts(panel, printed)[0] == "agrees"


def test_a_p_without_arms_is_told_by_no_one_test_of_many(panel):
    third = replace(panel.patients[1], arm="Drug B")
    many = estimate_panel("1", [*panel.patients, third])
    unnamed, logrank = (PrintedNumber(what, value=0.4, decimals=1) for what in ("p", "logrank_p"))
    assert verdicts(many, [unnamed, logrank]) == ["cannot tell", "differs"]
    assert verdicts(many, [PrintedNumber("p", value=many.logrank_p, decimals=12)]) == ["agrees"]


def test_medians_rates_counts(tmp_path, panel):
    arm = panel.arms[1]
    found = f"events={arm.events}\nmedian={arm.median.value:.1f}\n"
    body = '[[outcome]]\n[[outcome.arm]]\nname="Drug A"\nn=120\n' + found
    numbers = reported(tmp_path, body)
    assert verdicts(panel, numbers) == ["agrees"] * 3
    wrong = body.replace("n=120", "n=119").replace(f"median={arm.median.value:.1f}", 'median="not reached"')
    checks = check_reconstruction(panel, reported(tmp_path, wrong))
    assert [c.verdict for c in checks] == ["differs", "agrees", "differs"]
    assert overall_verdict(checks) == "differs"


def test_p_values_know_their_sign(tmp_path, panel):
    assert verdicts(panel, reported(tmp_path, comparison(0.4, 'logrank_p="<0.001"\n')))[1] == "agrees"
    assert verdicts(panel, reported(tmp_path, comparison(0.4, "logrank_p=0.40\n")))[1] == "differs"


def test_what_was_not_rebuilt_cannot_be_told(tmp_path, panel):
    body = '[[outcome]]\n[[outcome.arm]]\nname="Another"\nmedian=3.0\n'
    assert verdicts(panel, reported(tmp_path, body)) == ["cannot tell"]
    assert overall_verdict(check_reconstruction(panel, reported(tmp_path, body))) == "cannot tell"


def followed_to(end, seed=3, n=70):
    """Two arms of n under proportional hazards, their follow-up cut off at `end`."""
    rng = np.random.default_rng(seed)
    arms = []
    for name, mean in (("Placebo", 10.0), ("Drug A", 22.0)):
        death = np.sort(rng.exponential(mean, n))
        arms.append(Patients(name, np.minimum(death, end), (death <= end).astype(int)))
    return estimate_panel("1", arms)


def printed_hr(of, kind=""):
    found = of.comparisons[0]
    return PrintedNumber("hr", found.hr, found.low, found.high, arm=found.arm, decimals=2, kind=kind)


def test_a_ratio_may_rest_on_events_after_the_end_of_the_axis():
    whole, drawn = followed_to(200), followed_to(8)
    hr = printed_hr(whole)
    p = PrintedNumber("p", whole.comparisons[0].p, arm=hr.arm, decimals=7)
    shifted = replace(hr, value=drawn.comparisons[0].hr * 1.25)
    checks = check_reconstruction(drawn, [shifted, p])
    assert [c.verdict for c in checks] == ["cannot tell", "cannot tell"]
    assert all("after their end" in c.note for c in checks)


def test_later_events_explain_no_ratio_that_is_far_off_and_none_where_nobody_is_left():
    whole, drawn = followed_to(200), followed_to(8)
    far = replace(printed_hr(whole), value=drawn.comparisons[0].hr * 3)
    assert verdicts(drawn, [far]) == ["differs"]
    narrow = printed_hr(whole)
    narrow = replace(narrow, value=narrow.value * 1.25, low=narrow.value * 1.1, high=narrow.value * 1.4)
    assert verdicts(whole, [narrow]) == ["differs"]
