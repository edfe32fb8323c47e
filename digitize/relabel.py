"""Read again the places where a tick should have its number and none was read."""

from __future__ import annotations

import numpy as np

from ..records import Box, Figure, FloatArray
from .axes import PrintedScale, merge_labels, number_labels
from .ticks import AxisTicks

# More places than this to read again means that the scale itself is misjudged.
MOST_PLACES = 24
# No axis is numbered in more steps; where labels would be, one of them is misread.
MOST_STEPS = 200
# A number read again belongs to its place when it is what the other labels predict, to this share of a step.
VALUE_SLACK = 0.02
# The place is this much larger than the print of its neighbours.
ROOM = 1.5


def label_step(values: FloatArray) -> float:
    """The smallest difference between two labels."""
    return float(np.diff(np.unique(values)).min())


def lattice(ticks: AxisTicks, values: FloatArray, first_px: float, last_px: float) -> tuple[FloatArray, FloatArray]:
    """Positions and values, in steps of the labels, from one position of the axis to another."""
    step = label_step(values)
    reach = ticks.calibration.value([first_px, last_px])
    low, high = min(reach), max(reach)
    first = np.ceil((low - values.min()) / step - VALUE_SLACK)
    last = np.floor((high - values.min()) / step + VALUE_SLACK)
    if last - first > MOST_STEPS:
        return ticks.calibration.px(values), values
    # Rounded, so that the 0 below ticks of 0.1 is 0 in every file and not 6e-17.
    grid = np.round(values.min() + step * np.arange(first, last + 1), 12)
    grid = grid[grid >= -VALUE_SLACK * step]
    return ticks.calibration.px(grid), grid


def complete_scale(figure: Figure, scale: PrintedScale, ticks: AxisTicks, span: tuple[float, float]) -> PrintedScale:
    """The scale with the labels added that are found by looking where its own steps say they must stand.

    span: first and last position of the axis in px.
    """
    px, values = lattice(ticks, scale.values, *span)
    open_places = [(p, v) for p, v in zip(px, values, strict=True) if np.abs(scale.px - p).min() > 0.5 * scale.size]
    if not 0 < len(open_places) <= MOST_PLACES:
        return scale
    from .ocr import read_numbers

    boxes = [_place(scale, p) for p, _ in open_places]
    read = read_numbers(figure, boxes, scale.rotation)
    step = label_step(scale.values)
    found = [
        (label, v)
        for line, (_, v) in zip(read, open_places, strict=True)
        for label in number_labels((line,))
        if any(abs(r - v) <= VALUE_SLACK * step for r in label.readings)
    ]
    return merge_labels(scale, found)


def _place(scale: PrintedScale, px: float) -> Box:
    """Where the label of the tick at px must stand, judged by the other labels."""
    wide = ROOM * max(label.box.width for label in scale.labels) / 2
    high = ROOM * max(label.box.height for label in scale.labels) / 2
    if scale.orientation == "horizontal":
        return Box(px - wide, scale.at - high, px + wide, scale.at + high)
    return Box(scale.at - wide, px - high, scale.at + wide, px + high)
