"""Staircases drawn at sub-pixel places on a plot whose axes are known, for the tests of tracing and reading.

Everything is drawn SCALE times too large and shrunk by area, as software that smooths its edges draws. Positions are
pixels of the picture, centres at whole numbers. Time t stands at x(t), survival s at y(s).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np
from km2ipd.digitize.legend import LegendKey
from km2ipd.digitize.plotcrop import PlotCrop, crop_plot
from km2ipd.records import Axis, AxisCalibration, Box, Panel, TextLine

SCALE = 8
LEFT, RIGHT, TOP, BOTTOM = 40, 340, 30, 230
LAST = 30.0
SAMPLE = 30
BLUE, RED, BLACK, GREY, GREEN = (30, 60, 200), (200, 40, 30), (0, 0, 0), (150, 150, 150), (20, 140, 60)
DASHED, DOTTED = (12.0, 6.0), (2.0, 4.0)

Points = tuple[tuple[float, float], ...]
Dash = tuple[float, ...]


def x(time: float) -> float:
    return LEFT + (RIGHT - LEFT) * time / LAST


def y(survival: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * survival


def stairs(*corners: tuple[float, float]) -> Points:
    """Corners (time, survival) as pixels."""
    return tuple((x(t), y(s)) for t, s in corners)


UPPER = stairs((0, 1), (4, 0.95), (9, 0.88), (14, 0.8), (19, 0.74), (25, 0.7))
LOWER = stairs((0, 1), (2, 0.85), (5, 0.7), (8, 0.55), (12, 0.45), (17, 0.33), (22, 0.25))


def row_at(points: Points, columns: np.ndarray) -> np.ndarray:
    """Level in px that a drawn staircase has at each x."""
    starts = np.array([p[0] for p in points])
    return np.array([p[1] for p in points])[np.clip(np.searchsorted(starts, columns, side="right") - 1, 0, None)]


@dataclass
class Drawing:
    """A picture in the making, with the texts and legend samples put on it."""

    width: int = 400
    height: int = 260
    texts: list[TextLine] = field(default_factory=list)
    keys: list[LegendKey] = field(default_factory=list)

    @cached_property
    def big(self) -> np.ndarray:
        return np.full((self.height * SCALE, self.width * SCALE, 3), 255, np.uint8)

    def fill(self, left: float, top: float, right: float, bottom: float, color) -> Drawing:
        """Paint a rectangle with the given edges."""
        (a, b), (c, d) = ([round((v + 0.5) * SCALE) for v in sorted(pair)] for pair in ((left, right), (top, bottom)))
        self.big[max(0, c) : max(0, d), max(0, a) : max(0, b)] = color
        return self

    def line(self, ax: float, ay: float, bx: float, by: float, color, width: float = 2.0) -> Drawing:
        """Paint an upright or level line with square ends half a stroke beyond it across, none along."""
        half = width / 2
        if ay == by:
            return self.fill(ax, ay - half, bx, ay + half, color)
        return self.fill(ax - half, ay, ax + half, by, color)

    def curve(self, points: Points, end: float, color=BLUE, width: float = 2.0, dash: Dash = ()) -> Drawing:
        """Paint a staircase: corners in px, the last level running to end. dash: on, off, ... lengths in px."""
        walk = [points[0]]
        for (_, before), (px, py) in pairwise(points):
            walk += [(px, before), (px, py)]
        walk.append((end, points[-1][1]))
        half, gone = width / 2, 0.0
        for i, ((ax, ay), (bx, by)) in enumerate(pairwise(walk)):
            length = abs(bx - ax) + abs(by - ay)
            if dash:
                self._dashes((ax, ay), (bx, by), gone, dash, color, width)
            else:
                # Corners are mitred: every leg but the ends reaches half a stroke further.
                back, on = half * (i > 0), half * (i < len(walk) - 2)
                if ay == by:
                    self.line(ax - back, ay, bx + on, by, color, width)
                else:
                    self.line(ax, ay - back, bx, by + on, color, width)
            gone += length
        return self

    def _dashes(self, a, b, gone: float, dash: Dash, color, width: float) -> None:
        length = abs(b[0] - a[0]) + abs(b[1] - a[1])
        edges, period = np.r_[0.0, np.cumsum(dash)], sum(dash)
        for start in np.arange(-(gone % period), length, period):
            for k in range(0, len(dash), 2):
                lo, hi = (min(max(start + e, 0.0), length) for e in edges[k : k + 2])
                if hi > lo:
                    step = np.sign(np.subtract(b, a))
                    self.line(*(np.array(a) + lo * step), *(np.array(a) + hi * step), color, width)

    def axes(self, color=BLACK) -> Drawing:
        """Paint both axis lines."""
        self.line(LEFT, TOP - 4, LEFT, BOTTOM + 1, color)
        return self.line(LEFT - 1, BOTTOM, RIGHT + 8, BOTTOM, color)

    def text(self, text: str, left: float, middle: float, color=BLACK, tall: float = 10.0) -> Drawing:
        """Put a text: thin upright strokes stand for its letters."""
        wide = 0.6 * tall * len(text)
        for k in range(len(text)):
            at = left + 1 + 0.6 * tall * k
            self.line(at, middle - tall / 2, at, middle + tall / 2, color, 1.5)
        self.texts.append(TextLine(text, Box(left, middle - tall / 2, left + wide, middle + tall / 2)))
        return self

    def entry(self, name: str, left: float, middle: float, color, width: float = 2.0, dash: Dash = ()) -> Drawing:
        """Put a legend entry: a sample SAMPLE px long, then the name; the key as it should be read is kept."""
        self.curve(((left, middle),), left + SAMPLE, color, width, dash)
        shown = np.arange(0, SAMPLE, 0.1) % sum(dash) if dash else np.zeros(1)
        edges = np.cumsum((0.0, *dash, np.inf))
        inked = float((np.searchsorted(edges, shown, side="right") % 2 == 1).mean())
        box = Box(left, middle - width / 2, left + SAMPLE, middle + width / 2)
        self.text(name, left + SAMPLE + 8, middle)
        self.keys.append(LegendKey(name, color, inked, width, box, self.texts[-1].box))
        return self

    def pixels(self) -> np.ndarray:
        """The picture, (height, width, 3) RGB."""
        return cv2.resize(self.big, (self.width, self.height), interpolation=cv2.INTER_AREA)

    def crop(self, **changed) -> PlotCrop:
        """The plot area cut out as the reading of a panel does it."""
        boxes = tuple(k.box for k in self.keys)
        return crop_plot(self.pixels(), panel(**changed), tuple(self.texts), boxes)


def panel(residual: float = 0.1, **changed) -> Panel:
    """The panel of the drawn plot; keyword arguments replace its fields."""
    y_minimum, y_maximum = changed.pop("y_range", (0.0, 1.0))
    slope = LAST / (RIGHT - LEFT)
    across = AxisCalibration(-LEFT * slope, slope, [x(0), x(LAST)], [0, LAST], residual)
    per_px = -1 / (BOTTOM - TOP)
    up = AxisCalibration(-BOTTOM * per_px, per_px, [BOTTOM, TOP], [0, 1], 0.1)
    known = {
        "name": "1",
        "plot_area": Box(LEFT, TOP, RIGHT, BOTTOM),
        "region": Box(0, 0, 399, 259),
        "x": Axis(across, 0, LAST, "Months", "months"),
        "y": Axis(up, y_minimum, y_maximum, "Survival"),
    }
    return Panel(**{**known, **changed})
