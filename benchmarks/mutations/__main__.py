"""Throw spoilt files at the program and count what must never happen.

    python -m benchmarks.mutations [--count 5000] [--seed 1] [--kinds svg,curves.csv]

A case is bad when the program reports a bug of its own (a traceback), takes over 60 s of the processor (or ten
minutes by the clock), needs over 2 GB, writes outside its output folder, changes a file that was there, leaves a
half-written folder, or dies. One case in TAKEN_EVERY finds its output folder taken, without --force. The cases run
inside worker processes that import the program once. Writes benchmarks/results/mutations.md; the exit code is 1
when any case was bad.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import TimeoutError as TookTooLong
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from .attack import CPU_LIMIT_S, PROBLEMS, Finding, run_case, set_limits
from .cases import Case, make_originals, spoilt_files
from .hostile import SLOW

CLOCK_LIMIT_S = 600  # for a process that waits instead of working
TOLD_EVERY = 250
CASES_PER_WORKER = 200  # a fresh process now and then, so that one case's memory is not another's


def run_all(cases: list[Case], originals: Path, jobs: int) -> Iterator[tuple[Case, Finding]]:
    """Each case with what was found, in order."""
    with ProcessPool(jobs, max_tasks=CASES_PER_WORKER, initializer=set_limits) as pool:
        futures = [pool.schedule(run_case, args=(case, originals), timeout=CLOCK_LIMIT_S) for case in cases]
        for case, future in zip(cases, futures, strict=True):
            try:
                yield case, future.result()
            except TookTooLong:
                yield case, Finding("hang", f"over {CLOCK_LIMIT_S} s by the clock", -1, float(CLOCK_LIMIT_S))
            except ProcessExpired as error:
                if error.exitcode == -signal.SIGXCPU:
                    yield case, Finding("hang", f"over {CPU_LIMIT_S} s", -1, float(CPU_LIMIT_S))
                else:
                    yield case, Finding("died", f"exit code {error.exitcode}", -1, 0.0)


def as_tables(results: list[tuple[Case, Finding]]) -> str:
    """Counts by kind of file, then every distinct problem with an example."""
    kinds: dict[str, list[Finding]] = defaultdict(list)
    problems: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for case, found in results:
        kinds[case.kind].append(found)
        if found.problem:
            problems[(case.kind, found.problem, found.detail)].append(case.mutation)
    lines = [
        "# Spoilt files\n",
        f"{len(results)} cases, {sum(case.taken for case, _ in results)} of them with a taken output folder. Seconds "
        "are of the processor.\n",
        "| file | cases | " + " | ".join(PROBLEMS) + " | exit codes | longest |",
        "|" + "---|" * (len(PROBLEMS) + 4),
    ]
    for kind, found in kinds.items():
        counts = Counter(f.problem for f in found)
        codes = ", ".join(f"{c}: {n}" for c, n in sorted(Counter(f.exit_code for f in found).items()))
        cells = (kind, len(found), *(counts[n] for n in PROBLEMS), codes, f"{max(f.seconds for f in found):.1f} s")
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines += ["\n## Problems\n", "| file | problem | where | cases | by |", "|---|---|---|---|---|"]
    for (kind, problem, detail), by in sorted(problems.items(), key=lambda item: -len(item[1])):
        lines.append(
            f"| {kind} | {problem} | {detail.replace('|', ' ')} | {len(by)} | {', '.join(sorted(set(by))[:4])} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000, help="mutated files (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--kinds", default="", help="only these kinds of file, by commas")
    parser.add_argument("--quick", action="store_true", help="leave out the hostile files that take seconds")
    parser.add_argument("--keep", type=Path, help="write the bad files into this folder")
    parser.add_argument("--table", type=Path, default=Path(__file__).parent.parent / "results" / "mutations.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        originals = make_originals(Path(folder))
        wanted = set(args.kinds.split(",")) - {""}
        cases = [c for c in spoilt_files(originals, args.count, args.seed) if not wanted or c.kind in wanted]
        cases = [c for c in cases if not (args.quick and c.name in SLOW)]
        results = []
        for number, (case, found) in enumerate(run_all(cases, Path(folder), args.jobs)):
            results.append((case, found))
            if number % TOLD_EVERY == 0:
                print(f"{number} of {len(cases)}", file=sys.stderr, flush=True)
                _write_table(args.table, results)  # what an interrupted run leaves
            if found.problem:
                print(
                    f"{number:5d} {case.kind:18s} {case.mutation:24s} {found.problem}: {found.detail}", file=sys.stderr
                )
                _keep(case, number, args.keep)
    _write_table(args.table, results)
    print(as_tables(results).split("\n## ")[0])
    raise SystemExit(1 if any(found.problem for _, found in results) else 0)


def _write_table(table: Path, results: list[tuple[Case, Finding]]) -> None:
    table.parent.mkdir(parents=True, exist_ok=True)
    table.write_text(as_tables(results))


def _keep(case: Case, number: int, folder: Path | None) -> None:
    if folder is not None:
        place = folder / f"{number:05d}"
        place.mkdir(parents=True, exist_ok=True)
        (place / case.name).write_bytes(case.data)


if __name__ == "__main__":
    main()
