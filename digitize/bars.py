"""Bars that run upright through a curve in its own ink: confidence limits drawn as error bars or as hatching."""

from __future__ import annotations

import numpy as np

from ..records import FloatArray, MaskArray
from .tracing import TracedPath

INKED = 0.3
"""Coverage from which a pixel belongs to an ink."""
LONGEST_BAR = 0.5
"""Share of the plot's height up to which ink through a curve is a bar; grid lines and frames run further."""
LEAST_BAR, LEAST_STROKES = 0.04, 4.0
"""Least height of a bar, as a share of the plot's height (ticks of censoring: 0.03) and in stroke widths."""
BARRED = 0.2
"""Share of a curve's columns with a bar from which its band is hatched; of its own drops a tenth of them is made."""
WIDENS = 1.6
"""How much higher the highest tenth of the bars is than the lowest: limits widen with time, marks are of one height."""


def bars_through(path: TracedPath, own: FloatArray) -> MaskArray:
    """Pixels (height, width) of the ink that runs up or down from the path without a break, grid lines left out."""
    runs = _runs_through(path, own)
    return runs & (runs.sum(axis=0) <= LONGEST_BAR * own.shape[0])


def is_hatched(path: TracedPath, own: FloatArray) -> bool:
    """Whether bars stand so close along a path that a further path could run across them."""
    heights = bars_through(path, own).sum(axis=0)[path.stair.first : path.stair.last + 1]
    bar = heights > max(LEAST_BAR * own.shape[0], LEAST_STROKES * path.width_px)
    if float(bar.mean()) < BARRED:
        return False
    low, high = np.quantile(heights[bar], [0.1, 0.9])
    return bool(high >= WIDENS * low)


def _runs_through(path: TracedPath, own: FloatArray) -> MaskArray:
    """In each column of the path the unbroken run of ink that the path lies on."""
    span = np.s_[:, path.stair.first : path.stair.last + 1]
    inked = own[span] > INKED
    number = np.cumsum(~inked, axis=0, dtype=np.int32)
    out = np.zeros(own.shape, bool)
    out[span] = inked & (number == number[path.stair.row, np.arange(inked.shape[1])])
    return out
