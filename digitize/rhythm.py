"""The rhythm of a line: how long its dashes and gaps are, and how much ink its stroke carries.

A line is followed along its own length, down its drops too, as drawing programs lay out dashes. Lengths are in pixels
of the plot crop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, IntArray, MaskArray

EDGES = np.array([1.5, 2.1, 3.0, 4.2, 6.0, 8.5, 12.0, 17.0, 24.0, 34.0, 48.0])
"""Borders in px of the classes of length, half an octave each: blur moves the end of a dash by less."""
SHARPNESS = np.array([0.2, 0.6, 0.2])
"""How a length spreads over its class and the two beside it: a dash of 5 px measures 4 to 6."""
STRAY, STRAY_GAP = 0.1, 0.5
"""Share of dashes and gaps that marks, crossings and JPEG make, and the chance of one length among such gaps."""
LEAST_CHANCE = 1e-30
"""Of any length at all, so that one cannot rule a style out by itself."""
WEIGHT = 0.5
"""Share of the evidence that counts: a dash and the gap after it are not two independent observations."""
STROKE_SPREAD = 0.2
"""Standard deviation of the logarithm of a stroke's ink along one line: anti-aliasing of thin lines, JPEG."""
STROKES_PER_VIEW, MOST_VIEWS, FARTHEST = 6.0, 8.0, 3.0
"""Strokes of length that make one independent view of a line's ink, the most views that count, and the standard
deviations beyond which a difference counts no more."""
LEAST_GAPS, ALIKE, EVEN = 8, 1.6, 0.65
"""Gaps that show a dash pattern, and the share of them that must be within this factor of their median: two in
three are where a dotted line falls steeply, fewer where a path picks its way through marks and letters."""
SHOWN = 0.5
"""Share of a line's usual coverage at which a dash begins."""


@dataclass(frozen=True, slots=True, eq=False)
class Rhythm:
    """What one piece of line shows, or several together.

    dashes, gaps: lengths in px of the complete ones. cut: lengths of the dashes that the ends of a piece cut off.
    ink: logarithm of the ink across the stroke, nan where no column is clear. views: independent views of it.
    """

    dashes: FloatArray
    gaps: FloatArray
    cut: FloatArray
    ink: float
    views: float

    def scaled(self, factor: float) -> Rhythm:
        """The same line in a picture so many times as large."""
        ink = self.ink + float(np.log(factor))
        return Rhythm(self.dashes * factor, self.gaps * factor, self.cut * factor, ink, self.views)

    @property
    def inked(self) -> float:
        """Share of the line's length that its dashes take: 1 for a solid line."""
        ink, paper = float(self.dashes.sum() + self.cut.sum()), float(self.gaps.sum())
        return ink / max(ink + paper, 1.0)


def rhythm_of_sample(shown: tuple[bool, ...], ink: float) -> Rhythm:
    """The rhythm of a legend's sample. shown: for each px along it whether it has ink. ink: as of a Rhythm."""
    return Rhythm(*_lengths(np.array(shown, bool)), ink, 0.0 if np.isnan(ink) else 1.0)


def is_dashed(rhythm: Rhythm) -> bool:
    """Whether the gaps of a line are so many and so even that they are a pattern."""
    # At the corners of a staircase in whole pixels a single pixel is often missed.
    gaps = rhythm.gaps[rhythm.gaps > 1]
    if len(gaps) < LEAST_GAPS:
        return False
    ratio = gaps / np.median(gaps)
    return float(((ratio < ALIKE) & (ratio > 1 / ALIKE)).mean()) >= EVEN


def together(pieces: list[Rhythm]) -> Rhythm:
    """The rhythm of several pieces of one line."""
    views = sum(p.views for p in pieces)
    ink = sum(p.views * p.ink for p in pieces if p.views > 0)
    lengths = (
        np.concatenate([getattr(p, name) for p in pieces] or [np.zeros(0)]) for name in ("dashes", "gaps", "cut")
    )
    return Rhythm(*lengths, ink / views if views > 0 else float("nan"), views)


def rhythm_of(own: FloatArray, strength: FloatArray, row: IntArray, span: tuple[int, int], width_px: float) -> Rhythm:
    """The rhythm of a staircase between two columns, the second not included.

    own: (height, width) coverage by its ink, 0 to 1. strength: (height, width) RGB distance from the paper. row: (n,)
    its level in each column from 0 on.
    """
    reach = int(np.ceil(width_px / 2))
    columns = np.arange(*span)
    level = row[columns]
    falls = np.r_[np.diff(level) > 0, False]
    turning = np.convolve(falls, np.ones(2 * reach + 3), "same")[: len(falls)] > 0.5
    along = _strongest(own, level, columns, reach)
    beyond = np.maximum(*(own[np.clip(level + s, 0, len(own) - 1), columns] for s in (-reach - 2, reach + 2)))
    clear = turning | (beyond < SHOWN * 0.6)
    signal, known = _down_the_drops(own, level, columns, along, clear, reach)
    shown = signal > SHOWN * max(float(np.quantile(signal, 0.9)), 0.4)
    dashes, gaps, cut = _lengths(_filled(shown, known))
    seen = clear & ~turning & (along > SHOWN)
    ink = _ink_across(strength, level[seen], columns[seen], reach)
    views = min(MOST_VIEWS, seen.sum() / (STROKES_PER_VIEW * max(width_px, 1.0)))
    return Rhythm(dashes, gaps, cut, ink, views if seen.any() else 0.0)


def _strongest(own: FloatArray, level: IntArray, columns: IntArray, reach: int) -> FloatArray:
    rows = np.clip(level[:, None] + np.arange(-reach, reach + 1), 0, own.shape[0] - 1)
    return own[rows, columns[:, None]].max(axis=1)


def _ink_across(strength: FloatArray, level: IntArray, columns: IntArray, reach: int) -> float:
    """Logarithm of the ink across a stroke, the mean over its columns."""
    if len(level) == 0:
        return float("nan")
    rows = np.clip(level[:, None] + np.arange(-reach - 1, reach + 2), 0, strength.shape[0] - 1)
    return float(np.log(max(float(strength[rows, columns[:, None]].sum(axis=1).mean()), 1.0)))


def _down_the_drops(
    own: FloatArray, level: IntArray, columns: IntArray, along: FloatArray, clear: MaskArray, reach: int
) -> tuple[FloatArray, MaskArray]:
    """Coverage along the line's own length, drops included, and whether no mark disturbs it."""
    signal: list[FloatArray] = []
    known: list[MaskArray] = []
    start = 0
    for i in np.flatnonzero(np.diff(level) > 2 * reach + 1):
        rows = np.arange(level[i] + reach + 1, level[i + 1] - reach)
        window = own[np.clip(rows, 0, len(own) - 1), max(0, columns[i] - reach) : columns[i] + reach + 2]
        signal += [along[start : i + 1], window.max(axis=1)]
        known += [clear[start : i + 1], np.ones(len(rows), bool)]
        start = i + 1
    return np.concatenate([*signal, along[start:]]), np.concatenate([*known, clear[start:]])


def _filled(shown: MaskArray, known: MaskArray) -> MaskArray:
    """Whether each place shows ink; under marks what the places on both sides show, the left one where they differ."""
    places = np.where(known, np.arange(len(known)), -1)
    left = np.maximum.accumulate(places)
    return np.where(left >= 0, shown[np.maximum(left, 0)], shown)


def _lengths(shown: MaskArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lengths of the complete dashes, of the complete gaps, and of the dashes at either end."""
    edges = np.flatnonzero(np.diff(shown.astype(int))) + 1
    lengths = np.diff(np.r_[0, edges, len(shown)]).astype(float)
    inked = shown[np.r_[0, edges]]
    inner = np.ones(len(lengths), bool)
    inner[[0, -1]] = False
    return lengths[inner & inked], lengths[inner & ~inked], lengths[~inner & inked]


@dataclass(frozen=True, slots=True, eq=False)
class LineStyle:
    """How likely each length of dash and gap is in a line, learnt from what is seen of it.

    dashes, gaps: share of each class of length. period: mean length from gap to gap, infinite for a solid line.
    ink, views: as of a Rhythm.
    """

    dashes: FloatArray
    gaps: FloatArray
    period: float
    ink: float
    views: float

    @classmethod
    def of(cls, known: Rhythm) -> LineStyle:
        """The style of a line of which this is seen."""
        total = float(known.dashes.sum() + known.gaps.sum() + known.cut.sum())
        period = total / len(known.gaps) if len(known.gaps) else np.inf
        return cls(_shares(known.dashes), _shares(known.gaps), period, known.ink, known.views)

    def price(self, piece: Rhythm) -> float:
        """Minus the logarithm of the probability that a line of this style shows a piece."""
        chances = np.r_[
            self._chance(self.dashes, piece.dashes),
            (1 - STRAY) * self.gaps[_classes(piece.gaps)] + STRAY * STRAY_GAP,
            self._chance(self._at_least(), piece.cut),
        ]
        price = -WEIGHT * float(np.log(np.maximum(chances, LEAST_CHANCE)).sum())
        if self.views > 0 and piece.views > 0:
            miss = min(abs(piece.ink - self.ink) / STROKE_SPREAD, FARTHEST)
            price += 0.5 * piece.views * miss**2
        return price

    def _chance(self, shares: FloatArray, lengths: FloatArray) -> FloatArray:
        """Of runs of ink, by their class; what covers a gap now and then makes several dashes one."""
        return (1 - STRAY) * shares[_classes(lengths)] + STRAY * np.exp(-lengths / self.period)

    def _at_least(self) -> FloatArray:
        """Chance that a dash is at least as long as each class: every run of a line without gaps."""
        if not np.isfinite(self.period):
            return np.ones(len(EDGES) + 1)
        return np.cumsum(self.dashes[::-1])[::-1]


def _classes(lengths: FloatArray) -> IntArray:
    return np.searchsorted(EDGES, lengths, side="right")


def _shares(lengths: FloatArray) -> FloatArray:
    """Share of each class of length, spread over its neighbours; none where there is none."""
    counts = np.bincount(_classes(lengths), minlength=len(EDGES) + 1).astype(float)
    spread = np.convolve(np.pad(counts, 1), SHARPNESS, "valid")
    return spread / max(float(spread.sum()), 1.0)
