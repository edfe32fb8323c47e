"""A staircase drawn in every way that programs draw one, for the tests of the vector stages."""

from __future__ import annotations

import numpy as np
from km2ipd.records import Axis, AxisCalibration, Box, Figure, Panel, Stroke

# Corners in px: S = 1 at y = 50, S = 0 at y = 450; time 0 at x = 100, time 10 at x = 600.
X = np.array([100.0, 160.0, 231.5, 300.25, 420.0, 560.0])
Y = np.array([50.0, 80.0, 121.4, 200.0, 260.0])
RED, BLUE, BLACK, WHITE = (220, 20, 20), (20, 20, 220), (0, 0, 0), (255, 255, 255)


def stroke(points, color=RED, width=2.0, **more) -> Stroke:
    """One stroke through points (n, 2)."""
    points = np.asarray(points, float)
    return Stroke(points[:, 0], points[:, 1], color, width_px=width if color else 0.0, **more)


def corners(x=X, y=Y) -> np.ndarray:
    """(2n - 1, 2) vertices of the staircase with levels y from x[i] to x[i + 1]."""
    points = [(x[0], y[0])]
    for k in range(1, len(y)):
        points += [(x[k], y[k - 1]), (x[k], y[k])]
    return np.array([*points, (x[len(y)], y[-1])])


def as_segments(color=RED, x=X, y=Y) -> list[Stroke]:
    """A path for every segment."""
    points = corners(x, y)
    return [stroke(points[i : i + 2], color, order=i) for i in range(len(points) - 1)]


def as_rectangles(color=RED, width=2.0) -> list[Stroke]:
    """A thin filled rectangle for every segment, as long as a stroke with square caps."""
    half = width / 2
    found = []
    for i, ((a, b), (c, d)) in enumerate(zip(corners()[:-1], corners()[1:], strict=True)):
        left, right, top, bottom = min(a, c) - half, max(a, c) + half, min(b, d) - half, max(b, d) + half
        ring = [(left, top), (right, top), (right, bottom), (left, bottom)]
        found.append(stroke(ring, None, fill=color, closed=True, order=i))
    return found


def as_outline(color=RED, width=2.0) -> list[Stroke]:
    """The filled outline of the line, its ends cut off flat."""
    shift = np.array([width / 2, -width / 2])
    upper, lower = corners() + shift, corners() - shift
    for rim in (upper, lower):
        rim[0, 0], rim[-1, 0] = X[0], X[-1]
    ring = np.vstack([upper, lower[::-1]])
    return [stroke(ring, None, fill=color, closed=True)]


def as_dashes(color=RED, on=6.0, off=4.0) -> list[Stroke]:
    """Dashes cut into pieces of their own."""
    points = corners()
    along = np.r_[0.0, np.cumsum(np.abs(np.diff(points, axis=0)).sum(axis=1))]
    found = []
    for start in np.arange(0.0, along[-1], on + off):
        stops = [start, *along[(along > start) & (along < start + on)], min(start + on, along[-1])]
        piece = [(np.interp(s, along, points[:, 0]), np.interp(s, along, points[:, 1])) for s in stops]
        found.append(stroke(piece, color, order=len(found)))
    return found


def panel(direction="survival") -> Panel:
    """The panel that all these staircases belong to."""
    x = AxisCalibration(-2.0, 0.02, [100.0, 350.0, 600.0], [0.0, 5.0, 10.0], 0.1)
    y = AxisCalibration(1.125, -0.0025, [450.0, 250.0, 50.0], [0.0, 0.5, 1.0], 0.1)
    area = Box(100, 50, 600, 450)
    return Panel("1", area, Box(0, 0, 700, 560), Axis(x, 0, 10), Axis(y, 0, 1), direction)


def figure(strokes, texts=()) -> Figure:
    """A figure that holds the strokes."""
    pixels = np.full((560, 700, 3), 255, np.uint8)
    return Figure("drawn.svg", "0" * 64, pixels, tuple(strokes), tuple(texts))
