"""Find the scales of a figure: numbers printed in a row or a column whose values run evenly with position."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..records import Box, FloatArray, TextLine
from .calibration import consensus
from .numbers import number_readings, plain_text
from .raster import Orientation

# A label's centre may stand this share of its own height off the tick: the widest seen among right labels on
# the development figures (proportional digits, boxes cut by OCR) was 0.4.
LABEL_SLACK = 0.5
# Labels of one axis share a line of print: their centres differ by less than this share of their height.
SAME_LINE = 0.45
# ... and their letters have one size; OCR boxes of the same print vary by a third.
HEIGHT_RATIO = 1.7
# Labels are multiples of one step; what is off by less than this share of it is rounding.
STEP_SLACK = 0.04
# A label off the steps and further from its neighbour than this many steps is one of the next plot that fits by
# chance, unless it stands at its value to this many px (0 30 60 90 180 348 days).
APART = 1.5
CHANCE_PX = 1.5
# At most so few labels of an axis are misread by a digit that this share still shows the step.
EVEN_SHARE = 0.6
# A survival axis ends at 1 or 100 %; padded ones are labelled up to 1.1 or 110 %.
LARGEST_PERCENT = 110.0
# A tick mark glued to its label by OCR. (A survival axis has no negative numbers.)
_TICK_MARK = re.compile(r"^[-_|]+\s*(?=[\d.])|\s*[-_|]+$")
# ... or, right of a y label, taken for its last digit.
_TICK_DIGIT = re.compile(r"(?<=\d)[1lI|]$")
# Decimal points of 1 px are lost in small print: 025 is 0.25; 10 and 100 may be 1.0 and 1.00.
_LOST_POINT = re.compile(r"0\d{1,3}|100?")
# The unit may follow each number: "1 y", "6 mo", "30d".
_UNIT = re.compile(r"(?<=\d)\s*(y|yrs?|years?|mos?|months?|wks?|weeks?|d|days?)\.?$", re.I)


@dataclass(frozen=True, slots=True)
class NumberLabel:
    """A number printed on the figure with the values it can mean."""

    text: str
    box: Box
    readings: tuple[float, ...]
    confidence: float = 1.0

    @property
    def reads_upwards(self) -> bool:
        """Printed along a y axis, as base R does: the box is narrow and tall."""
        return len(self.text) > 1 and self.box.height > 1.2 * self.box.width

    @property
    def print_size(self) -> float:
        """Height of the letters."""
        return max(1.0, self.box.width if self.reads_upwards else self.box.height)

    @property
    def is_percent(self) -> bool:
        return "%" in self.text


@dataclass(frozen=True, slots=True, eq=False)
class PrintedScale:
    """Numbers in one row (of an x axis) or one column (of a y axis) that agree on value = a + b * px.

    px: (k,) label centres along the axis, rising. values: (k,). at: centre of the print across the axis.
    size: height of the print in px.
    """

    orientation: Orientation
    labels: tuple[NumberLabel, ...]
    px: FloatArray
    values: FloatArray
    at: float
    size: float

    @property
    def start(self) -> float:
        return float(self.px[0])

    @property
    def end(self) -> float:
        return float(self.px[-1])

    @property
    def step(self) -> float:
        """Px between neighbouring labels, the smallest such distance."""
        return float(np.diff(self.px).min())

    @property
    def near(self) -> float:
        """The side of the labels that faces the plot: top of a row, right of a column."""
        if self.orientation == "horizontal":
            return float(np.median([label.box.top for label in self.labels]))
        return float(max(label.box.right for label in self.labels))

    @property
    def has_percent(self) -> bool:
        """Whether a label carries a percent sign."""
        return any(label.is_percent for label in self.labels)

    @property
    def rotation(self) -> int:
        """90 where most labels read upwards, else 0."""
        return 90 if sum(label.reads_upwards for label in self.labels) > len(self.labels) / 2 else 0

    def line(self) -> tuple[float, float]:
        """(px at value 0, px per unit) of the least-squares line through the label centres."""
        per_unit, origin = np.polyfit(self.values, self.px, 1)
        return float(origin), float(per_unit)


def number_labels(texts: tuple[TextLine, ...]) -> tuple[NumberLabel, ...]:
    """All texts that are one number, with every value they can mean on an axis of a survival plot."""
    labels = []
    for line in texts:
        readings = tuple(dict.fromkeys(v for text in (line.text, *line.candidates) for v in _readings(text)))
        if readings:
            labels.append(NumberLabel(line.text, line.box, readings, line.confidence))
    return tuple(labels)


def _readings(text: str) -> tuple[float, ...]:
    """Values at or above zero; "05" is also 0.5, as points are lost in small print; "2 y" is 2."""
    body = _UNIT.sub("", _TICK_MARK.sub("", plain_text(text)))
    values = [v for v in number_readings(body) if v >= 0]
    digits = body.rstrip("% ")
    if _LOST_POINT.fullmatch(digits):
        place = 0 if digits.startswith("0") else len(values)
        values.insert(place, float(f"{digits[0]}.{digits[1:]}"))
    return tuple(values)


def find_scales(labels: tuple[NumberLabel, ...], orientation: Orientation) -> tuple[PrintedScale, ...]:
    """Every row (horizontal, values rising to the right) or column (vertical, rising upwards) of numbers.

    Each band of labels may hold several scales side by side; the one with most labels is taken out first.
    A label belongs to one scale of each orientation at most.
    """
    if orientation == "vertical":
        labels = tuple(label for label in map(_as_y_label, labels) if label.readings)
    free = list(range(len(labels)))
    sizes = [label.print_size for label in labels]
    beside = [
        {
            j
            for j, other in enumerate(labels)
            if _same_line(label.box, other.box, *sorted((high, sizes[j])), orientation)
        }
        for label, high in zip(labels, sizes, strict=True)
    ]
    scales: list[PrintedScale] = []
    known: dict[tuple[int, ...], tuple[list[int], FloatArray] | None] = {}
    while len(free) >= 2:
        bands = {tuple(j for j in free if j in beside[i]) for i in free}
        for band in bands - known.keys():
            known[band] = _agreeing(labels, band, orientation)
        found = [known[band] for band in sorted(bands)]
        best = max((f for f in found if f is not None), key=lambda f: len(f[0]), default=None)
        if best is None:
            break
        scales.append(_printed_scale([labels[i] for i in best[0]], best[1], orientation))
        free = [i for i in free if i not in best[0]]
    return tuple(scales)


def _as_y_label(label: NumberLabel) -> NumberLabel:
    """The label with the readings that a survival axis allows, a tick mark read as a last "1" taken off first."""
    readings = label.readings
    stripped = _TICK_DIGIT.sub("", label.text)
    if stripped != label.text:
        without = _readings(stripped)
        readings = (*without, *readings) if "." in label.text[:-2] else (*readings, *without)
    return replace(label, readings=tuple(v for v in dict.fromkeys(readings) if v <= LARGEST_PERCENT))


def _agreeing(
    labels: tuple[NumberLabel, ...], band: tuple[int, ...], orientation: Orientation
) -> tuple[list[int], FloatArray] | None:
    """Indices and values of the labels of one band that run evenly with position."""
    if len(band) < 2:
        return None
    px = np.array([_along(labels[i].box, orientation) for i in band])
    slack = LABEL_SLACK * float(np.median([labels[i].print_size for i in band]))
    found = consensus(px, [labels[i].readings for i in band], slack, orientation == "horizontal")
    if found is None:
        return None
    kept = ~_misread(px[found[0]], found[1])
    return [band[i] for i in found[0][kept]], found[1][kept]


def _misread(px: FloatArray, values: FloatArray) -> npt.NDArray[np.bool_]:
    """Which labels are off the others' steps and either stand where a step does or apart from the others.

    A label misread by a digit (0.31 for 0.3) or of the next plot (0 5 10 ... 52) is told so from one that is truly
    off the steps (0 20 40 60 80 96).
    """
    even = on_even_steps(values)
    if even.all() or even.sum() < max(3, EVEN_SHARE * len(values)):
        return np.zeros(len(values), dtype=bool)
    step = np.diff(np.unique(values[even])).min()
    slope, intercept = np.polyfit(values[even], px[even], 1)
    stepped = values[even][0] + step * np.rint((values - values[even][0]) / step)
    off_step = np.abs(intercept + slope * stepped - px)
    off_value = np.abs(intercept + slope * values - px)
    apart = np.array([np.abs(np.delete(px, i) - at).min() for i, at in enumerate(px)])
    chance = (apart > APART * abs(slope) * step) & (off_value > CHANCE_PX)
    return ~even & ((off_step <= off_value) | chance)


def on_even_steps(values: FloatArray) -> npt.NDArray[np.bool_]:
    """Which values are multiples of one step, the step that most of them share.

    Labels misread by a digit (0.31 for 0.3) lie near the line of the others but off their steps.
    """
    steps = np.unique(np.round(np.abs(np.diff(np.sort(values))), 9))
    best = np.zeros(len(values), dtype=bool)
    for step in steps[steps > 0][::-1]:
        for anchor in values:
            ratio = (values - anchor) / step
            on = np.abs(ratio - np.rint(ratio)) < STEP_SLACK
            if on.sum() > best.sum():
                best = on
    return best


def _along(box: Box, orientation: Orientation) -> float:
    return box.centre[0 if orientation == "horizontal" else 1]


def _same_line(a: Box, b: Box, small: float, large: float, orientation: Orientation) -> bool:
    """Whether two labels of like print stand in one row, or in one column by either edge or the middle.

    small, large: the lesser and the greater of their print sizes.
    """
    if large > HEIGHT_RATIO * small:
        return False
    if orientation == "horizontal":
        return abs(a.centre[1] - b.centre[1]) <= SAME_LINE * small
    offsets = (a.right - b.right, a.left - b.left, a.centre[0] - b.centre[0])
    return min(abs(offset) for offset in offsets) <= SAME_LINE * small


def _printed_scale(labels: list[NumberLabel], values: FloatArray, orientation: Orientation) -> PrintedScale:
    px = np.array([_along(label.box, orientation) for label in labels])
    order = np.argsort(px, kind="stable")
    _, first = np.unique(values[order], return_index=True)
    order = order[np.sort(first)]
    across = [label.box.centre[1 if orientation == "horizontal" else 0] for label in labels]
    size = float(np.median([label.print_size for label in labels]))
    ranked = tuple(labels[i] for i in order)
    return PrintedScale(orientation, ranked, px[order], values[order], float(np.median(across)), size)


def merge_labels(scale: PrintedScale, found: list[tuple[NumberLabel, float]]) -> PrintedScale:
    """The scale with more labels, each with its value."""
    if not found:
        return scale
    labels = [*scale.labels, *(label for label, _ in found)]
    return _printed_scale(labels, np.array([*scale.values, *(v for _, v in found)]), scale.orientation)
