"""Samples of lines: the short piece of a curve's line that stands left of its name in a legend.

Positions are pixels of the figure, see records. A sample is believed when its ink stands alone: a line that runs on
beyond the window is a curve or an axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..records import Box, FloatArray, MaskArray, PixelArray, Rgb, TextLine
from .inks import paper_color

WINDOWS = ((6.5, 5.5), (9.5, 8.0))
"""How far left of a name its key may begin, and how long it may be, in text heights: R's longest keys reach 5, those of
journals that draw their own 7.5. The wider window is looked at where the other shows no sample."""
LEVEL = 0.55
"""Distance of a sample from the middle of its name in text heights: half a letter where the box has descenders, with a
pixel's error in the box of a small one; entries are at least 1.2 apart."""
LINE_GAP, DOT_GAP = 0.9, 1.6
"""Widest gap within a sample in text heights: between dashes, and between the dots of a thick dotted line."""
NAME_GAP = 2.8
"""Widest gap between a sample and its name in text heights: margins take up to 1.4, the gap after a last dot up to 1.6;
a line farther off is a piece of a curve with its name beside it."""
COLUMN_GAP = 7.0
"""The same where samples stand in a column behind names of different lengths."""
LEAST_INKED = 0.2
"""Least inked share of a sample: dotted lines have 0.25 and more."""
LETTER_EDGE = 0.4
"""Ink at a window's right edge narrower than this, in text heights, is the edge of the name's first letter."""
FAINT_SAMPLE = 24.0
"""RGB distance from the paper that a sample must have: thin grey lines in scans have 30."""
FRAME = 4
"""Pixels inside the plot area's edge that the frame's own stroke may take."""


@dataclass(frozen=True, slots=True)
class LineSample:
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


def sample_left_of(
    pixels: PixelArray, line: TextLine, texts: tuple[TextLine, ...], plot_area: Box, gap: float = NAME_GAP
) -> LineSample | None:
    """The line sample that ends just left of a text, None when there is none that stands alone.

    gap: the widest between the two, in text heights.
    """
    height = max(line.box.height, 6.0)
    top, bottom = int(line.box.top - height), int(np.ceil(line.box.bottom + height))
    right, wall = int(line.box.left) - 1, _wall_left_of(line, texts, plot_area, height)
    top, bottom = max(0, top), min(pixels.shape[0] - 1, bottom)
    if right - wall < 0.7 * height or bottom - top < 4:
        return None
    for reach, longest in WINDOWS:
        left = max(wall, int(line.box.left - reach * height))
        window = pixels[top : bottom + 1, left : right + 1]
        sample = _line_sample(window, left, top, height, line.box.centre[1], (gap, longest))
        if sample is not None:
            return sample
    return None


def _wall_left_of(line: TextLine, texts: tuple[TextLine, ...], plot_area: Box, height: float) -> int:
    """The first column that may hold a text's sample: right of the plot's edge and of what else is written there."""
    left = 0
    if plot_area.contains(*line.box.centre):
        left = max(0, int(np.ceil(plot_area.left)) + FRAME)
    for other in texts:
        b = other.box
        # Dots and dashes of a sample are sometimes read as small figures; they are no neighbour.
        letters = b.height > 0.6 * height or len(other.text) > 2
        letters = letters and any(c.isalnum() for c in other.text)
        level = abs(b.centre[1] - line.box.centre[1]) < LEVEL * height + b.height / 2
        if other is not line and letters and level and b.centre[0] < line.box.left:
            left = max(left, int(np.ceil(b.right)) + 1)
    return left


def _line_sample(
    window: PixelArray, left: int, top: int, height: float, centre_y: float, limits: tuple[float, float]
) -> LineSample | None:
    """Read a horizontal line sample out of a window.

    height: of the text, in px; centre_y: of the text; limits: of the gap before the text and of a sample's length, in
    text heights.
    """
    gap, longest = limits
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
    # Soft edges of such a line are as dark as a pale sample.
    upright = np.convolve(upright, (1, 1, 1), "same") > 0
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
    far = ink.shape[1] - 1 - last > gap * height
    if length < 0.8 * height or length > longest * height or runs_in or far:
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
    return LineSample(box, color, float(thick.max() - thick.min() + 1), tuple(map(bool, strip)), ink)


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
