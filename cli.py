"""The command line: its commands under one name, and what becomes of their errors."""

from __future__ import annotations

import gc
import os
import sys
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

from collections.abc import Sequence

import click

from . import __version__
from .commands.figures import digitize, init, run
from .commands.many import batch
from .commands.tables import check, estimate, reconstruct
from .errors import Km2ipdError
from .threads import keep_to_one_thread

REPORT_BUGS = "Please report it, with the figure."
# Objects made before what went out of use in circles is looked for: a run makes a hundred thousand, hardly any of them
# in circles, and looking for those every 700 (Python's way) took a fiftieth of its time.
UNCOLLECTED = 20_000
# Interrupted from the keyboard: 128 + SIGINT, as shells expect.
INTERRUPTED = 130
# How click since 8.2 shows the help of a group that is given no command.
HELP_INSTEAD = getattr(click.exceptions, "NoArgsIsHelpError", ())


class DefaultToRun(click.Group):
    """`km2ipd FIGURE` means `km2ipd run FIGURE`: a first word that is a file and no command is a figure."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and os.path.exists(args[0]):
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


for command in (run, digitize, init, reconstruct, estimate, check, batch):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; every error of a user's is one sentence on stderr."""
    keep_to_one_thread()
    gc.set_threshold(UNCOLLECTED)
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
        _say_what_was_wrong(error)
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


def _say_what_was_wrong(error: click.ClickException) -> None:
    """One sentence, without the usage before it, and where help is; a command without anything to do shows its help."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None or isinstance(error, HELP_INSTEAD):
        error.show()
        return
    message = error.format_message()
    end = "" if message.endswith((".", "?")) else "."
    click.echo(f"Error: {message}{end} Try {context.command_path} --help.", err=True)


def _report_bug(error: Exception, debug: bool) -> int:
    """One line for a bug of ours; the traceback only with --debug."""
    if debug:
        import traceback

        traceback.print_exc()
    what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    click.echo(f"Error: a bug of km2ipd, sorry ({what}). {REPORT_BUGS}", err=True)
    return 1
