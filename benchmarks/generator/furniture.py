"""Legends, names beside curves, statistics inside the plot, guide lines, insets."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from .cohorts import Cohort
from .drawing import draw_curve, shown
from .styles import Style
from .truth import color_of, hazard_ratios

CORNERS = {
    "lower left": (0.02, 0.04),
    "upper right": (0.98, 0.97),
    "upper left": (0.02, 0.97),
    "lower right": (0.98, 0.04),
}
BOX = (0.48, 0.3)  # share of the plot that a legend or a text block takes


def free_corners(cohort: Cohort, style: Style) -> list[str]:
    """Corners of the plot, the one with the least curve in it first."""
    end = cohort.ticks[-1]
    x = np.linspace(0, 1, 80)
    levels = [(arm.km.at(x * end)[x * end <= arm.time.max()] - style.y_min) / (1 - style.y_min) for arm in cohort.arms]
    load = {}
    for corner in CORNERS:
        right, upper = "right" in corner, "upper" in corner
        inside = 0
        for level in levels:
            y = 1 - level if style.rising else level
            xs = x[: len(y)]
            inside += int(
                np.sum(((xs > 1 - BOX[0]) if right else (xs < BOX[0])) & ((y > 1 - BOX[1]) if upper else (y < BOX[1])))
            )
        load[corner] = inside
    return sorted(CORNERS, key=lambda c: load[c])


def statistics_text(cohort: Cohort, style: Style) -> str | None:
    """HR and p value of two arms as the style prints them; None where the style or an arm without events has none."""
    ratios = hazard_ratios(cohort)
    if style.text == "none" or len(cohort.arms) != 2 or not ratios:
        return None
    found = ratios[0]
    hr, low, high = (f"{found[k]:.2f}" for k in ("hr", "lo", "hi"))
    p = found["logrank_p"]
    small = "<0.001" if p < 0.001 else f"={p:.3f}" if p < 0.1 else f"={p:.2f}"
    text = {
        "plain": f"HR {hr} (95% CI {low} to {high})\nLog-rank p{small}",
        "nejm": f"Hazard ratio, {hr}\n(95% CI, {low}\u2013{high})\nP{small}",
        "jama": f"HR, {hr} (95% CI, {low}-{high})\nLog-rank P {small[0]} {small[1:].lstrip('0')}",
        "lancet": f"HR {hr} (95% CI {low}\u2013{high})\np{small}",
        "sas": "Logrank p " + ("<.0001" if p < 0.0001 else f"= {p:.4f}"),
    }.get(style.text, "p < 0.0001" if p < 0.0001 else f"p = {p:.2g}")
    return text.replace(".", "\u00b7") if style.raised_dot else text


def draw_text(ax: Axes, text: str, corner: str, style: Style) -> None:
    """A block of text in a corner of the plot."""
    x, y = CORNERS[corner]
    if style.table == "inside" and "lower" in corner:
        low, high = ax.get_ylim()
        y += (min(ax.get_yticks()) - low) / (high - low)
    ax.text(
        x,
        y,
        text,
        transform=ax.transAxes,
        fontsize=style.font_size,
        color=style.ink,
        zorder=6,
        ha="right" if "right" in corner else "left",
        va="top" if "upper" in corner else "bottom",
    )


def draw_legend(ax: Axes, cohort: Cohort, style: Style, corner: str) -> None:
    """Line samples with the arms' names, where the style puts them."""
    handles = [
        ax.plot(
            [],
            [],
            color=color_of(style, row),
            linestyle=style.dashes[row],
            linewidth=style.widths[row % len(style.widths)],
            marker=style.carries[row] if style.carries else "",
            markersize=4.2,
            markerfacecolor=style.face if row % 2 else color_of(style, row),
        )[0]
        for row in range(len(cohort.arms))
    ]
    many = len(cohort.arms)
    places = {
        "inset": {"loc": corner, "frameon": style.frame == "box" and style.name == "spss"},
        "right": {"loc": "center left", "bbox_to_anchor": (1.02, 0.6), "frameon": False},
        "top": {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncol": min(many, 4), "frameon": False},
        "bottom": {
            "loc": "upper center",
            "bbox_to_anchor": (0.5, -_below(ax, style)),
            "ncol": min(many, 4),
            "frameon": True,
        },
    }
    if style.legend not in places:
        return
    ax.legend(
        handles,
        [arm.label for arm in cohort.arms],
        fontsize=style.font_size,
        labelcolor=style.ink,
        facecolor=style.page,
        edgecolor=style.ink,
        fancybox=False,
        handlelength=2.8,
        **places[style.legend],
    )


def _below(ax: Axes, style: Style) -> float:
    """Axes fraction from the axis down to a legend under the axis title."""
    return 3.9 * style.font_size / 72 / style.panel_inches[1]


def draw_names(ax: Axes, cohort: Cohort, style: Style) -> None:
    """The arms' names right of where their curves end, kept apart by a line's height."""
    end = cohort.ticks[-1]
    low, high = ax.get_ylim()
    apart = 1.25 * style.font_size / 72 / style.panel_inches[1] * (high - low)
    ends = [float(shown(arm.km.at([min(end, arm.time.max())])[0], style)) for arm in cohort.arms]
    order = np.argsort(ends)
    places = np.array(ends)[order]
    for k in range(1, len(places)):
        places[k] = max(places[k], places[k - 1] + apart)
    for row, y in zip(order, np.clip(places, low, None), strict=True):
        x = min(end, float(cohort.arms[row].time.max())) if len(order) <= 3 else end
        ax.annotate(
            cohort.arms[row].label,
            (x, y),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.font_size,
            annotation_clip=False,
            zorder=6,
            color=color_of(style, int(row)) if style.palette not in ("black", "greys") else style.ink,
        )


def draw_guides(ax: Axes, cohort: Cohort, style: Style, kind: str) -> None:
    """kind "median": broken lines at S = 0.5 to the medians; "landmark": an upright line with the rates."""
    half = float(shown(0.5, style))
    bottom = ax.get_ylim()[0]
    if kind == "median":
        medians = [m for arm in cohort.arms if np.isfinite(m := arm.km.median()) and m <= cohort.ticks[-1]]
        for m in medians:
            ax.plot([m, m], [bottom, half], color=style.ink, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        ax.plot(
            [0, max(medians, default=cohort.ticks[-1])],
            [half, half],
            color=style.ink,
            linewidth=0.8,
            linestyle=(0, (4, 3)),
            zorder=1,
        )
        return
    at = cohort.ticks[len(cohort.ticks) // 2]
    ax.axvline(at, color="#777777", linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=1)
    for row, arm in enumerate(cohort.arms):
        rate = float(arm.km.at([at])[0])
        up = 1 if row == int(np.argmax([float(a.km.at([at])[0]) for a in cohort.arms])) else -1
        ax.annotate(
            f"{100 * (1 - rate if style.rising else rate):.1f}%",
            (at, float(shown(rate, style))),
            xytext=(3, 9 * up * (-1 if style.rising else 1)),
            textcoords="offset points",
            va="center",
            fontsize=style.font_size,
            color=color_of(style, row),
        )


def draw_inset(ax: Axes, cohort: Cohort, style: Style) -> None:
    """The same curves once more, on a y axis that is cut to where they run (as NEJM does when few die)."""
    end = cohort.ticks[-1]
    lowest = min(float(arm.km.survival.min()) for arm in cohort.arms)
    floor = np.floor(10 * max(0.0, lowest - 0.03)) / 10
    inset = ax.inset_axes((0.16, 0.14, 0.72, 0.45))
    for row, arm in enumerate(cohort.arms):
        draw_curve(inset, arm, row, end, style)
    inset.set_xlim(0, end)
    inset.set_ylim(*sorted(float(shown(v, style)) for v in (floor, 1.0)))
    inset.set_xticks(cohort.ticks)
    inset.tick_params(labelsize=style.font_size * 0.85, colors=style.ink, length=2)
    inset.spines[["top", "right"]].set_visible(False)
