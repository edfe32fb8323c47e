"""Pixel operations that several stages share: grey levels, thin lines, runs, sub-pixel peaks.

Frame: origin at the centre of the top-left pixel, x right, y down, all lengths in pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..records import FloatArray, PixelArray

GreyArray = npt.NDArray[np.float32]
MaskArray = npt.NDArray[np.bool_]
Orientation = Literal["horizontal", "vertical"]

# So many samples along a line give its profile across.
SAMPLES = 100
# Rows worked on at a time: a plate of 23 megapixels in floats would be 270 MB, a stripe of it is 20.
STRIPE_ROWS = 512
# Rec. 601 luma, the weights that scanners and JPEG use for grey.
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Line:
    """A straight stroke along one axis of the picture.

    at: centre across the stroke (y of a horizontal, x of a vertical line), sub-pixel. start, end: its ends
    along the stroke. width: thickness. contrast: grey levels against its surroundings, below 0 for light on dark.
    """

    orientation: Orientation
    at: float
    start: float
    end: float
    width: float
    contrast: float

    @property
    def length(self) -> float:
        return self.end - self.start

    def scaled(self, factor: float) -> Line:
        """The same line in a picture `factor` times as large."""
        at, start, end = ((v + 0.5) * factor - 0.5 for v in (self.at, self.start, self.end))
        return Line(self.orientation, at, start, end, self.width * factor, self.contrast)


def grey(pixels: PixelArray) -> GreyArray:
    """(height, width) grey level 0 (black) to 255 of (height, width, 3) RGB."""
    levels = np.empty(pixels.shape[:2], np.float32)
    for rows in stripes(len(pixels)):
        levels[rows] = pixels[rows].astype(np.float32) @ _LUMA
    return levels


def unlike(levels: GreyArray, level: float, contrast: float) -> MaskArray:
    """(height, width) whether each pixel is more than `contrast` grey levels darker or lighter than a level."""
    mask = np.empty(levels.shape, bool)
    for rows in stripes(len(levels)):
        mask[rows] = np.abs(levels[rows] - level) > contrast
    return mask


def stripes(height: int) -> Iterator[slice]:
    """Slices of STRIPE_ROWS rows that cover a picture of so many rows, from the top."""
    return (slice(top, min(top + STRIPE_ROWS, height)) for top in range(0, height, STRIPE_ROWS))


def shrunk(levels: GreyArray, side: int) -> tuple[GreyArray, float]:
    """The picture scaled down so that no side is longer than `side` px, and how many times smaller it is."""
    import cv2

    factor = max(levels.shape) / side
    if factor <= 1:
        return levels, 1.0
    small = cv2.resize(levels, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32, copy=False), factor


def thin_ink(levels: GreyArray, orientation: Orientation, reach: int, dark: bool = True) -> GreyArray:
    """(height, width) contrast of strokes thinner than reach px that run along the orientation.

    Black-hat (dark) or top-hat (light) across the stroke: what a closing or opening fills is the stroke.
    """
    import cv2

    kernel = np.ones((reach, 1) if orientation == "horizontal" else (1, reach), np.uint8)
    image = np.empty(levels.shape, np.uint8)
    np.clip(levels, 0, 255, out=image, casting="unsafe")
    operation = cv2.MORPH_BLACKHAT if dark else cv2.MORPH_TOPHAT
    return cv2.morphologyEx(image, operation, kernel).astype(np.float32)


def find_lines(
    levels: GreyArray,
    orientation: Orientation,
    *,
    shortest: float,
    reach: int,
    contrast: float,
    dark: bool = True,
) -> tuple[Line, ...]:
    """Straight strokes at least `shortest` px long and thinner than `reach`, by a long morphological opening.

    Gaps of a few px (a curve or a tick drawn over the line, JPEG noise) are bridged.
    contrast: least grey levels between stroke and surroundings.
    """
    import cv2

    ink = thin_ink(levels, orientation, reach, dark)
    if orientation == "vertical":
        ink = ink.T
    mask = np.ascontiguousarray(ink >= contrast).astype(np.uint8)
    for operation, length in ((cv2.MORPH_CLOSE, max(3, reach // 2)), (cv2.MORPH_OPEN, max(3, int(shortest)))):
        # An even kernel has no centre and would move the line by a pixel.
        mask = cv2.morphologyEx(mask, operation, np.ones((1, length | 1), np.uint8)).astype(np.uint8, copy=False)
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    lines = [_measure(ink, stats[i], orientation, dark) for i in range(1, count)]
    return tuple(line for line in lines if line.width <= reach)


def _measure(ink: GreyArray, stat: npt.NDArray, orientation: Orientation, dark: bool) -> Line:
    left, top, width, height = (int(v) for v in stat[:4])
    rows = slice(max(0, top - 1), top + height + 1)
    step = max(1, width // SAMPLES)
    profile = np.median(ink[rows, left : left + width : step], axis=1)
    total = float(profile.sum())
    if total <= 0:
        profile = ink[rows, left : left + width].mean(axis=1)
        total = float(profile.sum()) or 1.0
    at = float((profile * np.arange(rows.start, rows.start + len(profile))).sum() / total)
    peak = float(profile.max()) or 1.0
    return Line(orientation, at, left, left + width - 1.0, total / peak, peak if dark else -peak)


def peaks(profile: FloatArray, least: float, widest: float) -> FloatArray:
    """(k, 3) sub-pixel centres, heights and widths of the bumps of a profile that rise above `least`.

    The centre is the intensity centroid of the bump, its width the ink over the height; bumps wider than
    `widest` px at half height (letters, shading) are left out.
    """
    above = np.concatenate([[False], profile >= least, [False]])
    starts = np.flatnonzero(above[1:] & ~above[:-1])
    ends = np.flatnonzero(~above[1:] & above[:-1])
    found = []
    for start, end in zip(starts, ends, strict=True):
        first, last = max(0, start - 1), min(len(profile), end + 1)
        part = np.clip(np.asarray(profile[first:last], float), 0, None)
        height = float(part.max())
        if (part >= height / 2).sum() <= widest:
            centre = float((part * np.arange(first, last)).sum() / part.sum())
            found.append((centre, height, float(part.sum()) / height))
    return np.array(found, dtype=float).reshape(-1, 3)
