"""Half a pixel between axes and curves: renderers that draw strokes on whole pixels shift some of them.

A stroke of odd width drawn crisp covers whole pixels about a pixel's centre, one of even width about a pixel's
edge. matplotlib (and renderers with integer coordinates) choose the pixel so that, on average, strokes of odd
width come to lie half a pixel right of and below those of even width that stand for the same value. Measured on
19 drawings of matplotlib at 72 to 200 dpi: curves of even width lay 0.47 px left of and 0.52 px above the ticks of
odd width, curves of odd width as much right of and below the ticks of even width.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..records import AxisCalibration, Box, FloatArray, PixelArray
from .raster import GreyArray, find_lines
from .ticks import AxisTicks

# Fewer strokes than this may be crisp by chance.
FEWEST_STROKES = 5
# A crisp stroke has its centre on the grid to this; nearly all strokes of a kind must be crisp.
CENTRE_SLACK = 0.12
CRISP_SHARE = 0.8
# Flat pieces of curves are at least this long (share of the plot's width, and px) and shorter than lines of a grid.
FLAT_SHARE = 0.012
FLAT_PX = 7
GRID_SHARE = 0.85
# The longest flats are the surest: where steps follow each other closely, levels run into one another.
MOST_FLATS = 24
# Thickest curve and least contrast (grey levels of its strongest channel).
THICKEST_PX = 11
CURVE_CONTRAST = 60.0


def stroke_phase(centres: FloatArray, widths: FloatArray) -> float | None:
    """0.5 for crisp strokes of odd width, 0.0 for those of even width, None where strokes are not crisp.

    centres: (k,) px positions across the strokes; widths: (k,) px. Only strokes of the commonest width count.
    """
    if len(centres) < FEWEST_STROKES:
        return None
    whole = np.rint(widths).astype(int)
    width = int(np.bincount(whole).argmax())
    alike = np.abs(widths - width) <= 0.5
    off = centres[alike] - (0.0 if width % 2 else 0.5)
    on_grid = np.abs(off - np.rint(off)) <= CENTRE_SLACK
    if alike.sum() < FEWEST_STROKES or on_grid.mean() < CRISP_SHARE:
        return None
    return 0.5 if width % 2 else 0.0


def half_pixel(ticks: tuple[AxisTicks, ...], pixels: PixelArray, area: Box) -> float:
    """How far (px, right and down) curves of a plot lie from where its ticks put them: 0, 0.5 or -0.5."""
    centres = np.concatenate([t.seen_px for t in ticks])
    widths = np.concatenate([t.seen_width for t in ticks])
    of_ticks = stroke_phase(centres, widths)
    if of_ticks is None:
        return 0.0
    of_curves = curve_phase(pixels, area)
    return 0.0 if of_curves is None else of_curves - of_ticks


def shifted(ticks: AxisTicks, shift: float) -> AxisTicks:
    """The axis calibrated for strokes that lie `shift` px right of or below its ticks."""
    c = ticks.calibration
    moved = AxisCalibration(c.intercept - c.slope * shift, c.slope, c.ticks_px + shift, c.ticks, c.residual_px)
    return replace(ticks, calibration=moved)


def curve_phase(pixels: PixelArray, area: Box) -> float | None:
    """The phase of the curves' flat pieces inside a plot, None where they are not crisp."""
    top, left = int(max(0, area.top)), int(max(0, area.left))
    inside = pixels[top : int(area.bottom) + 1, left : int(area.right) + 1]
    if min(inside.shape[:2]) < THICKEST_PX:
        return None
    levels = _strongest_ink(inside)
    width = inside.shape[1]
    flats = find_lines(
        levels,
        "horizontal",
        shortest=max(FLAT_PX, FLAT_SHARE * width),
        reach=THICKEST_PX,
        contrast=CURVE_CONTRAST,
    )
    flats = sorted((k for k in flats if k.length < GRID_SHARE * width), key=lambda k: -k.length)[:MOST_FLATS]
    return stroke_phase(np.array([k.at for k in flats]), np.array([k.width for k in flats]))


def _strongest_ink(inside: PixelArray) -> GreyArray:
    """Grey levels in which ink of any hue is dark: 255 less the largest difference of a channel from the paper."""
    paper = np.median(inside[::2, ::2].reshape(-1, 3), axis=0)
    return 255.0 - np.abs(inside.astype(np.float32) - paper.astype(np.float32)).max(axis=2)
