"""The cheapest monotone staircase through a plot area: one dynamic programme, exact, O(width * height).

A Kaplan-Meier curve is a staircase of horizontal runs and vertical drops. Every pixel has a price for a run that
passes along it and a price for a drop that passes down through it; prices below zero are rewards for lying on the
arm's own ink. The cheapest staircase that starts at S = 1 on the left is found over all staircases at once:

    D[x, y] = min(D[x-1, y], min over y' < y of D[x-1, y'] + drop + V[x, y] - V[x, y']) + run[x, y]

with V the running sum of drop prices down column x. It may end in any column: where going on costs more than it earns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..records import FloatArray, IntArray, MaskArray

DROP_PENALTY = 0.3
"""Price of starting a drop, in columns of ink: keeps the level from following noise of a fraction of a pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class Staircase:
    """row: (n,) level in each column from `first` on, in rows of the plot area; earned: minus the total price."""

    first: int
    row: IntArray
    earned: float

    @property
    def last(self) -> int:
        """Column where the staircase ends."""
        return self.first + len(self.row) - 1


def cheapest_staircase(run: FloatArray, drop: FloatArray, start_row: float, start_slack: int) -> Staircase:
    """Find the cheapest descending staircase.

    run, drop: (height, width) price of each pixel for a horizontal run and for a drop through it; rows go down.
    start_row: row of S = 1; the staircase enters column 0 within start_slack rows of it, or lower by a drop at once.
    """
    height, width = run.shape
    rows = np.arange(height)
    runs = np.ascontiguousarray(run.T, dtype=np.float64)
    falls = np.cumsum(np.ascontiguousarray(drop.T, dtype=np.float64), axis=1)
    # Prices before each column and after the last, and whether the level stays: by column, as they are worked on.
    prices, stays = np.empty((width + 1, height)), np.empty((width, height), bool)
    prices[0] = np.where(np.abs(rows - start_row) <= start_slack, np.abs(rows - start_row) * 0.1, np.inf)
    fallen = np.empty(height)
    for x in range(width):
        price, fall = prices[x], falls[x]
        np.subtract(price, fall, out=fallen)
        np.minimum.accumulate(fallen, out=fallen)
        np.add(fallen, fall, out=fallen)
        np.add(fallen, DROP_PENALTY, out=fallen)
        np.less_equal(price, fallen, out=stays[x])
        np.minimum(price, fallen, out=fallen)
        np.add(fallen, runs[x], out=prices[x + 1])
    x, y = divmod(int(prices[1:].argmin()), height)
    best = float(prices[x + 1, y])
    if best == np.inf:
        x, y = 0, int(np.clip(round(start_row), 0, height - 1))
    return Staircase(0, _walk_back(prices, falls, stays, x, y), -best)


def _walk_back(prices: FloatArray, falls: FloatArray, stays: MaskArray, x: int, y: int) -> IntArray:
    """Levels of all columns up to x for the staircase that ends at (x, y)."""
    path = np.empty(x + 1, np.int64)
    for column in range(x, -1, -1):
        path[column] = y
        if not stays[column, y]:  # it fell from the cheapest row above, the lowest of those alike
            above = prices[column, : y + 1] - falls[column, : y + 1]
            y -= int(above[::-1].argmin())
    return path
