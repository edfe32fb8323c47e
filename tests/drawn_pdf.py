"""PDF files written by hand, for the tests: pages, forms, text and images, whole or hostile."""

from __future__ import annotations

from pathlib import Path

CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


def stream(body: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<<" + entries + b"/Length %d>>stream\n" % len(body) + body + b"\nendstream"


def form(body: bytes, resources: bytes = b"", box: bytes = b"[0 0 400 300]") -> bytes:
    """A form that paints body."""
    return stream(body, b"/Type/XObject/Subtype/Form/BBox" + box + b"/Resources<<" + resources + b">>")


def pdf(body: bytes, others: tuple[bytes, ...] = (), resources: bytes = b"", box=b"[0 0 400 300]", more=b"") -> bytes:
    """A file of one page that paints body; others are objects from number 6 on, 5 is Helvetica."""
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox" + box + more + b"/Contents 4 0 R/Resources<</Font<</F 5 0 R>>"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    objects = [CATALOG, pages, page + resources + b">>>>", stream(body), font, *others]
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + head + table + tail


def written(folder: Path, data: bytes, name: str = "figure.pdf") -> Path:
    """The file written into a folder."""
    path = folder / name
    path.write_bytes(data)
    return path


def text(words: str, x: float, y: float, size: float = 10.0) -> bytes:
    """Words at a place from the bottom-left corner."""
    safe = words.replace("(", r"\(").replace(")", r"\)").encode("latin-1")
    return b"BT /F %g Tf %g %g Td (%s) Tj ET\n" % (size, x, y, safe)


# A plot of one staircase: axes from (60, 60) to (360, 260), ticks every 60 and 50 points, numbers beside them.
CURVE = b"0 0 1 RG 1 w 60 260 m 120 260 l 120 210 l 200 210 l 200 160 l 300 160 l S\n"
AXES = b"0 0 0 RG 0.5 w 60 60 m 60 260 l S 60 60 m 360 60 l S\n"
TICKS = b"".join(
    [b"%g 60 m %g 55 l S\n" % (60 + 60 * k, 60 + 60 * k) for k in range(6)]
    + [b"60 %g m 55 %g l S\n" % (60 + 50 * k, 60 + 50 * k) for k in range(5)]
)
NUMBERS = b"".join(
    [text(str(2 * k), 57 + 60 * k, 42) for k in range(6)] + [text(f"{k / 4:.2f}", 30, 57 + 50 * k) for k in range(5)]
)
PLOT = AXES + TICKS + CURVE + NUMBERS
