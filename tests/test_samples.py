"""The samples' truth: the founding patients against libraries that had no part in finding them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from km2ipd.reconstruct.reported import read_reported

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = sorted(p.parent.name for p in ROOT.glob("samples/*/truth.json"))
FOUNDING = ROOT / "samples" / "desmoid_pfs"


@pytest.fixture(scope="module")
def patients():
    pandas = pytest.importorskip("pandas")
    table = pandas.read_csv(FOUNDING / "patients.csv")
    table["treated"] = (table.arm == "Sorafenib").astype(int)
    return table


def arm(patients, name):
    rows = patients[patients.arm == name]
    return rows.time.to_numpy(), rows.event.to_numpy()


def test_founding_arms_have_50_and_37_patients(patients):
    assert patients.arm.value_counts().to_dict() == {"Sorafenib": 50, "Placebo": 37}


def test_founding_hazard_ratio_is_013_with_limits_005_and_031(patients):
    lifelines = pytest.importorskip("lifelines")
    fit = lifelines.CoxPHFitter().fit(patients[["time", "event", "treated"]], "time", "event").summary.loc["treated"]
    printed = [round(fit[k], 2) for k in ("exp(coef)", "exp(coef) lower 95%", "exp(coef) upper 95%")]
    assert printed == [0.13, 0.05, 0.31]


def test_founding_logrank_p_is_below_0001(patients):
    statistics = pytest.importorskip("lifelines.statistics")
    (t1, e1), (t0, e0) = arm(patients, "Sorafenib"), arm(patients, "Placebo")
    assert statistics.logrank_test(t1, t0, e1, e0).p_value < 0.001


@pytest.mark.parametrize(("name", "percent"), [("Sorafenib", [81, 69, 96]), ("Placebo", [36, 22, 57])])
def test_founding_two_year_rates_with_log_type_limits(patients, name, percent):
    duration = pytest.importorskip("statsmodels.duration.survfunc")
    fit = duration.SurvfuncRight(*arm(patients, name))
    row = np.searchsorted(fit.surv_times, 24.0, side="right") - 1
    rate, half = fit.surv_prob[row], 1.959964 * fit.surv_prob_se[row] / fit.surv_prob[row]
    assert [round(100 * v) for v in (rate, rate * np.exp(-half), rate * np.exp(half))] == percent


def test_founding_medians_and_follow_up(patients):
    duration = pytest.importorskip("statsmodels.duration.survfunc")
    placebo = duration.SurvfuncRight(*arm(patients, "Placebo")).quantile(0.5)
    sorafenib = duration.SurvfuncRight(*arm(patients, "Sorafenib"))
    follow_up = duration.SurvfuncRight(patients.time, 1 - patients.event).quantile(0.5)
    assert round(placebo, 1) == 11.3
    assert sorafenib.surv_prob.min() > 0.5
    assert round(follow_up, 1) == 27.2


@pytest.mark.parametrize("name", SAMPLES)
def test_reported_numbers_of_a_sample_can_be_read(name):
    assert read_reported(ROOT / "samples" / name / "reported.toml")


def test_samples_are_drawn_again_to_the_byte(tmp_path):
    """patients.csv, reported.toml and truth.json to the byte; pictures may differ by matplotlib's version."""
    command = [sys.executable, "-m", "samples", "--out", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    for name in SAMPLES:
        for file in sorted((tmp_path / name).iterdir()):
            if file.suffix in (".csv", ".toml"):
                assert file.read_bytes() == (ROOT / "samples" / name / file.name).read_bytes(), file
