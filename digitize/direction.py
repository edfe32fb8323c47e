"""What a y axis counts: fraction or percent, survivors (falling curves) or events (rising curves)."""

from __future__ import annotations

import re

import numpy as np

from ..records import Box, Direction, FloatArray, Scale
from .raster import GreyArray

# The largest label of a fraction axis is 1, padded ones go to 1.2; the smallest percent axis seen ends at
# 2.5 (cumulative incidence of stroke).
LARGEST_FRACTION = 1.5
# An axis that ends below this cannot show S = 1, so its curves rise from 0.
SURVIVAL_TOP = 0.9
# The curves start in the first part of the axis, and leave S = 1 or 0 by less than this share of its height
# within it (width from, width to, height).
START_FROM, START_TO, START_HEIGHT = 0.005, 0.05, 0.035
# Ink is what differs from the paper by this many grey levels.
INK = 40.0
# One end must have this much more of the start's columns inked than the other to decide.
CLEAR_LEAD = 0.35

_SURVIVAL = re.compile(
    r"surviv|surv\b|free\b|freedom|alive|remission|retention|without|s\(t\)|remaining|persisten|patency", re.I
)
_INCIDENCE = re.compile(
    r"inciden|cumulative (event|mortality|death|failure|risk|prob)|event rate|failure|mortality|1 ?- ?s|"
    r"(prob\w*|risk|rate|prop\w*) (of|with) .*(event|death|dying|relapse|recurrence|progress|fail|stroke)|"
    r"with (an )?event|hazard",
    re.I,
)


def axis_scale(values: FloatArray, has_percent_signs: bool) -> Scale:
    """Percent when the labels say so or are too large for a fraction."""
    return "percent" if has_percent_signs or float(np.max(values)) > LARGEST_FRACTION else "fraction"


def direction_in_words(text: str) -> Direction | None:
    """What a y label, title or caption calls the curves ("event-free" falls); None when it does not say."""
    if _SURVIVAL.search(text):
        return "survival"
    return "incidence" if _INCIDENCE.search(text) else None


def direction_of_ink(levels: GreyArray, area: Box, top_px: float, bottom_px: float, start_px: float) -> float:
    """Where curves leave the y axis: +1 all at the top (survival), -1 all at the bottom, 0 unclear.

    levels: grey with text painted out. top_px, bottom_px: y positions of 1 and 0; start_px: x of time 0.
    Frame and grid lines are told by their being there all along the axis, not only at its start.
    """
    width, height = area.right - start_px, bottom_px - top_px
    first, last = start_px + max(2, START_FROM * width), start_px + max(5, START_TO * width)
    columns = slice(int(first), int(last) + 1)
    later = slice(int(start_px + 0.5 * width), int(area.right) - 2)
    paper = float(
        np.median(levels[int(area.top) : int(area.bottom) + 1, int(area.left) : int(area.right) + 1])
    )
    shares = []
    for level in (top_px, bottom_px):
        reach = max(2, int(START_HEIGHT * height))
        rows = slice(max(0, int(level) - reach), int(level) + reach + 1)
        ink = np.abs(levels[rows] - paper) > INK
        lines = ink[:, later].mean(axis=1) > 0.5
        shares.append(float(ink[~lines][:, columns].any(axis=0).mean()) if (~lines).any() else 0.0)
    return shares[0] - shares[1]
