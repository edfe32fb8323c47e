"""study.toml: read, refused in one sentence, written for a person to correct."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_study import drawn_digitization, drawn_pixels, drawn_reading
from km2ipd import cli, study
from km2ipd.batch import studyfile
from km2ipd.batch.studyfile import parse_study, read_study, study_schema
from km2ipd.batch.template import study_text
from km2ipd.errors import UsageError
from km2ipd.records import CellByHand, Reading

FULL = """
figure = "sub/figure.png"
page = 2
panel = "B"
x_range = [0, 36.5]
y_range = [0, 100]
arms = ["Drug", "Placebo"]
direction = "incidence"
risk_table = "risk.csv"
method = "guyot"
citation = "A et al. 2020"

[[cell]]
arm = "Drug"
time = 12
at_risk = 40

[[outcome]]
[[outcome.arm]]
name = "Drug"
n = 50
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "figure.png").write_bytes(b"x")
    (tmp_path / "risk.csv").write_text("time,at_risk\n0,1\n")
    return tmp_path


def test_every_key_becomes_what_run_takes(folder: Path) -> None:
    path = folder / "study.toml"
    path.write_text(FULL)
    figure, given = read_study(path)
    assert figure == folder / "sub" / "figure.png"
    assert given == {
        "page": 2,
        "panel": "B",
        "x_range": (0, 36.5),
        "y_range": (0, 100),
        "arms": ("Drug", "Placebo"),
        "direction": "incidence",
        "risk_table": folder / "risk.csv",
        "reported": path,
        "method": "guyot",
        "cells": (CellByHand("Drug", 12, 40),),
        "about": {"citation": "A et al. 2020", "study file": "study.toml"},
    }


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('figure = "a.png"\nx_rnage = [0, 1]', 'unknown key "x_rnage" .*"x_range"'),
        ('figure = "a.png"\n[[cell]]\narm="A"\ntime=1\natrisk=2', 'unknown key "atrisk" .*"at_risk"'),
        ('figure = "a.png"\nx_range = [5, 1]', "MIN below MAX"),
        ('figure = "a.png"\nx_range = [nan, 1]', "MIN below MAX"),
        ('figure = "a.png"\nx_range = [1]', "x_range"),
        ('figure = "a.png"\npage = "two"', "page"),
        ('figure = "a.png"\ndirection = "up"', "direction"),
        ('figure = "a.png"\nreported = "r.toml"\n[[outcome]]\nn = 1', "cannot both"),
        ("page = 1", "figure"),
        ("figure = ", "not TOML"),
        ("a = " + "[" * 3000, "not TOML"),
        ("page = " + "9" * 5000, "not TOML"),
    ],
)
def test_a_wrong_study_is_named_in_one_sentence(text: str, named: str) -> None:
    with pytest.raises(UsageError, match=named) as caught:
        parse_study(text, "study.toml")
    assert "study.toml" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["figure", "risk_table", "totals", "reported"])
def test_a_file_that_is_not_there_is_named(folder: Path, key: str) -> None:
    path = folder / "study.toml"
    path.write_text(
        "".join(f'{k} = "absent.x"\n' if k == key else 'figure = "sub/figure.png"\n' for k in {key, "figure"})
    )
    with pytest.raises(UsageError, match=f'{key} "absent.x"'):
        read_study(path)


def test_the_shipped_schema_is_current() -> None:
    shipped = Path(studyfile.__file__).with_name("study.schema.json").read_text(encoding="utf-8")
    assert json.loads(shipped) == json.loads(json.dumps(study_schema()))
    assert study_schema()["required"] == ["figure"]


# ---------------------------------------------------------------- the template


def uncommented(text: str) -> str:
    """The template with every suggested line put to use."""
    return "\n".join(re.sub(r"^# (?=\[\[|\w+ = )", "", line) for line in text.splitlines())


def test_the_template_is_valid_as_written_and_with_every_line_put_to_use() -> None:
    text = study_text('odd "name".png', drawn_digitization(drawn_reading("A"), drawn_reading("B")))
    assert parse_study(text, "study.toml").figure == 'odd "name".png'
    used = parse_study(uncommented(text), "study.toml")
    assert used.x_range == (0, 24) and used.arms == ("Drug", "Placebo, “oral”")
    assert [(c.panel, c.arm, c.time) for c in used.cell][:2] == [
        ("A", "Placebo, “oral”", 16),
        ("A", "Placebo, “oral”", 24),
    ]
    assert [o["panel"] for o in used.outcome] == ["A", "B"]


def test_a_wrong_reading_is_corrected_by_the_study_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    drug, placebo = drawn_reading().risk_table.rows
    wrong = replace(drawn_reading().risk_table, rows=(replace(drug, at_risk=[1, 9, 8, 7]), placebo))
    reading = Reading(
        study.pivot.as_saved(drawn_digitization(drawn_reading(risk_table=wrong, printed=()))),
        {"figure.png": drawn_pixels()},
    )
    study.write_files(
        tmp_path / "read", study.digitized_files("0", reading, study.read_only_results(reading.digitization))
    )
    assert cli.main(["init", "read/digitization.json", "--out", "study.toml", "-q"]) == 0
    with (tmp_path / "study.toml").open("a") as handle:
        handle.write('[[cell]]\narm = "Drug"\ntime = 0\nat_risk = 10\n')
    assert cli.main(["run", "study.toml", "--out", "out", "-q"]) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["panels"][0]["arms"][0]["n"] == 10


def test_init_does_not_overwrite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    reading = Reading(study.pivot.as_saved(drawn_digitization()), {"figure.png": drawn_pixels()})
    study.write_files(tmp_path / "read", study.digitized_files("0", reading, ()))
    (tmp_path / "study.toml").write_text("mine")
    assert cli.main(["init", "read/digitization.json"]) == 2
    assert "study.toml is already there" in capsys.readouterr().err
    assert (tmp_path / "study.toml").read_text() == "mine"
