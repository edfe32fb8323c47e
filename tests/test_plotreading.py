"""One panel read from its pixels: arms in order with names, marks and rows, and a verdict with its doubts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from drawn_curves import (
    BLACK,
    BLUE,
    DASHED,
    GREEN,
    LOWER,
    RED,
    UPPER,
    Drawing,
    Points,
    panel,
    row_at,
    stairs,
    x,
    y,
)
from km2ipd.digitize import plotreading
from km2ipd.errors import NoCurveFound, NotKaplanMeier
from km2ipd.records import Box, Caution, Figure, PanelReading, RiskRow, RiskTable, Stroke

END = 330.0
TABLE = RiskTable((RiskRow("Placebo", [0, 10, 20], [90, 40, 15]), RiskRow("Drug", [0, 10, 20], [100, 80, 60])))


def figure_of(drawing: Drawing) -> Figure:
    return Figure("drawn.png", "0" * 64, np.ascontiguousarray(drawing.pixels()))


def read(drawing: Drawing, cautions: tuple[Caution, ...] = (), arms=None, **changed) -> PanelReading:
    return plotreading.read_plot(figure_of(drawing), tuple(drawing.texts), panel(**changed), cautions, arms=arms)


def two_arms() -> Drawing:
    return Drawing().axes().curve(UPPER, END, BLUE).curve(LOWER, END, RED)


def with_legend() -> Drawing:
    return two_arms().entry("Placebo", 220, 176, RED).entry("Drug", 220, 192, BLUE)


def codes(reading: PanelReading) -> list[str]:
    return [c.code for c in reading.cautions]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch):
    """Let the panel have a number-at-risk table, as if it had been read off the figure."""
    return lambda rows: monkeypatch.setattr(plotreading, "read_risk_table", lambda *_: (rows, ()))


def test_two_named_arms_are_read_as_drawn() -> None:
    reading = read(with_legend())
    assert reading.status == "ok" and reading.cautions == ()
    assert [(a.name, a.color, a.style) for a in reading.arms] == [
        ("Placebo", "#c8281e", "solid"),
        ("Drug", "#1e3cc8", "solid"),
    ]
    for arm, points in zip(reading.arms, (LOWER, UPPER), strict=True):
        times = np.linspace(0, 28.5, 400)
        truth = (230 - row_at(points, x(times))) / 200
        assert np.abs(arm.curve.at(times) - truth).mean() < 0.002
        assert arm.curve.time[-1] == pytest.approx(29, abs=0.1)
        assert arm.confidence > 0.9
        assert not arm.draws_marks and len(arm.censor_marks) == 0


def test_a_rising_plot_is_read_as_survival() -> None:
    rising = tuple((px, 260 - py) for px, py in LOWER)
    (arm,) = read(Drawing().axes().curve(rising, END, BLUE), direction="incidence").arms
    assert arm.curve.at([1, 6, 15, 25]) == pytest.approx([1, 0.7, 0.45, 0.25], abs=0.005)


def test_dashed_arms_say_so() -> None:
    drawing = Drawing().axes().curve(UPPER, END, BLACK).curve(LOWER, END, BLACK, 2, DASHED)
    reading = read(drawing.entry("Drug", 220, 176, BLACK).entry("Placebo", 220, 192, BLACK, 2, DASHED))
    assert [(a.name, a.style) for a in reading.arms] == [("Drug", "solid"), ("Placebo", "dashed")]


def test_censor_marks_are_given_in_time() -> None:
    drawing, truth = Drawing().axes().curve(UPPER, END, BLUE), [1.5, 2.7, 6.0, 7.2, 11.0, 12.5, 16.0, 17.5, 21.5, 23.0]
    for t in truth:
        level = float(row_at(UPPER, np.array([x(t)]))[0])
        drawing.line(x(t), level - 5, x(t), level + 5, BLUE)
    (arm,) = read(drawing).arms
    assert arm.draws_marks
    assert arm.censor_marks == pytest.approx(truth, abs=0.06)


def test_arms_without_names_are_numbered_from_the_top_and_flagged() -> None:
    reading = read(two_arms())
    assert [a.name for a in reading.arms] == ["Arm 1", "Arm 2"]
    assert reading.arms[0].curve.survival[-1] > reading.arms[1].curve.survival[-1]
    assert (reading.status, codes(reading)) == ("review", ["nameless"])


def test_names_given_by_hand_go_to_the_arms_in_their_order() -> None:
    reading = read(two_arms(), arms=("One", "Two"))
    assert [a.name for a in reading.arms] == ["One", "Two"]
    assert reading.status == "ok"


def test_a_name_found_twice_stays_unique() -> None:
    assert [a.name for a in read(two_arms(), arms=("Same", "Same")).arms] == ["Same", "Same'"]


def test_what_finding_the_panel_left_in_doubt_is_kept() -> None:
    doubt = Caution("unit", "no unit", "x axis", "review")
    reading = read(with_legend(), (doubt,))
    assert reading.cautions == (doubt,) and reading.status == "review"
    assert read(with_legend(), (Caution("noted", "only a note"),)).status == "ok"


def test_the_table_gives_order_names_and_rows(table) -> None:
    table(TABLE)
    reading = read(two_arms())
    assert [a.name for a in reading.arms] == ["Placebo", "Drug"]
    assert [r.arm for r in reading.risk_table.rows] == ["Placebo", "Drug"]
    assert reading.risk_table.row("Drug").at_risk == pytest.approx([100, 80, 60])
    assert reading.arms[1].curve.survival[-1] == pytest.approx(0.7, abs=0.005)
    assert reading.status == "ok"


def test_a_table_that_counts_more_arms_than_are_drawn_is_flagged(table) -> None:
    table(RiskTable((*TABLE.rows, RiskRow("Third", [0, 10, 20], [50, 45, 30]))))
    reading = read(two_arms())
    assert len(reading.arms) == 2
    assert "arm-count" in codes(reading) and reading.status == "review"


def test_a_legend_entry_without_curve_is_flagged() -> None:
    reading = read(with_legend().entry("Third", 220, 208, GREEN))
    assert {"arm-count", "key-without-curve"} <= set(codes(reading)) and reading.status == "review"


def test_a_dash_of_the_caption_is_no_entry_without_curve(table) -> None:
    table(TABLE)
    labels = two_arms().text("Drug", x(24), y(0.78), BLUE).text("Placebo", x(20), y(0.40), RED)
    assert "key-without-curve" not in codes(read(labels.entry("Meier estimates", 60, 248, GREEN)))


def test_a_curve_that_runs_on_past_the_axis_is_flagged() -> None:
    reading = read(Drawing(480, 260).axes().curve(UPPER, 470, BLUE, 3))
    assert "axis-end" in codes(reading)


SHORT_END = 280.0


def test_a_grid_line_hides_no_end() -> None:
    drawing = Drawing()
    drawing.line(x(0), LOWER[-1][1], x(30), LOWER[-1][1], (205, 205, 205), 2).axes()
    reading = read(drawing.curve(LOWER, SHORT_END, BLUE, 3).curve(UPPER, END, RED, 3))
    assert "end-hidden" not in codes(reading)
    assert min(a.trace.end_px for a in reading.arms) == pytest.approx(SHORT_END, abs=3)


def test_an_arm_that_left_another_in_sight_at_its_side_hides_no_end() -> None:
    level = LOWER[-1][1]
    beside = (*stairs((0, 1), (3, 0.8), (7, 0.6)), (x(16), level - 2))
    reading = read(Drawing().axes().curve(beside, END, RED, 3).curve(LOWER, SHORT_END, BLUE, 3))
    assert "end-hidden" not in codes(reading)


def test_an_arm_that_another_may_cover_from_its_end_on_is_doubtful() -> None:
    level = LOWER[-1][1]
    over = (*stairs((0, 1), (3, 0.8), (7, 0.6)), (SHORT_END, level))
    reading = read(Drawing().axes().curve(LOWER, END, BLUE, 3).curve(over, END, RED, 3))
    assert "end-hidden" in codes(reading)


def test_a_plot_inside_the_plot_gives_no_arms() -> None:
    small: Points = ((230.0, 40.0), (250.0, 60.0), (280.0, 75.0))
    drawing = Drawing().axes().curve(LOWER, END, RED).curve(small, 320, GREEN)
    inset = Caution("inset", "a smaller plot inside", "", "note", Box(215, 32, 326, 90))
    assert [a.color for a in read(drawing, (inset,)).arms] == ["#c8281e"]


def test_a_curve_that_goes_on_behind_a_plot_laid_over_it_is_flagged() -> None:
    drawing = Drawing().axes().curve(LOWER, END, RED).fill(215, 150, 345, 215, (255, 255, 255))
    inset = Caution("inset", "a smaller plot inside", "", "note", Box(215, 150, 345, 215))
    reading = read(drawing, (inset,))
    assert "end-hidden" in codes(reading) and reading.status == "review"


def test_an_empty_plot_has_no_curve() -> None:
    with pytest.raises(NoCurveFound, match=r"drawn\.png: no staircase .* panel B"):
        read(Drawing().axes(), name="B")


def test_a_smooth_curve_is_no_kaplan_meier_curve(table) -> None:
    steps = stairs(*((0.5 * k, 0.96 ** (0.5 * k)) for k in range(58)))
    drawing = Drawing().axes().curve(steps, END, BLUE)
    with pytest.raises(NotKaplanMeier, match="smooth"):
        read(drawing)
    table(RiskTable((RiskRow("Large cohort", [0, 10, 20], [9000, 5900, 3800]),)))
    assert [a.name for a in read(drawing).arms] == ["Large cohort"]


@pytest.mark.parametrize("slanted", [True, False])
def test_a_smooth_curve_drawn_by_a_slanted_stroke_is_no_kaplan_meier_curve(slanted: bool) -> None:
    """Strokes that are staircases are believed however even they are."""
    steps = stairs(*((0.5 * k, 0.96 ** (0.5 * k)) for k in range(58)))
    corners = [(at, row) for (at, _), (_, row) in pairwise(((steps[0][0], 0.0), *steps))]
    walk = steps if slanted else [p for (at, row), (to, _) in pairwise(corners) for p in ((at, row), (to, row))]
    line = Stroke(*np.array(walk, float).T, BLUE, width_px=2.0)
    pixels = np.ascontiguousarray(Drawing().axes().curve(steps, END, BLUE).pixels())
    figure = Figure("drawn.svg", "0" * 64, pixels, (line,))
    if slanted:
        with pytest.raises(NotKaplanMeier, match="smooth"):
            plotreading.read_plot(figure, (), panel(), ())
    else:
        assert len(plotreading.read_plot(figure, (), panel(), ()).arms) == 1


def test_a_row_whose_arm_was_not_traced_is_kept_as_printed(table) -> None:
    table(RiskTable((*TABLE.rows, RiskRow("Other", [0, 10, 20], [50, 50, 49]), RiskRow("", [0, 10, 20], [9, 9, 9]))))
    reading = read(with_legend())
    assert [r.arm for r in reading.risk_table.rows] == ["Placebo", "Drug", "Other", "(row 4)"]
    assert list(reading.risk_table.row("Other").at_risk) == [50, 50, 49]
    assert "arm-count" in codes(reading)


@pytest.mark.parametrize(
    ("row", "name", "better"),
    [
        ("Placebo", "", True),
        ("Placebo", "lacebo", True),
        ("Placebo", "Placebo", False),
        ("Placebo", "Placeb", False),  # more at the end is a footnote's mark as often as not
        ("The placebo", "placebo", False),
        ("", "", False),
        ("", "Placebo", False),
    ],
)
def test_a_row_names_its_arm_where_the_name_beside_it_lacks_or_is_cut(row: str, name: str, better: bool) -> None:
    assert plotreading._names_better(row, name) is better


@pytest.mark.parametrize(
    ("title", "kept"),
    [("Placebo", False), ("Placebo Drug", False), ("Placebo and Drug", True), ("Overall survival", True)],
)
def test_a_legend_above_the_plot_is_no_title(title: str, kept: bool) -> None:
    assert read(with_legend(), title=title).panel.title == (title if kept else "")


@pytest.mark.parametrize("dash", [DASHED, (9.0, 5.0), (7.0, 7.0)])
def test_dashes_of_tall_drops_are_no_levels_known_to_two_pixels(dash) -> None:
    """A riser drawn by several dashes may be read as steps; what they say of S is stated to be as little as it is."""
    points: Points = tuple((60.0 + 41.0 * k, 30.0 + 37.0 * k) for k in range(5))
    (arm,) = read(Drawing().axes().curve(((40.0, 30.0), *points), END, BLUE, 2, dash), arms=1).arms
    truth = np.array([row for _, row in points])
    off = np.abs(arm.trace.y_px[:, None] - truth).min(axis=1)
    assert np.all(off <= 3 * np.maximum(arm.trace.level_errors_px, 0.5))
