"""Options that several commands share, and what their words mean."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class PlainFile(click.Path):
    """A file that is there and ends: no folder, and no pipe or device, which may never end."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not os.path.isfile(path):
            self.fail(f"{path} is no plain file but a pipe or a device", param, ctx)
        return path


EXISTING_FILE = PlainFile(exists=True, dir_okay=False, readable=True, path_type=Path)
FOLDER = click.Path(path_type=Path)


def reading_options(command: Command) -> Command:
    """What can be given by hand where reading the figure fails."""
    for option in reversed(
        [
            click.option(
                "--x-range",
                nargs=2,
                type=float,
                metavar="MIN MAX",
                help="First and last number of the time axis, as printed.",
            ),
            click.option(
                "--y-range",
                nargs=2,
                type=float,
                metavar="MIN MAX",
                help="First and last number of the survival axis, as printed.",
            ),
            click.option(
                "--arms",
                metavar="N|NAMES",
                help="Number of arms, or their names by commas, in the order of the report.",
            ),
            click.option("--panel", metavar="NAME", help="Only this panel: its letter, or its number from 1."),
            click.option("--page", type=click.IntRange(min=1), help="Only this page of a PDF or TIFF."),
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


def parsed_by_hand(by_hand: dict[str, Any]) -> dict[str, Any]:
    """The options of reading_options as keyword arguments of study.read_figure."""
    return by_hand | {
        "x_range": parsed_range(by_hand["x_range"], "--x-range"),
        "y_range": parsed_range(by_hand["y_range"], "--y-range"),
        "arms": parsed_arms(by_hand["arms"]),
    }
