"""The command line: exit codes, what goes to stdout and stderr, and errors in one sentence."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import km2ipd
import pytest
from drawn_study import drawn_digitization, drawn_pixels, drawn_reading
from km2ipd import cli, study
from km2ipd.records import Reading

ROOT = Path(cli.__file__).resolve().parent
CURVES = "arm,time,survival\nA,0,1\nA,5,0.9\nA,10,0.8\nA,12,0.8\nB,0,1\nB,4,0.8\nB,7,0.6\nB,12,0.6\n"
RISK = "arm,time,at_risk\nA,0,10\nA,6,9\nA,12,8\nB,0,10\nB,6,8\nB,12,6\n"
IPD = "arm,time,event\n" + "".join(
    f"{arm},{t},{e}\n"
    for arm, patients in {
        "A": [(5, 1), (10, 1)] + [(12, 0)] * 8,
        "B": [(4, 1)] * 2 + [(7, 1)] * 2 + [(12, 0)] * 6,
    }.items()
    for t, e in patients
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the pivot of the drawn figure in run/, and tables."""
    monkeypatch.chdir(tmp_path)
    reading = Reading(
        study.pivot.as_saved(drawn_digitization(drawn_reading(printed=()))), {"figure.png": drawn_pixels()}
    )
    results = study.conclude(reading.digitization)
    study.write_files(tmp_path / "run", study.result_files(km2ipd.__version__, reading, results))
    for name, content in {"curves.csv": CURVES, "risk.csv": RISK, "ipd.csv": IPD}.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def tree(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


# ---------------------------------------------------------------- run


def test_run_from_the_pivot_writes_every_file_and_prints_the_result(home: Path, capsys) -> None:
    assert cli.main(["run", "run/digitization.json", "--out", "again"]) == 0
    shown = capsys.readouterr()
    assert "Panel 1: ok" in shown.out and "HR" in shown.out and "again/report.html" in shown.out
    assert shown.err == ""
    assert tree(home / "again") == tree(home / "run")


def test_run_twice_gives_the_same_bytes_in_separate_processes(home: Path) -> None:
    for out in ("one", "two"):
        command = [sys.executable, "-m", "km2ipd", "run", "run/digitization.json", "--out", out]
        subprocess.run(command, check=True, capture_output=True)
    assert tree(home / "one") == tree(home / "two")


def test_run_into_an_existing_empty_folder(home: Path) -> None:
    (home / "empty").mkdir()
    assert cli.main(["run", "run/digitization.json", "--out", "empty", "-q"]) == 0
    assert "report.json" in tree(home / "empty")


def test_results_of_an_earlier_run_need_force(home: Path, capsys) -> None:
    before = tree(home / "run")
    assert cli.main(["run", "run/digitization.json", "--out", "run", "--method", "guyot"]) == 2
    assert "--force" in capsys.readouterr().err and tree(home / "run") == before
    assert cli.main(["run", "run/digitization.json", "--out", "run", "--force"]) == 0


def test_the_command_may_be_left_out(home: Path) -> None:
    assert cli.main(["run/digitization.json", "--out", "short", "-q"]) == 0
    assert "report.html" in tree(home / "short")


def test_json_is_report_json_and_nothing_else(home: Path, capsys) -> None:
    assert cli.main(["run", "run/digitization.json", "--out", "again", "--json"]) == 0
    assert capsys.readouterr().out.encode() == (home / "again" / "report.json").read_bytes()


def test_quiet_prints_nothing(home: Path, capsys) -> None:
    assert cli.main(["run", "run/digitization.json", "--out", "again", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_reported_numbers_beside_the_input_are_found_and_said(home: Path, capsys) -> None:
    (home / "run" / "reported.toml").write_text('[[outcome]]\n[[outcome.arm]]\nname = "Drug"\nn = 10\n')
    assert cli.main(["run", "run/digitization.json", "--out", "again"]) == 0
    shown = capsys.readouterr()
    assert "reported.toml" in shown.err and "agrees" in shown.out
    assert (home / "again" / "reported.toml").is_file()


def test_digitize_leaves_no_patients(home: Path) -> None:
    assert cli.main(["digitize", "run/digitization.json", "--out", "read", "-q"]) == 0
    assert "curves.csv" in tree(home / "read") and "ipd.csv" not in tree(home / "read")


# ---------------------------------------------------------------- tables


def test_reconstruct_then_estimate(home: Path, capsys) -> None:
    command = ["reconstruct", "curves.csv", "--risk-table", "risk.csv", "--out", "points"]
    assert cli.main(command) == 0
    assert cli.main(["estimate", "points/ipd.csv", "--json"]) == 0
    report = json.loads(capsys.readouterr().out.split("ipd.csv\n", 1)[1])
    assert [a["events"] for a in report["panels"][0]["arms"]] == [2, 4]


def test_an_ensemble_is_written_where_it_is_asked_for(home: Path) -> None:
    words = ["reconstruct", "curves.csv", "--risk-table", "risk.csv", "-q"]
    assert cli.main([*words, "--out", "plain"]) == 0 and "ensemble.csv" not in tree(home / "plain")
    assert cli.main([*words, "--out", "drawn", "--ensemble", "4"]) == 0
    lines = tree(home / "drawn")["ensemble.csv"].decode().splitlines()
    assert lines[0] == "draw,panel,arm,time,event" and len(lines) == 1 + 4 * 20
    assert cli.main(["run", "run/digitization.json", "--out", "again", "--ensemble", "3", "-q"]) == 0
    assert b"\n3,1,Drug," in tree(home / "again")["ensemble.csv"]


def test_estimates_at_given_times_periods_and_reference(home: Path, capsys) -> None:
    words = ["estimate", "ipd.csv", "--at", "6,2", "--periods", "5", "--reference", "B", "--json"]
    assert cli.main(words) == 0
    (panel,) = json.loads(capsys.readouterr().out)["panels"]
    (found,) = panel["comparisons"]
    assert (found["arm"], found["reference"]) == ("A", "B")
    assert [(p["from"], p["to"], p["events"]) for p in found["periods"]] == [(0, 5, 3), (5, 12, 3)]
    assert [(x["time"], x["survival"]) for x in panel["arms"][0]["survival_at"]] == [(2, 1), (6, 0.9)]
    assert [(x["time"], x["difference"]) for x in found["landmarks"]] == [(6, 0.1)]
    assert cli.main(["estimate", "ipd.csv", "--at", "6"]) == 0
    assert "S(6): -0.100" in capsys.readouterr().out


def test_follow_up_may_be_cut(home: Path, capsys) -> None:
    assert cli.main(["estimate", "ipd.csv", "--until", "6", "--json"]) == 0
    (panel,) = json.loads(capsys.readouterr().out)["panels"]
    assert [a["events"] for a in panel["arms"]] == [1, 2] and panel["arms"][0]["rmst_tau"] == 6


def test_the_reference_may_be_chosen(home: Path) -> None:
    words = ["reconstruct", "curves.csv", "--risk-table", "risk.csv", "--reference", "B", "--out", "turned"]
    assert cli.main(words) == 0
    (panel,) = json.loads(tree(home / "turned")["report.json"])["panels"]
    assert panel["comparisons"][0]["reference"] == "B"
    words = ["run", "run/digitization.json", "--reference", "Placebo, “oral”", "--out", "other", "-q"]
    assert cli.main(words) == 0
    (panel,) = json.loads(tree(home / "other")["report.json"])["panels"]
    assert panel["comparisons"][0]["arm"] == "Drug"
    assert "--reference" in tree(home / "other")["report.html"].decode()


def test_methods_side_by_side_write_nothing(home: Path, capsys) -> None:
    before = sorted(home.rglob("*"))
    assert cli.main(["reconstruct", "curves.csv", "--risk-table", "risk.csv", "--compare"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines[1:]] == ["exact", "exact", "guyot", "guyot", "ikm", "ikm"]
    assert sorted(home.rglob("*")) == before


def test_conditioning_needs_reported_numbers_and_is_no_check(home: Path, capsys) -> None:
    (home / "hr.toml").write_text(
        '[[outcome]]\nreference = "A"\n[[outcome.arm]]\nname = "A"\n[[outcome.arm]]\nname = "B"\n'
        '[[outcome.comparison]]\narm = "B"\nhr = 2.4\n'
    )
    words = ["reconstruct", "curves.csv", "--risk-table", "risk.csv", "--condition-on", "hr", "--out"]
    assert cli.main([*words, "none"]) == 2
    assert cli.main([*words, "some", "--reported", "hr.toml"]) == 0
    (panel,) = json.loads(tree(home / "some")["report.json"])["panels"]
    assert panel["conditioned_on"] == ["hr"] and panel["checks"][0]["verdict"] == "cannot tell"


def test_check_agrees_with_exit_0_and_differs_with_exit_4(home: Path, capsys) -> None:
    arm = '[[outcome]]\n[[outcome.arm]]\nname = "A"\nn = '
    (home / "right.toml").write_text(arm + "10\n")
    (home / "wrong.toml").write_text(arm + "50\n")
    assert cli.main(["check", "ipd.csv", "--reported", "right.toml"]) == 0
    assert "agrees" in capsys.readouterr().out
    assert cli.main(["check", "ipd.csv", "--reported", "wrong.toml"]) == 4
    shown = capsys.readouterr()
    assert "differs" in shown.out and "1 of 1 reported numbers differ" in shown.err


# ---------------------------------------------------------------- faults of the user


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (["run", "absent.png"], 2, "absent.png"),
        (["run", "run"], 2, "run"),
        (["run", "curves.csv", "--x-range", "36", "0"], 2, "--x-range"),
        (["run", "curves.csv", "--x-range", "nan", "1"], 2, "--x-range"),
        (["run", "curves.csv", "--arms", "A,,B"], 2, "--arms"),
        (["run", "curves.csv", "--arms", "99"], 2, "--arms"),
        (["run", "curves.csv", "--out", "x"], 3, "curves.csv"),
        (["run", "empty.png", "--out", "x"], 3, "empty.png"),
        (["run", "run/digitization.json", "--out", "curves.csv"], 2, "curves.csv"),
        (["run", "run/digitization.json", "--risk-table", "curves.csv", "--out", "x"], 2, "at_risk"),
        (["run", "run/digitization.json", "--method", "magic", "--out", "x"], 2, "magic"),
        (["run", "run/report.json", "--out", "x"], 2, "report.json"),
        (["reconstruct", "risk.csv", "--out", "x"], 2, "survival"),
        (["reconstruct", "rising.csv", "--out", "x"], 2, "rises"),
        (["reconstruct", "percent.csv", "--out", "x"], 2, "percent"),
        (["reconstruct", "curves.csv", "--risk-table", "others.csv", "--out", "x"], 2, "Sorafenib"),
        (["estimate", "curves.csv"], 2, "event"),
        (["estimate", "ipd.csv", "--at", "6;12"], 2, "--at"),
        (["estimate", "ipd.csv", "--periods", "-1"], 2, "--periods"),
        (["estimate", "ipd.csv", "--until", "6,12"], 2, "--until"),
        (["estimate", "ipd.csv", "--reference", "C"], 2, "arms: A, B"),
        (["reconstruct", "curves.csv", "--reference", "C", "--out", "x"], 2, "arms: A, B"),
        (["run", "run/digitization.json", "--reference", "C", "--out", "x"], 2, "arms: Drug"),
        (["check", "ipd.csv"], 2, "--reported"),
        (["check", "ipd.csv", "--reported", "curves.csv"], 2, "curves.csv"),
        (["paint", "x.png"], 2, "paint"),
    ],
)
def test_a_fault_is_one_sentence_with_its_exit_code(home: Path, capsys, words, code, named) -> None:
    (home / "empty.png").write_bytes(b"")
    (home / "rising.csv").write_text("time,survival\n0,0.5\n1,0.9\n")
    (home / "percent.csv").write_text("time,survival\n0,100\n1,90\n")
    (home / "others.csv").write_text("arm,time,at_risk\nSorafenib,0,10\n")
    before = sorted(home.rglob("*"))
    assert cli.main(words) == code
    shown = capsys.readouterr()
    (message,) = shown.err.splitlines()
    assert message.startswith("Error: ") and named in message
    assert shown.out == ""
    assert sorted(home.rglob("*")) == before


def test_a_bug_of_ours_is_one_line_and_exit_1(home: Path, capsys, monkeypatch) -> None:
    def broken(*args, **kwargs):
        raise ZeroDivisionError("in the middle\nof it")

    monkeypatch.setattr(study, "estimate_tables", broken)
    assert cli.main(["estimate", "ipd.csv"]) == 1
    shown = capsys.readouterr().err
    assert "ZeroDivisionError: in the middle of it" in shown and "Traceback" not in shown
    assert cli.main(["--debug", "estimate", "ipd.csv"]) == 1
    assert "Traceback" in capsys.readouterr().err


# ---------------------------------------------------------------- the program from outside


def test_version_and_help_are_quick() -> None:
    # Of the processor, so that other work on the machine does not count.
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "km2ipd", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(5)) < 0.3


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from km2ipd import cli; cli.main(['-h']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    for heavy in ("numpy", "scipy", "cv2", "matplotlib", "jinja2", "rich", "onnxruntime"):
        assert heavy not in done.stderr.split()


@pytest.mark.parametrize("folder", ["checkout", "digitize", "a folder, “named” oddly"])
def test_cli_py_runs_from_a_checkout_of_any_name(home: Path, folder: str) -> None:
    (home / folder).symlink_to(ROOT, target_is_directory=True)
    command = [
        sys.executable,
        f"{folder}/cli.py",
        "run",
        "run/digitization.json",
        "--out",
        "script",
        "--quiet",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": ""})
    assert (done.returncode, done.stderr) == (0, "")
    assert tree(home / "script") == tree(home / "run")


def test_paths_with_blanks_and_letters_of_any_script(home: Path) -> None:
    place = home / "Größe μ 数"
    (home / "run").rename(place)
    assert cli.main(["run", str(place / "digitization.json"), "--out", str(home / "out put ü"), "-q"]) == 0
    assert tree(home / "out put ü") == tree(place)


def test_a_closed_pipe_is_no_error(home: Path) -> None:
    command = f"{sys.executable} -m km2ipd estimate ipd.csv --json | head -c 1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert done.stdout == "{" and "Traceback" not in done.stderr


def test_completion_and_version(home: Path) -> None:
    command = [sys.executable, "-m", "km2ipd"]
    asked = {**os.environ, "_KM2IPD_COMPLETE": "bash_complete", "COMP_WORDS": "km2ipd rec", "COMP_CWORD": "1"}
    done = subprocess.run(command, env=asked, capture_output=True, text=True, check=False)
    assert "reconstruct" in done.stdout
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"km2ipd, version {km2ipd.__version__}\n"


def test_a_terminal_of_80_columns_and_no_colour(home: Path) -> None:
    """On a pseudo-terminal: progress on stderr, lines that fit, and no colour codes where NO_COLOR is set."""
    pty = pytest.importorskip("pty")
    shown, code = bytearray(), []

    def read(descriptor: int) -> bytes:
        shown.extend(data := os.read(descriptor, 4096))
        return data

    environment = {"NO_COLOR": "1", "COLUMNS": "80", "TERM": "xterm"}
    words = [sys.executable, "-m", "km2ipd", "run", "run/digitization.json", "--out", "tty"]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        code.append(pty.spawn(words, read))
    lines = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", bytes(shown)).decode().replace("\r", "\n").splitlines()
    assert code == [0] and any(line.startswith("Written: tty") for line in lines)
    assert max(map(len, lines)) <= 80
    assert not re.search(rb"\x1b\[[0-9;]*[1-9][0-9;]*m", bytes(shown).replace(b"\x1b[1m", b""))


def test_command_line_keeps_its_libraries_to_one_thread_unless_told_otherwise():
    program = "from km2ipd import cli; cli.main(['--version']); import cv2; print(cv2.getNumThreads())"
    for given, threads in (({}, "1"), ({"OPENCV_FOR_THREADS_NUM": "2"}, "2")):
        environment = {k: v for k, v in os.environ.items() if not k.endswith(("_THREADS", "_THREADS_NUM"))} | given
        said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
        assert said.stdout.split()[-1] == threads, said.stderr
