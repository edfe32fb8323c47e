"""Make scans and photographs of a figure upright, evenly lit and dark on light; leave clean ones alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..records import Figure, FloatArray, PixelArray
from .raster import GreyArray, grey, stripes
from .tilt import Tilt, find_tilt, turned_by

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


def turn_level(figure: Figure, slope: float) -> Figure:
    """The figure turned so that rows of this slope (dy/dx) run level."""
    return replace(figure, pixels=undo_tilt(figure.pixels, turned_by(slope, figure.pixels.shape)))


def turn_light(pixels: PixelArray) -> PixelArray:
    """Lightness turned over, hue kept: black paper becomes white, a blue curve stays blue."""
    out = np.empty_like(pixels)
    for rows in stripes(len(pixels)):
        wide = pixels[rows].astype(np.int16)
        turned = wide + 255 - wide.max(axis=2, keepdims=True) - wide.min(axis=2, keepdims=True)
        out[rows] = np.clip(turned, 0, 255)
    return out


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
        gain = cv2.resize(gain, (width, height), interpolation=cv2.INTER_LINEAR)
        for rows in stripes(height):
            lifted = pixels[rows, :, channel] * gain[rows]
            out[rows, :, channel] = np.clip(np.rint(lifted), 0, 255)
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


def undo_tilt(pixels: PixelArray, tilt: Tilt) -> PixelArray:
    """The picture resampled (cubic) so that its lines run along rows and columns; edges are continued outwards."""
    import cv2

    height, width = pixels.shape[:2]
    out = np.empty_like(pixels)
    for rows in stripes(height):
        x, y = np.meshgrid(np.arange(width, dtype=float), np.arange(rows.start, rows.stop, dtype=float), sparse=True)
        from_x, from_y = (a.astype(np.float32) for a in tilt.source_of(x, y))
        out[rows] = cv2.remap(pixels, from_x, from_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return out
