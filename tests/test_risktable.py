"""Number-at-risk tables from texts with known places."""

import numpy as np
import pytest
from km2ipd.digitize.ocr import read_texts
from km2ipd.digitize.risklaws import choose_row, reconcile_with_curves
from km2ipd.digitize.risktable import read_risk_table
from km2ipd.records import Axis, AxisCalibration, Box, Figure, Panel, RiskRow, RiskTable, SurvivalCurve, TextLine
from PIL import Image, ImageDraw, ImageFont

TICKS = (0, 12, 24, 36, 48)
PX = {t: 200 + 10 * t for t in TICKS}


def panel(area: Box | None = None) -> Panel:
    x = AxisCalibration(-20.0, 0.1, [PX[t] for t in TICKS], TICKS, 0.1)
    y = AxisCalibration(1.05, -0.0025, [20, 420], [1, 0], 0.1)
    return Panel("1", area or Box(200, 20, 700, 420), Box(0, 0, 799, 699), Axis(x, 0, 48), Axis(y, 0, 1))


def cell(text: str, x: float, y: float, confidence: float = 1.0, candidates: tuple[str, ...] = ()) -> TextLine:
    half = 4 * len(text)
    return TextLine(text, Box(x - half, y - 7, x + half, y + 7), confidence, 0, candidates)


def row(name: str, counts, y: float) -> list[TextLine]:
    cells = [cell(str(n), PX[t], y) for t, n in zip(TICKS, counts, strict=False) if n is not None]
    return [cell(name, 100, y), *cells] if name else cells


def axis_labels() -> list[TextLine]:
    return [cell(str(t), PX[t], 440) for t in TICKS] + [cell("Months", 450, 465)]


def read(texts: list[TextLine], area: Box | None = None):
    """The table of a vector figure: the texts are all there is."""
    figure = Figure("t", "", np.full((700, 800, 3), 255, np.uint8), texts=tuple(texts))
    return read_risk_table(figure, texts, panel(area))


def counts(table: RiskTable) -> dict[str, list[float]]:
    return {r.arm: r.at_risk.tolist() for r in table.rows}


def test_a_plain_table_under_the_plot():
    texts = [*axis_labels(), cell("No. at risk", 90, 490), *row("Placebo", (37, 20, 8, 3, 0), 510)]
    table, cautions = read([*texts, *row("Sorafenib", (50, 44, 30, 9, 1), 530)])
    assert counts(table) == {"Placebo": [37, 20, 8, 3, 0], "Sorafenib": [50, 44, 30, 9, 1]}
    assert table.rows[0].time.tolist() == list(TICKS) and cautions == ()
    assert table.rows[0].boxes[1].centre == (PX[12], 510)


def test_axis_labels_and_a_repeated_time_axis_are_no_rows():
    again = [cell(str(t), PX[t], 560) for t in TICKS]
    table, _ = read([*axis_labels(), *row("A", (37, 20, 8, 3, 0), 510), *row("B", (50, 44, 30, 9, 1), 530), *again])
    assert list(counts(table)) == ["A", "B"]


def test_a_missing_cell_stays_missing():
    table, _ = read([*axis_labels(), *row("A", (37, None, 8, 3, 0), 510), *row("B", (50, 44, 30, 9, 1), 530)])
    assert np.isnan(table.rows[0].at_risk[1]) and table.rows[0].confidence[1] == 0


def test_a_table_over_the_axis_inside_the_plot():
    table, _ = read([*axis_labels(), *row("A", (37, 20, 8, 3, 0), 380), *row("B", (50, 44, 30, 9, 1), 400)])
    assert counts(table) == {"A": [37, 20, 8, 3, 0], "B": [50, 44, 30, 9, 1]}


def test_names_over_two_lines_and_names_on_the_right():
    wrapped = [cell("Nivolumab plus", 100, 501), cell("chemotherapy", 100, 517), *row("", (37, 20, 8, 3, 0), 509)]
    table, _ = read([*axis_labels(), *wrapped, *row("Placebo", (50, 44, 30, 9, 1), 545)])
    assert list(counts(table)) == ["Nivolumab plus chemotherapy", "Placebo"]
    right = [*row("", (37, 20, 8, 3, 0), 510), cell("Late", 750, 510), *row("", (50, 44, 30, 9, 1), 530)]
    table, _ = read([*axis_labels(), *right, cell("Early", 750, 530)])
    assert list(counts(table)) == ["Late", "Early"]


def test_a_block_per_arm_with_censored_and_events():
    texts = [*axis_labels()]
    for y, arm, n in ((490, "Control", 40), (580, "Research", 44)):
        texts += [cell(arm, 80, y), *row("At risk", (n, 30, 20, 10, 0), y + 20)]
        texts += [*row("Censored", (0, 4, 8, 12, 20), y + 40), *row("Events", (0, 6, 12, 18, 20), y + 60)]
    table, _ = read(texts)
    assert counts(table) == {"Control": [40, 30, 20, 10, 0], "Research": [44, 30, 20, 10, 0]}
    assert table.rows[1].cumulative_events.tolist() == [0, 6, 12, 18, 20]
    assert table.rows[1].cumulative_censored.tolist() == [0, 4, 8, 12, 20]


def test_a_section_per_count():
    texts = [
        *axis_labels(),
        cell("At Risk", 80, 490),
        *row("ALL", (38, 12, 4, 0), 510),
        *row("AML", (54, 33, 19, 8), 530),
    ]
    texts += [cell("Events", 80, 550), *row("ALL", (0, 9, 12, 13), 570), *row("AML", (0, 8, 9, 9), 590)]
    table, _ = read(texts)
    assert {r.arm: r.at_risk[:4].tolist() for r in table.rows} == {"ALL": [38, 12, 4, 0], "AML": [54, 33, 19, 8]}
    assert np.isnan([r.at_risk[4] for r in table.rows]).all()  # the last tick has no cell
    assert table.rows[0].cumulative_events[:4].tolist() == [0, 9, 12, 13]


def test_what_parentheses_count_stands_in_the_heading():
    cells = [
        cell(f"{n} ({c})", PX[t], 510) for t, n, c in zip(TICKS, (49, 40, 30, 20, 10), (0, 1, 2, 3, 4), strict=True)
    ]
    head = cell("Number at risk (number censored)", 120, 485)
    table, _ = read([*axis_labels(), head, cell("Placebo", 100, 510), *cells])
    assert table.rows[0].at_risk.tolist() == [49, 40, 30, 20, 10]
    assert table.rows[0].cumulative_censored.tolist() == [0, 1, 2, 3, 4]
    assert np.isnan(table.rows[0].cumulative_events).all()


def test_a_table_with_its_own_time_row():
    px = (250, 330, 410, 490)
    head = [cell(f"{k} year", x, 490) for k, x in enumerate(px)]
    rows = [cell(str(n), x, 510) for n, x in zip((40, 27, 24, 18), px, strict=True)]
    table, _ = read([*axis_labels(), *head, cell("Hybrid", 100, 510), *rows])
    assert table.rows[0].time.tolist() == [0, 1, 2, 3] and table.rows[0].at_risk.tolist() == [40, 27, 24, 18]


def test_times_down_the_side():
    texts = [*axis_labels(), cell("months", 420, 200), cell("ET", 500, 200), cell("FET", 560, 200)]
    for k, (t, a, b) in enumerate(((12, 55, 102), (24, 48, 62), (36, 35, 33))):
        texts += [cell(str(t), 420, 225 + 25 * k), cell(str(a), 500, 225 + 25 * k), cell(str(b), 560, 225 + 25 * k)]
    table, _ = read(texts)
    assert counts(table) == {"ET": [55, 48, 35], "FET": [102, 62, 33]} and table.rows[0].time.tolist() == [12, 24, 36]


def test_columns_between_labelled_ticks():
    cells = [cell(str(n), 200 + 10 * t, 510) for t, n in zip(range(0, 49, 6), range(90, 0, -10), strict=True)]
    table, _ = read([*axis_labels(), cell("Placebo", 100, 510), *cells])
    assert table.rows[0].time.tolist() == list(range(0, 49, 6))


def test_a_legend_with_numbers_is_no_row():
    legend = [cell("1", 250, 560), cell("Grade one", 320, 560), cell("2", 440, 560), cell("Grade two", 520, 560)]
    table, _ = read([*axis_labels(), *row("A", (37, 20, 8, 3, 0), 510), *legend])
    assert list(counts(table)) == ["A"]


def test_delayed_entry_is_named_and_kept():
    table, cautions = read([*axis_labels(), *row("A", (5, 20, 31, 12, 2), 510), *row("B", (9, 18, 25, 9, 1), 530)])
    assert counts(table)["A"] == [5, 20, 31, 12, 2]
    assert [c.code for c in cautions] == ["delayed-entry"]


def test_counts_that_rise_from_zero_are_no_numbers_at_risk():
    table, cautions = read(
        [*axis_labels(), *row("A", (37, 20, 8, 3, 0), 510), *row("Deaths so far", (0, 9, 12, 13, 15), 530)]
    )
    assert list(counts(table)) == ["A"] and cautions == ()


def test_a_rise_is_read_as_the_candidate_that_does_not():
    line = [cell("240", 0, 0), cell("244", 9, 0, 0.7, ("144",)), cell("90", 18, 0)]
    assert [r.count for r in choose_row(line)] == [240, 144, 90]


def test_a_sure_rise_is_kept_and_doubted():
    read_back = choose_row([cell("40", 0, 0), cell("80", 9, 0), cell("20", 18, 0)])
    assert [r.count for r in read_back] == [40, 80, 20] and read_back[1].confidence <= 0.3


CURVES = {
    "A": SurvivalCurve([0, 12, 24], [1, 0.5, 0.3]),
    "B": SurvivalCurve([0, 12, 24], [1, 0.9, 0.8]),
}


def test_rows_that_belong_to_each_other_s_curves_are_exchanged():
    wrong = RiskTable((RiskRow("A", [0, 13, 25], [100, 88, 70]), RiskRow("B", [0, 13, 25], [80, 38, 20])))
    table, cautions = reconcile_with_curves(wrong, CURVES)
    assert table.row("A").at_risk.tolist() == [80, 38, 20] and table.row("B").at_risk.tolist() == [100, 88, 70]
    assert [c.code for c in cautions] == ["risk-rows-exchanged"]


@pytest.mark.parametrize(("confidence", "kept"), [(0.99, True), (0.6, False)])
def test_a_cell_above_its_curve_is_named_and_dropped_when_doubtful(confidence, kept):
    rows = RiskTable((RiskRow("A", [0, 13, 25], [100, 80, 20], confidence=[1, confidence, 1]),))
    table, cautions = reconcile_with_curves(rows, CURVES)
    assert np.isfinite(table.rows[0].at_risk[1]) == kept and table.rows[0].confidence[1] <= 0.3
    assert cautions[0].code == "risk-above-curve" and "at most 52" in cautions[0].message


def test_blanks_after_the_curve_has_ended_are_zeros_and_others_stay_missing():
    nan = np.nan
    rows = RiskTable((RiskRow("A", [0, 13, 20, 36, 48], [100, 40, 20, nan, nan]),))
    table, cautions = reconcile_with_curves(rows, CURVES)
    assert table.rows[0].at_risk.tolist() == [100, 40, 20, 0, 0] and cautions[0].code == "risk-blank-zero"
    rows = RiskTable((RiskRow("A", [0, 13, 20, 23, 48], [100, nan, 20, nan, nan]),))
    table, cautions = reconcile_with_curves(rows, CURVES)
    assert table.rows[0].time.tolist() == [0, 13, 20] and np.isnan(table.rows[0].at_risk[1]) and cautions == ()


def test_a_cell_that_is_printed_but_unread_is_no_blank():
    boxes = (*(Box(k, 0, k + 1, 1) for k in range(4)), None)
    rows = RiskTable((RiskRow("A", [0, 13, 20, 36, 48], [100, 40, 20, np.nan, np.nan], boxes=boxes),))
    table, cautions = reconcile_with_curves(rows, CURVES)
    assert table.rows[0].at_risk.tolist() == [100, 40, 20] and cautions == ()


def test_a_last_cell_that_runs_into_the_next_words_is_known_to_be_printed():
    texts = [*axis_labels(), *row("A", (37, 20, 8, 3, 1), 510), *row("B", (50, 44, 30, 9), 530)]
    table, _ = read([*texts, cell("1Other panel", PX[48], 530)])
    assert table.rows[1].boxes[4] is not None and np.isnan(table.rows[1].at_risk[4])


def test_a_name_right_of_its_row_gives_back_its_last_cell():
    texts = [*axis_labels(), *row("", (37, 20, 8, 3, 15), 510), *row("", (50, 44, 30, 19), 530)]
    merged = TextLine("16 Drug", Box(PX[48] - 8, 523, PX[48] + 48, 537))
    table, _ = read([*texts, merged])
    assert table.rows[1].at_risk.tolist() == [50, 44, 30, 19, 16]


def test_rows_that_fit_are_left_alone():
    fine = RiskTable((RiskRow("A", [0, 13, 25], [100, 48, 20]), RiskRow("B", [0, 13, 25], [100, 88, 70])))
    table, cautions = reconcile_with_curves(fine, CURVES)
    assert counts(table) == counts(fine) and cautions == ()


def test_a_drawn_table_with_coloured_keys_and_a_cell_to_find():
    image = Image.new("RGB", (800, 640), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=17)
    for t in TICKS:
        draw.text((PX[t], 432), str(t), fill="black", font=font, anchor="mt")
    for y, color, values in ((520, "#c03020", (50, 44, 30, 9, 1)), (560, "#2040c0", (37, 20, 8, 3, 0))):
        draw.rectangle((100, y + 4, 130, y + 9), fill=color)
        for t, n in zip(TICKS, values, strict=True):
            draw.text((PX[t], y), str(n), fill="black", font=font, anchor="mt")
    figure = Figure("drawn.png", "", np.asarray(image))
    texts = [t for t in read_texts(figure) if t.text != "9"]
    table, _ = read_risk_table(figure, texts, panel())
    assert [r.at_risk.tolist() for r in table.rows] == [[50, 44, 30, 9, 1], [37, 20, 8, 3, 0]]
    assert [r.color for r in table.rows] == ["#c03020", "#2040c0"]


def test_what_parentheses_count_may_stand_on_a_line_of_its_own():
    cells = [cell(f"{n} ({c})", PX[t], 520) for t, n, c in zip(TICKS, (49, 40, 30, 20, 10), range(5), strict=True)]
    heads = [cell("Number at risk", 100, 480), cell("(number censored)", 100, 497)]
    table, _ = read([*axis_labels(), *heads, cell("Placebo", 100, 520), *cells])
    assert table.rows[0].at_risk.tolist() == [49, 40, 30, 20, 10]
    assert table.rows[0].cumulative_censored.tolist() == [0, 1, 2, 3, 4]


def test_censor_marks_read_as_ones_inside_the_plot_are_no_table():
    marks = [cell("1", PX[t], 200) for t in TICKS[1:]]
    assert read([*axis_labels(), *marks])[0].rows == ()
    table, _ = read([*axis_labels(), *marks, *row("A", (37, 20, 8, 3, 1), 510), *row("B", (50, 44, 30, 9, 1), 530)])
    assert list(counts(table)) == ["A", "B"]


def test_cells_with_a_step_of_their_own_stand_at_their_own_times():
    # Counts every 11.5 months under ticks every 12: the last stands 2 months before the tick that is nearest.
    def drifting(name, numbers, y):
        return [cell(name, 100, y), *(cell(str(n), 200 + 115 * k, y) for k, n in enumerate(numbers))]

    texts = [*axis_labels(), cell("No. at risk", 90, 490)]
    table, _ = read([*texts, *drifting("A", (37, 20, 8, 3, 0), 510), *drifting("B", (50, 44, 30, 9, 1), 530)])
    assert counts(table) == {"A": [37, 20, 8, 3, 0], "B": [50, 44, 30, 9, 1]}
    assert table.rows[0].time.tolist() == pytest.approx([0, 11.5, 23, 34.5, 46], abs=0.1)


def test_a_table_drawn_to_another_width_stands_at_the_ticks():
    """Tables set as a plot of their own start right of the axis' start and run in shorter steps."""

    def squeezed(name, numbers, y):
        return [cell(name, 100, y), *(cell(str(n), 225 + 114 * k, y) for k, n in enumerate(numbers))]

    texts = [*axis_labels(), cell("No. at risk", 90, 490)]
    table, _ = read([*texts, *squeezed("A", (37, 20, 8, 3, 0), 510), *squeezed("B", (50, 44, 30, 9, 1), 530)])
    assert table.rows[0].time.tolist() == list(TICKS)


def test_a_number_joined_to_a_word_by_a_hyphen_is_no_cell():
    image = Image.new("RGB", (800, 640), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=17)
    for t in TICKS:
        draw.text((PX[t], 432), str(t), fill="black", font=font, anchor="mt")
    for y, name, values in ((520, "Control", (50, 44, 30, 9)), (560, "miR-137", (37, 20, 8, 3))):
        draw.text((PX[48] - 30, y), name, fill="black", font=font, anchor="lt")
        for t, n in zip(TICKS, values, strict=False):
            draw.text((PX[t], y), str(n), fill="black", font=font, anchor="mt")
    figure = Figure("drawn.png", "", np.asarray(image))
    table, cautions = read_risk_table(figure, read_texts(figure), panel())
    assert cautions == ()
    assert [(r.arm, [n for n in r.at_risk.tolist() if n == n]) for r in table.rows] == [
        ("Control", [50, 44, 30, 9]),
        ("miR-137", [37, 20, 8, 3]),
    ]


def test_ordinals_in_a_legend_are_no_row():
    quartiles = [cell(str(k), PX[0] + 70 * k, 560) for k in (1, 2, 3, 4)]
    texts = [*axis_labels(), *row("A", (37, 20, 8, 3, 0), 510), *row("B", (50, 44, 30, 9, 1), 530)]
    table, cautions = read([*texts, cell("Quartile", 120, 560), *quartiles])
    assert list(counts(table)) == ["A", "B"] and cautions == ()


def test_cells_whose_step_the_ticks_have_no_part_in_get_no_columns_at_ticks():
    times = (0, 15, 30, 45)
    texts = [*axis_labels()]
    for name, y, numbers in (("A", 510, (37, 20, 8, 3)), ("B", 530, (50, 44, 30, 9))):
        texts += [cell(name, 100, y), *(cell(str(n), 200 + 10 * t, y) for t, n in zip(times, numbers, strict=True))]
    table, _ = read(texts)
    assert table.rows[0].time.tolist() == list(times) and counts(table)["B"] == [50, 44, 30, 9]


def test_counts_that_touch_the_names_before_them_are_cells():
    late = [(None, 20, 8, 3, 1), (None, 44, 30, 9, 2)]
    touching = [
        TextLine(f"{name}{n}", Box(PX[0] - 12 - 8 * len(name), y - 7, PX[0] + 12, y + 7))
        for name, n, y in (("Placebo", 110, 510), ("Drug", 120, 530))
    ]
    table, cautions = read([*axis_labels(), *row("", late[0], 510), *row("", late[1], 530), *touching])
    assert counts(table) == {"Placebo": [110, 20, 8, 3, 1], "Drug": [120, 44, 30, 9, 2]}
    assert cautions == ()


def test_names_that_end_in_a_digit_give_back_the_count_that_touches_them():
    """The legend tells where "sex=1138" is parted."""
    touching = [
        TextLine(text, Box(PX[0] - 12 - 8 * 5, y - 7, PX[0] + 12, y + 7))
        for text, y in (("sex=1138", 510), ("sex=2-90", 530))
    ]
    late = [*row("", (None, 62, 20, 7, 2), 510), *row("", (None, 53, 21, 3, 0), 530)]
    legend = [cell("sex=1", 300, 8), cell("sex=2", 400, 8)]
    table, cautions = read([*axis_labels(), *late, *touching, *legend])
    assert [r.at_risk.tolist() for r in table.rows] == [[138, 62, 20, 7, 2], [90, 53, 21, 3, 0]]
    assert cautions == ()


@pytest.mark.parametrize(("off", "first"), [(0, 129), (30, None)])
def test_a_count_that_leads_its_row_belongs_to_no_name_although_it_follows_one(off, first):
    """Cells end where the ticks stand, the first one before the axis; what stands off the row's step is a name's."""
    named = [TextLine("At risk", Box(90, 503, 150, 517)), TextLine("At risk", Box(90, 523, 150, 537))]
    texts = [*axis_labels(), *named]
    for y, numbers in ((510, (129, 127, 126, 122, 97)), (530, (134, 130, 122, 118, 104))):
        for t, n in zip(TICKS, numbers, strict=True):
            right = PX[t] - 10 - off * (t == 0)
            texts.append(TextLine(str(n), Box(right - 24, y - 7, right, y + 7)))
    table, _ = read(texts, Box(160, 20, 700, 420))
    assert {r.at_risk[0] if r.time[0] == 0 else None for r in table.rows} == {first, 134 if first else None}
