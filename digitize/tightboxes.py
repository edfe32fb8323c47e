"""Draw boxes tight around the ink of text: frames, ticks and neighbours left out, wide gaps cut."""

from __future__ import annotations

import cv2
import numpy as np

from ..records import Box, PixelArray

# Ink differs from the crop's background by this share of the strongest ink there; at least the noise of a scan.
_INK_SHARE = 0.4
_INK_LEAST = 24
# A loose box is looked at with this margin (share of its short side), so that foreign ink shows by running out.
_MARGIN = 0.3
# A gap as wide as this many letter heights parts two texts; word spaces stay below 0.5.
GAP = 0.85
# A flat blob below this share of the letter height is a tick or a key's dash, not a letter; a hyphen inside a text is
# shorter than _LONG letter heights, and a minus sign stands nearer to its number than _MINUS_GAP letter heights.
_FLAT = 0.3
_LONG = 0.9
# What hangs on a line that runs through the crop is a tick, not a letter, below this share of the letter height.
_STUB = 0.6
# A blob wider than this many letter heights may be a line sample of a legend.
_KEY_WIDTH = 1.2
# Two lines of text that were found as one are each at least this share of their common height.
_LINE_SHARE = 0.38
# A wide blob that fills its box like this is a legend key or a bar.
_SOLID = 0.8
_MINUS_GAP = 0.35


def ink_mask(crop: PixelArray) -> np.ndarray:
    """Boolean mask of the ink in a small crop, dark on light or light on dark, by distance from its background."""
    background = np.median(crop.reshape(-1, 3), axis=0)
    distance = np.abs(crop.astype(np.int16) - background.astype(np.int16)).max(axis=2)
    return distance > max(_INK_LEAST, _INK_SHARE * np.percentile(distance, 99))


def tight_boxes(pixels: PixelArray, loose: Box, rotation: int = 0, gap: float = GAP) -> list[Box]:
    """Boxes tight around the text inside a loose box, cut where a gap is wider than gap letter heights."""
    margin = _MARGIN * min(loose.width, loose.height) + 1
    left, top = max(0, int(loose.left - margin)), max(0, int(loose.top - margin))
    crop = pixels[top : int(loose.bottom + margin) + 1, left : int(loose.right + margin) + 1]
    if min(crop.shape[:2]) < 3:
        return []
    ink = ink_mask(crop)
    core = Box(loose.left - left, loose.top - top, loose.right - left, loose.bottom - top)
    if rotation:
        ink, core = ink.T, Box(core.top, core.left, core.bottom, core.right)
    boxes = _groups(_letter_blobs(ink, core), gap)
    if rotation:
        boxes = [(b, a, d, c) for a, b, c, d in boxes]
    return [Box(float(left + a), float(top + b), float(left + c), float(top + d)) for a, b, c, d in boxes]


def stacked_blobs(pixels: PixelArray, loose: Box) -> int:
    """How many blobs of about the box's width stand one above the other: several mean letters turned by 90 degrees."""
    boxes = sorted(tight_boxes(pixels, loose, rotation=90, gap=0.0), key=lambda b: b.top)
    widest = max((b.width for b in boxes), default=0.0)
    count, end = 0, -1.0
    for box in boxes:
        if box.top > end and box.width > 0.6 * widest and box.height > 0.25 * widest:
            count, end = count + 1, box.bottom
    return count


def _letter_blobs(ink: np.ndarray, core: Box) -> np.ndarray:
    """(n, 4) left, top, right, bottom of the blobs that are letters of the text in core."""
    lines = ink.all(axis=0)[None, :] | ink.all(axis=1)[:, None]
    ink = ink & ~lines
    labels, stats, centres = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)[1:]
    height, width = ink.shape
    a, b, wide, high, area = stats[1:].T
    c, d = a + wide - 1, b + high - 1
    x, y = centres[1:].T
    inside = (x >= core.left) & (x <= core.right) & (y >= core.top) & (y <= core.bottom)
    runs_out = (a == 0) & (core.left > 1) | (b == 0) & (core.top > 1)
    runs_out |= (c == width - 1) & (core.right < width - 2) | (d == height - 1) & (core.bottom < height - 2)
    solid = (wide > 1.3 * high) & (area > _SOLID * wide * high) & (high > 4)
    keep = inside & ~runs_out & ~solid & (area >= 2)
    line = high[keep].max(initial=1)
    for i in np.flatnonzero(keep & (wide > _KEY_WIDTH * line)):
        keep[i] = not _is_key(labels[b[i] : d[i] + 1, a[i] : c[i] + 1] == i + 1)
    if lines.any() and keep.any():
        beside = np.isin(
            np.arange(1, len(stats)), labels[cv2.dilate(lines.astype(np.uint8), np.ones((5, 5))) > 0]
        )
        keep &= ~(beside & (high < _STUB * high[keep].max()))
    return _without_ticks(np.stack([a, b, c, d], axis=1)[keep])


def _is_key(blob: np.ndarray) -> bool:
    """Whether a wide blob is a bare line at both ends with one row right through: a legend's sample, an underline."""
    high, wide = blob.shape
    bare = blob.sum(axis=0) <= max(2.0, 0.35 * high)
    end = max(1, wide // 6)
    through = blob.sum(axis=1).max() >= 0.95 * wide
    return bool(through and bare.mean() >= 0.6 and bare[:end].all() and bare[-end:].all())


def _without_ticks(blobs: np.ndarray) -> np.ndarray:
    """The blobs without tick marks above or below the line of text and without dashes at its ends."""
    if not len(blobs):
        return blobs
    wide, high = blobs[:, 2] - blobs[:, 0] + 1, blobs[:, 3] - blobs[:, 1] + 1
    body = blobs[high >= 0.5 * high.max()]
    top, bottom = np.median(body[:, 1]), np.median(body[:, 3])
    off_line = (blobs[:, 3] < top) | (blobs[:, 1] > bottom)
    long = np.maximum(wide, high) > 1.8 * np.minimum(wide, high)
    blobs = blobs[~(off_line & long)]
    line = bottom - top + 1
    blobs = np.array(
        [b for b in blobs if not (_is_flat(b, line) and b[2] - b[0] + 1 >= _LONG * line)]
    ).reshape(-1, 4)
    blobs = blobs[np.argsort(blobs[:, 0])]
    while len(blobs) and _is_flat(blobs[-1], line):
        blobs = blobs[:-1]
    while len(blobs) > 1 and _is_flat(blobs[0], line) and blobs[1][0] - blobs[0][2] > _MINUS_GAP * line:
        blobs = blobs[1:]
    return blobs


def _is_flat(blob: np.ndarray, line: float) -> bool:
    """Whether a blob is a dash: much wider than high, and flat beside the line of text."""
    wide, high = blob[2] - blob[0] + 1, blob[3] - blob[1] + 1
    return bool(wide >= 1.8 * high and high <= max(2.0, _FLAT * line))


def _groups(blobs: np.ndarray, gap: float) -> list[tuple[int, int, int, int]]:
    """Boxes of the groups of blobs parted by wide gaps along the text, specks left out."""
    if not len(blobs):
        return []
    high = blobs[:, 3].max() - blobs[:, 1].min() + 1
    blobs = blobs[np.argsort(blobs[:, 0])]
    reach = np.maximum.accumulate(blobs[:, 2])
    cuts = np.flatnonzero(blobs[1:, 0] - reach[:-1] - 1 > gap * high) + 1
    boxes = []
    for part in np.split(blobs, cuts):
        for line in _lines(part):
            a, b = line[:, 0].min(), line[:, 1].min()
            c, d = line[:, 2].max(), line[:, 3].max()
            if d - b + 1 >= max(4, 0.3 * high):
                boxes.append((int(a), int(b), int(c), int(d)))
    return boxes


def _lines(blobs: np.ndarray) -> list[np.ndarray]:
    """The blobs parted where an empty row runs between two lines of text that were found as one."""
    order = blobs[np.argsort(blobs[:, 1])]
    top, bottom = order[0, 1], order[:, 3].max()
    reach = np.maximum.accumulate(order[:, 3])
    for k in np.flatnonzero(order[1:, 1] > reach[:-1] + 1) + 1:
        above, below = reach[k - 1] - top + 1, bottom - order[k, 1] + 1
        if min(above, below) >= _LINE_SHARE * (bottom - top + 1):
            return [order[:k], order[k:]]
    return [blobs]
