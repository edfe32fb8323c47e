"""Throw spoilt files at the program and count what must never happen.

    python -m benchmarks.mutations [--count 5000] [--seed 1] [--kinds svg,curves.csv] [--done FILE]

A case is bad when the program reports a bug of its own (a traceback), takes over 60 s of the processor (or ten
minutes by the clock), needs over 2 GB, writes outside its output folder, changes a file that was there, leaves a
half-written folder, or dies. One case in TAKEN_EVERY finds its output folder taken, without --force. The cases run
inside worker processes that import the program once. Writes benchmarks/results/mutations.md; the exit code is 1
when any case was bad. With --done what was found is kept in a file, case by case, and a run that was broken off goes
on where it was, as long as the code is the same.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import signal
import subprocess
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

ROOT = Path(__file__).resolve().parent.parent.parent
CLOCK_LIMIT_S = 600  # for a process that waits instead of working
TOLD_EVERY = 250
CODE = {".py", ".jinja", ".css", ".json", ".cfg", ".toml"}
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


def code_state() -> tuple[str, str]:
    """The last commit in words, and a hash of all code and templates of the checkout as they are now."""
    said = subprocess.run(["git", "log", "-1", "--format=%s"], cwd=ROOT, capture_output=True, text=True, check=False)
    digest = hashlib.sha256()
    for path in sorted(p for p in ROOT.rglob("*") if p.suffix in CODE and ".venv" not in p.parts):
        digest.update(path.read_bytes())
    return said.stdout.strip() or "a copy without its history", digest.hexdigest()[:12]


class Done:
    """What an earlier run of the same cases on the same code found, in a file with a line for each case."""

    def __init__(self, path: Path | None, of: dict[str, str | int]) -> None:
        self.path, self.found = path, dict[int, Finding]()
        if path is None:
            return
        if not path.exists():
            path.write_text(json.dumps(of) + "\n")
        first, *lines = path.read_text().splitlines()
        if json.loads(first) != of:
            raise SystemExit(f"{path}: of other cases or other code: {first}")
        whole = [line for line in lines if line.endswith("]")]  # a line cut off by the end of a run is done again
        path.write_text("\n".join([first, *whole]) + "\n")
        for line in whole:
            number, *values = json.loads(line)
            self.found[number] = Finding(*values)

    def of(self, cases: list[Case]) -> list[tuple[Case, Finding]]:
        return [(case, self.found[number]) for number, case in enumerate(cases) if number in self.found]

    def add(self, number: int, found: Finding) -> None:
        self.found[number] = found
        if self.path is not None:
            with self.path.open("a") as handle:
                handle.write(json.dumps([number, *dataclasses.astuple(found)]) + "\n")


def as_tables(results: list[tuple[Case, Finding]]) -> str:
    """Counts by kind of file, then every distinct problem with an example."""
    kinds: dict[str, list[Finding]] = defaultdict(list)
    problems: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for case, found in results:
        kinds[case.kind].append(found)
        if found.problem:
            problems[(case.kind, found.problem, found.detail)].append(case.mutation)
    said, state = code_state()
    lines = [
        "# Spoilt files\n",
        f"{len(results)} cases, {sum(case.taken for case, _ in results)} of them with a taken output folder. Seconds "
        f'are of the processor. All on one state of the code (hash {state}), that of the commit "{said}".\n',
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
    parser.add_argument("--done", type=Path, help="what was found so far, to go on after an interruption")
    parser.add_argument("--keep", type=Path, help="write the bad files into this folder")
    parser.add_argument("--table", type=Path, default=Path(__file__).parent.parent / "results" / "mutations.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        originals = make_originals(Path(folder))
        wanted = set(args.kinds.split(",")) - {""}
        cases = [c for c in spoilt_files(originals, args.count, args.seed) if not wanted or c.kind in wanted]
        cases = [c for c in cases if not (args.quick and c.name in SLOW)]
        of = {"seed": args.seed, "count": args.count, "cases": len(cases), "kinds": args.kinds, "code": code_state()[1]}
        done = Done(args.done, of)
        _run_what_is_left(cases, done, Path(folder), args)
    results = done.of(cases)
    _write_table(args.table, results)
    print(as_tables(results).split("\n## ")[0])
    raise SystemExit(1 if any(found.problem for _, found in results) else 0)


def _run_what_is_left(cases: list[Case], done: Done, originals: Path, args: argparse.Namespace) -> None:
    left = [number for number in range(len(cases)) if number not in done.found]
    found_now = run_all([cases[number] for number in left], originals, args.jobs)
    for number, (case, found) in zip(left, found_now, strict=True):
        done.add(number, found)
        if number % TOLD_EVERY == 0:
            print(f"{number} of {len(cases)}", file=sys.stderr, flush=True)
            _write_table(args.table, done.of(cases))  # what an interrupted run leaves
        if found.problem:
            words = f"{number:5d} {case.kind:18s} {case.mutation:24s} {found.problem}: {found.detail}"
            print(words, file=sys.stderr, flush=True)
            _keep(case, number, args.keep)


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
