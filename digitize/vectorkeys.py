"""Legend entries of a vector figure: the short line or tinted box drawn beside each name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..records import Box, Figure, Panel, Rgb, Stroke, TextLine
from .legend import CODE, LegendKey, may_be_entry, with_numbers
from .strokes import stroke_box

# A sample's centre stands within this share of the letters' height from theirs.
LEVEL = 0.65
# It ends within so many letter heights of the name, and is at least and at most so many long.
GAP = 2.6
SHORTEST, LONGEST = 0.35, 9.0
# Stems, dots and hyphens are narrower than this share of the letters' height, words end and begin as near to a hyphen.
SMALL_PIECE = 0.6
# A line sample is no higher than this (px, its marker apart); boxes are up to so many letter heights.
FLAT = 1.5
LARGEST_BOX = 3.0
# So many equal strokes in a column are ticks; a legend's lines differ in paint.
FEWEST_TICKS = 4
# Groups named by a range of values ("20-50") have no letters.
RANGE = re.compile(r"^\s*\d+(\.\d+)?\s*[-\u2013\u2014]\s*\d+(\.\d+)?\s*$")
# Paper and its shades: a box so light is background.
LIGHT = 247


@dataclass(frozen=True, slots=True)
class _Sample:
    """One drawn piece that may be a key: a flat line, or a filled box (is_line False)."""

    box: Box
    color: Rgb
    width: float
    dash: tuple[float, ...]
    is_line: bool


def legend_keys(
    figure: Figure, texts: Sequence[TextLine], panel: Panel, used: frozenset[int] = frozenset()
) -> tuple[LegendKey, ...]:
    """The legend entries of a panel in reading order, one for each paint; used: strokes that carry the arms."""
    samples = _without_ticks(
        [
            sample
            for index, stroke in enumerate(figure.strokes)
            if index not in used and (sample := _as_sample(stroke)) is not None
        ]
    )
    samples = [sample for sample in samples if not _is_of_letters(sample, texts)]
    near = [with_numbers(line, tuple(texts)) for line in texts if panel.region.contains(*line.box.centre)]
    lines = [line for line in near if may_be_entry(line)]
    left = {id(line): sample for line in lines if (sample := _beside(line, samples, left=True)) is not None}
    # "Group" heads the sample right of it where a number follows that: the number is the sample's name.
    codes = [_beside(line, samples, left=True) for line in near if CODE.match(line.text)]
    taken = [*left.values(), *(sample for sample in codes if sample is not None)]
    free = [s for s in samples if not any(c.box.contains(*s.box.centre, margin=FLAT) for c in taken)]
    keys = []
    for line in lines:
        sample = left.get(id(line)) or _beside(line, free, left=False)
        if sample is not None:
            keys.append(_key(line, sample))
    return _distinct(keys)


def _without_ticks(samples: Sequence[_Sample]) -> list[_Sample]:
    """The samples that do not stand in a column of equals, as the ticks of an axis do."""

    def column(sample: _Sample) -> tuple[object, ...]:
        return round(sample.box.left), round(sample.box.right), sample.color, sample.dash

    counts = Counter(column(sample) for sample in samples)
    return [sample for sample in samples if counts[column(sample)] < FEWEST_TICKS]


def _is_of_letters(sample: _Sample, texts: Sequence[TextLine]) -> bool:
    """Whether a filled piece is a stem, a dot or a hyphen of words whose letters are drawn as shapes."""
    if sample.is_line:
        return False
    beside = []
    for line in texts:
        box, reach = line.box, SMALL_PIECE * line.box.height
        level = box.top <= sample.box.centre[1] <= box.bottom
        if line.rotation or not level or sample.box.width > reach:
            continue
        if box.left <= sample.box.left and sample.box.right <= box.right:
            return True
        beside += [abs(sample.box.left - box.right) < reach, abs(box.left - sample.box.right) < reach]
    return any(beside[::2]) and any(beside[1::2])


def _distinct(keys: Sequence[LegendKey]) -> tuple[LegendKey, ...]:
    """The keys in reading order, one a name (the longest sample: tables repeat names) and one a paint."""
    tall = float(np.median([key.text_box.height for key in keys])) if keys else 1.0
    ordered = sorted(keys, key=lambda k: (round(k.text_box.centre[1] / max(tall, 1.0)), k.text_box.left))
    longest = {k.name: k for k in sorted(ordered, key=lambda k: k.box.width)}
    named = [k for k in ordered if longest[k.name] is k]
    return tuple({(k.color, round(k.inked, 2), round(k.width_px)): k for k in reversed(named)}.values())[::-1]


def inked_share(dash: Sequence[float], width: float) -> float:
    """Share of a line that its dash pattern inks; dots are as long as the line is wide."""
    if not dash:
        return 1.0
    drawn = sum(max(length, width) for length in dash[::2])
    return float(min(1.0, drawn / max(sum(dash), drawn)))


def _as_sample(stroke: Stroke) -> _Sample | None:
    box = stroke_box(stroke)
    if stroke.color is not None and stroke.width_px > 0 and box.height <= FLAT and box.width > 0:
        return _Sample(box, stroke.color, stroke.width_px, stroke.dash_px, True)
    if stroke.fill is None or min(stroke.fill) > LIGHT or not stroke.closed:
        return None
    if box.height <= 8 and box.width > 2.5 * box.height:
        return _Sample(box, stroke.fill, box.height, (), True)
    if len(stroke.x_px) <= 6 and 0.3 <= box.width / max(box.height, 1e-6) <= 3.5:
        return _Sample(box, _on_white(stroke.fill, stroke.opacity), box.height, (), False)
    return None


def _on_white(color: Rgb, opacity: float) -> Rgb:
    red, green, blue = (round(255 - opacity * (255 - part)) for part in color)
    return red, green, blue


def _beside(line: TextLine, samples: Sequence[_Sample], *, left: bool) -> _Sample | None:
    """The sample left (or right) of a name, lines before boxes, the nearest first."""
    height = max(line.box.height, 6.0)

    def gap(sample: _Sample) -> float:
        return line.box.left - sample.box.right if left else sample.box.left - line.box.right

    fits = [s for s in samples if _fits(s, line, height) and -1.0 <= gap(s) <= GAP * height]
    parts = [s for s in fits if s.is_line] or fits
    if not parts:
        return None
    nearest = min(parts, key=lambda s: (gap(s), -s.box.width))
    return _whole([s for s in parts if s.color == nearest.color and s.is_line == nearest.is_line])


def _fits(sample: _Sample, line: TextLine, height: float) -> bool:
    level = abs(sample.box.centre[1] - line.box.centre[1]) <= LEVEL * height
    longest = LONGEST if sample.is_line else LARGEST_BOX
    short = SHORTEST if sample.is_line and not sample.dash else 0.1
    return level and short * height <= sample.box.width <= longest * height


def _whole(parts: Sequence[_Sample]) -> _Sample:
    """Dashes drawn one by one as one dashed sample; two lines over each other as the longer."""
    first = max(parts, key=lambda s: s.box.width)
    left, right = min(s.box.left for s in parts), max(s.box.right for s in parts)
    inked = sum(s.box.width for s in parts)
    if len(parts) < 2 or inked > 0.95 * (right - left) or not first.is_line:
        return first
    on = inked / len(parts)
    gap = (right - left - inked) / (len(parts) - 1)
    box = Box(left, first.box.top, right, first.box.bottom)
    return _Sample(box, first.color, first.width, (on, gap), True)


def _key(line: TextLine, sample: _Sample) -> LegendKey:
    name = re.sub(r"^[\s\-\u2013\u2014_+~=•·|]+", "", line.text).strip()
    inked = inked_share(sample.dash, sample.width)
    return LegendKey(name, sample.color, inked, float(np.float64(sample.width)), sample.box, line.box)
