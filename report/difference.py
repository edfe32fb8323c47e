"""The figure minus what was read: ink that no arm explains, and arms that run where there is no ink.

A person looks at two colours only: red is ink inside the plot area that was not taken for a curve or a mark
(names and printed numbers show red too, confidence bands do not); blue is a curve that was read where the
figure shows nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..records import ArmReading, Panel, PanelReading, PixelArray, Rgb
from .overlay import marks_px, staircase_px

LEFT_OVER: Rgb = (214, 40, 40)
WITHOUT_INK: Rgb = (20, 90, 220)
EXPLAINED: Rgb = (205, 209, 214)
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

Mask = np.ndarray


def draw_difference(pixels: PixelArray, panels: Sequence[PanelReading]) -> PixelArray:
    """(height, width, 3) picture on white, in the frame of the figure."""
    drawn = np.full_like(pixels, 255)
    ink = _ink(pixels)
    drawn[ink] = EXPLAINED
    fills = _fills(ink)
    for panel in panels:
        area = _inside(pixels.shape, panel.panel)
        lines, marks = _drawn_again(pixels.shape, panel)
        explained = _grown(lines, EXPLAINED_PX) | _grown(marks, MARK_PX)
        drawn[ink & area & ~fills & ~explained] = LEFT_OVER
        drawn[_grown(lines & ~_grown(ink, NEAR_INK_PX), 1)] = WITHOUT_INK
    return drawn


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


def _inside(shape: tuple[int, ...], panel: Panel) -> Mask:
    """The plot area without its frame."""
    area, inset = panel.plot_area, EXPLAINED_PX
    mask = np.zeros(shape[:2], bool)
    top, left = max(0, round(area.top) + inset), max(0, round(area.left) + inset)
    mask[top : max(0, round(area.bottom) - inset + 1), left : max(0, round(area.right) - inset + 1)] = True
    return mask


def _drawn_again(shape: tuple[int, ...], panel: PanelReading) -> tuple[Mask, Mask]:
    """The arms' lines, and their marks, one pixel thin."""
    lines, marks = np.zeros(shape[:2], np.uint8), np.zeros(shape[:2], np.uint8)
    for arm in panel.arms:
        _draw_line(lines, panel.panel, arm)
        for x, y in zip(*marks_px(panel.panel, arm), strict=True):
            cv2.circle(marks, (_whole(x), _whole(y)), 0, 1)
    return lines > 0, marks > 0


def _draw_line(canvas: np.ndarray, panel: Panel, arm: ArmReading) -> None:
    x, y = staircase_px(panel, arm)
    corners = np.array([[_whole(a), _whole(b)] for a, b in zip(x, y, strict=True)], np.int32)
    cv2.polylines(canvas, [corners], isClosed=False, color=1)


def _whole(position: float) -> int:
    """A pixel number that OpenCV can hold; an edited pivot may point far outside the picture."""
    return round(float(np.clip(position, -30_000, 30_000)))


def _grown(mask: Mask, reach: int) -> Mask:
    size = 2 * reach + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((size, size), np.uint8)) > 0
