"""Statistics printed on a figure."""

import pytest
from km2ipd.digitize.phrases import find_statistics
from km2ipd.digitize.printed import match_arm, read_statistics
from km2ipd.records import Axis, AxisCalibration, Box, Panel, TextLine

ARMS = ("Nivolumab plus chemotherapy", "Chemotherapy")


def panel(unit: str = "months") -> Panel:
    x = AxisCalibration(-6.0, 0.06, [100, 500, 900], [0, 24, 48], 0.1)
    y = AxisCalibration(1.05, -0.0025, [20, 420], [1, 0], 0.1)
    area = Box(100, 20, 900, 420)
    return Panel("1", area, Box(0, 0, 1000, 600), Axis(x, 0, 48, unit=unit), Axis(y, 0, 1))


def line(text: str, left: float, top: float, width: float | None = None) -> TextLine:
    return TextLine(text, Box(left, top, left + (width or 9 * len(text)), top + 16))


@pytest.mark.parametrize(
    ("text", "value", "low", "high", "level"),
    [
        ("Hazard ratio for death, 0.49 (95% CI, 0.38\u20130.64)", 0.49, 0.38, 0.64, 0.95),
        ("HR 0\u00b773 (98\u00b75% CI 0\u00b757\u20130\u00b793)", 0.73, 0.57, 0.93, 0.985),
        ("HR, 0.69 \n(95% CI: 0.52, 0.92)", 0.69, 0.52, 0.92, 0.95),
        ("HR (95% C.I.) = 0.63 (0.52-0.75)", 0.63, 0.52, 0.75, 0.95),
        ("HR = 2.62 (1.52 - 4.53)", 2.62, 1.52, 4.53, 0.95),
        ("Hazard ratio, 5.10 \n(95% CI, 4.29 to 6.07)", 5.10, 4.29, 6.07, 0.95),
    ],
)
def test_hazard_ratios(text, value, low, high, level):
    (found,) = (f.number for f in find_statistics(text) if f.number.what == "hr")
    assert (found.value, found.low, found.high, found.level) == (value, low, high, level)
    assert found.decimals == 2


def test_a_misread_interval_is_no_hazard_ratio():
    assert not [f for f in find_statistics("HR 0.73 (95% CI 0.87-0.93)") if f.number.what == "hr"]


def test_the_level_of_an_interval_is_no_hazard_ratio():
    assert not find_statistics("Marginal hazard ratio (95% CI)")


@pytest.mark.parametrize(
    ("text", "what", "relation", "value", "places"),
    [
        ("P<0.001", "p", "<", 0.001, 3),
        ("Log-rank p=0.005", "logrank_p", "=", 0.005, 3),
        ("P=0.194 (Log-rank test)", "logrank_p", "=", 0.194, 3),
        ("Log-rank p-value : <.0001", "logrank_p", "<", 0.0001, 4),
        ("p = 4.02e-06", "p", "=", 4.02e-6, 8),
        ("log rank 0.9", "logrank_p", "=", 0.9, 1),
    ],
)
def test_p_values(text, what, relation, value, places):
    (found,) = (f.number for f in find_statistics(text))
    assert (found.what, found.relation, found.decimals) == (what, relation, places)
    assert found.value == pytest.approx(value)


def test_a_chi_square_or_an_interaction_is_no_p_value_of_the_curves():
    assert [f.number.value for f in find_statistics("Log-rank=8.36; p=0.004")] == [0.004]
    assert not find_statistics("P for interaction = 0.03")


def test_a_p_value_that_breaks_off_is_left_out():
    assert not find_statistics("Log-rank p=0.9;")


def test_medians_and_rates_in_the_unit_of_the_axis():
    (median,) = (f.number for f in find_statistics("Median, 12.3 mo \n(95% CI: 10.0, 18.2)", "months"))
    assert (median.what, median.value, median.low, median.high, median.decimals) == ("median", 12.3, 10.0, 18.2, 1)
    (none,) = (f.number for f in find_statistics("Median OS not reached", "months"))
    assert none.not_reached and none.value is None
    (rate,) = (f.number for f in find_statistics("2-year PFS, 81% (69 to 96)", "months"))
    assert (rate.what, rate.at, rate.value, rate.low, rate.high) == ("survival", 24, 0.81, 0.69, 0.96)
    assert not find_statistics("2-year PFS 81%", "cycles")


def test_lines_are_joined_and_tied_to_arms():
    texts = (
        line("Hazard ratio, 0.57", 300, 60),
        line("(95% CI, 0.30 to 1.07)", 300, 80),
        line("P=0.08", 330, 100),
        line("Chemotherapy (n = 179)", 650, 300),
        line("12", 500, 450),
    )
    found = {n.what: n for n in read_statistics(texts, "", panel(), ARMS)}
    assert (found["hr"].value, found["hr"].high) == (0.57, 1.07)
    assert (found["p"].value, found["p"].arm) == (0.08, "")
    assert (found["n"].value, found["n"].arm) == (179, "Chemotherapy")


def test_an_inset_table_gives_each_arm_its_numbers():
    texts = (
        line("No. of", 500, 30, 60), line("Patients", 496, 48, 70),
        line("Median Survival", 600, 30, 120), line("(95% CI)", 630, 48, 70),
        line("Nivolumab plus chemotherapy", 230, 80), line("179", 515, 80, 30), line("NR (NR\u2013NR)", 620, 80, 90),
        line("Chemotherapy", 230, 110), line("181", 515, 110, 30), line("20.8 (16.7\u201331.5)", 600, 110, 120),
    )  # fmt: skip
    found = {(n.what, n.arm): n for n in read_statistics(texts, "", panel(), ARMS)}
    assert found["n", ARMS[0]].value == 179 and found["n", ARMS[1]].value == 181
    assert found["median", ARMS[0]].not_reached
    assert (found["median", ARMS[1]].value, found["median", ARMS[1]].high) == (20.8, 31.5)


def test_a_caption_of_several_panels_is_not_tied_to_one():
    caption = "(A) Overall survival, HR 0.7 (95% CI 0.5-0.9). (B) Progression-free survival."
    assert read_statistics((), caption, panel(), ARMS) == ()
    assert read_statistics((), "Overall survival. HR 0.7 (95% CI 0.5-0.9).", panel(), ARMS)[0].value == 0.7


def test_the_longest_name_inside_a_text_is_its_arm():
    assert match_arm("Nivolumab plus chemotherapy (n=179)", ARMS) == ARMS[0]
    assert match_arm("Chemotherapy", ARMS) == ARMS[1]
    assert match_arm("Months", ARMS) == ""


def test_two_medians_that_name_one_arm_name_none():
    """The name of the third arm was misread, so its median seems to be another's."""
    texts = [
        line("Lev median: 17.2 months", 300, 60),
        line("Lev median: not reached", 300, 120),
        line("Obs median: 9.1 months", 300, 180),
    ]
    found = [n for n in read_statistics(texts, "", panel(), ("Lev", "Obs")) if n.what == "median"]
    assert [(n.arm, n.value) for n in found] == [("", 17.2), ("", None), ("Obs", 9.1)]


@pytest.mark.parametrize(
    "text",
    [
        "median survival was 12.3 months with Active and 8.1 months with Control",
        "median survival was 12.3 months (95% CI, 10.1 to 14) in the Active group vs. 8.1 months (6.5-9.9) in Control",
        "Active: median survival 12.3 months, compared with 8.1 months for Control",
        "median survival of 12.3 months versus 8.1 months with Active and Control, respectively",
    ],
)
def test_second_medians_of_a_caption_are_tied_to_their_own_arms(text):
    found = read_statistics([], f"Figure 2. Overall survival; {text}.", panel(), ("Active", "Control"))
    assert {n.arm: n.value for n in found if n.what == "median"} == {"Active": 12.3, "Control": 8.1}


def test_a_second_number_of_another_kind_is_no_median():
    found = read_statistics([], "median survival was 12.3 months in Active and 8.1% had died", panel(), ("Active", "B"))
    assert [n.value for n in found if n.what == "median"] == [12.3]
