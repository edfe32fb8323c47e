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

from ..records import FloatArray, IntArray

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
    # Prices before each column and after the last, and those of falling there: by column, as they are worked on.
    prices, fallen = np.empty((width + 1, height)), np.empty((width, height))
    prices[0] = np.where(np.abs(rows - start_row) <= start_slack, np.abs(rows - start_row) * 0.1, np.inf)
    for x in range(width):
        price, fall, lower, after = prices[x], falls[x], fallen[x], prices[x + 1]
        np.subtract(price, fall, out=lower)
        np.minimum.accumulate(lower, out=lower)
        np.add(lower, fall, out=lower)
        np.add(lower, DROP_PENALTY, out=lower)
        np.minimum(price, lower, out=after)
        np.add(after, runs[x], out=after)
    x, y = divmod(int(prices[1:].argmin()), height)
    best = float(prices[x + 1, y])
    if best == np.inf:
        x, y = 0, int(np.clip(round(start_row), 0, height - 1))
    return Staircase(0, _walk_back(prices, falls, fallen, x, y), -best)


def _walk_back(prices: FloatArray, falls: FloatArray, fallen: FloatArray, x: int, y: int) -> IntArray:
    """Levels of all columns up to x for the staircase that ends at (x, y)."""
    path = np.empty(x + 1, np.int64)
    for column in range(x, -1, -1):
        path[column] = y
        if prices[column, y] > fallen[column, y]:  # it fell from the cheapest row above, the lowest of those alike
            above = prices[column, : y + 1] - falls[column, : y + 1]
            y -= int(above[::-1].argmin())
    return path
