"""Make scans and photographs of a figure upright, evenly lit and dark on light; leave clean pictures as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..records import Figure, FloatArray, PixelArray
from .raster import GreyArray, grey, shrunk, thin_ink

# Pages lie on a scanner or under a camera within a few degrees; beyond this letters lean too much for OCR.
LARGEST_TILT_DEG = 5.0
# A tilt that moves one end of the picture by less than this (px) is below what rendering itself rounds.
LEAST_SHIFT_PX = 0.4
# Lines of one direction that fan out by less than this (px, at the corner) are parallel within their error.
LEAST_FAN_PX = 1.5
# Both directions of a picture turned as a whole lean alike to this (0.25 degrees); more is perspective.
AGREEMENT = np.tan(np.deg2rad(0.25))
# The lean is judged on a picture of at most this many px a side; slopes do not change with size.
JUDGED_SIDE_PX = 1600
# Lines this long, as a share of the picture, are axis or frame lines, whose slope is known to 0.02 degrees.
LONG_SHARE = 0.4
# A line counts when it holds this share of the picture's width or height in ink.
LINE_SHARE = 0.12
# Ink of a line stands out by this many grey levels.
LINE_INK = 20.0
# Runs shorter than this share of the shorter side are letters, not lines; in px at least 7.
RUN_SHARE = 0.012
# More lines than this add nothing.
MOST_LINES = 40
# Points beyond this number do not sharpen the angle.
MOST_POINTS = 60_000
# A picture is dark when half of it is darker than this.
DARK_LEVEL = 90.0
# Clean drawings are made of flat 8 px cells; of a scan's cells hardly any is flat to one level.
CELL_PX = 8
FLAT_SHARE = 0.15
# Paper is lifted to white from this many standard deviations of its noise below its own level.
NOISE_LIFT = 2.0
# The light of a page is judged on every third pixel and computed on a grid of this many points a side.
THIN = 3
LIGHT_GRID = 33

LinePoints = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Tilt:
    """How lines of a picture lean: slope of horizontal lines (dy/dx) and of vertical ones (dx/dy).

    *_fan: change of that slope per px across the lines, not 0 in photographs taken at an angle. centre: the
    point (x, y) that stays where it is.
    """

    across: float
    across_fan: float
    upright: float
    upright_fan: float
    centre: tuple[float, float]

    def source_of(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Where a pixel of the straightened picture comes from in the tilted one."""
        dx, dy = x - self.centre[0], y - self.centre[1]
        return x + (self.upright + self.upright_fan * dx) * dy, y + (self.across + self.across_fan * dy) * dx


def straighten(figure: Figure) -> Figure:
    """The figure upright, evenly lit and dark on light; the very same figure where nothing is to be done.

    Vector figures are returned as they are. Positions of all later stages refer to the straightened picture.
    """
    if figure.strokes:
        return figure
    pixels = figure.pixels
    if float(np.median(grey(pixels[::4, ::4]))) < DARK_LEVEL:
        pixels = turn_light(pixels)
    scanned = is_scanned(pixels)
    if scanned:
        pixels = even_light(pixels)
    tilt = find_tilt(grey(pixels), scanned)
    if tilt is not None:
        pixels = undo_tilt(pixels, tilt)
    return figure if pixels is figure.pixels else replace(figure, pixels=pixels)


def turn_light(pixels: PixelArray) -> PixelArray:
    """Lightness turned over, hue kept: black paper becomes white, a blue curve stays blue."""
    wide = pixels.astype(np.int16)
    turned = wide + 255 - wide.max(axis=2, keepdims=True) - wide.min(axis=2, keepdims=True)
    return np.clip(turned, 0, 255).astype(np.uint8)


def is_scanned(pixels: PixelArray) -> bool:
    """Whether the picture went through a scanner or a camera: hardly a cell of it is of one level."""
    green = pixels[..., 1]
    height, width = (n // CELL_PX * CELL_PX for n in green.shape)
    cells = green[:height, :width].reshape(height // CELL_PX, CELL_PX, width // CELL_PX, CELL_PX)
    spread = cells.max(axis=(1, 3)).astype(int) - cells.min(axis=(1, 3))
    return float((spread <= 1).mean()) < FLAT_SHARE


def even_light(pixels: PixelArray) -> PixelArray:
    """Paper made white: the smooth part of the paper's colour divided out, its noise lifted to white."""
    import cv2

    height, width = pixels.shape[:2]
    x, y = np.meshgrid(np.linspace(-1, 1, LIGHT_GRID), np.linspace(-1, 1, LIGHT_GRID))
    terms = _terms(x, y)
    out = np.empty_like(pixels)
    for channel in range(3):
        weights, noise, brighter = _paper_light(pixels[::THIN, ::THIN, channel].astype(np.float32))
        light = sum(w * term for w, term in zip(weights, terms, strict=True))
        gain = (255.0 / np.maximum(brighter * light - NOISE_LIFT * noise, 1.0)).astype(np.float32)
        lifted = cv2.multiply(
            pixels[..., channel].astype(np.float32),
            cv2.resize(gain, (width, height), interpolation=cv2.INTER_LINEAR),
        )
        out[..., channel] = np.clip(np.rint(lifted), 0, 255).astype(np.uint8)
    return out


def _terms(x: npt.NDArray, y: npt.NDArray) -> tuple[npt.NDArray, ...]:
    """The terms of a quadratic surface."""
    return 1.0 + 0 * x * y, x + 0 * y, y + 0 * x, x * y, x * x + 0 * y, y * y + 0 * x


def _paper_light(levels: GreyArray) -> tuple[FloatArray, float, float]:
    """Weights of the quadratic surface through most of the paper, the paper's noise, and how much brighter its
    brightest part is (1 unless a grey panel stands on a white page)."""
    size = max(CELL_PX, min(levels.shape) // 40)
    height, width = (n // size * size for n in levels.shape)
    cells = levels[:height, :width].reshape(height // size, size, width // size, size)
    light = np.median(cells, axis=(1, 3))
    y, x = np.meshgrid(np.linspace(-1, 1, light.shape[0]), np.linspace(-1, 1, light.shape[1]), indexing="ij")
    matrix = np.stack([t.ravel() for t in _terms(x, y)], axis=1)
    values = light.ravel()
    keep = values >= np.quantile(values, 0.3)
    weights = np.zeros(matrix.shape[1])
    for _ in range(6):
        weights, *_ = np.linalg.lstsq(matrix[keep], values[keep], rcond=None)
        miss = values - matrix @ weights
        spread = max(1.0, 1.5 * float(np.median(np.abs(miss[keep]))))
        keep = np.abs(miss) < 3 * spread
    quiet = np.quantile(cells.std(axis=(1, 3)), 0.25)
    brighter = np.quantile(values / np.maximum(matrix @ weights, 1.0), 0.98)
    return weights, float(quiet), max(1.0, float(brighter))


def find_tilt(levels: GreyArray, scanned: bool = True) -> Tilt | None:
    """How the picture leans, judged by its long lines; None where it is upright or has no lines.

    levels: (height, width) grey, dark on light. scanned: whether it shows the noise of a scan; without it both
    directions must agree on the angle, as a drawing's slanted curves may look like leaning lines.
    """
    small, _ = shrunk(levels, JUDGED_SIDE_PX)
    height, width = small.shape
    rows, columns = _line_points(small), _line_points(small.T)
    slope = _sharpest(rows, columns)
    across = _fitted_lines(*rows, slope, width)
    upright = _fitted_lines(*columns, -slope, height)
    if len(across) + len(upright) == 0:
        return None
    tilt = _tilt(across, upright, (height, width), levels.shape)
    shift = max(abs(tilt.across) * levels.shape[1], abs(tilt.upright) * levels.shape[0])
    both = len(across) and len(upright) and abs(_middle(across) + _middle(upright)) < AGREEMENT
    if shift < LEAST_SHIFT_PX or not (scanned or (both and shift > 4 * LEAST_SHIFT_PX)):
        return None
    return tilt


def _tilt(across: FloatArray, upright: FloatArray, size: tuple[int, int], full_size: tuple[int, int]) -> Tilt:
    """One rotation for both directions, unless long lines of both lean differently (perspective).

    size, full_size: (height, width) of the picture that was judged and of the one that is to be straightened.
    """
    height, width = size
    scale = full_size[1] / width
    centre = ((full_size[1] - 1) / 2, (full_size[0] - 1) / 2)
    pooled = np.concatenate([across, upright * [1.0, -1.0, 1.0, 1.0]])
    turn = _middle(pooled)
    long_across, long_upright = (
        lines[lines[:, 3] > LONG_SHARE * n] for lines, n in ((across, width), (upright, height))
    )
    lean, lean_upright = turn, -turn
    if len(long_across) >= 2 and len(long_upright) >= 2:
        own, own_upright = _middle(long_across), _middle(long_upright)
        if abs(own + own_upright) > AGREEMENT:
            lean, lean_upright = own, own_upright
    fans = _fan(long_across, lean, size) / scale, _fan(long_upright, lean_upright, size[::-1]) / scale
    return Tilt(lean, fans[0], lean_upright, fans[1], centre)


def _middle(lines: FloatArray) -> float:
    """The median slope of fitted lines, weighted by ink and squared length as their precision is."""
    return _weighted_median(lines[:, 1], lines[:, 2] * lines[:, 3] ** 2)


def _fan(lines: FloatArray, mean: float, size: tuple[int, int]) -> float:
    """How fast the slope of lines changes from one side to the other; 0 unless many long lines agree on it."""
    if len(lines) < 4 or np.ptp(lines[:, 0]) < LONG_SHARE * size[0]:
        return 0.0
    at, slopes = lines[:, 0], lines[:, 1] - mean
    fan = float((at * slopes).sum() / (at**2).sum())
    left = np.abs(slopes - fan * at)
    agrees = np.median(left) < 0.5 * np.median(np.abs(slopes))
    return fan if agrees and abs(fan) * size[0] * size[1] / 4 > LEAST_FAN_PX else 0.0


def _line_points(levels: GreyArray) -> LinePoints:
    """Ink that runs along the rows for some px: x, y from the centre and contrast, thinned out."""
    import cv2

    side = min(levels.shape)
    ink = thin_ink(levels, "horizontal", 2 * max(3, int(0.006 * side)) + 1)
    run = max(7, int(RUN_SHARE * side))
    mask = cv2.morphologyEx((ink >= LINE_INK).astype(np.uint8), cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    y, x = np.nonzero(mask)
    step = max(1, len(x) // MOST_POINTS)
    y, x = y[::step], x[::step]
    height, width = levels.shape
    return x - (width - 1) / 2, y - (height - 1) / 2, ink[y, x].astype(float)


def _sharpest(rows: LinePoints, columns: LinePoints) -> float:
    """The slope of rows (and minus that of columns) along which the ink falls into the fewest lines.

    Both directions count alike, whatever ink they have: the sum of squares of each profile over its largest.
    """
    best = 0.0
    for reach, step in ((LARGEST_TILT_DEG, 0.1), (0.12, 0.02)):
        angles = np.rad2deg(np.arctan(best)) + np.arange(-reach, reach + step / 2, step)
        slopes = np.tan(np.deg2rad(angles))
        total = np.zeros(len(slopes))
        for sign, (x, y, weight) in ((1, rows), (-1, columns)):
            if len(x):
                energy = np.array([_energy(y - sign * s * x, weight) for s in slopes])
                total += (energy - energy.min()) / max(1.0, float(np.ptp(energy)))
        best = float(slopes[int(np.argmax(total))])
    return best


def _energy(rows: FloatArray, weight: FloatArray) -> float:
    return float((np.bincount(np.rint(rows - rows.min()).astype(int), weights=weight) ** 2).sum())


def _fitted_lines(x: FloatArray, y: FloatArray, weight: FloatArray, slope: float, width: int) -> FloatArray:
    """(k, 4) rows of (y at the centre, slope, ink points, length) of the long lines near a slope."""
    lines: list[tuple[float, float, float, float]] = []
    if len(x) == 0:
        return np.zeros((0, 4))
    level = y - slope * x
    low = level.min()
    wide = np.convolve(np.bincount(np.rint(level - low).astype(int), minlength=3), np.ones(3), "same")
    while len(lines) < MOST_LINES:
        peak = int(np.argmax(wide))
        if wide[peak] < LINE_SHARE * width:
            break
        wide[max(0, peak - 4) : peak + 5] = 0
        near = np.abs(level - low - peak) <= 2.5
        length = float(np.ptp(x[near]))
        if length >= LINE_SHARE * width:
            b, a = np.polyfit(x[near], y[near], 1, w=np.sqrt(weight[near]))
            lines.append((float(a), float(b), float(near.sum()), length))
    return np.array(lines).reshape(-1, 4)


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def undo_tilt(pixels: PixelArray, tilt: Tilt) -> PixelArray:
    """The picture resampled (cubic) so that its lines run along rows and columns; edges are continued outwards."""
    import cv2

    height, width = pixels.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=float), np.arange(height, dtype=float))
    from_x, from_y = (a.astype(np.float32) for a in tilt.source_of(x, y))
    return cv2.remap(pixels, from_x, from_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
