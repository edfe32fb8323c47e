"""The Python door: km2ipd.digitize, reconstruct, run and to_dataframe."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import km2ipd
import pytest
from drawn_study import drawn_digitization, drawn_pixels, drawn_reading
from km2ipd import study
from km2ipd.errors import OutputNotWritable
from km2ipd.records import Digitization, Reading


@pytest.fixture
def pivot(tmp_path: Path) -> Path:
    reading = Reading(
        study.pivot.as_saved(drawn_digitization(drawn_reading(printed=()))), {"figure.png": drawn_pixels()}
    )
    study.write_files(tmp_path / "read", study.digitized_files("0", reading, ()))
    return tmp_path / "read" / "digitization.json"


def test_digitize_then_reconstruct_is_run(pivot: Path) -> None:
    reading = km2ipd.digitize(str(pivot))
    assert isinstance(reading, Digitization)
    (result,) = km2ipd.reconstruct(reading)
    (whole,) = km2ipd.run(pivot)
    assert result.reconstruction.comparisons == whole.reconstruction.comparisons
    assert [a.n for a in result.reconstruction.arms] == [10, 10]


def test_run_writes_the_files_of_the_command(pivot: Path, tmp_path: Path) -> None:
    km2ipd.run(pivot, out=tmp_path / "out")
    assert {"ipd.csv", "report.html", "report.json"} <= {p.name for p in (tmp_path / "out").iterdir()}
    with pytest.raises(OutputNotWritable):
        km2ipd.run(pivot, out=tmp_path / "out")
    km2ipd.run(pivot, out=str(tmp_path / "out"), force=True)


def test_to_dataframe(pivot: Path) -> None:
    pytest.importorskip("pandas")
    reading = km2ipd.digitize(pivot)
    curves = km2ipd.to_dataframe(reading)
    assert list(curves.columns) == ["panel", "arm", "time", "survival"]
    assert curves.groupby("arm").size().to_dict() == {"Drug": 5, "Placebo, “oral”": 8}
    patients = km2ipd.to_dataframe(km2ipd.reconstruct(reading))
    assert patients.groupby("arm")["event"].sum().to_dict() == {"Drug": 3, "Placebo, “oral”": 7}


@pytest.mark.parametrize(
    "first",
    [
        "import km2ipd",
        "import km2ipd.digitize.numbers",
        "from km2ipd.digitize import numbers",
        "import km2ipd.reconstruct.tables as tables",
        "import km2ipd.study",
    ],
)
def test_the_rooms_can_be_called_however_they_were_imported(first: str) -> None:
    code = f"{first}\nimport km2ipd, types\nassert callable(km2ipd.digitize) and callable(km2ipd.reconstruct)"
    code += "\nassert isinstance(km2ipd.digitize, types.ModuleType)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_package_has_no_other_attributes() -> None:
    with pytest.raises(AttributeError, match="magic"):
        km2ipd.magic  # noqa: B018


@pytest.mark.parametrize("page", ["README.md", "docs/programs.md"])
def test_the_examples_of_the_guide_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas")
    root = Path(__file__).resolve().parent.parent
    shutil.copy(root / "samples" / "desmoid_pfs" / "figure.png", tmp_path)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (root / page).read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 1
    exec(compile(blocks[0], page, "exec"), {})
    assert (tmp_path / "trial1" / "ipd.csv").is_file()
