"""Legend entries: a short sample of a line (or a tinted box) beside a name, in the figure or around it.

Positions are pixels of the figure, see records. A key is believed when its ink stands alone: a line that runs on
beyond the window is a curve or an axis.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..records import Box, FloatArray, MaskArray, Panel, PixelArray, Rgb, TextLine
from .inks import paper_color

WINDOW = 6.5
"""How far left of a name its key may begin, in text heights: R's longest keys reach 5."""
LEVEL = 0.55
"""Distance of a sample from the middle of its name in text heights: half a letter where the box has descenders, with a
pixel's error in the box of a small one; entries are at least 1.2 apart."""
LINE_GAP, DOT_GAP = 0.9, 1.6
"""Widest gap within a sample in text heights: between dashes, and between the dots of a thick dotted line."""
NAME_GAP = 2.8
"""Widest gap between a sample and its name in text heights: margins take up to 1.4, the gap after a last dot up to 1.6;
a line farther off is a piece of a curve with its name beside it."""
LEAST_INKED = 0.2
"""Least inked share of a sample: dotted lines have 0.25 and more."""
NUMBER_GAP = 1.0
"""Widest gap between a name and its number, in text heights: twice a word space, as a 1 stands in a wide cell."""
LETTER_EDGE = 0.4
"""Ink at a window's right edge narrower than this, in text heights, is the edge of the name's first letter."""
IN_LINE = 0.8
"""Text heights within which the names of a legend share a left edge or a line: names at curves' ends rarely do."""
ROW_BELOW, BLOCK = 2.5, 12.0
"""Text heights down and across within which names that do not align are a legend's rows, centred under each other."""
FAINT_SAMPLE = 24.0
"""RGB distance from the paper that a sample must have: thin grey lines in scans have 30."""
FRAME = 4
"""Pixels inside the plot area's edge that the frame's own stroke may take."""
STATISTIC = re.compile(
    r"\bHR\b|hazard|\bCI\b|log-?\s?rank|\bp\s*[-=<>≤]|\bp[- ]?value|\d\s*%\s*\(|no\.? at risk|number at risk|median",
    re.IGNORECASE,
)
MARK_ENTRY = re.compile(r"\bcensor(ed|ing)?\b|\bpoints\b", re.IGNORECASE)
RANGE = re.compile(r"^\d+\s*[-\u2013\u2014]\s*\d+$")
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


@dataclass(frozen=True, slots=True)
class _Sample:
    """A line sample found in a window: its box, colour, width, and for each px along it whether it has ink."""

    box: Box
    color: Rgb
    width_px: float
    shown: tuple[bool, ...]
    ink: float

    @property
    def inked(self) -> float:
        """Share of its length that has ink."""
        return float(np.mean(self.shown))


def find_legend(pixels: PixelArray, texts: tuple[TextLine, ...], panel: Panel) -> tuple[LegendKey, ...]:
    """Find the legend entries that belong to a panel, in reading order, one for each colour and line style."""
    keys = []
    for line in (_with_number(line, texts) for line in texts):
        # What stands left of the plot is another panel's.
        beside = panel.region.contains(*line.box.centre) and line.box.right > panel.plot_area.left
        if not beside or not _may_be_entry(line):
            continue
        sample = _sample_left_of(pixels, line, texts, panel.plot_area)
        if sample is not None:
            name = re.sub(r"^[\s\-\u2013\u2014_+~=\u2022\u00b7|]+", "", line.text).strip()
            rest = sample.box, line.box, sample.shown, sample.ink
            keys.append(LegendKey(name, sample.color, sample.inked, sample.width_px, *rest))
    keys = _off_curves(_one_of_each(_off_samples(keys)))
    ordered = sorted(keys, key=lambda k: (round(k.text_box.top / max(k.text_box.height, 1)), k.text_box.left))
    return tuple(_in_common_slot(ordered))


def _with_number(line: TextLine, texts: tuple[TextLine, ...]) -> TextLine:
    """A name with the number that follows it: "Grade" and "2" are found apart, and all grades would share one name."""
    b = line.box
    if not line.text[-1:].isalpha() or line.rotation:
        return line
    for other in texts:
        n = other.box
        gap, aligned = n.left - b.right, abs(n.centre[1] - b.centre[1]) < 0.4 * b.height
        if re.fullmatch(r"\d{1,2}", other.text) and aligned and 0 < gap < NUMBER_GAP * b.height:
            box = Box(b.left, min(b.top, n.top), n.right, max(b.bottom, n.bottom))
            return replace(line, text=f"{line.text} {other.text}", box=box)
    return line


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


def _may_be_entry(line: TextLine) -> bool:
    """Whether a text beside a line sample could be its name: also ranges ("20-50"), which alone may be anything."""
    return may_name_an_arm(line) or (line.rotation == 0 and line.box.width >= 3 and bool(RANGE.match(line.text)))


def _sample_left_of(pixels: PixelArray, line: TextLine, texts: tuple[TextLine, ...], plot_area: Box) -> _Sample | None:
    """The line sample that ends just left of a text, None when there is none that stands alone."""
    height = max(line.box.height, 6.0)
    top, bottom = int(line.box.top - height), int(np.ceil(line.box.bottom + height))
    right = int(line.box.left) - 1
    left = int(max(0, line.box.left - WINDOW * height))
    if plot_area.contains(*line.box.centre):
        left = max(left, int(np.ceil(plot_area.left)) + FRAME)
    for other in texts:
        b = other.box
        # Dots and dashes of a sample are sometimes read as small figures; they are no neighbour.
        letters = b.height > 0.6 * height or len(other.text) > 2
        letters = letters and any(c.isalnum() for c in other.text)
        level = abs(b.centre[1] - line.box.centre[1]) < LEVEL * height + b.height / 2
        if other is not line and letters and level and b.centre[0] < line.box.left:
            left = max(left, int(np.ceil(b.right)) + 1)
    top, bottom = max(0, top), min(pixels.shape[0] - 1, bottom)
    if right - left < 0.7 * height or bottom - top < 4:
        return None
    window = pixels[top : bottom + 1, left : right + 1]
    return _line_sample(window, left, top, height, line.box.centre[1])


def _line_sample(window: PixelArray, left: int, top: int, height: float, centre_y: float) -> _Sample | None:
    """Read a horizontal line sample out of a window; height: of the text, in px; centre_y: of the text."""
    contrast = np.sqrt(((window.astype(np.float32) - paper_color(window)) ** 2).sum(axis=2))
    offset = np.abs(np.arange(len(window)) + top - centre_y) / height
    rows = np.flatnonzero(offset <= LEVEL)
    if contrast[rows].max(initial=0.0) <= FAINT_SAMPLE:
        return None
    framed = _runs_under_name(contrast, height)
    contrast = _without_letter_edge(contrast, rows, height)
    # The line is the strongest row: tints of a key's box and edges of the stroke are fainter.
    weight = np.where(framed, 0.0, contrast.sum(axis=1) * (1.0 - 0.3 * offset))
    best = int(rows[np.argmax(weight[rows])])
    # Upright lines higher than letters are the frame of the legend, or an axis.
    upright = (contrast > max(FAINT_SAMPLE, 0.5 * contrast[best].max()))[offset <= 0.75].mean(axis=0) >= 0.95
    ink = contrast > max(FAINT_SAMPLE, 0.5 * contrast[best, ~upright].max(initial=0.0))
    if not ink[best].any():
        return None
    columns = np.flatnonzero(ink[best] & ~upright)
    if len(columns) == 0:
        return None
    first, last = _cluster_at_the_right(columns, LINE_GAP * height)
    if last - first + 1 < 0.8 * height:
        first, last = _cluster_at_the_right(columns, DOT_GAP * height)
    length, runs_in = last - first + 1, first <= 1
    far = ink.shape[1] - 1 - last > NAME_GAP * height
    if length < 0.8 * height or length > 5.5 * height or runs_in or far:
        return None
    strip = ink[best, first : last + 1]
    if strip.mean() < LEAST_INKED:
        return None
    if _turns_down(ink[:, first : first + 2], best, height):
        return None
    thick = _run_around(ink[:, first : last + 1].mean(axis=1) > 0.6 * strip.mean(), best)
    color = _line_color(window[:, first : last + 1], contrast[:, first : last + 1], best)
    box = Box(left + first, top + float(thick.min()), left + last, top + float(thick.max()))
    around = contrast[max(0, thick.min() - 1) : thick.max() + 2, first : last + 1][:, strip]
    ink = float(np.log(max(float(around.sum(axis=0).mean()), 1.0)))
    return _Sample(box, color, float(thick.max() - thick.min() + 1), tuple(map(bool, strip)), ink)


def _runs_under_name(contrast: FloatArray, height: float) -> FloatArray:
    """(rows,) bool: whether ink runs on to the name, as the frame of a legend does; a sample ends before it."""
    clear = contrast[:, ::-1] <= FAINT_SAMPLE
    run = np.where(clear.any(axis=1), clear.argmax(axis=1), contrast.shape[1])
    return run >= LETTER_EDGE * height


def _without_letter_edge(contrast: FloatArray, rows: npt.NDArray[np.intp], height: float) -> FloatArray:
    """The window without a narrow piece of ink at its right edge, in the rows of a sample: the name's first letter."""
    inked = np.r_[True, (contrast[rows] > FAINT_SAMPLE).any(axis=0)]
    clear = len(inked) - 1 - int(np.argmin(inked[::-1])) if not inked.all() else 0
    if not 0 < len(inked) - 1 - clear < LETTER_EDGE * height:
        return contrast
    out = contrast.copy()
    out[:, clear:] = 0.0
    return out


def _turns_down(start: MaskArray, row: int, height: float) -> bool:
    """Whether the line turns where it begins: the last step of a curve before the name written at its end."""
    run = _run_around(np.any(start, axis=1), row)
    return len(run) > 0.6 * height


def _run_around(flags: MaskArray, at: int) -> npt.NDArray[np.integer]:
    """Indices of the unbroken run of True that holds index `at`."""
    clear = np.flatnonzero(~flags)
    first = clear[clear < at].max(initial=-1) + 1
    last = clear[clear > at].min(initial=len(flags)) - 1
    return np.arange(first, last + 1)


def _cluster_at_the_right(columns: npt.NDArray[np.integer], gap: float) -> tuple[int, int]:
    """First and last of the rightmost group of columns that no gap wider than `gap` splits."""
    breaks = np.flatnonzero(np.diff(columns) > gap)
    first = int(columns[breaks[-1] + 1]) if len(breaks) else int(columns[0])
    return first, int(columns[-1])


def _line_color(strip: PixelArray, contrast: FloatArray, row: int) -> Rgb:
    """Colour of the strongest third of the pixels on the sample's own row."""
    order = np.argsort(contrast[row])[::-1]
    chosen = strip[row, order[: max(1, len(order) // 3)]]
    r, g, b = (round(float(v)) for v in np.median(chosen, axis=0))
    return r, g, b
