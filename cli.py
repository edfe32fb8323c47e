"""The command line: parse, call, print. No maths, no pixels; heavy imports stay inside the commands."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from pathlib import Path

if not __package__:  # run as `python cli.py`: load the checkout as km2ipd, whatever its folder is called
    import importlib
    import importlib.util

    _home = Path(__file__).resolve().parent
    # The checkout's own folders (batch, report, docs) must not be found before installed packages.
    sys.path[:] = [p for p in sys.path if Path(p or ".").resolve() != _home]
    _spec = importlib.util.spec_from_file_location(
        "km2ipd", _home / "__init__.py", submodule_search_locations=[str(_home)]
    )
    if _spec is None or _spec.loader is None:
        raise SystemExit(f"{_home}: no km2ipd checkout")
    sys.modules["km2ipd"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["km2ipd"])
    if __name__ == "__main__":
        raise SystemExit(importlib.import_module("km2ipd.cli").main())
    __package__ = "km2ipd"  # a worker process that loads this script again, for a batch started from it

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from . import __version__
from .errors import Disagreement, Km2ipdError, OutputNotWritable

if TYPE_CHECKING:
    from .records import PanelResult

Command = TypeVar("Command", bound=Callable[..., Any])
REPORT_BUGS = "Please report it, with the figure."
# Interrupted from the keyboard: 128 + SIGINT, as shells expect.
INTERRUPTED = 130


class PlainFile(click.Path):
    """A file that is there and ends: no folder, and no pipe or device, which may never end."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = super().convert(value, param, ctx)
        if not os.path.isfile(path):
            self.fail(f"{path} is no plain file but a pipe or a device", param, ctx)
        return path


EXISTING_FILE = PlainFile(exists=True, dir_okay=False, readable=True, path_type=Path)
FOLDER = click.Path(path_type=Path)


class DefaultToRun(click.Group):
    """`km2ipd FIGURE` means `km2ipd run FIGURE`: a first word that is a file and no command is a figure."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and Path(args[0]).exists():
            args = ["run", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=DefaultToRun, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="km2ipd")
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected error.")
def cli(debug: bool) -> None:
    """Published Kaplan-Meier figures to individual patient data that can be trusted.

    Start with: km2ipd run FIGURE

    Exit codes: 0 done; 2 wrong usage; 3 the figure cannot be digitised; 4 `check` found a disagreement;
    1 a bug of ours.
    """
    if debug:
        import logging

        log = logging.getLogger("km2ipd")
        log.setLevel(logging.DEBUG)
        log.addHandler(logging.StreamHandler())


# ---------------------------------------------------------------- options that several commands share


def reading_options(command: Command) -> Command:
    """What can be given by hand where reading the figure fails."""
    for option in reversed(
        [
            click.option("--x-range", nargs=2, type=float, metavar="MIN MAX", help="Ends of the time axis."),
            click.option(
                "--y-range",
                nargs=2,
                type=float,
                metavar="MIN MAX",
                help="Ends of the survival axis, as printed.",
            ),
            click.option("--arms", metavar="N|NAMES", help="Number of arms, or their names by commas."),
            click.option("--panel", metavar="NAME", help="Only this panel: its letter, or its number from 1."),
            click.option("--page", type=click.IntRange(min=1), help="Only this page of a PDF."),
            click.option(
                "--direction",
                type=click.Choice(["survival", "incidence"]),
                help="Whether the curves fall or rise.",
            ),
        ]
    ):
        command = option(command)
    return command


def output_options(command: Command) -> Command:
    """Where the files go, and how much is said."""
    for option in reversed(
        [
            click.option("--out", type=FOLDER, help="Output folder; empty or new.  [default: NAME_km2ipd]"),
            click.option("--force", is_flag=True, help="Replace the files of an earlier run."),
            click.option("--json", "as_json", is_flag=True, help="Print report.json instead of a summary."),
            click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors."),
        ]
    ):
        command = option(command)
    return command


def rebuild_options(command: Command) -> Command:
    """How patients are rebuilt."""
    for option in reversed(
        [
            click.option("--method", metavar="NAME", help="exact (default), guyot, ikm or marked."),
            click.option("--ensemble", type=click.IntRange(1, 10_000), help="Also write this many draws."),
            click.option(
                "--condition-on",
                metavar="NAMES",
                help="Weight the draws by reported numbers, by commas: hr, medians, logrank, events, survival.",
            ),
            click.option("--reference", metavar="ARM", help="The arm that hazard ratios are against."),
        ]
    ):
        command = option(command)
    return command


def parsed_arms(text: str | None) -> tuple[str, ...] | int | None:
    """`3` is a number of arms, `Drug,Placebo` are their names."""
    if text is None:
        return None
    if text.strip().isdecimal():
        count = int(text)
        if not 1 <= count <= 20:
            raise click.BadParameter(f"{count} arms; give 1 to 20", param_hint="--arms")
        return count
    names = tuple(name.strip() for name in text.split(","))
    if not all(names) or len(set(names)) < len(names):
        raise click.BadParameter(f'"{text}" holds an empty name or one name twice', param_hint="--arms")
    return names


def parsed_names(text: str | None) -> tuple[str, ...] | None:
    """`a,b` are two names."""
    return tuple(name.strip() for name in text.split(",")) if text else None


def parsed_times(text: str | None, option: str) -> tuple[float, ...] | None:
    """`6,12` are two times."""
    if text is None:
        return None
    try:
        times = tuple(float(word) for word in text.split(","))
    except ValueError:
        times = ()
    if not times or not all(0 < time < 1e12 for time in times):
        raise click.BadParameter(f'"{text}" is no list of times; give 6,12', param_hint=option)
    return times


def parsed_range(pair: tuple[float, float] | None, option: str) -> tuple[float, float] | None:
    """A range of an axis, refused when it has no length."""
    if pair is not None and not -1e12 < pair[0] < pair[1] < 1e12:
        raise click.BadParameter(f"{pair[0]:g} {pair[1]:g} is no range; give MIN below MAX", param_hint=option)
    return pair


# ---------------------------------------------------------------- commands


@cli.command()
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
    from . import study

    folder = _output_folder(figure, out, force)
    files_given = {"risk_table": risk_table, "totals": totals, "reported": reported}
    asked = {
        "method": method,
        "ensemble": ensemble,
        "condition_on": parsed_names(condition_on),
        "reference": reference,
    }
    given = {k: v for k, v in (_parsed(by_hand) | files_given | asked).items() if v is not None}
    if figure.suffix.lower() == ".toml":
        from .batch.studyfile import read_study

        figure, stated = read_study(figure)
        given = stated | given
    with _named(figure), _progress(quiet) as progress:
        if "reported" not in given and (beside := study.reported_beside(figure)):
            given["reported"] = beside
        if "reported" in given and not quiet:
            click.echo(f"Checking against {given['reported']}", err=True)
        _, results, files = study.run_figure(figure, formats=parsed_names(formats) or (), progress=progress, **given)
        study.write_files(folder, files, force=force)
    _print_result(results, files["report.json"], folder / "report.html", as_json, quiet)


@cli.command()
@click.argument("figure", type=EXISTING_FILE)
@reading_options
@output_options
def digitize(figure: Path, out: Path | None, force: bool, as_json: bool, quiet: bool, **by_hand: Any) -> None:
    """Read the curves off a figure, without rebuilding patients."""
    from . import study

    folder = _output_folder(figure, out, force)
    given = _parsed(by_hand)
    with _named(figure), _progress(quiet) as progress:
        reading = study.read_figure(figure, progress=progress, **given)
        results = study.read_only_results(reading.digitization)
        files = study.digitized_files(__version__, reading, results)
        study.write_files(folder, files, force=force)
    _print_result(results, files["report.json"], folder / "overlay.png", as_json, quiet)


@cli.command()
@click.argument("figure", type=EXISTING_FILE)
@reading_options
@click.option("--out", type=FOLDER, default=Path("study.toml"), show_default=True, help="The file to be written.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
def init(figure: Path, out: Path, force: bool, quiet: bool, **by_hand: Any) -> None:
    """Write a study file, filled with what was read off FIGURE, to be corrected by hand."""
    from . import study
    from .batch.template import study_text

    study.require_free_output(figure, out.parent, [out.name], force=force)
    with _named(figure), _progress(quiet) as progress:
        reading = study.read_figure(figure, progress=progress, **_parsed(by_hand))
    relative = os.path.relpath(figure.resolve(), out.parent.resolve())
    text = study_text(Path(relative).as_posix(), reading.digitization)
    study.write_files(out.parent, {out.name: text.encode("utf-8", "replace")}, force=force)
    if not quiet:
        click.echo(f"Written: {out}")


@cli.command()
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
    from . import study

    if compare:
        results = study.reconstruct_tables(curves, **tables, compare=True, reference=reference)
        _print_table(curves, results, study.comparison_lines(results), as_json)
        return
    folder = _output_folder(curves, out, force)
    with _progress(quiet) as progress:
        progress("Rebuilding the patients")
        asked = study.how_asked(method, ensemble, parsed_names(condition_on) or (), reference)
        results = study.reconstruct_tables(curves, **tables, **asked)
        files = study.table_files(__version__, curves, results)
        if ensemble:
            files |= study.ensemble_file(results)
        study.write_files(folder, files, force=force)
    _print_result(results, files["report.json"], folder / "ipd.csv", as_json, quiet)


@cli.command()
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
    from . import study

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
    _print_table(ipd, results, study.estimate_lines(results), as_json)


@cli.command()
@click.argument("ipd", type=EXISTING_FILE)
@click.option("--reported", type=EXISTING_FILE, required=True, help="TOML of what the paper says.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(ipd: Path, reported: Path, as_json: bool) -> None:
    """Compare patients with the numbers that a paper reports; exit code 4 when one differs."""
    from . import study

    results = study.estimate_tables(ipd, reported)
    _print_table(ipd, results, study.check_lines(results), as_json)
    checks = [c for r in results for c in r.checks]
    differing = [c for c in checks if c.verdict == "differs"]
    if differing:
        raise Disagreement(
            f"{ipd.name}: {len(differing)} of {len(checks)} reported numbers differ, "
            f"first {differing[0].what} ({differing[0].reported} reported, "
            f"{differing[0].reconstructed} from the patients)"
        )


@cli.command()
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
    totals, reported, method.
    """
    from .batch.progress import told_on_stderr
    from .batch.run import count_words, run_batch

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


# ---------------------------------------------------------------- steps of the commands


def _parsed(by_hand: dict[str, Any]) -> dict[str, Any]:
    """The options of reading_options as keyword arguments of study.read_figure."""
    return by_hand | {
        "x_range": parsed_range(by_hand["x_range"], "--x-range"),
        "y_range": parsed_range(by_hand["y_range"], "--y-range"),
        "arms": parsed_arms(by_hand["arms"]),
    }


def _output_folder(source: Path, out: Path | None, force: bool) -> Path:
    """The output folder, refused before any work when it cannot be used."""
    from . import study

    folder = out if out is not None else Path(f"{source.stem}_km2ipd")
    study.require_free_output(source, folder, study.RUN_FILES, force=force)
    return folder


@contextmanager
def _named(figure: Path) -> Iterator[None]:
    """Have every error say which file it is about."""
    try:
        yield
    except Km2ipdError as error:
        if figure.name not in error.seen and not isinstance(error, OutputNotWritable):
            error.args = (f"{figure.name}: {error}",)
        raise


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """A line on stderr that tells what is being done, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting") as status:
        yield lambda what: status.update(what)


def _print_result(results: Sequence[PanelResult], report: bytes, first: Path, as_json: bool, quiet: bool) -> None:
    from . import study

    if as_json:
        click.echo(report.decode(), nl=False)
    elif not quiet:
        _print_lines([*study.result_lines(results), f"Written: {first}"])


def _print_table(source: Path, results: Sequence[PanelResult], lines: Sequence[str], as_json: bool) -> None:
    from . import study

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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; every error of a user's is one sentence on stderr."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the terminal's encoding lacks shows as ?, not as a crash
            stream.reconfigure(errors="replace")
    try:
        cli.main(args=list(arguments), prog_name="km2ipd", standalone_mode=False)
    except Km2ipdError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone (km2ipd run ... | head): nothing to say
        sys.stderr.close()
        return 0
    except Exception as error:
        return _report_bug(error, "--debug" in arguments)
    return 0


def _report_bug(error: Exception, debug: bool) -> int:
    """One line for a bug of ours; the traceback only with --debug."""
    if debug:
        import traceback

        traceback.print_exc()
    what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    click.echo(f"Error: a bug of km2ipd, sorry ({what}). {REPORT_BUGS}", err=True)
    return 1
