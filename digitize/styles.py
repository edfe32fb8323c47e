"""Arms of one ink told apart by line style: which piece of line belongs to which arm, and how sure that is.

The tracer shares an ink out without looking at dashes. Where staircases touch, any of them may go on as any other, so
that their tails may have to be exchanged; between touches a piece of line keeps its style. All pieces are assigned
together: over the columns a dynamic programme (Viterbi) keeps, for every order in which the styles may stand on the
staircases, the price of the best assignment so far; the same sums run forwards and backwards give the chance of every
other assignment, and with it the error to be expected where two arms may have been exchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from ..records import FloatArray, IntArray, MaskArray
from .rhythm import LineStyle, Rhythm, rhythm_of, together
from .staircase import Staircase

MOST_ARMS = 5
"""Arms of one ink up to which every order is looked at: 120 orders; six would be 720."""
ROUNDS = 3
"""Times that styles are learnt anew from the pieces assigned to them; they settle in two."""
EXCHANGE = 1.0
"""Price of an exchange, so that none happens without evidence."""
RULED_OUT = 1000.0
"""Price of what cannot be."""
LEAST_PIECE = 4.0
"""Shortest piece, in columns per stroke width, whose rhythm is measured: two periods of a short dash."""
DOUBT = 0.002
"""Expected distance of an arm from its own line, as a share of the plot's height, that makes it confusable: a fifth
of what spoils a curve."""


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Columns [start, stop) on which a staircase runs clear of all others, and what it shows there."""

    line: int
    start: int
    stop: int
    rhythm: Rhythm


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Staircases by arm, and for each arm the expected distance from its own line as a share of the plot's height."""

    stairs: tuple[Staircase, ...]
    doubts: tuple[float, ...]

    @property
    def confusable(self) -> tuple[bool, ...]:
        return tuple(d > DOUBT for d in self.doubts)


def assign_styles(stairs: list[Staircase], own: FloatArray, strength: FloatArray, width_px: float) -> Assignment:
    """Give every piece between touches to the arm whose style it has.

    stairs: the staircases of one ink, all from column 0 on. own: (height, width) coverage by the ink. strength:
    (height, width) RGB distance from the paper.
    """
    if not 1 < len(stairs) <= MOST_ARMS:
        return Assignment(tuple(stairs), (1.0 if len(stairs) > 1 else 0.0,) * len(stairs))
    touches = _touches(stairs, own.shape, width_px)
    pieces = _pieces(stairs, touches, own, strength, width_px)
    edges = np.flatnonzero(np.diff(touches.reshape(len(stairs) ** 2, -1), axis=1).any(axis=0)) + 1
    bounds = np.r_[0, edges, touches.shape[2]]
    groups = [_groups(touches[:, :, b]) for b in bounds[:-1]]
    orders = np.array(list(permutations(range(len(stairs)))))
    steps = [_may_follow(orders, group) for group in groups[:-1]]
    chosen = np.zeros(len(groups), int)
    owners, column = _first_owners(pieces, stairs)
    # Arms are named by where they run there: to exchange two of them all along is no exchange.
    pinned = int(np.searchsorted(bounds, column, "right")) - 1
    for _ in range(ROUNDS):
        prices = _pinned(_prices(pieces, owners, orders, bounds), pinned)
        chosen = _cheapest_orders(prices, steps)
        owners = [int(orders[chosen[np.searchsorted(bounds, p.start, "right") - 1]][p.line]) for p in pieces]
    prices = _pinned(_prices(pieces, owners, orders, bounds), pinned)
    return _assigned(stairs, orders, chosen, _chances(prices, steps), bounds, own.shape)


def _touches(stairs: list[Staircase], shape: tuple[int, int], width_px: float) -> MaskArray:
    """(k, k, columns) whether two staircases touch in a column, risers included; no staircase touches after its end."""
    low, high = (np.full((len(stairs), shape[1]), np.nan) for _ in range(2))
    for line, stair in enumerate(stairs):
        n = len(stair.row)
        low[line, :n], high[line, :n] = stair.row, np.r_[stair.row[1:], stair.row[-1]]
    apart = np.maximum(low[:, None], low[None]) - np.minimum(high[:, None], high[None])
    touches = np.nan_to_num(apart, nan=np.inf) <= width_px + 1.5
    touches[np.arange(len(stairs)), np.arange(len(stairs))] = False
    return touches


def _pieces(
    stairs: list[Staircase], touches: MaskArray, own: FloatArray, strength: FloatArray, width_px: float
) -> list[_Piece]:
    found = []
    for line, stair in enumerate(stairs):
        alone = ~touches[line].any(axis=0)[: len(stair.row)]
        edges = np.flatnonzero(np.diff(np.r_[False, alone, False].astype(int))).reshape(-1, 2)
        for start, stop in edges:
            if stop - start >= LEAST_PIECE * width_px + 4:
                span = int(start), int(stop)
                found.append(_Piece(line, *span, rhythm_of(own, strength, stair.row, span, width_px)))
    return found


def _groups(touching: MaskArray) -> IntArray:
    """(k,) number of the group of touching staircases that each belongs to. touching: (k, k)."""
    group = np.arange(len(touching))
    for _ in range(len(touching)):
        group = np.where(touching | np.eye(len(touching), dtype=bool), group[None], len(touching)).min(axis=1)
    return group


def _may_follow(orders: IntArray, before: IntArray) -> FloatArray:
    """(m, m) weight of going from one order to another after an interval: 0 where staircases apart would be exchanged.

    Exchanged staircases go over to each other where their touch ends, so that their corners stay where they are.
    """
    # The arms on every group of touching staircases are the same before and after.
    group = before[np.argsort(orders, axis=1)]
    allowed = (group[:, None] == group[None]).all(axis=2)
    return np.where(np.eye(len(orders), dtype=bool), 1.0, np.exp(-EXCHANGE) * allowed)


def _first_owners(pieces: list[_Piece], stairs: list[Staircase]) -> tuple[list[int], int]:
    """The arm, numbered as the staircases, that each piece tells the style of at first, -1 for most, and a column.

    Where all run apart at once for longest, in that column, they are surely different arms.
    """
    length = np.zeros((len(stairs), max(len(s.row) for s in stairs)), int)
    index = np.full(length.shape, -1)
    for i, piece in enumerate(pieces):
        length[piece.line, piece.start : piece.stop] = piece.stop - piece.start
        index[piece.line, piece.start : piece.stop] = i
    best = int(length.min(axis=0).argmax())
    chosen = set(index[:, best].tolist())
    for line in range(len(stairs)):
        of_line = [i for i, p in enumerate(pieces) if p.line == line]
        if index[line, best] < 0 and of_line:
            chosen.add(max(of_line, key=lambda i: pieces[i].stop - pieces[i].start))
    return [p.line if i in chosen else -1 for i, p in enumerate(pieces)], best


def _pinned(prices: FloatArray, interval: int) -> FloatArray:
    """The prices with every order but the first, that of the staircases themselves, ruled out in one interval."""
    prices[interval, 1:] += RULED_OUT
    return prices


def _prices(pieces: list[_Piece], owners: list[int], orders: IntArray, bounds: IntArray) -> FloatArray:
    """(intervals, orders) price of every order in every interval, each piece's price spread over its columns."""
    styles = [
        LineStyle.of(together([p.rhythm for p, o in zip(pieces, owners, strict=True) if o == arm]))
        for arm in range(orders.shape[1])
    ]
    out = np.zeros((len(bounds) - 1, len(orders)))
    for piece in pieces:
        price = np.array([style.price(piece.rhythm) for style in styles])
        first, last = np.searchsorted(bounds, [piece.start, piece.stop - 1], "right") - 1
        # A piece is clear of all others in every interval that it spans.
        share = np.diff(np.clip(bounds[first : last + 2], piece.start, piece.stop)) / (piece.stop - piece.start)
        out[first : last + 1] += share[:, None] * price[orders[:, piece.line]][None]
    return out


def _cheapest_orders(prices: FloatArray, steps: list[FloatArray]) -> IntArray:
    """(intervals,) index of the order chosen in each interval (Viterbi 1967, IEEE Trans. Inf. Theory 13:260)."""
    best = prices[0].copy()
    came_from = []
    for price, step in zip(prices[1:], steps, strict=True):
        with np.errstate(divide="ignore"):
            ways = best[:, None] - np.log(step)
        came_from.append(ways.argmin(axis=0))
        best = ways.min(axis=0) + price
    chosen = [int(best.argmin())]
    for source in reversed(came_from):
        chosen.append(int(source[chosen[-1]]))
    return np.array(chosen[::-1])


def _chances(prices: FloatArray, steps: list[FloatArray]) -> FloatArray:
    """(intervals, orders) chance of every order in every interval, by sums forwards and backwards."""
    weight = np.exp(-np.minimum(prices - prices.min(axis=1, keepdims=True), 200.0))
    forward, backward = [weight[0] / weight[0].sum()], [np.ones(prices.shape[1])]
    for w, step in zip(weight[1:], steps, strict=True):
        there = (forward[-1] @ step) * w
        forward.append(there / there.sum())
    for w, step in zip(weight[:0:-1], steps[::-1], strict=True):
        back = step @ (w * backward[-1])
        backward.append(back / back.sum())
    chance = np.array(forward) * np.array(backward[::-1])
    return chance / chance.sum(axis=1, keepdims=True)


def _assigned(
    stairs: list[Staircase],
    orders: IntArray,
    chosen: IntArray,
    chances: FloatArray,
    bounds: IntArray,
    shape: tuple[int, int],
) -> Assignment:
    """The staircases put together from their pieces, and how far each may be from its own line."""
    k = len(stairs)
    ends = np.array([len(s.row) for s in stairs])
    interval = np.repeat(np.arange(len(chosen)), np.diff(bounds))
    columns = np.arange(len(interval))
    rows = np.array([np.r_[s.row, np.full(len(columns) - len(s.row), s.row[-1])] for s in stairs])
    place = np.argsort(orders, axis=1)
    out, doubts = [], []
    for arm in range(k):
        line = place[chosen, arm][interval]
        alive = columns < ends[line]
        length = int(alive.argmin()) if not alive.all() else len(columns)
        row = np.maximum.accumulate(rows[line, columns])
        out.append(Staircase(0, row[:length], stairs[arm].earned))
        elsewhere = np.array([(chances * (place[:, arm] == other)).sum(axis=1)[interval] for other in range(k)])
        off = np.abs(rows - row).astype(float) * elsewhere * (columns < ends[:, None])
        doubts.append(float(off[:, :length].sum()) / (shape[0] * max(length, 1)))
    return Assignment(tuple(out), tuple(doubts))
