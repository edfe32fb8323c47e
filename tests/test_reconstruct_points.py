"""Points as WebPlotDigitizer, DigitizeIt and Engauge write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from km2ipd import study
from km2ipd.errors import BadTable
from km2ipd.reconstruct.points import read_points

DRUG = ([0, 5, 9, 20], [1, 0.9, 0.8, 0.7])
PLACEBO = ([0, 2, 4], [1, 0.9, 0.8])

FILES = {
    "plain, no header": "0, 1\n5, 0.9\n9, 0.8\n20, 0.7\n",
    "WebPlotDigitizer, all data sets": "Drug,,Placebo,\nX,Y,X,Y\n0,1,0,1\n5,0.9,2,0.9\n9,0.8,4,0.8\n20,0.7,,\n",
    "WebPlotDigitizer, percent and unsorted clicks": "Drug,\nX,Y\n9.0,80\n0.0,100.4\n20,70\n5,90.1\n5,90\n",
    "Engauge, one table": "x,Drug,Placebo\n0,1,1\n2,,0.9\n4,,0.8\n5,0.9,\n9,0.8,\n20,0.7,\n",
    "Engauge, one curve after another": "x,Drug\n0,1\n5,0.9\n9,0.8\n20,0.7\n\nx,Placebo\n0,1\n2,0.9\n4,0.8\n",
    "DigitizeIt, semicolons and decimal commas": "x;Drug\n0;1,0\n5,0;0,9\n9,0;0,8\n20,0;0,7\n",
    "DigitizeIt, one curve after another": "Drug\n0;1,0\n5,0;0,9\n9,0;0,8\n20,0;0,7\n\nPlacebo\n0;1\n2;0,9\n4;0,8\n",
    "Excel, percent signs": "sep=;\nx;Drug;Placebo\n0;100%;100 %\n2;;90%\n4;;80%\n5;90%;\n9;80,0 %;\n20;70%;\n",
    "blanks, names above the curves": "# Drug\n0 1\n5 0.9\n9 0.8\n20 0.7\n\nPlacebo\n0 1\n2 0.9\n4 0.8\n",
    "tabs": "#x\tDrug\n0\t1\n5\t0.9\n9\t0.8\n20\t0.7\n",
    "blanks and decimal commas": "0,0 1,0\n5,0 0,9\n9,0 0,8\n20,0 0,7\n",
}


@pytest.mark.parametrize("kind", FILES)
def test_each_kind_of_file_gives_the_same_curves(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(FILES[kind])
    curves = list(read_points(path)["1"].items())
    named = "header" not in kind and kind != "blanks and decimal commas"
    assert curves[0][0] == ("Drug" if named else "Arm 1")
    for (_, curve), (time, survival) in zip(curves, (DRUG, PLACEBO), strict=False):
        assert curve.time.tolist() == pytest.approx(time)
        assert curve.survival.tolist() == pytest.approx(survival)
    assert len(curves) == (2 if "Placebo" in FILES[kind] else 1)


def test_names_may_hold_separators_and_percent_counts_for_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text('"Drug, 5 mg; oral",,Best care,\nX,Y,X,Y\n0,100,6,1.2\n5,40,9,0.4\n')
    drug, care = read_points(path)["1"].items()
    assert (drug[0], drug[1].survival.tolist()) == ("Drug, 5 mg; oral", [1, 0.4])
    assert (care[0], care[1].survival.tolist()) == ("Best care", pytest.approx([1, 0.012, 0.004]))


def test_a_curve_that_does_not_begin_at_0_gets_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("3,0.95\n6,0.9\n")
    (curve,) = read_points(path)["1"].values()
    assert (curve.time.tolist(), curve.survival.tolist()) == ([0, 3, 6], [1, 0.95, 0.9])


def test_the_error_of_a_click_is_levelled(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("-0.01,1.004\n3,0.9\n6,0.905\n9,-0.003\n")
    (curve,) = read_points(path)["1"].values()
    assert (curve.time.tolist(), curve.survival.tolist()) == ([0, 3, 6, 9], [1, 0.9, 0.9, 0])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "no points"),
        ("x,y\n", "no points"),
        ("x,y\n3,0.5\n", "one point"),
        ("x,Drug\n0,1\n5,high\n", 'line 3: "high"'),
        ("0,0.2\n5,0.9\n", "rises from 0.2 to 0.9"),
        ("0,1\n5,-0.4\n", "-0.4 lies outside"),
        ("0,1\n5,140\n", "lies outside"),
        ("-30,1\n5,0.9\n", "negative"),
        ("x,A,A\n0,1,1\n5,0.9,0.8\n", 'two curves are named "A"'),
        ("0,1\n", "one point"),
        ("0,1\n1e300,0.5\n", "no point of a curve"),
        ("a\0b", "no table of points"),
    ],
)
def test_what_is_no_curve_is_named(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(text)
    with pytest.raises(BadTable, match=named) as caught:
        read_points(path)
    assert "points.csv" in str(caught.value)


def test_reconstruct_takes_a_digitizers_file(tmp_path: Path) -> None:
    points = tmp_path / "wpd.csv"
    points.write_text(FILES["WebPlotDigitizer, all data sets"])
    risk = tmp_path / "risk.csv"
    risk.write_text("arm,time,at_risk\nDrug,0,10\nPlacebo,0,10\n")
    (result,) = study.reconstruct_tables(points, risk_table=risk)
    assert [(a.arm, a.n, a.events) for a in result.reconstruction.arms] == [("Drug", 10, 3), ("Placebo", 10, 2)]
