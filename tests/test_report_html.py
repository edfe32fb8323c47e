"""The pages and pictures that a person reads, on the figure drawn by hand in drawn_study.py."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from drawn_study import X, drawn_arms, drawn_digitization, drawn_pixels, drawn_reading
from km2ipd import study
from km2ipd.reconstruct.estimates import estimate_panel
from km2ipd.records import (
    ArmReading,
    Box,
    Caution,
    Check,
    PrintedNumber,
    Reading,
    RiskRow,
    RiskTable,
    SurvivalCurve,
)
from km2ipd.report.difference import EXPLAINED, FILLED, LEFT_OVER, WITHOUT_INK, draw_difference
from km2ipd.report.files import draw_overlays
from km2ipd.report.html import report_html
from km2ipd.report.kmplot import RIGHT, plan_km_plot
from km2ipd.report.overlay import arm_color, draw_overlay
from km2ipd.report.places import place_of
from km2ipd.report.wording import estimate_words

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (apt-get install chromium)")


def drawn(**changed) -> Reading:
    reading = drawn_digitization(drawn_reading(**changed))
    return Reading(study.pivot.as_saved(reading), {"figure.png": drawn_pixels()})


def page_of(reading: Reading) -> str:
    return report_html("0.1.0", reading, study.conclude(reading.digitization), draw_overlays(reading))


class Outline(HTMLParser):
    """Collects every address of a page, its text, and whether its elements close in order."""

    EMPTY = frozenset({"meta", "link", "img", "br", "line", "path", "rect", "circle"})

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs) -> None:
        self.addresses += [v for k, v in attrs if k in {"src", "href", "srcset", "action", "data"} and v]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs) -> None:
        assert tag in self.EMPTY

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    return parser


def test_the_page_is_well_formed_and_fetches_nothing() -> None:
    page = page_of(drawn())
    read = outline(page)
    assert read.open == [] and "<script" not in page
    assert all(a.startswith("data:") for a in read.addresses)
    assert "url(" not in page and "@import" not in page


def test_the_verdict_stands_before_the_figure_and_the_details() -> None:
    words = " ".join(" ".join(outline(page_of(drawn())).words).split())
    order = [
        "review",
        "HR",
        "Reported against reconstructed",
        "differs",
        "as it was understood",
        "Arms",
        "SHA-256",
    ]
    places = [words.index(w) for w in order]
    assert places == sorted(places)


def test_names_from_the_figure_cannot_write_into_the_page() -> None:
    drug, placebo = drawn_arms()
    evil = replace(drug, name="<script>alert(1)</script>", color='red"><script>')
    caution = Caution("x", "<img src=http://example.org>", box=Box(-50, -50, 9000, 9000))
    page = page_of(drawn(arms=(evil, placebo), cautions=(caution,)))
    assert "<script" not in page and "<img src=http" not in page
    assert outline(page).open == []


def test_a_page_of_a_panel_without_patients_says_so() -> None:
    reading = drawn(arms=(), printed=())
    assert "No patients were rebuilt" in page_of(reading)


def test_every_check_and_warning_stands_in_the_page() -> None:
    reading = drawn()
    (result,) = study.conclude(reading.digitization)
    result = replace(result, checks=(Check("median, Drug", "11.3", "11.1", "agrees", "within rounding"),))
    words = " ".join(outline(report_html("0.1.0", reading, (result,), draw_overlays(reading))).words)
    for expected in ("median, Drug", "11.3", "11.1", "agrees", "within rounding", "One run of Drug is faint"):
        assert expected in words


@pytest.mark.parametrize(
    ("where", "message", "place"),
    [
        ("x axis", "two numbers", (50, 234, 386, 284)),
        ("y axis", "two numbers", (0, 20, 56, 240)),
        ("risk table", "by order", (40, 280, 60, 290)),
        ("Drug", "at risk at 6: 14 cannot be right", (40, 280, 60, 290)),
        ("Drug", "much of the arm is hidden", None),
        ("Placebo", "at risk at 6: 14 cannot be right", None),  # no cell of it has a place
        ("figure", "two kinds", None),
    ],
)
def test_a_warning_shows_the_place_it_speaks_of(where: str, message: str, place: tuple[float, ...] | None) -> None:
    found = place_of(Caution("code", message, where, "review"), drawn_reading())
    assert (found and tuple(round(v) for v in (found.left, found.top, found.right, found.bottom))) == place


def test_a_place_is_shown_once() -> None:
    twice = tuple(Caution("code", f"at risk at {t}: 14 cannot be right", "Drug", "review") for t in (6, 9))
    assert page_of(drawn(cautions=twice)).count('class="crop"') == 1


def test_a_curve_that_goes_on_beyond_the_axis_is_drawn_to_its_end() -> None:
    drug, placebo = drawn_arms()
    beyond = replace(drug, curve=SurvivalCurve([0, 5, 9, 20, 24.1], [1, 0.9, 0.8, 0.7, 0.7]))
    (result,) = study.conclude(drawn(arms=(beyond, placebo)).digitization)
    plot = plan_km_plot(result)
    assert plot is not None and plot.arms[0].read.endswith(f"H{RIGHT}")


@pytest.mark.parametrize(
    ("value", "words"), [(2.9, "2.90"), (0.526, "0.526"), (11.3, "11.3"), (124, "124"), (0, "0.00"), (1e-9, "0.000000")]
)
def test_an_estimate_keeps_its_last_zeros(value: float, words: str) -> None:
    assert estimate_words(value) == words


def words_of(page: str) -> str:
    return " ".join(" ".join(outline(page).words).split())


def test_a_weighted_fit_stands_beside_the_one_without() -> None:
    hr = PrintedNumber("hr", 2.5, arm="Placebo, “oral”", reference="Drug", decimals=1)
    reading = drawn(printed=(hr,))
    results = study.conclude(reading.digitization, condition_on=("hr",))
    page = report_html("0.1.0", reading, results, draw_overlays(reading))
    words = words_of(page)
    rebuilt = results[0].reconstruction
    assert "weighted by reported numbers" in words and "hazard ratio, Placebo, “oral” vs Drug: 2.5" in words
    row = words[words.index("Figure alone") :]
    for fit in (rebuilt.unconditioned, rebuilt):
        assert f"{fit.comparisons[0].hr:.3f} (" in row
    assert f"Effective number of draws: {rebuilt.effective_draws:.3g}" in words
    assert "--reported reported.toml --condition-on hr" in words and outline(page).open == []


def test_differences_periods_and_all_arms_together_are_shown() -> None:
    drug, placebo = drawn_arms()
    third = replace(placebo, name="Third", color="#1ea01e")
    rows = (*drawn_reading().risk_table.rows, RiskRow("Third", [0.0], [10]))
    reading = drawn(arms=(drug, placebo, third), risk_table=RiskTable(rows))
    (result,) = study.conclude(reading.digitization)
    assert "All 3 arms together: log-rank p" in words_of(page_of(reading))
    rebuilt = estimate_panel("1", result.reconstruction.patients, at=np.array([8.0]), cuts=(7.0,))
    page = report_html("0.1.0", reading, (replace(result, reconstruction=rebuilt),), draw_overlays(reading))
    words = words_of(page)
    assert words.count("Hazard ratio by period") == 2 and "Difference, Third less Drug" in words
    assert f"{rebuilt.comparisons[0].landmarks[0][1].value:.3f} (" in words and outline(page).open == []


def test_a_page_without_numbers_of_patients_gives_no_limits_and_says_so() -> None:
    reading = drawn(risk_table=RiskTable())
    (result,) = study.conclude(reading.digitization)
    words = words_of(page_of(reading))
    c = result.reconstruction.comparisons[0]
    assert f"HR {c.hr:.3f} no limits and no p: the figure tells no number of patients" in words
    assert f"left open by that: {c.interval[0]:.3f} to {c.interval[1]:.3f}" in words
    assert "95% CI unknown" not in words and "unknown unknown unknown" in words


# ---------------------------------------------------------------- pictures


def count(pixels: np.ndarray, color: tuple[int, int, int]) -> int:
    return int(np.all(pixels == np.array(color, np.uint8), axis=-1).sum())


def test_nothing_is_left_of_a_figure_read_exactly() -> None:
    difference = draw_difference(drawn_pixels(), (drawn_reading(),))
    assert count(difference, LEFT_OVER) == count(difference, WITHOUT_INK) == 0


def test_a_band_is_paler_than_the_curve_in_it() -> None:
    pixels, plain = drawn_pixels(), draw_difference(drawn_pixels(), (drawn_reading(),))
    area, curve = drawn_reading().panel.plot_area, (drawn_pixels() != 255).any(axis=2)
    band = np.zeros(curve.shape, bool)
    band[int(area.top) + 20 : int(area.bottom) - 20, int(area.left) + 20 : int(area.right) - 20] = True
    pixels[band & ~curve] = (250, 190, 150)
    difference = draw_difference(pixels, (drawn_reading(),))
    assert count(difference, LEFT_OVER) == 0
    assert count(difference, FILLED) > 0.5 * band.sum()
    assert count(difference, EXPLAINED) >= count(plain, EXPLAINED)


def test_an_arm_that_was_missed_shows_as_left_over_ink() -> None:
    difference = draw_difference(drawn_pixels(), (drawn_reading(arms=drawn_arms()[:1]),))
    assert count(difference, LEFT_OVER) > 300 and count(difference, WITHOUT_INK) == 0


def test_an_arm_that_is_not_there_shows_as_curve_without_ink() -> None:
    pixels = drawn_pixels()
    pixels[(pixels[..., 0] == 200) & (pixels[..., 2] == 30)] = 255
    difference = draw_difference(pixels, (drawn_reading(),))
    assert count(difference, WITHOUT_INK) > 300


def test_the_overlay_draws_each_arm_beside_its_ink() -> None:
    panel = drawn_reading(cautions=())
    overlay = draw_overlay(drawn_pixels(), (panel,))
    scale = overlay.shape[1] // 420
    red = np.all(overlay == np.array(arm_color(panel.arms[0], 0), np.uint8), axis=-1)
    column = round(float(X.px(15.0)) * scale)
    rows = np.flatnonzero(red[:, column]) / scale
    # Drug holds at S = 0.8 at month 15: 64 px from the top, its ink 1 px thick on either side.
    assert len(rows) and 58 < rows.mean() < 63


@pytest.mark.parametrize(
    ("color", "own"),
    [("#c81e1e", True), ("#000000", False), ("#888888", False), ("#fff4f0", False), ("red", False)],
)
def test_an_arm_is_drawn_in_its_own_colour_where_it_has_one(color: str, own: bool) -> None:
    arm = ArmReading("A", color, drawn_arms()[0].curve)
    assert (arm_color(arm, 0) == (200, 30, 30)) == own


# ---------------------------------------------------------------- in a real browser


def in_chromium(page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        *options,
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)


@needs_chromium
@pytest.mark.parametrize("width", [800, 1600])
def test_the_page_fits_the_window_and_shows_every_picture(tmp_path: Path, width: int) -> None:
    # A probe added to a copy of the page writes what it measures into the title.
    probe = """<script>addEventListener("load", () => { document.title = "PROBE " +
      [document.documentElement.scrollWidth, [...document.images].filter(i => !i.naturalWidth).length,
       performance.getEntriesByType("resource").filter(e => !e.name.startsWith("data:")).length] })</script>"""
    page = tmp_path / "report.html"
    page.write_text(page_of(drawn()).replace("</body>", probe + "</body>"), encoding="utf-8")
    done = in_chromium(page, f"--window-size={width},1000", "--virtual-time-budget=5000", "--dump-dom")
    found = re.search(r"<title>PROBE (\d+),(\d+),(\d+)</title>", done.stdout)
    assert found, done.stdout[:300]
    page_width, broken, fetched = map(int, found.groups())
    assert page_width <= width and broken == 0 and fetched == 0
    assert "CONSOLE" not in done.stderr


@needs_chromium
def test_the_page_prints(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(page_of(drawn()), encoding="utf-8")
    in_chromium(page, f"--print-to-pdf={tmp_path / 'report.pdf'}", "--no-pdf-header-footer")
    import pypdfium2

    with pypdfium2.PdfDocument(tmp_path / "report.pdf") as printed:
        text = " ".join(page.get_textpage().get_text_range() for page in printed)
        assert len(printed) <= 6 and "Provenance" in text
