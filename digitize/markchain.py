"""Places bars along a line of coverage: how many marks, and where, best explain which columns are inked.

Each column of the plot has a coverage (0 paper, 1 ink) measured beside the curve, and a trust in it. A mark adds the
coverage of one bar; bars side by side add up to at most 1. The cheapest chain of bars is found over all chains at
once, by a dynamic programme over positions half a pixel apart, so that dense runs of touching bars are split by
their width and by the notches that are left between them.
"""

from __future__ import annotations

import numpy as np

from ..records import FloatArray

GRID = 2
"""Positions tried for each pixel of the curve; the later fit goes below this step."""
PRICE = 0.4
"""Price of one more mark as a share of the squared coverage of a whole bar: half-seen bars are just worth it."""
CROWDING = 0.02
"""Price that spreads overlapping bars evenly where the ink does not say where each one stands."""
LEAST_BLUR = 0.15
"""Blur in px that even the sharpest renderer's edge has; keeps the bar's profile smooth."""


def bar_profile(dx: FloatArray, width_px: float, blur_px: float) -> FloatArray:
    """Coverage of pixels at distance dx from the centre of a bar of the given width, blurred by a Gaussian."""
    from scipy.special import erf

    inside = np.linspace(-0.5, 0.5, 5)
    at = np.asarray(dx, float)[:, None] + inside[None, :]
    scale = np.sqrt(2.0) * max(blur_px, LEAST_BLUR)
    covered = 0.5 * (erf((at + width_px / 2) / scale) - erf((at - width_px / 2) / scale))
    return covered @ (np.array([0.5, 1.0, 1.0, 1.0, 0.5]) / 4.0)


def place_bars(coverage: FloatArray, trust: FloatArray, width_px: float, blur_px: float) -> FloatArray:
    """Centres, in columns, of the bars that explain the coverage at the least price; sorted, at quarter pixels or finer.

    coverage, trust: (columns,) 0 to 1. width_px, blur_px: of one bar.
    """
    chain = _Chain(coverage, trust, width_px, blur_px)
    return _refine(chain.cheapest(), coverage, trust, width_px, blur_px)


class _Chain:
    """Prices of all single bars and neighbouring pairs on the grid; index i stands for column i / GRID."""

    def __init__(self, coverage: FloatArray, trust: FloatArray, width_px: float, blur_px: float) -> None:
        self.size = GRID * len(coverage)
        seen, weight = np.zeros(self.size), np.zeros(self.size)
        seen[::GRID], weight[::GRID] = coverage, trust
        self.half = int(np.ceil((width_px / 2 + 2 * blur_px + 1.0) * GRID))
        self.widest = 2 * self.half
        self.bar = bar_profile(np.arange(-self.half, self.half + 1) / GRID, width_px, blur_px)
        self.price = PRICE * float((self.bar[self.half % GRID :: GRID] ** 2).sum())
        self.touch = 2.0 * width_px * GRID
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
        """(gap, index) misfit of the indices after one bar up to the next one `gap` further on."""
        pairs = np.full((self.widest + 1, self.size), np.inf)
        long_bar = np.r_[self.bar, np.zeros(self.widest)]
        for gap in range(GRID, self.widest + 1):
            left = long_bar[self.half + 1 : self.half + 1 + gap]
            right = np.r_[np.zeros(self.widest), self.bar][self.widest + self.half + 1 - gap : self.widest + self.half + 1]
            crowd = CROWDING * max(0.0, 1.0 - gap / self.touch) ** 2
            pairs[gap] = self._misfit(np.minimum(left + right, 1.0), 1) + crowd
        return pairs

    def cheapest(self) -> FloatArray:
        """Centres, in columns, of the cheapest chain; empty when no bar is worth its price."""
        n, half = self.size, self.half
        first = self._misfit(self.bar[: half + 1], -half) + self.bare[np.maximum(np.arange(n) - half, 0)]
        last = self._misfit(self.bar[half + 1 :], 1) - self.bare[np.minimum(np.arange(n) + half + 1, n)]
        pairs = self._pairs()
        best, came_from = np.full(n, np.inf), np.full(n, -1)
        apart, apart_from, reached = 0.0, -1, -1
        ends = np.full(n, np.inf)
        for i in np.flatnonzero(self._inked()):
            for far in range(reached + 1, i - self.widest):
                if ends[far] < apart:
                    apart, apart_from = ends[far], far
            reached = max(reached, i - self.widest - 1)
            price, source = apart + first[i], apart_from
            gaps = np.arange(GRID, min(self.widest, i) + 1)
            if len(gaps):
                close = best[i - gaps] + pairs[gaps, i - gaps]
                k = int(np.argmin(close))
                if close[k] < price:
                    price, source = close[k], i - gaps[k]
            best[i], came_from[i] = price + self.price, source
            ends[i] = best[i] + last[i]
        return self._walk_back(best + last, came_from)

    def _inked(self) -> FloatArray:
        """Indices within a pixel of a column with ink: no bar is worth its price elsewhere."""
        inked = (self._seen > 0)[self._pad : self._pad + self.size]
        return np.convolve(inked, np.ones(2 * GRID + 1), "same") > 0

    def _walk_back(self, total: FloatArray, came_from: FloatArray) -> FloatArray:
        i = int(np.argmin(total))
        if total[i] >= 0.0:
            return np.zeros(0)
        chain = []
        while i >= 0:
            chain.append(i / GRID)
            i = int(came_from[i])
        return np.array(chain[::-1])


def _refine(
    centres: FloatArray, coverage: FloatArray, trust: FloatArray, width_px: float, blur_px: float
) -> FloatArray:
    """Move each bar within half a grid step to where the misfit around it, neighbours held, is least."""
    out = centres.copy()
    reach = int(np.ceil(width_px / 2 + 2 * blur_px + 1.5))
    steps = np.array([-0.5, -0.25, 0.0, 0.25, 0.5]) / GRID * 2
    for i, centre in enumerate(out):
        columns = np.arange(max(0, int(centre) - reach), min(len(coverage), int(centre) + reach + 2))
        beside = np.zeros(len(columns))
        for j in (i - 1, i + 1):
            if 0 <= j < len(out):
                beside += bar_profile(columns - out[j], width_px, blur_px)
        bars = np.stack([bar_profile(columns - centre - s, width_px, blur_px) for s in steps])
        misfit = (trust[columns] * (coverage[columns] - np.minimum(bars + beside, 1.0)) ** 2).sum(axis=1)
        out[i] = centre + steps[int(np.argmin(misfit))]
    return np.sort(out)
