"""Curves of traces in data units, and which name and which row of the table belongs to which arm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_curves import BLACK, BLUE, LOWER, RED, UPPER, Drawing, Points, panel, x, y
from hypothesis import given, settings
from hypothesis import strategies as st
from km2ipd.digitize.curvelabels import is_chromatic, letter_color, likeness
from km2ipd.digitize.drawnarm import DrawnArm, curve_of
from km2ipd.digitize.legend import LegendKey
from km2ipd.digitize.naming import ArmName, RowTie, name_arms, tie_rows, with_last_key
from km2ipd.digitize.rhythm import Rhythm
from km2ipd.digitize.risklaws import excess_at_risk
from km2ipd.records import Axis, Box, CurveTrace, RiskRow, RiskTable, SurvivalCurve, TextLine

END = 330.0
NOBODY = ArmName("", "")


def trace(points: Points, end: float = END) -> CurveTrace:
    return CurveTrace([p[0] for p in points], [p[1] for p in points], end, level_error_px=0.2, time_error_px=0.4)


def arm(points: Points = UPPER, color=BLUE, inked: float = 1.0, keys: tuple[LegendKey, ...] = (), **more) -> DrawnArm:
    return DrawnArm(color, inked, 10.0, more.pop("width_px", 2.0), trace(points), keys, **more)


def key(name: str, color=BLACK, inked: float = 1.0, width_px: float = 2.0) -> LegendKey:
    place = 40 + 16 * len(name)
    return LegendKey(name, color, inked, width_px, Box(220, place, 250, place + 2), Box(258, place, 290, place + 8))


def named(drawing: Drawing, arms: list[DrawnArm], known: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    found = name_arms(arms, tuple(drawing.texts), drawing.pixels(), panel(), known)
    return [(n.name, n.source) for n in found]


# ---------------------------------------------------------------- curves


def test_a_trace_becomes_a_curve_in_data_units() -> None:
    curve = curve_of(trace(UPPER), panel())
    assert curve.time == pytest.approx([0, 4, 9, 14, 19, 25, 29])
    assert curve.survival == pytest.approx([1, 0.95, 0.88, 0.8, 0.74, 0.7, 0.7])
    assert curve.survival_error == pytest.approx([0, *[0.2 / 200] * 6])
    assert curve.time_error == pytest.approx([0.4 / 10] * 7)


def test_rising_curves_are_one_minus_what_is_drawn() -> None:
    rising = tuple((px, 260 - py) for px, py in UPPER)
    assert curve_of(trace(rising), panel(direction="incidence")).survival == pytest.approx(
        curve_of(trace(UPPER), panel()).survival
    )


def test_the_first_level_near_one_is_one_and_others_get_a_start() -> None:
    near = tuple((px, py + 2 * (k == 0)) for k, (px, py) in enumerate(UPPER))
    assert curve_of(trace(near), panel()).survival[0] == 1.0
    low = curve_of(trace(UPPER[1:]), panel())
    assert (low.time[0], low.survival[0], low.survival[1]) == (0.0, 1.0, pytest.approx(0.95))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0, 40), st.floats(-5, 40)), min_size=1, max_size=10),
    st.floats(-5, 50),
    st.sampled_from(["survival", "incidence"]),
)
def test_every_trace_gives_a_lawful_curve(steps: list[tuple[float, float]], rest: float, direction: str) -> None:
    across, down = np.cumsum(steps, axis=0).T + np.array([[36.0], [25.0]])
    drawn = CurveTrace(across, down if direction == "survival" else 260 - down, across[-1] + rest)
    curve = curve_of(drawn, panel(direction=direction))
    assert curve.survival[0] == 1.0
    assert curve.time[0] == 0.0
    assert (np.diff(curve.survival) <= 0).all() and (np.diff(curve.time) >= 0).all()


def test_an_axis_that_starts_late_starts_the_curve() -> None:
    late = panel()
    late = replace(late, x=Axis(late.x.calibration, 2.0, 30.0))
    assert curve_of(trace(UPPER), late).time[0] == 2.0


# ---------------------------------------------------------------- names


def test_keys_of_one_ink_go_to_the_line_of_their_style() -> None:
    keys = (key("Solid"), key("Dashed", inked=0.6))
    arms = [arm(UPPER, BLACK, 0.65, keys), arm(LOWER, BLACK, 0.98, keys)]
    assert named(Drawing(), arms) == [("Dashed", "legend"), ("Solid", "legend")]


def test_keys_of_one_ink_go_to_the_line_of_their_width() -> None:
    keys = (key("Thin", width_px=1), key("Thick", width_px=4))
    arms = [arm(UPPER, BLACK, keys=keys, width_px=4.0), arm(LOWER, BLACK, keys=keys, width_px=1.0)]
    assert named(Drawing(), arms) == [("Thick", "legend"), ("Thin", "legend")]


@pytest.mark.parametrize(("sample", "name"), [((123, 113, 107), "Test"), ((20, 20, 200), ""), ((120, 120, 120), "")])
def test_the_last_key_goes_to_the_last_arm_unless_its_hue_differs(sample, name: str) -> None:
    keys = (key("Standard", BLUE), key("Test", sample))
    arms = with_last_key([arm(UPPER, BLUE, keys=keys[:1]), arm(LOWER, (160, 107, 66))], keys)
    assert named(Drawing(), arms) == [("Standard", "legend"), (name, "legend" if name else "")]


def test_a_key_left_over_beside_more_or_fewer_arms_goes_to_none() -> None:
    keys = (key("Drug", BLUE), key("Placebo", RED))
    arms = [arm(UPPER, BLUE, keys=keys[:1])]
    assert with_last_key(arms, keys) == arms
    three = [*arms, arm(LOWER, RED), arm(LOWER, RED)]
    assert with_last_key(three, keys) == three


def test_names_beside_curves_go_to_the_nearest() -> None:
    drawing = Drawing().text("Drug", x(25), y(0.76)).text("Placebo", x(21), y(0.33))
    assert named(drawing, [arm(LOWER, RED), arm(UPPER, BLUE)]) == [("Placebo", "label"), ("Drug", "label")]


def test_names_in_colour_go_to_their_colour_however_near_the_other_curve_is() -> None:
    drawing = Drawing().text("Drug", x(23), y(0.32), BLUE).text("Placebo", x(23), y(0.78), RED)
    assert named(drawing, [arm(LOWER, RED), arm(UPPER, BLUE)]) == [("Placebo", "label"), ("Drug", "label")]


def test_a_name_in_the_muted_colour_of_a_photographed_curve_may_stand_far_from_it() -> None:
    drawing = Drawing().text("Stage IV", x(3), y(0.1), (120, 170, 144)).text("Stage I", x(23), y(0.8), RED)
    assert named(drawing, [arm(UPPER, RED), arm(LOWER, (103, 167, 132))]) == [
        ("Stage I", "label"),
        ("Stage IV", "label"),
    ]


def test_a_name_also_written_in_a_table_of_medians_is_one_name() -> None:
    """The table stands beside the upper curve and holds the other arm's name, too."""
    drawing = Drawing().text("Drug", x(24), y(0.72)).text("Placebo", x(21), y(0.33)).text("Placebo", x(22), y(0.80))
    assert named(drawing, [arm(LOWER, RED), arm(UPPER, BLUE)]) == [("Placebo", "label"), ("Drug", "label")]


def test_a_name_broken_over_two_lines_is_known_by_the_table() -> None:
    drawing = Drawing().text("Drug plus", x(24), y(0.80)).text("placebo", x(24), y(0.80) + 11)
    drawing.text("Placebo alone", x(20), y(0.33))
    arms = [arm(LOWER, RED), arm(UPPER, BLUE)]
    assert named(drawing, arms, ("Drug plus placebo", "Placebo alone")) == [
        ("Placebo alone", "label"),
        ("Drug plus placebo", "label"),
    ]


def test_a_name_broken_over_two_lines_is_known_by_its_colour() -> None:
    drawing = Drawing().text("Drug plus", x(24), y(0.80), BLUE).text("placebo", x(24), y(0.80) + 11, BLUE)
    drawing.text("Placebo", x(20), y(0.33), RED)
    arms = [arm(LOWER, RED), arm(UPPER, BLUE)]
    assert named(drawing, arms) == [("Placebo", "label"), ("Drug plus placebo", "label")]


def test_keys_that_nothing_tells_apart_name_no_arm() -> None:
    keys = (key("Drug"), key("Placebo"))
    assert named(Drawing(), [arm(UPPER, BLACK, 1.0, keys), arm(LOWER, BLACK, 1.0, keys)]) == [("", "")] * 2


def test_far_text_statistics_and_text_outside_name_no_arm() -> None:
    drawing = Drawing().text("Far away", x(3), y(0.1)).text("HR 0.5", x(25), y(0.76)).text("Months", 150, 252)
    assert named(drawing, [arm(UPPER)]) == [("", "")]


def test_the_panels_letter_and_strays_are_no_names_beside_words() -> None:
    drawing = Drawing().text(panel().name, x(1), y(0.97)).text("Drug", x(25), y(0.76), BLUE).text("I", x(12), y(0.45))
    assert named(drawing, [arm(LOWER, RED), arm(UPPER, BLUE)]) == [("", ""), ("Drug", "label")]
    letters = Drawing().text(panel().name, x(1), y(0.97)).text("Q", x(25), y(0.76)).text("R", x(25), y(0.33))
    assert named(letters, [arm(LOWER, RED), arm(UPPER, BLUE)]) == [("R", "label"), ("Q", "label")]


def test_what_the_legend_names_gets_no_label() -> None:
    drawing = Drawing().text("Label", x(25), y(0.76))
    assert named(drawing, [arm(UPPER, BLUE, keys=(key("Drug", BLUE),))]) == [("Drug", "legend")]


def test_marks_taken_for_letters_name_no_arm_where_a_table_has_names() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLUE).text("Drug", 240, 40, BLUE)
    left, top = x(20), y(0.74)
    drawing.texts.append(TextLine("1*R", Box(left, top - 4, left + 40, top + 4), confidence=0.27))
    assert named(drawing, [arm(UPPER)]) == [("1*R", "label")]
    assert named(drawing, [arm(UPPER)], ("Drug", "Placebo")) == [("Drug", "label")]
    assert named(drawing, [arm(UPPER)], ("1R", "Placebo")) == [("1*R", "label")], "a name of the table is one"


def test_letters_have_the_colour_of_their_strongest_pixels() -> None:
    drawing = Drawing().text("Drug", 100, 100, RED, 20)
    assert letter_color(drawing.pixels(), drawing.texts[0]) == pytest.approx(RED, abs=40)
    assert letter_color(drawing.pixels(), TextLine("gone", Box(900, 900, 920, 910))) == (0, 0, 0)
    assert is_chromatic(RED) and not is_chromatic((90, 80, 100))


def test_names_are_compared_by_letters_and_digits() -> None:
    assert likeness("Arm A (n=20)", "arm a n20") == 1.0
    assert likeness("", "Drug") == likeness("--", "Drug") == 0.0
    assert 0.6 < likeness("Placebo", "Placeb0") < 1.0
    assert likeness("Drug", "Placebo") < 0.4


@pytest.mark.parametrize(("one", "other"), [("CD4 >50", "CD4<=50"), ("ER+", "ER-"), ("Age ≥ 65", "Age < 65")])
def test_names_that_differ_in_a_sign_alone_are_not_alike(one: str, other: str) -> None:
    assert likeness(one, one.replace(" ", "")) == 1.0
    assert 0.5 < likeness(one, other) < 1.0


# ---------------------------------------------------------------- rows of the table


def curves() -> list[SurvivalCurve]:
    return [curve_of(trace(points), panel()) for points in (UPPER, LOWER)]


def row(at_risk: list[float], name: str = "", color: str = "", time=(0, 10, 20)) -> RiskRow:
    return RiskRow(name, list(time), at_risk, color=color)


def tied(*rows: RiskRow, names: tuple[str, str] = ("", ""), sure: bool = True) -> list[int | None]:
    arms = [arm(UPPER, BLUE), arm(LOWER, RED)]
    ties = tie_rows(arms, [ArmName(n, "legend") for n in names], curves(), RiskTable(rows))
    assert all(tie.sure for tie in ties) is sure
    return [tie.arm for tie in ties]


def test_rows_are_tied_by_name() -> None:
    few = [100, 20, 5]
    assert tied(row(few, "Placebo"), row(few, "Drug"), names=("Drug", "Placebo")) == [1, 0]


def test_rows_are_tied_by_colour() -> None:
    few = [100, 20, 5]
    assert tied(row(few, color="#c8281e"), row(few, color="#1e3cc8")) == [1, 0]


def test_rows_are_tied_by_the_sign_in_their_names() -> None:
    few = [100, 20, 5]
    assert tied(row(few, "CD4>50"), row(few, "CD4<=50"), names=("CD4 <=50", "CD4 >50")) == [1, 0]


def test_rows_are_tied_by_the_numbers_that_names_begin_with() -> None:
    few = [100, 20, 5]
    assert tied(row(few, "2"), row(few, "1"), names=("1: Grade 2", "2: Grade 1")) == [1, 0]


def test_rows_are_tied_by_names_that_differ_in_little() -> None:
    names = ("Semaglutide 1.0 mg, twice weekly, no HF", "Semaglutide 1.0 mg, twice weekly, HF")
    assert tied(row([100, 20, 5], names[1]), row([90, 20, 5], names[0]), names=names) == [1, 0]


def test_a_row_in_paler_letters_belongs_to_the_curve_of_its_hue_and_not_to_a_grey_one() -> None:
    few = [100, 20, 5]
    arms = [arm(UPPER, (255, 6, 6)), arm(LOWER, (6, 6, 6))]
    rows = RiskTable((row(few), row(few, color="#ff4c4c")))
    assert tie_rows(arms, [NOBODY, NOBODY], curves(), rows) == [RowTie(1), RowTie(0)]


def test_rows_are_tied_by_what_the_curves_allow() -> None:
    # 80 of 100 at 10 months fit the upper curve (0.88) and not the lower (0.55).
    assert tied(row([100, 40, 20]), row([100, 80, 60])) == [1, 0]


def test_rows_that_nothing_tells_apart_are_tied_in_their_order_and_said_to_be() -> None:
    assert tied(row([100, 20, 5]), row([90, 20, 5]), sure=False) == [0, 1]


def test_a_row_with_patients_past_the_end_of_a_curve_is_anothers() -> None:
    short, long = curve_of(trace(LOWER[:4], end=150.0), panel()), curve_of(trace(LOWER), panel())
    arms = [arm(LOWER, BLUE), arm(LOWER, RED)]
    rows = RiskTable((row([100, 20, 5]), row([90, 20, 0])))
    assert tie_rows(arms, [NOBODY, NOBODY], [short, long], rows) == [RowTie(1), RowTie(0)]


def test_a_row_that_contradicts_every_arm_and_one_too_many_are_tied_to_none() -> None:
    strange = row([100, 99, 99], "Elsewhere", "#148c3c")
    assert tied(row([100, 80, 60], "Drug"), strange, names=("Drug", "Placebo")) == [0, None]
    assert tied(row([100, 20, 5]), row([90, 20, 5]), row([80, 10, 4]), sure=False).count(None) == 1
    assert tie_rows([], [], [], RiskTable((row([1, 1, 1]),))) == [RowTie(None)]
    assert tied() == []


def test_the_excess_of_patients_at_risk_over_a_curve() -> None:
    upper, lower = curves()
    assert excess_at_risk(row([100, 88, 74]), upper) == 0.0
    # S(10-) = 0.55 and S(20-) = 0.33, each with 0.01 to spare.
    assert excess_at_risk(row([100, 75, 53]), lower) == pytest.approx((0 + 0.18 + 0.18) / 3)
    assert excess_at_risk(row([100, np.nan, np.nan]), lower) == 0.0
    assert excess_at_risk(row([0, 5, 3]), lower) == 0.0


def test_the_value_before_a_drop_counts_at_the_drop() -> None:
    # S falls from 0.7 to 0.55 at 8 months: 70 of 100 may still be at risk there.
    assert excess_at_risk(row([100, 70], time=(0, 8)), curves()[1]) == 0.0
    assert excess_at_risk(row([100, 70], time=(0, 8.1)), curves()[1]) > 0.05


def test_the_first_count_may_stand_after_the_start() -> None:
    """S(10) = 0.55 and S(20-) = 0.33: of 55 at 10 months no more than 33 are left at 20."""
    lower = curves()[1]
    assert excess_at_risk(row([55, 33], time=(10, 20)), lower) == 0.0
    assert excess_at_risk(row([55, 45], time=(10, 20)), lower) > 0.04


def test_counts_beyond_the_drawn_curve_do_not_count() -> None:
    assert excess_at_risk(row([100, 50, 50], time=(0, 10, 29.5)), curves()[1]) == 0.0


def test_a_label_names_the_thin_curve_that_is_paler_than_its_letters() -> None:
    pale = (221, 83, 85)
    drawing = Drawing().axes().curve(UPPER, END, pale).curve(LOWER, END, (85, 80, 211))
    drawing.text("Active", 200, 40, (255, 6, 6)).text("Control", 240, 140, (6, 6, 255))
    assert named(drawing, [arm(UPPER, pale), arm(LOWER, (85, 80, 211))]) == [("Active", "label"), ("Control", "label")]


def test_keys_of_one_ink_go_to_the_arms_with_their_rhythm() -> None:
    def rhythm(dashes: list[float], gap: float) -> Rhythm:
        return Rhythm(np.array(dashes * 10), np.full(10 * len(dashes), gap), np.zeros(0), 6.0, 8.0)

    dash = replace(key("Dash", inked=0.68), shown=tuple(bool(v) for v in np.arange(60) % 18 < 12))
    dot = replace(
        key("Dot-dash", inked=0.68),
        shown=tuple(bool(v) for v in np.isin(np.arange(60) % 25, range(5, 10)) | (np.arange(60) % 25 > 12)),
    )
    keys = (dash, dot)
    arms = [
        arm(UPPER, BLACK, 0.68, keys, rhythm=rhythm([12.0, 5.0], 4.0)),
        arm(LOWER, BLACK, 0.68, keys, rhythm=rhythm([12.0], 6.0)),
    ]
    assert [name for name, _ in named(Drawing(), arms)] == ["Dot-dash", "Dash"]
