"""Run a folder of figures as a batch, undisturbed and interrupted, with one worker and with two.

    python -m benchmarks.batches FIGURES --work WORK [--jobs 2] [--speed 24]

1. One undisturbed run, the memory of its workers measured after every figure.
2. A run into another folder, stopped by SIGINT after a quarter of the figures, repeated and killed (the parent alone,
   SIGKILL) after another third, then repeated to its end. Both folders must be the same, byte for byte.
3. The first figures again, by one worker and by two: seconds by the clock and of the processor.

Writes benchmarks/results/batches.md; the exit code is 1 when a figure was lost, a folder half-written, a worker
left behind or a file differs. Figures that WORK holds already are not done again, as the program has it.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import tempfile
from pathlib import Path

import numpy as np

from .watched import Run, differences, half_written, run_batch

FIGURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".gif", ".pdf", ".svg"}
MEMORY_ROWS = 10
INTERRUPTED, KILLED = 130, -signal.SIGKILL
TABLE = Path(__file__).parent / "results" / "batches.md"


def interrupt_twice(source: Path, out: Path, jobs: int, count: int) -> tuple[list[Run], list[str]]:
    """The three runs, and what went wrong in them."""
    runs, wrong = [], []
    stops = ((max(1, count // 4), signal.SIGINT), (max(1, count // 3), signal.SIGKILL), None)
    for stop, expected in zip(stops, (INTERRUPTED, KILLED, 0), strict=True):
        run = run_batch(source, out, jobs, stop=stop)
        runs.append(run)
        if run.exit_code != expected:
            wrong.append(f"exit code {run.exit_code} where {expected} was due")
        wrong += [f"worker {pid} outlived its batch" for pid in run.orphans]
        if stop is None or stop[1] != signal.SIGKILL:  # after a kill the next run clears up
            wrong += [f"half-written: {name}" for name in half_written(out)]
    return runs, wrong


def memory_table(run: Run) -> list[str]:
    """Memory of the workers along a run, by tenths of it."""
    lines = ["| figures done | MB resident of a worker: median | largest |", "|---|---|---|"]
    for part in np.array_split(np.arange(len(run.memory)), min(MEMORY_ROWS, len(run.memory))):
        sizes = [size for i in part for size in run.memory[i][1]]
        if sizes:
            first, last = run.memory[part[0]][0], run.memory[part[-1]][0]
            lines.append(f"| {first} to {last} | {np.median(sizes):.0f} | {max(sizes):.0f} |")
    return lines


def speed_table(figures: Path, work: Path) -> list[str]:
    """The same figures by one worker and by two."""
    runs = {jobs: run_batch(figures, work / f"speed{jobs}", jobs) for jobs in (1, 2)}
    lines = ["| workers | figures | seconds | processor seconds a figure | times as fast |", "|---|---|---|---|---|"]
    for jobs, run in runs.items():
        gain = runs[1].seconds / run.seconds
        lines.append(f"| {jobs} | {run.figures} | {run.seconds:.1f} | {run.work / run.figures:.2f} | {gain:.2f} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", type=Path, help="folder of figures")
    parser.add_argument("--work", type=Path, help="where the runs go  [default: a folder that is deleted]")
    parser.add_argument("--jobs", type=int, default=2, help="workers (default: %(default)s)")
    parser.add_argument("--speed", type=int, default=24, help="figures to be timed, 0 for none (default: %(default)s)")
    parser.add_argument("--table", type=Path, default=TABLE)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        raise SystemExit(measure(args.figures, args.work or Path(folder), args.jobs, args.speed, args.table))


def measure(source: Path, work: Path, jobs: int, timed: int, table: Path) -> int:
    """All of it, and the exit code."""
    whole = run_batch(source, work / "whole", jobs)
    count = sum(1 for _ in (work / "whole").glob("*/report.html"))
    runs, wrong = interrupt_twice(source, work / "parts", jobs, whole.figures or count)
    wrong += [f"undisturbed: exit code {whole.exit_code}"] if whole.exit_code else []
    wrong += [f"differs: {name}" for name in differences(work / "whole", work / "parts")]
    summary = (work / "whole" / "summary.csv").read_text()
    wrong += ["a figure was lost"] if any(f",{lost}," in summary for lost in ("crashed", "timed out", "error")) else []
    ends = ", ".join(str(run.figures) for run in runs)
    lines = [
        "# Batches\n",
        f"{whole.figures} figures by {jobs} workers, undisturbed: {whole.seconds:.0f} s by the clock, "
        f"{whole.work:.0f} s of the processor. The same, interrupted (SIGINT), killed (SIGKILL) and finished: {ends} "
        "figures a run. Seconds by the clock are those of a machine with other work.\n",
        f"What went wrong: {'; '.join(wrong) or 'nothing; both folders are the same, byte for byte'}.\n",
        "## Memory\n",
        *memory_table(whole),
    ]
    if timed:
        lines += ["\n## Speed\n", *speed_table(_first_figures(source, work / "timed", timed), work)]
    table.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    return 1 if wrong else 0


def _first_figures(source: Path, folder: Path, count: int) -> Path:
    """Copies of the first figures, in order of name."""
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(p for p in source.rglob("*") if p.suffix.lower() in FIGURES)
    for number, path in enumerate(found[:count]):
        shutil.copy(path, folder / f"{number:03d}{path.suffix}")
    return folder


if __name__ == "__main__":
    main()
