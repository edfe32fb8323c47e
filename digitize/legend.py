"""Legend entries: a short sample of a line (or a tinted box) beside a name, in the figure or around it.

Positions are pixels of the figure, see records.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..records import Box, Panel, PixelArray, Rgb, TextLine
from .linesamples import COLUMN_GAP, NAME_GAP, sample_left_of

DIGIT = 0.65
"""Least height of a digit, in heights of the name, which may have letters with tails."""
CODE_GAP = 1.5
"""The same before a name, where a colon may stand that was not read."""
NUMBER_GAP = 1.0
"""Widest gap between a name and its number, in text heights: twice a word space, as a 1 stands in a wide cell."""
SAME_SLOT = 0.4
"""Text heights within which the samples of a column begin and end alike."""
IN_LINE = 0.8
"""Text heights within which the names of a legend share a left edge or a line: names at curves' ends rarely do."""
ROW_BELOW, BLOCK = 2.5, 12.0
"""Text heights down and across within which names that do not align are a legend's rows, centred under each other."""
STATISTIC = re.compile(
    r"\bHR\b|hazard|\bCI\b|log-?\s?rank|\bp\s*[-=<>≤]|\bp[- ]?value|\d\s*%\s*\(|no\.? at risk|number at risk|median",
    re.IGNORECASE,
)
MARK_ENTRY = re.compile(r"\bcensor(ed|ing)?\b|\bpoints\b", re.IGNORECASE)
RANGE = re.compile(r"^\d+\s*[-\u2013\u2014]\s*\d+$")
CODE = re.compile(r"^\d(\s*\(\d+(\s*/\s*\d+)?\))?$")
"""A group known by its number alone, perhaps with its counts: "1", "2 (38/81)"."""
TICK = 1.5
"""Length in text heights up to which a stroke beside a number may be the tick of an axis."""
BEFORE_STATISTIC = re.compile(r"^(.*?\w[^(:;,\[]*?)\s*[(:;,\[]")
"""The name of an entry that gives a statistic after it: "Obs (median: 1723, 95% CI: 1323-2213)"."""
VALUE = re.compile(r"^\W*\w+\s*[=:]\s*[\d.]")
TITLE = re.compile(r"kaplan.?meier|product.?limit|survival (curves?|estimates?|functions?)", re.IGNORECASE)
HEADING = re.compile(r"^(strata|group|groups|treatment|arm|legend|censored|number|patients)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LegendKey:
    """One entry: name, colour of its line, share of the sample that is inked (1 solid), stroke width in px.

    shown: for each px along its sample whether it has ink, empty where that is not known. ink: logarithm of the ink
    across its stroke, as RGB distance from the paper times px.
    """

    name: str
    color: Rgb
    inked: float
    width_px: float
    box: Box
    text_box: Box
    shown: tuple[bool, ...] = ()
    ink: float = float("nan")


def find_legend(pixels: PixelArray, texts: tuple[TextLine, ...], panel: Panel) -> tuple[LegendKey, ...]:
    """Find the legend entries that belong to a panel, in reading order, one for each colour and line style.

    Samples stand left of their names; where none does, those of a column on the right are taken.
    """
    return _entries(pixels, texts, panel) or _entries_with_samples_on_the_right(pixels, texts, panel)


def _entries_with_samples_on_the_right(
    pixels: PixelArray, texts: tuple[TextLine, ...], panel: Panel
) -> tuple[LegendKey, ...]:
    """The entries of a legend with its samples behind the names: two or more, the samples of one length in a column."""
    width = pixels.shape[1]

    def mirrored(box: Box) -> Box:
        return Box(width - 1 - box.right, box.top, width - 1 - box.left, box.bottom)

    turned = replace(panel, plot_area=mirrored(panel.plot_area), region=mirrored(panel.region))
    found = _entries(pixels[:, ::-1], tuple(replace(t, box=mirrored(t.box)) for t in texts), turned, COLUMN_GAP)
    keys = [replace(k, box=mirrored(k.box), text_box=mirrored(k.text_box), shown=k.shown[::-1]) for k in found]
    return tuple(k for k in keys if any(in_one_slot(k, o) for o in keys if o is not k))


def _entries(
    pixels: PixelArray, texts: tuple[TextLine, ...], panel: Panel, gap: float = NAME_GAP
) -> tuple[LegendKey, ...]:
    """The entries with samples left of their names; gap: the widest between the two, in text heights."""
    keys = []
    for line in (_without_statistic(with_numbers(line, texts)) for line in texts):
        # What stands left of the plot is another panel's.
        beside = panel.region.contains(*line.box.centre) and line.box.right > panel.plot_area.left
        if not beside or not (may_be_entry(line) or CODE.match(line.text)):
            continue
        sample = sample_left_of(pixels, line, texts, panel.plot_area, gap)
        if sample is not None:
            name = re.sub(r"^[\s\-\u2013\u2014_+~=\u2022\u00b7|]+", "", line.text).strip()
            rest = sample.box, line.box, sample.shown, sample.ink
            keys.append(LegendKey(name, sample.color, sample.inked, sample.width_px, *rest))
    keys = _with_code_column(_off_curves(_one_of_each(_off_samples(keys))), texts, panel)
    ordered = sorted(keys, key=lambda k: (round(k.text_box.top / max(k.text_box.height, 1)), k.text_box.left))
    return tuple(_in_common_slot(ordered))


def with_numbers(line: TextLine, texts: tuple[TextLine, ...]) -> TextLine:
    """A name with the numbers around it: "Grade" and "2" are found apart, and all grades would share one name.

    SAS puts the number of the row before it ("1: Grade 1").
    """
    if not line.text[-1:].isalpha() or line.rotation:
        return line
    b = line.box
    for other in texts:
        n = other.box
        # The dots of a sample are sometimes read as small figures.
        small = n.height < DIGIT * b.height
        if small or not re.fullmatch(r"\d{1,2}:?", other.text) or abs(n.centre[1] - b.centre[1]) >= 0.4 * b.height:
            continue
        w = line.box
        box = Box(min(w.left, n.left), min(w.top, n.top), max(w.right, n.right), max(w.bottom, n.bottom))
        if 0 < n.left - b.right < NUMBER_GAP * (b.height + 1):
            line = replace(line, text=f"{line.text} {other.text}", box=box)
        elif 0 < b.left - n.right < CODE_GAP * (b.height + 1):
            line = replace(line, text=f"{other.text} {line.text}", box=box)
    return line


def _without_statistic(line: TextLine) -> TextLine:
    """The name alone of an entry that goes on with a statistic; a line that begins with one stays as it is."""
    name = BEFORE_STATISTIC.match(line.text) if STATISTIC.search(line.text) else None
    return replace(line, text=name[1]) if name and not STATISTIC.search(name[1]) else line


def _with_code_column(keys: list[LegendKey], texts: tuple[TextLine, ...], panel: Panel) -> list[LegendKey]:
    """The keys, those named by a number only where samples of one length stand in a column within the plot.

    A number beside a line may else be a count at risk in a row known by its colour, or a level written at a curve.
    """
    codes = [k for k in keys if CODE.match(k.name)]
    return [k for k in keys if k not in codes or _is_code_entry(k, codes, texts, panel.plot_area)]


def _is_code_entry(key: LegendKey, codes: list[LegendKey], texts: tuple[TextLine, ...], area: Box) -> bool:
    x, y = key.text_box.centre
    tall = key.text_box.height
    more = any(t.box.left > x and t.box.right < area.right and _same_line(t.box, key.text_box, tall) for t in texts)
    if more or key.box.width <= TICK * tall or not area.top < y < area.bottom:
        return False
    return any(in_one_slot(key, other) for other in codes if other is not key)


def in_one_slot(one: LegendKey, other: LegendKey) -> bool:
    """Whether two samples begin and end alike, as those of a column do."""
    slack = SAME_SLOT * one.text_box.height
    return abs(one.box.left - other.box.left) < slack and abs(one.box.right - other.box.right) < slack


def _same_line(one: Box, other: Box, tall: float) -> bool:
    return one != other and abs(one.centre[1] - other.centre[1]) < 0.5 * tall


def _off_samples(keys: list[LegendKey]) -> list[LegendKey]:
    """Keys whose name is no piece of a marker: letters read in the sample of another key."""

    def on(key: LegendKey, other: LegendKey) -> bool:
        x, y = key.text_box.centre
        level = abs(y - other.box.centre[1]) < 0.5 * other.text_box.height
        return other is not key and other.box.left <= x <= other.box.right and level

    return [k for k in keys if not any(on(k, other) for other in keys)]


def _off_curves(keys: list[LegendKey]) -> list[LegendKey]:
    """The keys in a column, a row or a block with another: one by itself is the end of a curve or its marks."""

    def in_line(a: LegendKey, b: LegendKey) -> bool:
        height = max(a.text_box.height, b.text_box.height)
        across = abs(a.text_box.left - b.text_box.left)
        down = abs(a.text_box.centre[1] - b.text_box.centre[1])
        return min(across, down) < IN_LINE * height or (down < ROW_BELOW * height and across < BLOCK * height)

    return [k for k in keys if len(keys) < 2 or any(in_line(k, o) for o in keys if o is not k)]


def entries_without_sample(texts: tuple[TextLine, ...], keys: tuple[LegendKey, ...]) -> int:
    """How many names stand in line with a legend's entries, as entries do, without a sample that could be read."""
    boxes = [k.text_box for k in keys]
    found = 0
    for line in texts:
        if any(k.contains(*line.box.centre) for k in boxes) or not may_name_an_arm(line) or VALUE.match(line.text):
            continue
        b, tall = line.box, max(line.box.height, 6.0)
        below = any(abs(b.left - k.left) < 0.4 * tall and abs(b.top - k.top) < 2.5 * tall for k in boxes)
        found += below
    return found


def _one_of_each(keys: list[LegendKey]) -> list[LegendKey]:
    """The best sample for each name and colour: a name may stand in the legend and beside its curve."""
    kept: list[LegendKey] = []
    for key in keys:
        twin = next((i for i, k in enumerate(kept) if k.name == key.name and _alike(k.color, key.color)), None)
        if twin is None:
            kept.append(key)
        elif key.inked > kept[twin].inked:
            kept[twin] = key
    return kept


def _alike(a: Rgb, b: Rgb) -> bool:
    return max(abs(x - y) for x, y in zip(a, b, strict=True)) < 40


def _in_common_slot(keys: list[LegendKey]) -> list[LegendKey]:
    """Keys with the inked share counted over the slot that all samples of a legend share.

    A dashed sample may end on a gap; the slot, seen from the name, is that of the longest sample.
    """
    if len(keys) < 2:
        return keys
    far = max(k.text_box.left - k.box.left for k in keys)
    near = min(k.text_box.left - k.box.right for k in keys)
    out = []
    for key in keys:
        length = key.box.width + 1
        same = abs((key.text_box.left - key.box.left) - far) <= 0.15 * far
        slot = far - near + 1
        out.append(replace(key, inked=key.inked * length / slot) if same and length < 0.9 * slot else key)
    return out


def may_name_an_arm(line: TextLine) -> bool:
    """Whether a line of text could be the name of an arm: words, no statistics, no entry for marks, no heading."""
    # The e of 4.02e-06 is no letter.
    letters = sum(c.isalpha() for c in re.sub(r"\d[eE][-\u2013]?\d", "", line.text))
    named = letters >= 1 or bool(re.match(r"^\W*[<>≤≥=]+\s*\d", line.text))
    return (
        named
        and line.rotation == 0
        and line.box.width >= 3
        and not STATISTIC.search(line.text)
        and not MARK_ENTRY.search(line.text)
        and not HEADING.match(line.text)
        and not TITLE.search(line.text)
    )


def may_be_entry(line: TextLine) -> bool:
    """Whether a text beside a line sample could be its name: also ranges and headings, which alone are something else.

    "Treatment" heads one legend and is an arm of another.
    """
    if may_name_an_arm(line):
        return True
    beside = RANGE.match(line.text) or HEADING.match(line.text)
    return line.rotation == 0 and line.box.width >= 3 and bool(beside) and not MARK_ENTRY.search(line.text)
