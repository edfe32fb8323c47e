"""Run the program on one spoilt file, inside this process, and look at what it did."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .cases import WRITING, Case
from .places import PLACES

MEMORY_LIMIT_MB = 2_000
HARD_LIMIT_MB = 6_000  # beyond this the process may not even ask: the machine is not to suffer
CPU_LIMIT_S = 60  # of the processor's own time, so that a busy machine makes no hang; the kernel ends the process
ALLOWED_EXITS = (0, 2, 3, 4)
LARGEST_HASHED_BYTES = 100_000_000
REFUSED = 2  # the exit code for an output folder that is taken
JOURNAL = ".km2ipd-batch.jsonl"
MINE = {"report.json": b"mine", "notes.txt": b"mine"}  # what a taken output folder holds


PROBLEMS = ("traceback", "hang", "memory", "escape", "overwritten", "half-written", "died")


@dataclass(frozen=True, slots=True)
class Finding:
    """problem: "" or one of PROBLEMS; detail: where. seconds: of the processor."""

    problem: str
    detail: str
    exit_code: int
    seconds: float


def set_limits() -> None:
    """Of a worker process."""
    resource.setrlimit(resource.RLIMIT_DATA, (HARD_LIMIT_MB * 2**20, resource.RLIM_INFINITY))


def run_case(case: Case, originals: Path) -> Finding:
    """The case in a folder of its own, three deep so that ../../x is seen, compared with what was there before."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        home = root / "a" / "b"
        shutil.copytree(originals, home / "given", ignore=shutil.ignore_patterns("out"))
        if case.taken:
            _fill(home / "out")
        arguments, most_bytes = _arguments(case, home)
        before = _contents(root)
        _forget_peak()
        start = _cpu_seconds()
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(sum(_own_times())) + CPU_LIMIT_S, hard))
        code, talk = _call(arguments, home, most_bytes)
        problem, detail = _judge(case, code, talk, before, root)
        return Finding(problem, detail, code, _cpu_seconds() - start)


def _fill(out: Path) -> None:
    out.mkdir()
    for name, content in MINE.items():
        (out / name).write_bytes(content)


def _own_times() -> tuple[float, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime, used.ru_stime


def _cpu_seconds() -> float:
    """Of this process and of those it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(_own_times()) + children.ru_utime + children.ru_stime


def _arguments(case: Case, home: Path) -> tuple[list[str], int]:
    """What is run, the spoilt file or place made ready; and the size at which writing fails (0: none)."""
    given = home / "given"
    if case.name in PLACES:
        scene = PLACES[case.name](home, given)
        return ["--debug", *scene.words], scene.most_bytes
    (given / case.name).write_bytes(case.data)
    places = [
        p if not p.startswith("{") else str(given / (case.name if p == "{file}" else p[1:-1])) for p in case.command
    ]
    return ["--debug", *places, *(["--out", str(home / "out")] if case.command[0] in WRITING else [])], 0


def _call(arguments: list[str], folder: Path, most_bytes: int) -> tuple[int, str]:
    """Exit code and what was said on stderr; the working folder is the case's own."""
    if (
        "batch" in arguments or most_bytes
    ):  # starts processes of its own, as a pool's worker may not; ends with its limit
        words = [sys.executable, "-m", "km2ipd", *arguments]

        def limit() -> None:
            if most_bytes:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, errors="replace", preexec_fn=limit)
        return done.returncode, done.stderr
    from km2ipd.cli import main

    talk, home = io.StringIO(), os.getcwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stderr(talk), contextlib.redirect_stdout(io.StringIO()):
            code = main(arguments)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException as error:
        import traceback

        code, text = 1, traceback.format_exc()
        talk.write(text or repr(error))
    finally:
        os.chdir(home)
    return code, talk.getvalue()


def _judge(case: Case, code: int, talk: str, before: dict[str, str], root: Path) -> tuple[str, str]:
    """The first thing that is wrong, and where."""
    if code not in ALLOWED_EXITS:
        return "traceback", _last_own_line(talk)
    after, out = _contents(root), str(Path("a", "b", "out"))
    if changed := sorted(p for p in before if after.get(p) != before[p]):
        return "overwritten", ", ".join(changed)[:200]
    strangers = sorted(
        p for p in after.keys() - before.keys() if case.taken or not (p + os.sep).startswith(out + os.sep)
    )
    if strangers:
        return "escape", ", ".join(strangers)[:200]
    if case.taken and code != REFUSED:
        return "overwritten", f"exit {code} though the output folder is taken"
    kept = (root / out / JOURNAL).exists()  # a batch that is broken off goes on in its folder
    if code not in (0, 4) and out not in before and (root / out).exists() and not kept:
        return "half-written", f"exit {code} and an output folder"
    if (peak := _peak_mb()) > MEMORY_LIMIT_MB:
        return "memory", f"{peak:.0f} MB"
    return "", ""


def _last_own_line(talk: str) -> str:
    """Innermost line of the package in a traceback, and the error."""
    lines = talk.strip().splitlines()
    own = [line.strip() for line in lines if line.strip().startswith("File ") and "site-packages" not in line]
    place = own[-1].split("/")[-2:] if own else []
    errors = [line for line in lines if line and not line.startswith((" ", "Traceback", "Error: a bug"))]
    return f"{'/'.join(place)}: {errors[-1] if errors else ''}"[:220].replace("\n", " ")


def _contents(root: Path) -> dict[str, str]:
    """Every path below with a hash of what it holds ("" for a folder)."""
    return {str(p.relative_to(root)): _fingerprint(p) if p.is_file() else "" for p in sorted(root.rglob("*"))}


def _fingerprint(path: Path) -> str:
    """Of what a file holds; of a very large one, its size and when it was changed."""
    about = path.stat()
    if about.st_size > LARGEST_HASHED_BYTES:
        return f"{about.st_size} {about.st_mtime_ns}"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _forget_peak() -> None:
    """Start the kernel's count of the largest memory anew (Linux; elsewhere the process's whole life counts)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> float:
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
