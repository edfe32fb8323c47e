"""What a command says while it works and when it is done; where its files go."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import __version__
from ..errors import Km2ipdError, OutputNotWritable

if TYPE_CHECKING:
    from ..records import PanelResult


def output_folder(source: Path, out: Path | None, force: bool) -> Path:
    """The output folder, refused before any work when it cannot be used."""
    from .. import study

    folder = out if out is not None else Path(f"{source.stem}_km2ipd")
    study.require_free_output(source, folder, study.RUN_FILES, force=force)
    return folder


@contextmanager
def named(figure: Path) -> Iterator[None]:
    """Have every error say which file it is about."""
    try:
        yield
    except Km2ipdError as error:
        if figure.name not in error.seen and not isinstance(error, OutputNotWritable):
            error.args = (f"{figure.name}: {error}",)
        raise


@contextmanager
def progress_shown(quiet: bool) -> Iterator[Callable[[str], None]]:
    """A line on stderr that tells what is being done, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting") as status:
        yield lambda what: status.update(what)


def print_result(results: Sequence[PanelResult], report: bytes, first: Path, as_json: bool, quiet: bool) -> None:
    from .. import study

    if as_json:
        click.echo(report.decode(), nl=False)
    elif not quiet:
        _print_lines([*study.result_lines(results), f"Written: {first}"])


def print_table(source: Path, results: Sequence[PanelResult], lines: Sequence[str], as_json: bool) -> None:
    from .. import study

    if as_json:
        click.echo(study.table_report(__version__, source, results), nl=False)
    else:
        _print_lines(lines)


def _print_lines(lines: Sequence[str]) -> None:
    """Lines of text, folded to the width of a terminal; as they are into a file or pipe."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        lines = [part for line in lines for part in textwrap.wrap(line, width, subsequent_indent="    ")]
    click.echo("\n".join(lines))
