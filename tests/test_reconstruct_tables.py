"""Tables a user gives: what is read, and one sentence for whatever is wrong."""

import numpy as np
import pytest
from km2ipd.errors import BadTable
from km2ipd.reconstruct import tables


def written(tmp_path, text, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_curves_by_panel_and_arm(tmp_path):
    text = "panel,arm,time,survival\nA,x,0,1\nA,x,3,0.5\nA,y,0,1\nA,y,4,0.25\nB,x,0,1\nB,x,1,0\n"
    curves = tables.read_curves(written(tmp_path, text))
    assert {panel: list(arms) for panel, arms in curves.items()} == {"A": ["x", "y"], "B": ["x"]}
    assert list(curves["A"]["y"].survival) == [1, 0.25]


def test_missing_columns_mean_one_panel_and_arm(tmp_path):
    curves = tables.read_curves(written(tmp_path, "\ufefftime;survival\n0;1\n2;0.9\n"))
    table = tables.read_risk_table(written(tmp_path, "time,at_risk\n0,20\n6,NA\n12,5\n"))
    assert list(curves) == ["1"] and list(curves["1"]) == ["Arm 1"]
    assert np.isnan(table["1"].rows[0].at_risk[1])


def test_errors_of_points_are_carried(tmp_path):
    text = "time,survival,survival_error,time_error\n0,1,0.001,0.02\n3,0.5,NA,0.02\n"
    curve = tables.read_curves(written(tmp_path, text))["1"]["Arm 1"]
    assert curve.survival_error[0] == 0.001 and np.isnan(curve.survival_error[1])


def test_a_clicking_hand_may_rise_by_half_a_pixel(tmp_path):
    curve = tables.read_curves(written(tmp_path, "time,survival\n0,1\n1,0.9\n2,0.901\n3,0.8\n"))["1"]["Arm 1"]
    assert list(curve.survival) == [1, 0.9, 0.9, 0.8]


BAD_CURVES = {
    "rises": ("time,survival\n0,1\n1,0.5\n2,0.7\n", "line 4: survival rises from 0.5 to 0.7"),
    "percent": ("time,survival\n0,100\n1,80\n", "a percent it seems.*Divide"),
    "above 1": ("time,survival\n0,1.2\n1,0.8\n", "above 1"),
    "below 0": ("time,survival\n0,1\n1,-0.1\n", "below 0"),
    "text": ("time,survival\n0,1\n1,high\n", 'line 3: survival is "high"'),
    "infinite": ("time,survival\n0,1\ninf,0.5\n", "finite"),
    "missing": ("time,survival\n0,1\n1,\n", "survival is missing"),
    "order": ("time,survival\n0,1\n5,0.9\n3,0.8\n", "line 4: time 3 comes after 5"),
    "twice": ("time,survival\n0,1\n5,0.9\n5,0.8\n7,0.7\n", "stands twice"),
    "one point": ("time,survival\n0,1\n", "one point"),
    "no rows": ("time,survival\n", "no rows"),
    "empty": ("", "no column time"),
    "no column": ("t,s\n0,1\n", "no column time or survival.*seen: t, s"),
    "ragged": ("time,survival\n0,1\n1,0.5,3\n", "3 cells under 2 columns"),
    "negative error": ("time,survival,time_error\n0,1,-1\n1,1,0\n", "time_error is negative"),
    "upside down": ("time,survival\n0,0\n5,0\n", "starts at survival 0.*1 - S"),
    "no length": ("time,survival\n5,1\n5,0.9\n", "all points of arm .* are at time 5"),
    "no follow-up": ("time,survival\n0,1\n1e300,0.9\n", "is no follow-up"),
    "endless line": ("time,survival\n0,1\n" + "1" * tables.MAX_LINE_CHARS, "line 3: not a text file"),
    "binary": (b"\x89PNG\r\n\x1a\n\xff\xfe\x00", "not a text file"),
}


@pytest.mark.parametrize("name", BAD_CURVES)
def test_bad_curves(tmp_path, name):
    text, words = BAD_CURVES[name]
    with pytest.raises(BadTable, match=words) as caught:
        tables.read_curves(written(tmp_path, text))
    assert caught.value.exit_code == 2 and "\n" not in str(caught.value)


BAD_COUNTS = {
    "fraction": ("time,at_risk\n0,20.5\n", "whole number"),
    "negative": ("time,at_risk\n0,-3\n", "whole number"),
    "absurd": ("time,at_risk\n0,1e12\n", "whole number"),
    "nobody": ("time,at_risk\n0,0\n6,0\n", "nobody at risk"),
    "falling events": ("time,at_risk,cumulative_events\n0,9,0\n6,5,4\n9,2,3\n", "line 4: .* falls from 4 to 3"),
    "too many events": ("time,at_risk,cumulative_events\n0,9,0\n6,5,40\n", "40 cumulative events in 9 patients"),
    "order": ("time,at_risk\n6,20\n0,30\n", "comes after"),
    "twice": ("time,at_risk\n0,20\n0,20\n", "stands twice"),
}


@pytest.mark.parametrize("name", BAD_COUNTS)
def test_bad_risk_table(tmp_path, name):
    text, words = BAD_COUNTS[name]
    with pytest.raises(BadTable, match=words):
        tables.read_risk_table(written(tmp_path, text))


def test_a_million_rows_are_refused(tmp_path):
    text = "time,survival\n" + "".join(f"{i},1\n" for i in range(tables.MAX_ROWS + 10))
    with pytest.raises(BadTable, match="more than"):
        tables.read_curves(written(tmp_path, text))


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(BadTable, match="No such file"):
        tables.read_curves(tmp_path / "nothing.csv")


def test_tables_of_other_arms_and_too_small_totals(tmp_path):
    curves = tables.read_curves(written(tmp_path, "arm,time,survival\nx,0,1\nx,3,0.5\n"))
    with pytest.raises(BadTable, match='arm "y" of panel 1 has no curve'):
        tables.require_known_arms(curves, {"1": {"y": None}}, "risk.csv")
    with pytest.raises(BadTable, match="panel 2 has no curve"):
        tables.require_known_arms(curves, {"2": {}}, "risk.csv")
    table = tables.read_risk_table(written(tmp_path, "arm,time,at_risk\nx,0,30\n"))
    totals = tables.read_totals(written(tmp_path, "arm,n,events\nx,20,5\n"))
    with pytest.raises(BadTable, match="n = 20, fewer than its 30"):
        tables.require_counts_fit(table, totals, "totals.csv")


def test_bad_totals_and_patients(tmp_path):
    with pytest.raises(BadTable, match="30 events in 20"):
        tables.read_totals(written(tmp_path, "n,events\n20,30\n"))
    with pytest.raises(BadTable, match="event is 2"):
        tables.read_patients(written(tmp_path, "time,event\n3,2\n"))


def test_patients_are_sorted(tmp_path):
    arm = tables.read_patients(written(tmp_path, "time,event\n3,0\n1,1\n3,1\n"))["1"][0]
    assert list(arm.time) == [1, 3, 3] and list(arm.event) == [1, 1, 0]
