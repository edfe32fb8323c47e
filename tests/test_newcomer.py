"""The way of someone new, as README and guide tell it: a reading corrected, five figures at once, the result in R."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
RSCRIPT = shutil.which("Rscript")
COX = """
rows <- read.csv("ipd.csv", colClasses = c(panel = "character", arm = "character"))
rows <- subset(rows, panel == "{panel}" & arm %in% c("{arm}", "{reference}"))
rows$arm <- relevel(factor(rows$arm), ref = "{reference}")
fit <- survival::coxph(survival::Surv(time, event) ~ arm, rows)
cat(format(exp(coef(fit)[["arm{arm}"]]), digits = 12))
"""


def in_r(folder: Path, *words: str) -> str:
    return subprocess.run([RSCRIPT, *words], cwd=folder, capture_output=True, text=True, check=True).stdout


def km2ipd(folder: Path, *words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "km2ipd", *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def put_right(study: Path) -> None:
    """What a person does in an editor: names and one number at risk, their # taken away."""
    lines = study.read_text(encoding="utf-8").splitlines()
    (arms,) = (k for k, line in enumerate(lines) if line.startswith("# arms = "))
    cell = lines.index("# [[cell]]")
    lines[arms] = 'arms = ["Sorafenib 400 mg", "Placebo"]'
    lines[cell : cell + 5] = ["[[cell]]", 'arm = "Placebo"', "time = 12", "at_risk = 14"]
    study.write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corrected study and four figures, and what a batch makes of it."""
    home = tmp_path_factory.mktemp("Müller and others")
    (home / "trials" / "one").mkdir(parents=True)
    shutil.copy(SAMPLES / "desmoid_pfs" / "figure.png", home / "trials" / "one")
    for sample, suffix in (("desmoid_pfs", "svg"), ("desmoid_pfs", "pdf"), ("three_arms_bands", "svg")):
        shutil.copy(SAMPLES / sample / f"figure.{suffix}", home / "trials" / f"{sample} {suffix}.{suffix}")
    shutil.copy(SAMPLES / "two_panels" / "figure.pdf", home / "trials" / "two panels.pdf")
    km2ipd(home, "init", "trials/one/figure.png", "--out", "trials/one/study.toml")
    put_right(home / "trials" / "one" / "study.toml")
    said = km2ipd(home, "batch", "trials", "--out", "results", "--jobs", "2")
    assert said.startswith("5 figures: ")
    return home / "results"


def comparisons(results: Path) -> list[dict[str, str]]:
    with (results / "summary.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_what_was_put_right_is_what_is_rebuilt(results: Path) -> None:
    rows = {row["name"]: row for row in comparisons(results)}
    assert len(rows) == 5 and all(row["result"] in ("ok", "review") for row in rows.values())
    assert (rows["one"]["arm"], rows["one"]["reference"]) == ("Sorafenib 400 mg", "Placebo")
    with (results / "one" / "risk_table.csv").open(encoding="utf-8", newline="") as handle:
        counts = {(row["arm"], row["time"]): row["at_risk"] for row in csv.DictReader(handle)}
    assert counts["Placebo", "12"] == "14"
    assert "at risk at 12: 14 was given by hand (15 was read)" in (results / "one" / "report.html").read_text("utf-8")


@pytest.mark.skipif(RSCRIPT is None, reason="needs R (apt-get install r-base-core r-cran-survival)")
def test_r_finds_the_hazard_ratios_of_the_batch(results: Path) -> None:
    compared = [row for row in comparisons(results) if row["hr"]]
    assert len(compared) >= 6
    for row in compared:
        found = in_r(results / row["name"], "-e", COX.format(**row))
        assert float(found) == pytest.approx(float(row["hr"]), rel=1e-6), row


@pytest.mark.skipif(RSCRIPT is None, reason="needs R (apt-get install r-base-core r-cran-survival)")
def test_the_script_for_r_gives_the_ratios_of_three_arms(results: Path) -> None:
    km2ipd(results.parent, "run", "results/three_arms_bands_svg/digitization.json", "--out", "again", "--format", "r")
    shown = re.findall(r"exp\(coef\).*\narm.*?\s(\d+\.\d+)\s", in_r(results.parent / "again", "analysis.R"))
    due = [float(row["hr"]) for row in comparisons(results) if row["name"] == "three_arms_bands_svg"]
    assert len(due) == 2 and [float(hr) for hr in shown] == pytest.approx(due, rel=1e-6)
