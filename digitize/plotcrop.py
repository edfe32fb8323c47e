"""The plot area cut out of a figure: its inks, where lettering and frame stand, turned so that survival goes down.

Rising curves are turned upside down, so that every staircase goes down, and large plates are reduced by a whole
factor. Rows and columns of the crop are taken back to the figure by `figure_x` and `figure_y`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..records import Box, FloatArray, MaskArray, Panel, PixelArray, TextLine
from .inks import InkMap, map_ink

MARGIN = 5
"""Pixels around the plot area that are looked at: half a thick stroke on the level S = 1."""
LARGEST = 1400
"""Pixels along the longer side of a crop above which it is reduced: levels of short runs are lost below."""
PAST_LAST_TICK = 0.15
"""How far past the last tick an open axis may go on, as a share of its length."""
COLOURED = 60
"""Largest difference of red, green and blue in an axis line; a line of more colour at its place is a curve."""
FRAME_FILL = 0.8
"""Share of a row or column at the plot area's edge that is inked where an axis line or the box runs."""


@dataclass(frozen=True, slots=True, eq=False)
class PlotCrop:
    """The inks of a plot area.

    left, top: figure pixel at the crop's first column and row. scale: figure pixels per pixel of the crop.
    start_row: row of S = 1; bottom_row: row of the lowest level drawn. flipped: whether rows were turned.
    lettering, frame: (height, width) bool, where text stands, where axis lines and the box run.
    """

    ink: InkMap
    left: int
    top: int
    scale: int
    start_row: float
    bottom_row: float
    flipped: bool
    lettering: MaskArray
    frame: MaskArray

    def figure_x(self, x: npt.ArrayLike) -> FloatArray:
        """Columns of the crop as x of the figure."""
        return (np.asarray(x, float) + 0.5) * self.scale - 0.5 + self.left

    def figure_y(self, y: npt.ArrayLike) -> FloatArray:
        """Rows of the crop as y of the figure."""
        y = np.asarray(y, float)
        rows = self.ink.strength.shape[0] - 1 - y if self.flipped else y
        return (rows + 0.5) * self.scale - 0.5 + self.top

    def row_of(self, y_px: float) -> float:
        """Row of the crop at a y of the figure."""
        row = (y_px - self.top + 0.5) / self.scale - 0.5
        return self.ink.strength.shape[0] - 1 - row if self.flipped else row

    def column_of(self, x_px: float) -> float:
        """Column of the crop at an x of the figure."""
        return (x_px - self.left + 0.5) / self.scale - 0.5


def crop_plot(
    pixels: PixelArray,
    panel: Panel,
    texts: tuple[TextLine, ...],
    keys: tuple[Box, ...],
    insets: tuple[Box, ...] = (),
) -> PlotCrop:
    """Cut the plot area out of a figure and mark where lettering, legend samples, the frame and insets stand.

    insets: smaller plots inside this one, whose curves are not this panel's; they count as frame.
    """
    left, top, right, bottom = _bounds(pixels, panel)
    scale = max(1, int(np.ceil(max(right - left, bottom - top) / LARGEST)))
    window = pixels[top : bottom + 1, left : right + 1]
    if scale > 1:
        height, width = (n // scale * scale for n in window.shape[:2])
        size = (width // scale, height // scale)
        window = cv2.resize(window[:height, :width], size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    flipped = panel.direction == "incidence"
    ink = map_ink(np.ascontiguousarray(window[::-1] if flipped else window))
    lettering, frame = (np.zeros(ink.strength.shape, bool) for _ in range(2))
    crop = PlotCrop(ink, left, top, scale, 0.0, 0.0, flipped, lettering, frame)
    start, lowest = (0.0, panel.y.maximum) if flipped else (1.0, panel.y.minimum)
    rows = [crop.row_of(float(panel.y.calibration.px(v))) for v in (start, lowest)]
    _mark_boxes(crop, lettering, [t.box for t in texts] + list(keys))
    _mark_boxes(crop, frame, list(insets))
    _mark_frame(crop, panel.plot_area)
    return PlotCrop(ink, left, top, scale, rows[0], rows[1], flipped, lettering, frame)


def _bounds(pixels: PixelArray, panel: Panel) -> tuple[int, int, int, int]:
    """Left, top, right, bottom pixel of the crop."""
    height, width = pixels.shape[:2]
    area = panel.plot_area
    # Padded axes: the frame may begin left of the first time, where no curve is.
    left = int(np.clip(round(float(panel.x.calibration.px(panel.x.minimum))), 0, width - 2))
    right = int(np.clip(round(_right_end(pixels, panel)), left + 1, width - 1))
    top = int(np.clip(round(area.top) - MARGIN, 0, height - 2))
    bottom = int(np.clip(round(area.bottom) + MARGIN, top + 1, height - 1))
    return left, top, right, bottom


def _right_end(pixels: PixelArray, panel: Panel) -> float:
    """How far right curves may go: to the frame, or where there is none some way past the last tick."""
    area = panel.plot_area
    edge, reach = round(area.right), MARGIN
    strip = pixels[int(area.top) : int(area.bottom), max(0, edge - reach) : edge + reach + 1].astype(np.float32)
    if strip.size:
        line = np.linalg.norm(strip - np.median(strip, axis=1, keepdims=True), axis=2) > 60
        if line.mean(axis=0).max() > FRAME_FILL:
            return area.right + MARGIN
    return min(area.right + PAST_LAST_TICK * area.width, panel.region.right)


def _mark_boxes(crop: PlotCrop, mask: MaskArray, boxes: list[Box]) -> None:
    """Set a mask of a crop inside the boxes (figure px)."""
    for box in boxes:
        y0, y1 = sorted((crop.row_of(box.top), crop.row_of(box.bottom)))
        x0, x1 = crop.column_of(box.left), crop.column_of(box.right)
        if y1 >= 0 and x1 >= 0:
            rows = slice(max(0, int(np.floor(y0)) - 1), max(0, int(np.ceil(y1)) + 2))
            mask[rows, max(0, int(np.floor(x0)) - 1) : max(0, int(np.ceil(x1)) + 2)] = True


def _mark_frame(crop: PlotCrop, area: Box) -> None:
    """Set rows and columns near the plot area's edges that are inked from end to end: axis lines and the box.

    A line that leans by a pixel or two, as in scans, is seen through a window of three.
    """
    inked = crop.ink.strength > 60
    height, width = inked.shape
    wide = cv2.dilate(inked.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    for edge in (crop.row_of(area.top), crop.row_of(area.bottom)):
        for y in range(max(0, int(edge) - MARGIN), min(height, int(edge) + MARGIN + 1)):
            if wide[y].mean() > FRAME_FILL and inked[y].mean() > 0.4 and not _is_coloured(crop, y, inked[y]):
                crop.frame[y] = True
    for edge in (crop.column_of(area.left), 0.0, crop.column_of(area.right)):
        for x in range(max(0, int(edge) - MARGIN), min(width, int(edge) + MARGIN + 1)):
            if wide[:, x].mean() > FRAME_FILL and inked[:, x].mean() > 0.4:
                crop.frame[:, x] = True


def _is_coloured(crop: PlotCrop, row: int, inked: MaskArray) -> bool:
    """Whether the ink of a row has a colour: the curve of an arm without events lies where a frame would."""
    color = np.median(crop.ink.core[row][inked], axis=0)
    return float(color.max() - color.min()) > COLOURED
