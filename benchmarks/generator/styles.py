"""How journals and programs draw Kaplan-Meier figures, as records that drawing.py obeys."""

from __future__ import annotations

from dataclasses import dataclass

Dash = str | tuple[float, tuple[float, ...]]

SOLID, DASHED, DOTTED, DASHDOT = "-", (0, (5, 2.5)), (0, (1.2, 1.8)), (0, (6, 2, 1.2, 2))
LONG, SHORT, DASHDOTDOT = (0, (9, 3)), (0, (2.5, 1.5)), (0, (6, 2, 1.2, 2, 1.2, 2))
LINE_STYLES: tuple[Dash, ...] = (
    SOLID,
    DASHED,
    DOTTED,
    DASHDOT,
    LONG,
    SHORT,
    DASHDOTDOT,
    (0, (4, 1, 1, 1, 1, 1)),
)

PALETTES = {
    "nejm": ("#20639b", "#c8502d", "#e1a12d", "#4f8f5b", "#6f60a8", "#7b7b7b", "#c78aa9", "#3a3a3a"),
    "jama": ("#374e55", "#df8f44", "#00a1d5", "#b24745", "#79af97", "#6a6599", "#80796b", "#1a1a1a"),
    "lancet": ("#00468b", "#ed0000", "#42b540", "#0099b4", "#925e9f", "#fdaf91", "#ad002a", "#adb6b6"),
    "blues": ("#08306b", "#2b7bba", "#7fb9da", "#154c8a", "#9ecae1", "#4292c6", "#6baed6", "#0b2147"),
    "prism": ("#000000", "#e8000b", "#1f3fff", "#1a9a3a", "#9a1ad0", "#ff8c00", "#7a4b1e", "#00a6a6"),
    "spss": ("#3e58ac", "#2eb848", "#d3ce97", "#7c287d", "#fbf873", "#248bac", "#cc3f3f", "#5c5c5c"),
    "spss_new": ("#1192e8", "#a56eff", "#00a078", "#9f1853", "#fa4d56", "#570408", "#198038", "#002d9c"),
    "stata": ("#1a476f", "#90353b", "#55752f", "#e37e00", "#6e8e84", "#c10534", "#938dd2", "#cac27e"),
    "sas": ("#445694", "#a23a2e", "#01665e", "#543005", "#9d3cdb", "#7f8e1f", "#2597fa", "#b26084"),
    "hue2": ("#f8766d", "#00bfc4", "#7cae00", "#c77cff", "#cd9600", "#00be67", "#00a9ff", "#ff61cc"),
    "brewer": ("#1b9e77", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#e6ab02", "#a6761d", "#666666"),
    "r": ("#000000", "#df536b", "#61d04f", "#2297e6", "#28e2e5", "#cd0bbc", "#f5c710", "#9e9e9e"),
    "black": ("#000000",) * 8,
    "greys": ("#000000", "#8a8a8a", "#5a5a5a", "#b5b5b5", "#303030", "#747474", "#a0a0a0", "#464646"),
    "bright": ("#35c2ff", "#ffb000", "#7dff6b", "#ff5f8a", "#c79bff", "#ffffff", "#ffe66d", "#57e6d2"),
}


@dataclass(frozen=True, slots=True)
class Style:
    """Everything that a figure's look depends on. Lengths are in points unless said.

    frame: "L", "box", "none". ticks: "out", "in", "none". face, page, ink: colours of plot area, page, text.
    grid: colour, "" for none. marks: matplotlib marker of the censored, "" for none; marks_above: the tick
    stands on the line instead of across it. carries: marker drawn along the line itself.
    band: "", "shaded", "lines". legend: "direct", "inset", "top", "right", "bottom" or "none"
    (then the table's rows name the arms).
    table: "none", "below", "above", "inside"; table_look: "plain", "coloured", "boxed", "events", "keys".
    padding: the axes run on beyond data by this share on each side. y_step: of the y ticks, a fraction.
    broken_tail: the line has gaps where few patients are left. label_every: 2 numbers every second x tick.
    panel_inches: width and height of one plot area.
    """

    name: str
    palette: str = "black"
    dashes: tuple[Dash, ...] = (SOLID,) * 8
    widths: tuple[float, ...] = (1.2,)
    font: str = "DejaVu Sans"
    font_size: float = 8.0
    frame: str = "L"
    ticks: str = "out"
    face: str = "#ffffff"
    page: str = "#ffffff"
    ink: str = "#000000"
    axis_width: float = 0.8
    grid: str = ""
    grid_width: float = 0.6
    marks: str = "|"
    mark_size: float = 5.0
    marks_above: bool = False
    carries: str = ""
    band: str = ""
    legend: str = "inset"
    table: str = "below"
    table_look: str = "plain"
    table_title: str = "No. at risk"
    padding: float = 0.0
    percent: bool = False
    rising: bool = False
    y_min: float = 0.0
    y_step: float = 0.2
    y_decimals: int = 1
    raised_dot: bool = False
    text: str = "plain"
    broken_tail: bool = False
    label_every: int = 1
    panel_inches: tuple[float, float] = (4.2, 2.9)
    dpi: int = 150
