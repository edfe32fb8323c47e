"""Which name belongs to which arm: legend keys, names written beside curves, rows of the number-at-risk table.

A name is tied by what the figure shows: the line style of its key, the colour of its letters, its place beside a
curve. Ties between table rows and arms must also respect n(t)/N <= S(t-).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..records import Panel, PixelArray, Rgb, RiskRow, RiskTable, SurvivalCurve, TextLine
from .curvelabels import (
    FADED,
    KNOWN_NAME,
    LETTER_COLOR,
    NO_TIE,
    is_chromatic,
    likeness,
    may_share_hue,
    stands_beside_plot,
    tie_labels,
    with_joined,
)
from .drawnarm import DrawnArm
from .inks import color_distance
from .legend import LegendKey, may_name_an_arm
from .pairing import cheapest_pairs
from .rhythm import LineStyle, rhythm_of_sample
from .risklaws import counted_past, excess_at_risk

GREY_CURVE = 1.5
"""Price of a grey curve for a row in coloured letters: above that of a faded colour, below that of another hue."""
SURE_TEXT = 0.5
"""Confidence from which letters beside a table with names are one; a curve's marks taken for letters had 0.27, sharp
names have 0.9 and more."""
STYLE_TELLS = 0.03
"""Price by which lines must fit their own samples better than each other's: a hundredth of the dash rhythm."""
BY_ORDER = "rows-by-order"
"""Code of the doubt about rows that only their order ties to arms."""
ROWS_TELL = 0.3
"""Price by which rows must fit their own arms better than each other's: counts above the curve by 0.015 on average,
an eighth of a name, or a just visible difference of colour."""
OTHER_WORDS = 0.2
"""Price of a name that is not letter for letter the row's, however long both are: "HF" and "No HF"."""
PAST_END = 0.03
"""Share of the x axis by which patients at risk may be counted past the end of their curve: a mark hides as much."""
PAST_PRICE = 0.5
"""Price of patients counted past an arm's end: more than what the order of rows says, less than a name or a colour,
since the end of a curve may be hidden."""


@dataclass(frozen=True, slots=True)
class ArmName:
    """The name found for an arm and where it came from: "legend", "label", "table" or "" for none."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class RowTie:
    """The arm (its index) that a row of the table belongs to, None where it fits none, and whether more than the order
    of rows and arms says so."""

    arm: int | None
    sure: bool = True


def name_arms(
    arms: list[DrawnArm],
    texts: tuple[TextLine, ...],
    pixels: PixelArray,
    panel: Panel,
    known: Sequence[str] = (),
) -> list[ArmName]:
    """Names from legend keys by line style, then from labels beside curves for the arms still unnamed.

    known: the names of the table's rows, by which a label broken over two lines is known.
    """
    names = [ArmName("", "")] * len(arms)
    for arm, key in _tie_keys(arms):
        names[arm] = ArmName(key.name, "legend")
    taken = {k.text_box for arm in arms for k in arm.keys}
    free = [t for t in texts if t.box not in taken and _may_label(t, known) and stands_beside_plot(t, panel)]
    open_arms = [i for i, n in enumerate(names) if not n.name]
    free = with_joined(free, pixels, known) if open_arms else []
    for arm, line in tie_labels(arms, open_arms, _without_stray_letters(free, panel, known), pixels):
        names[arm] = ArmName(line.text.strip(), "label")
    return names


def _may_label(line: TextLine, known: Sequence[str]) -> bool:
    """Whether a line could be an arm's name; a name of the table is one though it may be a heading elsewhere.

    Beside a table with names, letters that are hardly read are none: marks and dashes of a curve look like that.
    """
    if line.text.strip() in known:
        return line.rotation == 0
    if any(known) and line.confidence < SURE_TEXT:
        return may_name_an_arm(line) and any(likeness(line.text, name) >= KNOWN_NAME for name in known)
    return may_name_an_arm(line)


def _without_stray_letters(lines: list[TextLine], panel: Panel, known: Sequence[str]) -> list[TextLine]:
    """The lines without the panel's letter, and without other single letters where names of more are to be had.

    A tick, a mark or a dash of a curve is read as a letter now and then.
    """
    words = [t for t in lines if len(re.sub(r"\W", "", t.text)) > 1 or t.text.strip() in known]
    return words or [t for t in lines if t.text.strip() != panel.name]


def _tie_keys(arms: list[DrawnArm]) -> list[tuple[int, LegendKey]]:
    """Pair the keys of each ink with the arms drawn in it, by dash rhythm and stroke width."""
    ties = []
    for keys in dict.fromkeys(a.keys for a in arms if a.keys):
        members = [i for i, a in enumerate(arms) if a.keys == keys]
        price = np.array([[_style_gap(arms[i], key) for key in keys] for i in members])
        pairs = cheapest_pairs(price)
        told = [pair for k, pair in enumerate(pairs) if not _exchangeable(price, pairs, k, STYLE_TELLS)]
        ties += [(members[r], keys[c]) for r, c in told]
    return ties


def _exchangeable(price: np.ndarray, pairs: list[tuple[int, int]], k: int, tells: float) -> bool:
    """Whether the k-th pair and another may as well be exchanged, or its row paired with a column left over.

    tells: by how much in price the pairs must be better as they are.
    """
    row, own = pairs[k]
    taken = {c: r for r, c in pairs}
    for c in range(price.shape[1]):
        if c == own:
            continue
        loss = price[row, c] - price[row, own]
        other = taken.get(c)
        loss += 0.0 if other is None else price[other, own] - price[other, c]
        if loss < tells:
            return True
    return False


def _style_gap(arm: DrawnArm, key: LegendKey) -> float:
    """How unlike a curve's line is to a key's sample: in rhythm, where both are known, in ink and in stroke."""
    width = abs(np.log((arm.width_px + 1.0) / (key.width_px + 1.0)))
    rhythm = LineStyle.of(arm.rhythm).price(rhythm_of_sample(key.shown, key.ink)) if arm.rhythm and key.shown else 0.0
    return rhythm + 3.0 * abs(arm.inked - key.inked) + 0.5 * width


def with_last_key(arms: list[DrawnArm], legend: tuple[LegendKey, ...]) -> list[DrawnArm]:
    """The arms, the only one without a key given the only key that no arm shows, unless their hues differ.

    Thin samples in small pictures lose so much colour that they are not tied to their ink.
    """
    bare = [i for i, arm in enumerate(arms) if not arm.keys]
    left = [k for k in legend if not any(k in arm.keys for arm in arms)]
    if len(bare) != 1 or len(left) != 1 or len(legend) != len(arms) or len(arms) < 2:
        return arms
    if not may_share_hue(arms[bare[0]].color, left[0].color):
        return arms
    return [replace(arm, keys=(left[0],)) if i == bare[0] else arm for i, arm in enumerate(arms)]


def tie_rows(arms: list[DrawnArm], names: list[ArmName], curves: list[SurvivalCurve], table: RiskTable) -> list[RowTie]:
    """The arm that each row of the table belongs to."""
    if not table.rows or not arms:
        return [RowTie(None)] * len(table.rows)
    price = np.array(
        [
            [_row_price(row, arm, name, curve) for arm, name, curve in zip(arms, names, curves, strict=True)]
            for row in table.rows
        ]
    )
    order = np.abs(np.arange(len(table.rows))[:, None] - np.arange(len(arms))[None, :]) * 0.01
    tied = [RowTie(None)] * len(table.rows)
    pairs = cheapest_pairs(price + order)
    for k, (r, c) in enumerate(pairs):
        if price[r, c] < NO_TIE:
            tied[r] = RowTie(c, not _exchangeable(price, pairs, k, ROWS_TELL))
    return tied


def _row_price(row: RiskRow, arm: DrawnArm, name: ArmName, curve: SurvivalCurve) -> float:
    """How badly a row fits an arm: unlike names, unlike colours, more patients at risk than the curve allows."""
    price = 0.0
    if row.arm and name.name:
        alike = 1.0 if _is_code_of(row.arm, name.name) else likeness(row.arm, name.name)
        price += 2.5 * (1.0 - alike) + OTHER_WORDS * (alike < 1.0)
    if row.color and is_chromatic(rgb_of(row.color)):
        price += _letters_gap(rgb_of(row.color), arm.color)
    if counted_past(row, curve) > PAST_END * float(np.ptp(row.time)):
        price += PAST_PRICE
    return price + min(3.0, 20.0 * excess_at_risk(row, curve))


def _is_code_of(row: str, name: str) -> bool:
    """Whether a row has the number alone that a name begins with, as SAS prints it: "1" for "1: Grade 1"."""
    return row.isdigit() and re.match(rf"{row}\W", name) is not None


def _letters_gap(letters: Rgb, curve: Rgb) -> float:
    """How unlike a curve's colour that of a row's letters is, 0 to 2; paler letters of its hue are like it."""
    if not is_chromatic(curve):
        return GREY_CURVE
    gap = min(2.0, color_distance(letters, curve) / LETTER_COLOR)
    return min(gap, FADED) if may_share_hue(letters, curve) else gap


def rgb_of(color: str) -> Rgb:
    """The channels of "#rrggbb"."""
    r, g, b = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return r, g, b
