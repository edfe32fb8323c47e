"""Marks that are wider than a bar: circles, crosses, triangles, learnt as the ink that each of their columns adds.

A bar adds the same to every column that it covers; a symbol adds a pattern. Where most stretches of ink that stand
alone beside a curve have one width and one pattern, that pattern is the symbol, and its repeats are placed as bars are.
Columns and rows are of the plot crop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..records import FloatArray
from .markchain import Bar, place_bars
from .markprofile import ColumnStack
from .raster import MaskArray

LEAST_WIDE, WIDER_THAN_BARS = 5, 1.5
"""Columns that a symbol covers at least, and how many times the width of the bar that explains its marks best: two bars
stand for the rim of a circle."""
LEAST_ALONE, ALONE_SHARE = 3, 0.5
"""How many symbols must stand alone in a panel, and their share of the stretches of ink that are no longer than one:
chance pairs of ticks differ in width, and single ones stand beside them."""
ALIKE = 0.95
"""Correlation of each symbol with their mean, and of the mean with its mirror image."""
SHOWN = 0.04
"""Inked share of a column's rows from which it belongs to a mark: a third of a row of the smallest."""
TALL = 2.0
"""How many times wider than tall a symbol may be."""
KNOWN, HALF_KNOWN = 0.9, 0.5
"""Share of the rows of a column that must be known for a symbol to be learnt from it, and for its ink to count."""


@dataclass(frozen=True, slots=True, eq=False)
class InkBeside:
    """The inked share of the rows beside a curve's stroke in each column of the plot, trust in it, 0 to 1, and the
    rows of the stroke itself."""

    share: FloatArray
    trust: FloatArray
    stroke_px: int

    def alone(self) -> list[tuple[int, int]]:
        """The stretches of ink that stand alone and in full sight."""
        runs = _runs(self.share > SHOWN, self.stroke_px + 1)
        return [(a, b) for a, b in runs if self.trust[max(0, a - 1) : b + 1].min() >= KNOWN]


def learn_symbol(arms: Sequence[InkBeside], tall_px: float, bar_px: float) -> tuple[Bar, float] | None:
    """The symbol that arms of one kind of mark bear, and its share of the stretches of ink that may be one.

    tall_px: its height; bar_px: the width of the bar that explains the marks best. None when they are bars.
    """
    runs = [(arm, run) for arm in arms for run in arm.alone()]
    if len(runs) < LEAST_ALONE:
        return None
    widths = np.array([b - a for _, (a, b) in runs])
    width = int(np.argmax(np.bincount(widths)))
    if not max(LEAST_WIDE, WIDER_THAN_BARS * bar_px) <= width <= TALL * tall_px:
        return None
    alone = [run for run, w in zip(runs, widths, strict=True) if abs(w - width) <= 1]
    patterns = np.array([_pattern(arm.share, run, width) for arm, run in alone])
    mean = patterns.mean(axis=0)
    alike = sum(_correlation(p, mean) >= ALIKE for p in patterns)
    # Longer stretches are several that overlap; shorter ones could be none of these.
    no_longer = int((widths <= width + 1).sum())
    if alike < max(LEAST_ALONE, ALONE_SHARE * no_longer) or _correlation(mean, mean[::-1]) < ALIKE:
        return None
    return Bar.of_pattern(0.5 * (mean + mean[::-1])), alike / no_longer


def place_symbols(symbol: Bar, beside: InkBeside) -> FloatArray:
    """Centres, in columns, of the repeats of a symbol that explain the ink beside a curve."""
    return place_bars(beside.share, beside.trust, symbol)


def ink_beside(stack: ColumnStack, rows: int, columns: int) -> InkBeside:
    """The ink on both sides of a curve, up to so many rows from its stroke. columns: of the plot."""
    beside = np.abs(np.arange(len(stack.ink)) - stack.middle)
    up = (np.arange(len(stack.ink)) < stack.middle) & (beside > stack.above) & (beside <= stack.above + rows)
    down = (np.arange(len(stack.ink)) > stack.middle) & (beside > stack.below) & (beside <= stack.below + rows)
    side = up | down
    ink, trust = np.zeros(columns), np.zeros(columns)
    known = stack.known[side].mean(axis=0)
    ink[stack.columns] = (stack.ink * stack.known)[side].mean(axis=0) / np.maximum(known, HALF_KNOWN)
    trust[stack.columns] = np.where(known >= HALF_KNOWN, known, 0.0)
    return InkBeside(ink, trust, stack.above + stack.below + 1)


def _runs(inked: MaskArray, gap: int) -> list[tuple[int, int]]:
    """First column and the one after the last of each stretch of ink; gaps of up to `gap` columns belong to it."""
    at = np.flatnonzero(inked)
    if not len(at):
        return []
    cut = np.flatnonzero(np.diff(at) > gap + 1)
    return list(zip(at[np.r_[0, cut + 1]].tolist(), (at[np.r_[cut, len(at) - 1]] + 1).tolist(), strict=True))


def _pattern(ink: FloatArray, run: tuple[int, int], width: int) -> FloatArray:
    """Ink of a stretch about its own centre of mass, at whole columns, two more than the width on each side."""
    columns = np.arange(run[0], run[1])
    centre = np.average(columns, weights=ink[run[0] : run[1]])
    half = (width + 1) // 2 + 2
    return np.interp(centre + np.arange(-half, half + 1), np.arange(len(ink)), ink)


def _correlation(one: FloatArray, two: FloatArray) -> float:
    a, b = one - one.mean(), two - two.mean()
    return float((a * b).sum() / max(1e-9, np.sqrt((a * a).sum() * (b * b).sum())))
