"""Run the program on one spoilt file, inside this process, and look at what it did."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .cases import Case

MEMORY_LIMIT_MB = 2_000
HARD_LIMIT_MB = 6_000  # beyond this the process may not even ask: the machine is not to suffer
ALLOWED_EXITS = (0, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Finding:
    """problem: "" or "traceback", "hang", "memory", "escape", "half-written", "died"; detail: where."""

    problem: str
    detail: str
    exit_code: int
    seconds: float


def set_limits() -> None:
    """Of a worker process."""
    resource.setrlimit(resource.RLIMIT_DATA, (HARD_LIMIT_MB * 2**20, resource.RLIM_INFINITY))


def run_case(case: Case, originals: Path) -> Finding:
    """The case in a folder of its own, compared with what the folder held before."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        given = root / "given"
        shutil.copytree(originals, given, ignore=shutil.ignore_patterns("out"))
        (given / case.name).write_bytes(case.data)
        before = _listing(root)
        _forget_peak()
        start = time.perf_counter()
        code, talk = _call(_arguments(case, given, root / "out"), root)
        seconds = time.perf_counter() - start
        problem, detail = _judge(code, talk, before, root)
        return Finding(problem, detail, code, seconds)


def _arguments(case: Case, given: Path, out: Path) -> list[str]:
    places = [
        p if not p.startswith("{") else str(given / (case.name if p == "{file}" else p[1:-1])) for p in case.command
    ]
    return ["--debug", *places, *(["--out", str(out)] if case.command[0] in ("run", "reconstruct") else [])]


def _call(arguments: list[str], folder: Path) -> tuple[int, str]:
    """Exit code and what was said on stderr; the working folder is the case's own."""
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


def _judge(code: int, talk: str, before: set[str], root: Path) -> tuple[str, str]:
    """The first thing that is wrong, and where."""
    if code not in ALLOWED_EXITS:
        return "traceback", _last_own_line(talk)
    strangers = {p for p in _listing(root) - before if p != "out" and not p.startswith("out" + os.sep)}
    if strangers:
        return "escape", ", ".join(sorted(strangers))[:200]
    if code not in (0, 4) and (root / "out").exists():
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


def _listing(root: Path) -> set[str]:
    return {str(p.relative_to(root)) for p in root.rglob("*")}


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
