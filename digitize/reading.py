"""A figure in, its digitisation out: straighten, read the text, find the panels, read each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..errors import DigitizeError, NoPanelFound, NotKaplanMeier, UsageError
from ..records import (
    Caution,
    Digitization,
    Direction,
    Figure,
    Panel,
    PanelReading,
    PixelArray,
    TextLine,
)
from .insets import with_host_tables
from .ocr import read_texts
from .panels import find_panels
from .plotreading import read_plot
from .sharednames import with_shared_names
from .straighten import straighten, turn_level
from .textlean import find_text_lean
from .vectorelsewhere import with_missing_plots


def digitize_figures(
    figures: tuple[Figure, ...],
    *,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    arms: tuple[str, ...] | int | None = None,
    panel: str | None = None,
    direction: Direction | None = None,
    version: str,
    progress: Callable[[str], None] | None = None,
) -> tuple[Digitization, dict[str, PixelArray]]:
    """Read every panel of the figures found in one file.

    x_range, y_range, arms, direction: given by hand where reading fails; panel: the one panel wanted.
    Returns the digitisation and the upright pictures, by file name, to which its pixel positions refer.
    Raises a DigitizeError when no panel of any figure can be read: a panel that fails does not take the others along.
    """
    tell = progress or (lambda _: None)
    panels: list[PanelReading] = []
    unread: list[PanelReading] = []
    failures: list[tuple[Figure, DigitizeError]] = []
    images: dict[str, PixelArray] = {}
    for number, figure in enumerate(figures, 1):
        image = "figure.png" if number == 1 else f"figure-{number}.png"
        try:
            upright, found = _find(figure, image, x_range, y_range, direction, tell)
        except DigitizeError as error:
            failures.append((figure, error))
            continue
        images[image] = upright[0].pixels
        for where, cautions in found:
            if panel is not None and where.name != panel:
                continue
            tell(f"Tracing panel {where.name}")
            try:
                panels.append(read_plot(*upright, where, cautions, arms=arms))
            except DigitizeError as error:
                failures.append((figure, error))
                unread.append(_unread(where, cautions, error))
    if not panels:
        raise _failure(figures, failures, panel)
    if any(isinstance(error, NotKaplanMeier) for _, error in failures):
        panels = [_beside_other_kinds(p) for p in panels]
    readings = _with_own_names(with_host_tables(with_shared_names(panels + unread)))
    used = {r.panel.source.image for r in readings}
    return (
        Digitization(version, figures[0].name, figures[0].sha256, tuple(readings), _noted(figures, failures)),
        {name: pixels for name, pixels in images.items() if name in used},
    )


def _find(
    figure: Figure,
    image: str,
    x_range: tuple[float, float] | None,
    y_range: tuple[float, float] | None,
    direction: Direction | None,
    tell: Callable[[str], None],
) -> tuple[tuple[Figure, tuple[TextLine, ...]], list[tuple[Panel, tuple[Caution, ...]]]]:
    """The upright figure with its text, and its panels, each knowing the picture it was found in."""
    tell("Straightening the figure")
    figure = straighten(figure)
    tell("Reading the text")
    texts = read_texts(figure)
    # Without a frame or grid to lean on, numbers in rows are what shows that a page lay askew.
    if not figure.strokes and (slope := find_text_lean(texts)) is not None:
        tell("Turning the figure level")
        figure = turn_level(figure, slope)
        texts = read_texts(figure)
    tell("Finding the panels")
    found = find_panels(figure, texts, x_range=x_range, y_range=y_range, direction=direction)
    sourced = [(replace(p, source=replace(figure.source, image=image)), cautions) for p, cautions in found]
    return (figure, texts), with_missing_plots(figure, sourced)


def _beside_other_kinds(reading: PanelReading) -> PanelReading:
    """A panel that stands beside plots of another kind may be one of their kind: a person must look."""
    message = "other panels of this figure show no Kaplan-Meier curves; make sure that this one does"
    caution = Caution("other-kinds", message, f"panel {reading.panel.name}", "review")
    return replace(reading, status="review", cautions=(*reading.cautions, caution))


def _unread(panel: Panel, cautions: tuple[Caution, ...], error: DigitizeError) -> PanelReading:
    """A panel whose axes were found but whose curves were not: it is named, so that nobody takes it for absent."""
    why = Caution("not-read", error.seen, f"panel {panel.name}", "review", panel.plot_area)
    return PanelReading(panel, "failed", (), cautions=(*cautions, why))


def _failure(figures: tuple[Figure, ...], failures: list[tuple[Figure, DigitizeError]], panel: str | None) -> Exception:
    """What to say where no panel could be read: of several pages another one may be meant."""
    pages = {figure.source.page for figure in figures}
    if failures and (len(pages) > 1 or figures[0].other_pages):
        first = failures[0][1]
        read = f"pages {min(pages)} to {max(pages)}" if len(pages) > 1 else f"page 1 of {figures[0].other_pages + 1}"
        return type(first)(f"{first.seen} ({read} read)", "Give --page N for the page that shows the figure.")
    if failures:
        return failures[0][1]
    if panel is not None:
        return UsageError(f"{figures[0].name}: no panel {panel} was found", "Leave --panel out to see all panels.")
    return NoPanelFound(f"{figures[0].name}: no plot with numbered axes was found")


def _noted(figures: tuple[Figure, ...], failures: list[tuple[Figure, DigitizeError]]) -> tuple[Caution, ...]:
    """Notes on what was not read, with its page where there are several."""
    several = len({figure.source.page for figure in figures}) > 1
    notes = [
        Caution("not-read", error.seen, f"page {figure.source.page}" if several else "figure", "note")
        for figure, error in failures
    ]
    if others := figures[0].other_pages:
        message = f"page 1 of {others + 1} was read; --page N reads another"
        notes.append(Caution("other-pages", message, "figure", "note"))
    return tuple(notes)


def _with_own_names(panels: list[PanelReading]) -> list[PanelReading]:
    """Panels with names that are all different: a repeated letter gets the number of its picture or place."""
    seen: dict[str, int] = {}
    out = []
    for reading in panels:
        name = reading.panel.name
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            reading = replace(reading, panel=replace(reading.panel, name=f"{name} ({seen[name]})"))
        out.append(reading)
    return out
