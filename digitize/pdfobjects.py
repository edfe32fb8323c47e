"""What a PDF page paints, by pdfium's page objects: strokes, images and letters in points from the top-left corner."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from ..errors import UnreadableFigure
from ..records import Box, FloatArray, Rgb, Stroke
from .pageimages import PageImage, whole_images
from .pdfsigns import TextObject, sign_runs
from .strokes import Pen, bezier, bounds, common, meet, paint
from .textruns import Run, is_symbol, joined_runs, run_of

# Forms within forms: drawing programs stop at three or four; deeper nesting is an attack.
DEEPEST_FORM = 12
# A dense scatter plot has some ten thousand objects; beyond this a page is no chart.
MOST_OBJECTS = 150_000
MOST_VERTICES = 2_000_000
# Letters on one page: a page of small print has 10,000.
MOST_LETTERS = 60_000
# Text objects looked at one by one for plotting signs; pdfium searches the page's letters for each.
MOST_SIGNS = 12_000
# Bytes of UTF-16 in a row of signs set as one object.
LONGEST_SIGNS = 400
# A plot, or a raster of its curves, is at least so high (points).
LEAST_HEIGHT = 35.0
# Share of a page's width and height beyond which a stroke is the sheet under it.
SHEET = 0.95
INVISIBLE_TEXT = 3
HAIRLINE_POINTS = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class PageContent:
    """All that one page paints, in file units from its top-left corner."""

    width: float
    height: float
    strokes: tuple[Stroke, ...] = ()
    images: tuple[PageImage, ...] = ()
    runs: tuple[Run, ...] = ()


@dataclass(slots=True)
class _Reader:
    strokes: list[Stroke] = field(default_factory=list)
    images: list[PageImage] = field(default_factory=list)
    texts: list[tuple[Any, FloatArray]] = field(default_factory=list)
    objects: int = 0
    vertices: int = 0

    def read(
        self, owner: Any, count: int, get: Callable[[Any, int], Any], matrix: FloatArray, clip: Box | None, depth: int
    ) -> None:
        """Walk the objects of a page or form, matrix (3, 3) taking its space to the page's top-left frame."""
        for i in range(count):
            item = get(owner, i)
            self.objects += 1
            if self.objects > MOST_OBJECTS or self.vertices > MOST_VERTICES:
                raise UnreadableFigure(f"a page paints more than {MOST_OBJECTS} objects, which is no chart")
            kind = pdfium.FPDFPageObj_GetType(item)
            if kind == pdfium.FPDF_PAGEOBJ_PATH:
                self._path(item, matrix, clip)
            elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                self._image(item, matrix, clip)
            elif kind == pdfium.FPDF_PAGEOBJ_TEXT and len(self.texts) < MOST_SIGNS:
                self.texts.append((item, matrix))
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < DEEPEST_FORM:
                inner = _object_matrix(item) @ matrix
                limit = meet(clip, _clip_box(item, matrix))
                count_inner = pdfium.FPDFFormObj_CountObjects(item)
                self.read(item, max(count_inner, 0), pdfium.FPDFFormObj_GetObject, inner, limit, depth + 1)

    def _path(self, item: Any, matrix: FloatArray, clip: Box | None) -> None:
        whole = _object_matrix(item) @ matrix
        pen = _pen(item, math.sqrt(abs(float(np.linalg.det(whole[:2, :2])))))
        if pen is None:
            return
        limit = meet(clip, _clip_box(item, matrix))
        order = len(self.strokes)
        for points, closed in _subpaths(
            pdfium.FPDFPath_CountSegments(item), lambda j: pdfium.FPDFPath_GetPathSegment(item, j)
        ):
            self.vertices += len(points)
            placed = points @ whole[:2, :2] + whole[2, :2]
            self.strokes.extend(paint(placed, closed, pen, limit, order))

    def _image(self, item: Any, matrix: FloatArray, clip: Box | None) -> None:
        whole = _object_matrix(item) @ matrix
        corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], float) @ whole[:2, :2] + whole[2, :2]
        columns, rows = ctypes.c_uint(), ctypes.c_uint()
        pdfium.FPDFImageObj_GetImagePixelSize(item, columns, rows)
        if not np.all(np.isfinite(corners)) or not columns.value or not rows.value:
            return
        limit = meet(clip, _clip_box(item, matrix))
        box = bounds(corners) if limit is None else common(bounds(corners), limit)
        share = _share(box, bounds(corners))
        lying = abs(whole[0, 0]) < abs(whole[0, 1])
        size = (rows.value, columns.value) if lying else (columns.value, rows.value)
        self.images.append(PageImage(box, max(1, round(size[0] * share[0])), max(1, round(size[1] * share[1]))))


def _share(part: Box, whole: Box) -> tuple[float, float]:
    return part.width / max(whole.width, 1e-9), part.height / max(whole.height, 1e-9)


def page_content(page: Any, data: bytes = b"") -> PageContent:
    """Read one loaded pypdfium2 page; data is the file it came from.

    Raises UnreadableFigure for a page of impossible size or with more objects than any chart has.
    """
    width, height = page.get_size()
    if not (1 <= width <= 20_000 and 1 <= height <= 20_000):
        raise UnreadableFigure(f"the page measures {width:.0f} by {height:.0f} points")
    matrix = page_matrix(page)
    reader = _Reader()
    count = pdfium.FPDFPage_CountObjects(page.raw)
    reader.read(page.raw, count, pdfium.FPDFPage_GetObject, matrix, Box(0, 0, width, height), 0)
    shapes, images = tuple(reader.strokes), whole_images(reader.images)
    drawn = tuple(stroke for stroke in shapes if not _is_background(stroke, width, height))
    if not _may_show_plot(drawn, images):
        return PageContent(width, height, drawn, images)
    text = page.get_textpage()
    letters = [run for run in page_letters(text, matrix) if _on_page(run, width, height)]
    words = [run for run in letters if not is_symbol(run.text)]
    objects = [found for item in reader.texts if (found := _text_object(*item, text.raw)) is not None]
    runs = words + [run for run in sign_runs(objects, data) if _on_page(run, width, height)]
    return PageContent(width, height, shapes, images, tuple(runs))


def _is_background(stroke: Stroke, width: float, height: float) -> bool:
    """Whether a stroke is the sheet that some programs paint under a whole page."""
    return float(np.ptp(stroke.x_px)) > SHEET * width and float(np.ptp(stroke.y_px)) > SHEET * height


def _may_show_plot(strokes: Sequence[Stroke], images: Sequence[PageImage]) -> bool:
    """Whether reading the page's letters is worth it: in a paper most pages hold rules and small signs alone."""
    tall = any(float(np.ptp(stroke.y_px)) >= LEAST_HEIGHT for stroke in strokes)
    return tall or any(min(image.box.width, image.box.height) >= LEAST_HEIGHT for image in images)


def _text_object(item: Any, matrix: FloatArray, text: Any) -> TextObject | None:
    edges = [ctypes.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(item, *edges)
    left, bottom, right, top = (edge.value for edge in edges)
    corners = np.array([[left, bottom], [right, top]]) @ matrix[:2, :2] + matrix[2, :2]
    if not np.all(np.isfinite(corners)):
        return None
    size = ctypes.c_float()
    pdfium.FPDFTextObj_GetFontSize(item, size)
    scale = math.sqrt(abs(float(np.linalg.det((_object_matrix(item) @ matrix)[:2, :2]))))
    font = ctypes.cast(pdfium.FPDFTextObj_GetFont(item), ctypes.c_void_p).value or 0
    found = _color(pdfium.FPDFPageObj_GetFillColor, item)
    color = found[0] if found else (0, 0, 0)
    return TextObject(_letters_of(item, text), bounds(corners), size.value * scale, font, color)


def _letters_of(item: Any, text: Any) -> str:
    """What pdfium reads in one text object, spaces left out, cut after some letters."""
    count = pdfium.FPDFTextObj_GetText(item, text, None, 0)
    if count > LONGEST_SIGNS:
        return "..."
    letters = ctypes.create_string_buffer(count + 2)
    pdfium.FPDFTextObj_GetText(item, text, ctypes.cast(letters, ctypes.POINTER(ctypes.c_ushort)), count)
    return "".join(letters.raw[:count].decode("utf-16-le", "ignore").replace("\0", "").split())


def _on_page(run: Run, width: float, height: float) -> bool:
    x, y = run.box.centre
    return 0 <= x <= width and 0 <= y <= height


def page_matrix(page: Any) -> FloatArray:
    """(3, 3) row-vector matrix from the page's own space to points from the top-left of the page as shown."""
    left, bottom, right, top = page.get_bbox()
    return np.array(
        {
            0: [[1, 0, 0], [0, -1, 0], [-left, top, 1]],
            90: [[0, 1, 0], [1, 0, 0], [-bottom, -left, 1]],
            180: [[-1, 0, 0], [0, 1, 0], [right, -bottom, 1]],
            270: [[0, -1, 0], [-1, 0, 0], [top, right, 1]],
        }[page.get_rotation()],
        np.float64,
    )


def _object_matrix(item: Any) -> FloatArray:
    raw = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, raw):
        return np.eye(3)
    return np.array([[raw.a, raw.b, 0], [raw.c, raw.d, 0], [raw.e, raw.f, 1]], float)


def _subpaths(count: int, segment: Callable[[int], Any]) -> Iterator[tuple[FloatArray, bool]]:
    """The subpaths of a path as polylines (n, 2) in the path's own space, with whether each is closed."""
    points: list[tuple[float, float]] = []
    control: list[tuple[float, float]] = []
    closed = False
    x, y = ctypes.c_float(), ctypes.c_float()
    for j in range(max(count, 0)):
        item = segment(j)
        pdfium.FPDFPathSegment_GetPoint(item, x, y)
        here = (x.value, y.value)
        kind = pdfium.FPDFPathSegment_GetType(item)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            if len(points) > 1:
                yield np.array(points), closed
            points, control, closed = [here], [], False
        elif kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            control.append(here)
            if len(control) == 3 and points:
                points.extend(map(tuple, bezier(np.array(points[-1]), np.array(control))))
                control = []
        else:
            points.append(here)
        closed = closed or bool(pdfium.FPDFPathSegment_GetClose(item))
    if len(points) > 1:
        yield np.array(points), closed


def _clip_box(item: Any, matrix: FloatArray) -> Box | None:
    clip = pdfium.FPDFPageObj_GetClipPath(item)
    box: Box | None = None
    for i in range(max(0, pdfium.FPDFClipPath_CountPaths(clip)) if clip else 0):
        count = pdfium.FPDFClipPath_CountPathSegments(clip, i)
        parts = [points for points, _ in _subpaths(count, _clip_segment(clip, i))]
        if parts:
            points = np.vstack(parts) @ matrix[:2, :2] + matrix[2, :2]
            box = meet(box, bounds(points)) if np.all(np.isfinite(points)) else box
    return box


def _clip_segment(clip: Any, path: int) -> Callable[[int], Any]:
    return lambda j: pdfium.FPDFClipPath_GetPathSegment(clip, path, j)


def _pen(item: Any, scale: float) -> Pen | None:
    """How a path is painted, its width and dashes scaled to points; None when it paints nothing."""
    fill_mode, strokes = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, fill_mode, strokes)
    line = _color(pdfium.FPDFPageObj_GetStrokeColor, item) if strokes.value else None
    area = _color(pdfium.FPDFPageObj_GetFillColor, item) if fill_mode.value else None
    if line is None and area is None:
        return None
    width = ctypes.c_float()
    pdfium.FPDFPageObj_GetStrokeWidth(item, width)
    opacity = max((found[1] for found in (line, area) if found), default=1.0)
    return Pen(
        color=line[0] if line else None,
        fill=area[0] if area else None,
        width=max(width.value * scale, HAIRLINE_POINTS),
        dash=_dash(item, scale) if line else (),
        opacity=opacity,
    )


def _color(get: Callable[..., Any], item: Any) -> tuple[Rgb, float] | None:
    parts = [ctypes.c_uint() for _ in range(4)]
    if not get(item, *parts):
        return None
    red, green, blue, alpha = (part.value for part in parts)
    return ((red, green, blue), alpha / 255) if alpha else None


def _dash(item: Any, scale: float) -> tuple[float, ...]:
    count = pdfium.FPDFPageObj_GetDashCount(item)
    if not 0 < count <= 32:
        return ()
    lengths = (ctypes.c_float * count)()
    pdfium.FPDFPageObj_GetDashArray(item, lengths, count)
    # An odd pattern is gone through twice (PDF 32000-1, 8.4.3.6).
    pattern = tuple(length * scale for length in lengths) * (1 + count % 2)
    return pattern if sum(pattern) > 0 else ()


# ---------------------------------------------------------------- letters


def page_letters(text: Any, matrix: FloatArray) -> list[Run]:
    """The page's visible text as runs in writing order; a lone sign that may be a mark stays a run of its own."""
    count = min(text.count_chars(), MOST_LETTERS)
    return joined_runs([run for run in (_letter(text.raw, i, matrix) for i in range(count)) if run])


def _letter(text: Any, i: int, matrix: FloatArray) -> Run | None:
    code = pdfium.FPDFText_GetUnicode(text, i)
    if code <= 32 or code >= 0x110000 or 0xD800 <= code < 0xE000 or pdfium.FPDFText_IsGenerated(text, i):
        return None
    item = pdfium.FPDFText_GetTextObject(text, i)
    if item and pdfium.FPDFTextObj_GetTextRenderMode(item) == INVISIBLE_TEXT:
        return None
    turn = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text, i, turn)
    along = np.array([turn.a, turn.b]) @ matrix[:2, :2]
    up = np.array([turn.c, turn.d]) @ matrix[:2, :2]
    size = pdfium.FPDFText_GetFontSize(text, i) * float(np.hypot(*up))
    ink, advance, origin = _places(text, i, matrix)
    if ink is None or size <= 0:
        return None
    rotation = round(math.degrees(math.atan2(-along[1], along[0])) / 90) * 90 % 360
    return run_of(chr(code), ink, rotation, origin, size, advance, _ink_color(text, i))


def _ink_color(text: Any, i: int) -> Rgb:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    pdfium.FPDFText_GetFillColor(text, i, red, green, blue, alpha)
    return red.value & 255, green.value & 255, blue.value & 255


def _places(text: Any, i: int, matrix: FloatArray) -> tuple[Box | None, Box | None, tuple[float, float]]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    x, y = ctypes.c_double(), ctypes.c_double()
    rect = pdfium.FS_RECTF()
    pdfium.FPDFText_GetCharBox(text, i, left, right, bottom, top)
    pdfium.FPDFText_GetLooseCharBox(text, i, rect)
    pdfium.FPDFText_GetCharOrigin(text, i, x, y)
    ink = np.array([[left.value, bottom.value], [right.value, top.value]]) @ matrix[:2, :2] + matrix[2, :2]
    loose = np.array([[rect.left, rect.bottom], [rect.right, rect.top]]) @ matrix[:2, :2] + matrix[2, :2]
    origin = np.array([x.value, y.value]) @ matrix[:2, :2] + matrix[2, :2]
    if not (np.all(np.isfinite(ink)) and np.all(np.isfinite(loose))):
        return None, None, (0.0, 0.0)
    return bounds(ink), bounds(loose), (float(origin[0]), float(origin[1]))
