"""How journals and programs draw Kaplan-Meier figures, as records that drawing.py obeys."""

from __future__ import annotations

from dataclasses import dataclass, replace

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


JAMA = Style(
    "jama",
    "jama",
    widths=(1.1,),
    font_size=7,
    marks="",
    legend="direct",
    percent=True,
    table_title="No. at risk",
    text="jama",
    padding=0.0,
    dpi=200,
    grid="",
    axis_width=0.6,
)
LANCET = Style(
    "lancet",
    "lancet",
    font="DejaVu Serif",
    font_size=7.5,
    widths=(1.4,),
    marks="|",
    mark_size=4,
    legend="inset",
    percent=True,
    y_step=0.1,
    table_title="Number at risk\n(number censored)",
    table_look="censored",
    text="lancet",
    raised_dot=True,
    dpi=180,
    axis_width=0.7,
)
NEJM = Style(
    "nejm",
    "nejm",
    font_size=7,
    widths=(1.5,),
    marks="|",
    mark_size=4.5,
    legend="direct",
    table_title="No. at Risk",
    y_step=0.1,
    text="nejm",
    axis_width=0.6,
    dpi=200,
    percent=True,
)
PRISM = Style(
    "prism",
    "prism",
    font_size=10,
    widths=(2.2,),
    marks="|",
    mark_size=8,
    marks_above=True,
    legend="right",
    table="none",
    percent=True,
    y_step=0.5,
    axis_width=2.0,
    text="p",
    panel_inches=(3.2, 2.6),
    dpi=150,
)
SPSS = Style(
    "spss",
    "spss",
    font="DejaVu Sans",
    font_size=9,
    widths=(1.1,),
    marks="+",
    mark_size=7,
    legend="right",
    table="none",
    frame="box",
    face="#f0f0f0",
    y_step=0.2,
    padding=0.04,
    text="none",
    panel_inches=(3.9, 3.7),
    dpi=96,
)
STATA = Style(
    "stata",
    "stata",
    font_size=9,
    widths=(1.3,),
    marks="",
    legend="bottom",
    grid="#dfe7ee",
    page="#eaf2f3",
    y_step=0.25,
    y_decimals=2,
    table_title="Number at risk",
    padding=0.02,
    text="none",
    panel_inches=(4.4, 3.0),
    dpi=120,
)
SAS = Style(
    "sas",
    "sas",
    font_size=8.5,
    widths=(1.3,),
    marks="+",
    mark_size=5.5,
    frame="box",
    legend="bottom",
    table="inside",
    table_title="",
    table_look="coloured",
    y_step=0.2,
    padding=0.03,
    text="sas",
    panel_inches=(5.0, 3.5),
    dpi=100,
    axis_width=0.6,
)
R_BASE = Style(
    "r_base",
    "r",
    font_size=9,
    widths=(1.0,),
    marks="+",
    mark_size=5,
    frame="box",
    legend="inset",
    table="none",
    padding=0.04,
    text="p",
    panel_inches=(4.4, 3.8),
    dpi=100,
)
SURVMINER = Style(
    "survminer",
    "hue2",
    font_size=9.5,
    widths=(1.9,),
    marks="+",
    mark_size=6,
    legend="top",
    table="below",
    table_look="boxed",
    table_title="Number at risk",
    y_step=0.25,
    y_decimals=2,
    padding=0.05,
    text="p",
    panel_inches=(4.6, 3.1),
    dpi=120,
    axis_width=1.0,
)
GGPLOT = Style(
    "ggplot",
    "hue2",
    font_size=8.5,
    widths=(1.3,),
    marks="",
    frame="none",
    ticks="out",
    face="#ebebeb",
    grid="#ffffff",
    grid_width=1.0,
    legend="right",
    table="none",
    y_step=0.25,
    y_decimals=2,
    padding=0.05,
    text="none",
    dpi=120,
)
PLAIN_BLACK = Style(
    "black_dashes",
    "black",
    dashes=LINE_STYLES,
    font="STIXGeneral",
    font_size=10,
    widths=(1.1,),
    marks="",
    legend="inset",
    text="plain",
    dpi=150,
)
MARKERS = Style(
    "markers",
    "black",
    font_size=8.5,
    widths=(1.0,),
    marks="",
    carries="osD^v*Ph",
    legend="inset",
    table="none",
    ticks="in",
    frame="box",
    text="p",
    dpi=130,
)
DARK = Style(
    "dark",
    "bright",
    font_size=9,
    widths=(1.6,),
    marks="|",
    page="#14202b",
    face="#14202b",
    ink="#f2f2f2",
    legend="inset",
    table_look="coloured",
    text="plain",
    dpi=110,
)

BASES = {
    s.name: s
    for s in (
        JAMA,
        LANCET,
        NEJM,
        PRISM,
        SPSS,
        STATA,
        SAS,
        R_BASE,
        SURVMINER,
        GGPLOT,
        PLAIN_BLACK,
        MARKERS,
        DARK,
    )
}

VARIANTS = {
    "grey": {"palette": "greys"},
    "dashed": {"palette": "black", "dashes": LINE_STYLES},
    "thick_thin": {"palette": "black", "widths": (2.6, 0.8, 1.7, 1.2)},
    "blues": {"palette": "blues"},
    "brewer": {"palette": "brewer"},
    "band": {"band": "shaded"},
    "limits": {"band": "lines"},
    "percent": {"percent": True},
    "rising": {"rising": True},
    "truncated": {"y_min": 0.5, "y_step": 0.1},
    "box": {"frame": "box", "ticks": "in"},
    "grid": {"grid": "#d5d5d5"},
    "direct": {"legend": "direct"},
    "no_table": {"table": "none"},
    "above": {"table": "above"},
    "inside": {"table": "inside", "y_min": 0.0},
    "events": {"table": "below", "table_look": "events"},
    "coloured": {"table": "below", "table_look": "coloured"},
    "keys": {"table": "below", "table_look": "keys", "legend": "none"},
    "circles": {"marks": "o", "mark_size": 4.0},
    "triangles": {"marks": "^", "mark_size": 4.5},
    "crosses": {"marks": "x", "mark_size": 4.5},
    "no_marks": {"marks": ""},
    "new_spss": {"palette": "spss_new", "face": "#ffffff", "grid": "#e6e6e6"},
    "rms_bands": {"band": "shaded", "palette": "greys", "dashes": LINE_STYLES, "marks": ""},
}


def styled(base: str, *variants: str, **more: object) -> Style:
    """A base style with named variants laid over it in order, then single fields."""
    style = BASES[base]
    for name in variants:
        style = replace(style, **VARIANTS[name])
    return replace(style, **more)
