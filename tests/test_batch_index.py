"""The tables of a batch: summary.csv, and index.html in a real browser."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
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
    page.write_text(index_html(OUTCOMES, tmp_path).replace("</body>", probe + "</body>"), encoding="utf-8")
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=3000")
    command = [CHROMIUM, *quiet, "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found = re.search(r"<title>PROBE (\S+) (\S+)</title>", done.stdout)
    assert found and found.groups() == ("none,two,ten", "ten,two,none")
    assert "CONSOLE" not in done.stderr
