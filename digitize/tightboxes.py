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
GAP = 0.95
# A flat blob below this share of the letter height is a tick or a key's dash, not a letter; a minus sign stands nearer
# to its number than _MINUS_GAP letter heights.
_FLAT = 0.3
# A blob longer than _LONG letter heights (hyphens are shorter), as flat as _SAMPLE_FLAT of one (blur swells lines of
# small pictures) and _SAMPLE_SHAPE times as wide as high is a legend's sample between two names.
_LONG, _SAMPLE_FLAT, _SAMPLE_SHAPE = 0.9, 0.5, 3.0
# Where a loose box goes on this many letter heights beyond its text, paler text is looked for.
_PALER = 2.0
# Frames and axis lines fill this share of a loose crop's height or width; letters fill half of its height.
_THROUGH = 0.7
# ... and of it this share without a break; stems of the rows above and below line up, but with paper between them.
_UNBROKEN = 0.5
# What hangs on a line that runs through the crop is a tick, not a letter, below this share of the letter height.
_STUB = 0.6
# A blob wider than this many letter heights may be a line sample of a legend.
_KEY_WIDTH = 1.2
# Two lines of text that were found as one are each at least this share of their common height.
_LINE_SHARE = 0.38
# A wide blob that fills its box like this is a legend key or a bar.
_SOLID = 0.8
_MINUS_GAP = 0.35
# A part of a box is looked at again when it is narrower than this share of it.
_NARROWER = 0.98


def ink_mask(crop: PixelArray) -> np.ndarray:
    """Boolean mask of the ink in a small crop, dark on light or light on dark, by distance from its background."""
    planes = np.ascontiguousarray(crop.reshape(-1, 3).T)
    background = np.median(planes, axis=1).astype(np.int16)
    distance = np.abs(planes.astype(np.int16) - background[:, None]).max(axis=0).reshape(crop.shape[:2])
    return distance > max(_INK_LEAST, _INK_SHARE * np.percentile(distance, 99))


def tight_boxes(pixels: PixelArray, loose: Box, rotation: int = 0, gap: float = GAP) -> list[Box]:
    """Boxes tight around the text inside a loose box, cut where a gap is wider than gap letter heights.

    A letter at either end that the loose box cuts (beside an axis line, say) is taken in whole.
    """
    given = loose
    for _ in range(2):
        left, top, ink, core = _ink_around(pixels, loose, rotation)
        blobs, cut = _letter_blobs(ink, core)
        if not any(cut):
            break
        loose = _stretched(loose, cut, rotation)
    boxes = _groups(blobs, gap)
    if rotation:
        boxes = [(b, a, d, c) for a, b, c, d in boxes]
    found = [Box(float(left + a), float(top + b), float(left + c), float(top + d)) for a, b, c, d in boxes]
    # What is left of a box that was stretched over its neighbours may be as wide as the box was.
    parts = [p for p in _uncovered(loose, found, rotation) if p.width < _NARROWER * given.width]
    return found + [b for part in parts for b in tight_boxes(pixels, part, 0, gap)]


def _uncovered(loose: Box, found: list[Box], rotation: int) -> list[Box]:
    """Parts of a loose box before and after the text found in it, long enough to hold paler text."""
    if rotation or not found:
        return []
    high = max(b.height for b in found)
    first, last = min(b.left for b in found), max(b.right for b in found)
    spans = [(loose.left, first - 0.5 * high), (last + 0.5 * high, loose.right)]
    return [Box(a, loose.top, b, loose.bottom) for a, b in spans if b - a > _PALER * high]


def _ink_around(pixels: PixelArray, loose: Box, rotation: int) -> tuple[int, int, np.ndarray, Box]:
    """(left, top, ink, core): the ink around a loose box, turned along the text, and the box within it."""
    margin = _MARGIN * min(loose.width, loose.height) + 1
    left, top = max(0, int(loose.left - margin)), max(0, int(loose.top - margin))
    crop = pixels[top : int(loose.bottom + margin) + 1, left : int(loose.right + margin) + 1]
    core = Box(loose.left - left, loose.top - top, loose.right - left, loose.bottom - top)
    ink = ink_mask(crop) if min(crop.shape[:2]) >= 3 else np.zeros((3, 3), bool)
    if rotation:
        ink, core = ink.T, Box(core.top, core.left, core.bottom, core.right)
    return left, top, ink, core


def _stretched(loose: Box, cut: tuple[bool, bool], rotation: int) -> Box:
    """The loose box longer by most of a letter at the ends where one was cut."""
    more = 0.6 * min(loose.width, loose.height)
    before, after = (more * c for c in cut)
    if rotation:
        return Box(loose.left, max(0.0, loose.top - before), loose.right, loose.bottom + after)
    return Box(max(0.0, loose.left - before), loose.top, loose.right + after, loose.bottom)


def stacked_blobs(pixels: PixelArray, loose: Box) -> int:
    """How many blobs of about the box's width stand one above the other: several mean letters turned by 90 degrees."""
    boxes = sorted(tight_boxes(pixels, loose, rotation=90, gap=0.0), key=lambda b: b.top)
    widest = max((b.width for b in boxes), default=0.0)
    count, end = 0, -1.0
    for box in boxes:
        if box.top > end and box.width > 0.6 * widest and box.height > 0.25 * widest:
            count, end = count + 1, box.bottom
    return count


def is_bar(pixels: PixelArray, box: Box) -> bool:
    """Whether a tight box holds one bare upright bar, as a tick or censor mark: printed ones have a flag or foot."""
    top, left = int(box.top), int(box.left)
    crop = pixels[top : int(box.bottom) + 1, max(0, left - 3) : int(box.right) + 4]
    if box.width > 0.4 * box.height or min(crop.shape[:2]) < 3:
        return False
    widths = ink_mask(crop).sum(axis=1)
    inked = widths[widths > 0]
    return bool(len(inked) and np.ptp(inked) <= max(1.0, 0.1 * box.height))


def _letter_blobs(ink: np.ndarray, core: Box) -> tuple[np.ndarray, tuple[bool, bool]]:
    """(n, 4) left, top, right, bottom of the letters of the text in core, and whether one is cut at its ends."""
    down, across = _runs_through(ink), _runs_through(ink.T)
    lines = down[None, :] | across[:, None]
    ink = ink & ~lines
    labels, stats, centres = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)[1:]
    height, width = ink.shape
    a, b, wide, high, area = stats[1:].T
    c, d = a + wide - 1, b + high - 1
    x, y = centres[1:].T
    inside = (x >= core.left) & (x <= core.right) & (y >= core.top) & (y <= core.bottom)
    up_or_down = ((b == 0) & (core.top > 1)) | ((d == height - 1) & (core.bottom < height - 2))
    before, after = (a == 0) & (core.left > 1), (c == width - 1) & (core.right < width - 2)
    solid = (wide > 1.3 * high) & (area > _SOLID * wide * high) & (high > 4)
    keep = inside & ~(up_or_down | before | after) & ~solid & (area >= 2)
    line = high[keep].max(initial=1)
    for i in np.flatnonzero(keep & (wide > _KEY_WIDTH * line)):
        keep[i] = not _is_key(labels[b[i] : d[i] + 1, a[i] : c[i] + 1] == i + 1)
    if lines.any() and keep.any():
        beside = np.isin(np.arange(1, len(stats)), labels[cv2.dilate(lines.astype(np.uint8), np.ones((5, 5))) > 0])
        keep &= ~(beside & (high < _STUB * high[keep].max()))
    blobs = np.stack([a, b, c, d], axis=1)
    letter = ~up_or_down & (high > _STUB * line) & (high < 1.3 * line) & (wide < line)
    near_start = before & letter & (a[keep].min(initial=width) - c < _MINUS_GAP * line)
    near_end = after & letter & (a - c[keep].max(initial=-width) < _MINUS_GAP * line)
    return _without_ticks(blobs[keep]), (bool(near_start.any()), bool(near_end.any()))


def _runs_through(ink: np.ndarray) -> np.ndarray:
    """(columns,) bool: whether a line runs down through the ink from one end, whole or nearly so."""
    through = (ink.mean(axis=0) > _THROUGH) & (ink[0] | ink[-1])
    for column in np.flatnonzero(through):
        edges = np.flatnonzero(np.diff(ink[:, column], prepend=False, append=False))
        through[column] = (edges[1::2] - edges[::2]).max() > _UNBROKEN * len(ink)
    return through


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
    blobs = np.array([b for b in blobs if not _is_sample(b, line)]).reshape(-1, 4)
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


def _is_sample(blob: np.ndarray, line: float) -> bool:
    """Whether a blob is a line too long for a hyphen of this line of text."""
    wide, high = blob[2] - blob[0] + 1, blob[3] - blob[1] + 1
    flat = _is_flat(blob, line) or (wide >= _SAMPLE_SHAPE * high and high <= _SAMPLE_FLAT * line)
    return bool(flat and wide >= _LONG * line)


def _groups(blobs: np.ndarray, gap: float) -> list[tuple[int, int, int, int]]:
    """Boxes of the groups of blobs parted by wide gaps along the text, specks left out."""
    if not len(blobs):
        return []
    tall = blobs[:, 3] - blobs[:, 1] + 1
    high = np.median(tall[tall >= 0.5 * tall.max()])
    blobs = blobs[np.argsort(blobs[:, 0])]
    reach = np.maximum.accumulate(blobs[:, 2])
    cuts = np.flatnonzero(blobs[1:, 0] - reach[:-1] - 1 > gap * high) + 1
    boxes = []
    for part in np.split(blobs, cuts):
        for line in _lines(part):
            a, b = line[:, 0].min(), line[:, 1].min()
            c, d = line[:, 2].max(), line[:, 3].max()
            if d - b + 1 >= max(4, 0.4 * high):
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
