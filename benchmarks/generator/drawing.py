"""Draw a cohort as one panel in a style: frame, ticks, bands, curves, censor marks."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from .cohorts import Arm, Cohort
from .kaplan_meier import FloatArray
from .styles import Style
from .truth import color_of, y_ticks

JAMA_UNITS = {"days": "d", "weeks": "wk", "months": "mo", "years": "y"}
FEW_LEFT = 10  # patients at risk below which some programs break the line


def shown(survival: FloatArray | float, style: Style) -> FloatArray:
    """Survival as the y axis shows it: falling or rising, fraction or percent."""
    value = np.asarray(survival, float)
    return (1 - value if style.rising else value) * (100.0 if style.percent else 1.0)


def staircase(arm: Arm, end: float) -> tuple[FloatArray, FloatArray]:
    """Vertices (time, survival) of the drawn line, from 0 to the last patient or the axis end."""
    km, last = arm.km, min(float(arm.time.max()), end)
    keep = km.time <= last
    time, level = np.r_[km.time[keep], last], np.r_[km.survival[keep], km.survival[keep][-1]]
    return np.repeat(time, 2)[1:], np.repeat(level, 2)[:-1]


def draw_panel(ax: Axes, cohort: Cohort, style: Style) -> None:
    """Everything inside and along the frame, without texts, legend and table."""
    set_up_axes(ax, cohort, style)
    end = cohort.ticks[-1]
    for row, arm in enumerate(cohort.arms):
        if style.band:
            draw_band(ax, arm, row, end, style)
    for row, arm in enumerate(cohort.arms):
        draw_curve(ax, arm, row, end, style)


def set_up_axes(ax: Axes, cohort: Cohort, style: Style) -> None:
    """Limits, ticks with their printed numbers, frame, grid and axis titles."""
    end = cohort.ticks[-1]
    bottom, top = sorted(shown(np.array([style.y_min, 1.0]), style))
    pad_x, pad_y = style.padding * end, style.padding * (top - bottom)
    ax.set_xlim(-pad_x, end + pad_x)
    ax.set_ylim(bottom - pad_y, top + pad_y)
    ax.set_facecolor(style.face)
    at = sorted(float(shown(t, style)) for t in y_ticks(style))
    ax.set_yticks(at, [_tick_text(v, style) for v in at])
    ax.set_xticks(cohort.ticks, [f"{t:g}" if k % style.label_every == 0 else "" for k, t in enumerate(cohort.ticks)])
    _set_frame(ax, style)
    if style.grid:
        ax.grid(color=style.grid, linewidth=style.grid_width)
        ax.set_axisbelow(True)
    ax.set_xlabel(x_title(cohort, style), fontsize=style.font_size * 1.1, color=style.ink)
    ax.set_ylabel(y_title(cohort, style), fontsize=style.font_size * 1.1, color=style.ink)


def _set_frame(ax: Axes, style: Style) -> None:
    for side, spine in ax.spines.items():
        spine.set_visible(style.frame == "box" or (style.frame == "L" and side in ("left", "bottom")))
        spine.set_linewidth(style.axis_width)
        spine.set_color(style.ink)
    ax.tick_params(
        direction="in" if style.ticks == "in" else "out",
        length=0 if style.ticks == "none" else 3.5 * max(1.0, style.axis_width**0.5),
        width=style.axis_width,
        color=style.ink,
        labelcolor=style.ink,
        labelsize=style.font_size,
    )


def _tick_text(value: float, style: Style) -> str:
    if style.percent:
        return f"{value:.0f}%" if style.name in ("ggplot", "survminer") else f"{value:.0f}"
    text = f"{value:.{style.y_decimals}f}"
    return text.replace(".", "\u00b7") if style.raised_dot else text


def x_title(cohort: Cohort, style: Style) -> str:
    """Title of the time axis in the manner of the style."""
    unit = cohort.unit
    return {
        "jama": f"Time since randomization, {JAMA_UNITS[unit]}",
        "nejm": unit.capitalize(),
        "lancet": f"Time since randomisation ({unit})",
        "sas": f"Time ({unit})",
        "stata": f"Analysis time ({unit})",
        "spss": f"Follow-up ({unit})",
        "survminer": f"Time in {unit}",
    }.get(style.name, f"Time ({unit})")


def y_title(cohort: Cohort, style: Style) -> str:
    """Title of the survival axis in the manner of the style."""
    what = "Cumulative incidence" if style.rising else cohort.endpoint
    if style.name == "spss":
        return "Cum Survival" if not style.rising else "One Minus Cum Survival"
    if style.name == "prism":
        return "Percent survival" if style.percent else "Survival"
    if style.percent and style.name not in ("ggplot", "survminer"):
        return f"{what}, %" if style.name == "jama" else f"{what} (%)"
    return what


def draw_curve(ax: Axes, arm: Arm, row: int, end: float, style: Style) -> None:
    """One arm's staircase and the marks of its censored patients."""
    color, width = color_of(style, row), style.widths[row % len(style.widths)]
    time, level = staircase(arm, end)
    clip = style.y_min > 0
    ax.plot(
        time,
        shown(level, style),
        color=color,
        linewidth=width,
        linestyle=style.dashes[row],
        clip_on=clip,
        dash_capstyle="butt",
        solid_joinstyle="miter",
        zorder=3,
    )
    if style.broken_tail:
        _break_tail(ax, arm, time, shown(level, style), color, style)
    if style.carries:
        km = arm.km
        keep = km.time <= end
        ax.plot(
            km.time[keep],
            shown(km.survival[keep], style),
            style.carries[row],
            color=color,
            markersize=4.2,
            markerfacecolor=style.face if row % 2 else color,
            clip_on=clip,
            zorder=4,
        )
    if style.marks:
        draw_marks(ax, arm, row, end, style)


def _break_tail(ax: Axes, arm: Arm, time: FloatArray, level: FloatArray, color: str, style: Style) -> None:
    """Paint gaps into the line from the moment few patients are left, as survminer and some journals do."""
    left = np.sort(arm.time)[-min(FEW_LEFT, len(arm.time))]
    first = int(np.searchsorted(time, left))
    rest, heights = np.r_[left, time[first:]], np.r_[level[max(0, first - 1)], level[first:]]
    ax.plot(
        rest,
        heights,
        color=style.face,
        linewidth=style.widths[0] * 1.4,
        linestyle=(0, (1.5, 3)),
        clip_on=False,
        zorder=3.5,
    )


def draw_marks(ax: Axes, arm: Arm, row: int, end: float, style: Style) -> None:
    """The style's mark at each censoring time, on the line or standing on it."""
    times = np.unique(arm.time[(arm.event == 0) & (arm.time <= end)])
    marker: str | int = 2 if style.marks_above and style.marks == "|" else style.marks  # 2 is matplotlib's TICKUP
    ax.plot(
        times,
        shown(arm.km.at(times), style),
        linestyle="",
        marker=marker,
        markersize=style.mark_size,
        color=color_of(style, row),
        markeredgewidth=max(0.7, 0.6 * style.widths[row % len(style.widths)]),
        markerfacecolor="none",
        clip_on=style.y_min > 0,
        zorder=4,
    )


def draw_band(ax: Axes, arm: Arm, row: int, end: float, style: Style) -> None:
    """Pointwise 95% limits as a shaded area or as two thin broken lines."""
    time, _ = staircase(arm, end)
    km = arm.km
    row_of = np.r_[0, np.repeat(np.arange(1, len(km.time)), 2)][: len(time)]
    low, high = (limit[np.minimum(row_of, len(km.time) - 1)] for limit in km.limits(km.time))
    low, high = _pad(low, len(time)), _pad(high, len(time))
    color = color_of(style, row)
    if style.band == "shaded":
        ax.fill_between(time, shown(low, style), shown(high, style), color=color, alpha=0.2, linewidth=0, zorder=2)
        return
    for limit in (low, high):
        ax.plot(time, shown(limit, style), color=color, linewidth=0.6, linestyle=(0, (3, 2)), zorder=2)


def _pad(values: FloatArray, length: int) -> FloatArray:
    return np.r_[values, np.full(max(0, length - len(values)), values[-1])]
