"""Legend entries whose names a curve runs through: the sample tells them, and the letters are read without its ink.

A legend stands where the plot is empty when it is drawn, and a curve or its marks may reach into it: then the text is
not found, or a letter of it. The sample still stands in its column, one line from the next.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..records import Box, Panel, PixelArray, TextLine
from .curvelabels import LETTER_COLOR, is_chromatic, letter_color
from .inks import color_distance, paper_color
from .legend import LegendKey, in_one_slot, may_name_an_arm
from .linesamples import LineSample, sample_left_of
from .overprinted import SURE, cut_alone, nearer_ink
from .recognition import read_crops

LINES = (1.2, 2.6)
"""Nearest and farthest next entry of a legend, in heights of its letters."""
STEP = 0.2
"""Steps, in heights of letters, in which its sample is looked for."""
LONGEST_NAME = 20.0
"""Longest name, in heights of its letters."""
WORD_GAP = 1.0
"""Widest gap between words of a name, in heights of its letters."""
LETTER = 60.0
"""RGB distance from the paper from which a pixel belongs to a letter."""


def with_overprinted(
    keys: tuple[LegendKey, ...], pixels: PixelArray, texts: tuple[TextLine, ...], panel: Panel
) -> tuple[LegendKey, ...]:
    """The keys, with those above and below them in their column whose names were not read for a curve in the way."""
    if not keys:
        return keys
    found = list(keys)
    down = sorted(keys, key=lambda k: k.text_box.top)
    for key, way in ((down[0], -1), (down[-1], 1)):
        entry = next(_entries_beyond(key, way, pixels, texts, panel), None)
        while entry is not None and not any(_is_known(entry, k) for k in found):
            found.insert(0 if way < 0 else len(found), entry)
            entry = next(_entries_beyond(entry, way, pixels, texts, panel), None)
    return tuple(found)


def _is_known(entry: LegendKey, key: LegendKey) -> bool:
    """Whether an entry is one already found: in its colour or at its place."""
    return color_distance(entry.color, key.color) <= LETTER_COLOR or key.text_box.contains(*entry.text_box.centre)


def _entries_beyond(
    key: LegendKey, way: int, pixels: PixelArray, texts: tuple[TextLine, ...], panel: Panel
) -> Iterator[LegendKey]:
    """Entries one line above (way -1) or below (1) a key, nearest first, with a sample in its column and a name."""
    b, tall = key.text_box, max(key.text_box.height, 6.0)
    others = tuple(t for t in texts if t.box.left < b.left)
    for lines in np.arange(LINES[0], LINES[1] + STEP / 2, STEP):
        down = way * lines * tall
        place = TextLine(key.name, Box(b.left, b.top + down, b.right, b.bottom + down), 1.0)
        sample = sample_left_of(pixels, place, others, panel.plot_area)
        if sample is None or not is_chromatic(sample.color):
            continue
        middle = sample.box.centre[1] + b.centre[1] - key.box.centre[1]
        name = _name_at(Box(b.left, middle - b.height / 2, b.right, middle + b.height / 2), key, sample, pixels, panel)
        if name is None:
            continue
        rest = sample.color, sample.inked, sample.width_px, sample.box, name.box, sample.shown, sample.ink
        entry = LegendKey(name.text, *rest)
        if in_one_slot(key, entry):
            yield entry


def _name_at(box: Box, key: LegendKey, sample: LineSample, pixels: PixelArray, panel: Panel) -> TextLine | None:
    """The name that begins at a box's left edge in the ink of another entry's letters, the sample's ink taken away."""
    tall = max(box.height, 6.0)
    top, left = max(0, int(box.top - 0.4 * tall)), max(0, int(box.left) - 1)
    right = int(min(left + LONGEST_NAME * tall, panel.region.right))
    crop = pixels[top : int(box.bottom + 0.4 * tall) + 1, left : right + 1]
    letters = letter_color(pixels, TextLine(key.name, key.text_box, 1.0))
    if min(crop.shape[:2]) < 4 or color_distance(letters, sample.color) < LETTER_COLOR:
        return None
    paper = paper_color(crop)
    away = crop.astype(float) - paper
    inked = nearer_ink(away, np.array([letters, sample.color], float) - paper) == 0
    inked &= np.linalg.norm(away, axis=2) > LETTER
    columns = np.flatnonzero(inked.any(axis=0))
    if not len(columns) or columns[0] > WORD_GAP * tall:
        return None
    ends = np.flatnonzero(np.diff(columns) > WORD_GAP * tall)
    columns = columns[: ends[0] + 1] if len(ends) else columns
    rows = np.flatnonzero(inked[:, columns].any(axis=1))
    tight = Box(left + columns[0], top + rows[0], left + columns[-1], top + rows[-1])
    reading = read_crops([cut_alone(pixels, tight, (top, left), ~inked)])[0]
    line = TextLine(reading.text, tight, reading.confidence)
    return line if reading.confidence >= SURE and len(reading.text) > 1 and may_name_an_arm(line) else None
