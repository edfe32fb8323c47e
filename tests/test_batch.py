"""Many figures: what there is to do, one that dies, interrupt and resume, the tables, a cluster."""

from __future__ import annotations

import csv
import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_work import misbehave, note_begin
from drawn_study import drawn_digitization, drawn_pixels, drawn_reading
from km2ipd import cli, study
from km2ipd.batch import pool
from km2ipd.batch.jobs import Job, find_jobs
from km2ipd.batch.outcome import JOURNAL_NAME, Journal, Outcome
from km2ipd.batch.pool import run_on_this_machine
from km2ipd.batch.run import run_batch
from km2ipd.batch.worker import give_memory_back
from km2ipd.errors import BadTable, OutputNotWritable, UsageError
from km2ipd.records import Caution, Reading


@pytest.fixture
def readings(tmp_path: Path) -> Path:
    """A manifest of five pivots, one of them damaged."""
    for i in range(5):
        doubt = () if i else (Caution("doubt", "look here", severity="review"),)
        panel = drawn_reading(printed=(), cautions=doubt)
        reading = Reading(
            study.pivot.as_saved(replace(drawn_digitization(panel), figure=f"fig{i}.png")),
            {"figure.png": drawn_pixels()},
        )
        files = study.digitized_files("0", reading, study.read_only_results(reading.digitization))
        study.write_files(tmp_path / "in" / f"r{i}", files)
    (tmp_path / "in" / "r4" / "digitization.json").write_text("{")
    rows = "".join(f"s{i},r{i}/digitization.json\n" for i in range(5))
    (tmp_path / "in" / "manifest.csv").write_text("name,figure\n" + rows)
    return tmp_path / "in" / "manifest.csv"


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# ---------------------------------------------------------------- what there is to do


def test_a_folder_is_searched_for_figures_and_study_files(tmp_path: Path) -> None:
    for name in (
        "a.png",
        "sub/b c.JPG",
        "sub/notes.txt",
        "x/figure.pdf",
        "x/other.png",
        ".hidden/c.png",
        "done/figure.png",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "x" / "study.toml").write_text('figure = "figure.pdf"\npage = 3\n')
    (tmp_path / "done" / "digitization.json").write_text("{}")
    (tmp_path / "link.png").symlink_to("/etc/hostname")
    (tmp_path / "-o.png").write_bytes(b"x")
    jobs = find_jobs(tmp_path, tmp_path / "out")
    assert {j.name: (j.figure.name, j.options) for j in jobs} == {
        "a": ("a.png", {}),
        "o": ("-o.png", {}),
        "sub_b_c": ("b c.JPG", {}),
        "x": ("figure.pdf", {"page": 3, "about": {"study file": "study.toml"}}),
    }


def test_every_kind_of_figure_in_a_folder_is_a_job(tmp_path: Path) -> None:
    for name in ("a.png", "b.JPG", "c.pdf", "d.svg", "e.svgz", "notes.txt"):
        (tmp_path / name).touch()
    assert [job.name for job in find_jobs(tmp_path, tmp_path / "out")] == ["a", "b", "c", "d", "e"]


def test_names_are_plain_and_apart(tmp_path: Path) -> None:
    for name in ("a b.png", "a_b.png", "A_B.jpg", "--.png", "ü数.png"):
        (tmp_path / name).write_bytes(b"x")
    names = [j.name for j in find_jobs(tmp_path, tmp_path / "out")]
    assert sorted(names) == ["A_B", "a_b-2", "a_b-3", "figure", "ü数"]
    assert all("/" not in n and not n.startswith((".", "-")) for n in names)


def test_names_no_one_expects_are_run_and_told_in_one_line(tmp_path: Path, capsys) -> None:
    """Bytes that are no text, 210 bytes of three each, a line break, the names of the batch's own tables."""
    names = (b"f\xff.png", "数".encode() * 70 + b".png", b"a\nb.png", b"index.html.png", b"summary.csv.svg", b"..png")
    (tmp_path / "in").mkdir()
    for name in names:
        with open(os.fsencode(tmp_path / "in") + b"/" + name, "wb") as handle:
            handle.write(b"no picture")
    assert cli.main(["batch", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--jobs", "1"]) == 3
    *told, error = capsys.readouterr().err.splitlines()
    assert len(told) == 5  # ..png is a hidden file
    assert "none of 5 figures could be read" in error and "summary.csv" in error
    with (tmp_path / "out" / "summary.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert sorted(r["name"] for r in rows) == ["a_b", "f", "index.html-2", "summary.csv-2", "数" * 66]
    assert {r["result"] for r in rows} == {"refused"}


def test_a_manifest_gives_options_by_column(tmp_path: Path) -> None:
    (tmp_path / "f.png").write_bytes(b"x")
    (tmp_path / "m.csv").write_text("figure;x_min;x_max;arms;page;panel\nf.png;0;36;Drug|Placebo;2;A\nf.png;;;3;;\n")
    first, second = find_jobs(tmp_path / "m.csv", tmp_path / "out")
    assert first.options == {"x_range": (0, 36), "arms": ("Drug", "Placebo"), "page": 2, "panel": "A"}
    assert (first.name, second.name, second.options) == ("f", "f-2", {"arms": 3})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("name\nx\n", "no column figure"),
        ("figure,colour\nf.png,red\n", 'unknown column "colour"'),
        ("figure\n" + "x" * 200_000 + "\n", "after line 1: field larger than"),
    ],
)
def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "m.csv").write_text(text)
    with pytest.raises(BadTable, match=named):
        find_jobs(tmp_path / "m.csv", tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("figure\nabsent.png\n", 'line 2: figure "absent.png" is no file'),
        ("figure\n" + "x" * 5000 + "\n", "is no file"),
        ("figure,x_min,x_max\nf.png,0,wide\n", '"wide" where a number is due'),
        ("figure,x_min,x_max\nf.png,5,0\n", "x_min is not below x_max"),
        ("figure,totals\nf.png,t.csv\n", 'totals "t.csv" is no file'),
        ("figure,page\nf.png,1.5\n", '"1.5" where 1, 2, 3 ... is due'),
        ("figure,arms\nf.png,21\n", "21 arms; give 1 to 20"),
        ("figure,arms\nf.png," + "9" * 5000 + "\n", "where a number is due"),
        ("figure\nbroken/study.toml\n", 'study.toml: unknown key "figur"'),
    ],
)
def test_a_wrong_row_of_a_manifest_costs_itself_alone(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "study.toml").write_text('figur = "f.png"\n')
    (tmp_path / "f.png").write_bytes(b"x")
    (tmp_path / "m.csv").write_text(text + "f.png\n")
    wrong, sound = find_jobs(tmp_path / "m.csv", tmp_path / "out")
    assert named in wrong.fault and sound.fault == "" and sound.figure == tmp_path / "f.png"


def test_a_broken_study_file_costs_its_own_figure_alone(readings: Path, tmp_path: Path) -> None:
    """It is named in both tables, its former result is gone, and mended it is run."""
    folder, out = readings.parent / "studies", tmp_path / "out"
    for name in ("one", "two"):
        (folder / name).mkdir(parents=True)
        (folder / name / "study.toml").write_text('figure = "../../r1/digitization.json"\n')
    assert [o.status for o in run_batch(folder, out)] == ["ok", "ok"]
    (folder / "one" / "study.toml").write_text("figure = [\n")
    told = []
    one, two = run_batch(folder, out, told=lambda o, d, t: told.append((o.name, d, t)))
    assert (one.status, two.status) == ("error", "ok") and "study.toml: not TOML" in one.message
    assert told == [("one", 2, 2)] and not (out / "one").exists()
    with (out / "summary.csv").open(newline="") as handle:
        rows = {row["name"]: row for row in csv.DictReader(handle)}
    assert rows["one"]["figure"] == "study.toml" and "not TOML" in rows["one"]["message"]
    assert "study.toml: not TOML" in (out / "index.html").read_text()
    (folder / "one" / "study.toml").write_text('figure = "../../r1/digitization.json"\n')
    assert [o.status for o in run_batch(folder, out)] == ["ok", "ok"]


def test_the_key_changes_with_content_and_options(tmp_path: Path) -> None:
    figure = tmp_path / "f.png"
    figure.write_bytes(b"one")
    job = Job("f", figure, {})
    first = job.key()
    assert replace(job, name="other").key() == first
    assert replace(job, options={"page": 2}).key() != first
    figure.write_bytes(b"two")
    assert job.key() != first


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no figure in it"):
        find_jobs(tmp_path, tmp_path / "out")


# ---------------------------------------------------------------- losing one, not all


def test_one_that_dies_hangs_or_hogs_memory_loses_itself_alone(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(pool, "PATIENCE", 3)
    names = ("fine1", "dies", "hangs", "waits", "hogs", "fine2", "fine3")
    jobs = [(Job(name, tmp_path / f"{name}.png", {}), "k") for name in names]
    done = run_on_this_machine(jobs, tmp_path, workers=2, seconds=3, memory_gb=1.5, work=misbehave)
    assert {o.name: o.status for o in done} == {
        "fine1": "ok",
        "dies": "crashed",
        "hangs": "timed out",
        "waits": "timed out",
        "hogs": "crashed",
        "fine2": "ok",
        "fine3": "ok",
    }


def test_the_largest_files_are_begun_first(tmp_path: Path) -> None:
    sizes = {"a": 10, "b": 3000, "c": 200}
    for name, size in sizes.items():
        (tmp_path / name).write_bytes(bytes(size))
    jobs = [(Job(name, tmp_path / name, {}), "k") for name in ("gone", *sizes)]
    done = run_on_this_machine(jobs, tmp_path, workers=1, seconds=60, memory_gb=1.5, work=note_begin)
    assert len(list(done)) == 4
    assert (tmp_path / "begun.txt").read_text().split() == ["b", "c", "a", "gone"]


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"),
    reason="only glibc gives memory back on demand",
)
def test_what_is_free_goes_back_to_the_system() -> None:
    pieces = [bytes(100_000) for _ in range(1500)]
    kept = pieces[-1]
    del pieces
    before = resident_mb()
    give_memory_back()
    assert len(kept) and resident_mb() < before - 100


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="workers are found through /proc")
def test_no_worker_outlives_a_batch_that_is_killed(tmp_path: Path) -> None:
    """Not even one whose figure never ends: the same command may run again at once."""
    words = "from pathlib import Path; from batch_work import misbehave; from km2ipd.batch.jobs import Job; "
    words += "from km2ipd.batch.pool import run_on_this_machine as run; here = Path('.'); "
    words += "list(run([(Job('waits', here, {}), 'k')], here, workers=1, seconds=600, memory_gb=2, work=misbehave))"
    paths = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen([sys.executable, "-c", words], cwd=tmp_path, env=os.environ | {"PYTHONPATH": paths}) as batch:
        workers = soon(lambda: children(batch.pid))
        soon(lambda: (tmp_path / "waits").exists())
        batch.kill()
    assert soon(lambda: not any(is_alive(pid) for pid in workers))


def children(pid: int) -> list[str]:
    """The workers of a process, without the helper that clears shared memory away."""
    found = [n for task in Path(f"/proc/{pid}/task").iterdir() for n in (task / "children").read_text().split()]
    return [n for n in found if b"spawn_main" in (Path("/proc") / n / "cmdline").read_bytes()]


def is_alive(pid: str) -> bool:
    try:
        return (Path("/proc") / pid / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def soon(true: Callable[[], Any]) -> Any:
    """What true() says when it says something, or at the end of a minute."""
    end = time.monotonic() + 60
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def test_what_cannot_be_put_into_its_folder_loses_itself_alone(readings: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "s1" / "ipd.csv").mkdir(parents=True)
    Journal(tmp_path / "out").start([])
    outcomes = run_batch(readings, tmp_path / "out")
    assert [o.status for o in outcomes] == ["review", "error", "ok", "ok", "error"]


def test_a_batch_with_a_damaged_figure_finishes(readings: Path, tmp_path: Path, capsys) -> None:
    assert cli.main(["batch", str(readings), "--out", str(tmp_path / "out"), "--jobs", "2"]) == 0
    shown = capsys.readouterr()
    assert "5 figures: 3 ok, 1 review, 1 error" in shown.out and len(shown.err.splitlines()) == 5
    with (tmp_path / "out" / "summary.csv").open(newline="") as handle:
        rows = {r["name"]: r for r in csv.DictReader(handle)}
    assert rows["s1"]["result"] == "ok" and float(rows["s1"]["hr"]) > 1
    assert rows["s4"]["result"] == "error" and "digitization.json" in rows["s4"]["message"]
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("data:image/jpeg") == 4 and 'href="s1/report.html"' in page and "http" not in page


# ---------------------------------------------------------------- interrupt and resume


def interrupted_after(count: int):
    def told(outcome: Outcome, done: int, total: int) -> None:
        nonlocal count
        count -= 1
        if count == 0:
            raise KeyboardInterrupt

    return told


def test_interrupted_twice_and_resumed_gives_the_files_of_one_run(readings: Path, tmp_path: Path) -> None:
    run_batch(readings, tmp_path / "whole")
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run_batch(readings, tmp_path / "parts", told=interrupted_after(1))
    begun = []
    run_batch(readings, tmp_path / "parts", told=lambda o, d, t: begun.append(o.name))
    assert len(begun) == 3
    assert tree(tmp_path / "parts") == tree(tmp_path / "whole")


def test_only_what_changed_is_run_again(readings: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_batch(readings, out)
    pivot = readings.parent / "r2" / "digitization.json"
    pivot.write_text(pivot.read_text().replace('"fig2.png"', '"renamed.png"'))
    begun = []
    run_batch(readings, out, told=lambda o, d, t: begun.append(o.name))
    # s4 is damaged: what failed is tried again.
    assert sorted(begun) == ["s2", "s4"]
    assert "renamed.png" in (out / "s2" / "report.json").read_text()


def test_a_figure_that_is_gone_takes_its_folder_with_it(readings: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_batch(readings, out)
    readings.write_text("name,figure\ns1,r1/digitization.json\n")
    run_batch(readings, out)
    assert sorted(p.name for p in out.iterdir()) == [JOURNAL_NAME, "index.html", "s1", "summary.csv"]


def test_a_run_killed_while_writing_leaves_nothing_half_written(readings: Path, tmp_path: Path) -> None:
    """What a kill leaves, a folder of files put together but not moved, is gone after the same command again."""
    out = tmp_path / "out"
    run_batch(readings, out)
    whole = tree(out)
    for place in (out, out / "s1"):
        (place / ".km2ipd-stage-abc").mkdir()
        (place / ".km2ipd-stage-abc" / "ipd.csv").write_text("half")
    (out / "s1" / "report.json").unlink()
    run_batch(readings, out)
    assert tree(out) == whole


def test_a_journal_cut_short_by_a_kill_is_read_up_to_there(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.add(Outcome("a", "a.png", "k", "ok"))
    with journal.path.open("ab") as handle:
        handle.write(b'{"name": "b", "fig')
    assert list(journal.read()) == ["a"]


def test_a_journal_that_was_spoilt_is_said(readings: Path, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "out")
    (tmp_path / "out").mkdir()
    journal.path.write_bytes(b'{"name": "\xe6"}\n{}\n')
    with pytest.raises(UsageError, match="line 1 is no outcome"):
        run_batch(readings, tmp_path / "out")


@pytest.mark.parametrize("name", ["../elsewhere", "/etc", "..", ".hidden", "a/b", "a\0b"])
def test_a_journal_cannot_lead_out_of_the_folder(readings: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "ipd.csv").write_text("mine")
    (tmp_path / "out").mkdir()
    Journal(tmp_path / "out").start([Outcome(name, "a.png", "k", "ok")])
    with pytest.raises(UsageError, match="no plain name"):
        run_batch(readings, tmp_path / "out")
    assert (tmp_path / "elsewhere" / "ipd.csv").read_text() == "mine"


def test_other_peoples_folders_are_refused(readings: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(OutputNotWritable, match="other files"):
        run_batch(readings, tmp_path / "out")
    run_batch(readings, tmp_path / "out", force=True)
    assert (tmp_path / "out" / "thesis.txt").read_text() == "mine"


# ---------------------------------------------------------------- a cluster


def test_a_cluster_of_two_workers_one_of_them_killed(readings: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    processes = []
    address = f"file://{tmp_path / 'scheduler.json'}"
    try:
        scheduler = ["distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file"]
        worker = ["distributed.cli.dask_worker", "--no-nanny", "--nthreads", "1", "--no-dashboard", "--scheduler-file"]
        for command in (scheduler, worker, worker):
            words = [sys.executable, "-m", *command, address.removeprefix("file://")]
            processes.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        tcp = scheduler_address(tmp_path / "scheduler.json")
        outcomes = run_batch(
            readings, tmp_path / "out", scheduler=tcp, told=lambda o, d, t: processes[2].kill() if d == 1 else None
        )
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()
    assert [o.status for o in outcomes] == ["review", "ok", "ok", "ok", "error"]
    run_batch(readings, tmp_path / "local")
    assert tree(tmp_path / "out") == tree(tmp_path / "local")


def scheduler_address(path: Path) -> str:
    import json

    for _ in range(200):
        if path.exists() and path.stat().st_size:
            return json.loads(path.read_text())["address"]
        time.sleep(0.1)
    raise AssertionError("the scheduler did not start")


def test_a_scheduler_that_does_not_answer_is_said(readings: Path, tmp_path: Path, monkeypatch) -> None:
    pytest.importorskip("distributed")
    from km2ipd.batch import cluster

    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(UsageError, match="no answer"):
        run_batch(readings, tmp_path / "out", scheduler="tcp://127.0.0.1:9")
