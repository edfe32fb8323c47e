"""The words and lines that a person reads, and the plan of the redrawn plot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_study import drawn_digitization, drawn_reading
from km2ipd import study
from km2ipd.reconstruct.estimates import estimate_panel
from km2ipd.records import Caution, Check, Comparison, Interval, PanelResult, Patients
from km2ipd.report.kmplot import BOTTOM, LEFT, RIGHT, TOP, plan_km_plot
from km2ipd.report.screen import comparison_lines, result_lines
from km2ipd.report.wording import hazard_ratio_words, interval_words, number_words, p_words


@pytest.mark.parametrize(
    ("value", "decimals", "words"),
    [
        (11.296, None, "11.3"),
        (1234.5, None, "1234"),
        (0.05, None, "0.05"),
        (0.8142, 3, "0.814"),
        (None, None, "unknown"),
    ],
)
def test_number_words(value: float | None, decimals: int | None, words: str) -> None:
    assert number_words(value, decimals) == words


def test_an_interval_says_what_was_not_reached() -> None:
    assert interval_words(Interval(11.3, 9.25, None), "NR") == "11.3 (9.25 to NR)"
    assert interval_words(Interval(None, 20, None), "NR") == "NR (20.0 to NR)"
    assert interval_words(Interval(None), "NR") == "NR"


def test_hazard_ratio_and_p_words() -> None:
    c = Comparison("A", "B", 0.1312, 0.0551, 12.345, 0.4, 0.01, 0.00001)
    assert hazard_ratio_words(c) == "HR 0.131 (95% CI 0.055 to 12.35)"
    assert hazard_ratio_words(replace(c, hr=None)) == "HR cannot be estimated"
    assert (p_words(0.0004), p_words(0.0412), p_words(None)) == ("p < 0.001", "p = 0.041", "p unknown")


def test_the_same_caution_about_two_arms_is_one_line() -> None:
    cautions = (
        Caution("x", "no N", "Drug", "review"),
        Caution("x", "no N", "Placebo", "review"),
        Caution("y", "fine", "Drug"),
    )
    lines = result_lines((PanelResult("A", "review", drawn_reading(), cautions=cautions),))
    assert lines[0] == "Panel A: review"
    assert lines[-2:] == ["  review: no N (Drug; Placebo)", "  note: fine (Drug)"]


def test_periods_and_the_test_of_all_arms_have_lines_of_their_own() -> None:
    arms = [Patients(name, np.arange(1.0, 9) * k, [1] * 8) for k, name in enumerate("ABC", 1)]
    rebuilt = estimate_panel("1", arms, cuts=(3.0,))
    lines = result_lines((PanelResult("1", "ok", reconstruction=rebuilt),))
    assert sum(line.startswith("    after 0 to 3: HR ") for line in lines) == 2
    assert sum(line.startswith("  all 3 arms: log-rank p = ") for line in lines) == 1


def test_a_check_begins_with_its_verdict() -> None:
    check = Check("median, Drug", "11.3", "", "cannot tell", "no arm")
    lines = result_lines((PanelResult("A", "ok", checks=(check,)),))
    assert lines[-1] == "  cannot tell: median, Drug: 11.3 reported, nothing rebuilt (no arm)"


@pytest.fixture(scope="module")
def result() -> PanelResult:
    (concluded,) = study.conclude(study.pivot.as_saved(drawn_digitization(drawn_reading(printed=()))))
    return concluded


def test_methods_side_by_side_have_a_line_an_arm(result: PanelResult) -> None:
    lines = comparison_lines((result,))
    assert len(lines) == 3 and lines[1].split()[:5] == ["1", "exact", "Drug", "10", "3"] and "reference" in lines[1]


def test_the_plot_puts_curves_and_counts_in_their_places(result: PanelResult) -> None:
    plot = plan_km_plot(result)
    assert [t.label for t in plot.x_ticks] == ["0", "8", "16", "24"]
    assert (plot.x_ticks[0].at, plot.x_ticks[-1].at) == (LEFT, RIGHT)
    drug, placebo = plot.arms
    assert drug.read.startswith(f"M{LEFT} {TOP}H") and drug.color == "rgb(200, 30, 30)"
    assert [(c.printed, c.rebuilt, c.differs) for c in drug.counts] == [
        ("10", "10", False),
        ("9", "9", False),
        ("8", "8", False),
        ("7", "7", False),
    ]
    assert placebo.counts[-1].printed == "" and plot.height > BOTTOM


def test_a_rebuilt_count_that_differs_is_marked(result: PanelResult) -> None:
    drug, placebo = result.reading.risk_table.rows
    table = replace(result.reading.risk_table, rows=(replace(drug, at_risk=[10, 5, 8, 7]), placebo))
    plot = plan_km_plot(replace(result, reading=replace(result.reading, risk_table=table)))
    assert [c.differs for c in plot.arms[0].counts] == [False, True, False, False]


def test_nothing_is_plotted_without_patients(result: PanelResult) -> None:
    assert plan_km_plot(replace(result, reconstruction=None)) is None
