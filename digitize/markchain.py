"""Places bars along a line of coverage: how many marks, and where, best explain which columns are inked.

Each column of the plot has a coverage (0 paper, 1 ink) measured beside the curve, and a trust in it. A mark adds the
coverage of one bar; bars side by side add up to at most 1. The cheapest chain of bars is found over all chains at
once, by a dynamic programme over positions half a pixel apart, so that dense runs of touching bars are split by
their width and by the notches that are left between them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, IntArray
from .raster import MaskArray

GRID = 2
"""Positions tried for each pixel of the curve; the later fit goes below this step."""
FINE = 16
"""Places for each pixel in the table of a bar's coverage."""
MOVES = np.array([0.0, -0.125, 0.125, -0.25, 0.25, -0.375, 0.375, -0.5, 0.5])
"""Pixels by which a bar placed on the grid is moved in the end."""
PRICE = 0.4
"""Price of one more mark as a share of the squared coverage of a whole bar: half-seen bars are just worth it."""
CROWDING = 0.02
"""Price that spreads overlapping bars evenly where the ink does not say where each one stands."""
PRICE_OF_COUNT = 0.08
"""What one more bar must save in squared coverage when widths are compared; widths chosen with 0.06 to 0.12 agree."""
NARROWEST, WIDTH_STEP = 0.6, 1.28
"""The narrowest bar tried, in px, and the ratio of the widths tried."""
OVERLAP, OVERLAP_IN_CROWDS, CROWDED = 0.9, 0.75, 1.5
"""Width at which the bars are placed in the end, as a share of their own, and from how many bars a run the second
share is taken: bars that touch mostly overlap, and the fewest that cover a run are fewer than were drawn."""
SAMPLE = 160
"""Inked columns on which widths are compared; more do not change the choice."""
INKED = 0.2
"""Coverage from which a column is inked."""
FEW_RUNS, MANY_RUNS = 4, 20
"""Runs away from every riser from which the width can be told without the others; runs among which a few that risers
spoil do no harm."""
ALIKE = 0.12
"""Share by which the masses of runs of one bar differ."""
LEAST_BLUR = 0.15
"""Blur in px that even the sharpest renderer's edge has; keeps the bar's profile smooth."""


@dataclass(frozen=True, slots=True, eq=False)
class BarFit:
    """One bar, and the centres of all."""

    bar: Bar
    x: FloatArray


def _erf(x: FloatArray) -> FloatArray:
    """The error function of an array; scipy.special takes a quarter of a second to import."""
    return np.array([math.erf(v) for v in x.ravel().tolist()]).reshape(x.shape)


class Bar:
    """Coverage of pixels by one bar, as a function of their distance from its centre; from a table, for speed.

    width_px: of the bar. blur_px: standard deviation of its edges.
    """

    def __init__(self, width_px: float, blur_px: float) -> None:
        self.width_px, self.blur_px = width_px, blur_px
        self.reach = int(np.ceil(width_px / 2 + 2 * blur_px + 1.5))
        at = np.arange(-self.reach * FINE, self.reach * FINE + 1)[:, None] / FINE + np.linspace(-0.5, 0.5, 5)
        scale = np.sqrt(2.0) * max(blur_px, LEAST_BLUR)
        covered = 0.5 * (_erf((at + width_px / 2) / scale) - _erf((at - width_px / 2) / scale))
        # Trapezoids over the pixel; one more place at each end for all that lies farther away.
        self._table = np.pad(covered @ (np.array([0.5, 1.0, 1.0, 1.0, 0.5]) / 4.0), 1)

    @classmethod
    def of_pattern(cls, coverage: FloatArray) -> Bar:
        """A mark that covers some columns more than others. coverage: (2 n + 1,) of the columns about its centre."""
        half = len(coverage) // 2
        mark = cls(float(np.count_nonzero(coverage > INKED * coverage.max())), 0.0)
        mark.reach = half + 1
        at = np.arange(-mark.reach * FINE, mark.reach * FINE + 1) / FINE
        mark._table = np.pad(np.interp(at, np.arange(-half, half + 1), coverage, left=0.0, right=0.0), 1)
        return mark

    def __call__(self, dx: FloatArray) -> FloatArray:
        """Coverage 0 to 1 at distances dx in px, any shape."""
        place = np.rint(np.asarray(dx, float) * FINE).astype(np.int64) + self.reach * FINE + 1
        return self._table[np.clip(place, 0, len(self._table) - 1)]


def fit_bars(coverage: FloatArray, trust: FloatArray, widest_px: float) -> BarFit:
    """The width of one bar, and the centres of the bars, that explain the coverage best.

    coverage, trust: (columns,) 0 to 1. widest_px: the widest bar tried.
    """
    return bars_of(measure_bar(coverage, trust, widest_px), coverage, trust)


def bars_of(bar: Bar, coverage: FloatArray, trust: FloatArray) -> BarFit:
    """The centres of repeats of a bar that explain the coverage best."""
    x = place_bars(coverage, trust, bar)
    crowd = len(x) / max(1, len(_inked_runs(coverage, trust)))
    overlap = OVERLAP_IN_CROWDS if crowd > CROWDED else OVERLAP
    return BarFit(bar, place_bars(coverage, trust, Bar(overlap * bar.width_px, bar.blur_px)))


def measure_bar(coverage: FloatArray, trust: FloatArray, widest_px: float) -> Bar:
    """The bar whose repeats have the least misfit, each of them counted against it.

    A narrow bar explains everything with many, a wide one little with few.
    """
    runs = _inked_runs(coverage, trust)
    clean = [run for run in runs if trust[run[0] : run[1]].min() >= 1.0]
    runs = clean if len(clean) >= FEW_RUNS and len(runs) <= MANY_RUNS else runs
    stride = max(1, int(sum(stop - start for start, stop in runs) // SAMPLE))
    shown, some = _cut_out(runs[::stride], coverage, trust, int(widest_px) + 2)
    best_score, best = np.inf, Bar(NARROWEST, 0.0)
    for width in _widths_to_try(coverage, trust, runs, widest_px):
        bar = Bar(width, _blur_of(width, coverage, runs))
        x = place_bars(shown, some, bar)
        score = _misfit(x, shown, some, bar) + PRICE_OF_COUNT * len(x)
        if score < best_score:
            best_score, best = score, bar
    return best


def _cut_out(
    runs: list[tuple[int, int]], coverage: FloatArray, trust: FloatArray, gap: int
) -> tuple[FloatArray, FloatArray]:
    """Coverage and trust of runs of ink with two columns beside them, put one after the other, `gap` columns apart."""
    apart = np.zeros(gap)
    parts = [slice(max(0, start - 2), stop + 2) for start, stop in runs]
    shown, some = (
        np.concatenate([apart, *(piece for part in parts for piece in (values[part], apart))])
        for values in (np.where(trust > 0, coverage, 0.0), trust)
    )
    return shown, some


def _inked_runs(coverage: FloatArray, trust: FloatArray) -> list[tuple[int, int]]:
    """First column and the one after the last of each unbroken run of ink."""
    inked = (coverage > INKED) & (trust > 0)
    change = np.diff(np.r_[0, inked.astype(np.int8), 0])
    return list(zip(np.flatnonzero(change == 1).tolist(), np.flatnonzero(change == -1).tolist(), strict=True))


def _widths_to_try(
    coverage: FloatArray, trust: FloatArray, runs: list[tuple[int, int]], widest_px: float
) -> list[float]:
    """Widths in even ratios, and those at which the runs' own masses crowd: marks that stand alone."""
    widths = [NARROWEST * WIDTH_STEP**k for k in range(30) if NARROWEST * WIDTH_STEP**k <= widest_px]
    mass = np.array([coverage[a:b].sum() for a, b in runs if trust[a:b].min() >= 1])
    mass = np.sort(mass[(mass >= NARROWEST) & (mass <= widest_px)])
    alike = [int((np.abs(mass - m) <= ALIKE * m).sum()) for m in mass]
    for _ in range(min(2, len(mass))):
        centre = mass[int(np.argmax(alike))]
        near = np.abs(mass - centre) <= ALIKE * centre
        widths.append(float(np.median(mass[near])))
        alike = [0 if abs(m - centre) <= 2 * ALIKE * centre else n for m, n in zip(mass, alike, strict=True)]
    return widths


def _misfit(x: FloatArray, coverage: FloatArray, trust: FloatArray, bar: Bar) -> float:
    """Squared misfit of bars at x over all columns, weighted with trust."""
    reach = bar.reach
    drawn = np.zeros(len(coverage) + 2 * reach + 2)
    columns = np.floor(x).astype(int)[:, None] + np.arange(-reach, reach + 2)
    np.add.at(drawn, columns + reach, bar(columns - x[:, None]))
    drawn = np.minimum(drawn[reach : reach + len(coverage)], 1.0)
    return float((trust * (coverage - drawn) ** 2).sum())


def _blur_of(width_px: float, coverage: FloatArray, runs: list[tuple[int, int]]) -> float:
    """Blur in px (standard deviation) of bars of a width: the spread of runs of that mass beyond the bar's own."""
    spread = []
    for start, stop in runs:
        weights = coverage[max(0, start - 1) : stop + 1]
        if abs(weights.sum() - width_px) <= ALIKE * width_px:
            at = np.arange(len(weights))
            mean = np.average(at, weights=weights)
            spread.append(float(np.average((at - mean) ** 2, weights=weights)))
    if len(spread) < 2:
        return 0.0
    # Variance of a box of the bar's width, and of a pixel.
    return float(np.sqrt(max(0.0, np.median(spread) - (width_px**2 + 1.0) / 12.0)))


def place_bars(coverage: FloatArray, trust: FloatArray, bar: Bar) -> FloatArray:
    """Centres, in columns, of repeats of one bar that explain the coverage at the least price; sorted."""
    return _refine(_Chain(coverage, trust, bar).cheapest(), coverage, trust, bar)


class _Chain:
    """Prices of all single bars and neighbouring pairs on the grid; index i stands for column i / GRID."""

    def __init__(self, coverage: FloatArray, trust: FloatArray, bar: Bar) -> None:
        self.size = GRID * len(coverage)
        seen, weight = np.zeros(self.size), np.zeros(self.size)
        seen[::GRID], weight[::GRID] = coverage, trust
        self.half = GRID * bar.reach
        self.widest = 2 * self.half
        self.bar = bar(np.arange(-self.half, self.half + 1) / GRID)
        self.price = PRICE * float((self.bar[self.half % GRID :: GRID] ** 2).sum())
        self.touch = 2.0 * bar.width_px * GRID
        self._pad = self.widest + self.half + 2
        self._seen = np.pad(weight * seen, self._pad)
        self._weight = np.pad(weight, self._pad)
        self.bare = np.r_[0.0, np.cumsum(weight * seen**2)]
        self._squares = np.r_[0.0, np.cumsum(np.pad(weight * seen**2, self._pad))]

    def _misfit(self, shape: FloatArray, offset: int) -> FloatArray:
        """Squared misfit of a piece of coverage laid at every index + offset, over the piece's own length."""
        n, at = len(shape), self._pad + offset
        squares = (self._squares[n:] - self._squares[:-n])[at : at + self.size]
        cross = np.correlate(self._seen, shape, "valid")[at : at + self.size]
        own = np.correlate(self._weight, shape * shape, "valid")[at : at + self.size]
        return squares - 2.0 * cross + own

    def _pairs(self) -> FloatArray:
        """(index, k) misfit of the indices between a bar there and the one before it, `widest - k` indices back."""
        pairs = np.full((self.size + self.widest, self.widest - GRID + 1), np.inf)
        long_bar = np.r_[self.bar, np.zeros(self.widest)]
        for gap in range(GRID, self.widest + 1):
            left = long_bar[self.half + 1 : self.half + 1 + gap]
            right = long_bar[: self.half + 1][::-1]
            right = np.r_[right, np.zeros(max(0, gap - len(right)))][:gap][::-1]
            crowd = CROWDING * max(0.0, 1.0 - gap / self.touch) ** 2
            pairs[gap : gap + self.size, self.widest - gap] = self._misfit(np.minimum(left + right, 1.0), 1) + crowd
        return pairs

    def cheapest(self) -> FloatArray:
        """Centres, in columns, of the cheapest chain; empty when no bar is worth its price."""
        n, half, widest = self.size, self.half, self.widest
        at = np.arange(n)
        first = self._misfit(self.bar[: half + 1], -half) + self.bare[np.maximum(at - half, 0)] + self.price
        last = self._misfit(self.bar[half + 1 :], 1) - self.bare[np.minimum(at + half + 1, n)]
        pairs = self._pairs() + self.price
        first, last = first.tolist(), last.tolist()  # single numbers of arrays are slow to work with
        # `best` begins with `widest` places that nothing precedes, so that every slice below is whole.
        best, came_from = np.full(n + widest, np.inf), np.full(n, -1)
        ends = np.full(n, np.inf)
        apart, apart_from, reached = 0.0, -1, 0
        for i in np.flatnonzero(self._inked()).tolist():
            if i - widest > reached:
                k = reached + int(ends[reached : i - widest].argmin())
                if ends[k] < apart:
                    apart, apart_from = float(ends[k]), k
                reached = i - widest
            price, source = apart + first[i], apart_from
            close = best[i : i + widest - GRID + 1] + pairs[i]
            k = int(close.argmin())
            nearby = float(close[k])
            if nearby < price:
                price, source = nearby, i - widest + k
            best[i + widest], came_from[i] = price, source
            ends[i] = price + last[i]
        return self._walk_back(ends, came_from)

    def _inked(self) -> MaskArray:
        """Indices at or beside a column with ink: no bar is worth its price elsewhere."""
        inked = (self._seen > 0)[self._pad : self._pad + self.size]
        return np.convolve(inked, np.ones(3), "same") > 0

    def _walk_back(self, total: FloatArray, came_from: IntArray) -> FloatArray:
        i = int(np.argmin(total))
        if total[i] >= 0.0:
            return np.zeros(0)
        chain = []
        while i >= 0:
            chain.append(i / GRID)
            i = int(came_from[i])
        return np.array(chain[::-1])


def _refine(centres: FloatArray, coverage: FloatArray, trust: FloatArray, bar: Bar) -> FloatArray:
    """Move each bar within half a pixel to where the misfit around it, neighbours held, is least.

    Every second bar is moved at once, then the others, so that no bar moves together with its neighbour.
    """
    out = np.r_[-np.inf, centres, np.inf]
    pad = bar.reach + 2
    seen, weight = np.pad(coverage, pad), np.pad(trust, pad)
    for start in (1, 2):
        at = np.arange(start, len(out) - 1, 2)
        columns = np.floor(out[at]).astype(int)[:, None] + np.arange(-bar.reach, bar.reach + 2)
        beside = sum(bar(np.clip(columns - out[at + step][:, None], -pad, pad)) for step in (-1, 1))
        bars = bar(columns - (out[at] + MOVES[:, None])[:, :, None])
        misfit = (weight[columns + pad] * (seen[columns + pad] - np.minimum(bars + beside, 1.0)) ** 2).sum(axis=2)
        out[at] += MOVES[misfit.argmin(axis=0)]
    return np.sort(out[1:-1])
