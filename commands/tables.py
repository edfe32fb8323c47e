"""reconstruct, estimate, check: the commands that take tables of points or patients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .. import __version__
from ..errors import Disagreement
from .options import EXISTING_FILE, output_options, parsed_names, parsed_times, rebuild_options
from .talk import output_folder, print_result, print_table, progress_shown


@click.command()
@click.argument("curves", type=EXISTING_FILE)
@click.option("--risk-table", type=EXISTING_FILE, help="CSV: panel, arm, time, at_risk.")
@click.option("--censor-marks", type=EXISTING_FILE, help="CSV: panel, arm, time.")
@click.option("--totals", type=EXISTING_FILE, help="CSV: panel, arm, n, events.")
@click.option("--reported", type=EXISTING_FILE, help="TOML of what the paper says, to be compared.")
@click.option("--compare", is_flag=True, help="Print every method side by side; write nothing.")
@rebuild_options
@output_options
def reconstruct(
    curves: Path,
    compare: bool,
    method: str | None,
    ensemble: int | None,
    condition_on: str | None,
    reference: str | None,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    **tables: Any,
) -> None:
    """Rebuild patients from points of any digitizer.

    CURVES is a CSV file with the columns panel, arm, time, survival (a missing panel or arm column means one), or
    a file of WebPlotDigitizer, DigitizeIt or Engauge.
    """
    from .. import study

    if compare:
        results = study.reconstruct_tables(curves, **tables, compare=True, reference=reference)
        print_table(curves, results, study.comparison_lines(results), as_json)
        return
    folder = output_folder(curves, out, force)
    with progress_shown(quiet) as progress:
        progress("Rebuilding the patients")
        asked = study.how_asked(method, ensemble, parsed_names(condition_on) or (), reference)
        results = study.reconstruct_tables(curves, **tables, **asked)
        files = study.table_files(__version__, curves, results)
        if ensemble:
            files |= study.ensemble_file(results)
        study.write_files(folder, files, force=force)
    print_result(results, files["report.json"], folder / "ipd.csv", as_json, quiet)


@click.command(short_help="Estimates of an ipd.csv as R gives them.")
@click.argument("ipd", type=EXISTING_FILE)
@click.option("--at", metavar="TIMES", help="Survival and its differences at these times, by commas.")
@click.option("--periods", metavar="TIMES", help="Hazard ratios by period, parted at these times, by commas.")
@click.option("--until", metavar="TIME", help="Follow-up cut at this time: who is there then is censored.")
@click.option("--reference", metavar="ARM", help="The arm that hazard ratios are against.  [default: the first]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def estimate(
    ipd: Path, at: str | None, periods: str | None, until: str | None, reference: str | None, as_json: bool
) -> None:
    """Kaplan-Meier, quantiles, RMST, log-rank and Cox estimates of an ipd.csv, and what arms differ in.

    Without --periods, hazard ratios by period are given where the test of proportional hazards has p < 0.05.
    """
    from .. import study

    ends = parsed_times(until, "--until")
    if ends is not None and len(ends) > 1:
        raise click.BadParameter(f'"{until}" is more than one time', param_hint="--until")
    results = study.estimate_tables(
        ipd,
        at=parsed_times(at, "--at"),
        cuts=parsed_times(periods, "--periods"),
        until=ends[0] if ends else None,
        reference=reference,
    )
    print_table(ipd, results, study.estimate_lines(results), as_json)


@click.command(short_help="Compare an ipd.csv with reported numbers.")
@click.argument("ipd", type=EXISTING_FILE)
@click.option("--reported", type=EXISTING_FILE, required=True, help="TOML of what the paper says.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(ipd: Path, reported: Path, as_json: bool) -> None:
    """Compare patients with the numbers that a paper reports; exit code 4 when one differs."""
    from .. import study

    results = study.estimate_tables(ipd, reported)
    print_table(ipd, results, study.check_lines(results), as_json)
    checks = [c for r in results for c in r.checks]
    differing = [c for c in checks if c.verdict == "differs"]
    if differing:
        raise Disagreement(
            f"{ipd.name}: {len(differing)} of {len(checks)} reported numbers differ, "
            f"first {differing[0].what} ({differing[0].reported} reported, "
            f"{differing[0].reconstructed} from the patients)"
        )
