"""Panels: plots of every make found, calibrated to a fraction of a pixel, named, and told from other things."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_axes import DrawnPlot, drawn, figure_of, label, page
from km2ipd.digitize.panels import find_panels
from km2ipd.errors import NoPanelFound, NotKaplanMeier
from km2ipd.records import Box, Figure, Panel, TextLine


def one_panel(figure: Figure, texts: tuple[TextLine, ...]) -> Panel:
    ((panel, _),) = find_panels(figure, texts)
    return panel


@pytest.mark.parametrize(
    "plot",
    [
        DrawnPlot(),
        DrawnPlot(box=True),
        DrawnPlot(ticks="in"),
        DrawnPlot(padding=12, box=True),
        DrawnPlot(axis_lines=False, ticks="none", grid=True, padding=10),
        DrawnPlot(percent=True),
        DrawnPlot(y_ticks=(0, 0.5, 1), x_ticks=(0, 12, 24, 36, 48)),
        DrawnPlot(rising=True),
    ],
    ids=["L", "box", "ticks inside", "padded", "grid only", "percent", "few labels", "rising"],
)
def test_every_make_of_axes_is_calibrated(plot: DrawnPlot) -> None:
    panel = one_panel(*drawn(plot))
    end = max(plot.x_ticks)
    assert panel.x.calibration.px([0, end]) == pytest.approx([plot.x(0), plot.x(end)], abs=0.6)
    assert panel.y.calibration.px([0, 1]) == pytest.approx([plot.y(0), plot.y(1)], abs=0.6)
    assert (panel.x.minimum, panel.x.maximum) == (0, end)
    assert (panel.y.minimum, panel.y.maximum) == pytest.approx((0, 1))
    assert panel.y.scale == ("percent" if plot.percent else "fraction")
    assert panel.direction == ("incidence" if plot.rising else "survival")


def test_a_misread_label_does_not_move_the_axis() -> None:
    plot = DrawnPlot(x_ticks=(0, 10, 20, 30, 40))
    figure, texts = drawn(plot)
    wrong = tuple(replace(t, text="80") if t.text == "30" else t for t in texts)
    panel = one_panel(figure, wrong)
    assert panel.x.calibration.px(40) == pytest.approx(plot.x(40), abs=0.6)


def test_a_truncated_y_axis_keeps_its_range() -> None:
    pixels = page()
    plot = DrawnPlot(curve=False)
    texts = plot.draw(pixels)
    named = {"0": "50", "0.25": "62.5", "0.5": "75", "0.75": "87.5", "1": "100"}
    texts = tuple(replace(t, text=named[t.text]) if t.box.right < 70 else t for t in texts)
    panel = one_panel(figure_of(pixels), texts)
    assert (panel.y.minimum, panel.y.maximum) == pytest.approx((0.5, 1.0))
    assert panel.y.calibration.px(0.75) == pytest.approx(plot.y(0.5), abs=0.6)


def test_the_table_s_own_time_axis_is_not_the_plot_s() -> None:
    pixels = page(height=460)
    plot = DrawnPlot()
    texts = plot.draw(pixels)
    table = [label(f"{v:g}", plot.x(v), 420) for v in plot.x_ticks]
    table += [label(n, plot.x(v), 350) for n, v in zip(("80", "61", "40", "12"), plot.x_ticks, strict=True)]
    table += [label(n, plot.x(v), 380) for n, v in zip(("78", "50", "22", "5"), plot.x_ticks, strict=True)]
    panel = one_panel(figure_of(pixels), (*texts, *table))
    assert panel.plot_area.bottom == pytest.approx(260, abs=3)
    assert panel.region.bottom > 425


def two_plots() -> tuple[Figure, tuple[TextLine, ...]]:
    pixels = page(width=880)
    left = DrawnPlot(texts=[label("A", 40, 20)])
    right = DrawnPlot(corner=(520, 260), x_ticks=(0, 12, 24, 36), texts=[label("B", 480, 20)])
    texts = (*left.draw(pixels), *right.draw(pixels))
    return figure_of(pixels), texts


def test_two_plots_side_by_side_have_their_own_axes_letters_and_regions() -> None:
    (first, _), (second, _) = find_panels(*two_plots())
    assert (first.name, second.name) == ("A", "B")
    assert (first.x.maximum, second.x.maximum) == (30, 36)
    assert first.region.right <= second.region.left


def test_the_area_of_an_open_plot_ends_with_the_picture() -> None:
    figure, texts = drawn(DrawnPlot())
    cut = figure_of(figure.pixels[:, :386])
    ((panel, _),) = find_panels(cut, texts)
    assert panel.plot_area.right == 385


def test_without_letters_panels_are_counted() -> None:
    figure, texts = two_plots()
    plain = tuple(t for t in texts if t.text not in "AB")
    assert [panel.name for panel, _ in find_panels(figure, plain)] == ["1", "2"]


def test_an_inset_is_reported_and_left_out() -> None:
    pixels = page(width=700, height=600)
    outer = DrawnPlot(corner=(100, 500), size=(500, 400))
    inner = DrawnPlot(corner=(380, 260), size=(180, 90), y_ticks=(0, 0.25, 0.5), curve=False, rising=True)
    texts = (*outer.draw(pixels), *inner.draw(pixels))
    ((panel, cautions),) = find_panels(figure_of(pixels), texts)
    assert panel.y.maximum == 1
    assert [c.code for c in cautions] == ["inset"]


def test_labels_and_unit_are_read() -> None:
    plot = DrawnPlot(texts=[label("Time (months)", 230, 305)])
    turned = TextLine("Overall survival", replace(label("x", 20, 160).box, top=90, bottom=230), rotation=90)
    figure, texts = drawn(plot)
    panel = one_panel(figure, (*texts, turned))
    assert (panel.x.label, panel.x.unit) == ("Time (months)", "months")
    assert panel.y.label == "Overall survival"


def test_words_against_the_drawing_are_a_doubt() -> None:
    plot = DrawnPlot(texts=[label("Cumulative incidence of death", 230, 40)])
    ((panel, cautions),) = find_panels(*drawn(plot))
    assert panel.direction == "survival"
    assert ("direction", "review") in [(c.code, c.severity) for c in cautions]


def test_a_direction_given_by_hand_stands() -> None:
    ((panel, _),) = find_panels(*drawn(DrawnPlot()), direction="incidence")
    assert panel.direction == "incidence"


def test_a_range_given_by_hand_overrules_the_numbers() -> None:
    plot = DrawnPlot()
    ((panel, cautions),) = find_panels(*drawn(plot), x_range=(0, 60))
    assert panel.x.calibration.value(plot.x(15)) == pytest.approx(30, abs=0.2)
    assert ("axis-by-hand", "review") in [(c.code, c.severity) for c in cautions]


def test_the_range_that_was_read_is_no_correction() -> None:
    figure, texts = drawn(DrawnPlot())
    ((panel, cautions),) = find_panels(figure, texts, x_range=(0, 30), y_range=(0, 1))
    assert not cautions
    assert list(panel.x.calibration.ticks) == [0, 10, 20, 30]
    assert list(panel.y.calibration.ticks) == [0, 0.25, 0.5, 0.75, 1]


def test_the_range_to_a_tick_without_a_number_is_the_one_read() -> None:
    plot = DrawnPlot()
    figure, texts = drawn(plot)
    unread = [t for t in texts if t.text != f"{plot.x_ticks[-1]:g}"]
    assert len(unread) == len(texts) - 1
    ((panel, _),) = find_panels(figure, unread, x_range=(0, plot.x_ticks[-1]))
    assert panel.x.calibration.px(15) == pytest.approx(plot.x(15), abs=1)


def test_ranges_given_by_hand_serve_where_no_number_can_be_read() -> None:
    plot = DrawnPlot(ticks="none")
    figure, _ = drawn(plot)
    with pytest.raises(NoPanelFound):
        find_panels(figure, ())
    ((panel, _),) = find_panels(figure, (), x_range=(0, 30), y_range=(0, 100))
    assert panel.x.calibration.px(15) == pytest.approx(plot.x(15), abs=1)
    assert panel.y.calibration.px([0, 1]) == pytest.approx([plot.y(0), plot.y(1)], abs=1)
    assert panel.y.scale == "percent"


def test_a_page_without_numbers_has_no_panel() -> None:
    with pytest.raises(NoPanelFound, match="no row and column of numbers"):
        find_panels(figure_of(page()), (label("Methods", 100, 50),))


@pytest.mark.parametrize(
    ("words", "kind"),
    [("Cumulative hazard", "cumulative hazard"), ("Sensitivity", "ROC"), ("Empirical quantiles", "quantile")],
)
def test_other_charts_are_refused_by_their_words(words: str, kind: str) -> None:
    turned = TextLine(words, replace(label("x", 20, 160).box, top=90, bottom=230), rotation=90)
    figure, texts = drawn(DrawnPlot(rising=True))
    with pytest.raises(NotKaplanMeier, match=kind):
        find_panels(figure, (*texts, turned))


def test_an_axis_beyond_one_is_refused() -> None:
    with pytest.raises(NotKaplanMeier, match="runs to 2"):
        find_panels(*drawn(DrawnPlot(y_ticks=(0, 0.5, 1, 1.5, 2), rising=True)))


def test_bars_are_refused() -> None:
    plot = DrawnPlot(curve=False, box=True)
    pixels = page()
    texts = plot.draw(pixels)
    for i, height in enumerate((150, 90, 120, 60)):
        pixels[260 - height : 260, 110 + 65 * i : 145 + 65 * i] = (70, 70, 70)
    with pytest.raises(NotKaplanMeier, match="bar chart"):
        find_panels(figure_of(pixels), texts)


def test_a_scatter_is_refused() -> None:
    plot = DrawnPlot(curve=False, box=True)
    pixels = page()
    texts = plot.draw(pixels)
    rng = np.random.default_rng(3)
    for x, y in zip(rng.integers(95, 370, 60), rng.integers(75, 250, 60), strict=True):
        pixels[y - 2 : y + 3, x - 2 : x + 3] = 0
    with pytest.raises(NotKaplanMeier, match="scatter"):
        find_panels(figure_of(pixels), texts)


def test_a_chart_of_another_kind_beside_a_plot_is_left_out() -> None:
    pixels = page(width=880)
    left, right = DrawnPlot(), DrawnPlot(corner=(520, 260), curve=False)
    texts = (*left.draw(pixels), *right.draw(pixels))
    for i, height in enumerate((150, 90, 120, 60)):
        pixels[260 - height : 260, 550 + 65 * i : 585 + 65 * i] = (70, 70, 70)
    ((panel, _),) = find_panels(figure_of(pixels), texts)
    assert panel.name == "1"
    assert panel.plot_area.right < 440


def test_numbers_under_the_letter_of_a_drawing_are_not_the_plots() -> None:
    pixels = page(width=880)
    plot = DrawnPlot(texts=[label("A", 40, 20)])
    texts = plot.draw(pixels)
    beside = (label("B", 480, 20), label("(n = 212)", 600, 60))
    ((panel, _),) = find_panels(figure_of(pixels), (*texts, *beside))
    assert panel.name == "A"
    assert panel.region.right < 480
    # A row of the table with a letter for a name is smaller than the letters of panels.
    small = TextLine("B", Box(40, 330, 44, 335))
    ((panel, _),) = find_panels(figure_of(pixels), (*texts, small))
    assert panel.region.bottom > 335


def shared_axis(*more: TextLine, written: bool = True) -> tuple[Figure, tuple[TextLine, ...]]:
    """Two plots side by side, the right one drawn without numbers at its y axis; written: whether by a vector file."""
    pixels = page(width=880)
    left, right = DrawnPlot(texts=[label("A", 40, 20)]), DrawnPlot(corner=(480, 260), texts=[label("B", 440, 20)])
    texts = (*left.draw(pixels), *(t for t in right.draw(pixels) if t.box.left > 470 or t.text == "B"), *more)
    return replace(figure_of(pixels), texts=texts if written else ()), texts


def test_a_plot_that_shares_the_y_axis_of_its_neighbour_is_read() -> None:
    (first, _), (second, _) = find_panels(*shared_axis())
    assert (first.name, second.name) == ("A", "B")
    assert second.x.calibration.value(480.0) == pytest.approx(0.0, abs=0.1)
    assert second.y.calibration.value([260.0, 60.0]) == pytest.approx([0.0, 1.0], abs=0.005)
    assert second.plot_area.left == pytest.approx(480, abs=2)


def test_numbers_beside_a_plot_are_its_own_and_unread_ones_may_be() -> None:
    # A lone number at the right plot's axis: it has a scale of its own.
    assert len(find_panels(*shared_axis(label("0.4", 456, 60)))) == 1
    assert len(find_panels(*shared_axis(written=False))) == 1


def test_incidences_with_competing_risks_are_a_doubt() -> None:
    pixels = page(width=440)
    texts = DrawnPlot(rising=True).draw(pixels)
    said = "Cumulative incidence of relapse, calculated using the Aalen-Johansen method with death as a competing risk"
    ((panel, cautions),) = find_panels(replace(figure_of(pixels), caption=said), texts)
    assert panel.direction == "incidence"
    assert "competing-risks" in [c.code for c in cautions]
    ((_, plain),) = find_panels(replace(figure_of(pixels), caption="Cumulative incidence of relapse"), texts)
    assert "competing-risks" not in [c.code for c in plain]
