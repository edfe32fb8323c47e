"""One job in a worker process: run it, write its folder, say what came of it."""

from __future__ import annotations

import ctypes
import math
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from ..errors import DigitizeError, Km2ipdError
from ..study import clear_results, run_figure, write_files
from ..threads import SINGLE_THREADED
from .jobs import Job
from .outcome import Outcome, summary_rows, worst_status

Work = Callable[[Job, Path, str], Outcome]


def prepare_worker(memory_gb: float) -> None:
    """Called once in a new worker: no keyboard interrupt, no life of its own, one thread, bounded memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(SINGLE_THREADED)
    limit_memory(memory_gb)
    import cv2

    cv2.setNumThreads(1)


def _end_with_parent() -> None:
    """End this process when its batch is gone, however that ended: the next run of it may be at the same figure."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def limit_memory(gigabytes: float) -> None:
    """Bound this process's memory where the system can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    bound = int(gigabytes * 1e9)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (bound if hard < 0 else min(bound, hard), hard))


def limit_time(seconds: float) -> None:
    """End this process when it has worked for so long from now on, where the system can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    bound = math.ceil(used.ru_utime + used.ru_stime + seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (bound if hard < 0 else min(bound, hard), hard))


def run_in_time(work: Work, seconds: float, job: Job, out: Path, key: str) -> Outcome:
    """work(job, out, key), this process ended when it takes more seconds of the processor."""
    limit_time(seconds)
    return work(job, out, key)


def give_memory_back() -> None:
    """Return what is free to the system, where its C library can be asked to (glibc).

    Left alone it keeps the gaps between what still stands: 170 MB after 70 figures, and more after larger ones.
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # musl, macOS; Windows has no program to look in
        return
    trim(0)


def run_job(job: Job, out: Path, key: str) -> Outcome:
    """Run one figure into its folder below out; every error of the figure's becomes an outcome."""
    try:
        return _outcome_of(job, out, key)
    finally:
        give_memory_back()


def _outcome_of(job: Job, out: Path, key: str) -> Outcome:
    folder = out / job.name
    try:
        clear_results(folder)
        _, results, files = run_figure(job.figure, **job.options)
        write_files(folder, files, force=True)
    except DigitizeError as refused:
        return Outcome(job.name, job.figure.name, key, "refused", str(refused))
    except Km2ipdError as error:
        return Outcome(job.name, job.figure.name, key, "error", str(error))
    except MemoryError:
        return Outcome(job.name, job.figure.name, key, "crashed", "out of memory")
    except Exception as bug:
        what = " ".join(f"{type(bug).__name__}: {bug}".split())[:300]
        return Outcome(job.name, job.figure.name, key, "error", f"a bug of km2ipd: {what}")
    rows = summary_rows(results)
    return Outcome(job.name, job.figure.name, key, worst_status(rows), "", rows)
