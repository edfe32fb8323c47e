"""The assignment of one thing each: names to arms, keys to inks, rows to curves."""

from __future__ import annotations

import numpy as np

from ..records import FloatArray


def cheapest_pairs(price: FloatArray) -> list[tuple[int, int]]:
    """(row, column) of each pair, so chosen that the prices of all of them together are least."""
    rows, columns = price.shape
    if rows > columns:
        return sorted((r, c) for c, r in cheapest_pairs(price.T))
    # Where no two rows want the same column nothing is cheaper.
    wanted = price.argmin(axis=1).tolist() if columns else []
    return list(enumerate(wanted if len(set(wanted)) == rows else _columns_of(np.asarray(price, float).tolist())))


def _columns_of(price: list[list[float]]) -> list[int]:
    """The column of each row, no more rows than columns, by shortest augmenting paths.

    Crouse 2016, IEEE Trans Aerosp Electron Syst 52:1679, as in scipy.optimize.linear_sum_assignment, whose choice among
    alike prices is kept: importing it takes half a second, for a table of a few names.
    """
    count = len(price[0])
    # What each row and column has been charged; the row of each column and the column of each row, -1 for none.
    by_row, by_column = [0.0] * len(price), [0.0] * count
    row_of, column_of = [-1] * count, [-1] * len(price)
    for row in range(len(price)):
        reached, came_from, seen_rows, seen_columns, end, total = _path(price, by_row, by_column, row_of, row)
        for i in seen_rows:
            by_row[i] += total if i == row else total - reached[column_of[i]]
        for j in seen_columns:
            by_column[j] -= total - reached[j]
        while end >= 0:
            i = row_of[end] = came_from[end]
            column_of[i], end = end, column_of[i]
    return column_of


def _path(
    price: list[list[float]], by_row: list[float], by_column: list[float], row_of: list[int], row: int
) -> tuple[list[float], list[int], list[int], list[int], int, float]:
    """The cheapest way from a row to a column that has none: the price at which each column is reached and its row
    before, the rows and columns on the way, the free column, and its price.
    """
    count = len(by_column)
    reached, came_from = [np.inf] * count, [-1] * count
    seen_rows: list[int] = []
    seen_columns: list[int] = []
    left = list(range(count - 1, -1, -1))
    total = 0.0
    while True:
        seen_rows.append(row)
        for j in left:
            through = total + price[row][j] - by_row[row] - by_column[j]
            if through < reached[j]:
                reached[j], came_from[j] = through, row
        total = min(reached[j] for j in left)
        if not total < np.inf:
            raise ValueError("no pairs with a price")
        alike = [k for k, j in enumerate(left) if reached[j] == total]
        free = [k for k in alike if row_of[left[k]] < 0]
        k = free[-1] if free else alike[0]
        column = left[k]
        seen_columns.append(column)
        left[k] = left[-1]
        left.pop()
        if row_of[column] < 0:
            return reached, came_from, seen_rows, seen_columns, column, total
        row = row_of[column]
