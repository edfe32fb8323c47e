"""Which name belongs to which arm: legend keys, names written beside curves, rows of the number-at-risk table.

A name is tied by what the figure shows: the line style of its key, the colour of its letters, its place beside a
curve. Ties between table rows and arms must also respect n(t)/N <= S(t-).
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace

import numpy as np

from ..records import Panel, PixelArray, Rgb, RiskRow, RiskTable, SurvivalCurve, TextLine
from .drawnarm import DrawnArm
from .inks import color_distance, paper_color, to_lab
from .legend import LegendKey, may_name_an_arm

LABEL_REACH = 3.0
"""Farthest a name stands from its curve, in heights of its letters."""
LETTER_COLOR = 25.0
"""Lab distance within which letters have their curve's colour; thin letters are paler than thick lines."""
CHROMA = 18.0
"""Lab chroma above which a colour is no grey: black letters on tinted paper or in JPEG have below 10, muted inks 20."""
LEAST_CHROMA, HUE_TURN = 3.0, 30.0
"""Lab chroma that a faded sample keeps, and the degrees by which fading may turn its hue; arms lie 40 degrees apart."""
TIME_SLACK = 0.008
"""Share of the table's time span by which a drop may be read early: a pixel or two in small pictures."""
NO_TIE = 4.0
"""Price above which a row or name is tied to no arm."""


@dataclass(frozen=True, slots=True)
class ArmName:
    """The name found for an arm and where it came from: "legend", "label", "table" or "" for none."""

    name: str
    source: str


def name_arms(
    arms: list[DrawnArm], texts: tuple[TextLine, ...], pixels: PixelArray, panel: Panel, curves: list[SurvivalCurve]
) -> list[ArmName]:
    """Names from legend keys by line style, then from labels beside curves for the arms still unnamed."""
    names = [ArmName("", "")] * len(arms)
    for arm, key in _tie_keys(arms):
        names[arm] = ArmName(key.name, "legend")
    taken = {k.text_box for arm in arms for k in arm.keys}
    free = [t for t in texts if t.box not in taken and may_name_an_arm(t) and _beside_plot(t, panel)]
    open_arms = [i for i, n in enumerate(names) if not n.name]
    for arm, line in _tie_labels(arms, open_arms, free, pixels):
        names[arm] = ArmName(line.text.strip(), "label")
    return names


def _tie_keys(arms: list[DrawnArm]) -> list[tuple[int, LegendKey]]:
    """Pair the keys of each ink with the arms drawn in it, by dash rhythm and stroke width."""
    ties = []
    for keys in dict.fromkeys(a.keys for a in arms if a.keys):
        members = [i for i, a in enumerate(arms) if a.keys == keys]
        price = np.array([[_style_gap(arms[i], key) for key in keys] for i in members])
        ties += [(members[r], keys[c]) for r, c in _cheapest_pairs(price)]
    return ties


def _style_gap(arm: DrawnArm, key: LegendKey) -> float:
    """How unlike a curve's line is to a key's sample."""
    width = abs(np.log((arm.width_px + 1.0) / (key.width_px + 1.0)))
    return 3.0 * abs(arm.inked - key.inked) + 0.5 * width


def _cheapest_pairs(price: np.ndarray) -> list[tuple[int, int]]:
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(price)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True)]


def with_last_key(arms: list[DrawnArm], legend: tuple[LegendKey, ...]) -> list[DrawnArm]:
    """The arms, the only one without a key given the only key that no arm shows, unless their hues differ.

    Thin samples in small pictures lose so much colour that they are not tied to their ink.
    """
    bare = [i for i, arm in enumerate(arms) if not arm.keys]
    left = [k for k in legend if not any(k in arm.keys for arm in arms)]
    if len(bare) != 1 or len(left) != 1 or len(legend) != len(arms) or len(arms) < 2:
        return arms
    if not _may_share_hue(arms[bare[0]].color, left[0].color):
        return arms
    return [replace(arm, keys=(left[0],)) if i == bare[0] else arm for i, arm in enumerate(arms)]


def _may_share_hue(one: Rgb, two: Rgb) -> bool:
    """Whether two colours are both grey, or of one hue however pale."""
    (_, *a), (_, *b) = to_lab(np.asarray(one, float)), to_lab(np.asarray(two, float))
    if max(np.hypot(*a), np.hypot(*b)) < CHROMA:
        return True
    turn = np.degrees(np.arctan2(a[1], a[0]) - np.arctan2(b[1], b[0]))
    return min(np.hypot(*a), np.hypot(*b)) > LEAST_CHROMA and abs((turn + 180) % 360 - 180) < HUE_TURN


def _beside_plot(line: TextLine, panel: Panel) -> bool:
    area = panel.plot_area
    x, y = line.box.centre
    return area.left < x and area.top - line.box.height < y < area.bottom and panel.region.contains(x, y)


def _tie_labels(
    arms: list[DrawnArm], open_arms: list[int], lines: list[TextLine], pixels: PixelArray
) -> list[tuple[int, TextLine]]:
    """Pair unnamed arms with lines of text by the colour of the letters and the distance to the curve."""
    if not open_arms or not lines:
        return []
    price = np.full((len(open_arms), len(lines)), 2 * NO_TIE)
    for c, line in enumerate(lines):
        letters = letter_color(pixels, line)
        for r, i in enumerate(open_arms):
            price[r, c] = _label_price(arms[i], line, letters)
    pairs = _cheapest_pairs(price)
    return [(open_arms[r], lines[c]) for r, c in pairs if price[r, c] < NO_TIE]


def _label_price(arm: DrawnArm, line: TextLine, letters: Rgb) -> float:
    distance = _distance_to_curve(arm, line) / max(line.box.height, 6.0)
    if is_chromatic(letters):
        gap = color_distance(letters, arm.color) / LETTER_COLOR
        return gap * NO_TIE + 0.1 * min(distance, 5.0) if gap < 1.0 else 2 * NO_TIE
    return distance / LABEL_REACH * NO_TIE if distance < LABEL_REACH else 2 * NO_TIE


def _distance_to_curve(arm: DrawnArm, line: TextLine) -> float:
    """Distance in px from a text box to the nearest point of an arm's staircase."""
    x = np.r_[arm.trace.x_px, arm.trace.end_px]
    y = np.r_[arm.trace.y_px, arm.trace.y_px[-1]]
    across = np.maximum(0.0, np.maximum(line.box.left - x[1:], x[:-1] - line.box.right))
    down = np.maximum(0.0, np.maximum(line.box.top - y[:-1], y[:-1] - line.box.bottom))
    return float(np.hypot(across, down).min())


def letter_color(pixels: PixelArray, line: TextLine) -> Rgb:
    """Colour of a text's letters: the median of its strongest pixels."""
    b = line.box
    crop = pixels[max(0, int(b.top)) : int(b.bottom) + 2, max(0, int(b.left)) : int(b.right) + 2]
    if crop.size == 0:
        return (0, 0, 0)
    flat = crop.reshape(-1, 3).astype(float)
    contrast = np.linalg.norm(flat - paper_color(crop), axis=1)
    strongest = flat[contrast >= 0.8 * contrast.max()]
    r, g, b_ = (round(float(v)) for v in np.median(strongest, axis=0))
    return r, g, b_


def is_chromatic(color: Rgb) -> bool:
    """Whether a colour is far from grey."""
    return float(np.hypot(*to_lab(np.asarray(color, float))[1:])) > CHROMA


def tie_rows(
    arms: list[DrawnArm], names: list[ArmName], curves: list[SurvivalCurve], table: RiskTable
) -> list[int | None]:
    """Index of the arm that each row of the table belongs to, None for a row that fits none."""
    if not table.rows or not arms:
        return [None] * len(table.rows)
    price = np.array(
        [
            [_row_price(row, arm, name, curve) for arm, name, curve in zip(arms, names, curves, strict=True)]
            for row in table.rows
        ]
    )
    order = np.abs(np.arange(len(table.rows))[:, None] - np.arange(len(arms))[None, :]) * 0.01
    tied: list[int | None] = [None] * len(table.rows)
    for r, c in _cheapest_pairs(price + order):
        tied[r] = c if price[r, c] < NO_TIE else None
    return tied


def _row_price(row: RiskRow, arm: DrawnArm, name: ArmName, curve: SurvivalCurve) -> float:
    """How badly a row fits an arm: unlike names, unlike colours, more patients at risk than the curve allows."""
    price = 0.0
    if row.arm and name.name:
        price += 2.5 * (1.0 - likeness(row.arm, name.name))
    if row.color and is_chromatic(_rgb(row.color)) and is_chromatic(arm.color):
        price += min(2.0, color_distance(_rgb(row.color), arm.color) / LETTER_COLOR)
    return price + min(3.0, 20.0 * excess_at_risk(row, curve))


def excess_at_risk(row: RiskRow, curve: SurvivalCurve) -> float:
    """Mean of n(t)/N above S(t-), where it is above: 0 for a plain cohort."""
    known = np.isfinite(row.at_risk)
    if known.sum() < 2 or row.at_risk[known][0] <= 0:
        return 0.0
    share = row.at_risk[known] / row.at_risk[known][0]
    # A drop at the very time of a count may be drawn a pixel early.
    before = curve.at(row.time[known] - TIME_SLACK * float(np.ptp(row.time)))
    drawn = row.time[known] <= curve.time[-1]
    excess = np.maximum(0.0, share - before - 0.01)
    return float(excess[drawn].mean()) if drawn.any() else 0.0


def likeness(a: str, b: str) -> float:
    """Likeness of two names, 0 to 1, letters and digits alone compared."""
    one, two = (re.sub(r"[\W_]+", "", s).lower() for s in (a, b))
    if not one or not two:
        return 0.0
    return 1.0 if one == two else difflib.SequenceMatcher(None, one, two).ratio()


def _rgb(color: str) -> Rgb:
    r, g, b = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return r, g, b
