"""The assignment of one thing each: names to arms, keys to inks, rows to curves."""

from __future__ import annotations

from ..records import FloatArray


def cheapest_pairs(price: FloatArray) -> list[tuple[int, int]]:
    """(row, column) of each pair, so chosen that the prices of all of them together are least."""
    rows, columns = price.shape
    if rows > columns:
        return sorted((r, c) for c, r in cheapest_pairs(price.T))
    # Where no two rows want the same column nothing is cheaper; scipy.optimize takes half a second to import.
    wanted = price.argmin(axis=1).tolist() if columns else []
    if len(set(wanted)) < rows:
        from scipy.optimize import linear_sum_assignment

        wanted = linear_sum_assignment(price)[1].tolist()
    return list(enumerate(wanted))
