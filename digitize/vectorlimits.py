"""Confidence limits of vector figures told from arms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..records import CurveTrace, FloatArray
from .vectorlines import Line
from .vectorstairs import Staircase, read_steps

# Limits of a band change only where their arm drops: to this (px), for this share of their drops.
SAME_DROP, LIMIT_SHARE = 0.3, 0.93
# Fewer vertices than this have no drops to compare.
FEWEST_VERTICES = 5


def without_limits(stairs: Sequence[Staircase], lines: Sequence[Line]) -> list[Staircase]:
    """The staircases that are no confidence limits.

    Limits move only where an arm of theirs drops, one above and one below it, and both are painted alike. An upper
    limit may rise where few are left, so its partner is looked for among all lines of the plot.
    """
    paints = {_paint(stair.line) for stair in stairs}
    wanted = [line for line in lines if _paint(line) in paints and len(line.points) >= FEWEST_VERTICES]
    steps = [found for line in wanted if (found := read_steps(line)) is not None]
    return [stair for stair in stairs if not any(_is_limit(stair, arm, steps) for arm in stairs)]


def _paint(line: Line) -> tuple[object, ...]:
    return line.color, round(line.width, 1), tuple(round(length, 1) for length in line.dash)


def _is_limit(stair: Staircase, arm: Staircase, steps: Sequence[Staircase]) -> bool:
    if stair is arm or not _drops_with(stair.trace, arm.trace):
        return False
    side = _side(stair.trace, arm.trace)
    return side != 0 and any(
        _paint(other.line) == _paint(stair.line)
        and other.line is not stair.line
        and other.line is not arm.line
        and _side(other.trace, arm.trace) == -side
        and _drops_with(other.trace, arm.trace)
        for other in steps
    )


def _drops_with(limit: CurveTrace, arm: CurveTrace) -> bool:
    drops, own = limit.x_px[1:], arm.x_px[1:]
    if len(drops) < 2 or len(own) < 2:
        return False
    nearest = np.abs(drops[:, None] - own[None, :]).min(axis=1)
    return bool(np.mean(nearest <= SAME_DROP) >= LIMIT_SHARE)


def _side(limit: CurveTrace, arm: CurveTrace) -> int:
    """1 when the limit lies below the arm (larger y), -1 above, 0 when they cross."""
    at = np.linspace(max(limit.x_px[0], arm.x_px[0]), min(limit.end_px, arm.end_px), 300)
    gap = level_at(limit, at) - level_at(arm, at)
    if np.mean(gap >= -0.5) > 0.99 and gap.max() > 1:
        return 1
    return -1 if np.mean(gap <= 0.5) > 0.99 and gap.min() < -1 else 0


def level_at(trace: CurveTrace, x: FloatArray) -> FloatArray:
    """The level (px) at positions x, right-continuous, held beyond both ends."""
    rows = np.searchsorted(trace.x_px, x, side="right") - 1
    return trace.y_px[np.clip(rows, 0, len(trace.y_px) - 1)]
