"""Levels and drops of one paint linked into a staircase whatever the order they were painted in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..records import FloatArray

# Ends this near (px) meet; uprights are no wider than this (px).
MEETING = 0.6
UPRIGHT = 0.05
# A curve with a path a segment has some hundred; more pieces than this of one paint are a pattern or a scatter.
MOST_PIECES = 4000


def linked_order(lines: Sequence[FloatArray]) -> list[list[tuple[int, bool]]]:
    """Lines (each (n, 2), px) put in the order of the staircases that they make, each with whether to turn it round.

    A level goes on where an upright leads from its right end to the left end of another level. Where two levels
    could follow, or two lead to one, the links are left open. Lines that link to nothing come alone.
    """
    if len(lines) > MOST_PIECES:
        return [[(k, False)] for k in range(len(lines))]
    turned = [bool(points[0, 0] > points[-1, 0]) for points in lines]
    ways = [points[::-1] if turn else points for points, turn in zip(lines, turned, strict=True)]
    uprights = [k for k, points in enumerate(ways) if np.ptp(points[:, 0]) <= UPRIGHT]
    levels = [k for k in range(len(ways)) if k not in set(uprights)]
    follow = _followers(ways, levels, uprights)
    begun = {b for _, _, b in follow.values()}
    done: list[list[tuple[int, bool]]] = []
    for first in (k for k in levels if k not in begun):
        chain, here = [(first, turned[first])], first
        while here in follow:
            upright, turn, here = follow.pop(here)
            chain += [(upright, turn), (here, turned[here])]
        done.append(chain)
    held = {k for chain in done for k, _ in chain}
    done += [[(k, False)] for k in range(len(ways)) if k not in held]
    return sorted(done, key=lambda chain: min(k for k, _ in chain))


def _followers(
    ways: Sequence[FloatArray], levels: Sequence[int], uprights: Sequence[int]
) -> dict[int, tuple[int, bool, int]]:
    """For each level that surely goes on: the upright, whether it is turned round, and the level that follows."""
    starts = np.array([ways[k][0] for k in levels]).reshape(-1, 2)
    ends = np.array([ways[k][-1] for k in levels]).reshape(-1, 2)
    found: dict[int, list[tuple[int, bool, int]]] = {}
    for upright in uprights:
        for turn, points in ((False, ways[upright]), (True, ways[upright][::-1])):
            before, after = _at(ends, points[0]), _at(starts, points[-1])
            for a in before:
                found.setdefault(levels[a], []).extend((upright, turn, levels[b]) for b in after if a != b)
    sole = {a: links[0] for a, links in found.items() if len(links) == 1}
    followed = Counter(b for _, _, b in sole.values())
    return {a: link for a, link in sole.items() if followed[link[2]] == 1}


def _at(places: FloatArray, point: FloatArray) -> list[int]:
    return np.flatnonzero(np.abs(places - point).max(axis=1) <= MEETING).tolist() if len(places) else []
