"""Put panels, tables and texts on one page and find where the axes came to lie in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Page

from .cohorts import Cohort
from .drawing import draw_panel, x_title, y_title
from .furniture import (
    draw_guides,
    draw_inset,
    draw_legend,
    draw_names,
    draw_text,
    free_corners,
    statistics_text,
)
from .styles import Style
from .tables import draw_table, name_inches, table_inches
from .truth import Points, describe_panel

# text stays text in PDF files, and nothing in a file depends on the day or on chance
matplotlib.rcParams.update({"svg.hashsalt": "km2ipd", "pdf.fonttype": 42, "axes.unicode_minus": False})

VECTOR_SUFFIXES = {"pdf": {"CreationDate": None, "Producer": None, "Creator": None}, "svg": {"Date": None}}


@dataclass(frozen=True, slots=True)
class Request:
    """What one figure shows: a cohort per panel, one style, and what stands in the plots besides.

    extras: among "median", "landmark" (guide lines), "inset", "letters", "bars" (a bar chart as last panel).
    inset_text: stands in the plot instead of the statistics computed from the patients.
    """

    cohorts: tuple[Cohort, ...]
    style: Style
    columns: int = 1
    extras: tuple[str, ...] = ()
    inset_text: str = ""


@dataclass(frozen=True, slots=True)
class Margins:
    """Inches around one plot area."""

    left: float
    right: float
    bottom: float
    top: float
    labels: float


def measure_margins(request: Request) -> Margins:
    """Room for tick numbers, axis titles, table and legend around each plot area, equal for all panels."""
    style, size = request.style, request.style.font_size / 72
    labels = 3.3 * size + (0.35 if style.legend == "bottom" else 0)
    table = max(table_inches(c, style) for c in request.cohorts)
    names = max(name_inches(c, style) for c in request.cohorts)
    longest = max(len(a.label) for c in request.cohorts for a in c.arms) * size * 0.62
    outside = {"right": longest + 5.0 * size + 0.35, "direct": longest + 0.1}.get(style.legend, 0.15)
    top = 0.15 + (0.25 if style.legend == "top" else 0) + (1.6 * size if "letters" in request.extras else 0)
    return Margins(
        left=max(4.6 * size, names + 0.25 + 0.02 * style.panel_inches[0]) + 0.05,
        right=max(outside, 0.3),
        bottom=labels + 0.12 + (table if style.table == "below" else 0) + 0.1,
        top=top + (table + 0.1 if style.table == "above" else 0),
        labels=labels,
    )


def draw_page(request: Request) -> tuple[Page, list[dict]]:
    """The page and a truth record per panel."""
    style, margins = request.style, measure_margins(request)
    with matplotlib.rc_context({"font.family": style.font, "mathtext.fontset": "dejavusans"}):
        page, axes = _make_axes(request, margins)
        panels = []
        for index, (ax, cohort) in enumerate(zip(axes, request.cohorts, strict=False)):
            text = fill_panel(ax, cohort, request, margins)
            if "letters" in request.extras:
                _draw_letter(ax, "ABCDEFGH"[index], style, margins)
            titles = x_title(cohort, style), y_title(cohort, style)
            panels.append(describe_panel(cohort, style, index, *titles, text, locate_axes(ax, cohort, style)))
        if "bars" in request.extras:
            _draw_bars(axes[-1], style)
        FigureCanvasAgg(page).draw()
    return page, panels


def _make_axes(request: Request, m: Margins) -> tuple[Page, list[Axes]]:
    style = request.style
    count = len(request.cohorts) + ("bars" in request.extras)
    columns = min(request.columns, count)
    rows = -(-count // columns)
    cell = m.left + style.panel_inches[0] + m.right, m.bottom + style.panel_inches[1] + m.top
    width, height = (round(v * style.dpi) / style.dpi for v in (columns * cell[0], rows * cell[1]))
    page = Page(figsize=(width, height), dpi=style.dpi, facecolor=style.page)
    axes = []
    for k in range(count):
        left = (k % columns) * cell[0] + m.left
        bottom = height - (k // columns + 1) * cell[1] + m.bottom
        place = left / width, bottom / height, style.panel_inches[0] / width, style.panel_inches[1] / height
        axes.append(page.add_axes(place))
    return page, axes


def fill_panel(ax: Axes, cohort: Cohort, request: Request, margins: Margins) -> str | None:
    """Draw one panel with all that belongs to it; the text printed inside is returned."""
    style = request.style
    draw_panel(ax, cohort, style)
    draw_table(ax, cohort, style, margins.labels)
    corners = free_corners(cohort, style)
    if style.legend == "inset":
        draw_legend(ax, cohort, style, corners.pop(0))
    else:
        draw_legend(ax, cohort, style, corners[0])
    for kind in ("median", "landmark"):
        if kind in request.extras:
            draw_guides(ax, cohort, style, kind)
    if "inset" in request.extras:
        draw_inset(ax, cohort, style)
        corners = ["upper right"] if style.rising else []
    text = request.inset_text or (statistics_text(cohort, style) if corners else None)
    if text:
        draw_text(ax, text, corners[0], style)
    if style.legend == "direct":
        draw_names(ax, cohort, style)
    return text


def locate_axes(ax: Axes, cohort: Cohort, style: Style) -> Points:
    """Pixel places from the top-left corner: the lowest y tick at time 0 and the ends of both axes."""
    height = ax.figure.get_size_inches()[1] * style.dpi
    low, high = 0.0 if style.rising else style.y_min, 1.0 - style.y_min if style.rising else 1.0
    factor = 100.0 if style.percent else 1.0
    corners = {"origin": (0.0, low), "x_end": (cohort.ticks[-1], low), "y_end": (0.0, high)}
    places = {k: ax.transData.transform((x, y * factor)) for k, (x, y) in corners.items()}
    return {k: (float(x), float(height - y)) for k, (x, y) in places.items()}


def rasterise(page: Page) -> np.ndarray:
    """(height, width, 3) uint8 pixels of the page."""
    canvas = FigureCanvasAgg(page)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def save_vector(page: Page, file: Path) -> None:
    """Write PDF or SVG without date and program name, so that the same page gives the same bytes."""
    page.savefig(file, metadata=VECTOR_SUFFIXES[file.suffix[1:]])


def _draw_letter(ax: Axes, letter: str, style: Style, margins: Margins) -> None:
    size = style.panel_inches
    ax.text(
        -(margins.left - 0.08) / size[0],
        1 + (margins.top - 0.08) / size[1],
        letter,
        transform=ax.transAxes,
        va="top",
        fontsize=style.font_size * 1.6,
        fontweight="bold",
        color=style.ink,
    )


def _draw_bars(ax: Axes, style: Style) -> None:
    heights = (41, 27, 18, 9)
    ax.bar(("CR", "PR", "SD", "PD"), heights, color="#8899aa", edgecolor=style.ink)
    ax.set_ylabel("Patients (%)", fontsize=style.font_size * 1.1)
    ax.tick_params(labelsize=style.font_size)
