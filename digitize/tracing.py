"""Trace every arm of a panel: crop the plot area, separate its inks, and seek the cheapest staircases in each.

Rising curves are turned upside down first, so that every staircase goes down. Rows and columns below are of the crop;
`PlotCrop.figure_y` takes them back to the figure.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..records import Box, FloatArray, Panel, PixelArray, Rgb, TextLine
from .inks import InkMap, coverage, line_width, map_ink, nearest_ink
from .prices import price_pixels
from .refine import Corners, refine_staircase
from .staircase import Staircase, cheapest_staircase

MARGIN = 5
"""Pixels around the plot area that are looked at: half a thick stroke on the level S = 1."""
FRAME_FILL = 0.8
"""Share of a row or column at the plot area's edge that is inked where an axis line or the box runs."""
GRID_FILL = 0.85
"""Share of a row or column that one ink fills where it is a grid line; curves hide a part of it."""
DASH_GAP = 4.5
"""Longest gap of a dash pattern in stroke widths: R's dotted line has 3, SAS's longest 4."""


@dataclass(frozen=True, slots=True, eq=False)
class PlotCrop:
    """The inks of a plot area, turned so that survival goes down.

    start_row: row of S = 1. flipped: whether rows were turned. lettering: bool, where text stands.
    """

    ink: InkMap
    start_row: float
    flipped: bool
    lettering: FloatArray
    frame: FloatArray

    def figure_x(self, x: FloatArray) -> FloatArray:
        """Columns of the crop as x of the figure."""
        return np.asarray(x, float) + self.ink.left

    def figure_y(self, y: FloatArray) -> FloatArray:
        """Rows of the crop as y of the figure."""
        y = np.asarray(y, float)
        return (self.ink.top + self.ink.strength.shape[0] - 1 - y) if self.flipped else y + self.ink.top


@dataclass(frozen=True, slots=True, eq=False)
class TracedPath:
    """One staircase with what speaks for it.

    own_share: share of its columns on its own ink. hidden_share: share that lies under other ink.
    start_gap_px: rows of bare paper between S = 1 and its first level. shows: (columns,) whether each shows its ink.
    """

    ink: int
    stair: Staircase
    corners: Corners
    width_px: float
    own_share: float
    hidden_share: float
    start_gap_px: float
    shows: FloatArray


def crop_plot(pixels: PixelArray, panel: Panel, texts: tuple[TextLine, ...], keys: tuple[Box, ...]) -> PlotCrop:
    """Cut the plot area out of a figure and mark where lettering, legend samples and the frame stand."""
    height, width = pixels.shape[:2]
    area = panel.plot_area
    # Padded axes: the frame may begin left of the first time, where no curve is.
    left = int(np.clip(round(float(panel.x.calibration.px(panel.x.minimum))), 0, width - 2))
    right = int(np.clip(round(area.right) + MARGIN, left + 1, width - 1))
    top = int(np.clip(round(area.top) - MARGIN, 0, height - 2))
    bottom = int(np.clip(round(area.bottom) + MARGIN, top + 1, height - 1))
    ink = map_ink(pixels, left, top, right, bottom)
    flipped = panel.direction == "incidence"
    if flipped:
        ink = InkMap(left, top, *(np.ascontiguousarray(a[::-1]) for a in (ink.rgb, ink.paper, ink.strength, ink.core)))
    start = float(panel.y.calibration.px(0.0 if flipped else 1.0))
    crop = PlotCrop(
        ink,
        start_row=(bottom - start) if flipped else start - top,
        flipped=flipped,
        lettering=np.zeros(ink.strength.shape, bool),
        frame=np.zeros(ink.strength.shape, bool),
    )
    _mark_boxes(crop.lettering, [t.box for t in texts] + list(keys), left, top, flipped)
    _mark_frame(crop.frame, ink.strength > 60, area, left, top, flipped)
    return crop


def _mark_boxes(mask: FloatArray, boxes: list[Box], left: int, top: int, flipped: bool) -> None:
    """Set the pixels of a crop that lie inside the boxes (figure px)."""
    rows = mask[::-1] if flipped else mask
    for box in boxes:
        y0, y1 = int(np.floor(box.top)) - top - 1, int(np.ceil(box.bottom)) - top + 2
        x0, x1 = int(np.floor(box.left)) - left - 1, int(np.ceil(box.right)) - left + 2
        if y1 > 0 and x1 > 0:
            rows[max(0, y0) : y1, max(0, x0) : x1] = True


def _mark_frame(frame: FloatArray, inked: FloatArray, area: Box, left: int, top: int, flipped: bool) -> None:
    """Set rows and columns near the plot area's edges that are inked from end to end: axis lines and the box.

    A line that leans by a pixel or two, as in scans, is seen through a window of three.
    """
    rows, inked = (frame[::-1], inked[::-1]) if flipped else (frame, inked)
    height, width = frame.shape
    wide = cv2.dilate(inked.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    for edge in (area.top - top, area.bottom - top):
        for y in range(max(0, int(edge) - MARGIN), min(height, int(edge) + MARGIN + 1)):
            if wide[y].mean() > FRAME_FILL and inked[y].mean() > 0.4:
                rows[y] = True
    for edge in (area.left - left, 0, area.right - left):
        for x in range(max(0, int(edge) - MARGIN), min(width, int(edge) + MARGIN + 1)):
            if wide[:, x].mean() > FRAME_FILL and inked[:, x].mean() > 0.4:
                rows[:, x] = True


def trace_ink(crop: PlotCrop, own: FloatArray, index: int, count: int, solid: int) -> list[TracedPath]:
    """Trace up to `count` staircases in one ink, most ink first.

    own: (height, width) its coverage; index: its number. solid: how many of the first are known to have no gaps.
    """
    width = line_width(own)
    others = (crop.ink.strength > 60) & (own < 0.3)
    hiding = others | crop.lettering | crop.frame
    paths: list[TracedPath] = []
    fresh = own.copy()
    for place in range(count):
        # Soft edges make a stroke look narrower and its gaps wider than they are.
        gap = 2.0 if place < solid else DASH_GAP * (width + 1) + 1
        prices = price_pixels(fresh, hiding, width, gap)
        stair = cheapest_staircase(prices.run, prices.drop, crop.start_row, int(np.ceil(max(3.0, 1.5 * width))))
        if stair.earned <= 0.03 * own.shape[1]:
            break
        paths.append(_describe(stair, index, own, fresh, hiding, width, crop.start_row))
        used = stroke_mask(stair, own.shape, width)
        hiding |= used & (fresh > 0.3)
        fresh = np.where(used, 0.0, fresh)
    return paths


def separate_inks(crop: PlotCrop, inks: tuple[tuple[Rgb, ...], ...]) -> list[FloatArray]:
    """Coverage of each pixel by each ink; ink inside lettering counts half, ink of frame and grid nothing.

    inks: each with its colour first and further shades of it after.
    """
    shades = [(i, shade) for i, colors in enumerate(inks) for shade in colors]
    nearest = nearest_ink(crop.ink, tuple(shade for _, shade in shades))
    owner = np.array([i for i, _ in shades] + [-1])[nearest]
    owns = []
    for index, colors in enumerate(inks):
        own = np.where(owner == index, coverage(crop.ink, colors[0]), 0.0)
        own = np.where(own > 0.2, own, 0.0)
        own = np.where(crop.lettering, 0.5 * own, own)
        own[crop.frame | _grid(own > 0.3)] = 0.0
        owns.append(own)
    return owns


def _grid(inked: FloatArray) -> FloatArray:
    """Pixels of rows and columns that one ink fills from end to end, where there are two such lines or more."""
    grid = np.zeros(inked.shape, bool)
    for axis in (1, 0):
        full = inked.mean(axis=axis) > GRID_FILL
        lines = int(full[0]) + int((np.diff(full.astype(int)) == 1).sum())
        if lines >= 2:
            grid |= full[:, None] if axis == 1 else full[None, :]
    return grid


def stroke_mask(stair: Staircase, shape: tuple[int, int], width_px: float) -> FloatArray:
    """Pixels that a staircase drawn with the given stroke covers, one pixel of blur included."""
    mask = np.zeros(shape, np.uint8)
    columns = np.arange(stair.first, stair.last + 1)
    points = np.stack([np.repeat(columns, 2), np.repeat(stair.row, 2)], axis=1)
    points[1:, 0] = np.r_[points[2:, 0], points[-1, 0]]
    cv2.polylines(mask, [points.astype(np.int32)], False, 1, thickness=int(np.ceil(width_px)) + 2)
    return mask > 0


def described(crop: PlotCrop, own: FloatArray, path: TracedPath, stair: Staircase) -> TracedPath:
    """The path with another staircase of the same ink in its place."""
    hiding = ((crop.ink.strength > 60) & (own < 0.3)) | crop.lettering | crop.frame
    return _describe(stair, path.ink, own, own, hiding, path.width_px, crop.start_row)


def _describe(
    stair: Staircase,
    index: int,
    own: FloatArray,
    fresh: FloatArray,
    hiding: FloatArray,
    width: float,
    start_row: float,
) -> TracedPath:
    columns = np.arange(stair.first, stair.last + 1)
    reach = int(np.ceil(width / 2))
    rows = np.clip(stair.row[:, None] + np.arange(-reach, reach + 1), 0, own.shape[0] - 1)
    shows = fresh[rows, columns[:, None]].max(axis=1) > 0.4
    hidden = hiding[stair.row, columns] & ~shows
    corners = refine_staircase(stair, own, width)
    gap = _start_gap((own > 0.3) | hiding, start_row, float(corners.y[0]), width)
    return TracedPath(index, stair, corners, width, float(shows.mean()), float(hidden.mean()), gap, shows)


def _start_gap(inked: FloatArray, start_row: float, first_row: float, width: float) -> float:
    """Rows of bare paper between S = 1 and the first level, beside the y axis; the first drop may fall at time 0."""
    if first_row < start_row:
        return start_row - first_row
    first, last = int(np.ceil(start_row + 0.5)), int(np.floor(first_row - 0.5))
    beside = inked[max(0, first) : max(0, last), : int(np.ceil(width)) + 4].any(axis=1)
    return float(len(beside) - beside.sum())


