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
import numpy.typing as npt

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
    falls = np.cumsum(drop, axis=0, dtype=np.float64)
    price = np.where(np.abs(rows - start_row) <= start_slack, np.abs(rows - start_row) * 0.1, np.inf)
    came_from = np.empty((width, height), np.int32)
    best_price, best_end = np.inf, (0, int(np.clip(round(start_row), 0, height - 1)))
    runs, columns = np.ascontiguousarray(run.T, dtype=np.float64), np.ascontiguousarray(falls.T)
    for x in range(width):
        above = price - columns[x]
        lowest = np.minimum.accumulate(above)
        source = np.maximum.accumulate(np.where(above <= lowest, rows, 0))
        fallen = lowest + columns[x] + DROP_PENALTY
        stays = price <= fallen
        came_from[x] = np.where(stays, rows, source)
        price = np.where(stays, price, fallen) + runs[x]
        y = int(np.argmin(price))
        if price[y] < best_price:
            best_price, best_end = float(price[y]), (x, y)
    return Staircase(0, _walk_back(came_from, *best_end), -best_price)


def _walk_back(came_from: npt.NDArray[np.int32], x: int, y: int) -> IntArray:
    """Levels of all columns up to x for the staircase that ends at (x, y)."""
    path = np.empty(x + 1, np.int64)
    for column in range(x, -1, -1):
        path[column] = y
        y = int(came_from[column, y])
    return path
