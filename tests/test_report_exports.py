"""Files for other programs: read back by them where they are installed."""

from __future__ import annotations

import importlib.util
import io
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_study import drawn_digitization, drawn_pixels, drawn_reading
from km2ipd import cli, study
from km2ipd.errors import UsageError
from km2ipd.records import Reading
from km2ipd.report.exports import FORMATS, export_files, require_formats
from km2ipd.report.tables import patients_csv

RSCRIPT = shutil.which("Rscript")


@pytest.fixture
def results():
    return study.conclude(study.pivot.as_saved(drawn_digitization(drawn_reading(printed=()))))


def test_parquet_and_stata_hold_the_rows_of_the_csv_files(results) -> None:
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    files = export_files(("parquet", "stata"), results)
    assert set(files) == {"ipd.parquet", "curves.parquet", "ipd.dta", "curves.dta", "analysis.do"}
    plain = pd.read_csv(io.StringIO(patients_csv(results)), dtype={"panel": str})
    for name, read in (("ipd.parquet", pd.read_parquet), ("ipd.dta", pd.read_stata)):
        frame = read(io.BytesIO(files[name]))
        assert frame.to_dict("list") == plain.to_dict("list")
    assert files == export_files(("parquet", "stata"), results)


def test_ipdfromkm_files_an_arm(results) -> None:
    files = export_files(("ipdfromkm",), results)
    assert set(files) == {
        f"ipdfromkm_{s}.csv" for s in ("1_1_Drug", "1_1_Drug_risk", "1_2_Placebo_oral", "1_2_Placebo_oral_risk")
    }
    assert files["ipdfromkm_1_1_Drug.csv"].decode().splitlines()[:3] == ["time,survival", "0,1", "5,0.9"]
    # The last count of Placebo could not be read: three are left.
    assert files["ipdfromkm_1_2_Placebo_oral_risk.csv"].decode().splitlines() == ["trisk,nrisk", "0,10", "8,7", "16,5"]


def test_survhe_intervals_point_to_their_rows(results) -> None:
    files = export_files(("survhe",), results)
    # Drug has corners at 0, 5, 9, 20, 24 and counts at 0, 8, 16, 24.
    lines = files["survhe_1_1_Drug_nrisk.txt"].decode().splitlines()
    assert lines == [
        "interval\ttime\tlower\tupper\tnrisk",
        "1\t0\t1\t2\t10",
        "2\t8\t3\t3\t9",
        "3\t16\t4\t4\t8",
        "4\t24\t5\t5\t7",
    ]


@pytest.mark.skipif(RSCRIPT is None, reason="needs R (apt-get install r-base-core r-cran-survival)")
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_r_gives_the_same_hazard_ratio(tmp_path: Path, locale: str) -> None:
    """Also with an arm whose name the locale cannot write."""
    reading = drawn_reading(printed=())
    greek = tuple(replace(arm, name=arm.name.replace("Drug", "Drug β")) for arm in reading.arms)
    results = study.conclude(study.pivot.as_saved(drawn_digitization(replace(reading, arms=greek))))
    study.write_files(tmp_path, export_files(("r",), results) | {"ipd.csv": patients_csv(results).encode()})
    command = {"cwd": tmp_path, "env": os.environ | {"LC_ALL": locale}, "capture_output": True, "text": True}
    done = subprocess.run([RSCRIPT, "analysis.R"], check=True, **command)
    shown = re.search(r"exp\(coef\).*\narm.*?\s(\d+\.\d+)\s", done.stdout)
    assert shown, done.stdout
    assert float(shown[1]) == pytest.approx(results[0].reconstruction.comparisons[0].hr, rel=1e-6)


def test_an_unknown_format_is_refused_before_any_work() -> None:
    require_formats(tuple(FORMATS))
    with pytest.raises(UsageError, match="parquet, stata, r"):
        require_formats(("excel",))


def test_a_format_whose_extra_is_missing_is_refused_before_any_work(monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    require_formats(("r", "ipdfromkm"))
    with pytest.raises(UsageError, match=r"--format stata: pandas is not installed\. pip install \"km2ipd\[tables\]\""):
        require_formats(("r", "stata"))


def test_the_command_writes_the_formats(tmp_path: Path) -> None:
    digitization = study.pivot.as_saved(drawn_digitization())
    files = study.digitized_files("0", Reading(digitization, {"figure.png": drawn_pixels()}), ())
    study.write_files(tmp_path / "read", files)
    words = ["run", str(tmp_path / "read" / "digitization.json"), "--out", str(tmp_path / "out"), "-q"]
    assert cli.main([*words, "--format", "r,ipdfromkm"]) == 0
    assert (tmp_path / "out" / "analysis.R").is_file()
    assert (tmp_path / "out" / "ipdfromkm_1_1_Drug.csv").is_file()
