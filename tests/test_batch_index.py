"""The tables of a batch: summary.csv, and index.html in a real browser."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from km2ipd.batch.index import COLUMNS, index_html, summary_csv
from km2ipd.batch.outcome import Outcome, SummaryRow

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OUTCOMES = (
    Outcome(
        "ten", "a, b.png", "k", "ok", rows=(SummaryRow("1", "ok", 2, 100, 40, "Drug", "Placebo", 10.5, 8.0, 12.25),)
    ),
    Outcome("two", "<b>.png", "k", "review", rows=(SummaryRow("A", "review", 2, arm="X", reference="Y", hr=2.0),)),
    Outcome("none", "c.png", "k", "refused", "c.png: this is a bar chart."),
)


def test_one_row_a_comparison_and_one_for_a_figure_without() -> None:
    rows = list(csv.DictReader(io.StringIO(summary_csv(OUTCOMES))))
    assert tuple(rows[0]) == COLUMNS
    assert [(r["name"], r["result"], r["hr"], r["message"]) for r in rows] == [
        ("ten", "ok", "10.5", ""),
        ("two", "review", "2", ""),
        ("none", "refused", "", "c.png: this is a bar chart."),
    ]


def test_names_are_escaped_and_nothing_is_fetched(tmp_path: Path) -> None:
    page = index_html(OUTCOMES, tmp_path)
    assert "&lt;b&gt;.png" in page and "<b>.png" not in page
    assert not re.search(r"(src|href)=\"(?!data:|ten/|two/)", page)


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (apt-get install chromium)")
def test_a_click_on_a_column_sorts_by_it(tmp_path: Path) -> None:
    probe = """<script>addEventListener("load", () => {
      const button = [...document.querySelectorAll("th button")].find(b => b.textContent.startsWith("HR"));
      const names = () => [...document.querySelectorAll("td.name")].map(c => c.innerText.split("\\n")[0]).join(",");
      button.click(); const rising = names(); button.click();
      document.title = "PROBE " + rising + " " + names(); })</script>"""
    page = tmp_path / "index.html"
    ratios = [Outcome(n, "", "k", "ok", rows=(SummaryRow("1", "ok", 2, hr=v),)) for n, v in (("a", 0.5), ("b", 0.131))]
    page.write_text(index_html((*OUTCOMES, *ratios), tmp_path).replace("</body>", probe + "</body>"), encoding="utf-8")
    found = re.search(r"<title>PROBE (\S+) (\S+)</title>", in_chromium(page))
    assert found and found.groups() == ("none,b,a,two,ten", "ten,two,a,b,none")


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (apt-get install chromium)")
@pytest.mark.parametrize("width", [800, 1600])
def test_the_comparisons_of_a_figure_stand_in_line_and_the_page_in_its_window(tmp_path: Path, width: int) -> None:
    probe = """<script>addEventListener("load", () => {
      const tops = [...document.querySelectorAll("tr:nth-child(1) td")].map(
        c => [...c.children].filter(d => d.tagName == "DIV").map(d => Math.round(d.getBoundingClientRect().top)));
      const lines = new Set(tops.filter(t => t.length).map(String));
      document.title = "PROBE " + lines.size + " " + document.documentElement.scrollWidth; })</script>"""
    row = SummaryRow(
        "1", "ok", 3, arm="A drug of long name", reference="Placebo, twice daily", hr=0.5, low=0.1, high=1.7
    )
    row = replace(row, reported_hr="0.50 (0.10 to 1.75)", verdict="agrees")
    rows = (row, replace(row, verdict=""), row)
    page = tmp_path / "index.html"
    text = index_html((Outcome("Trial 2019", "figure.png", "k", "ok", rows=rows),), tmp_path)
    page.write_text(text.replace("</body>", probe + "</body>"), encoding="utf-8")
    found = re.search(r"<title>PROBE (\d+) (\d+)</title>", in_chromium(page, f"--window-size={width},900"))
    assert found and int(found[1]) == 1 and int(found[2]) <= width


def in_chromium(page: Path, *options: str) -> str:
    """The page's document after its scripts have run."""
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=3000")
    command = [CHROMIUM, *quiet, *options, "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "CONSOLE" not in done.stderr
    return done.stdout
