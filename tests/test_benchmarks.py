"""The benchmark measures what it says: its truth, its drawing, its scores; spoilt files in a short version."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def benchmarks():
    """The benchmark's modules, which are no part of the package."""
    sys.path.append(str(ROOT))
    try:
        import benchmarks.generator.__main__
        import benchmarks.generator.kaplan_meier
        import benchmarks.measures
        import benchmarks.mutations.__main__

        yield benchmarks
    finally:
        sys.path.remove(str(ROOT))


# Seven patients, worked by hand: 1, 2+, 3, 3, 4+, 5, 6+ (+ censored).
# At risk 7, 5, 2 when 1, 2, 1 die: S = 6/7, 6/7 * 3/5 = 18/35, 18/35 * 1/2 = 9/35.
TIMES, EVENTS = [1, 2, 3, 3, 4, 5, 6], [1, 0, 1, 1, 0, 1, 0]


def test_kaplan_meier_of_seven_patients(benchmarks):
    fit = benchmarks.generator.kaplan_meier.kaplan_meier(TIMES, EVENTS)
    assert fit.time.tolist() == [0, 1, 3, 5]
    assert fit.at_risk.tolist() == [7, 7, 5, 2]
    assert fit.survival == pytest.approx([1, 6 / 7, 18 / 35, 9 / 35])
    assert fit.variance == pytest.approx(np.cumsum([0, 1 / 42, 2 / 15, 1 / 2]))
    assert fit.median() == 5


def test_at_risk_counts_include_those_who_leave_at_that_moment(benchmarks):
    assert benchmarks.generator.kaplan_meier.count_at_risk(TIMES, [0, 2, 3, 6, 7]) == [7, 6, 5, 1, 0]


def test_cox_and_logrank_against_lifelines(benchmarks):
    lifelines = pytest.importorskip("lifelines")
    pandas = pytest.importorskip("pandas")
    from lifelines.statistics import logrank_test

    rng = np.random.default_rng(7)
    time = np.r_[rng.exponential(10, 60), rng.exponential(17, 55)].round() + 1
    event = (rng.random(115) < 0.7).astype(int)
    group = np.r_[np.zeros(60), np.ones(55)].astype(int)
    pair = tuple((time[group == g], event[group == g]) for g in (0, 1))
    kaplan_meier = benchmarks.generator.kaplan_meier
    ratio = kaplan_meier.cox_hazard_ratio(*pair)
    fit = lifelines.CoxPHFitter().fit(pandas.DataFrame({"t": time, "e": event, "x": group}), "t", "e").summary.loc["x"]
    assert ratio.log_hr == pytest.approx(fit["coef"], abs=1e-4)
    assert ratio.se == pytest.approx(fit["se(coef)"], abs=1e-4)
    expected = logrank_test(*(p[0] for p in pair), *(p[1] for p in pair)).p_value
    assert kaplan_meier.logrank_p(*pair) == pytest.approx(expected, rel=1e-6)


@pytest.fixture(scope="module")
def drawn(benchmarks, tmp_path_factory):
    """A few figures, drawn twice with one seed."""
    folders = [tmp_path_factory.mktemp("drawn") for _ in range(2)]
    for folder in folders:
        benchmarks.generator.__main__.draw_all(folder, 1, 3, ("prism", "stata"))
    return folders


def test_one_seed_gives_the_same_bytes(drawn):
    first, second = ({p.relative_to(d): p.read_bytes() for p in d.rglob("*") if p.is_file()} for d in drawn)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_axes_lie_where_the_truth_says(drawn):
    """Half-way between the ends that truth.json gives, the axis is drawn: dark ink across it, none beside it."""
    checked = 0
    for file in sorted(drawn[0].glob("km/*/truth.json")):
        truth = json.loads(file.read_text())
        if truth["degradation"] or truth["renderer"] == "stata":  # Stata pads the axes: their lines lie further out
            continue
        grey = np.asarray(Image.open(file.parent / truth["file"]).convert("L")).astype(int)
        for panel in truth["panels"]:
            axes = panel["pixel_axes"]
            (x0, y0), (x1, _), (_, y1) = (axes[k]["px"] for k in ("origin", "x_end", "y_end"))
            row, column = grey[:, int(x0 + 0.63 * (x1 - x0))], grey[int(y0 + 0.57 * (y1 - y0))]
            assert row[int(y0) - 1 : int(y0) + 2].min() < 120, file
            assert column[int(x0) - 1 : int(x0) + 2].min() < 120, file
            checked += 1
    assert checked >= 3


def panel_and_answer(benchmarks, shift=0.0, status="ok", drop=0):
    """A true panel, and an answer that reads it with its curves lowered by shift and arms left out."""
    cohorts, presets = benchmarks.generator.cohorts, benchmarks.generator.presets
    cohort = cohorts.simulate_cohort(np.random.default_rng(5), 2)
    panel = benchmarks.generator.truth.describe_panel(cohort, presets.NEJM, 0, "Months", "Survival", None, {})
    arms = panel["arms"][drop:]
    ends = {a["label"]: [(a["curve_end"], a["km"]["surv"][-1])] for a in arms}
    answer = benchmarks.measures.Answer(
        status,
        {a["label"]: np.array([*zip(*a["km"].values(), strict=True), *ends[a["label"]]]) - [0, shift] for a in arms},
        {a["label"]: np.column_stack([a["n_risk"]["time"], a["n_risk"]["n"]]) for a in arms},
        {a["label"]: np.column_stack([a["ipd"]["time"], a["ipd"]["event"]]) for a in arms},
    )
    return panel, answer


def test_a_perfect_answer_passes_with_no_error(benchmarks):
    panel, answer = panel_and_answer(benchmarks)
    score = benchmarks.measures.compare([panel], [answer])
    assert score["outcome"] == "pass"
    assert max(score["iae"]) == 0
    assert score["cells"][0] == score["cells"][1] > 0
    assert score["log_hr_error"] == (0.0,)


@pytest.mark.parametrize(("status", "outcome"), [("ok", "silent"), ("review", "flagged")])
@pytest.mark.parametrize("fault", [{"shift": 0.03}, {"drop": 1}])
def test_a_wrong_answer_is_silent_or_flagged_by_its_status(benchmarks, status, outcome, fault):
    panel, answer = panel_and_answer(benchmarks, status=status, **fault)
    assert benchmarks.measures.compare([panel], [answer])["outcome"] == outcome


def test_a_missing_panel_is_no_pass(benchmarks):
    panel, answer = panel_and_answer(benchmarks)
    assert benchmarks.measures.compare([panel, panel], [answer])["outcome"] == "silent"


def test_spoilt_files_give_one_sentence(tmp_path):
    """Short version of `python -m benchmarks.mutations`: every kind of file, and every hostile one that is quick."""
    table = tmp_path / "mutations.md"
    command = [sys.executable, "-m", "benchmarks.mutations", "--count", "60", "--jobs", "1", "--table", str(table)]
    done = subprocess.run([*command, "--quick"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "| curves.csv |" in table.read_text()


def test_what_was_found_outlives_the_run(benchmarks, tmp_path):
    done = benchmarks.mutations.__main__.Done
    finding = benchmarks.mutations.attack.Finding("", "", 2, 0.5)
    path, cases = tmp_path / "done.jsonl", {"seed": 1, "code": "abc"}
    done(path, cases).add(7, finding)
    with path.open("a") as handle:
        handle.write('[8, "", "", 2')
    done(path, cases).add(9, finding)
    assert done(path, cases).found == {7: finding, 9: finding}
    with pytest.raises(SystemExit, match="other code"):
        done(path, cases | {"code": "abd"})


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are watched through /proc")
def test_a_batch_interrupted_and_killed_gives_the_files_of_one_run(tmp_path):
    """Short version of `python -m benchmarks.batches`: three figures, three that are refused, one worker."""
    (tmp_path / "in").mkdir()
    for number in range(3):
        shutil.copy(ROOT / "samples" / "desmoid_pfs" / "figure.svg", tmp_path / "in" / f"f{number}.svg")
        (tmp_path / "in" / f"r{number}.png").write_bytes(b"no picture")
    table = tmp_path / "batches.md"
    words = [sys.executable, "-m", "benchmarks.batches", str(tmp_path / "in"), "--work", str(tmp_path / "work")]
    options = ["--jobs", "1", "--speed", "0", "--table", str(table)]
    done = subprocess.run([*words, *options], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "both folders are the same, byte for byte" in table.read_text()
