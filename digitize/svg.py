"""SVG files: cleaned of everything active or foreign, read as strokes and text, drawn by resvg."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from lxml import etree

from ..errors import UnreadableFigure
from ..records import Box, Figure, PixelArray, Source
from .confined import confined
from .pages import carrying_image
from .pdf import View, raster_view, vector_figure
from .svgstyle import length, local_name, style_rules
from .svgtree import XLINK, content_of

# The largest SVG read, unpacked: a plot of 100,000 points takes some 10 MB.
LARGEST_BYTES = 60_000_000
LARGEST_UNITS = 50_000.0
ACTIVE = frozenset(
    ["script", "foreignObject", "animate", "animateTransform", "set", "iframe", "filter", "audio", "video", "handler"]
)
DATA_IMAGE = re.compile(r"^\s*data:image/(png|jpe?g|gif|webp);", re.IGNORECASE)


def load_svg(path: Path) -> tuple[Figure, ...]:
    """The figure of an SVG file (plain or gzipped), as a tuple of one.

    Scripts, entities and references to anything outside the file are dropped, nothing is fetched.
    Raises UnreadableFigure for files that are damaged, empty, too large or too deeply nested.
    """
    return confined(lambda: _load(path), path.name)


def _load(path: Path) -> tuple[Figure, ...]:
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    root = _parse(data, path.name)
    _drop_active(root)
    frame = _frame(root, path.name)
    sheets = ["".join(e.itertext()) for e in root.iter() if local_name(e) == "style"]
    content = content_of(root, frame, style_rules(sheets))
    _make_drawable(root)

    def draw(view: View) -> PixelArray:
        return _draw(_markup(root, frame, view), view.columns, view.rows, path.name)

    whole = Box(0, 0, frame.width, frame.height)
    image = carrying_image(whole, content.images, content.strokes)
    if image is not None:
        source = Source(1, (0.0, 0.0, frame.width, frame.height), "embedded raster")
        return (Figure(path.name, digest, draw(_square(raster_view(image, whole))), source=source),)
    return (vector_figure(content, whole, draw, path.name, digest),)


def _square(view: View) -> View:
    """The view with one scale for both ways, the finer, as resvg draws."""
    scale = max(view.x_scale, view.y_scale)
    columns, rows = view.columns * scale / view.x_scale, view.rows * scale / view.y_scale
    return replace(view, x_scale=scale, y_scale=scale, columns=round(columns), rows=round(rows))


def _parse(data: bytes, name: str) -> etree._Element:
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(LARGEST_BYTES + 1)
        except (OSError, EOFError) as why:
            raise UnreadableFigure(f"{name} is a damaged gzip file") from why
    if len(data) > LARGEST_BYTES:
        raise UnreadableFigure(f"{name} is larger than {LARGEST_BYTES // 1_000_000} MB")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as why:
        raise UnreadableFigure(f"{name} is damaged or no SVG: {str(why).splitlines()[0]}") from why
    if root is None or local_name(root) != "svg":
        raise UnreadableFigure(f"{name} holds no SVG drawing")
    return root


def _drop_active(root: etree._Element) -> None:
    """Take out what acts, what refers outside the file, and what no chart needs."""
    for element in list(root.iter()):
        parent = element.getparent()
        link = element.get("href") or element.get(XLINK) or "" if isinstance(element.tag, str) else ""
        foreign = bool(link) and not link.strip().startswith("#") and not DATA_IMAGE.match(link)
        active = not isinstance(element.tag, str) or local_name(element) in ACTIVE
        if parent is not None and (active or (foreign and local_name(element) in ("image", "use", "feImage"))):
            if element.tail:
                _keep_tail(element, parent)
            parent.remove(element)
        elif foreign:
            for key in ("href", XLINK):
                element.attrib.pop(key, None)
    for element in root.iter():
        if local_name(element) == "style" and element.text:
            element.text = re.sub(r"@import[^;]*;?|url\(\s*['\"]?(?!#)[^)]*\)", "", element.text)


def _keep_tail(element: etree._Element, parent: etree._Element) -> None:
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + element.tail
    else:
        parent.text = (parent.text or "") + element.tail


def _frame(root: etree._Element, name: str) -> Box:
    """The drawing's box in its own user units: the viewBox, else width and height."""
    numbers = [length(v, np.nan) for v in re.split(r"[\s,]+", root.get("viewBox", "").strip())]
    if len(numbers) != 4 or not np.all(np.isfinite(numbers)):
        numbers = [0.0, 0.0, length(root.get("width"), 300.0), length(root.get("height"), 150.0)]
    left, top, width, height = numbers
    if not (1 <= width <= LARGEST_UNITS and 1 <= height <= LARGEST_UNITS):
        raise UnreadableFigure(f"{name} measures {width:g} by {height:g} units")
    return Box(left, top, left + width, top + height)


def _make_drawable(root: etree._Element) -> None:
    """Give resvg what it needs: no path without d, and the spaces of tables set in one string."""
    for element in root.iter():
        if local_name(element) == "path" and not element.get("d"):
            element.set("d", "M0 0")
        if local_name(element) == "text" and "  " in (element.text or "") and "\n" not in element.text:
            element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _markup(root: etree._Element, frame: Box, view: View) -> str:
    """The cleaned drawing as text; its box is that of the view, so that pixels are exactly square.

    resvg rounds the height up and stretches to it, so the box ends a thousandth of a pixel early.
    """
    height = (view.rows - 0.001) / view.y_scale
    root.set("viewBox", f"{frame.left!r} {frame.top!r} {frame.width!r} {height!r}")
    root.set("width", repr(frame.width))
    root.set("height", repr(height))
    root.set("preserveAspectRatio", "none")
    return etree.tostring(root, encoding="unicode", with_tail=False)


def _draw(markup: str, columns: int, rows: int, name: str) -> PixelArray:
    """The drawing rendered to (rows, columns, 3) RGB on white, in fonts that come with matplotlib."""
    import resvg_py
    from PIL import Image

    found = importlib.util.find_spec("matplotlib")
    folders = list(found.submodule_search_locations or []) if found else []
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=markup,
            background="#ffffff",
            width=columns,
            height=rows,
            skip_system_fonts=True,
            font_dirs=[str(Path(folder) / "mpl-data" / "fonts" / "ttf") for folder in folders],
            font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
            serif_family="DejaVu Sans",
            monospace_family="DejaVu Sans Mono",
        )
    except ValueError as why:
        raise UnreadableFigure(f"{name} cannot be drawn: {str(why).splitlines()[0]}") from why
    picture = Image.open(io.BytesIO(bytes(png))).convert("RGB")
    return np.array(picture, dtype=np.uint8)
