"""Find where text stands in a figure: the PP-OCR detection network, then boxes drawn tight around the ink.

The network sees the figure scaled so that its letters are about 16 px high; boxes come back in the figure's own
pixels. A box that holds several numbers of one row (tick labels, table cells) is cut at the wide gaps, because
calibration needs the centre of each.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..records import Box, PixelArray
from .recognition import giving_back, load_session
from .tightboxes import stacked_blobs, tight_boxes

# Letter height the detection network works best at, and the plate size that keeps it under a second: measured on 84
# rendered figures of 360 to 3,900 px, tick labels found exactly.
_LETTER_PX = 16.0
_MOST_PIXELS = 1_500_000
_SCALES = (0.15, 3.5)
# Map value above which a pixel is text, and mean value a box must reach: the network's published settings.
_TEXT_LEVEL = 0.3
_BOX_LEVEL = 0.5
# What the network is fed for each level 0 to 255, blue first.
_FED = np.arange(256, dtype=np.float32) / 127.5 - 1
# A loose box this much taller than wide holds turned text: an upright digit with its margins stays below 1.8.
_TALL = 2.2
_UNCLIP = 1.6  # the network is trained to mark shrunken text; boxes grow back by area * 1.6 / perimeter


@dataclass(frozen=True, slots=True)
class TextPlace:
    """Where one piece of text stands: box tight around its ink, rotation 0 or 90 (reads bottom to top)."""

    box: Box
    rotation: int = 0


def letter_height(pixels: PixelArray) -> float:
    """Typical height of the letters in px: the median height of letter-like blobs, weighted by height."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    step = max(1.0, max(grey.shape) / 2400)
    if step > 1:
        grey = cv2.resize(grey, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    dark_on_light = np.median(grey) > 100
    kind, offset = (cv2.THRESH_BINARY_INV, 15) if dark_on_light else (cv2.THRESH_BINARY, -15)
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, kind, 31, offset)
    stats = cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:]
    wide, high, area = (stats[:, i] for i in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    letters = (high >= 4) & (high <= 90) & (wide >= 0.15 * high) & (wide <= 1.5 * high)
    letters &= area >= 0.15 * wide * high
    heights = np.sort(high[letters])
    if not len(heights):
        return _LETTER_PX * step
    return float(heights[np.searchsorted(np.cumsum(heights), heights.sum() / 2)]) * step


def detection_scale(pixels: PixelArray) -> float:
    """Factor that brings the figure's letters to the height the network works best at, within its pixel budget."""
    height, width = pixels.shape[:2]
    scale = min(_LETTER_PX / letter_height(pixels), np.sqrt(_MOST_PIXELS / (height * width)))
    return float(np.clip(scale, *_SCALES))


def find_text(pixels: PixelArray) -> tuple[TextPlace, ...]:
    """Every place of text in an RGB figure, in reading order, split at wide gaps and tight around the ink."""
    places = []
    for loose in _detect(pixels, detection_scale(pixels)):
        rotation = _rotation(pixels, loose)
        places += [TextPlace(box, rotation) for box in tight_boxes(pixels, loose, rotation)]
    return tuple(sorted(places, key=lambda p: (p.box.centre[1], p.box.centre[0])))


def _rotation(pixels: PixelArray, loose: Box) -> int:
    """90 for a box much taller than wide, or one whose letters stand one above the other; else 0."""
    if loose.height > _TALL * loose.width:
        return 90
    return 90 if loose.height > 0.9 * loose.width and stacked_blobs(pixels, loose) >= 2 else 0


def _detect(pixels: PixelArray, scale: float) -> list[Box]:
    """Loose text boxes in the figure's own pixels."""
    height, width = pixels.shape[:2]
    # The network halves its input five times: sides are multiples of 32.
    size = [max(32, round(side * scale / 32) * 32) for side in (width, height)]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(pixels, size, interpolation=how)
    planes = [cv2.LUT(plane, _FED) for plane in cv2.split(scaled)[::-1]]
    session = load_session("PP-OCRv6_det_small.onnx")
    likely = session.run(None, {session.get_inputs()[0].name: np.stack(planes)[None]}, giving_back())[0][0, 0]
    return _boxes_of_map(likely, width / size[0], height / size[1])


def _boxes_of_map(likely: np.ndarray, x_scale: float, y_scale: float) -> list[Box]:
    """Upright boxes around the blobs of the network's map, grown back to the size of the text."""
    mask = cv2.dilate((likely > _TEXT_LEVEL).astype(np.uint8), np.ones((2, 2), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    level = np.bincount(labels.ravel(), likely.ravel(), count) / np.maximum(np.bincount(labels.ravel()), 1)
    boxes = []
    for left, top, wide, high, _ in stats[(np.arange(count) > 0) & (level > _BOX_LEVEL)]:
        if min(wide, high) < 3:
            continue
        grow = wide * high * _UNCLIP / (2 * (wide + high))
        boxes.append(
            Box(
                max(0.0, (left - grow) * x_scale),
                max(0.0, (top - grow) * y_scale),
                min(likely.shape[1] - 1.0, left + wide - 1 + grow) * x_scale,
                min(likely.shape[0] - 1.0, top + high - 1 + grow) * y_scale,
            )
        )
    return boxes
