"""The progress of a batch on a terminal: a bar, counts by status, time left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .outcome import Outcome


@contextmanager
def batch_bar() -> Iterator[Callable[[Outcome, int, int], None]]:
    """A bar on stderr that lives as long as the context; call it after every figure."""
    counts: Counter[str] = Counter()
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=None)

        def told(outcome: Outcome, done: int, total: int) -> None:
            counts[outcome.status] += 1
            words = ", ".join(f"{n} {status}" for status, n in sorted(counts.items()))
            progress.update(task, completed=done, total=total, description=words)

        yield told
