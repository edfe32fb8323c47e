"""Plots drawn pixel by pixel for the tests of the axes: every position is known, and so is the text."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from km2ipd.records import Box, Figure, TextLine

LETTER = 10.0


def figure_of(pixels: np.ndarray) -> Figure:
    return Figure("drawn.png", "0" * 64, np.ascontiguousarray(pixels.astype(np.uint8)))


def label(text: str, x: float, y: float) -> TextLine:
    half = 0.3 * LETTER * len(text)
    return TextLine(text, Box(x - half, y - LETTER / 2, x + half, y + LETTER / 2))


@dataclass
class DrawnPlot:
    """A plot whose value 0 stands at `corner` (x, y) and whose axes run to x_max and 1 over `size` px."""

    corner: tuple[int, int] = (80, 260)
    size: tuple[int, int] = (300, 200)
    x_ticks: tuple[float, ...] = (0, 10, 20, 30)
    y_ticks: tuple[float, ...] = (0, 0.25, 0.5, 0.75, 1)
    percent: bool = False
    axis_lines: bool = True
    box: bool = False
    ticks: str = "out"
    grid: bool = False
    rising: bool = False
    padding: int = 0
    curve: bool = True
    texts: list[TextLine] = field(default_factory=list)

    def x(self, value: float) -> float:
        return self.corner[0] + self.size[0] * value / max(self.x_ticks)

    def y(self, value: float) -> float:
        return self.corner[1] - self.size[1] * value / max(self.y_ticks)

    def draw(self, pixels: np.ndarray) -> tuple[TextLine, ...]:
        """Draw the plot and return the texts that belong to it."""
        left, right = self.corner[0] - self.padding, self.corner[0] + self.size[0] + self.padding
        top, bottom = self.corner[1] - self.size[1] - self.padding, self.corner[1] + self.padding
        if self.grid:
            for v in self.x_ticks:
                pixels[top : bottom + 1, round(self.x(v))] = 238
            for v in self.y_ticks:
                pixels[round(self.y(v)), left : right + 1] = 238
        if self.axis_lines or self.box:
            pixels[bottom, left : right + 1] = 0
            pixels[top : bottom + 1, left] = 0
        if self.box:
            pixels[top, left : right + 1] = 0
            pixels[top : bottom + 1, right] = 0
        self._draw_ticks(pixels, left, bottom)
        if self.curve:
            self._draw_curve(pixels)
        shown = [f"{100 * v:g}" if self.percent else f"{v:g}" for v in self.y_ticks]
        texts = [label(f"{v:g}", self.x(v), bottom + 18) for v in self.x_ticks]
        texts += [label(s, left - 24, self.y(v)) for s, v in zip(shown, self.y_ticks, strict=True)]
        return (*texts, *self.texts)

    def _draw_ticks(self, pixels: np.ndarray, left: int, bottom: int) -> None:
        if self.ticks == "none":
            return
        side = 1 if self.ticks == "out" else -1
        for v in self.x_ticks:
            rows = sorted((bottom, bottom + side * 6))
            pixels[rows[0] : rows[1] + 1, round(self.x(v))] = 0
        for v in self.y_ticks:
            columns = sorted((left, left - side * 6))
            pixels[round(self.y(v)), columns[0] : columns[1] + 1] = 0

    def _draw_curve(self, pixels: np.ndarray) -> None:
        blue = (30, 60, 200)
        end = max(self.x_ticks)
        times = [0.0, 0.1 * end, 0.3 * end, 0.55 * end, 0.8 * end, end]
        levels = [1.0, 0.9, 0.7, 0.55, 0.4]
        if self.rising:
            levels = [0.0, 0.15, 0.3, 0.5, 0.65]
        for i, level in enumerate(levels):
            row = round(self.y(level))
            pixels[row - 1 : row + 1, round(self.x(times[i])) : round(self.x(times[i + 1])) + 1] = blue
            if i:
                rows = sorted((row, round(self.y(levels[i - 1]))))
                column = round(self.x(times[i]))
                pixels[rows[0] : rows[1] + 1, column - 1 : column + 1] = blue


def page(width: int = 440, height: int = 340) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)


def drawn(plot: DrawnPlot) -> tuple[Figure, tuple[TextLine, ...]]:
    """One plot on a page of its own."""
    pixels = page()
    texts = plot.draw(pixels)
    return figure_of(pixels), texts
