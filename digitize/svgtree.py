"""What an SVG file paints: its tree walked with transforms, style, clip and reuse, to strokes and text runs."""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from lxml import etree
from svgelements import Arc, Close, CubicBezier, Matrix, Move, Path, QuadraticBezier

from ..errors import UnreadableFigure
from ..records import Box, FloatArray, Stroke
from .pageimages import PageImage, whole_images
from .pdfobjects import MOST_OBJECTS, MOST_VERTICES, PageContent
from .strokes import bezier, bounds, meet, paint
from .svgmarkers import MARKED, corners_of_path, fit_view_box, marked_vertices, marker_matrix
from .svgstyle import Rule, Style, element_style, length, local_name, pen_of
from .svgtext import text_runs
from .textruns import Run

# Groups within groups: drawing programs stay under 20.
DEEPEST_GROUP = 100
LINK = re.compile(r"^\s*#(.+?)\s*$")
CLIP = re.compile(r"url\(\s*['\"]?#(.+?)['\"]?\s*\)")
UNPAINTED = frozenset(
    [
        "defs",
        "clipPath",
        "mask",
        "pattern",
        "marker",
        "metadata",
        "script",
        "style",
        "title",
        "desc",
        "symbol",
        "linearGradient",
        "radialGradient",
        "filter",
        "foreignObject",
    ]
)
SHAPES = frozenset(["path", "rect", "circle", "ellipse", "line", "polyline", "polygon"])
XLINK = "{http://www.w3.org/1999/xlink}href"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the walk stands: transform to the picture's frame, style, clip, opacity, depth."""

    matrix: Matrix
    style: Style
    clip: Box | None
    opacity: float = 1.0
    depth: int = 0


@dataclass(slots=True)
class Walk:
    """A walk over one tree; what it has found so far."""

    rules: Sequence[Rule]
    named: Mapping[str, etree._Element]
    strokes: list[Stroke] = field(default_factory=list)
    images: list[PageImage] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    elements: int = 0
    vertices: int = 0

    def visit(self, element: etree._Element, place: Place) -> None:
        """Take in one element and what it holds.

        Raises UnreadableFigure when the tree is nested or repeated beyond what any drawing needs.
        """
        self.elements += 1
        if self.elements > MOST_OBJECTS or self.vertices > MOST_VERTICES or place.depth > DEEPEST_GROUP:
            raise UnreadableFigure(f"the SVG nests or repeats more than {MOST_OBJECTS} elements, which is no chart")
        name = local_name(element)
        if not name or name in UNPAINTED:
            return
        place = self._enter(element, place)
        if place.style.get("display") == "none":
            return
        if name in SHAPES:
            self._shape(element, name, place)
            self._markers(element, name, place)
        elif name == "text":
            self.runs.extend(text_runs(element, place.matrix, place.style, self.rules))
        elif name == "image":
            self._image(element, place)
        elif name == "use":
            self._use(element, place)
        else:
            for child in element:
                self.visit(child, place)

    def _enter(self, element: etree._Element, place: Place) -> Place:
        style = element_style(element, place.style, self.rules)
        matrix = _matrix(element.get("transform", "")) * place.matrix
        place = replace(place, matrix=matrix, style=style, depth=place.depth + 1)
        if local_name(element) == "svg" and place.depth > 1:
            place = replace(place, matrix=Matrix.translate(length(element.get("x")), length(element.get("y"))) * matrix)
            place = _in_viewport(element, place, element)
        opacity = min(max(length(style.get("opacity"), 1.0, whole=1.0), 0.0), 1.0)
        clip = CLIP.search(style.get("clip-path", ""))
        limit = self._clip_box(clip[1], place) if clip else None
        return replace(place, opacity=place.opacity * opacity, clip=meet(place.clip, limit))

    def _clip_box(self, name: str, place: Place) -> Box | None:
        element = self.named.get(name)
        if element is None or element.get("clipPathUnits") == "objectBoundingBox":
            return None
        matrix = _matrix(element.get("transform", "")) * place.matrix
        parts: list[FloatArray] = []
        for child in element:
            target = self._target(child) if local_name(child) == "use" else child
            if target is not None and local_name(target) in SHAPES:
                turned = _matrix(child.get("transform", "")) * matrix
                parts.extend(_moved(points, turned) for points, _ in outline(target, local_name(target)))
        found = [part for part in parts if len(part) and np.all(np.isfinite(part))]
        return bounds(np.vstack(found)) if found else None

    def _shape(self, element: etree._Element, name: str, place: Place) -> None:
        pen = pen_of(place.style, place.matrix, place.opacity)
        if pen is None or pen.opacity <= 0:
            return
        if name == "line":
            pen = replace(pen, fill=None)
        order = len(self.strokes)
        for points, closed in outline(element, name):
            self.vertices += len(points)
            if len(points) > 1:
                moved = _moved(points, place.matrix)
                self.strokes.extend(paint(moved, closed, pen, place.clip, order))

    def _markers(self, element: etree._Element, name: str, place: Place) -> None:
        """The markers on the vertices of a shape, painted in their own style."""
        if name not in MARKED or place.style.get("visibility") in ("hidden", "collapse"):
            return
        width = length(place.style.get("stroke-width"), 1.0)
        subpaths = corners_of_path(element.get("d", "")) if name == "path" else outline(element, name)
        for link, vertex, turn in marked_vertices(place.style, subpaths):
            marker = self.named.get(link)
            if marker is None or local_name(marker) != "marker":
                continue
            matrix, room = marker_matrix(marker, width, vertex, turn)
            matrix = matrix * place.matrix
            clip = bounds(_moved(_corners(room), matrix)) if room is not None else None
            style = element_style(marker, {}, self.rules)
            inner = replace(place, matrix=matrix, style=style, clip=meet(place.clip, clip), depth=place.depth + 1)
            for child in marker:
                self.visit(child, inner)

    def _image(self, element: etree._Element, place: Place) -> None:
        x, y = length(element.get("x")), length(element.get("y"))
        width, height = length(element.get("width")), length(element.get("height"))
        corners = _moved(np.array([[x, y], [x + width, y], [x, y + height], [x + width, y + height]]), place.matrix)
        columns, rows = _picture_size(element.get("href") or element.get(XLINK) or "")
        if width > 0 and height > 0 and columns and np.all(np.isfinite(corners)):
            self.images.append(PageImage(bounds(corners), columns, rows))

    def _use(self, element: etree._Element, place: Place) -> None:
        target = self._target(element)
        if target is None:
            return
        shift = Matrix.translate(length(element.get("x")), length(element.get("y")))
        place = replace(place, matrix=shift * place.matrix)
        if local_name(target) != "symbol":
            self.visit(target, place)
            return
        inner = self._enter(target, _in_viewport(target, place, element))
        for child in target:
            self.visit(child, inner)

    def _target(self, element: etree._Element) -> etree._Element | None:
        link = LINK.match(element.get("href") or element.get(XLINK) or "")
        return self.named.get(link[1]) if link else None


def content_of(root: etree._Element, frame: Box, rules: Sequence[Rule]) -> PageContent:
    """All that the tree paints within the frame (user units), in units from the frame's top-left corner."""
    named: dict[str, etree._Element] = {}
    for element in root.iter():
        if isinstance(element.tag, str) and element.get("id"):
            named.setdefault(element.get("id"), element)
    walk = Walk(rules, named)
    start = Matrix.translate(-frame.left, -frame.top)
    walk.visit(root, Place(start, {}, Box(0, 0, frame.width, frame.height)))
    return PageContent(frame.width, frame.height, tuple(walk.strokes), whole_images(walk.images), tuple(walk.runs))


def _corners(box: Box) -> FloatArray:
    return np.array([[x, y] for x in (box.left, box.right) for y in (box.top, box.bottom)])


def _picture_size(link: str) -> tuple[int, int]:
    """Columns and rows of a picture held in a data link, (0, 0) when it cannot be read."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(base64.b64decode(link.partition("base64,")[2]))) as picture:
            return picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return 0, 0


def _in_viewport(element: etree._Element, place: Place, sized: etree._Element) -> Place:
    """The place within a nested drawing or symbol whose view box is fitted into the size that `sized` gives it.

    What such a drawing holds outside of its size is cut off, unless it says otherwise.
    """
    width, height = length(sized.get("width"), np.nan), length(sized.get("height"), np.nan)
    fitted = fit_view_box(element, width, height)
    if fitted is None:
        return place
    clip = place.clip
    if element.get("overflow", "hidden") == "hidden":
        corners = np.array([[0.0, 0.0], [width, 0.0], [0.0, height], [width, height]])
        clip = meet(clip, bounds(_moved(corners, place.matrix)))
    return replace(place, matrix=fitted * place.matrix, clip=clip)


def _matrix(text: str) -> Matrix:
    try:
        return Matrix(text)
    except (ValueError, TypeError, IndexError, ZeroDivisionError):
        return Matrix()


def _moved(points: FloatArray, matrix: Matrix) -> FloatArray:
    x, y = points[:, 0], points[:, 1]
    return np.column_stack([matrix.a * x + matrix.c * y + matrix.e, matrix.b * x + matrix.d * y + matrix.f])


# ---------------------------------------------------------------- outlines


def outline(element: etree._Element, name: str) -> list[tuple[FloatArray, bool]]:
    """The subpaths (n, 2) of a shape in its own user units, with whether each is closed."""
    if name == "path":
        return _path(element.get("d", ""))
    if name in ("polyline", "polygon"):
        numbers = re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", element.get("points", ""))
        points = np.array(numbers[: len(numbers) // 2 * 2], float).reshape(-1, 2)
        return [(points, name == "polygon")] if len(points) else []
    if name == "line":
        ends = [length(element.get(k)) for k in ("x1", "y1", "x2", "y2")]
        return [(np.array(ends).reshape(2, 2), False)]
    if name == "rect":
        return _rect(element)
    radius = length(element.get("r"))
    x_radius, y_radius = length(element.get("rx"), radius), length(element.get("ry"), radius)
    turn = np.linspace(0, 2 * math.pi, 49)[:-1]
    x = length(element.get("cx")) + x_radius * np.cos(turn)
    return [(np.column_stack([x, length(element.get("cy")) + y_radius * np.sin(turn)]), True)]


def _rect(element: etree._Element) -> list[tuple[FloatArray, bool]]:
    # Widths in per cent occur on the background that fills the canvas, whose size matters to nobody.
    x, y = length(element.get("x")), length(element.get("y"))
    w, h = length(element.get("width"), whole=1e5), length(element.get("height"), whole=1e5)
    return [(np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]), True)] if w > 0 and h > 0 else []


def _path(text: str) -> list[tuple[FloatArray, bool]]:
    try:
        path = Path(text)
    except (ValueError, TypeError, IndexError, AttributeError):
        return []
    parts: list[tuple[list[FloatArray], bool]] = []
    for segment in path:
        if segment.end is None:
            continue
        end = np.array([segment.end.x, segment.end.y])
        if isinstance(segment, Move) or not parts:
            parts.append(([end], False))
        elif isinstance(segment, Close):
            parts[-1] = (parts[-1][0], True)
        else:
            parts[-1][0].extend(_vertices(segment, parts[-1][0][-1], end))
    return [(np.array(points), closed) for points, closed in parts]


def _vertices(segment: object, start: FloatArray, end: FloatArray) -> list[FloatArray]:
    if isinstance(segment, CubicBezier):
        controls = np.array([[p.x, p.y] for p in (segment.control1, segment.control2, segment.end)])
        return list(bezier(start, controls))
    if isinstance(segment, QuadraticBezier):
        middle = np.array([segment.control.x, segment.control.y])
        controls = np.array([start + 2 / 3 * (middle - start), end + 2 / 3 * (middle - end), end])
        return list(bezier(start, controls))
    if isinstance(segment, Arc):
        return [np.array([p.x, p.y]) for p in (segment.point(t) for t in np.linspace(0, 1, 25)[1:])]
    return [end]
