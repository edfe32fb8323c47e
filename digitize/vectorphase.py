"""Vector axes whose ticks were set on a screen's pixels while the curves were not: half a pixel lies between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..records import Axis, Figure, Panel
from .calibration import moved
from .vector import px_per_unit, trace_strokes

HALF = 0.5
"""Units of the file by which programs that draw for screens (Vega) move ticks and grid, so that they are crisp."""
SLACK, ROUNDED = 0.05, 1.0
"""Units by which such an offset may miss the half, and that rounded ticks of the time axis may be off besides."""


def with_unmoved_axes(figure: Figure, panel: Panel) -> Panel:
    """The panel calibrated for its curves where all of them begin just half a unit beside S = 1.

    The time axis then begins where they do, if all begin together and near its first value.
    """
    traces = [arm.trace for arm in trace_strokes(figure, panel)]
    if not traces:
        return panel
    unit = px_per_unit(figure)
    start = float(panel.y.calibration.px(1.0 if panel.direction == "survival" else 0.0))
    beside = np.array([float(trace.y_px[0]) for trace in traces]) - start
    if np.abs(np.abs(beside) - HALF * unit).max() > SLACK * unit or np.ptp(beside) > SLACK * unit:
        return panel
    panel = replace(panel, y=_moved(panel.y, float(beside.mean())))
    along = np.array([float(trace.x_px[0]) for trace in traces]) - float(panel.x.calibration.px(panel.x.minimum))
    if np.ptp(along) > SLACK * unit or abs(along[0]) > ROUNDED * unit:
        return panel
    return replace(panel, x=_moved(panel.x, float(along.mean())))


def _moved(axis: Axis, shift: float) -> Axis:
    """The axis for strokes that lie `shift` px right of or below its ticks."""
    return replace(axis, calibration=moved(axis.calibration, shift))
