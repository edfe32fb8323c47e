"""How long a run takes and how much memory it needs."""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import numpy as np

from benchmarks.measures import Score

REPEATS = 5


def measure_speed(scores: list[Score], jobs: int) -> str:
    """A Markdown table: seconds of the runs made, of `--help` and of the import; the peak memory."""
    seconds = [s.seconds for s in scores]
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    help_s = _best_of([sys.executable, "-m", "km2ipd", "--help"])
    import_s = _best_of([sys.executable, "-c", "import km2ipd"])
    rows = (
        (f"a figure, all outputs, {jobs} at a time: median", f"{np.median(seconds):.2f} s"),
        ("90%", f"{np.quantile(seconds, 0.9):.2f} s"),
        ("longest", f"{max(seconds):.2f} s"),
        ("km2ipd --help", f"{help_s:.2f} s"),
        ("import km2ipd", f"{import_s:.2f} s"),
        ("largest memory of any run", f"{peak_mb:.0f} MB"),
    )
    return "\n".join(["## Speed\n", "| what | measured |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)]) + "\n"


def _best_of(command: list[str]) -> float:
    """Shortest of a few runs: what the machine can do when nothing else runs."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    return min(times)
