"""truth.json: what a figure shows, in the format that the scorers of the project read."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from .cohorts import Arm, Cohort, censored_at
from .kaplan_meier import count_at_risk, cox_hazard_ratio, logrank_p
from .styles import Style

Points = dict[str, tuple[float, float]]


def describe_arm(arm: Arm, cohort: Cohort, style: Style, row: int, printed: bool) -> dict[str, Any]:
    """One arm: patients, curve, counts at the ticks, where its line ends."""
    end = cohort.ticks[-1]
    shown, km, last = censored_at(arm, end), arm.km, float(arm.time.max())
    counts = count_at_risk(arm.time, cohort.ticks)
    median = km.median()
    return {
        "label": arm.label,
        "color": color_of(style, row),
        "lty": 1 + style.dashes.index(style.dashes[row]),
        "n": len(arm.time),
        "events": int(arm.event.sum()),
        "events_by_xmax": int(shown.event.sum()),
        "last_time": last,
        "curve_end": min(last, end),
        "ipd": {"time": _rounded(arm.time), "event": [int(e) for e in arm.event]},
        "km": {"time": _rounded(km.time), "surv": _rounded(km.survival, 10)},
        "n_risk": {"time": list(cohort.ticks), "n": counts, "n_as_printed": counts if printed else None},
        "median": None if math.isnan(median) else median,
    }


def describe_panel(
    cohort: Cohort, style: Style, index: int, x_label: str, y_label: str, text: str | None, axes: Points
) -> dict[str, Any]:
    """One panel with its arms, what is shown, and the pixel places of its axes."""
    printed = style.table != "none"
    y_max = 1.0
    arms = [describe_arm(a, cohort, style, i, printed) for i, a in enumerate(cohort.arms)]
    return {
        "index": index,
        "cohort": cohort.name,
        "endpoint": cohort.endpoint,
        "x": {
            "min": 0.0,
            "max": cohort.ticks[-1],
            "ticks": list(cohort.ticks),
            "label": x_label,
            "unit": cohort.unit,
        },
        "y": {
            "min": style.y_min,
            "max": y_max,
            "ticks": y_ticks(style),
            "label": y_label,
            "percent": style.percent,
            "cumulative_incidence": style.rising,
        },
        "n_arms": len(arms),
        "arms": arms,
        "truncated": style.y_min > 0,
        "show": {
            "risk_table": printed,
            "censor_marks": bool(style.marks),
            "conf_int": bool(style.band),
            "legend": style.legend,
            "inset_text": text,
        },
        "stats_full": {"hr": hazard_ratios(cohort)},
        "pixel_axes": {
            "note": "px of the final file from its top-left corner, where a pixel's centre is at .5",
            **{name: {"px": [round(v, 3) for v in place]} for name, place in axes.items()},
        },
    }


def hazard_ratios(cohort: Cohort) -> list[dict[str, Any]]:
    """Each further arm against the first; none where an arm has no events, which leaves the ratio open to one side."""
    first = cohort.arms[0]
    out = []
    for arm in cohort.arms[1:]:
        if not (np.any(first.event) and np.any(arm.event)):
            continue
        pair = (first.time, first.event), (arm.time, arm.event)
        ratio, p = cox_hazard_ratio(*pair), logrank_p(*pair)
        low, high = ratio.limits
        out.append(
            {
                "arm": arm.label,
                "ref": first.label,
                "hr": ratio.value,
                "lo": low,
                "hi": high,
                "se": ratio.se,
                "logrank_p": p,
            }
        )
    return out


def color_of(style: Style, row: int) -> str:
    """Colour of the row-th arm."""
    from .styles import PALETTES

    return PALETTES[style.palette][row]


def y_ticks(style: Style) -> list[float]:
    """Ticks of the y axis, as fractions."""
    steps = round((1.0 - style.y_min) / style.y_step)
    return [round(style.y_min + k * style.y_step, 6) for k in range(steps + 1)]


def write_json(record: dict[str, Any], path: Path) -> None:
    """Write with one key a line and lists of numbers on one line, so that a person can read it."""
    text = json.dumps(record, indent=1)
    path.write_text(_join_number_lists(text) + "\n")


def _join_number_lists(text: str) -> str:
    import re

    return re.sub(r"\[\s+([-\d.,\s]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m.group(1)) + "]", text)


def _rounded(values: Any, digits: int = 6) -> list[float]:
    return [round(float(v), digits) for v in np.asarray(values, float)]
