"""Censor marks of a vector figure: small repeated drawings that sit on a curve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..records import Box, CurveTrace, FloatArray, Rgb, Stroke, read_only
from .strokes import stroke_box

# A mark is no larger than this (px at 2 to 4 px a point: marks are 2 to 8 pt) nor smaller than the least.
LARGEST_MARK, SMALLEST_MARK = 34.0, 2.0
# The strokes of one cross share their centre to this (px; files round each end to 0.01 to 0.1 units).
SAME_CENTRE = 0.3
# A mark touches its curve within this (px), beside its own size.
REACH = 1.6
# Marks nearer than this (px) are one, painted twice.
SAME_MARK = 0.005
# Of the drawings of one kind inside the plot, so many must sit on a curve to be marks (ticks and letters do not).
SHARE_ON_CURVE = 0.5

# Drawings on nearly every drop of a curve (to this, px), and nearly nowhere else, mark its events.
ON_DROP, MARKED_SHARE, FEWEST_DROPS = 0.1, 0.95, 8


@dataclass(frozen=True, slots=True)
class Mark:
    """One small drawing: the box of all its strokes, its colour, what kind of shape it is."""

    box: Box
    color: Rgb
    kind: tuple[object, ...]
    strokes: tuple[int, ...]
    parts: tuple[tuple[int, int], ...] = ()


def find_marks(strokes: Sequence[Stroke], area: Box, skip: frozenset[int]) -> list[Mark]:
    """Small drawings in the plot area, strokes about one centre painted together made one."""
    # Ticks that stand on the line at S = 1 rise above the plot area.
    reach = Box(area.left - 2, area.top - LARGEST_MARK / 2, area.right + 2, area.bottom + 2)
    marks: list[Mark] = []
    for index, stroke in enumerate(strokes):
        if index in skip:
            continue
        box = stroke_box(stroke)
        size = max(box.width, box.height)
        color = stroke.color if stroke.color is not None and stroke.width_px > 0 else stroke.fill
        if not SMALLEST_MARK <= size <= LARGEST_MARK or color is None or not reach.contains(*box.centre):
            continue
        kind = (color, round(box.width), round(box.height), stroke.group if stroke.color is None else -2)
        mark = Mark(box, color, kind, (index,), (_shape(box),))
        if marks and _about_one_centre(marks[-1], mark):
            marks[-1] = _merged(marks[-1], mark)
        else:
            marks.append(mark)
    return marks


def _shape(box: Box) -> tuple[int, int]:
    return round(box.width), round(box.height)


def _about_one_centre(one: Mark, two: Mark) -> bool:
    """Whether two drawings are parts of one mark: about one centre, and not the same part twice."""
    (x, y), (u, v) = one.box.centre, two.box.centre
    near = abs(x - u) <= SAME_CENTRE and abs(y - v) <= SAME_CENTRE
    return one.color == two.color and near and two.parts[0] not in one.parts


def _merged(one: Mark, two: Mark) -> Mark:
    a, b = one.box, two.box
    box = Box(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom))
    kind = one.kind if one.kind == two.kind else (one.color, round(box.width), round(box.height), "cross")
    return Mark(box, one.color, kind, one.strokes + two.strokes, one.parts + two.parts)


def assign_marks(marks: Sequence[Mark], traces: Sequence[CurveTrace], colors: Sequence[Rgb]) -> list[FloatArray]:
    """The x positions (m,) of each curve's marks, sorted, one for marks painted over each other."""
    found: list[list[float]] = [[] for _ in traces]
    kinds: dict[tuple[object, ...], list[Mark]] = defaultdict(list)
    for mark in marks:
        kinds[mark.kind].append(mark)
    for group in kinds.values():
        placed: dict[int, list[float]] = defaultdict(list)
        for mark, arm in _on_curves(group, traces, colors):
            placed[arm].append(mark.box.centre[0])
        for arm, xs in placed.items():
            if not _marks_events(np.array(xs), traces[arm]):
                found[arm].extend(xs)
    return [_distinct(xs) for xs in found]


def _marks_events(xs: FloatArray, trace: CurveTrace) -> bool:
    """Whether drawings at xs stand on the drops of a curve, as the points of a chart do, not on its censorings."""
    drops = trace.x_px[1:]
    if len(drops) < FEWEST_DROPS:
        return False
    near = np.abs(drops[:, None] - xs[None, :]) <= ON_DROP
    # One more point stands at the curve's start and one at its end.
    return bool(near.any(axis=1).mean() >= MARKED_SHARE and near.any(axis=0).sum() >= MARKED_SHARE * (len(xs) - 2))


def _distinct(xs: Sequence[float]) -> FloatArray:
    ordered = np.sort(np.array(xs, float))
    keep = np.concatenate([[True], np.diff(ordered) > SAME_MARK]) if len(ordered) else np.zeros(0, bool)
    return read_only(ordered[keep])


def _on_curves(group: Sequence[Mark], traces: Sequence[CurveTrace], colors: Sequence[Rgb]) -> list[tuple[Mark, int]]:
    """The marks of one kind with the curve each sits on; none when most of the kind sit on no curve."""
    own = [i for i, color in enumerate(colors) if color == group[0].color]
    arms = own or list(range(len(traces)))
    offsets = [[_offset(mark, traces[i]) for i in arms] for mark in group]
    near = [[abs(o) for o in row if o is not None] for row in offsets]
    if sum(bool(row) for row in near) < SHARE_ON_CURVE * len(group):
        return []
    usual = float(np.median([o for row in offsets for o in row if o is not None]))
    pairs = []
    for mark, row in zip(group, offsets, strict=True):
        fits = [(abs(o - usual), i) for o, i in zip(row, arms, strict=True) if o is not None]
        if fits:
            pairs.append((mark, min(fits)[1]))
    return pairs


def _offset(mark: Mark, trace: CurveTrace) -> float | None:
    """How far (px, down) the mark's centre stands from the curve at its x; None when it does not touch it."""
    x, y = mark.box.centre
    if not trace.x_px[0] - 1 <= x <= trace.end_px + 1:
        return None
    first = max(0, int(np.searchsorted(trace.x_px, x - 0.3, side="right")) - 1)
    last = max(0, int(np.searchsorted(trace.x_px, x + 0.3, side="right")) - 1)
    levels = trace.y_px[first : last + 1]
    top, bottom = float(levels.min()), float(levels.max())
    if mark.box.bottom < top - REACH or mark.box.top > bottom + REACH:
        return None
    nearest = levels[int(np.argmin(np.abs(levels - y)))]
    return float(y - nearest)
