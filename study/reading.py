"""A figure, or a digitization.json, to all that was read off it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from .. import __version__
from ..errors import UsageError
from ..records import (
    Digitization,
    Direction,
    PanelResult,
    Reading,
)
from ..report import corrections, pivot, verdict

Progress = Callable[[str], None]


def silent(_: str) -> None:
    """A progress display that shows nothing."""


def read_figure(
    path: Path,
    *,
    page: int | None = None,
    panel: str | None = None,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    arms: tuple[str, ...] | int | None = None,
    direction: Direction | None = None,
    progress: Progress = silent,
) -> Reading:
    """Everything that can be read off a figure, or off a digitization.json with its picture beside it.

    x_range, y_range, arms, direction: given by hand where reading fails; the pivot keeps them on record.
    Raises DigitizeError when the figure cannot be digitised.
    """
    by_hand = {"page": page, "x-range": x_range, "y-range": y_range, "arms": arms, "direction": direction}
    if pivot.is_pivot_file(path):
        if any(v is not None for v in by_hand.values()):
            raise UsageError(
                f"{path.name}: already digitised, so axes, arms, page and direction cannot be given",
                "Edit the file, or run the figure itself.",
            )
        return _reopened(path, panel)
    from ..digitize.loading import load_figure
    from ..digitize.reading import digitize_figures

    progress("Opening the figure")
    figures = load_figure(path, page=page)
    digitization, images = digitize_figures(
        figures,
        x_range=x_range,
        y_range=y_range,
        arms=arms,
        panel=panel,
        direction=direction,
        version=__version__,
        progress=progress,
    )
    arguments = corrections.option_words({**by_hand, "panel": panel})
    return Reading(pivot.as_saved(replace(digitization, arguments=arguments)), images)


def _reopened(path: Path, panel: str | None) -> Reading:
    """A digitization.json with its pictures; only the named panel where one is named."""
    from ..report.picture import read_picture

    digitization = pivot.read_digitization(path)
    if panel is not None:
        kept = tuple(p for p in digitization.panels if p.panel.name == panel)
        if not kept:
            names = ", ".join(p.panel.name for p in digitization.panels)
            raise UsageError(f"{path.name}: no panel {panel} (panels: {names})", "Give one of these with --panel.")
        digitization = replace(digitization, panels=kept)
    names_used = dict.fromkeys(p.panel.source.image for p in digitization.panels)
    return Reading(digitization, {name: read_picture(path.with_name(name)) for name in names_used})


def read_only_results(digitization: Digitization) -> tuple[PanelResult, ...]:
    """The panels as read, where no patients are asked for."""
    results = []
    for reading in digitization.panels:
        cautions = (*digitization.cautions, *reading.cautions)
        status = verdict.worst_status(reading.status, cautions)
        results.append(PanelResult(reading.panel.name, status, reading, cautions=cautions))
    return tuple(results)
