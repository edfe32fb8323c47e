"""Arms of one ink told apart by line style: where two staircases touch, their tails may have to be exchanged.

The tracer shares the ink out without looking at dashes. Between touches every stretch of line shows a rhythm (share of
its columns inked, mean length of a dash); stretches are given to the arm whose legend sample, or whose own longest
stretch, has that rhythm.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..records import FloatArray, IntArray, MaskArray
from .legend import LegendKey
from .staircase import Staircase

TELLING = 0.3
"""How much worse a stretch must fit the other arm's style for its owner to be certain."""
LEAST_STRETCH = 4.0
"""Shortest stretch, in columns per stroke width, whose rhythm can be measured: two periods of a short dash."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Share of columns inked, and mean length of a dash in stroke widths (as its logarithm)."""

    inked: float
    dash: float

    def gap(self, other: Rhythm) -> float:
        """Difference of two rhythms; 1 between solid and a dashed line."""
        return 2.5 * abs(self.inked - other.inked) + 0.25 * abs(self.dash - other.dash)


def rhythm_along(shows: MaskArray, width_px: float) -> Rhythm:
    """Rhythm of a stretch of line. shows: (n,) bool, whether each column has ink on the line."""
    flags = shows.astype(int)
    starts = int(flags[0]) + int((np.diff(flags) == 1).sum())
    mean = flags.sum() / max(1, starts)
    return Rhythm(float(flags.mean()), float(np.log(max(mean, 1.0) / max(width_px, 1.0))))


def ink_along(own: FloatArray, row: IntArray, first: int, width_px: float) -> MaskArray:
    """(n,) bool: whether the stroke of a staircase, levels row from column first on, shows ink in each column."""
    reach = int(np.ceil(width_px / 2))
    rows = np.clip(row[:, None] + np.arange(-reach, reach + 1), 0, own.shape[0] - 1)
    columns = np.arange(first, first + len(row))[:, None]
    return own[rows, columns].max(axis=1) > 0.4


def exchange_tails(
    stairs: list[Staircase], own: FloatArray, width_px: float, keys: tuple[LegendKey, ...]
) -> list[Staircase]:
    """Give every stretch between touches to the staircase whose style it has.

    stairs: the staircases of one ink; keys: their legend samples, empty when the figure shows none.
    """
    rows = [s.row.copy() for s in stairs]
    for a, b in combinations(range(len(rows)), 2):
        _settle_pair(rows, a, b, own, width_px, keys)
    return [Staircase(s.first, row, s.earned) for s, row in zip(stairs, rows, strict=True)]


def are_confusable(stairs: list[Staircase], own: FloatArray, width_px: float, keys: tuple[LegendKey, ...]) -> bool:
    """Whether arms of one ink part again after a touch although their styles do not tell which is which."""
    for a, b in combinations(range(len(stairs)), 2):
        one, two = stairs[a].row, stairs[b].row
        stretches = stretches_apart(one, two, width_px)
        seen = [
            (
                rhythm_along(ink_along(own, one[s:e], s, width_px), width_px),
                rhythm_along(ink_along(own, two[s:e], s, width_px), width_px),
            )
            for s, e in stretches
        ]
        if len(stretches) < 2:
            continue
        goal = _goal_of(seen, stretches, keys)
        margins = [x.gap(goal[1]) + y.gap(goal[0]) - x.gap(goal[0]) - y.gap(goal[1]) for x, y in seen]
        if min(margins) < TELLING:
            return True
    return False


def _settle_pair(
    rows: list[IntArray], a: int, b: int, own: FloatArray, width_px: float, keys: tuple[LegendKey, ...]
) -> None:
    """Exchange whatever stretches of rows[a] and rows[b] fit better the other way round."""
    stretches = stretches_apart(rows[a], rows[b], width_px)
    if not stretches:
        return
    seen = [
        (
            rhythm_along(ink_along(own, rows[a][s:e], s, width_px), width_px),
            rhythm_along(ink_along(own, rows[b][s:e], s, width_px), width_px),
        )
        for s, e in stretches
    ]
    goal = _goal_of(seen, stretches, keys)
    crossed = []
    for one, two in seen:
        straight = one.gap(goal[0]) + two.gap(goal[1])
        exchanged = one.gap(goal[1]) + two.gap(goal[0])
        crossed.append(exchanged + 0.1 < straight)
    _exchange(rows, a, b, stretches, crossed)


def stretches_apart(one: IntArray, two: IntArray, width_px: float) -> list[tuple[int, int]]:
    """[start, end) of the column ranges on which two staircases run clear of each other, long enough to judge."""
    n = min(len(one), len(two))
    apart = np.r_[False, np.abs(one[:n] - two[:n]) > width_px + 1.5, False].astype(int)
    starts, ends = np.flatnonzero(np.diff(apart) == 1), np.flatnonzero(np.diff(apart) == -1)
    # Two curves that end apart are apart up to the end of the longer one.
    least = LEAST_STRETCH * width_px + 4
    return [(int(s), int(e)) for s, e in zip(starts, ends, strict=True) if e - s >= least]


def _goal_of(
    seen: list[tuple[Rhythm, Rhythm]], stretches: list[tuple[int, int]], keys: tuple[LegendKey, ...]
) -> tuple[Rhythm, Rhythm]:
    """The rhythms that the two arms should have: those of their longest stretch, sharpened by two legend samples."""
    longest = max(range(len(seen)), key=lambda i: stretches[i][1] - stretches[i][0])
    one, two = seen[longest]
    if len(keys) != 2:
        return one, two
    high, low = sorted((k.inked for k in keys), reverse=True)
    if high - low < 0.15:
        return one, two
    solid, dashed = Rhythm(high, max(one.dash, two.dash)), Rhythm(low, min(one.dash, two.dash))
    return (solid, dashed) if one.inked >= two.inked else (dashed, solid)


def _exchange(rows: list[IntArray], a: int, b: int, stretches: list[tuple[int, int]], crossed: list[bool]) -> None:
    """Exchange the crossed stretches, each together with the touch that leads up to it."""
    one, two = rows[a].copy(), rows[b].copy()
    last = len(stretches) - 1
    for i, ((start, end), swap) in enumerate(zip(stretches, crossed, strict=True)):
        if not swap:
            continue
        if i == last:
            rows[a], rows[b] = np.r_[rows[a][:start], two[start:]], np.r_[rows[b][:start], one[start:]]
        else:
            rows[a][start:end], rows[b][start:end] = two[start:end], one[start:end]
    rows[a], rows[b] = np.maximum.accumulate(rows[a]), np.maximum.accumulate(rows[b])
