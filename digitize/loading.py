"""A file becomes figures: images of every common kind here, PDF and SVG handed to their own readers.

What the file is, is decided by its first bytes, never by its suffix.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UnreadableFigure
from ..records import Figure, PixelArray, Source

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage

# A Kaplan-Meier thumbnail that a person can still read has about 190 px on its short side; axis numbers of
# 5 px, five of them, cannot stand in fewer than 60.
SMALLEST_SIDE_PX = 60
# Journal plates reach 7,000 px; four times that is a decompression bomb or a map, not a figure.
LARGEST_SIDE_PX = 20_000
# 60 Mpx are 180 MB as RGB, which keeps the whole run below 1 GB.
LARGEST_AREA_PX = 60_000_000
# 60 Mpx of 48 bits are 360 MB unpacked; an article with its plates has 100 MB at most.
LARGEST_FILE_BYTES = 500_000_000
# An XML declaration, comments and a doctype may stand before <svg, or before a root of that name space.
SVG_PROLOGUE_BYTES = 4096
SVG_SIGNS = (b"<svg", b"http://www.w3.org/2000/svg")
GZIP = b"\x1f\x8b"
PDF_PROLOGUE_BYTES = 1024
# Alpha of a pixel that hides what lies under it.
OPAQUE = 255

_DECODER_ERRORS: tuple[type[Exception], ...] = (
    *(OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, OverflowError, TypeError),
    *(struct.error, zlib.error, MemoryError),
)


def load_figure(path: Path, page: int | None = None) -> tuple[Figure, ...]:
    """The figures of a file: one for an image, one or more for a PDF.

    page: counted from 1; the page to read of a PDF or TIFF; None for all pages of a PDF, the first of a TIFF.
    Raises UnreadableFigure for what is no figure file, is empty, cut off, or of a size beyond working with.
    """
    path = Path(path)
    data = _read(path)
    if b"%PDF-" in data[:PDF_PROLOGUE_BYTES]:
        from .pdf import load_pdf

        return load_pdf(path, page)
    if data.startswith(GZIP) or any(sign in data[:SVG_PROLOGUE_BYTES] for sign in SVG_SIGNS):
        from .svg import load_svg

        return load_svg(path)
    pixels, pages = decode_image(data, path.name, page)
    height, width = pixels.shape[:2]
    source = Source(page=page or 1, bbox=(0.0, 0.0, float(width), float(height)), route="raster")
    others = pages - 1 if page is None else 0
    return (Figure(path.name, hashlib.sha256(data).hexdigest(), pixels, source=source, other_pages=others),)


def decode_image(data: bytes, name: str, page: int | None = None) -> tuple[PixelArray, int]:
    """(height, width, 3) uint8 RGB of an image file's bytes: upright, alpha laid on white; and its number of pages."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            _require_workable(image.size, name)
            pages = _go_to_page(image, page, name)
            ImageOps.exif_transpose(image, in_place=True)
            return _on_white(image), pages
    except UnidentifiedImageError as error:
        raise UnreadableFigure(f"{name}: not an image that can be read") from error
    except Image.DecompressionBombError as error:
        raise UnreadableFigure(f"{name}: the image is too large to work with") from error
    except _DECODER_ERRORS as error:
        remedy = "Fetch the file again, or save it anew from an image viewer."
        raise UnreadableFigure(f"{name}: the image is damaged or cut off", remedy) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            data = handle.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise UnreadableFigure(f"{path.name}: cannot be read ({reason})") from error
    if not data:
        raise UnreadableFigure(f"{path.name}: the file is empty")
    if len(data) > LARGEST_FILE_BYTES:
        seen = f"{path.name}: the file has more than {LARGEST_FILE_BYTES // 10**6} MB"
        raise UnreadableFigure(seen, "Give the page or the picture of the figure alone.")
    return data


def _require_workable(size: tuple[int, int], name: str) -> None:
    width, height = size
    seen = f"{name}: the picture is {width} x {height} px"
    if min(size) < SMALLEST_SIDE_PX:
        raise UnreadableFigure(f"{seen}, too small for a figure", "Give the figure in a larger size.")
    if max(size) > LARGEST_SIDE_PX or width * height > LARGEST_AREA_PX:
        raise UnreadableFigure(f"{seen}, too large to work with", "Crop it to the figure or scale it down.")


def _go_to_page(image: PilImage, page: int | None, name: str) -> int:
    pages = getattr(image, "n_frames", 1)
    if page is not None and not 1 <= page <= pages:
        seen = f"{name}: page {page} was asked for, the file has {pages}"
        raise UnreadableFigure(seen, f"Give --page 1 to {pages}." if pages > 1 else "Leave out --page.")
    if page is not None and page > 1:
        image.seek(page - 1)
    return pages


def _on_white(image: PilImage) -> PixelArray:
    """8-bit RGB on white; 16-bit and float greys are scaled to their full range, never clipped."""
    from PIL import Image

    if image.mode.startswith(("I", "F")):
        return _from_deep_grey(np.asarray(image))
    if "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        if image.getextrema()[3] != (OPAQUE, OPAQUE):
            white = Image.new("RGBA", image.size, (255, 255, 255, OPAQUE))
            white.alpha_composite(image)
            image = white
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def _from_deep_grey(values: np.ndarray) -> PixelArray:
    top = float(np.nanmax(values))
    full = 1.0 if top <= 1.0 else 255.0 if top <= 255.0 else 65535.0 if top <= 65535.0 else top
    grey = np.clip(np.nan_to_num(values.astype(np.float32)) / full * 255.0, 0, 255)
    return np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, axis=2)
