"""Ink of a plot area: background, strength, colour, and how much of each pixel one arm's ink covers.

All arrays are crops of the figure, (height, width) or (height, width, 3), row 0 at the top. Anti-aliased pixels are
mixtures of ink and paper; a mixture is undone along the straight line between the two colours in RGB, in which
drawing software blends.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..records import FloatArray, MaskArray, PixelArray, Rgb

INK_CONTRAST = 40.0
"""RGB distance from the background above which a pixel carries ink; JPEG noise at quality 40 stays below."""
MIXTURE_TOLERANCE = 34.0
"""RGB distance from the line paper-ink at which a pixel's membership has fallen to 0.6: noise of JPEG at quality 70."""
STRANGER = 70.0
"""RGB distance beyond which a core's colour is none of the known inks."""
FAINTEST = 18.0
"""RGB distance from the paper below which a pixel is paper, whatever its neighbours."""
SAME_COLOR = 14.0
"""Lab distance below which two inks are one; the closest pair of arms in our figures is 17 apart."""

# Colours and distances of a whole picture: half the memory of FloatArray.
ColorArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class InkMap:
    """The plot area taken apart into paper and ink.

    paper: colour of the background at each pixel (bands included).
    strength: RGB distance from that paper. core: colour of the strongest ink pixel within one pixel.
    usual_paper: (3,) the median of the paper's colours.
    """

    rgb: ColorArray
    paper: ColorArray
    strength: ColorArray
    core: ColorArray
    usual_paper: ColorArray


def map_ink(crop: PixelArray) -> InkMap:
    """Take a crop of a figure, (height, width, 3) RGB, apart into paper and ink."""
    rgb = crop.astype(np.float32)
    paper = _local_paper(crop)
    strength = length_of(rgb - paper)
    usual = np.median(paper.reshape(-1, 3), axis=0)
    return InkMap(rgb, paper, strength, _core_colors(rgb, strength), usual)


def ink_where(ink: InkMap, mask: MaskArray) -> InkMap:
    """The (n,) pixels of a mask alone: strength (n,), colours (n, 3)."""
    return InkMap(ink.rgb[mask], ink.paper[mask], ink.strength[mask], ink.core[mask], ink.usual_paper)


def _dot(a: ColorArray, b: ColorArray) -> ColorArray:
    """Sums of products over the last axis, of three: numpy's own sum over so short an axis takes six times as long."""
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def length_of(a: ColorArray) -> ColorArray:
    return np.sqrt(_dot(a, a))


def to_lab(rgb: npt.ArrayLike) -> ColorArray:
    """CIE Lab of RGB values 0 to 255; same shape."""
    flat = np.asarray(rgb, np.float32).reshape(1, -1, 3) / 255.0
    return cv2.cvtColor(flat, cv2.COLOR_RGB2Lab).astype(np.float32, copy=False).reshape(np.shape(rgb))


def color_distance(a: Rgb | FloatArray, b: Rgb | FloatArray) -> float:
    """Euclidean distance of two colours in Lab."""
    return float(np.linalg.norm(to_lab(np.asarray(a, float)) - to_lab(np.asarray(b, float))))


def paper_color(crop: PixelArray) -> FloatArray:
    """The most frequent colour of a crop, to within 8 grey levels, as (3,) RGB."""
    coarse = (crop.reshape(-1, 3) >> 3).astype(np.int64)
    codes = (coarse[:, 0] << 10) | (coarse[:, 1] << 5) | coarse[:, 2]
    most = np.bincount(codes).argmax()
    return np.median(crop.reshape(-1, 3)[codes == most], axis=0)


def _local_paper(crop: PixelArray) -> ColorArray:
    """Background colour of every pixel: the plot's paper, or the tint of a confidence band where one lies under it.

    A wide median removes lines; where it lands on the colour of strong ink (a thick run of marks) the paper counts.
    """
    paper = paper_color(crop).astype(np.float32)
    size = int(np.clip(min(crop.shape[:2]) // 16, 7, 25)) | 1
    local = cv2.medianBlur(crop, size).astype(np.float32)
    distance = length_of(local - paper)
    # A band is a tint: light, and far from as strong as the inks drawn over it.
    tint_limit = 0.55 * _strong_ink(crop, paper)
    is_paper = (distance < 12.0) | (distance > tint_limit)
    local[is_paper] = paper
    return local


def _strong_ink(crop: PixelArray, paper: ColorArray) -> float:
    """Contrast of the strongest inks in a crop: the 99.5th percentile of distances from the paper, at least 120."""
    distance = length_of(crop[::2, ::2].astype(np.float32) - paper)
    return max(120.0, float(np.percentile(distance, 99.5)))


def _core_colors(rgb: ColorArray, strength: ColorArray) -> ColorArray:
    """Colour of the strongest of each pixel and its eight neighbours, so that edges take their line's colour."""
    best, core = strength.copy(), rgb.copy()
    padded = np.pad(strength, 1)
    h, w = strength.shape
    # How much farther on in the picture, row after row, the strongest one stands.
    ahead = np.zeros((h, w), np.int32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            beside = padded[1 + dy : 1 + dy + h, 1 + dx : 1 + dx + w]
            better = beside > best
            np.copyto(best, beside, where=better)
            np.copyto(ahead, dy * w + dx, where=better)
    moved = np.flatnonzero(ahead)
    core.reshape(-1, 3)[moved] = rgb.reshape(-1, 3)[moved + ahead.ravel()[moved]]
    return core


def coverage(ink: InkMap, color: Rgb) -> FloatArray:
    """Share of each pixel covered by the given ink, 0 to 1, after undoing the mixture with the paper.

    Shaped as the ink's strength. Pixels far from the line between paper and ink in RGB belong to something else and get
    0.
    """
    direction = np.asarray(color, np.float32) - ink.paper
    length2 = np.maximum(_dot(direction, direction), 1.0)
    beyond = ink.rgb - ink.paper
    share = _dot(beyond, direction) / length2
    off_line = beyond - share[..., None] * direction
    miss2 = _dot(off_line, off_line) / MIXTURE_TOLERANCE**2
    excess = np.maximum(share - 1.0, 0.0) * np.sqrt(length2) / MIXTURE_TOLERANCE
    member = np.exp(-0.5 * (miss2 + excess**2))
    return np.clip(share, 0.0, 1.0) * member


def nearest_ink(ink: InkMap, colors: tuple[Rgb, ...]) -> FloatArray:
    """Which of the colours each pixel's line is drawn in, by the colour of its core; -1 for paper and for strangers.

    int, shaped as the ink's strength. A core fainter than a colour, on the way from paper to it, may be that colour
    blurred; a core stronger than a colour cannot.
    """
    core = ink.core - ink.paper
    miss = np.full((len(colors) + 1, *ink.strength.shape), STRANGER, np.float32)
    for k, color in enumerate(colors):
        direction = np.asarray(color, np.float32) - ink.paper
        length = np.maximum(length_of(direction), 1.0)
        share = _dot(core, direction) / length**2
        aside = length_of(core - share[..., None] * direction)
        along = np.where(share < 1.0, 0.35 * (1.0 - share), share - 1.0) * length
        miss[k] = np.hypot(aside, along)
    label = miss.argmin(axis=0)
    return np.where((label == len(colors)) | (ink.strength <= FAINTEST), -1, label)


def dominant_colors(ink: InkMap, mask: MaskArray, least_share: float = 0.004) -> list[tuple[Rgb, int]]:
    """Colours that much of the ink has, strongest cluster first, as (colour, number of core pixels).

    mask: (height, width) bool, where to look. least_share: the smallest cluster kept, as a share of the mask's ink.
    """
    chosen = mask & (ink.strength > INK_CONTRAST)
    colors = ink.core[chosen]
    if len(colors) == 0:
        return []
    lab = _lab_of_each(colors)
    found: list[tuple[Rgb, int]] = []
    left = np.ones(len(lab), bool)
    least = max(12, int(least_share * len(lab)))
    while left.sum() >= least and len(found) < 16:
        centre = _densest(lab[left])
        alike = length_of(lab - centre) < SAME_COLOR
        near = left & alike
        if near.sum() < least:
            break
        found.append((_as_rgb(np.median(colors[near], axis=0)), int(near.sum())))
        left &= ~alike
    return found


def _lab_of_each(colors: ColorArray) -> ColorArray:
    """CIE Lab of (n, 3) whole RGB values: much ink has few colours, and the way to Lab is long."""
    codes = colors.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    _, first, which = np.unique(codes, return_index=True, return_inverse=True)
    return to_lab(colors[first])[which]


def _densest(lab: ColorArray) -> ColorArray:
    """Mode of (n, 3) Lab colours: the fullest cell of a grid of side 6, then the mean of what lies around it."""
    cells = np.floor(lab / 6.0).astype(np.int64) + 64
    codes = (cells[:, 0] << 16) | (cells[:, 1] << 8) | cells[:, 2]
    values, counts = np.unique(codes, return_counts=True)
    centre = lab[codes == values[counts.argmax()]].mean(axis=0)
    for _ in range(3):
        near = length_of(lab - centre) < 8.0
        centre = lab[near].mean(axis=0)
    return centre


def _as_rgb(color: FloatArray) -> Rgb:
    r, g, b = (round(float(v)) for v in color)
    return r, g, b


def line_width(own: FloatArray) -> float:
    """Stroke width in px of an ink: the commoner of its run lengths down columns and along rows, whichever is less."""
    solid = own > 0.5
    lengths = [_common_run(solid), _common_run(solid.T)]
    return float(max(1.0, min(lengths)))


def _common_run(solid: MaskArray) -> float:
    """Length of vertical runs of True that holds most of the ink, among runs up to 40 px."""
    # Column after column in one line, each with a row of paper after it.
    padded = np.zeros((solid.shape[1], solid.shape[0] + 1), bool)
    padded[:, :-1] = solid.T
    change = np.flatnonzero(np.diff(padded.ravel(), prepend=False))
    lengths = change[1::2] - change[::2]
    lengths = lengths[lengths <= 40]
    return float(np.bincount(lengths, weights=lengths).argmax()) if len(lengths) else 1.0
