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

from ..records import Box, FloatArray, PixelArray
from .calibration import moved
from .raster import GreyArray, Line, Orientation, find_lines
from .ticks import AxisTicks

# Fewer strokes than this may be crisp by chance.
FEWEST_STROKES = 5
# A crisp stroke has its centre on the grid to this; nearly all strokes of a kind must be crisp.
CENTRE_SLACK = 0.12
CRISP_SHARE = 0.75
# Curves of a plot have one width, up to this (px); what differs are strokes run together.
WIDTH_SLACK = 0.4
# Ticks, unlike curves that cross, are all of one width.
ALIKE_TICKS = 0.65
# A curve's first flat piece begins this near to time 0, its level is half as near to S = 1.
START_REACH_PX = 5.0
# Ticks rounded to whole pixels scatter about their scale by 0.29 px; where they do not at all, every tick stands on
# a whole pixel by its value, and nothing was rounded.
LEAST_ROUNDING_PX = 0.1
# Traces of compression differ from the paper by so many levels. On the development figures a share of 0.0058 of
# the pixels and more in JPEG files, half of that in most clean drawings.
FAINT = (3, 8)
FAINT_SHARE = 0.005
# Flat pieces of curves are at least this long (share of the plot's width, and px) and shorter than lines of a grid.
FLAT_SHARE = 0.012
FLAT_PX = 7
GRID_SHARE = 0.85
# The longest flats are the surest: where steps follow each other closely, levels run into one another.
MOST_FLATS = 24
# Thickest curve and least contrast (grey levels of its strongest channel).
THICKEST_PX = 11
CURVE_CONTRAST = 60.0


def stroke_phase(centres: FloatArray) -> float | None:
    """0.5 where strokes are centred on pixels (odd width), 0.0 on their edges (even), None where on neither.

    centres: (k,) px positions across the strokes.
    """
    if len(centres) < FEWEST_STROKES:
        return None
    for phase in (0.5, 0.0):
        if (_off_grid(centres, phase) <= CENTRE_SLACK).mean() >= CRISP_SHARE:
            return phase
    return None


def _off_grid(centres: FloatArray | float, phase: float) -> FloatArray:
    """Distance (px) from the nearest place where a crisp stroke of that phase can be centred."""
    off = np.asarray(centres, float) - (0.5 - phase)
    return np.abs(off - np.rint(off))


def tick_phase(ticks: tuple[AxisTicks, ...]) -> float | None:
    """The phase of a plot's ticks, None where they are not crisp or, smoothed, of several widths."""
    centres = np.concatenate([t.seen_px for t in ticks])
    widths = np.rint(np.concatenate([t.seen_width for t in ticks])).astype(int)
    if len(centres) == 0:
        return None
    alike = widths == np.bincount(widths).argmax()
    return stroke_phase(centres[alike]) if alike.mean() >= ALIKE_TICKS else None


def half_pixel(ticks: tuple[AxisTicks, ...], pixels: PixelArray, area: Box, corner: tuple[float, float]) -> float:
    """How far (px, right and down) curves of a plot lie from where its ticks put them: 0, 0.5 or -0.5.

    corner: position of time 0 and S = 1, where falling curves begin: a flat piece seen there has the last word.
    """
    of_ticks = tick_phase(ticks)
    rounded = any(t.calibration.residual_px >= LEAST_ROUNDING_PX for t in ticks)
    if of_ticks is None or not rounded or is_blurred(pixels):
        return 0.0
    of_curves = curve_phase(pixels, area)
    if of_curves is None:
        return 0.0
    shift = of_curves - of_ticks
    seen = start_offset(pixels, area, corner, of_curves) if shift else None
    return 0.0 if seen is not None and abs(seen) < abs(seen - shift) else shift


def is_blurred(pixels: PixelArray) -> bool:
    """Whether JPEG or a camera left faint traces around the ink, after which crisp strokes cannot be told."""
    paper = np.median(pixels[::4, ::4].reshape(-1, 3), axis=0).astype(np.int16)
    off = np.abs(pixels[::2, ::2].astype(np.int16) - paper).max(axis=2)
    return float(((off >= FAINT[0]) & (off <= FAINT[1])).mean()) > FAINT_SHARE


def start_offset(pixels: PixelArray, area: Box, corner: tuple[float, float], phase: float) -> float | None:
    """How far (px, down) the first flat piece of the curves lies from S = 1; None where none is seen.

    phase: that of the curves; a frame line at S = 1 is told by another one.
    """
    x, y = corner
    top, left = int(max(0, area.top)), int(max(0, area.left))
    inside = pixels[top : int(area.bottom) + 1, left : int(area.right) + 1]
    begin = [
        k
        for k in _straight_pieces(_strongest_ink(inside), "horizontal")
        if abs(k.start + left - x) <= START_REACH_PX
        and abs(k.at + top - y) <= START_REACH_PX / 2
        and _off_grid(k.at, phase) <= CENTRE_SLACK
    ]
    return max(begin, key=lambda k: k.length).at + top - y if begin else None


def shifted(ticks: AxisTicks, shift: float) -> AxisTicks:
    """The axis calibrated for strokes that lie `shift` px right of or below its ticks."""
    return replace(ticks, calibration=moved(ticks.calibration, shift))


def curve_phase(pixels: PixelArray, area: Box) -> float | None:
    """The phase of the curves' straight pieces inside a plot, None where they are not crisp."""
    top, left = int(max(0, area.top)), int(max(0, area.left))
    inside = pixels[top : int(area.bottom) + 1, left : int(area.right) + 1]
    if min(inside.shape[:2]) < THICKEST_PX:
        return None
    levels = _strongest_ink(inside)
    for orientation in ("horizontal", "vertical"):
        strokes = _straight_pieces(levels, orientation)
        widths = np.array([k.width for k in strokes])
        alike = np.abs(widths - np.median(widths)) <= WIDTH_SLACK if strokes else []
        phase = stroke_phase(np.array([k.at for k, same in zip(strokes, alike, strict=True) if same]))
        if phase is not None:
            return phase
    return None


def _straight_pieces(levels: GreyArray, orientation: Orientation) -> list[Line]:
    """The longest straight pieces of curves in one direction, grid and frame lines left out."""
    full = levels.shape[1 if orientation == "horizontal" else 0]
    found = find_lines(
        levels,
        orientation,
        shortest=max(FLAT_PX, FLAT_SHARE * full),
        reach=THICKEST_PX,
        contrast=CURVE_CONTRAST,
    )
    return sorted((k for k in found if k.length < GRID_SHARE * full), key=lambda k: -k.length)[:MOST_FLATS]


def _strongest_ink(inside: PixelArray) -> GreyArray:
    """Grey levels in which ink of any hue is dark: 255 less the largest difference of a channel from the paper."""
    paper = np.median(inside[::2, ::2].reshape(-1, 3), axis=0)
    return 255.0 - np.abs(inside.astype(np.float32) - paper.astype(np.float32)).max(axis=2)
