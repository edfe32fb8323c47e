"""The exact model: worked by hand, by round trip, by its laws; its ensemble; facts that contradict each
other.
"""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from km2ipd.errors import UsageError
from km2ipd.reconstruct.chain import run_forward, starting_layer
from km2ipd.reconstruct.check import check_reconstruction
from km2ipd.reconstruct.engine import METHODS, compare_methods, reconstruct_panel
from km2ipd.reconstruct.estimates import quick_log_hr
from km2ipd.reconstruct.evidence import gather_evidence
from km2ipd.reconstruct.exact import solve
from km2ipd.reconstruct.facts import solve_facts
from km2ipd.reconstruct.km import kaplan_meier
from km2ipd.reconstruct.paths import sample_paths
from km2ipd.reconstruct.runs import SharedRuns
from km2ipd.reconstruct.weights import Slot, log_prior_of_deaths
from km2ipd.records import Patients, PrintedNumber, RiskRow, RiskTable, SurvivalCurve, Totals

TICKS = np.arange(0, 31, 6.0)


def simulated(seed, n=80, mean=18.0, name="A"):
    rng = np.random.default_rng(seed)
    death, censored = rng.exponential(mean, n), rng.uniform(12, 30, n)
    order = np.argsort(np.minimum(death, censored))
    return Patients(name, np.minimum(death, censored)[order], (death <= censored)[order].astype(int))


def corners(arm, height=None, width=None):
    """The arm's true curve; rounded to a plot of width x height pixels where given."""
    km = kaplan_meier(arm)
    drops = km.table.deaths[0] > 0
    t, s = km.table.time[drops], km.survival[drops]
    if height:
        s, t = np.round(s * height) / height, np.round(t / 30 * width) / 30 * 30 * 30 / width
    rows = [(0.0, 1.0)]
    for a, b in zip(t, s, strict=True):
        if b < rows[-1][1]:
            rows = [r for r in rows if r[0] < a or r[0] == 0] + [(a, b)]
    end = max(float(arm.time.max()), rows[-1][0])
    rows += [(end, rows[-1][1])] if end > rows[-1][0] else []
    return SurvivalCurve([r[0] for r in rows], [r[1] for r in rows])


def at_risk(arm, ticks=TICKS):
    return RiskRow(arm.arm, ticks, [(arm.time >= t).sum() for t in ticks])


def rebuilt(arms, curves=None, rows=None, **options):
    curves = curves or {arm.arm: corners(arm) for arm in arms}
    table = RiskTable(tuple(rows if rows is not None else [at_risk(arm) for arm in arms]))
    return reconstruct_panel("1", curves, table, **{"ensemble": 0, **options})


def test_seven_patients_by_hand():
    """1, 2, 2+, 3, 4+, 5, 6+ from S = 6/7, 5/7, 15/28, 15/56 and one printed count: the drops tell every n."""
    curve = SurvivalCurve([0, 1, 2, 3, 5, 6], [1, 6 / 7, 5 / 7, 15 / 28, 15 / 56, 15 / 56])
    found = reconstruct_panel("1", {"A": curve}, RiskTable((RiskRow("A", [0], [7]),)), ensemble=0).patients[0]
    assert list(found.time[found.event == 1]) == [1, 2, 3, 5]
    censored = found.time[found.event == 0]
    assert len(censored) == 3
    assert 2 <= censored[0] < 3 <= censored[1] < 5 and censored[2] == 6


@pytest.mark.parametrize("seed", range(4))
def test_exact_corners_give_every_death_back(seed):
    arm = simulated(seed)
    found = rebuilt([arm]).patients[0]
    assert found.time[found.event == 1] == pytest.approx(arm.time[arm.event == 1])


@pytest.mark.parametrize("seed", range(4))
def test_pixels_give_the_hazard_ratio_back(seed):
    arms = [simulated(seed, 120), simulated(seed + 50, 120, 30.0, "B")]
    found = rebuilt(arms, {arm.arm: corners(arm, 500, 700) for arm in arms})
    assert found.misfit == (0, 0)
    assert [len(arm.time) for arm in found.patients] == [120, 120]
    assert np.log(found.comparisons[0].hr) == pytest.approx(quick_log_hr(*arms), abs=0.03)


def test_totals_are_met():
    arm = simulated(3, 300)
    curve, true = corners(arm, 500, 700), int(arm.event.sum())
    for events in (true, true + 1):
        found = rebuilt([arm], {"A": curve}, totals={"A": Totals(300, events)})
        assert found.arms[0].events == events and found.arms[0].n == 300


@pytest.mark.parametrize("off", [-12, 12])
def test_totals_of_large_cohorts_are_met_far_from_the_usual_one(off):
    """Censoring that comes late, or early, between two counts moves the total; a pixel hides each death."""
    arm = simulated(4, 900)
    curve, usual = corners(arm, 500, 700), rebuilt([arm], {"A": corners(arm, 500, 700)}).arms[0].events
    found = rebuilt([arm], {"A": curve}, totals={"A": Totals(900, usual + off)})
    assert found.arms[0].events == usual + off and found.misfit == (0,)
    assert not found.cautions


def test_a_total_calls_for_a_death_at_the_end_of_arms_that_end_together():
    curve = SurvivalCurve([0, 2, 4, 6, 9], [1, 0.8, 0.6, 0.4, 0.4])
    rows = RiskTable(tuple(RiskRow(arm, [0, 5, 12], [5, 3, 0]) for arm in "AB"))
    found = reconstruct_panel("1", {"A": curve, "B": curve}, rows, totals={"A": Totals(5, 4)}, ensemble=20)
    assert found.arms[0].events == 4 and found.patients[0].event[-2:].sum() == 1
    assert not [c for c in found.cautions if c.code == "events-not-met"]


def test_a_mark_for_each_patient_tells_the_deaths_of_a_large_cohort():
    """One death is a third of a pixel: the levels cannot count them, but the counts and one mark each do."""
    arm = simulated(9, 1500, 60.0)
    marks = arm.time[arm.event == 0]
    found = rebuilt([arm], {"A": corners(arm, 500, 700)}, marks={"A": marks}, ensemble=40)
    assert found.arms[0].events == arm.event.sum()
    low, high = found.arms[0].events_interval
    assert low <= arm.event.sum() <= high


def test_marks_that_hide_patients_are_not_taken_at_their_word():
    arm = simulated(9, 300, 40.0)
    marks = arm.time[arm.event == 0][::2]
    found = rebuilt([arm], {"A": corners(arm, 500, 700)}, marks={"A": marks})
    assert found.misfit == (0,)
    assert found.arms[0].events == pytest.approx(arm.event.sum(), abs=2)


def test_a_last_patient_without_a_mark_died_where_all_others_have_one():
    arm = simulated(12, 100, 12.0)
    arm = Patients("A", arm.time, np.r_[arm.event[:-1], 1])
    full = corners(arm)
    curve = SurvivalCurve(full.time, np.r_[full.survival[:-1], full.survival[-2]])
    row = RiskRow("A", [*TICKS, 36], [*at_risk(arm).at_risk, 0])
    marks = arm.time[arm.event == 0]
    assert rebuilt([arm], {"A": curve}, [row], marks={"A": marks}).arms[0].events == arm.event.sum()
    assert rebuilt([arm], {"A": curve}, [row]).arms[0].events == arm.event.sum() - 1


def test_an_arm_without_marks_had_nobody_to_be_marked():
    """From 0.4 to 0 with two of five left: both died, or one was censored between."""
    curve = SurvivalCurve([0, 1, 20, 26], [1, 0.6, 0.4, 0.0])
    rows = RiskTable((RiskRow("A", [0, 12], [5, 3]),))
    found = reconstruct_panel("1", {"A": curve}, rows, marks={"A": np.zeros(0)}, ensemble=0)
    assert found.arms[0].events == 5


@pytest.mark.parametrize(("marks", "severity"), [([5.0, 8.0, 40.0], "note"), ([5.0, 50.0, 70.0], "review")])
def test_marks_outside_the_curve_are_named(marks, severity):
    curve = SurvivalCurve([0, 3, 10, 20], [1, 0.8, 0.6, 0.6])
    rows = RiskTable((RiskRow("A", [0, 12], [10, 5]),))
    found = reconstruct_panel("1", {"A": curve}, rows, marks={"A": np.array(marks)}, ensemble=0)
    named = [c for c in found.cautions if c.code == "marks-outside-curve"]
    assert len(named) == 1 and named[0].severity == severity
    outside = [m for m in marks if m > 20]
    assert f"{len(outside)} of 3" in named[0].message and f"{outside[0]:g}" in named[0].message


def test_marks_place_the_censored():
    arm = simulated(5, 60)
    marks = arm.time[arm.event == 0]
    found = rebuilt([arm], {"A": corners(arm, 500, 700)}, marks={"A": marks}).patients[0]
    assert found.time[found.event == 0] == pytest.approx(marks, abs=0.05)


def test_estimates_do_not_depend_on_the_unit_of_time():
    arm = simulated(6, 90)
    curve = corners(arm, 500, 700)
    years = SurvivalCurve(curve.time / 12, curve.survival)
    row = RiskRow("A", TICKS / 12, at_risk(arm).at_risk)
    a, b = rebuilt([arm], {"A": curve}).patients[0], rebuilt([arm], {"A": years}, [row]).patients[0]
    assert list(a.event) == list(b.event)
    assert a.time == pytest.approx(b.time * 12)


def test_curve_to_zero_and_no_table():
    curve = SurvivalCurve([0, 1, 2, 3], [1, 2 / 3, 1 / 3, 0])
    found = reconstruct_panel("1", {"A": curve}, RiskTable(), totals={"A": Totals(3)}, ensemble=0)
    assert list(found.patients[0].time) == [1, 2, 3] and found.arms[0].events == 3


def test_merging_hypotheses_moves_nobody_in_time():
    """300 of 1000 censored in 100 gaps alike: each quarter of them has its quarter, though n is merged by twos."""
    due = np.arange(31) * np.log(0.75) + np.log(0.25)  # geometric, mean 3
    slots = [Slot(k, k + 1, due, next_count=700, count=700 if k == 99 else -1) for k in range(100)]
    layers = run_forward(slots, starting_layer(1000), count_deaths=False)
    censored = np.array([path.censored for path in sample_paths(layers, 400, np.random.default_rng(0))])
    assert censored.reshape(400, 4, 25).sum(2).mean(0) == pytest.approx(np.full(4, 75), abs=8)


def test_a_run_begun_where_an_earlier_one_stands_is_the_run_itself():
    """Slots alike but for the last two: what is kept, drawn and weighed is the same to the last bit."""
    due = np.arange(9) * np.log(0.5) + np.log(0.5)
    slots = [Slot(k, k + 1, due, most_deaths=9, level=0.98**k, error=0.004, next_count=10) for k in range(12)]
    ends = ([Slot(12, 13, due, level=0.7, error=0.01)], [Slot(12, 13, due, most_deaths=5, level=0.7, error=0.01)])
    how = {"count_deaths": False, "kept": 30}
    runs = SharedRuns(200, strict=False)
    first, second = (runs.forward([*slots, *end], **how) for end in ends)
    assert second[12] is first[12] and second[13] is not first[13]
    alone = run_forward([*slots, *ends[1]], starting_layer(200), **how)
    for ours, theirs in zip(second, alone, strict=True):
        assert all(np.array_equal(getattr(ours, f.name), getattr(theirs, f.name)) for f in fields(ours))


@pytest.mark.parametrize("before", [3, 40, 3000])
def test_the_chances_of_deaths_add_up_to_one_whoever_is_at_risk(before):
    slot = Slot(0, 1, np.zeros(1), least_deaths=1, extra_rate=0.004, least_extra=0.02)
    died = np.arange(1, 3000)
    assert np.exp(log_prior_of_deaths(slot, np.full(len(died), before), died)).sum() == pytest.approx(1, abs=1e-3)


def test_draws_of_large_cohorts_hold_their_deaths():
    """1500 patients of whom one is a third of a pixel, censored evenly: no deaths are lost or made on average."""
    off = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        death, censored = rng.exponential(30, 1500), np.minimum(rng.uniform(0, 50, 1500), 30)
        order = np.argsort(np.minimum(death, censored))
        arm = Patients("A", np.minimum(death, censored)[order], (death <= censored)[order].astype(int))
        draws = rebuilt([arm], {"A": corners(arm, 500, 700)}, ensemble=50).draws
        off.append(np.mean([draw[0].event.sum() for draw in draws]) / arm.event.sum() - 1)
    assert abs(np.mean(off)) < 0.005


def clicked(arm, seed, error=0.005, clicks=100):
    """The arm's curve as a hand clicks it, levelled where it rises."""
    rng = np.random.default_rng(seed)
    at = np.sort(rng.uniform(0, arm.time.max(), clicks))
    level = np.minimum.accumulate(np.clip(corners(arm).at(at) + rng.normal(0, error, clicks), 0, 1))
    rows = [(0.0, 1.0)]
    rows += [(t, s) for t, s, before in zip(at, level, np.r_[1.0, level[:-1]], strict=True) if s < before]
    return SurvivalCurve(*np.array([*rows, (float(arm.time.max()), rows[-1][1])]).T)


def test_clicks_of_a_flat_curve_lie_too_low_and_the_draws_know():
    """Levelled clicks are each the lowest so far: taken as they are, they bury 20 of 1500 who live."""
    rng = np.random.default_rng(5)
    death, censored = rng.exponential(400, 1500), rng.uniform(20, 40, 1500)
    time = np.minimum(np.minimum(death, censored), 30)
    event = (death <= np.minimum(censored, 30)).astype(int)
    order = np.lexsort((-event, time))
    arm = Patients("A", time[order], event[order])
    low, high = rebuilt([arm], {"A": clicked(arm, 1)}, ensemble=100).arms[0].events_interval
    assert low <= arm.event.sum() <= high


def test_a_death_between_a_click_and_the_one_before_may_fall_before_a_printed_time():
    """68 of 70 die just before 24, where 2 are printed; the click that tells it is at 26."""
    time = np.r_[np.linspace(1, 20, 30), np.full(68, 23.9), 27.0, 28.0]
    arm = Patients("A", time, np.ones(100, int))
    curve = SurvivalCurve([0, 3, 7, 11, 15, 19, 26, 28], [1, 0.9661, 0.9053, 0.8417, 0.7762, 0.7098, 0.0243, 0.0243])
    found = rebuilt([arm], {"A": curve}, [at_risk(arm)])
    assert not [c for c in found.cautions if c.code == "count-contradicted"]
    assert found.misfit == (0,)


def test_large_cohort_is_bounded():
    arm = simulated(2, 2000)
    found = rebuilt([arm], {"A": corners(arm, 500, 700)})
    assert found.misfit == (0,) and found.arms[0].n == 2000
    assert found.arms[0].events == pytest.approx(arm.event.sum(), rel=0.01)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    drops=st.lists(st.floats(0, 0.6), min_size=1, max_size=10),
    counts=st.lists(st.integers(0, 50), min_size=1, max_size=5),
    events=st.one_of(st.none(), st.integers(0, 50)),
)
def test_it_ends_with_all_patients_whatever_it_is_given(drops, counts, events):
    survival = np.concatenate([[1.0], np.cumprod(1 - np.array(drops))])
    curve = SurvivalCurve(np.arange(len(survival)), survival)
    row = RiskRow("A", np.arange(len(counts)) * 2.0, counts)
    found = reconstruct_panel("1", {"A": curve}, RiskTable((row,)), totals={"A": Totals(50, events)}, ensemble=0)
    assert len(found.patients[0].time) == 50
    assert found.patients[0].time.max() <= max(curve.time[-1], row.time[-1])


def test_same_input_same_patients():
    arm = simulated(8)
    one, other = (rebuilt([arm], {"A": corners(arm, 500, 700)}, ensemble=20) for _ in range(2))
    assert list(one.patients[0].time) == list(other.patients[0].time)
    assert all(list(a[0].time) == list(b[0].time) for a, b in zip(one.draws, other.draws, strict=True))


# ---------------------------------------------------------------- ensemble and conditioning


@pytest.fixture(scope="module")
def pair():
    arms = [simulated(21, 60), simulated(22, 60, 30.0, "B")]
    return arms, {arm.arm: corners(arm, 250, 350) for arm in arms}


def test_every_draw_meets_what_is_printed(pair):
    arms, curves = pair
    found = rebuilt(arms, curves, ensemble=50)
    assert len(found.draws) == 50
    for draw in found.draws:
        for patients, arm in zip(draw, arms, strict=True):
            assert [(patients.time >= t).sum() for t in TICKS] == [(arm.time >= t).sum() for t in TICKS]


def test_intervals_hold_the_point_and_combine(pair):
    arms, curves = pair
    found = rebuilt(arms, curves, ensemble=100).comparisons[0]
    assert found.interval[0] <= found.interval[1] and found.combined[0] <= found.low and found.high <= found.combined[1]
    assert found.combined[0] < np.exp(quick_log_hr(*arms)) < found.combined[1]


def test_now_and_then_a_draw_lets_the_last_patient_die_unseen():
    """A drop at the very end of a curve is missed by readers in a few of a hundred arms: so in the draws."""
    short = SurvivalCurve([0, 2, 4, 6, 9], [1, 0.8, 0.6, 0.4, 0.4])
    full = SurvivalCurve([0, 3, 7, 20], [1, 0.8, 0.6, 0.6])
    rows = RiskTable((RiskRow("A", [0, 5], [5, 3]), RiskRow("B", [0, 5], [5, 4])))
    found = reconstruct_panel("1", {"A": short, "B": full}, rows, ensemble=400)
    died = np.array([[arm.event[-1] for arm in draw] for draw in found.draws])
    assert 0.01 < died[:, 0].mean() < 0.1  # B's curve ends with the axis: nobody was seen to be the last
    assert not died[:, 1].any()


def test_conditioning_is_reported_and_barred_from_the_checks(pair):
    arms, curves = pair
    events = PrintedNumber("events", float(arms[0].event.sum()), arm="A")
    found = rebuilt(arms, curves, ensemble=100, condition_on=("events",), reported=(events,))
    assert found.arms[0].events == events.value
    assert 0 < found.effective_draws <= 100
    assert check_reconstruction(found, [events])[0].verdict == "cannot tell"
    with pytest.raises(UsageError, match="nothing reported"):
        rebuilt(arms, curves, ensemble=10, condition_on=("hr",), reported=(events,))
    with pytest.raises(UsageError, match="cannot condition"):
        rebuilt(arms, curves, ensemble=10, condition_on=("luck",), reported=(events,))


# ---------------------------------------------------------------- contradictions


def test_a_wrong_cell_is_named_with_what_would_fit():
    arm = simulated(31, 150)
    curve, row = corners(arm, 500, 700), at_risk(arm)
    counts = np.array(row.at_risk)
    counts[2] += 30
    found = rebuilt([arm], {"A": curve}, [RiskRow("A", row.time, counts)])
    named = [c.message for c in found.cautions if c.code == "count-contradicted"]
    assert len(named) == 1 and f"at risk at 12: {counts[2]:.0f} cannot be right" in named[0]
    low, high = (int(w) for w in named[0].split("right, ")[1].split(" would")[0].split(" to "))
    assert low <= row.at_risk[2] <= high
    assert not [c for c in rebuilt([arm], {"A": curve}, [row]).cautions if c.severity == "review"]


def test_rising_counts_and_swapped_rows_are_named():
    arms = [simulated(41, 100, 8.0), simulated(42, 100, 60.0, "B")]
    curves = {arm.arm: corners(arm, 500, 700) for arm in arms}
    swapped = [RiskRow("A", TICKS, at_risk(arms[1]).at_risk), RiskRow("B", TICKS, at_risk(arms[0]).at_risk)]
    found = rebuilt(arms, curves, swapped)
    assert "row-above-curve" in {c.code for c in found.cautions if c.severity == "review"}
    rising = RiskRow("A", TICKS, [50, 60, 70, 80, 60, 10])
    found = rebuilt(arms[:1], {"A": curves["A"]}, [rising])
    assert {"delayed-entry", "count-contradicted"} & {c.code for c in found.cautions}


def test_a_drop_read_just_before_a_printed_time_does_not_put_its_count_above_the_curve():
    curve = SurvivalCurve([0, 11.98, 30], [1, 0.7, 0.7])
    for time, codes in ((12, set()), (15, {"row-above-curve"})):
        found = reconstruct_panel(
            "1", {"A": curve}, RiskTable((RiskRow("A", [0, time, 24], [100, 99, 20]),)), ensemble=0
        )
        assert {c.code for c in found.cautions if c.code == "row-above-curve"} == codes


def test_patients_that_cannot_follow_the_curve_are_not_called_right():
    """One patient left at 6 cannot draw the drop from 0.9 to 0.8 at 10."""
    curve = SurvivalCurve([0, 5, 10, 12], [1, 0.9, 0.8, 0.8])
    for counts, codes in (([10, 1, 0], {"curve-not-met"}), ([10, 9, 8], set())):
        found = reconstruct_panel("1", {"A": curve}, RiskTable((RiskRow("A", [0, 6, 12], counts),)), ensemble=0)
        assert {c.code for c in found.cautions if c.severity == "review"} == codes


def test_levels_give_way_before_a_printed_count_does():
    """Levels off by far more than they claim: the counts are met all the same, and that is said."""
    arm = simulated(60, 120)
    exact = corners(arm)
    wobble = 0.0025 * np.random.default_rng(1).standard_normal(len(exact.time))
    level = np.minimum.accumulate(np.clip(exact.survival + np.where(exact.survival < 1, wobble, 0), 0, 1))
    read = SurvivalCurve(exact.time, level, np.full(len(level), 0.0003), np.full(len(level), 0.02))
    found = rebuilt([arm], {"A": read})
    assert [c.code for c in found.cautions if c.severity == "review"] == []
    assert "levels-eased" in {c.code for c in found.cautions}
    row = at_risk(arm)
    wrong = RiskRow("A", row.time, [*row.at_risk[:2], row.at_risk[2] - 25, *row.at_risk[3:]])
    assert "review" in {c.severity for c in rebuilt([arm], {"A": read}, [wrong]).cautions}


def test_a_percent_read_as_a_fraction_is_named():
    """All drops together less than one of 80 patients."""
    arm = simulated(2)
    curve = corners(arm)
    found = rebuilt([arm], {"A": SurvivalCurve(curve.time, 1 - (1 - curve.survival) / 100)})
    assert [c.code for c in found.cautions if c.severity == "review"] == ["not-kaplan-meier"]


@pytest.mark.parametrize(("seed", "error", "told"), [(10, 0.005, False), (19, 0.005, False), (4, 0.001, True)])
def test_only_clear_evidence_tells_that_a_hand_was_steady(seed: int, error: float, told: bool):
    """Whole deaths of 240 patients look met to 0.001 by clicks that are off by 0.005 in one arm of four."""
    arm = simulated(seed, 240)
    evidence = gather_evidence("A", clicked(arm, seed, error=error), at_risk(arm))
    assert solve(evidence).noise.level == (error if told else 0.005)
    assert "count-contradicted" not in {c.code for c in solve_facts(evidence)[1]}


def test_a_weighted_curve_to_all_its_digits_is_taken_as_clicks_and_said_to_be():
    arm = simulated(3, 60)
    exact = corners(arm)
    weighted = np.minimum.accumulate(exact.survival**1.1 * (1 - 1e-4 * np.sin(np.arange(len(exact.time))) ** 2))
    codes = {c.code for c in rebuilt([arm], {"A": SurvivalCurve(exact.time, weighted)}).cautions}
    assert codes & {"taken-as-clicks", "not-kaplan-meier"}
    assert "taken-as-clicks" not in {c.code for c in rebuilt([arm], {"A": exact}).cautions}


def test_wobbles_between_whole_drops_are_no_percent_read_as_a_fraction():
    arm = simulated(2)
    exact = corners(arm)
    part = np.linspace(0, 1, 4, endpoint=False)
    time = np.r_[(exact.time[:-1, None] + np.diff(exact.time)[:, None] * part).ravel(), exact.time[-1]]
    level = np.minimum.accumulate(exact.at(time) - 1e-5 * np.r_[np.tile(np.arange(4), len(exact.time) - 1), 0])
    read = SurvivalCurve(time, np.r_[1.0, level[1:]], np.full(len(time), 3e-4))
    codes = [c.code for c in rebuilt([arm], {"A": read}).cautions if c.severity == "review"]
    assert "not-kaplan-meier" not in codes


def test_a_total_that_counts_later_events_is_named():
    arm = simulated(51, 100)
    found = rebuilt([arm], {"A": corners(arm, 500, 700)}, totals={"A": Totals(100, int(arm.event.sum()) + 30)})
    assert "events-not-met" in {c.code for c in found.cautions if c.severity == "review"}


# ---------------------------------------------------------------- methods side by side


def test_methods_side_by_side(pair):
    arms, curves = pair
    marks = {arm.arm: arm.time[arm.event == 0] for arm in arms}
    found = compare_methods("1", curves, RiskTable(tuple(at_risk(arm) for arm in arms)), marks=marks)
    assert [r.method for r in found] == list(METHODS)
    for result in found:
        assert [len(p.time) for p in result.patients] == [60, 60]
        assert np.log(result.comparisons[0].hr) == pytest.approx(quick_log_hr(*arms), abs=0.15)
    without = compare_methods("1", curves, RiskTable(tuple(at_risk(arm) for arm in arms)))
    assert "marked" not in [r.method for r in without]


def test_unknown_method():
    with pytest.raises(UsageError, match='no method "magic"'):
        rebuilt([simulated(1)], method="magic")
