"""Drawn lines read as staircases: levels, drops, and the marks that ride on a line's own path."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from ..records import CurveTrace, FloatArray, read_only
from .vectorlines import SAME, Line

# A path that comes back to where it was within so many vertices and px has drawn a mark on the way.
LOOP_VERTICES = 9
LOOP_SIZE = 30.0
# Oblique moves are cut into steps of this height or width (px), whichever are fewer: drops that follow each other
# within the units a file is written in (0.1 pt) leave a steep move, whose time and size are known as one.
STEP = 0.5
# Moves against the curve's direction up to this (px) are rounding, or the rounded corners of an outline.
BACKLASH = 0.8
# Standard error of a vertex (px): files write 0.01 pt, drawn at 2 to 4 px a point.
VERTEX_ERROR = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Staircase:
    """A line read as a step function, with the marks that were drawn on its own path.

    marks_px: (m,) x positions. slanted: share of the x extent covered by oblique moves.
    """

    line: Line
    trace: CurveTrace
    marks_px: FloatArray
    slanted: float


def read_staircase(line: Line, falling: bool) -> Staircase | None:
    """The line as a step function that falls (y in px grows) or rises; None when it does neither.

    Loops off the path and moves there and back are marks, not steps. Oblique moves become fine steps.
    """
    steps = read_steps(line)
    if steps is None or _goes_back(steps.trace.y_px if falling else -steps.trace.y_px) > BACKLASH:
        return None
    sign = 1.0 if falling else -1.0
    levels = sign * np.maximum.accumulate(sign * steps.trace.y_px)
    changes = np.concatenate([[True], np.abs(np.diff(levels)) > 1e-6])
    trace = replace(steps.trace, x_px=steps.trace.x_px[changes], y_px=levels[changes])
    return replace(steps, trace=trace)


def read_steps(line: Line) -> Staircase | None:
    """The line as a step function that may go up and down, as upper confidence limits do; None when it turns back."""
    points = _forwards(line.points)
    points, marks = _without_loops(points)
    points, spikes = _without_spikes(points)
    width = float(np.ptp(points[:, 0])) if len(points) > 1 else 0.0
    if width < 1 or _goes_back(points[:, 0]) > BACKLASH:
        return None
    steps = np.diff(points, axis=0)
    oblique = (np.abs(steps[:, 0]) > SAME) & (np.abs(steps[:, 1]) > SAME)
    slanted = float(np.abs(steps[oblique, 0]).sum() / width)
    x, y = _levels(points)
    error = VERTEX_ERROR if slanted < 0.02 else STEP
    trace = CurveTrace(x, y, float(points[:, 0].max()), read_only([]), error, error)
    return Staircase(line, trace, read_only(np.sort(np.concatenate([marks, spikes]))), slanted)


def _goes_back(along: FloatArray) -> float:
    """The furthest that a coordinate which should only grow falls behind where it was."""
    return float((np.maximum.accumulate(along) - along).max())


def _forwards(points: FloatArray) -> FloatArray:
    """The path from its left end on; a path that runs back along itself is cut where it turns."""
    points = points[np.concatenate([[True], np.abs(np.diff(points, axis=0)).max(axis=1) > 1e-6])]
    turn = int(np.argmax(points[:, 0]))
    start = int(np.argmin(points[:, 0]))
    if abs(points[0, 0] - points[-1, 0]) < 0.1 * np.ptp(points[:, 0]) and 0 < turn < len(points) - 1:
        return points[start : turn + 1] if start < turn else points[turn : start + 1][::-1]
    return points if points[0, 0] <= points[-1, 0] else points[::-1]


def _without_loops(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Excursions that come back to where they left removed, with the x of each as a mark."""
    returns = _returns(points)
    keep = np.ones(len(points), dtype=bool)
    marks: list[float] = []
    done = 0
    for i, j in returns:
        if i < done:
            continue
        loop = points[i : j + 1, 0]
        marks.append(float((loop.min() + loop.max()) / 2))
        keep[i + 1 : j + 1] = False
        done = j
    return points[keep], np.array(marks)


def _returns(points: FloatArray) -> list[tuple[int, int]]:
    """Pairs of vertices (i, j), the furthest j for each i, where the path is back where it was; small loops only."""
    last: dict[int, int] = {}
    for gap in range(2, min(LOOP_VERTICES, len(points) - 1) + 1):
        back = np.abs(points[gap:] - points[:-gap]).max(axis=1) <= SAME
        for i in np.flatnonzero(back):
            if 2 * SAME < np.ptp(points[i : i + gap + 1], axis=0).max() < LOOP_SIZE:
                last[int(i)] = int(i) + gap
    return sorted(last.items())


def _without_spikes(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Vertical moves at one x made one; where they went further than from start to end there is a mark."""
    kept: list[FloatArray] = []
    marks: list[float] = []
    i = 0
    while i < len(points):
        j = i
        while j + 1 < len(points) and abs(points[j + 1, 0] - points[i, 0]) <= SAME:
            j += 1
        ys = points[i : j + 1, 1]
        beyond = max(min(ys[0], ys[-1]) - ys.min(), ys.max() - max(ys[0], ys[-1]))
        inner = i > 0 and j < len(points) - 1
        if beyond > BACKLASH and inner:
            marks.append(float(points[i, 0]))
        kept.append(points[i])
        if j > i:
            kept.append(np.array([points[i, 0], points[j, 1]]) if inner else points[j])
        i = j + 1
    return np.array(kept), np.array(marks)


def _levels(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where each level begins, and the level: (k,) x and y of a step function through the path."""
    fine = [points[:1]]
    for start, end in itertools.pairwise(points):
        dx, dy = np.abs(end - start)
        if dx > SAME and dy > SAME:
            parts = max(1, int(np.ceil(min(dx, dy) / STEP)))
            share = (np.arange(parts) + 0.5) / parts
            x = start[0] + share * (end[0] - start[0])
            level = start[1] + (np.arange(parts) + 1) / parts * (end[1] - start[1])
            before = np.concatenate([[start[1]], level[:-1]])
            fine.append(np.column_stack([np.repeat(x, 2), np.column_stack([before, level]).ravel()]))
        fine.append(end[None])
    path = np.vstack(fine)
    x = np.maximum.accumulate(path[:, 0])
    y = path[:, 1]
    runs = np.append(np.diff(x) > 1e-6, True)
    # The start stays even where the curve drops at once: it tells that the line begins at S = 1.
    runs[0] = True
    begins, levels = x[runs], y[runs]
    changes = np.concatenate([[True], np.abs(np.diff(levels)) > 1e-6])
    return begins[changes], levels[changes]
