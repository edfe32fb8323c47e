"""Every caution is raised once by what it is for, and by nothing when all is well."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_curves import BLUE, LOWER, RED, UPPER, Points, panel, y
from km2ipd.digitize.drawnarm import DrawnArm, curve_of
from km2ipd.digitize.rhythm import Rhythm
from km2ipd.digitize.trust import RESIDUAL_LIMIT, SHORT, START_GAP, arm_confidence, doubts_about, doubts_by_print
from km2ipd.records import ArmReading, Box, CurveTrace, Panel, PrintedNumber, RiskRow, RiskTable

EVIDENCE = {"own_ink": 0.95, "in_sight": 0.97}
TABLE = RiskTable((RiskRow("Drug", [0, 10, 20], [100, 80, 60]), RiskRow("Placebo", [0, 10, 20], [90, 40, 15])))


def drawn(points: Points = UPPER, end: float = 330.0, color=BLUE, **changed) -> DrawnArm:
    trace = CurveTrace([p[0] for p in points], [p[1] for p in points], end)
    return DrawnArm(color, 1.0, 10.0, 2.0, trace, **{"evidence": EVIDENCE, **changed})


def reading(arm: DrawnArm, name: str, where: Panel) -> ArmReading:
    return ArmReading(name, "#000000", curve_of(arm.trace, where), arm.trace, confidence=arm_confidence(arm))


def doubts(
    first: DrawnArm | None = None,
    *,
    where: Panel | None = None,
    names: tuple[str, ...] = ("Drug", "Placebo"),
    table: RiskTable = RiskTable(),  # noqa: B008 - frozen
    entries: int = 0,
    rows: int = 0,
    labels: int = 1,
) -> list[tuple[str, str]]:
    """(code, where) of the cautions on two arms, the first as given."""
    where = where or panel()
    lines = [first or drawn(), drawn(LOWER, color=RED)][: len(names)]
    arms = tuple(reading(line, name, where) for line, name in zip(lines, names, strict=True))
    found = doubts_about(where, lines, arms, table, entries, rows, labels)
    assert all(c.severity == "review" and c.message for c in found)
    return [(c.code, c.where) for c in found]


def test_a_good_reading_raises_no_doubt() -> None:
    assert doubts() == []
    assert doubts(table=TABLE, entries=2, rows=2) == []


@pytest.mark.parametrize(
    ("codes", "changed"),
    [
        ("start", {"start_gap_px": START_GAP + 1}),
        ("crossing", {"confusable": True}),
        ("axis-end", {"runs_on": True}),
        ("dashes-left", {"leaves_dashes": True}),
        ("line-left", {"leaves_line": True}),
        ("hidden", {"evidence": {"own_ink": 0.65, "in_sight": 0.65}}),
        ("coarse faint", {"evidence": {"own_ink": 0.5, "in_sight": 1.0}}),
        ("short", {"end": UPPER[0][0] + SHORT - 1, "points": UPPER[:1]}),
    ],
)
def test_what_an_arm_lacks_is_named_with_the_arm(codes: str, changed: dict) -> None:
    assert doubts(drawn(**changed)) == [(code, "Drug") for code in codes.split()]


def test_what_is_just_within_the_limits_raises_no_doubt() -> None:
    assert doubts(drawn(start_gap_px=START_GAP)) == []
    thick = replace(drawn(start_gap_px=START_GAP + 1), width_px=START_GAP + 2)
    assert doubts(thick) == []
    assert doubts(drawn(UPPER[:1], UPPER[0][0] + SHORT)) == []
    assert doubts(drawn(evidence={"own_ink": 0.6, "in_sight": 0.7})) == []


def test_an_arm_hardly_seen_in_a_coarse_picture_is_doubtful() -> None:
    """A third without ink of its own: a pixel is 0.005 of survival in the one, 0.002 in the other."""
    where = panel()
    evidence = {"own_ink": 0.63, "in_sight": 0.95}
    for pixel, found in ((0.005, [("coarse", "Drug")]), (0.002, [])):
        fit = replace(where.y.calibration, slope=-pixel, intercept=1 + pixel * UPPER[0][1])
        other = replace(where, y=replace(where.y, calibration=fit))
        assert doubts(drawn(evidence=evidence), where=other) == found


def test_arms_of_one_ink_that_run_as_one_line_to_an_end_are_doubtful() -> None:
    """The upper arm leaps down to the lower one at the end: the lower one's ink is there to be followed."""
    floor = LOWER[-1][1]
    leapt = (*UPPER, (310.0, floor + 1.0))
    assert doubts(drawn(leapt, color=RED)) == [("merged", "Placebo")]
    assert doubts(drawn(leapt)) == []
    assert doubts(drawn((*UPPER, (328.0, floor + 1.0)), color=RED)) == []
    assert doubts(drawn(tuple((at, row + 1.0) for at, row in LOWER), color=RED)) == []
    beside, plate = (*UPPER, (290.0, floor + 12.0)), replace(panel(), plot_area=Box(40, 30, 340, 1830))
    assert doubts(drawn(beside, color=RED)) == []
    assert doubts(drawn(beside, color=RED), where=plate) == [("merged", "Placebo")]
    at_a_mark = (*leapt, (328.0, floor + 14.0))
    assert doubts(drawn(at_a_mark, color=RED)) == [("merged", "Placebo")]


def test_ticks_that_miss_their_line_are_named_by_axis() -> None:
    assert doubts(where=panel(residual=RESIDUAL_LIMIT + 0.1)) == [("calibration", "x axis")]


@pytest.mark.parametrize(
    ("entries", "rows", "found"),
    [
        (3, 0, [("arm-count", "legend")]),
        (1, 0, [("arm-count", "legend")]),
        (1, 2, []),
        (0, 3, [("arm-count", "risk table")]),
        (2, 1, [("arm-count", "risk table")]),
        (3, 3, [("arm-count", "legend"), ("arm-count", "risk table")]),
    ],
)
def test_legend_and_table_must_count_as_many_arms_as_curves(entries: int, rows: int, found: list) -> None:
    assert doubts(entries=entries, rows=rows) == found


def test_arms_without_name_are_doubtful_unless_alone() -> None:
    assert doubts(names=("Drug", "Arm 2")) == [("nameless", "Arm 2")]
    assert doubts(names=("Arm 1",)) == []
    assert doubts(names=("Arm A", "Arm B")) == []


def test_a_figure_that_names_no_arm_is_no_doubtful_reading() -> None:
    arms = tuple(reading(drawn(points), name, panel()) for points, name in ((UPPER, "Arm 1"), (LOWER, "Arm 2")))

    def severities(table: RiskTable, entries: int, labels: int, marks: bool = False) -> list[str]:
        lines = [drawn(draws_marks=marks), drawn(LOWER, color=RED)]
        found = doubts_about(panel(), lines, arms, table, entries, 0, labels)
        return [c.severity for c in found if c.code == "nameless"]

    unnamed = RiskTable(tuple(replace(row, arm=f"Arm {k}") for k, row in enumerate(TABLE.rows, 1)))
    assert severities(unnamed, 0, 0) == severities(RiskTable(), 0, 0, marks=True) == ["note"]
    assert severities(RiskTable(), 0, 0) == ["review"]
    for table, entries, labels in ((unnamed, 2, 0), (unnamed, 0, 1), (TABLE, 0, 0)):
        assert severities(table, entries, labels) == ["review"]


def test_an_entry_of_the_legend_in_whose_line_nothing_is_drawn_is_missed() -> None:
    arm = reading(drawn(), "Drug", panel())
    assert [c.code for c in doubts_about(panel(), [drawn()], (arm,), RiskTable(), 1, 0, 1)] == []
    (doubt,) = doubts_about(panel(), [drawn()], (arm,), RiskTable(), 1, 0, 1, ["Control"])
    assert (doubt.code, doubt.severity) == ("key-without-curve", "review") and "Control" in doubt.message


def test_curves_known_by_numbers_of_which_no_patients_are_seen_may_be_a_models() -> None:
    assert doubts(names=("0", "1")) == [("nameless", "0")]
    assert doubts(drawn(draws_marks=True), names=("0", "1")) == []


def test_exchanged_rows_have_more_patients_than_the_curve_allows() -> None:
    swapped = RiskTable(tuple(replace(r, arm=n) for r, n in zip(TABLE.rows, ("Placebo", "Drug"), strict=True)))
    assert doubts(table=swapped, rows=2) == [("at-risk-above-curve", "Placebo")]


@pytest.mark.parametrize(
    ("direction", "y_range", "edge", "end_level", "leaves"),
    [
        ("survival", (0.5, 1.0), 0.48, 0.505, True),
        ("survival", (0.5, 1.0), 0.48, 0.6, False),
        ("survival", (0.5, 1.0), 0.3, 0.505, False),
        ("survival", (0.0, 1.0), 0.0, 0.0, False),
        ("incidence", (0.0, 0.5), 0.52, 0.495, True),
        ("incidence", (0.0, 0.5), 0.8, 0.495, False),
        ("incidence", (0.0, 1.0), 1.0, 1.0, False),
    ],
)
def test_a_curve_that_ends_at_the_edge_of_a_broken_axis_leaves_the_plot(
    direction: str, y_range: tuple[float, float], edge: float, end_level: float, leaves: bool
) -> None:
    """Where the plot goes on beyond the axis' last number, its edge is what a curve leaves at."""
    start = 1.0 if direction == "survival" else 0.0
    line = drawn(((40.0, y(start)), (200.0, y(end_level))))
    where = panel(direction=direction, y_range=y_range)
    far = "bottom" if direction == "survival" else "top"
    where = replace(where, plot_area=replace(where.plot_area, **{far: y(edge)}))
    found = doubts_about(where, [line], (reading(line, "Drug", where),), RiskTable(), 0, 0)
    assert [c.code for c in found] == ["leaves-plot"] * leaves


@pytest.mark.parametrize(("left", "severity"), [(1, "note"), (40, "review")])
def test_an_end_that_is_not_seen_matters_as_long_as_patients_are_at_risk(left: int, severity: str) -> None:
    row = RiskRow("Drug", [0, 10, 20], [100, 80, left])
    line = drawn(end=200.0, end_hidden=True)
    arm = reading(line, "Drug", panel())
    row = replace(row, time=np.array([0.0, 10.0, arm.curve.time[-1] + 3]))
    found = doubts_about(panel(), [line], (arm,), RiskTable((row,)), 0, 1)
    late = replace(row, at_risk=np.array([100.0, 2.0, left]))
    assert {c.code for c in found} == {"end-hidden", "ends-early"}
    assert {c.severity for c in found} == {"review"}
    found = doubts_about(panel(), [line], (arm,), RiskTable((late,)), 0, 1)
    assert {c.severity for c in found if c.code != "at-risk-above-curve"} == {severity}


def test_confidence_counts_own_ink_half_of_what_is_hidden_and_the_start() -> None:
    assert arm_confidence(drawn(evidence={"own_ink": 0.8, "in_sight": 0.9})) == pytest.approx(0.85)
    assert arm_confidence(drawn(evidence={"own_ink": 1.0, "in_sight": 0.9})) == 1.0
    assert arm_confidence(drawn(evidence={"own_ink": 0.8, "in_sight": 1.0}, start_gap_px=9)) == pytest.approx(0.56)
    assert arm_confidence(drawn(evidence={})) == 1.0


def printed_doubts(*numbers: PrintedNumber) -> list[tuple[str, str]]:
    arms = (reading(drawn(), "Drug", panel()), reading(drawn(LOWER), "Placebo", panel()))
    return [(c.code, c.where) for c in doubts_by_print(panel(), arms, numbers)]


def test_printed_numbers_that_the_curves_bear_out_raise_no_doubt() -> None:
    # The lower curve passes one half at 12 months; the upper shows 0.74 at 20.
    assert (
        printed_doubts(
            PrintedNumber("median", 11.5, arm="Placebo"),
            PrintedNumber("survival", 0.75, arm="Drug", at=20),
            PrintedNumber("median", 40.0, arm="Drug"),
        )
        == []
    )


@pytest.mark.parametrize(
    "number",
    [
        PrintedNumber("median", 18.0, arm="Placebo"),
        PrintedNumber("survival", 0.6, arm="Placebo", at=12),
    ],
)
def test_printed_numbers_that_a_curve_contradicts_are_named(number: PrintedNumber) -> None:
    assert printed_doubts(number) == [("printed-differs", "Placebo")]


def test_printed_numbers_that_cannot_be_compared_are_left_alone() -> None:
    assert (
        printed_doubts(
            PrintedNumber("median", 2.0, arm="Someone"),
            PrintedNumber("median", None, arm="Placebo", not_reached=True),
            PrintedNumber("median", 2.0, arm="Placebo", kind="adjusted"),
            PrintedNumber("survival", 0.1, arm="Drug", at=60),
            PrintedNumber("survival", 0.1, arm="Drug"),
            PrintedNumber("hr", 9.0, arm="Drug"),
        )
        == []
    )


def test_a_drop_through_bare_paper_is_doubted() -> None:
    assert ("leap", "Drug") in doubts(drawn(fall_gap_px=START_GAP + 1))
    assert doubts(drawn(fall_gap_px=START_GAP)) == []
    dashed = replace(drawn(fall_gap_px=START_GAP + 1), inked=0.7)
    assert doubts(dashed) == []
    assert ("leap", "Drug") in doubts(replace(dashed, fall_gap_px=2 * START_GAP + 1))


def test_a_dashed_line_without_a_sample_is_judged_by_its_own_pattern() -> None:
    dotted = Rhythm(np.full(20, 3.0), np.full(20, 4.0), np.zeros(0), 6.0, 8.0)
    stray = Rhythm(np.full(20, 3.0), np.array([2.0, 30.0, 9.0, 15.0] * 5), np.zeros(0), 6.0, 8.0)
    seen = {"evidence": {"own_ink": 0.43, "in_sight": 1.0}}
    assert arm_confidence(drawn(rhythm=dotted, **seen)) > 0.9
    assert arm_confidence(drawn(rhythm=stray, **seen)) < 0.5


def test_patients_counted_after_the_end_of_their_curve_are_doubted() -> None:
    assert ("ends-early", "Drug") in doubts(drawn(UPPER[:3], 200.0), table=TABLE, rows=2)
    gone = RiskTable((replace(TABLE.rows[0], at_risk=[100, 80, 0]), TABLE.rows[1]))
    assert ("ends-early", "Drug") not in doubts(drawn(UPPER[:3], 200.0), table=gone, rows=2)


@pytest.mark.parametrize(("first", "found"), [(1000, [("first-count", "Drug")]), (100, [])])
def test_a_first_count_with_a_digit_too_many_is_doubtful(first: int, found: list[tuple[str, str]]) -> None:
    drug = RiskRow("Drug", [0, 5, 10, 15, 20], [first, 91, 82, 74, 66])
    placebo = RiskRow("Placebo", [0, 5, 10, 15, 20], [90, 60, 40, 30, 20])
    assert doubts(table=RiskTable((drug, placebo)), entries=2, rows=2) == found
