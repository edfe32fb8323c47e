"""The progress of a batch on stderr: a bar with counts by status and the time left, or a line a figure."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .outcome import Outcome

Told = Callable[[Outcome, int, int], None]


@contextmanager
def told_on_stderr(quiet: bool) -> Iterator[Told]:
    """What is called after every figure: nothing when quiet, a bar on a terminal, else a line each."""
    if quiet:
        yield lambda outcome, done, total: None
    elif sys.stderr.isatty():
        with _bar() as told:
            yield told
    else:
        yield _line


def _line(outcome: Outcome, done: int, total: int) -> None:
    print(f"{done}/{total} {outcome.name}: {outcome.status} {outcome.message}".rstrip(), file=sys.stderr, flush=True)


@contextmanager
def _bar() -> Iterator[Told]:
    counts: Counter[str] = Counter()
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=None)

        def told(outcome: Outcome, done: int, total: int) -> None:
            counts[outcome.status] += 1
            words = ", ".join(f"{n} {status}" for status, n in sorted(counts.items()))
            progress.update(task, completed=done, total=total, description=words)

        yield told
