"""batch: the command that takes many figures."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ..errors import NothingRead
from .options import FOLDER


@click.command(short_help="Run many figures, with resume.")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=FOLDER, required=True, help="Output folder; new, empty, or of the same batch.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Figures at a time.  [default: one a core]")
@click.option(
    "--limit", type=click.FloatRange(1), default=120, show_default=True, help="Seconds of work a figure may take."
)
@click.option("--memory", type=click.FloatRange(0.5), default=2, show_default=True, help="GB a figure may take.")
@click.option("--scheduler", metavar="ADDRESS", help="Run on a dask cluster: tcp://host:port.")
@click.option("--force", is_flag=True, help="Use an output folder that holds other files.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def batch(
    source: Path,
    out: Path,
    jobs: int | None,
    limit: float,
    memory: float,
    scheduler: str | None,
    force: bool,
    quiet: bool,
) -> None:
    """Run many figures; interrupted or repeated, it goes on with what is not done.

    SOURCE is a folder, searched to its depth for figures and study.toml files, or a CSV manifest with the column
    figure and, where needed, name, page, panel, x_min, x_max, y_min, y_max, arms (by |), direction, risk_table,
    totals, reported, method. Exit code 3 when no figure at all could be read.
    """
    from ..batch.outcome import count_words, is_read
    from ..batch.progress import told_on_stderr
    from ..batch.run import run_batch

    with told_on_stderr(quiet) as told:
        outcomes = run_batch(
            source,
            out,
            workers=jobs or os.cpu_count() or 1,
            seconds=limit,
            memory_gb=memory,
            scheduler=scheduler,
            force=force,
            told=told,
        )
    if not quiet:
        click.echo(f"{len(outcomes)} figures: {count_words(outcomes)}\nWritten: {out / 'index.html'}")
    if not any(map(is_read, outcomes)):
        raise NothingRead(f"{source}: none of {len(outcomes)} figures could be read")
