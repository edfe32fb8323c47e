"""A whole batch: find its jobs, leave out what is done, run the rest, write summary.csv and index.html."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from ..errors import OutputNotWritable
from ..study import clear_results, clear_stages, write_files
from .cluster import run_on_cluster
from .index import index_html, summary_csv
from .jobs import Job, find_jobs
from .outcome import JOURNAL_NAME, Journal, Outcome
from .pool import run_on_this_machine

# Told after every figure: outcomes by status so far, how many there are to do, how many were done before.
Told = Callable[[Outcome, int, int], None]


def run_batch(
    source: Path,
    out: Path,
    *,
    workers: int = 1,
    seconds: float = 120.0,
    memory_gb: float = 2.0,
    scheduler: str | None = None,
    force: bool = False,
    told: Told = lambda outcome, done, total: None,
) -> tuple[Outcome, ...]:
    """Run every figure of a folder or manifest into its own folder below out, and the tables of them all.

    What an earlier run into out has done, from the same files, options and version, is not done again. Raises
    OutputNotWritable when out holds other files than a batch's, unless force.
    """
    jobs = find_jobs(source, out)
    journal = open_journal(out, force)
    before = journal.read()
    clear_stages(out)
    keys = {job.name: job.key() for job in jobs}
    kept = {j.name: before[j.name] for j in jobs if _is_done(j, keys[j.name], before, out)}
    for name in before.keys() - keys.keys():  # figures that are no longer there
        clear_results(out / name)
    journal.start(kept.values())
    due = [(job, keys[job.name]) for job in jobs if job.name not in kept]
    outcomes = dict(kept)
    broken = [(job, key) for job, key in due if job.fault]
    sound = [(job, key) for job, key in due if not job.fault]
    running: Iterator[Outcome] = iter(())
    if sound and scheduler:
        running = run_on_cluster(sound, out, scheduler)
    elif sound:
        running = run_on_this_machine(sound, out, workers=workers, seconds=seconds, memory_gb=memory_gb)
    for outcome in chain((_not_begun(job, key, out) for job, key in broken), running):
        outcomes[outcome.name] = outcome
        journal.add(outcome)
        told(outcome, len(outcomes), len(jobs))
    ordered = tuple(outcomes[job.name] for job in jobs)
    journal.start(ordered)
    tables = {"summary.csv": summary_csv(ordered), "index.html": index_html(ordered, out)}
    write_files(out, {name: text.encode() for name, text in tables.items()}, force=True)
    return ordered


def open_journal(out: Path, force: bool) -> Journal:
    """The journal of the output folder, made when the folder is new or empty.

    Raises OutputNotWritable for a folder of other people's files.
    """
    if out.exists() and not out.is_dir():
        raise OutputNotWritable(f"{out}: a file stands where the output folder should be")
    if out.is_dir() and not (out / JOURNAL_NAME).is_file() and any(out.iterdir()) and not force:
        raise OutputNotWritable(
            f"{out}: holds other files than a batch's", "Give another folder with --out, or --force."
        )
    journal = Journal(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not journal.path.exists():
            journal.start(())
    except OSError as reason:
        raise OutputNotWritable(f"{out}: {reason.strerror or reason}") from None
    return journal


def _not_begun(job: Job, key: str, out: Path) -> Outcome:
    """The end of a job that is broken before it is run; what it left when it was sound is cleared away."""
    clear_results(out / job.name)
    return Outcome(job.name, job.figure.name, key, "error", job.fault)


def _is_done(job: Job, key: str, before: dict[str, Outcome], out: Path) -> bool:
    """Whether an earlier run has this result already; lost figures are tried again."""
    outcome = before.get(job.name)
    if outcome is None or outcome.key != key or outcome.status in {"crashed", "timed out", "error"}:
        return False
    return outcome.status == "refused" or (out / job.name / "report.json").is_file()
