"""PDF files: their figures as records, strokes and text exact, rasters at their own resolution."""

from __future__ import annotations

import ctypes
import hashlib
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ..errors import UnreadableFigure
from ..records import Box, Figure, PixelArray, Source, Stroke
from .confined import confined
from .pageimages import PageImage
from .pages import Region, find_regions
from .pdfobjects import PageContent, page_content
from .seen import seen_strokes, seen_texts
from .strokes import common, placed, stroke_box, with_groups
from .textruns import Run, is_symbol, placed_lines, text_lines

# Letters of ordinary size are drawn so high (em square), which the recogniser reads best (letters 14 to 20 px).
LETTER_PX = 24.0
PLAIN_SCALE = 200 / 72
FINEST_SCALE = 6.0
# Large letters are drawn smaller, down to half a px a unit; drawings in fine units (Stata writes 4,000 to a figure)
# further, but at least so many px wide or high.
COARSEST_SCALE, SMALLEST_PX = 0.5, 800
# Longest side of a rendering, and of an embedded raster.
LONGEST_PX = 2500
LONGEST_RASTER_PX = 6000
# A page lies on its side when so many of its letters do, and it has enough of them to tell.
TURNED_SHARE, FEWEST_LETTERS = 0.7, 25
# Of a plot at least so much is paper of one shade (a sixteenth of each channel); of photographs a tenth is.
PAPER_SHARE = 0.25
# A paper has some 10 to 60 pages; a thesis more.
MOST_PAGES = 300


def load_pdf(path: Path, page: int | None = None) -> tuple[Figure, ...]:
    """The figures of a PDF file, or of one page (from 1), in reading order.

    A page of vectors gives strokes and text in the frame of its rendering; a raster on a page is taken out at
    its own resolution (route "embedded raster"); a page with neither is rendered ("rendered page") when it was
    asked for or is the only one. Raises UnreadableFigure for files that are damaged, locked or hold no figure.
    """
    return confined(lambda: _load(path, page), path.name)


def _load(path: Path, page: int | None) -> tuple[Figure, ...]:
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    document = _open(data, path.name)
    try:
        figures = _figures_of(document, data, _pages_asked(document, page, path.name), path.name, digest)
    finally:
        document.close()
    return figures


def _open(data: bytes, name: str) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as why:
        if "assword" in str(why):
            raise UnreadableFigure(f"{name} is locked with a password", "Save it without one and run again.") from why
        raise UnreadableFigure(f"{name} is damaged or no PDF file") from why


def _pages_asked(document: pdfium.PdfDocument, page: int | None, name: str) -> list[int]:
    count = len(document)
    if count == 0:
        raise UnreadableFigure(f"{name} has no page")
    if page is not None and not 1 <= page <= count:
        raise UnreadableFigure(f"{name} has {count} pages, not a page {page}", f"Give --page 1 to {count}.")
    return [page - 1] if page is not None else list(range(min(count, MOST_PAGES)))


def _figures_of(
    document: pdfium.PdfDocument, data: bytes, pages: Sequence[int], name: str, digest: str
) -> tuple[Figure, ...]:
    figures: list[Figure] = []
    for index in pages:
        try:
            page, content = _upright(document[index], data)
        except (pdfium.PdfiumError, UnreadableFigure):
            if len(pages) == 1:
                raise
            continue
        regions = find_regions(content)
        if not regions and len(pages) == 1:
            regions = (Region(Box(0, 0, content.width, content.height), None, ""),)
        figures.extend(_figure(page, index, content, region, name, digest) for region in regions)
    if not figures:
        raise UnreadableFigure(f"no plot was found on the {len(pages)} pages of {name}", "Give --page N.")
    drawn = [f for f in figures if f.source.route != "embedded raster" or is_drawing(f.pixels)]
    return tuple(drawn or figures)


def _upright(page: pdfium.PdfPage, data: bytes) -> tuple[pdfium.PdfPage, PageContent]:
    """The page with what it paints, turned where its letters lie on their side, as landscape figures in papers do."""
    content = page_content(page, data)
    letters: Counter[int] = Counter()
    for run in content.runs:
        letters[run.rotation] += len(run.text)
    turn, count = letters.most_common(1)[0] if letters else (0, 0)
    if turn == 0 or count < max(FEWEST_LETTERS, TURNED_SHARE * sum(letters.values())):
        return page, content
    page.set_rotation((page.get_rotation() + turn) % 360)
    return page, page_content(page, data)


def is_drawing(pixels: PixelArray) -> bool:
    """Whether a raster has one paper colour, as plots do and photographs do not."""
    step = max(1, max(pixels.shape[:2]) // 300)
    shades = (pixels[::step, ::step] >> 4).reshape(-1, 3).astype(int) @ np.array([256, 16, 1])
    return float(np.bincount(shades).max()) >= PAPER_SHARE * len(shades)


# ---------------------------------------------------------------- one figure


@dataclass(frozen=True, slots=True)
class View:
    """What of a page is drawn: its corner (points), pixels per point along x and y, size in pixels."""

    left: float
    top: float
    x_scale: float
    y_scale: float
    columns: int
    rows: int


def _figure(page: pdfium.PdfPage, index: int, content: PageContent, region: Region, name: str, digest: str) -> Figure:
    if region.image is None:

        def draw(view: View) -> PixelArray:
            return _render(page, view)

        return vector_figure(content, region.box, draw, name, digest, index + 1, region.caption)
    box = region.box
    source = Source(index + 1, (box.left, box.top, box.right, box.bottom), "embedded raster")
    pixels = _render(page, raster_view(region.image, box))
    return Figure(name, digest, pixels, source=source, caption=region.caption)


def vector_figure(
    content: PageContent,
    box: Box,
    draw: Callable[[View], PixelArray],
    name: str,
    digest: str,
    page: int = 1,
    caption: str = "",
) -> Figure:
    """The part of a page within the box as strokes and text in the frame of its rendering, which draw(view) gives.

    Texts stay empty where the letters are outlines or cannot be read, so that the rendering is read instead.
    """
    runs = [run for run in content.runs if box.contains(*run.box.centre)]
    view = _vector_view(box, [run for run in runs if not is_symbol(run.text)])
    strokes = [s for s in content.strokes if overlap(stroke_box(s), box)]
    marks, words = split_marks(runs, 1 + max((s.order for s in strokes), default=0))
    pixels = draw(view)
    drawn = seen_strokes(placed(with_groups([*strokes, *marks]), view.left, view.top, view.x_scale), pixels)
    readable = words if is_readable(words) else []
    texts = placed_lines(text_lines(readable), view.left, view.top, view.x_scale)
    return Figure(
        name=name,
        sha256=digest,
        pixels=pixels,
        strokes=drawn,
        texts=seen_texts(texts, pixels),
        source=Source(page, (box.left, box.top, box.right, box.bottom), "vector" if drawn else "rendered page"),
        caption=caption,
    )


def overlap(box: Box, frame: Box) -> bool:
    """Whether a stroke's box lies at least partly within the frame."""
    return box.left <= frame.right and box.right >= frame.left and box.top <= frame.bottom and box.bottom >= frame.top


def split_marks(runs: Sequence[Run], order: int) -> tuple[list[Stroke], list[Run]]:
    """Lone signs (a plus, a circle, a bar) as filled strokes, grouped by sign and size, and the other runs."""
    signs = [run for run in runs if is_symbol(run.text)]
    kinds = {kind: i for i, kind in enumerate(dict.fromkeys((s.text, round(s.size, 1)) for s in signs))}
    marks = [_mark(sign, kinds[sign.text, round(sign.size, 1)], order) for sign in signs]
    return marks, [run for run in runs if run not in signs]


def _mark(sign: Run, group: int, order: int) -> Stroke:
    b = sign.box
    return Stroke(
        x_px=np.array([b.left, b.right, b.right, b.left]),
        y_px=np.array([b.top, b.top, b.bottom, b.bottom]),
        color=None,
        fill=sign.color,
        width_px=0.0,
        closed=True,
        order=order,
        group=group,
    )


def is_readable(runs: Sequence[Run]) -> bool:
    """Whether the text layer holds real characters: no more than a tenth private, control or unknown signs."""
    text = "".join(run.text for run in runs)
    odd = sum(not c.isprintable() or 0xE000 <= ord(c) < 0xF900 or ord(c) == 0xFFFD for c in text)
    return bool(text) and odd <= 0.1 * len(text)


def _vector_view(box: Box, runs: Sequence[Run]) -> View:
    sizes = [run.size for run in runs for _ in run.text]
    scale = LETTER_PX / statistics.median(sizes) if sizes else PLAIN_SCALE
    longest = max(box.width, box.height, 1)
    scale = max(scale, min(COARSEST_SCALE, SMALLEST_PX / longest))
    scale = min(scale, FINEST_SCALE, LONGEST_PX / longest)
    columns = max(1, round(box.width * scale))
    scale = columns / box.width
    return View(box.left, box.top, scale, scale, columns, max(1, round(box.height * scale)))


def raster_view(image: PageImage, box: Box) -> View:
    """The view of a region in which its image falls pixel on pixel, with the drawn text around it."""
    frame = image.box if _fills(image.box, box) else box
    x_scale, y_scale = image.columns / image.box.width, image.rows / image.box.height
    shrink = min(1.0, LONGEST_RASTER_PX / max(frame.width * x_scale, frame.height * y_scale))
    x_scale, y_scale = x_scale * shrink, y_scale * shrink
    left = image.box.left - round((image.box.left - frame.left) * x_scale) / x_scale
    top = image.box.top - round((image.box.top - frame.top) * y_scale) / y_scale
    columns = max(1, round((frame.right - left) * x_scale))
    return View(left, top, x_scale, y_scale, columns, max(1, round((frame.bottom - top) * y_scale)))


def _fills(part: Box, whole: Box) -> bool:
    shared = common(part, whole)
    return shared.width * shared.height >= 0.9 * whole.width * whole.height


def _render(page: pdfium.PdfPage, view: View) -> PixelArray:
    """Draw the view of the page on white, (rows, columns, 3) RGB.

    pdfium first fits the page to a rectangle of whole points, so the matrix undoes that rounding.
    """
    width, height = page.get_size()
    x_scale, y_scale = view.x_scale * width / int(width), view.y_scale * height / int(height)
    bitmap = pdfium.PdfBitmap.new_native(view.columns, view.rows, raw.FPDFBitmap_BGRx)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, view.columns, view.rows)
    matrix = raw.FS_MATRIX(x_scale, 0, 0, y_scale, -view.left * view.x_scale, -view.top * view.y_scale)
    clip = raw.FS_RECTF(0, 0, view.columns, view.rows)
    raw.FPDF_RenderPageBitmapWithMatrix(bitmap.raw, page.raw, ctypes.byref(matrix), ctypes.byref(clip), 0)
    pixels = np.ascontiguousarray(bitmap.to_numpy()[:, :, 2::-1])
    bitmap.close()
    return pixels
