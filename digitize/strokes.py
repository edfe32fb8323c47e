"""Painted paths as polylines: curves flattened, clip applied, and the move from file units to pixels.

File units are points (PDF) or user units (SVG), origin at the top-left corner of the page, x to the right, y down.
A figure drawn at `scale` pixels per unit puts the centre of its first pixel at half a pixel from that corner, so
px = unit * scale - 0.5.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..records import Box, FloatArray, Rgb, Stroke

# Chords per Bezier arc: a censor circle of 5 px radius is then met to 0.01 px, a curve of 100 px to 0.2 px.
ARC_CHORDS = 12
# Outlines whose vertices agree to this many units are copies of one mark (files round to 0.01).
SAME_SHAPE_UNITS = 0.03
# A mark is repeated at least so often before it counts as a group.
SMALLEST_GROUP = 2
# Larger things than this many units are no marks, and are not compared with each other.
LARGEST_MARK_UNITS = 30.0


@dataclass(frozen=True, slots=True)
class Pen:
    """How a path is painted; lengths in file units."""

    color: Rgb | None
    fill: Rgb | None
    width: float = 0.0
    dash: tuple[float, ...] = ()
    opacity: float = 1.0


def bezier(start: FloatArray, points: FloatArray) -> FloatArray:
    """(ARC_CHORDS, 2) points along the cubic arc from start through control points (3, 2), start left out."""
    t = np.linspace(0, 1, ARC_CHORDS + 1)[1:, None]
    a, b, c = points
    return (1 - t) ** 3 * start + 3 * (1 - t) ** 2 * t * a + 3 * (1 - t) * t**2 * b + t**3 * c


def paint(subpath: FloatArray, closed: bool, pen: Pen, clip: Box | None, order: int) -> list[Stroke]:
    """The visible strokes of one subpath (n, 2), none when it lies outside the clip."""
    if not len(subpath) or not np.all(np.isfinite(subpath)) or (pen.color is None and pen.fill is None):
        return []
    if clip is None or inside(subpath, clip):
        pieces = [(subpath, closed)]
    elif pen.fill is not None and (closed or pen.color is None):
        pieces = [(clip_area(subpath, clip), closed)]
    else:
        outline = np.vstack([subpath, subpath[:1]]) if closed else subpath
        pieces = [(piece, False) for piece in clip_line(outline, clip)]
    return [_stroke(points, shut, pen, order) for points, shut in pieces if len(points)]


def _stroke(points: FloatArray, closed: bool, pen: Pen, order: int) -> Stroke:
    return Stroke(
        x_px=points[:, 0],
        y_px=points[:, 1],
        color=pen.color,
        fill=pen.fill,
        width_px=pen.width if pen.color is not None else 0.0,
        dash_px=pen.dash if pen.color is not None else (),
        closed=closed,
        opacity=pen.opacity,
        order=order,
    )


def inside(points: FloatArray, box: Box) -> bool:
    """Whether every point lies within the box."""
    low, high = points.min(axis=0), points.max(axis=0)
    return bool(low[0] >= box.left and low[1] >= box.top and high[0] <= box.right and high[1] <= box.bottom)


def clip_line(points: FloatArray, box: Box) -> list[FloatArray]:
    """The pieces of an open polyline (n, 2) within the box (Liang and Barsky 1984, ACM TOG 3:1)."""
    pieces: list[list[FloatArray]] = []
    whole = False
    for start, end in itertools.pairwise(points):
        span = _span_inside(start, end, box)
        if span is None:
            whole = False
            continue
        first, last = start + span[0] * (end - start), start + span[1] * (end - start)
        if whole and span[0] == 0:
            pieces[-1].append(last)
        else:
            pieces.append([first, last])
        whole = span[1] == 1
    return [np.array(piece) for piece in pieces]


def _span_inside(start: FloatArray, end: FloatArray, box: Box) -> tuple[float, float] | None:
    low, high = 0.0, 1.0
    for axis, least, most in ((0, box.left, box.right), (1, box.top, box.bottom)):
        step = end[axis] - start[axis]
        if step == 0:
            if not least <= start[axis] <= most:
                return None
            continue
        one, two = (least - start[axis]) / step, (most - start[axis]) / step
        low, high = max(low, min(one, two)), min(high, max(one, two))
    return (low, high) if low <= high else None


def clip_area(points: FloatArray, box: Box) -> FloatArray:
    """The part of a filled polygon (n, 2) within the box (Sutherland and Hodgman 1974, CACM 17:32)."""
    for axis, bound, keep in ((0, box.left, 1), (0, box.right, -1), (1, box.top, 1), (1, box.bottom, -1)):
        points = _clip_side(points, axis, bound, keep)
        if not len(points):
            break
    return points


def _clip_side(points: FloatArray, axis: int, bound: float, keep: int) -> FloatArray:
    depth = keep * (points[:, axis] - bound)
    kept: list[FloatArray] = []
    for i in range(len(points)):
        if (depth[i - 1] < 0) != (depth[i] < 0):
            share = depth[i - 1] / (depth[i - 1] - depth[i])
            kept.append(points[i - 1] + share * (points[i] - points[i - 1]))
        if depth[i] >= 0:
            kept.append(points[i])
    return np.array(kept).reshape(-1, 2)


def meet(one: Box | None, two: Box | None) -> Box | None:
    """The common part of two clips; None means no clip."""
    if one is None or two is None:
        return two if one is None else one
    return common(one, two)


def common(one: Box, two: Box) -> Box:
    """The part that two boxes share, a box of no size where they do not meet."""
    left, top = max(one.left, two.left), max(one.top, two.top)
    return Box(left, top, max(left, min(one.right, two.right)), max(top, min(one.bottom, two.bottom)))


def bounds(points: FloatArray) -> Box:
    """The box around points (n, 2)."""
    low, high = points.min(axis=0), points.max(axis=0)
    return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def stroke_box(stroke: Stroke) -> Box:
    """The box around a stroke's vertices."""
    return Box(float(stroke.x_px.min()), float(stroke.y_px.min()), float(stroke.x_px.max()), float(stroke.y_px.max()))


def placed(strokes: Iterable[Stroke], left: float, top: float, scale: float) -> tuple[Stroke, ...]:
    """Strokes in file units moved to the pixel frame of a picture whose corner lies at (left, top)."""
    return tuple(
        replace(
            stroke,
            x_px=(stroke.x_px - left) * scale - 0.5,
            y_px=(stroke.y_px - top) * scale - 0.5,
            width_px=stroke.width_px * scale,
            dash_px=tuple(length * scale for length in stroke.dash_px),
        )
        for stroke in strokes
    )


def with_groups(strokes: Sequence[Stroke]) -> tuple[Stroke, ...]:
    """The strokes with `group` set where the same small outline is painted more than once.

    Forms and symbols repeat a mark; so does a program that writes the same path again and again. What was set
    by the reader (the glyph of a font) stays.
    """
    keys = [_shape(stroke) if stroke.group < 0 else None for stroke in strokes]
    counts = Counter(key for key in keys if key is not None)
    ids = {key: i for i, key in enumerate(k for k, n in counts.items() if n >= SMALLEST_GROUP)}
    first = 1 + max((stroke.group for stroke in strokes), default=-1)
    return tuple(
        replace(stroke, group=first + ids[key]) if key in ids else stroke
        for stroke, key in zip(strokes, keys, strict=True)
    )


def _shape(stroke: Stroke) -> tuple[object, ...] | None:
    box = stroke_box(stroke)
    if max(box.width, box.height) > LARGEST_MARK_UNITS:
        return None
    x = np.round((stroke.x_px - box.left) / SAME_SHAPE_UNITS).astype(int)
    y = np.round((stroke.y_px - box.top) / SAME_SHAPE_UNITS).astype(int)
    return (stroke.closed, stroke.fill is None, x.tobytes(), y.tobytes())
