"""run, digitize, init: the commands that take a figure."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from .. import __version__
from .options import (
    EXISTING_FILE,
    FOLDER,
    output_options,
    parsed_by_hand,
    parsed_names,
    reading_options,
    rebuild_options,
)
from .talk import named, output_folder, print_result, progress_shown


@click.command()
@click.argument("figure", type=EXISTING_FILE)
@reading_options
@click.option("--risk-table", type=EXISTING_FILE, help="CSV of the numbers at risk, instead of those read.")
@click.option("--totals", type=EXISTING_FILE, help="CSV of patients and events of whole arms.")
@click.option("--reported", type=EXISTING_FILE, help="What the paper says; default: reported.toml beside FIGURE.")
@rebuild_options
@click.option(
    "--format", "formats", metavar="NAMES", help="Also write, by commas: parquet, stata, r, ipdfromkm, survhe."
)
@output_options
def run(
    figure: Path,
    risk_table: Path | None,
    totals: Path | None,
    reported: Path | None,
    method: str | None,
    ensemble: int | None,
    condition_on: str | None,
    reference: str | None,
    formats: str | None,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    **by_hand: Any,
) -> None:
    """Figure in, patients, hazard ratio and verdict out.

    FIGURE is a PNG, JPEG, TIFF, WebP, GIF, PDF or SVG file, a study.toml, or a digitization.json of an
    earlier run.
    """
    from .. import study

    folder = output_folder(figure, out, force)
    files_given = {"risk_table": risk_table, "totals": totals, "reported": reported}
    asked = {
        "method": method,
        "ensemble": ensemble,
        "condition_on": parsed_names(condition_on),
        "reference": reference,
    }
    given = {k: v for k, v in (parsed_by_hand(by_hand) | files_given | asked).items() if v is not None}
    if figure.suffix.lower() == ".toml":
        from ..batch.studyfile import read_study

        figure, stated = read_study(figure)
        given = stated | given
    with named(figure), progress_shown(quiet) as progress:
        if "reported" not in given and (beside := study.reported_beside(figure)):
            given["reported"] = beside
        if "reported" in given and not quiet:
            click.echo(f"Checking against {given['reported']}", err=True)
        _, results, files = study.run_figure(figure, formats=parsed_names(formats) or (), progress=progress, **given)
        study.write_files(folder, files, force=force)
    print_result(results, files["report.json"], folder / "report.html", as_json, quiet)


@click.command()
@click.argument("figure", type=EXISTING_FILE)
@reading_options
@output_options
def digitize(figure: Path, out: Path | None, force: bool, as_json: bool, quiet: bool, **by_hand: Any) -> None:
    """Read the curves off a figure, without rebuilding patients."""
    from .. import study

    folder = output_folder(figure, out, force)
    given = parsed_by_hand(by_hand)
    with named(figure), progress_shown(quiet) as progress:
        reading = study.read_figure(figure, progress=progress, **given)
        results = study.read_only_results(reading.digitization)
        files = study.digitized_files(__version__, reading, results)
        study.write_files(folder, files, force=force)
    print_result(results, files["report.json"], folder / "overlay.png", as_json, quiet)


@click.command(short_help="Write a study file to be corrected.")
@click.argument("figure", type=EXISTING_FILE)
@reading_options
@click.option("--out", type=FOLDER, default=Path("study.toml"), show_default=True, help="The file to be written.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def init(figure: Path, out: Path, force: bool, quiet: bool, **by_hand: Any) -> None:
    """Write a study file, filled with what was read off FIGURE, to be corrected by hand."""
    from .. import study
    from ..batch.template import study_text

    study.require_free_output(figure, out.parent, [out.name], force=force)
    with named(figure), progress_shown(quiet) as progress:
        reading = study.read_figure(figure, progress=progress, **parsed_by_hand(by_hand))
    relative = os.path.relpath(figure.resolve(), out.parent.resolve())
    text = study_text(Path(relative).as_posix(), reading.digitization)
    study.write_files(out.parent, {out.name: text.encode("utf-8", "replace")}, force=force)
    if not quiet:
        click.echo(f"Written: {out}")
