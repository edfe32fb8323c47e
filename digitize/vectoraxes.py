"""Calibration of a vector figure to its own strokes: tick marks and grid lines know their places exactly."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..records import AxisCalibration, Box, Figure, FloatArray, Panel, Stroke
from .calibration import fit_axis
from .strokes import stroke_box
from .vector import trace_strokes, with_direction

# A tick read from the rendering lies this near (px) to its stroke: the widest seen was 0.8, labels without ticks 4.
TICK_REACH = 4.0
# Strokes of one axis stand on one line to this (px): files round to 0.01 to 0.1 units, drawn at 2 to 4 px each.
TICK_SLACK = 0.2
# A line along the tick's direction: its ends differ by less than this across (px).
STRAIGHT = 0.1
# A number set flush with its place ends so near (px) to it: the side bearing of a digit.
FLUSH = 3.0
# The shortest tick mark (px); what is shorter is a dot.
SHORTEST_TICK = 2.0
# A filled tick is so many times as long as wide; the full stops of outlined numbers, one at each tick, are square.
SLENDER = 2.0
# So many of the labelled ticks must have found their stroke.
LEAST_SHARE = 0.6


def refine_calibration(figure: Figure, panel: Panel) -> Panel:
    """The panel with both axes fitted through the strokes of their ticks or grid lines, where there are any.

    An axis whose labels have no strokes of their own stays as it is. The direction follows the strokes, too: a
    panel whose staircases all run the other way is turned round.
    """
    if not figure.strokes:
        return panel
    x_px = _line_places(figure.strokes, panel.region, upright=True)
    y_px = _line_places(figure.strokes, panel.region, upright=False)
    refined = replace(
        panel,
        x=replace(panel.x, calibration=_refined(panel.x.calibration, x_px)),
        y=replace(panel.y, calibration=_refined(panel.y.calibration, y_px)),
    )
    refined = with_direction(figure, refined)
    if refined.x.calibration is not panel.x.calibration:
        return refined
    return replace(refined, x=replace(panel.x, calibration=_by_label_edges(figure, refined)))


def _by_label_edges(figure: Figure, panel: Panel) -> AxisCalibration:
    """The x axis of a plot without ticks whose numbers are set flush with their place, not centred on it.

    The curves tell: they begin together where the numbers' edges, not their centres, say that time begins.
    """
    calibration = panel.x.calibration
    starts = [float(arm.trace.x_px[0]) for arm in trace_strokes(figure, panel)]
    zero = float(calibration.px(panel.x.minimum))
    if not starts or np.ptp(starts) > FLUSH or abs(starts[0] - zero) <= FLUSH:
        return calibration
    for side in (1.0, -1.0):
        edges = [_edge_beside(figure, px, side) for px in calibration.ticks_px]
        values = [v for v, edge in zip(calibration.ticks, edges, strict=True) if edge is not None]
        found = [edge for edge in edges if edge is not None]
        if len(found) < max(2, LEAST_SHARE * len(edges)):
            continue
        fitted = fit_axis(np.array(found), np.array(values), FLUSH)
        shift = starts[0] - float(fitted.px(panel.x.minimum))
        if abs(shift) <= FLUSH:
            return replace(fitted, intercept=fitted.intercept - fitted.slope * shift, ticks_px=fitted.ticks_px + shift)
    return calibration


def _edge_beside(figure: Figure, px: float, side: float) -> float | None:
    """The right (side 1) or left edge of the number that is centred on px; None when there is none."""
    boxes = [t.box for t in figure.texts if t.rotation == 0 and abs(t.box.centre[0] - px) <= 1.0]
    edges = {round(box.right if side > 0 else box.left, 1) for box in boxes}
    return edges.pop() if len(edges) == 1 else None


def _line_places(strokes: Sequence[Stroke], region: Box, *, upright: bool) -> FloatArray:
    """Distinct positions (px, rising) of the straight upright (or level) lines of the region."""
    places = []
    for stroke in strokes:
        box = stroke_box(stroke)
        if not region.contains(*box.centre, margin=TICK_REACH):
            continue
        across, along = (stroke.x_px, stroke.y_px) if upright else (stroke.y_px, stroke.x_px)
        if stroke.color is None or stroke.closed:
            places.extend(_thin_area(stroke, across, along))
            continue
        straight = np.abs(np.diff(across)) <= STRAIGHT
        long = np.abs(np.diff(along)) >= SHORTEST_TICK
        places.extend(across[:-1][straight & long] if len(across) <= 5 else [])
    return np.unique(np.round(places, 6))


def _thin_area(stroke: Stroke, across: FloatArray, along: FloatArray) -> list[float]:
    """The middle of a filled shape that is thin enough to be a line, its edges when it is a frame."""
    if np.ptp(along) < SHORTEST_TICK or len(across) > 6:
        return []
    if np.ptp(across) <= TICK_REACH:
        return [float((across.min() + across.max()) / 2)] if np.ptp(along) >= SLENDER * np.ptp(across) else []
    return [float(across.min()), float(across.max())] if stroke.color is not None else []


def _refined(calibration: AxisCalibration, places: FloatArray) -> AxisCalibration:
    """The axis through the strokes nearest to its ticks, when enough of them agree on one line."""
    ticks_px, ticks = calibration.ticks_px, calibration.ticks
    near = [places[np.abs(places - px) <= TICK_REACH] for px in calibration.px(ticks)]
    pairs = [(value, px) for value, found in zip(ticks, near, strict=True) for px in found]
    best: list[tuple[float, float]] = []
    for (v, p), (w, q) in itertools.combinations(pairs, 2):
        if abs(w - v) < 0.5 * np.ptp(ticks) or v == w:
            continue
        slope = (q - p) / (w - v)
        chosen = _on_line(ticks, near, p - slope * v, slope)
        if len(chosen) > len(best):
            best = chosen
    if len(best) < max(2, LEAST_SHARE * len(ticks)):
        return calibration
    values, px = (np.array(column) for column in zip(*best, strict=True))
    fitted = fit_axis(px, values, TICK_SLACK)
    return replace(fitted, ticks_px=fitted.px(ticks), ticks=ticks) if len(best) < len(ticks_px) else fitted


def _on_line(ticks: FloatArray, near: Sequence[FloatArray], origin: float, slope: float) -> list[tuple[float, float]]:
    chosen = []
    for value, found in zip(ticks, near, strict=True):
        if len(found):
            px = float(found[np.argmin(np.abs(found - origin - slope * value))])
            if abs(px - origin - slope * value) <= TICK_SLACK:
                chosen.append((float(value), px))
    return chosen
