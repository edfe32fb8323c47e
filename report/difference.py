"""The figure minus what was read: ink that no arm explains, and arms that run where there is no ink.

A person looks at two colours only: red is ink inside the plot area that was not taken for a curve or a mark
(names and printed numbers show red too, confidence bands do not); blue is a curve that was read where the
figure shows nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..records import Panel, PanelReading, PixelArray, Rgb
from .overlay import marks_px, staircase_px

LEFT_OVER: Rgb = (214, 40, 40)
WITHOUT_INK: Rgb = (20, 90, 220)
EXPLAINED: Rgb = (205, 209, 214)
FILLED: Rgb = (236, 239, 242)
# Distance in RGB (0 to 441) from the background at which a pixel is ink: above JPEG noise at quality 40,
# below the palest curve among the figures measured.
INK_DISTANCE = 60.0
# Rows worked on at a time: 50 MB of working memory on a plate 7,000 px wide.
STRIPE_ROWS = 512
# A stroke is explained when the curve runs within this of it: half the thickest usual stroke, and one.
EXPLAINED_PX = 4
# No curve's stroke is as thick as this; what is, is filled.
FILL_PX = 11
# A mark reaches this far from its curve (half the height of the usual plus or tick).
MARK_PX = 8
# A read curve has ink when any lies within this of it.
NEAR_INK_PX = 3

# A panel is worked on with so much around it: what the widest of the strokes above reaches, and some.
WINDOW_PX = 2 * FILL_PX

Mask = np.ndarray


def draw_difference(pixels: PixelArray, panels: Sequence[PanelReading]) -> PixelArray:
    """(height, width, 3) picture on white, in the frame of the figure."""
    drawn = np.full_like(pixels, 255)
    ink = _ink(pixels)
    drawn[ink] = EXPLAINED
    for panel in panels:
        window = _window(pixels.shape, panel)
        _colour_panel(drawn[window], ink[window], panel, (window[1].start, window[0].start))
    return drawn


def _window(shape: tuple[int, ...], panel: PanelReading) -> tuple[slice, slice]:
    """Rows and columns around a panel's plot area and all its lines, so that no mask needs the whole plate."""
    area = panel.panel.plot_area
    x, y = [area.left, area.right], [area.top, area.bottom]
    for arm in panel.arms:
        for places in (staircase_px(panel.panel, arm), marks_px(panel.panel, arm)):
            x += list(places[0])
            y += list(places[1])
    spans = []
    for ends, size in ((y, shape[0]), (x, shape[1])):
        first = min(max(0, _whole(min(ends)) - WINDOW_PX), size)
        spans.append(slice(first, max(first, min(size, _whole(max(ends)) + WINDOW_PX + 1))))
    return spans[0], spans[1]


def _colour_panel(drawn: PixelArray, ink: Mask, panel: PanelReading, corner: tuple[int, int]) -> None:
    """Colour one panel's window of the picture. corner: x and y of the window's first pixel."""
    lines, marks = _drawn_again(ink.shape, panel, corner)
    inside, fills = _inside(ink.shape, panel.panel, corner), _fills(ink)
    near = _grown(lines, EXPLAINED_PX)
    drawn[ink & inside & fills & ~near] = FILLED  # a band, so that the curve in it is seen
    drawn[ink & inside & ~fills & ~near & ~_grown(marks, MARK_PX)] = LEFT_OVER
    drawn[_grown(lines & ~_grown(ink, NEAR_INK_PX), 1)] = WITHOUT_INK


def _ink(pixels: PixelArray) -> Mask:
    """Pixels unlike the background, stripe by stripe, so that a large plate does not fill the memory."""
    background = _background(pixels).astype(np.float32)
    ink = np.empty(pixels.shape[:2], bool)
    for top in range(0, len(pixels), STRIPE_ROWS):
        stripe = pixels[top : top + STRIPE_ROWS].astype(np.float32) - background
        ink[top : top + STRIPE_ROWS] = np.einsum("rcx,rcx->rc", stripe, stripe) > INK_DISTANCE**2
    return ink


def _background(pixels: PixelArray) -> np.ndarray:
    """The commonest colour (in 16 levels a channel) of every third pixel of every third row."""
    sample = pixels[::3, ::3].reshape(-1, 3)
    coarse = (sample >> 4).astype(np.int32)
    codes = (coarse[:, 0] << 8) | (coarse[:, 1] << 4) | coarse[:, 2]
    return np.median(sample[codes == np.bincount(codes).argmax()], axis=0)


def _fills(ink: Mask) -> Mask:
    """Areas too thick for a line: confidence bands, bars, shaded periods."""
    kernel = np.ones((FILL_PX, FILL_PX), np.uint8)
    thick = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    return cv2.dilate(thick, np.ones((3, 3), np.uint8)) > 0


def _inside(shape: tuple[int, ...], panel: Panel, corner: tuple[int, int]) -> Mask:
    """The plot area without its frame."""
    area, inset = panel.plot_area, EXPLAINED_PX
    mask = np.zeros(shape[:2], bool)
    top, left = (max(0, round(v) + inset - c) for v, c in zip((area.top, area.left), corner[::-1], strict=True))
    bottom, right = (
        max(0, round(v) - inset + 1 - c) for v, c in zip((area.bottom, area.right), corner[::-1], strict=True)
    )
    mask[top:bottom, left:right] = True
    return mask


def _drawn_again(shape: tuple[int, ...], panel: PanelReading, corner: tuple[int, int]) -> tuple[Mask, Mask]:
    """The arms' lines, and their marks, one pixel thin."""
    lines, marks = np.zeros(shape[:2], np.uint8), np.zeros(shape[:2], np.uint8)
    for arm in panel.arms:
        x, y = staircase_px(panel.panel, arm)
        corners = np.array([[_whole(a), _whole(b)] for a, b in zip(x, y, strict=True)], np.int32)
        cv2.polylines(lines, [corners - corner], isClosed=False, color=1)
        for x, y in zip(*marks_px(panel.panel, arm), strict=True):
            cv2.circle(marks, (_whole(x) - corner[0], _whole(y) - corner[1]), 0, 1)
    return lines > 0, marks > 0


def _whole(position: float) -> int:
    """A pixel number that OpenCV can hold; an edited pivot may point far outside the picture."""
    return round(float(min(max(position, -30_000), 30_000)))


def _grown(mask: Mask, reach: int) -> Mask:
    size = 2 * reach + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((size, size), np.uint8)) > 0
