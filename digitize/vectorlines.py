"""Lines of a plot put together from painted strokes, and read as staircases.

Programs draw one curve in many ways: a polyline, a path a segment, thin filled rectangles, an outline of the line,
pieces cut at borders, dashes as pieces of their own. All become one polyline of the line's centre here; then
marks that ride on the path are taken off, and what is left is read as levels and drops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..records import Box, CurveTrace, FloatArray, Rgb, Stroke, read_only
from .strokes import stroke_box

# Filled shapes no thicker than this (px) are lines drawn as areas; bands are thicker.
THICKEST_LINE = 9.0
# Axis lines stand this near (px) to the edges of the plot area as it was found.
FRAME_REACH = 3.0
# Ends this near (px, beside the line's own width for filled pieces) belong together; files round to 0.01 to 0.1 pt.
TOUCH = 0.6
# Pieces of so few vertices are parts of a curve (a segment, a corner), longer ones curves.
SHORT_PIECE = 3
# Coordinates of one vertical move agree to this (px): files round to 0.01 units, drawn at 2 to 4 px a unit.
SAME = 0.05
# A path that comes back to where it was within so many vertices and px has drawn a mark on the way.
LOOP_VERTICES = 9
LOOP_SIZE = 30.0
# Oblique moves are cut into steps of this height (px).
STEP = 0.5
# Moves against the curve's direction up to this (px) are rounding, or the rounded corners of an outline.
BACKLASH = 0.8
# A dash is no longer than this (px) and has no more vertices than this (one or two corners).
LONGEST_DASH, DASH_VERTICES = 100.0, 6
# A dash gap is bridged up to this many times the median piece, within these bounds (px).
GAP_PIECES, LONGEST_GAP = 2.5, 45.0
# Fewer dashes than this are not told from ticks and keys.
FEWEST_DASHES = 8
# Standard error of a vertex (px): files write 0.01 pt, drawn at 2 to 4 px a point.
VERTEX_ERROR = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One drawn line: centre points (n, 2) in px with the paint it was drawn in; strokes are their indices."""

    points: FloatArray
    color: Rgb
    width: float
    dash: tuple[float, ...]
    order: int
    strokes: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Staircase:
    """A line read as a step function, with the marks that were drawn on its own path.

    marks_px: (m,) x positions. slanted: share of the x extent covered by oblique moves.
    """

    line: Line
    trace: CurveTrace
    marks_px: FloatArray
    slanted: float


def plot_lines(strokes: Sequence[Stroke], area: Box, skip: frozenset[int]) -> list[Line]:
    """The lines within the plot area, longest first; strokes whose index is in skip are left out."""
    pieces = []
    for index, stroke in enumerate(strokes):
        box = stroke_box(stroke)
        if index in skip or not _meets(box, area) or _is_frame(box, area):
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
    if max(box.width, box.height) <= LOOP_SIZE and not area.contains(x, y, margin=1.0):
        return True
    upright = box.width <= 1 and box.height > 0.5 * area.height
    level = box.height <= 1 and box.width > 0.95 * area.width
    outer_x = x <= area.left + FRAME_REACH or x >= area.right - FRAME_REACH
    outer_y = y <= area.top + FRAME_REACH or y >= area.bottom - FRAME_REACH
    return (upright and outer_x) or (level and outer_y)


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
    return Line(centre[0], stroke.fill, centre[1], (), stroke.order, (index,))


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
    left, right = x <= x.min() + 1.5 * thickness, x >= x.max() - 1.5 * thickness
    # A staircase begins and ends at its extremes: the outermost vertex there, not one halfway down a step.
    turn = 1.0 if y[right].mean() >= y[left].mean() else -1.0
    first = int(np.flatnonzero(left)[np.argmin(turn * y[left])])
    last = int(np.flatnonzero(right)[np.argmax(turn * y[right])])
    ring = np.vstack([points, points])
    one = ring[first : last + 1] if last >= first else ring[first : last + len(points) + 1]
    other = (ring[last : first + 1] if first >= last else ring[last : first + len(points) + 1])[::-1]
    upper = one if one[:, 1].mean() <= other[:, 1].mean() else other
    return upper + np.array([-turn * thickness / 2, thickness / 2])


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
        joined = _joined(chains[-1], piece, TOUCH + _slack(piece)) if chains else None
        if joined is not None:
            chains[-1] = joined
        else:
            chains.append(piece)
    chains = _bridged(chains)
    return _joined_ends(chains)


def _slack(piece: Line) -> float:
    # Filled pieces overlap by half their thickness at a corner; strokes meet exactly.
    return 0.0 if piece.width < 1e-6 or len(piece.points) != 2 else 0.75 * piece.width


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
            if np.abs(first[-1] - second[0]).max() <= reach:
                return _merge(chain, piece, np.vstack([first, second]))
    return None


def _merge(one: Line, two: Line, points: FloatArray) -> Line:
    longer = one if _length(one.points) >= _length(two.points) else two
    return replace(
        longer, points=points, order=max(one.order, two.order), strokes=one.strokes + two.strokes
    )


def _joined_ends(chains: list[Line]) -> list[Line]:
    """Chains whose ends meet anywhere in the group made one, as where a page border or a new style cut them."""
    long = [c for c in chains if _length(c.points) > LOOP_SIZE]
    short = [c for c in chains if _length(c.points) <= LOOP_SIZE]
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


# ---------------------------------------------------------------- staircases


def read_staircase(line: Line, falling: bool) -> Staircase | None:
    """The line as a step function that falls (y in px grows) or rises; None when it does neither.

    Loops off the path and moves there and back are marks, not steps. Oblique moves become fine steps.
    """
    points = _forwards(line.points)
    points, marks = _without_loops(points)
    points, spikes = _without_spikes(points)
    if len(points) < 2:
        return None
    sign = 1.0 if falling else -1.0
    width = float(np.ptp(points[:, 0]))
    if width < 1 or _goes_back(points[:, 0]) > BACKLASH or _goes_back(sign * points[:, 1]) > BACKLASH:
        return None
    steps = np.diff(points, axis=0)
    oblique = (np.abs(steps[:, 0]) > SAME) & (np.abs(steps[:, 1]) > SAME)
    slanted = float(np.abs(steps[oblique, 0]).sum() / width)
    x, y = _levels(points, sign)
    error = VERTEX_ERROR if slanted < 0.02 else STEP
    trace = CurveTrace(x, y, float(points[:, 0].max()), read_only([]), error, error)
    return Staircase(line, trace, read_only(np.sort(np.concatenate([marks, spikes]))), slanted)


def _goes_back(along: FloatArray) -> float:
    """The furthest that a coordinate which should only grow falls behind where it was."""
    return float((np.maximum.accumulate(along) - along).max())


def _forwards(points: FloatArray) -> FloatArray:
    """The path from its left end on; a path that runs back along itself is cut where it turns."""
    points = points[np.concatenate([[True], np.abs(np.diff(points, axis=0)).max(axis=1) > 1e-6])]
    turn = int(np.argmax(points[:, 0]))
    start = int(np.argmin(points[:, 0]))
    if abs(points[0, 0] - points[-1, 0]) < 0.1 * np.ptp(points[:, 0]) and 0 < turn < len(points) - 1:
        return points[start : turn + 1] if start < turn else points[turn : start + 1][::-1]
    return points if points[0, 0] <= points[-1, 0] else points[::-1]


def _without_loops(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Excursions that come back to where they left removed, with the x of each as a mark."""
    returns = _returns(points)
    keep = np.ones(len(points), dtype=bool)
    marks: list[float] = []
    done = 0
    for i, j in returns:
        if i < done:
            continue
        loop = points[i : j + 1, 0]
        marks.append(float((loop.min() + loop.max()) / 2))
        keep[i + 1 : j + 1] = False
        done = j
    return points[keep], np.array(marks)


def _returns(points: FloatArray) -> list[tuple[int, int]]:
    """Pairs of vertices (i, j), the furthest j for each i, where the path is back where it was; small loops only."""
    last: dict[int, int] = {}
    for gap in range(2, min(LOOP_VERTICES, len(points) - 1) + 1):
        back = np.abs(points[gap:] - points[:-gap]).max(axis=1) <= SAME
        for i in np.flatnonzero(back):
            if 2 * SAME < np.ptp(points[i : i + gap + 1], axis=0).max() < LOOP_SIZE:
                last[int(i)] = int(i) + gap
    return sorted(last.items())


def _without_spikes(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Vertical moves at one x made one; where they went further than from start to end there is a mark."""
    kept: list[FloatArray] = []
    marks: list[float] = []
    i = 0
    while i < len(points):
        j = i
        while j + 1 < len(points) and abs(points[j + 1, 0] - points[i, 0]) <= SAME:
            j += 1
        ys = points[i : j + 1, 1]
        beyond = max(min(ys[0], ys[-1]) - ys.min(), ys.max() - max(ys[0], ys[-1]))
        inner = 0 < i and j < len(points) - 1
        if beyond > BACKLASH and inner:
            marks.append(float(points[i, 0]))
        kept.append(points[i])
        if j > i:
            kept.append(np.array([points[i, 0], points[j, 1]]) if inner else points[j])
        i = j + 1
    return np.array(kept), np.array(marks)


def _levels(points: FloatArray, sign: float) -> tuple[FloatArray, FloatArray]:
    """Where each level begins, and the level: (k,) x and y of a step function through the path."""
    fine = [points[:1]]
    for start, end in zip(points[:-1], points[1:], strict=True):
        dx, dy = np.abs(end - start)
        if dx > SAME and dy > SAME:
            parts = max(1, int(np.ceil(dy / STEP)))
            share = (np.arange(parts) + 0.5) / parts
            x = start[0] + share * (end[0] - start[0])
            level = start[1] + (np.arange(parts) + 1) / parts * (end[1] - start[1])
            before = np.concatenate([[start[1]], level[:-1]])
            fine.append(np.column_stack([np.repeat(x, 2), np.column_stack([before, level]).ravel()]))
        fine.append(end[None])
    path = np.vstack(fine)
    x = np.maximum.accumulate(path[:, 0])
    y = sign * np.maximum.accumulate(sign * path[:, 1])
    runs = np.append(np.diff(x) > 1e-6, True)
    # The start stays even where the curve drops at once: it tells that the line begins at S = 1.
    runs[0] = True
    begins, levels = x[runs], y[runs]
    changes = np.concatenate([[True], np.abs(np.diff(levels)) > 1e-6])
    return begins[changes], levels[changes]
