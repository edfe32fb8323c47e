"""Names printed into each other in two colours: each is read alone, with the ink of the other taken for paper.

Labels stand where their curves end, and curves end close together; a curve crosses a label in the same way.
"""

from __future__ import annotations

import numpy as np

from ..records import Box, FloatArray, IntArray, MaskArray, PixelArray, TextLine
from .inks import paper_color, to_lab
from .recognition import Reading, cut_crop, read_crops

UNSURE, SURE = 0.8, 0.9
"""Confidence below which a text is looked at, and from which a part of it is believed: two names printed into each
other had 0.46, the same parted 0.98 and more."""
LETTERS = 4
"""Fewest letters of a text that is looked at."""
TWO_COLORS = 25.0
"""Lab distance from which the inks of a text are two: that within which letters have their curve's colour."""
LEAST_SHARE = 0.15
"""Least share of a text's ink that has the rarer colour."""
STRONG = 0.6
"""Contrast, as a share of the strongest, of pixels whose colour is their ink's and not that of a soft edge."""
ROUNDS = 5
"""Times that the two colours are made the means of their pixels."""


def parted_by_color(pixels: PixelArray, lines: list[TextLine]) -> list[TextLine]:
    """The lines, those that were hardly read and are of two inks replaced by what each ink says alone."""
    out = []
    for line in lines:
        unsure = line.confidence < UNSURE and line.rotation == 0 and sum(map(str.isalpha, line.text)) >= LETTERS
        out += (_parts(pixels, line.box) if unsure else []) or [line]
    return out


def _parts(pixels: PixelArray, box: Box) -> list[TextLine]:
    """The texts of either ink in a box that are read for sure."""
    top, left = max(0, int(box.top)), max(0, int(box.left))
    crop = pixels[top : int(box.bottom) + 2, left : int(box.right) + 2]
    masks = _two_inks(crop)
    if masks is None:
        return []
    found = []
    for mask, other in (masks, masks[::-1]):
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        part = Box(left + columns[0], top + rows[0], left + columns[-1], top + rows[-1])
        found.append((part, cut_alone(pixels, part, (top, left), other)))
    readings = read_crops([part for _, part in found])
    return [TextLine(r.text, part, r.confidence) for r, (part, _) in zip(readings, found, strict=True) if _is_name(r)]


def cut_alone(pixels: PixelArray, box: Box, corner: tuple[int, int], other: MaskArray) -> PixelArray:
    """A box cut out to be read, other ink taken for paper. other: its pixels in the part of the picture from corner
    (top, left) on.
    """
    alone, (top, left) = pixels.copy(), corner
    part = alone[top : top + other.shape[0], left : left + other.shape[1]]
    part[other] = paper_color(part)
    return cut_crop(alone, box)


def _is_name(reading: Reading) -> bool:
    return reading.confidence >= SURE and sum(map(str.isalpha, reading.text)) > 1


def _two_inks(crop: PixelArray) -> tuple[MaskArray, MaskArray] | None:
    """The pixels of either of two inks, None where there is one."""
    away = crop.astype(float) - paper_color(crop)
    contrast = np.linalg.norm(away, axis=2)
    if contrast.max(initial=0.0) == 0:
        return None
    strong = away[contrast >= STRONG * contrast.max()]
    colors = _two_colors(strong + paper_color(crop)) - paper_color(crop)
    first = nearer_ink(away, colors) == 0
    inked = contrast >= 0.5 * STRONG * contrast.max()
    one, two = inked & first, inked & ~first
    apart = float(np.linalg.norm(np.subtract(*to_lab(colors + paper_color(crop)))))
    rarer = min(one.sum(), two.sum()) / max(int(inked.sum()), 1)
    return (one, two) if apart > TWO_COLORS and rarer >= LEAST_SHARE else None


def nearer_ink(away: FloatArray, colors: FloatArray) -> IntArray:
    """(height, width) which of several inks each pixel has; a soft edge lies between the paper and its ink.

    away: (height, width, 3) RGB less the paper's; colors: (inks, 3) the same of the inks.
    """
    unit = colors / np.maximum(np.linalg.norm(colors, axis=1, keepdims=True), 1e-9)
    along = np.maximum(away @ unit.T, 0.0)
    return np.linalg.norm(away[:, :, None, :] - along[..., None] * unit, axis=3).argmin(axis=2)


def _two_colors(strong: FloatArray) -> FloatArray:
    """(2, 3) RGB: the two colours about which pixels lie, by two means from the two farthest apart."""
    lab = to_lab(strong)
    middle = np.linalg.norm(lab - lab.mean(axis=0), axis=1)
    far = int(middle.argmax())
    means = np.stack([lab[far], lab[int(np.linalg.norm(lab - lab[far], axis=1).argmax())]])
    rgb = np.stack([strong[far], strong[far]])
    for _ in range(ROUNDS):
        near = np.linalg.norm(lab[:, None] - means, axis=2).argmin(axis=1)
        if len(np.unique(near)) < 2:
            break
        means = np.stack([lab[near == k].mean(axis=0) for k in (0, 1)])
        rgb = np.stack([strong[near == k].mean(axis=0) for k in (0, 1)])
    return rgb
