"""SVG markers: small drawings repeated at the vertices of a path, as some programs set censor marks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from lxml import etree
from svgelements import Matrix, Move, Path

from ..records import Box, FloatArray
from .strokes import bounds
from .svgstyle import length

MARKERS = ("marker-start", "marker-mid", "marker-end")
MARKED = frozenset(["path", "line", "polyline", "polygon"])
LINK = re.compile(r"url\(\s*['\"]?#(.+?)['\"]?\s*\)")
# Where a view box of another shape than its room stands in it.
_ALIGN = {"Min": 0.0, "Mid": 0.5, "Max": 1.0}


def marked_vertices(
    style: Mapping[str, str], subpaths: Sequence[tuple[FloatArray, bool]]
) -> Iterator[tuple[str, FloatArray, float]]:
    """The name of a marker, with each vertex (2,) it stands on and the direction of the path there (radians)."""
    links = [LINK.search(style.get(name, "")) for name in MARKERS]
    vertices = np.vstack([points for points, _ in subpaths]) if subpaths else np.zeros((0, 2))
    if not any(links) or len(vertices) == 0:
        return
    last = len(vertices) - 1
    for i, vertex in enumerate(vertices):
        for link, here in zip(links, (i == 0, 0 < i < last, i == last), strict=True):
            if link and here:
                before, after = vertices[max(i - 1, 0)], vertices[min(i + 1, last)]
                yield link[1], vertex, math.atan2(after[1] - before[1], after[0] - before[0])


def corners_of_path(text: str) -> list[tuple[FloatArray, bool]]:
    """The end points of a path's segments, curves not flattened, as one subpath; none where it cannot be read."""
    try:
        ends = [(s.end.x, s.end.y) for s in Path(text) if s.end is not None and not _is_return(s)]
    except (ValueError, TypeError, IndexError, AttributeError):
        return []
    return [(np.array(ends), False)] if ends else []


def _is_return(segment: object) -> bool:
    return isinstance(segment, Move) and segment.end == segment.start


def marker_matrix(marker: etree._Element, width: float, vertex: FloatArray, turn: float) -> tuple[Matrix, Box | None]:
    """From a marker's own units to those of the path it stands on, and its clip in its own units.

    width: of the path's stroke, in which the marker is measured unless it says otherwise (SVG 1.1, 11.6.2).
    """
    wide, high = length(marker.get("markerWidth"), 3.0), length(marker.get("markerHeight"), 3.0)
    fitted = fit_view_box(marker, wide, high) or Matrix()
    fixed = marker.get("orient", "0")
    angle = turn if fixed.startswith("auto") else math.radians(length(fixed.removesuffix("deg")))
    scale = 1.0 if marker.get("markerUnits") == "userSpaceOnUse" else width
    anchor = fitted.point_in_matrix_space((length(marker.get("refX")), length(marker.get("refY"))))
    placed = (
        fitted
        * Matrix.translate(-anchor.x, -anchor.y)
        * Matrix.scale(scale)
        * Matrix.rotate(angle)
        * Matrix.translate(float(vertex[0]), float(vertex[1]))
    )
    cut = marker.get("overflow", "hidden") == "hidden" and fitted.a and fitted.d
    room = np.array([[0.0, 0.0], [wide, high]])
    own = (room - [fitted.e, fitted.f]) / [fitted.a, fitted.d] if cut else room
    return placed, bounds(own) if cut else None


def fit_view_box(element: etree._Element, width: float, height: float) -> Matrix | None:
    """The matrix that fits an element's view box into a room of that size; None where either is missing."""
    box = [length(v, np.nan) for v in re.split(r"[\s,]+", element.get("viewBox", "").strip())]
    if len(box) != 4 or not np.all(np.isfinite([*box, width, height])) or min(*box[2:], width, height) <= 0:
        return None
    x_scale, y_scale = width / box[2], height / box[3]
    align = element.get("preserveAspectRatio", "xMidYMid meet")
    if "none" not in align:
        x_scale = y_scale = max(x_scale, y_scale) if "slice" in align else min(x_scale, y_scale)
    across = _ALIGN.get(align.strip()[1:4], 0.5) * (width - x_scale * box[2])
    down = _ALIGN.get(align.strip()[5:8], 0.5) * (height - y_scale * box[3])
    return Matrix(x_scale, 0, 0, y_scale, across - x_scale * box[0], down - y_scale * box[1])
