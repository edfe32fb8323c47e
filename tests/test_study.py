"""From a reading to results and files, on the figure drawn by hand in drawn_study.py."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn_study import drawn_arms, drawn_digitization, drawn_pixels, drawn_reading
from km2ipd import study
from km2ipd.errors import BadTable, OutputNotWritable, UsageError
from km2ipd.reconstruct.tables import read_risk_table
from km2ipd.records import Caution, CellByHand, PrintedNumber, Reading, RiskTable, SurvivalCurve
from km2ipd.report import corrections
from km2ipd.report.stated import mean_survival
from km2ipd.report.verdict import worst_status

TOTALS = 'panel,arm,n,events\n1,Drug,10,3\n1,"Placebo, “oral”",10,7\n'


def reading_of(*panels) -> Reading:
    return Reading(study.pivot.as_saved(drawn_digitization(*panels)), {"figure.png": drawn_pixels()})


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def run_files(reading: Reading, **options) -> dict[str, bytes]:
    results = study.conclude(reading.digitization, **options)
    return study.result_files("0.1.0", reading, results)


# ---------------------------------------------------------------- files


def test_the_files_of_a_run_hold_what_was_read_and_rebuilt() -> None:
    files = run_files(reading_of())
    curves = rows(files["curves.csv"])
    drug = [(float(r["time"]), float(r["survival"])) for r in curves if r["arm"] == "Drug"]
    assert drug == [(0, 1), (5, 0.9), (9, 0.8), (20, 0.7), (24, 0.7)]
    assert [r["time"] for r in rows(files["censor_marks.csv"])] == ["24"]
    assert [r["at_risk"] for r in rows(files["risk_table.csv"])] == ["10", "9", "8", "7", "10", "7", "5", ""]
    deaths = [float(r["time"]) for r in rows(files["ipd.csv"]) if r["arm"] == "Drug" and r["event"] == "1"]
    assert deaths == [5, 9, 20]
    report = json.loads(files["report.json"])
    assert [a["events"] for a in report["panels"][0]["arms"]] == [3, 7]


def test_report_json_keeps_its_contract() -> None:
    report = json.loads(run_files(reading_of())["report.json"])
    assert {"version", "figure", "panels"} <= report.keys() and {"name", "sha256"} <= report["figure"].keys()
    panel = report["panels"][0]
    due = {"panel", "status", "source", "axes", "arms", "comparisons", "printed", "checks", "warnings"}
    assert due <= panel.keys()
    assert panel["source"].keys() == {"page", "bbox", "route"} and len(panel["source"]["bbox"]) == 4
    assert {"min", "max", "ticks", "unit", "label"} <= panel["axes"]["x"].keys()
    assert {"min", "max", "ticks", "scale", "direction"} <= panel["axes"]["y"].keys()
    arm_keys = {"arm", "color", "n", "events", "median", "median_ci", "rmst", "survival_at", "confidence"}
    assert all(arm_keys <= a.keys() for a in panel["arms"])
    comparison_keys = {"arm", "reference", "hr", "ci", "se_log_hr", "p", "logrank_p", "interval"}
    assert all(comparison_keys <= c.keys() for c in panel["comparisons"])
    assert {"hr", "ci", "p", "medians"} <= panel["printed"].keys()
    assert all({"what", "reported", "reconstructed", "verdict"} <= c.keys() for c in panel["checks"])
    assert all({"code", "message", "where"} <= w.keys() for w in panel["warnings"])
    assert [s["time"] for s in panel["arms"][0]["survival_at"]] == [0, 8, 16, 24]


def test_going_on_from_the_pivot_gives_the_same_files(tmp_path: Path) -> None:
    files = run_files(reading_of())
    study.write_files(tmp_path, files)
    again = study.read_figure(tmp_path / "digitization.json")
    assert run_files(again) == files


def test_an_edit_of_the_pivot_changes_the_result(tmp_path: Path) -> None:
    study.write_files(tmp_path, run_files(reading_of()))
    pivot = tmp_path / "digitization.json"
    content = json.loads(pivot.read_text())
    content["panels"][0]["risk_table"]["rows"][0]["at_risk"] = [20, 18, 16, 14]
    pivot.write_text(json.dumps(content))
    files = run_files(study.read_figure(pivot))
    assert sum(r["arm"] == "Drug" for r in rows(files["ipd.csv"])) == 20


def test_a_pivot_without_its_picture_is_refused(tmp_path: Path) -> None:
    study.write_files(tmp_path, run_files(reading_of()))
    (tmp_path / "figure.png").unlink()
    with pytest.raises(UsageError, match="not found"):
        study.read_figure(tmp_path / "digitization.json")


def test_what_only_a_figure_can_be_asked_is_refused_of_a_pivot(tmp_path: Path) -> None:
    study.write_files(tmp_path, run_files(reading_of()))
    with pytest.raises(UsageError, match="already digitised"):
        study.read_figure(tmp_path / "digitization.json", x_range=(0, 36))


def test_one_panel_of_a_pivot(tmp_path: Path) -> None:
    study.write_files(tmp_path, run_files(reading_of(drawn_reading("A"), drawn_reading("B"))))
    reading = study.read_figure(tmp_path / "digitization.json", panel="B")
    assert [p.panel.name for p in reading.digitization.panels] == ["B"]
    with pytest.raises(UsageError, match="panels: A, B"):
        study.read_figure(tmp_path / "digitization.json", panel="C")


def test_the_figure_itself_is_never_overwritten(tmp_path: Path) -> None:
    figure = tmp_path / "figure.png"
    figure.write_bytes(b"mine")
    with pytest.raises(OutputNotWritable, match="would overwrite figure"):
        study.require_free_output(figure, tmp_path, study.RUN_FILES, force=True)


# ---------------------------------------------------------------- status


def test_status_goes_down_with_a_review_caution_and_never_up() -> None:
    review = Caution("x", "look", severity="review")
    note = Caution("x", "look")
    assert worst_status("ok", (note,)) == "ok"
    assert worst_status("ok", (note, review)) == "review"
    assert worst_status("review", ()) == "review"
    assert worst_status("failed", (review,)) == "failed"


def test_a_printed_number_that_differs_asks_for_review() -> None:
    # Drug: 3 of 10 events, so "P<0.05" between the arms (log-rank p = 0.08) cannot be right.
    (result,) = study.conclude(reading_of().digitization)
    assert result.status == "review"
    assert any(c.verdict == "differs" for c in result.checks)
    assert any(c.code == "differs-from-print" for c in result.cautions)


def test_a_printed_number_that_agrees_leaves_the_panel_ok() -> None:
    events = PrintedNumber("events", 3, arm="Drug", text="3 events")
    (result,) = study.conclude(reading_of(drawn_reading(printed=(events,))).digitization)
    assert [c.verdict for c in result.checks] == ["agrees"]
    assert result.status == "ok"


def test_a_caution_of_the_whole_figure_reaches_every_panel() -> None:
    figure = Caution("lost_panel", "One more panel could not be read", severity="review")
    panels = drawn_reading("A", printed=()), drawn_reading("B", printed=())
    digitization = replace(drawn_digitization(*panels), cautions=(figure,))
    assert [r.status for r in study.conclude(digitization)] == ["review", "review"]


def test_a_panel_that_cannot_be_rebuilt_does_not_take_the_others() -> None:
    drug, placebo = drawn_arms()
    nobody = replace(drug, curve=SurvivalCurve([0, 24], [1, 0.4])), placebo
    zero = RiskTable((replace(drawn_reading().risk_table.rows[0], at_risk=[0, 0, 0, 0]),))
    sick = drawn_reading("A", arms=nobody, risk_table=zero, printed=())
    files = run_files(reading_of(sick, drawn_reading("B", printed=())))
    report = {p["panel"]: p for p in json.loads(files["report.json"])["panels"]}
    assert report["A"]["status"] != "ok" and report["B"]["status"] == "ok"
    assert {r["panel"] for r in rows(files["curves.csv"])} == {"A", "B"}
    assert "B" in {r["panel"] for r in rows(files["ipd.csv"])}


# ---------------------------------------------------------------- given by hand


def test_printed_numbers_of_patients_serve_where_there_is_no_table() -> None:
    printed = tuple(PrintedNumber("n", 10.0, arm=a.name) for a in drawn_arms())
    reading = drawn_reading(printed=printed, risk_table=RiskTable())
    (result,) = study.conclude(reading_of(reading).digitization)
    assert [a.n for a in result.reconstruction.arms] == [10, 10]


def with_table_by_hand(path: Path) -> Reading:
    return corrections.with_risk_tables(reading_of(), read_risk_table(path), path.name)


def test_one_cell_put_right_by_hand() -> None:
    cells = (CellByHand("Drug", 0, 20), CellByHand("Drug", 8, 18, "1"))
    (panel,) = corrections.with_cells(reading_of(), cells).digitization.panels
    assert panel.risk_table.row("Drug").at_risk.tolist() == [20, 18, 8, 7]


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        (CellByHand("Nobody", 0, 1), "Nobody"),
        (CellByHand("Drug", 3, 1), "times 0, 8, 16, 24"),
        (CellByHand("Drug", 0, 1, "Z"), 'panel "Z"'),
    ],
)
def test_a_cell_that_is_not_there_is_named(cell: CellByHand, named: str) -> None:
    with pytest.raises(UsageError, match=named):
        corrections.with_cells(reading_of(), (cell,))


def test_tables_by_hand_stand_in_the_command_that_repeats_the_run(tmp_path: Path) -> None:
    """Numbers at risk become part of the pivot; totals do not, and must be given again to give the same files."""
    study.write_files(tmp_path, run_files(reading_of()))
    (tmp_path / "risk.csv").write_text("arm,time,at_risk\nDrug,0,10\nDrug,8,9\n")
    (tmp_path / "totals.csv").write_text("arm,n,events\nDrug,10,3\n")
    pivot, given = tmp_path / "digitization.json", {"totals": tmp_path / "totals.csv"}
    _, _, files = study.run_figure(pivot, risk_table=tmp_path / "risk.csv", **given)
    page = files["report.html"].decode()
    assert "run drawn.png --risk-table risk.csv --totals totals.csv --method exact" in page
    assert "run digitization.json --totals totals.csv --out DIR" in page
    (tmp_path / "again").mkdir()
    study.write_files(tmp_path / "again", files)
    _, _, again = study.run_figure(tmp_path / "again" / "digitization.json", **given)
    assert again == files
    _, _, without = study.run_figure(tmp_path / "again" / "digitization.json")
    assert "--risk-table risk.csv --method" in without["report.html"].decode()


def test_a_study_file_is_what_repeats_its_run(tmp_path: Path) -> None:
    study.write_files(tmp_path, run_files(reading_of()))
    cell = CellByHand("Drug", 8, 9)
    about = {study.STUDY_KEY: "my study.toml"}
    _, results, files = study.run_figure(tmp_path / "digitization.json", cells=[cell], about=about)
    assert "km2ipd run &#39;my study.toml&#39; --method exact" in files["report.html"].decode()
    (note,) = [c for c in results[0].cautions if c.code == "by-hand"]
    assert note.severity == "note" and note.where == "Drug"
    assert note.message.startswith("at risk at 8: 9 was given by hand (")


def test_what_was_given_by_hand_stands_as_words_of_the_command_line() -> None:
    given = {"page": 2, "x-range": (0.0, 36.0), "arms": ("Drug A", "Placebo"), "panel": None}
    assert corrections.option_words(given) == (
        "--page",
        "2",
        "--x-range",
        "0",
        "36",
        "--arms",
        "Drug A,Placebo",
    )


def test_a_risk_table_by_hand_replaces_the_one_read(tmp_path: Path) -> None:
    table = tmp_path / "risk.csv"
    table.write_text('arm,time,at_risk\nDrug,0,20\nDrug,24,14\n"Placebo, “oral”",0,10\n')
    reading = with_table_by_hand(table)
    (result,) = study.conclude(reading.digitization)
    assert [a.n for a in result.reconstruction.arms] == [20, 10]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("arm,time,at_risk\nSorafenib,0,20\n", 'arm "Sorafenib" has no curve'),
        ("panel,arm,time,at_risk\nA,Drug,0,20\nB,Drug,0,20\n", "panel A was not read"),
    ],
)
def test_a_risk_table_for_others_is_refused(tmp_path: Path, content: str, named: str) -> None:
    table = tmp_path / "risk.csv"
    table.write_text(content)
    with pytest.raises(BadTable, match=named):
        with_table_by_hand(table)


def test_totals_by_hand(tmp_path: Path) -> None:
    totals = tmp_path / "totals.csv"
    totals.write_text(TOTALS)
    reading = reading_of(drawn_reading(risk_table=RiskTable(), printed=()))
    (result,) = study.conclude(reading.digitization, totals=totals)
    assert [(a.n, a.events) for a in result.reconstruction.arms] == [(10, 3), (10, 7)]


def test_reported_numbers_by_panel(tmp_path: Path) -> None:
    reported = tmp_path / "reported.toml"
    reported.write_text('[[outcome]]\npanel = "B"\n[[outcome.arm]]\nname = "Drug"\nn = 10\n')
    assert [n.what for n in study.reported_by_panel(reported, ["1"])["1"]] == ["n"]
    several = study.reported_by_panel(reported, ["A", "B"])
    assert several["A"] == () and [n.what for n in several["B"]] == ["n"]


def test_the_hazard_ratio_is_against_the_arm_that_the_paper_names(tmp_path: Path) -> None:
    digitization = reading_of(drawn_reading(printed=())).digitization
    assert study.conclude(digitization)[0].reconstruction.comparisons[0].reference == "Drug"
    reported = tmp_path / "reported.toml"
    arms = '[[outcome.arm]]\nname = "Drug"\n[[outcome.arm]]\nname = "Placebo, “oral”"\n'
    comparison = '[[outcome.comparison]]\narm = "Drug"\nhr = 0.3\n'
    reported.write_text(f'[[outcome]]\nreference = "Placebo, “oral”"\n{arms}{comparison}')
    (result,) = study.conclude(digitization, reported=reported)
    assert result.reconstruction.comparisons[0].reference == "Placebo, “oral”"


@pytest.mark.parametrize(("printed", "reference"), [(0.32, "Placebo, “oral”"), (3.1, "Drug")])
def test_a_hazard_ratio_between_unnamed_arms_reads_the_same_way(printed: float, reference: str) -> None:
    number = PrintedNumber("hr", printed, decimals=2, text="HR")
    (result,) = study.conclude(reading_of(drawn_reading(printed=(number,))).digitization)
    (comparison,) = result.reconstruction.comparisons
    assert comparison.reference == reference and (comparison.hr < 1) == (printed < 1)


def test_mean_survival_is_the_area_under_the_steps() -> None:
    drug, _ = drawn_arms()
    # 5 at 1, 4 at 0.9, 11 at 0.8, 2 at 0.7.
    assert mean_survival(drug, 22) == pytest.approx(5 + 3.6 + 8.8 + 1.4)


def test_the_reported_numbers_are_kept_beside_the_pivot(tmp_path: Path) -> None:
    reading = reading_of()
    results = study.conclude(reading.digitization)
    files = study.result_files("0.1.0", reading, results, b"[[outcome]]\n")
    study.write_files(tmp_path, files)
    assert study.reported_beside(tmp_path / "digitization.json") == tmp_path / "reported.toml"


# ---------------------------------------------------------------- tables instead of a figure


def test_patients_from_tables_and_estimates_from_patients_agree(tmp_path: Path) -> None:
    study.write_files(tmp_path, run_files(reading_of()))
    (rebuilt,) = study.reconstruct_tables(tmp_path / "curves.csv", risk_table=tmp_path / "risk_table.csv")
    files = study.table_files("0.1.0", tmp_path / "curves.csv", (rebuilt,))
    study.write_files(tmp_path / "again", files)
    (estimated,) = study.estimate_tables(tmp_path / "again" / "ipd.csv")
    first, second = rebuilt.reconstruction.comparisons[0], estimated.reconstruction.comparisons[0]
    assert first.hr == pytest.approx(second.hr, rel=1e-12)
    assert np.isfinite(first.hr)
