"""Text elements of an SVG as runs, their widths from textLength or from the widths of common letters."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from lxml import etree
from svgelements import Matrix

from ..records import Box
from .svgstyle import Rule, color_of, element_style, length, local_name
from .textruns import Run, is_symbol, joined_runs, run_of

# Advance widths of ASCII 32 to 126 in thousandths of the letter size: Adobe's metrics of Helvetica, which
# Arial and Liberation Sans share and DejaVu exceeds by a tenth. They place boxes, no measurement rests on them.
HELVETICA = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 "
    "278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 "
    "667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 "
    "556 333 500 278 556 500 722 500 500 500 334 260 334 584"
)
WIDTHS = tuple(int(width) / 1000 for width in HELVETICA.split())
OTHER_WIDTH = 0.556
# DejaVu and Verdana run wider than Helvetica by this factor (digits 0.636 to 0.556).
WIDE_FONTS, WIDE = ("dejavu", "verdana", "bitstream vera"), 1.13
# Words a program spaced out itself, as in a table set in one string, are columns of their own.
COLUMNS = re.compile(r"\S+(?: \S+)*")
# Ink above and below the baseline in letter sizes: capitals and digits, descenders, a centred plus.
ASCENT, DESCENT = 0.72, 0.21
SYMBOL_TOP, SYMBOL_BOTTOM = 0.60, 0.10
# How far below the point that places it a text's own baseline runs (letter sizes), by the baseline it is set on.
LOWERED = {"middle": 0.36, "central": 0.36, "hanging": 0.72, "text-before-edge": 0.9, "before-edge": 0.9}


def text_width(text: str, size: float, family: str = "") -> float:
    """The advance width of text of that size, by the widths of Helvetica."""
    first = family.replace("'", "").replace('"', "").strip().lower()
    size = size * WIDE if first.startswith(WIDE_FONTS) else size
    return size * sum(WIDTHS[ord(c) - 32] if 32 <= ord(c) < 127 else OTHER_WIDTH for c in text)


def text_runs(element: etree._Element, matrix: Matrix, style: Mapping[str, str], rules: Sequence[Rule]) -> list[Run]:
    """The runs of one text element: a chunk for each absolute position, letters placed one by one joined."""
    chunks: list[Run] = []
    pen = [length(element.get("x", "").split()[:1][0] if element.get("x", "").strip() else None), 0.0]
    pen[1] = length(element.get("y", "").split()[:1][0] if element.get("y", "").strip() else None)
    for part, text, own in _parts(element, style, rules):
        chunks.extend(_chunk(part, text, own, matrix, pen))
    return joined_runs(chunks)


def _parts(
    element: etree._Element, style: Mapping[str, str], rules: Sequence[Rule]
) -> Iterator[tuple[etree._Element, str, Mapping[str, str]]]:
    """The element's text and that of its tspans in order, each with the element that positions it."""
    yield element, element.text or "", style
    for child in element:
        if local_name(child) in ("tspan", "a", "textPath"):
            yield from _parts(child, element_style(child, style, rules), rules)
        if child.tail and child.tail.strip():
            yield etree.Element("tspan"), child.tail, style


def _chunk(
    part: etree._Element, text: str, style: Mapping[str, str], matrix: Matrix, pen: list[float]
) -> Iterator[Run]:
    size = length(style.get("font-size"), 16.0, whole=16.0)
    xs = [length(v) for v in part.get("x", "").replace(",", " ").split()]
    ys = [length(v) for v in part.get("y", "").replace(",", " ").split()]
    pen[0] = (xs[0] if xs else pen[0]) + length(part.get("dx", "").split(" ")[0], em=size)
    pen[1] = (ys[0] if ys else pen[1]) + length(part.get("dy", "").split(" ")[0], em=size)
    family = style.get("font-family", "")
    if not text.strip() or size <= 0 or style.get("visibility") == "hidden" or style.get("display") == "none":
        return
    if len(xs) > 1:
        for x, letter in zip(xs, text.strip(), strict=False):
            yield from _placed(letter, x, pen[1], text_width(letter, size, family), size, style, matrix)
        return
    y = pen[1] + size * LOWERED.get(style.get("dominant-baseline", ""), 0.0)
    text = text if "  " in text.strip() and "\n" not in text else " ".join(text.split())
    width = length(part.get("textLength"), text_width(text, size, family))
    anchor = {"middle": width / 2, "end": width}.get(style.get("text-anchor", "start"), 0.0)
    share = width / max(text_width(text, size, family), 1e-9)
    for column in COLUMNS.finditer(text):
        x = pen[0] - anchor + share * text_width(text[: column.start()], size, family)
        yield from _placed(column[0], x, y, share * text_width(column[0], size, family), size, style, matrix)
    pen[0] += width - anchor


def _placed(
    text: str, x: float, y: float, width: float, size: float, style: Mapping[str, str], matrix: Matrix
) -> Iterator[Run]:
    descends = any(c in "gjpqy,;()[]/|Q" for c in text)
    top, bottom = y - ASCENT * size, y + (DESCENT * size if descends else 0.0)
    if is_symbol(text):
        top, bottom = y - SYMBOL_TOP * size, y - SYMBOL_BOTTOM * size
    corners = np.array([matrix.point_in_matrix_space((cx, cy)) for cx in (x, x + width) for cy in (top, bottom)])
    origin = matrix.point_in_matrix_space((x, y))
    scale = math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
    if not np.all(np.isfinite(corners)) or not scale:
        return
    rotation = round(math.degrees(math.atan2(-matrix.b, matrix.a)) / 90) * 90 % 360
    low, high = corners.min(axis=0), corners.max(axis=0)
    color = color_of(style.get("fill", "black"))
    yield run_of(
        text,
        Box(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        rotation,
        (float(origin[0]), float(origin[1])),
        size * scale,
        color=color[0] if color else (0, 0, 0),
    )
