"""Names written beside curves: which lines of text are names, and which arm each stands by."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

import numpy as np

from ..records import Box, Panel, PixelArray, Rgb, TextLine
from .drawnarm import DrawnArm
from .inks import color_distance, paper_color, to_lab
from .pairing import cheapest_pairs

LABEL_REACH = 3.0
"""Farthest a name stands from its curve, in heights of its letters."""
LETTER_COLOR = 25.0
"""Lab distance within which letters have their curve's colour; thin letters are paler than thick lines."""
KNOWN_NAME = 0.9
"""Likeness to a row's name above which joined words are it: a letter in ten may be misread."""
BROKEN_GAP = 0.7
"""Widest gap between the lines of a broken name, in heights of its letters."""
CHROMA = 18.0
"""Lab chroma above which a colour is no grey: black letters on tinted paper or in JPEG have below 10, muted inks 20."""
LEAST_CHROMA, HUE_TURN = 3.0, 30.0
"""Lab chroma that a faded sample keeps, and the degrees by which fading may turn its hue; arms lie 40 degrees apart."""
FADED = 0.9
"""Price, as a share of NO_TIE, of letters in a curve's hue but not its colour: thin lines are paler than letters."""
NO_TIE = 4.0
"""Price above which a row or name is tied to no arm."""
UPWARD, DOWNWARD = frozenset(">≥+"), frozenset("<≤-\u2212\u2013")
"""Signs that tell a name from its counterpart of the same letters and digits: ">50" and "<=50", "ER+" and "ER-"."""
OPPOSED = 0.8
"""Likeness of names that differ in such a sign alone: below one, for a sign may be misread, and below KNOWN_NAME."""


def stands_beside_plot(line: TextLine, panel: Panel) -> bool:
    area = panel.plot_area
    x, y = line.box.centre
    return area.left < x and area.top - line.box.height < y < area.bottom and panel.region.contains(x, y)


def tie_labels(
    arms: list[DrawnArm], open_arms: list[int], lines: list[TextLine], pixels: PixelArray
) -> list[tuple[int, TextLine]]:
    """Pair unnamed arms with names by the colour of the letters and the distance to the curve.

    A name that is written twice, beside its curve and in a table of medians, is one name: it is as near to a curve as
    the nearer of both.
    """
    if not open_arms or not lines:
        return []
    colors = [letter_color(pixels, line) for line in lines]
    price = np.array([[_label_price(arms[i], *known) for known in zip(lines, colors, strict=True)] for i in open_arms])
    names: list[list[int]] = []
    for c, line in enumerate(lines):
        same = next((n for n in names if likeness(lines[n[0]].text, line.text) == 1.0), None)
        names.append([c]) if same is None else same.append(c)
    nearest = np.array([[row[name].min() for name in names] for row in price])
    pairs = cheapest_pairs(nearest)
    return [(open_arms[r], lines[min(names[n], key=lambda c: price[r, c])]) for r, n in pairs if nearest[r, n] < NO_TIE]


def with_joined(lines: list[TextLine], pixels: PixelArray, known: Sequence[str]) -> list[TextLine]:
    """The lines with a name that is broken over two of them as one.

    Two lines are one where the table has their words as a name, or where they stand close in one colour of their own.
    """
    for upper in lines:
        for lower in lines:
            joined = _stacked(upper, lower)
            if joined is not None and (_is_known(joined, upper, lower, known) or _in_one_color(upper, lower, pixels)):
                rest = [line for line in lines if line is not upper and line is not lower]
                return with_joined([*rest, joined], pixels, known)
    return lines


def _stacked(upper: TextLine, lower: TextLine) -> TextLine | None:
    """Two lines as one where the second stands close under the first, in letters of one size."""
    a, b = upper.box, lower.box
    gap, overlap = b.top - a.bottom, min(a.right, b.right) - max(a.left, b.left)
    alike = 0.7 < (a.height + 1) / (b.height + 1) < 1.4
    if upper is lower or not alike or not -0.3 < gap / a.height < BROKEN_GAP or overlap < 0.6 * min(a.width, b.width):
        return None
    box = Box(min(a.left, b.left), a.top, max(a.right, b.right), b.bottom)
    return TextLine(f"{upper.text.strip()} {lower.text.strip()}", box, min(upper.confidence, lower.confidence))


def _is_known(joined: TextLine, upper: TextLine, lower: TextLine, known: Sequence[str]) -> bool:
    """Whether the words of two lines together are a name of the table, and no part alone is one."""

    def is_name(text: str) -> bool:
        return any(likeness(text, name) >= KNOWN_NAME for name in known)

    return is_name(joined.text) and not is_name(upper.text) and not is_name(lower.text)


def _in_one_color(upper: TextLine, lower: TextLine, pixels: PixelArray) -> bool:
    one, other = letter_color(pixels, upper), letter_color(pixels, lower)
    return is_chromatic(one) and is_chromatic(other) and color_distance(one, other) < 0.5 * LETTER_COLOR


def _label_price(arm: DrawnArm, line: TextLine, letters: Rgb) -> float:
    distance = _distance_to_curve(arm, line) / max(line.box.height, 6.0)
    if is_chromatic(letters):
        gap = color_distance(letters, arm.color) / LETTER_COLOR
        gap = min(gap, FADED) if is_chromatic(arm.color) and may_share_hue(arm.color, letters) else gap
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


def may_share_hue(one: Rgb, two: Rgb) -> bool:
    """Whether two colours are both grey, or of one hue however pale."""
    (_, *a), (_, *b) = to_lab(np.asarray(one, float)), to_lab(np.asarray(two, float))
    if max(np.hypot(*a), np.hypot(*b)) < CHROMA:
        return True
    turn = np.degrees(np.arctan2(a[1], a[0]) - np.arctan2(b[1], b[0]))
    return min(np.hypot(*a), np.hypot(*b)) > LEAST_CHROMA and abs((turn + 180) % 360 - 180) < HUE_TURN


def likeness(a: str, b: str) -> float:
    """Likeness of two names, 0 to 1: letters and digits compared, and which way their signs point."""
    one, two = (re.sub(r"[\W_]+", "", s).lower() for s in (a, b))
    if not one or not two:
        return 0.0
    alike = 1.0 if one == two else difflib.SequenceMatcher(None, one, two).ratio()
    return OPPOSED * alike if _are_opposed(a, b) else alike


def _are_opposed(a: str, b: str) -> bool:
    """Whether the one name has a sign that points up and none that points down, and the other the reverse."""
    (up, down), (other_up, other_down) = ((bool(UPWARD & set(s)), bool(DOWNWARD & set(s))) for s in (a, b))
    return up != down and other_up != other_down and up != other_up
