"""Lines of a plot put together from painted strokes.

Programs draw one curve in many ways: a polyline, a path a segment, thin filled rectangles, an outline of the line,
pieces cut at borders, dashes as pieces of their own. All become one polyline of the line's centre here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..records import Box, FloatArray, Rgb, Stroke
from .strokes import stroke_box
from .vectorlinks import MOST_PIECES, linked_order

# Coordinates of one vertical move agree to this (px): files round to 0.01 units, drawn at 2 to 4 px a unit.
SAME = 0.05
# Drawings no larger than this (px) are ticks, marks or dashes.
SMALL = 30.0
# Filled shapes no thicker than this (px) are lines drawn as areas; bands are thicker.
THICKEST_LINE = 9.0
# Axis lines stand this near (px) to the edges of the plot area as it was found.
FRAME_REACH = 3.0
# Grid lines cross at least so much of the plot; pieces of a curve do too only where nothing happens.
GRID_SHARE = 0.6
# Ends this near (px, beside the line's own width for filled pieces) belong together; files round to 0.01 to 0.1 pt.
TOUCH = 0.6
# Pieces of so few vertices are parts of a curve (a segment, a corner), longer ones curves.
SHORT_PIECE = 3
# A dash is no longer than this (px) and has no more vertices than this (one or two corners).
LONGEST_DASH, DASH_VERTICES = 100.0, 6
# A dash gap is bridged up to this many times the median piece, within these bounds (px).
GAP_PIECES, LONGEST_GAP = 2.5, 45.0
# Fewer dashes than this are not told from ticks and keys.
FEWEST_DASHES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One drawn line: centre points (n, 2) in px with the paint it was drawn in; strokes are their indices.

    slack: how far (px) its ends may miss those of its neighbours, as filled pieces overlap at corners.
    """

    points: FloatArray
    color: Rgb
    width: float
    dash: tuple[float, ...]
    order: int
    strokes: tuple[int, ...]
    slack: float = 0.0


def plot_lines(
    strokes: Sequence[Stroke], area: Box, skip: frozenset[int], flat: frozenset[Rgb] = frozenset()
) -> list[Line]:
    """The lines within the plot area, longest first; strokes whose index is in skip are left out.

    flat: colours in which a level line at the plot's edge is no frame.
    """
    pieces = []
    grid = _grid(strokes, area)
    for index, stroke in enumerate(strokes):
        box = stroke_box(stroke)
        if index in skip or index in grid or not _meets(box, area):
            continue
        if _is_frame(box, area) and not (stroke.color in flat and box.width > SMALL):
            continue
        line = _as_line(stroke, index)
        if line is not None:
            pieces.append(line)
    chains = [chain for group in _by_paint(pieces) for chain in _chained(group)]
    return sorted(chains, key=lambda line: -_length(line.points))


def _meets(box: Box, area: Box) -> bool:
    across = box.left <= area.right + 1 and box.right >= area.left - 1
    return across and box.top <= area.bottom + 1 and box.bottom >= area.top - 1


def _is_frame(box: Box, area: Box) -> bool:
    """Whether a stroke is a side of the frame, an axis line or a tick outside of it."""
    x, y = box.centre
    if max(box.width, box.height) <= SMALL and not area.contains(x, y, margin=1.0):
        return True
    upright = box.width <= 1 and box.height > 0.5 * area.height
    level = box.height <= 1 and box.width > 0.95 * area.width
    outer_x = x <= area.left + FRAME_REACH or x >= area.right - FRAME_REACH
    outer_y = y <= area.top + FRAME_REACH or y >= area.bottom - FRAME_REACH
    return (upright and outer_x) or (level and outer_y)


def _grid(strokes: Sequence[Stroke], area: Box) -> frozenset[int]:
    """Strokes of a grid: straight lines across the plot that begin and end where others of their paint do.

    Two of them meet in the plot's corner at S = 1 and would make a curve together.
    """
    rows: dict[tuple[object, ...], list[int]] = {}
    for index, stroke in enumerate(strokes):
        box = stroke_box(stroke)
        if len(stroke.x_px) != 2 or not _meets(box, area):
            continue
        paint = (stroke.color, round(stroke.width_px, 1))
        if box.height <= SAME and box.width > GRID_SHARE * area.width:
            rows.setdefault(("level", *paint, round(box.left), round(box.right)), []).append(index)
        elif box.width <= SAME and box.height > GRID_SHARE * area.height:
            rows.setdefault(("upright", *paint, round(box.top), round(box.bottom)), []).append(index)
    return frozenset(index for row in rows.values() if len(row) > 1 for index in row)


def _length(points: FloatArray) -> float:
    return float(np.abs(np.diff(points, axis=0)).sum())


def _as_line(stroke: Stroke, index: int) -> Line | None:
    """The stroke as a line: its vertices, or the centre of a thin filled shape; None for areas."""
    points = np.column_stack([stroke.x_px, stroke.y_px])
    if stroke.color is not None and stroke.width_px > 0:
        if stroke.closed and ((stroke.fill is not None and len(points) > 3) or _is_rectangle(points)):
            return None
        rims = centre_line(points) if stroke.closed and len(points) > 8 else None
        if rims is not None:
            width = stroke.width_px + rims[1]
            return Line(rims[0], stroke.color, width, stroke.dash_px, stroke.order, (index,))
        return Line(points, stroke.color, stroke.width_px, stroke.dash_px, stroke.order, (index,))
    if stroke.fill is None:
        return None
    centre = centre_line(points)
    if centre is None:
        return None
    # The ends of two crossing rectangles lie half a thickness apart each way.
    slack = 0.75 * centre[1] if len(centre[0]) == 2 else 0.0
    return Line(centre[0], stroke.fill, centre[1], (), stroke.order, (index,), slack)


def linked_rectangles(strokes: Sequence[Stroke], area: Box) -> frozenset[int]:
    """Thin filled rectangles of which one ends where one of the other direction ends: levels and drops of a curve.

    Those of one length (a drop a patient) are repeated like marks, but no mark ends at another.
    """
    boxes = {i: stroke_box(s) for i, s in enumerate(strokes) if s.color is None and len(s.x_px) in (4, 5)}
    lines = [line for i, box in boxes.items() if _meets(box, area) and (line := _as_line(strokes[i], i)) is not None]
    lines = [line for line in lines if len(line.points) == 2]
    if len(lines) > MOST_PIECES:
        return frozenset()
    ends = np.array([line.points for line in lines]).reshape(-1, 2)
    flat = np.repeat([bool(np.ptp(line.points[:, 1]) <= SAME) for line in lines], 2)
    linked: set[int] = set()
    for line, level in zip(lines, flat[::2], strict=True):
        others = ends[flat != level]
        gaps = np.abs(others[None] - line.points[:, None]).max(axis=2)
        if gaps.size and gaps.min() <= TOUCH + line.slack:
            linked.update(line.strokes)
    return frozenset(linked)


def _is_rectangle(points: FloatArray) -> bool:
    x, y = np.unique(np.round(points[:, 0], 1)), np.unique(np.round(points[:, 1], 1))
    return len(x) <= 2 and len(y) <= 2


def centre_line(points: FloatArray) -> tuple[FloatArray, float] | None:
    """The centre (n, 2) and thickness of a thin filled outline; None when it is too thick to be a line.

    A staircase outlined with a pen of width w has one rim w/2 above and to the right of its centre and one w/2
    below and to the left, so each rim moved back by half the thickness is the centre.
    """
    x, y = points[:, 0], points[:, 1]
    area = abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2
    around = _length(np.vstack([points, points[:1]]))
    length = around / 2
    if length < 1 or area <= 0:
        return None
    thickness = min((around - np.sqrt(max(around**2 - 16 * area, 0.0))) / 4, np.ptp(x) or 1e9, np.ptp(y) or 1e9)
    if thickness > THICKEST_LINE or length < 2.5 * thickness:
        return None
    if _is_rectangle(points):
        middle_x, middle_y = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2
        flat = np.ptp(x) >= np.ptp(y)
        ends = [[x.min(), middle_y], [x.max(), middle_y]] if flat else [[middle_x, y.min()], [middle_x, y.max()]]
        return np.array(ends), float(thickness)
    return _rim_centre(points, float(thickness)), float(thickness)


def _rim_centre(points: FloatArray, thickness: float) -> FloatArray:
    """The upper rim of a thin outline, from its left end to its right end, moved to the centre."""
    x, y = points.T
    left, right = (np.flatnonzero(np.abs(x - edge) <= 0.25 * thickness) for edge in (x.min(), x.max()))
    turn = 1.0 if y[right].mean() >= y[left].mean() else -1.0
    # The upper rim ends at the upper corner of a flat end, and at the far end of an upright one.
    first = left[np.argmin(turn * y[left] if np.ptp(y[left]) > 1.5 * thickness else y[left])]
    last = right[np.argmin(-turn * y[right] if np.ptp(y[right]) > 1.5 * thickness else y[right])]
    clockwise = np.dot(x, np.roll(y, -1)) > np.dot(y, np.roll(x, -1))
    ring = points if clockwise else points[::-1]
    start, end = (int(i) if clockwise else len(points) - 1 - int(i) for i in (first, last))
    upper = np.vstack([ring, ring])[start : end + 1 if end >= start else end + len(points) + 1]
    centre = upper + np.array([-turn * thickness / 2, thickness / 2])
    # A flat end is cut off at its own x.
    for end, inner, edge in ((0, 1, x.min()), (-1, -2, x.max())):
        if len(centre) > 1 and abs(centre[end, 1] - centre[inner, 1]) <= SAME:
            centre[end, 0] = edge
    return centre


# ---------------------------------------------------------------- chaining


def _by_paint(pieces: Sequence[Line]) -> list[list[Line]]:
    groups: dict[tuple[Rgb, float], list[Line]] = {}
    for piece in pieces:
        groups.setdefault((piece.color, round(piece.width, 0)), []).append(piece)
    return list(groups.values())


def _chained(pieces: Sequence[Line]) -> list[Line]:
    """Pieces of one paint joined where one ends as the next begins, in painting order, then across the group."""
    pieces = [p for p in pieces if len(p.points) > 1]
    chains: list[Line] = []
    for piece in pieces:
        joined = _joined(chains[-1], piece, TOUCH + piece.slack) if chains else None
        if joined is not None:
            chains[-1] = joined
        else:
            chains.append(piece)
    chains = _bridged(_linked(chains))
    return _joined_ends(chains)


def _linked(chains: list[Line]) -> list[Line]:
    """Chains whose levels and drops were painted in another order than that of the curve made one."""
    linked = []
    for order in linked_order([chain.points for chain in chains]):
        line = chains[order[0][0]]
        points = line.points[::-1] if order[0][1] else line.points
        for index, turn in order[1:]:
            more = chains[index].points
            points = np.vstack([points, more[::-1] if turn else more])
            line = _merge(line, chains[index], points)
        linked.append(line)
    return linked


def _joined(chain: Line, piece: Line, reach: float) -> Line | None:
    """The chain with the piece at its end when one of them is short and they touch there.

    Only short ones may be turned round: whole curves of two arms begin at one point, too.
    """
    a, b = chain.points, piece.points
    if min(len(a), len(b)) > SHORT_PIECE:
        return None
    starts = [a] if len(a) > SHORT_PIECE else [a, a[::-1]]
    ends = [b] if len(b) > SHORT_PIECE else [b, b[::-1]]
    for first in starts:
        for second in ends:
            if np.abs(first[-1] - second[0]).max() <= reach and not _folds(first, second):
                return _merge(chain, piece, _with_corner(first, second))
    return None


def _folds(first: FloatArray, second: FloatArray) -> bool:
    """Whether two levels joined there would run back along themselves: two arms begin there, or two may follow."""
    (a, b), (c, d) = first[-1] - first[-2], second[1] - second[0]
    return bool(max(abs(b), abs(d)) <= SAME and a * c < 0)


def _with_corner(first: FloatArray, second: FloatArray) -> FloatArray:
    """Two pieces as one path; a level and an upright one that overlap meet where their lines cross."""
    (a, b), (c, d) = np.abs(first[-1] - first[-2]), np.abs(second[1] - second[0])
    if max(b, c) <= SAME or max(a, d) <= SAME:
        level, upright = (first[-1], second[0]) if b <= SAME else (second[0], first[-1])
        corner = np.array([[upright[0], level[1]]])
        return np.vstack([first[:-1], corner, second[1:]])
    return np.vstack([first, second])


def _merge(one: Line, two: Line, points: FloatArray) -> Line:
    longer = one if _length(one.points) >= _length(two.points) else two
    return replace(longer, points=points, order=max(one.order, two.order), strokes=one.strokes + two.strokes)


def _joined_ends(chains: list[Line]) -> list[Line]:
    """Chains whose ends meet anywhere in the group made one, as where a page border or a new style cut them."""
    long = [c for c in chains if _length(c.points) > SMALL]
    short = [c for c in chains if _length(c.points) <= SMALL]
    long.sort(key=lambda c: float(c.points[:, 0].min()))
    done: list[Line] = []
    for chain in long:
        for k, earlier in enumerate(done):
            joined = _continued(earlier, chain)
            if joined is not None:
                done[k] = joined
                break
        else:
            done.append(chain)
    return done + short


def _continued(one: Line, two: Line) -> Line | None:
    a = one.points if one.points[0, 0] <= one.points[-1, 0] else one.points[::-1]
    b = two.points if two.points[0, 0] <= two.points[-1, 0] else two.points[::-1]
    if np.abs(a[-1] - b[0]).max() > TOUCH or b[0, 0] <= a[0, 0] + TOUCH:
        return None
    return _merge(one, two, np.vstack([a, b]))


def _bridged(chains: list[Line]) -> list[Line]:
    """Dashes drawn as pieces of their own joined across their gaps: each begins right of or below the last."""
    short = [_length(c.points) for c in chains if _is_dash(c)]
    if len(short) < FEWEST_DASHES or len(short) < 0.7 * len(chains):
        return chains
    reach = min(LONGEST_GAP, GAP_PIECES * float(np.median(short)))
    done: list[Line] = []
    for chain in chains:
        bridges = done and _is_dash(chain) and (_is_dash(done[-1]) or len(done[-1].strokes) > 1)
        joined = _bridge(done[-1], chain, reach) if bridges else None
        if joined is not None:
            done[-1] = joined
        else:
            done.append(chain)
    on = float(np.median(short))
    return [c if c in chains else replace(c, dash=(on, _mean_gap(c, on))) for c in done]


def _is_dash(line: Line) -> bool:
    return _length(line.points) <= LONGEST_DASH and len(line.points) <= DASH_VERTICES


def _mean_gap(line: Line, on: float) -> float:
    """Mean gap between dashes of the given length on a line that was bridged."""
    return max(0.0, _length(line.points) / max(1, len(line.strokes)) - on)


def _bridge(one: Line, two: Line, reach: float) -> Line | None:
    """The two as one line across a dash gap, each turned so that the gap is smallest; None when it is too wide."""
    turns = [(one.points, two.points), (one.points, two.points[::-1])]
    if len(one.strokes) == 1:
        turns += [(one.points[::-1], two.points), (one.points[::-1], two.points[::-1])]
    a, b = min(turns, key=lambda pair: float(np.abs(pair[1][0] - pair[0][-1]).max()))
    step = np.abs(b[0] - a[-1])
    if step.max() > reach or step.max() < 0.01:
        return None
    if step.min() <= SAME:
        return _merge(one, two, np.vstack([a, b]))
    level = abs(a[-1, 1] - a[-2, 1]) <= SAME
    corner = np.array([b[0, 0], a[-1, 1]]) if level else np.array([a[-1, 0], b[0, 1]])
    return _merge(one, two, np.vstack([a, corner, b]))
