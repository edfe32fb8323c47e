"""Figures that show no Kaplan-Meier curve and must be refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes


def draw_bars(ax: Axes, rng: np.random.Generator) -> None:
    """Bars with errors."""
    heights = rng.uniform(20, 90, 5)
    ax.bar(
        ["Control", "A", "B", "C", "D"],
        heights,
        yerr=heights * 0.1,
        color=["#777777", *["#3a76af"] * 4],
        capsize=3,
    )
    ax.set_ylabel("Response (%)")


def draw_scatter(ax: Axes, rng: np.random.Generator) -> None:
    """Two clouds of points with a regression line."""
    for color in ("#c0504d", "#4f81bd"):
        x = rng.normal(50, 15, 80)
        ax.plot(x, 0.6 * x + rng.normal(0, 8, 80), "o", color=color, markersize=3)
    ax.plot([10, 90], [6, 54], color="black")
    ax.set(xlabel="Age (years)", ylabel="Score")


def draw_roc(ax: Axes, rng: np.random.Generator) -> None:
    """Rising staircases in the unit square, with the diagonal."""
    for color, shift in (("#1f77b4", 1.4), ("#d62728", 0.7)):
        scores = np.r_[rng.normal(shift, 1, 120), rng.normal(0, 1, 120)]
        hits = np.r_[np.ones(120), np.zeros(120)][np.argsort(-scores)]
        ax.plot(
            np.r_[0, np.cumsum(1 - hits) / 120],
            np.r_[0, np.cumsum(hits) / 120],
            color=color,
            label=f"AUC {shift / 2 + 0.2:.2f}",
        )
    ax.plot([0, 1], [0, 1], "--", color="grey")
    ax.set(xlabel="1 - Specificity", ylabel="Sensitivity", xlim=(0, 1), ylim=(0, 1))
    ax.legend(loc="lower right")


def draw_forest(ax: Axes, rng: np.random.Generator) -> None:
    """Hazard ratios of subgroups with their intervals."""
    groups = [
        "Overall",
        "Male",
        "Female",
        "Age <65",
        "Age 65 or more",
        "ECOG 0",
        "ECOG 1",
        "Stage III",
        "Stage IV",
    ]
    ratio = np.exp(rng.normal(-0.3, 0.25, len(groups)))
    rows = np.arange(len(groups))[::-1]
    ax.errorbar(ratio, rows, xerr=[ratio * 0.25, ratio * 0.35], fmt="s", color="black", markersize=5)
    ax.axvline(1, color="black", linewidth=0.8)
    ax.set_xscale("log")
    ax.set_yticks(rows, groups)
    ax.set_xlabel("Hazard ratio (95% CI)")


def draw_cumulative_hazard(ax: Axes, rng: np.random.Generator) -> None:
    """Nelson-Aalen estimates that pass 1."""
    for color, rate in (("#1b9e77", 0.09), ("#d95f02", 0.05)):
        times = np.sort(np.minimum(rng.exponential(1 / rate, 90), 36))
        ax.step(times, np.cumsum(1 / np.arange(90, 0, -1)), where="post", color=color)
    ax.set(xlabel="Time (months)", ylabel="Cumulative hazard", ylim=(0, 4), xlim=(0, 36))


def draw_smooth_models(ax: Axes, rng: np.random.Generator) -> None:
    """Parametric survival curves: smooth, no step anywhere."""
    t = np.linspace(0, 60, 400)
    for label, scale, shape in (("Weibull", 30, 1.3), ("Exponential", 40, 1.0), ("Gompertz", 24, 1.8)):
        ax.plot(t, np.exp(-((t / scale) ** shape)), label=label)
    ax.set(xlabel="Months", ylabel="Modelled survival", ylim=(0, 1), xlim=(0, 60))
    ax.legend()


def draw_calibration(ax: Axes, rng: np.random.Generator) -> None:
    """Observed against predicted survival."""
    x = np.linspace(0.15, 0.9, 6)
    ax.errorbar(x, x + rng.normal(0, 0.03, 6), yerr=0.06, fmt="o-", color="#345")
    ax.plot([0, 1], [0, 1], ":", color="grey")
    ax.set(xlabel="Predicted 3-year survival", ylabel="Observed 3-year survival", xlim=(0, 1), ylim=(0, 1))


def draw_boxes(ax: Axes, rng: np.random.Generator) -> None:
    """Box plots."""
    ax.boxplot([rng.normal(m, 8, 60) for m in (40, 52, 61)])
    ax.set_xticks([1, 2, 3], ["Low", "Mid", "High"])
    ax.set_ylabel("Expression (TPM)")


def draw_time_course(ax: Axes, rng: np.random.Generator) -> None:
    """Means with errors over visits, falling: looks like survival, is none."""
    weeks = np.arange(0, 53, 4)
    for color, slope in (("#000000", 0.5), ("#cc0000", 0.9)):
        ax.errorbar(
            weeks,
            80 - slope * weeks + rng.normal(0, 1.5, len(weeks)),
            yerr=3,
            color=color,
            marker="o",
            capsize=2,
        )
    ax.set(xlabel="Week", ylabel="Mean score", ylim=(0, 100))


def draw_waterfall(ax: Axes, rng: np.random.Generator) -> None:
    """Best change of each patient's tumour, sorted: a staircase of bars."""
    change = np.sort(rng.normal(-20, 35, 50))[::-1]
    ax.bar(np.arange(50), change, color=np.where(change < -30, "#2a7", "#b55"), width=0.9)
    ax.axhline(-30, linestyle="--", color="black", linewidth=0.8)
    ax.set(xlabel="Patient", ylabel="Best change from baseline (%)")


def draw_swimmers(ax: Axes, rng: np.random.Generator) -> None:
    """One bar of follow-up a patient."""
    length = np.sort(rng.exponential(14, 25))
    ax.barh(np.arange(25), length, color="#88aacc", edgecolor="black", linewidth=0.4)
    ax.plot(length, np.arange(25), ">", color="black", markersize=4)
    ax.set(xlabel="Months since first dose", ylabel="Patient")


def draw_histogram(ax: Axes, rng: np.random.Generator) -> None:
    """Counts per bin."""
    ax.hist(rng.gamma(3, 9, 500), bins=30, color="#bbbbbb", edgecolor="black")
    ax.set(xlabel="Follow-up (months)", ylabel="Number of patients")


NOT_KM: dict[str, Callable[[Axes, np.random.Generator], None]] = {
    "bars": draw_bars,
    "scatter": draw_scatter,
    "roc": draw_roc,
    "forest": draw_forest,
    "cumulative_hazard": draw_cumulative_hazard,
    "smooth_models": draw_smooth_models,
    "calibration": draw_calibration,
    "boxes": draw_boxes,
    "time_course": draw_time_course,
    "waterfall": draw_waterfall,
    "swimmers": draw_swimmers,
    "histogram": draw_histogram,
}
