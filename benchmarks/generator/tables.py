"""Number-at-risk tables as they stand below, above or inside a plot."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import Transform, offset_copy

from .cohorts import Arm, Cohort
from .kaplan_meier import count_at_risk
from .styles import Style
from .truth import color_of

LINE_SPACING = 1.55  # of table rows, in font sizes
LETTER_WIDTH = 0.62  # of DejaVu Sans on average, in font sizes
TITLES = {"events": "No. at risk (events)", "censored": "Number at risk\n(number censored)"}


def row_height_inches(style: Style) -> float:
    """Distance between two rows of the table."""
    return style.font_size * LINE_SPACING / 72


def table_inches(cohort: Cohort, style: Style) -> float:
    """Height that a table below or above the plot takes."""
    if style.table not in ("below", "above"):
        return 0.0
    title = table_title(style)
    rows = len(cohort.arms) + (title.count("\n") + 1 if title else 0)
    rows += 1.4 if style.table_look == "boxed" else 0.6 if style.table == "above" else 0
    return rows * row_height_inches(style) + 0.06


def name_inches(cohort: Cohort, style: Style) -> float:
    """Width that the arm names left of the table take."""
    if style.table == "none":
        return 0.0
    letters = 6 if style.table_look == "keys" else max(len(arm.label) for arm in cohort.arms)
    if style.table in ("below", "above") and style.table_look != "boxed":
        letters = max(letters, *(len(line) for line in table_title(style).split("\n")))
    return letters * LETTER_WIDTH * style.font_size / 72 + name_gap_inches(cohort, style)


def name_gap_inches(cohort: Cohort, style: Style) -> float:
    """From the right end of the names to time 0: half of the widest first cell, and a space."""
    letters = max(len(cell_texts(arm, cohort, style)[0]) for arm in cohort.arms)
    return (letters / 2 + 1.2) * LETTER_WIDTH * style.font_size / 72


def table_title(style: Style) -> str:
    """The line above the rows."""
    return TITLES.get(style.table_look, style.table_title)


def cell_texts(arm: Arm, cohort: Cohort, style: Style) -> list[str]:
    """What stands in each cell of an arm's row."""
    counts = count_at_risk(arm.time, cohort.ticks)
    if style.table_look not in ("events", "censored"):
        return [str(n) for n in counts]
    wanted = 1 if style.table_look == "events" else 0
    passed = [int(np.sum((arm.time < t) & (arm.event == wanted))) for t in cohort.ticks]
    return [f"{n} ({k})" for n, k in zip(counts, passed, strict=True)]


def draw_table(ax: Axes, cohort: Cohort, style: Style, label_room_inches: float) -> None:
    """Draw the table. label_room_inches: what tick numbers and axis title take below the axis."""
    if style.table == "none":
        return
    step = row_height_inches(style)
    if style.table == "inside":
        _draw_inside(ax, cohort, style)
        return
    below = style.table == "below"
    title_rows = table_title(style).count("\n") + 1 if table_title(style) else 0
    first = -(label_room_inches + 0.5 * step) if below else (len(cohort.arms) + title_rows + 0.6) * step
    edge = 0.0 if below else 1.0
    if title_rows:
        place = _left_of_axis(ax, cohort, style, first)
        ax.text(
            0,
            edge,
            table_title(style),
            transform=place,
            ha="left" if style.table_look == "boxed" else "right",
            va="top",
            fontsize=style.font_size,
            color=style.ink,
            fontweight="bold" if style.name == "jama" else None,
        )
    for row, arm in enumerate(cohort.arms):
        _draw_row(ax, arm, row, cohort, style, edge, first - (title_rows + row) * step - 0.5 * step)
    if style.table_look == "boxed":
        _draw_box(ax, cohort, style, first - title_rows * step, step)


def _left_of_axis(ax: Axes, cohort: Cohort, style: Style, inches: float) -> Transform:
    """Axes fractions moved up by inches, and left until a text ending there is clear of the first cell."""
    left = 0.05 if style.table_look == "boxed" else name_gap_inches(cohort, style)
    return offset_copy(ax.transAxes, fig=ax.figure, x=-left, y=inches, units="inches")


def _draw_row(ax: Axes, arm: Arm, row: int, cohort: Cohort, style: Style, edge: float, inches: float) -> None:
    color = color_of(style, row) if style.table_look in ("coloured", "boxed") else style.ink
    cells = offset_copy(ax.get_xaxis_transform(), fig=ax.figure, x=0, y=inches, units="inches")
    for t, text in zip(cohort.ticks, cell_texts(arm, cohort, style), strict=True):
        ink = style.ink if style.table_look == "boxed" else color
        ax.text(t, edge, text, transform=cells, ha="center", va="center", fontsize=style.font_size, color=ink)
    names = _left_of_axis(ax, cohort, style, inches)
    if style.table_look == "keys":
        start, stop = (
            ax.transAxes.inverted().transform(ax.transAxes.transform((0, 0)) + np.array([dx, 0]))[0]
            for dx in (-40, -15)
        )
        ax.add_line(
            Line2D(
                [start, stop],
                [edge, edge],
                transform=cells_transform(ax, inches),
                color=color_of(style, row),
                linewidth=2,
                linestyle=style.dashes[row],
                clip_on=False,
            )
        )
        return
    ax.text(
        -0.06 * (style.table_look == "boxed"),
        edge,
        arm.label,
        transform=names,
        ha="right",
        va="center",
        fontsize=style.font_size,
        color=color,
    )


def cells_transform(ax: Axes, inches: float) -> Transform:
    """Axes fractions moved up by inches."""
    return offset_copy(ax.transAxes, fig=ax.figure, x=0, y=inches, units="inches")


def _draw_inside(ax: Axes, cohort: Cohort, style: Style) -> None:
    """SAS: the axis runs on below its lowest tick, and the rows stand there under a thin line."""
    bottom, top = ax.get_ylim()
    share = row_height_inches(style) / style.panel_inches[1]
    room = (len(cohort.arms) + 0.6) * share * (top - bottom)
    ax.set_ylim(bottom - room, top)
    ax.axhline(bottom, color=style.ink, linewidth=0.6)
    for row, arm in enumerate(cohort.arms):
        color = color_of(style, row) if style.table_look == "coloured" else style.ink
        level = bottom - (row + 0.7) * share * (top - bottom)
        for t, text in zip(cohort.ticks, cell_texts(arm, cohort, style), strict=True):
            ax.text(t, level, text, ha="center", va="center", fontsize=style.font_size, color=color)
        ax.annotate(
            arm.label,
            (0, level),
            xycoords=ax.get_yaxis_transform(),
            xytext=(-72 * name_gap_inches(cohort, style), 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=style.font_size,
            color=color,
            annotation_clip=False,
        )


def _draw_box(ax: Axes, cohort: Cohort, style: Style, top: float, step: float) -> None:
    """ggplot: the table is a small plot of its own, with an L frame and the times once more."""
    bottom = top - (len(cohort.arms) + 0.1) * step
    lines = ([0, 0], [0, 0], top, bottom), ([0, 1], [0, 0], bottom, bottom)
    for x, _, high, low in lines:
        a, b = cells_transform(ax, high), cells_transform(ax, low)
        start, stop = a.transform((x[0], 0)), b.transform((x[1], 0))
        inverse = ax.transAxes.inverted()
        ends = inverse.transform([start, stop])
        ax.add_line(Line2D(ends[:, 0], ends[:, 1], transform=ax.transAxes, color=style.ink, linewidth=1, clip_on=False))
    for t in cohort.ticks:
        place = offset_copy(ax.get_xaxis_transform(), fig=ax.figure, x=0, y=bottom - 0.5 * step, units="inches")
        ax.text(
            t,
            0,
            f"{t:g}",
            transform=place,
            ha="center",
            va="center",
            fontsize=style.font_size,
            color=style.ink,
        )
