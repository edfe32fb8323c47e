"""A batch of the installed program, watched from outside (Linux): its progress, its workers, what it leaves."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

# A worker notices that its batch is gone at once; a slow machine may take a while to clear it away.
GONE_WITHIN_S = 60.0
JOURNAL = ".km2ipd-batch.jsonl"


@dataclass(slots=True)
class Run:
    """One run of the command. seconds by the clock; work: seconds of the processor, of all its processes.

    memory: (figures done, MB resident of each worker) after every figure. orphans: workers that outlived it.
    """

    exit_code: int = 0
    figures: int = 0
    seconds: float = 0.0
    work: float = 0.0
    memory: list[tuple[int, tuple[float, ...]]] = field(default_factory=list)
    orphans: list[int] = field(default_factory=list)


def run_batch(source: Path, out: Path, jobs: int, *, stop: tuple[int, signal.Signals] | None = None) -> Run:
    """`km2ipd batch`, left alone or sent a signal after so many figures; returns when all its processes are gone."""
    words = [sys.executable, "-m", "km2ipd", "batch", str(source), "--out", str(out), "--jobs", str(jobs)]
    run, workers = Run(), set[tuple[int, int]]()
    start, before = time.perf_counter(), _work_of_children()
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, **pipes, preexec_fn=_hear_interrupts) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "/" not in line.partition(" ")[0]:  # "Interrupted."
                continue
            run.figures += 1
            children = _children(process.pid)
            workers.update(children)
            sizes = tuple(sorted(_resident_mb(pid) for pid, _ in children))
            run.memory.append((run.figures, sizes))
            if stop and run.figures == stop[0]:
                process.send_signal(stop[1])
    run.exit_code, run.seconds = process.returncode, time.perf_counter() - start
    run.work = _work_of_children() - before
    _wait_until(lambda: not any(_alive(w) for w in workers), GONE_WITHIN_S)
    run.orphans = [pid for pid, born in workers if _alive((pid, born))]
    return run


def _hear_interrupts() -> None:
    """A shell has what it starts in the background ignore SIGINT, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def half_written(out: Path) -> list[str]:
    """Folders of figures without their report, and what was being put together."""
    folders = [p for p in sorted(out.iterdir()) if p.is_dir()]
    stages = [p for p in out.rglob(".km2ipd-stage-*")]
    return [p.name for p in folders if p not in stages and not (p / "report.html").is_file()] + [
        str(p.relative_to(out)) for p in stages
    ]


def differences(one: Path, other: Path) -> list[str]:
    """Files that are not the same, byte for byte, in both folders."""
    first, second = ({p.relative_to(top): p for p in top.rglob("*") if p.is_file()} for top in (one, other))
    alone = first.keys() ^ second.keys()
    changed = [n for n in first.keys() & second.keys() if first[n].read_bytes() != second[n].read_bytes()]
    return sorted(map(str, [*alone, *changed]))


def _children(pid: int) -> list[tuple[int, int]]:
    """The workers of a process, each with the moment it was born, since numbers are given again."""
    try:  # a worker that replaces another is the child of another thread
        numbers = [n for task in Path(f"/proc/{pid}/task").iterdir() for n in (task / "children").read_text().split()]
    except OSError:
        return []
    return [(int(n), born) for n in numbers if (born := _born(int(n))) and _is_worker(int(n))]


def _is_worker(pid: int) -> bool:
    """Not the helper that multiprocessing starts to clear shared memory away."""
    try:
        return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _born(pid: int) -> int:
    """Start of a process in clock ticks since boot, 0 when it is gone or dead."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] in "ZX" else int(fields[19])


def _alive(worker: tuple[int, int]) -> bool:
    return _born(worker[0]) == worker[1]


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _work_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _wait_until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.2)
